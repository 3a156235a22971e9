/* Finds the exceptions of a thread and all that these refer to.
 *
 * What is being raised is in the thread state. What is being handled is in a chain of
 * _PyErr_StackItem that begins at tstate->exc_info: one for each running generator and
 * one for the thread itself (Include/cpython/pystate.h).
 * References among exceptions are followed by a list of what is yet to be read, in
 * which each stands once, so that circles end. */
#include "runtime/exceptions.h"

#include <stdlib.h>
#include <string.h>

#include "objects/objects.h"
#include "runtime/exception.h"
#include "runtime/generator.h"
#include "runtime/variables.h"

/* Exceptions of one thread; a chain that is longer was made by a loop. */
enum { MAX_EXCEPTIONS = 1000 };

/* Generators inside generators. */
enum { MAX_HANDLERS = 10000 };

/* Frames whose variables are searched for suspended generators, those of generators
 * that were found included. */
enum { MAX_SEARCHED = 1000 };

struct collector {
    struct hn_exception_reader reader;
    struct hn_runtime *rt;
    struct hn_exception *known[MAX_EXCEPTIONS];
    size_t known_count;
    struct hn_exception_held held[MAX_EXCEPTIONS];
    struct hn_exceptions *result;
    hn_addr raised, raised_traceback; /* up to 3.11 */
};

static bool
is_fatal(enum hn_status st)
{
    return st == HN_E_NOMEM || st == HN_E_INTERRUPTED;
}

static enum hn_status
note_problem(struct collector *c, enum hn_status st)
{
    if (st == HN_OK || is_fatal(st))
        return st;
    if (!c->result->problem) {
        c->result->problem = c->rt->py.err->what;
        c->result->problem_at = c->rt->py.err->addr;
    }
    return HN_OK;
}

static enum hn_status
fail_memory(struct collector *c)
{
    return hn_fail(c->rt->py.err, HN_E_NOMEM, 0, "no memory for exceptions");
}

/* --- what is known */

static enum hn_status
append(struct collector *c, hn_addr addr, struct hn_exception **ret)
{
    struct hn_exception *exception;

    *ret = NULL;
    if (c->known_count == MAX_EXCEPTIONS) {
        c->result->cut = true;
        return HN_OK;
    }
    exception = hn_arena_alloc(c->reader.arena, sizeof(*exception));
    if (!exception)
        return fail_memory(c);
    exception->addr = addr;
    exception->number = c->known_count;
    c->known[c->known_count++] = exception;
    *ret = exception;
    return HN_OK;
}

/* The one for @addr, which is read later if it is new; NULL when there are too many, or
 * @addr is 0. */
static enum hn_status
want(struct collector *c, hn_addr addr, struct hn_exception **ret)
{
    *ret = NULL;
    if (addr == 0)
        return HN_OK;
    for (size_t i = 0; i < c->known_count; i++) {
        if (c->known[i]->addr == addr) {
            *ret = c->known[i];
            return HN_OK;
        }
    }
    return append(c, addr, ret);
}

static enum hn_status
want_group(struct collector *c, const struct hn_exception_links *links,
           struct hn_exception *exception)
{
    const struct hn_exception **members =
        hn_arena_array(c->reader.arena, links->group_count, sizeof(*members));

    if (!members)
        return fail_memory(c);
    exception->group = members;
    for (size_t i = 0; i < links->group_count; i++) {
        struct hn_exception *member;
        enum hn_status st = want(c, links->group[i], &member);

        if (st)
            return st;
        if (member)
            members[exception->group_count++] = member;
    }
    return HN_OK;
}

static enum hn_status
load(struct collector *c, struct hn_exception *exception)
{
    struct hn_exception_links links;
    struct hn_exception *cause, *context;
    size_t number = exception->number;
    enum hn_status st =
        hn_exception_load(&c->reader, exception->addr, exception, &links);

    exception->number = number;
    if (!st && exception->addr == c->raised && c->raised_traceback != 0)
        st = hn_traceback_load(c->rt, c->raised_traceback, c->reader.depth,
                               c->reader.arena, &exception->traceback);
    if (!st)
        st = want(c, links.cause, &cause);
    if (!st)
        st = want(c, links.context, &context);
    if (st)
        return st;
    exception->cause = cause;
    exception->context = context;
    return want_group(c, &links, exception);
}

/* Reads what is wanted, and what that makes wanted. */
static enum hn_status
load_all(struct collector *c)
{
    for (size_t i = 0; i < c->known_count; i++) {
        enum hn_status st = HN_OK;

        if (c->known[i]->addr != 0)
            st = load(c, c->known[i]);
        if (!st)
            st = hn_target_poll(c->rt->py.target);
        if (st)
            return st;
    }
    return HN_OK;
}

/* --- what is held */

static bool
is_held(const struct collector *c, hn_addr addr)
{
    for (size_t i = 0; i < c->result->count; i++)
        if (c->held[i].exception->addr == addr)
            return true;
    return false;
}

static void
put_held(struct collector *c, enum hn_exception_state state,
         const struct hn_exception *exception, const char *holder)
{
    if (exception && c->result->count < MAX_EXCEPTIONS)
        c->held[c->result->count++] =
            (struct hn_exception_held){ state, exception, holder };
}

/* The same exception may be noted in several places; it is shown at the first. */
static enum hn_status
hold(struct collector *c, enum hn_exception_state state, hn_addr addr,
     const char *holder)
{
    struct hn_exception *exception;
    enum hn_status st;

    if (addr == 0 || is_held(c, addr) || hn_object_is(&c->rt->py, addr, "NoneType"))
        return HN_OK;
    st = want(c, addr, &exception);
    if (!st)
        put_held(c, state, exception, holder);
    return st;
}

/* Up to 3.11 a raised exception is a class and a value, and its traceback is kept
 * beside it until somebody catches it. */
static enum hn_status
hold_parts(struct collector *c, const struct hn_record *thread)
{
    hn_addr type = hn_record_u64(thread, HN_THREAD_RAISED_TYPE),
            value = hn_record_u64(thread, HN_THREAD_RAISED_VALUE),
            traceback = hn_record_u64(thread, HN_THREAD_RAISED_TRACEBACK);
    struct hn_exception *exception;
    enum hn_status st;

    if (type == 0)
        return HN_OK;
    if (value != 0 && hn_is_exception(c->rt, value)) {
        c->raised = value;
        c->raised_traceback = traceback;
        st = hold(c, HN_EXCEPTION_RAISED, value, NULL);
    } else {
        st = append(c, 0, &exception);
        if (!st && exception) {
            size_t number = exception->number;

            st = hn_exception_load_parts(&c->reader, type, value, traceback, exception);
            exception->number = number;
            put_held(c, HN_EXCEPTION_RAISED, exception, NULL);
        }
    }
    return st;
}

static enum hn_status
hold_raised(struct collector *c, const struct hn_record *thread)
{
    const struct hn_layout *layout = &c->rt->py.layout;

    if (hn_layout_has(layout, HN_THREAD_CURRENT_EXCEPTION))
        return hold(c, HN_EXCEPTION_RAISED,
                    hn_record_u64(thread, HN_THREAD_CURRENT_EXCEPTION), NULL);
    if (hn_layout_has(layout, HN_THREAD_RAISED_TYPE))
        return hold_parts(c, thread);
    return HN_OK;
}

static enum hn_status
hold_handled(struct collector *c, const struct hn_record *thread)
{
    struct hn_python *py = &c->rt->py;
    hn_addr item = hn_record_u64_or_0(thread, HN_THREAD_EXC_INFO);

    for (unsigned i = 0; item != 0; i++) {
        struct hn_record rec;
        enum hn_status st = hn_record_load(py, HN_STRUCT_ERRITEM, item, &rec);

        if (i == MAX_HANDLERS)
            return hn_fail(py->err, HN_E_CORRUPT, item,
                           "the chain of handled exceptions does not end");
        if (!st)
            st = hold(c, HN_EXCEPTION_HANDLED, hn_record_u64(&rec, HN_ERRITEM_VALUE),
                      NULL);
        if (st)
            return st;
        item = hn_record_u64_or_0(&rec, HN_ERRITEM_PREVIOUS);
    }
    return HN_OK;
}

/* --- suspended generators and coroutines */

struct search {
    struct hn_frame frames[MAX_SEARCHED]; /* whose variables are to be looked at */
    hn_addr generators[MAX_SEARCHED];     /* that were met */
    size_t frame_count, generator_count;
};

static const char *
generator_name(struct collector *c, hn_addr generator, const char *kind)
{
    struct hn_python *py = &c->rt->py;
    const char *name;
    hn_addr object;

    if (hn_field_read(py, HN_GEN_QUALNAME, generator, &object)
        || hn_str_load(py, object, 200, c->reader.arena, &name, NULL, NULL))
        return kind;
    return hn_arena_format(c->reader.arena, "%s %s", kind, name);
}

static enum hn_status
visit_generator(struct collector *c, struct search *s, hn_addr generator,
                const char *kind)
{
    struct hn_python *py = &c->rt->py;
    hn_addr item = hn_field_addr(py, HN_GEN_EXC_STATE, generator), value;
    struct hn_generator facts;
    enum hn_status st;

    for (size_t i = 0; i < s->generator_count; i++)
        if (s->generators[i] == generator)
            return HN_OK;
    if (s->generator_count == MAX_SEARCHED || s->frame_count == MAX_SEARCHED)
        return HN_OK;
    s->generators[s->generator_count++] = generator;
    st = hn_generator_load(c->rt, generator, &facts);
    if (st || facts.state != HN_GENERATOR_SUSPENDED)
        return st;
    st = hn_generator_frame(c->rt, &facts, &s->frames[s->frame_count]);
    if (st)
        return st;
    s->frame_count++;
    if (item == 0)
        return HN_OK;
    st = hn_field_read(py, HN_ERRITEM_VALUE, item, &value);
    if (st)
        return st;
    return hold(c, HN_EXCEPTION_SUSPENDED, value, generator_name(c, generator, kind));
}

static enum hn_status
search_frame(struct collector *c, struct search *s, const struct hn_frame *frame)
{
    struct hn_arena *arena = c->reader.arena;
    struct hn_bindings bindings;
    enum hn_status st = hn_bindings_load(c->rt, frame, arena, &bindings);

    for (size_t i = 0; !st && i < bindings.count; i++) {
        hn_addr object = hn_stackref_pointer(&c->rt->py, bindings.items[i].bits);
        const char *kind = NULL;

        if (hn_binding_is_bound(c->rt, &bindings.items[i]))
            kind = hn_generator_kind(c->rt, object);
        if (kind)
            st = note_problem(c, visit_generator(c, s, object, kind));
    }
    return st;
}

/* Frames of generators that are found are searched in their turn. */
static enum hn_status
hold_suspended(struct collector *c, const struct hn_stack *stack)
{
    struct search *s = calloc(1, sizeof(*s));
    enum hn_status st = HN_OK;

    if (!s)
        return fail_memory(c);
    for (size_t i = 0; !st && i < stack->count && i < MAX_SEARCHED; i++)
        st = search_frame(c, s, &stack->frames[i]);
    for (size_t i = 0; !st && i < s->frame_count; i++)
        st = search_frame(c, s, &s->frames[i]);
    free(s);
    return st;
}

/* --- what nobody caught */

static enum hn_status
hold_last(struct collector *c, hn_addr interpreter)
{
    static const char *const names[] = { "last_exc", "last_value" };
    struct hn_python *py = &c->rt->py;
    hn_addr sys, object;
    enum hn_status st = hn_field_read(py, HN_INTERP_SYSDICT, interpreter, &sys);

    if (st || sys == 0)
        return st;
    for (size_t i = 0; i < 2; i++) {
        st = hn_dict_find(py, sys, names[i], &object);
        if (st == HN_OK)
            return hold(c, HN_EXCEPTION_LAST, object, NULL);
        if (st != HN_DONE)
            return st;
    }
    return HN_OK;
}

/* --- the whole */

static enum hn_status
collect(struct collector *c, const struct hn_interpreter *interpreter,
        const struct hn_thread *thread)
{
    struct hn_record rec;
    enum hn_status st =
        hn_record_load(&c->rt->py, HN_STRUCT_THREAD, thread->addr, &rec);

    if (st)
        return note_problem(c, st);
    st = note_problem(c, hold_raised(c, &rec));
    if (!st)
        st = note_problem(c, hold_handled(c, &rec));
    if (!st)
        st = note_problem(c, hold_suspended(c, &thread->stack));
    if (!st && thread->main)
        st = note_problem(c, hold_last(c, interpreter->addr));
    return st ? st : load_all(c);
}

enum hn_status
hn_exceptions_load(struct hn_runtime *rt, const struct hn_interpreter *interpreter,
                   const struct hn_thread *thread, size_t depth,
                   const struct hn_preview_limits *limits, struct hn_arena *arena,
                   struct hn_exceptions *ret)
{
    struct collector *c = calloc(1, sizeof(*c));
    enum hn_status st;

    *ret = (struct hn_exceptions){ 0 };
    if (!c)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for exceptions");
    c->reader = (struct hn_exception_reader){ rt, limits, depth, arena };
    c->rt = rt;
    c->result = ret;
    st = thread->problem ? HN_OK : collect(c, interpreter, thread);
    ret->items = hn_arena_array(arena, ret->count, sizeof(*ret->items));
    if (ret->items && ret->count > 0)
        memcpy(ret->items, c->held, ret->count * sizeof(*ret->items));
    if (!ret->items)
        ret->count = 0;
    ret->all = hn_arena_array(arena, c->known_count, sizeof(*ret->all));
    if (ret->all && c->known_count > 0)
        memcpy(ret->all, c->known, c->known_count * sizeof(*ret->all));
    ret->all_count = ret->all ? c->known_count : 0;
    free(c);
    if (!ret->items && !st)
        st = hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for exceptions");
    return st;
}
