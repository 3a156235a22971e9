/* Decodes exceptions. CPython: Include/cpython/pyerrors.h, Objects/exceptions.c. */
#include "runtime/exception.h"

#include <string.h>

#include "objects/objects.h"
#include "runtime/lookup.h"
#include "runtime/variables.h"

/* Of tp_flags: Include/object.h, unchanged from 3.8 to 3.15. */
#define FLAG_EXCEPTION (UINT64_C(1) << 30)

/* Notes are written by hand; a program that adds more adds them in a loop. */
enum { MAX_NOTES = 100 };

/* Arguments of one exception. */
enum { MAX_ARGUMENTS = 1000 };

static bool
is_fatal(enum hn_status st)
{
    return st == HN_E_NOMEM || st == HN_E_INTERRUPTED;
}

/* Keeps the first reason; passes on only what ends everything. */
static enum hn_status
note_problem(struct hn_runtime *rt, enum hn_status st, struct hn_exception *ret)
{
    if (st == HN_OK || is_fatal(st))
        return st;
    if (!ret->problem) {
        ret->problem = rt->py.err->what;
        ret->problem_at = rt->py.err->addr;
    }
    return HN_OK;
}

bool
hn_is_exception(struct hn_runtime *rt, hn_addr object)
{
    hn_addr type;
    uint64_t flags;

    return hn_object_flags(&rt->py, object, &type, &flags) == HN_OK
           && flags & FLAG_EXCEPTION;
}

/* --- words */

/* The str() of @object: text as it is, all else as repr() has it. */
static enum hn_status
load_words(const struct hn_exception_reader *r, hn_addr object, const char **ret)
{
    struct hn_python *py = &r->rt->py;
    struct hn_value value;
    hn_addr type;
    uint64_t flags;
    bool cut = false;
    enum hn_status st = hn_object_flags(py, object, &type, &flags);

    if (!st && flags & HN_TPFLAG_UNICODE) {
        st = hn_str_load(py, object, r->limits->width, r->arena, ret, NULL, &cut);
        if (!st && cut)
            *ret = hn_arena_format(r->arena, "%s...", *ret);
    } else if (!is_fatal(st)) {
        st = hn_runtime_value(r->rt, object, r->limits, r->arena, &value);
        *ret = st ? NULL : value.repr;
    }
    if (!st && !*ret)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a message");
    return st;
}

static enum hn_status
load_repr(const struct hn_exception_reader *r, hn_addr object, const char **ret)
{
    struct hn_value value;
    enum hn_status st = hn_runtime_value(r->rt, object, r->limits, r->arena, &value);

    if (!st)
        *ret = value.repr;
    return st;
}

/* Whether @type is the class called @name or derives from it. */
static bool
derives_from(const struct hn_exception_reader *r, hn_addr type, const char *name)
{
    struct hn_python *py = &r->rt->py;
    const hn_addr *classes;
    const char *class;
    size_t count;
    hn_addr mro;

    if (hn_field_read(py, HN_TYPE_MRO, type, &mro)
        || hn_items_load(py, mro, HN_MRO_MOST, r->arena, &classes, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (hn_type_name(py, classes[i], r->arena, &class) == HN_OK
            && strcmp(class, name) == 0)
            return true;
    return false;
}

/* What BaseException.__str__ makes of the arguments. A KeyError shows its key as repr()
 * does, so that '' is seen. */
static enum hn_status
load_arguments(const struct hn_exception_reader *r, hn_addr type, hn_addr args,
               const char **ret)
{
    const hn_addr *items;
    size_t count;
    enum hn_status st =
        hn_items_load(&r->rt->py, args, MAX_ARGUMENTS, r->arena, &items, &count);

    if (st)
        return st;
    *ret = "";
    if (count == 0)
        return HN_OK;
    if (count > 1 || derives_from(r, type, "KeyError"))
        return load_repr(r, count > 1 ? args : items[0], ret);
    return load_words(r, items[0], ret);
}

/* "[Errno 2] No such file or directory: 'x'"; HN_DONE when it was not made of a number
 * and words. */
static enum hn_status
load_os_error(const struct hn_exception_reader *r, hn_addr exception, const char **ret)
{
    static const enum hn_field fields[] = { HN_OSERROR_ERRNO, HN_OSERROR_STRERROR,
                                            HN_OSERROR_FILENAME, HN_OSERROR_FILENAME2 };
    const char *words[4] = { NULL };
    struct hn_record rec;
    enum hn_status st = hn_record_load(&r->rt->py, HN_STRUCT_OSERROR, exception, &rec);

    for (size_t i = 0; !st && i < 4; i++) {
        hn_addr object = hn_record_u64(&rec, fields[i]);

        if (object != 0)
            st = i < 2 ? load_words(r, object, &words[i])
                       : load_repr(r, object, &words[i]);
    }
    if (st || !words[0] || !words[1])
        return st ? st : HN_DONE;
    *ret = hn_arena_format(r->arena, "[Errno %s] %s%s%s%s%s", words[0], words[1],
                           words[2] ? ": " : "", words[2] ? words[2] : "",
                           words[3] ? " -> " : "", words[3] ? words[3] : "");
    return *ret ? HN_OK : HN_E_NOMEM;
}

/* "several things failed (3 sub-exceptions)" */
static enum hn_status
load_group_message(const struct hn_exception_reader *r, hn_addr exception,
                   size_t members, const char **ret)
{
    const char *message;
    hn_addr object;
    enum hn_status st = hn_field_read(&r->rt->py, HN_GROUP_MESSAGE, exception, &object);

    if (!st)
        st = load_words(r, object, &message);
    if (st)
        return st;
    *ret = hn_arena_format(r->arena, "%s (%zu sub-exception%s)", message, members,
                           members == 1 ? "" : "s");
    return *ret ? HN_OK : HN_E_NOMEM;
}

static enum hn_status
load_message(const struct hn_exception_reader *r, hn_addr exception, hn_addr type,
             hn_addr args, struct hn_exception *ret)
{
    enum hn_status st = HN_DONE;

    if (ret->group_total > 0)
        return load_group_message(r, exception, ret->group_total, &ret->message);
    if (derives_from(r, type, "OSError"))
        st = load_os_error(r, exception, &ret->message);
    if (st != HN_DONE)
        return st;
    return load_arguments(r, type, args, &ret->message);
}

/* --- notes */

static enum hn_status
load_note_list(const struct hn_exception_reader *r, hn_addr list,
               struct hn_exception *ret)
{
    const char **notes;
    const hn_addr *items;
    size_t count;
    enum hn_status st =
        hn_items_load(&r->rt->py, list, MAX_NOTES, r->arena, &items, &count);

    if (st)
        return st;
    notes = hn_arena_array(r->arena, count, sizeof(*notes));
    if (!notes)
        return hn_fail(r->rt->py.err, HN_E_NOMEM, 0, "no memory for notes");
    ret->notes = notes;
    for (size_t i = 0; i < count; i++) {
        st = load_words(r, items[i], &notes[i]);
        if (st)
            return st;
        ret->note_count++;
    }
    return HN_OK;
}

/* add_note() keeps them in the exception's dict (3.11, gh-89770). */
static enum hn_status
load_notes(const struct hn_exception_reader *r, hn_addr dict, struct hn_exception *ret)
{
    hn_addr list;
    enum hn_status st;

    if (dict == 0)
        return HN_OK;
    st = hn_dict_find(&r->rt->py, dict, "__notes__", &list);
    if (st)
        return st == HN_DONE ? HN_OK : st;
    return load_note_list(r, list, ret);
}

/* --- members of groups */

static enum hn_status
load_group(const struct hn_exception_reader *r, hn_addr exception, hn_addr type,
           struct hn_exception *ret, struct hn_exception_links *links)
{
    struct hn_python *py = &r->rt->py;
    hn_addr tuple;
    uint64_t count;
    enum hn_status st;

    if (!hn_layout_has(&py->layout, HN_GROUP_EXCEPTIONS)
        || !derives_from(r, type, "BaseExceptionGroup"))
        return HN_OK;
    st = hn_field_read(py, HN_GROUP_EXCEPTIONS, exception, &tuple);
    if (!st)
        st = hn_field_read(py, HN_VAR_SIZE, tuple, &count);
    if (!st)
        st = hn_items_load(py, tuple, HN_GROUP_MOST, r->arena, &links->group,
                           &links->group_count);
    if (!st)
        ret->group_total = count;
    return st;
}

/* --- the whole */

static enum hn_status
load_type_name(const struct hn_exception_reader *r, hn_addr type,
               struct hn_exception *ret)
{
    struct hn_types *types = hn_runtime_types(r->rt);

    if (!types)
        return hn_fail(r->rt->py.err, HN_E_NOMEM, 0, "no memory for types");
    return hn_types_name(types, type, &ret->type);
}

enum hn_status
hn_exception_load(const struct hn_exception_reader *r, hn_addr exception,
                  struct hn_exception *ret, struct hn_exception_links *links)
{
    struct hn_runtime *rt = r->rt;
    struct hn_record rec;
    hn_addr type = 0;
    enum hn_status st;

    *links = (struct hn_exception_links){ 0 };
    *ret = (struct hn_exception){ .addr = exception, .type = "", .message = "" };
    if (!hn_is_exception(rt, exception))
        return note_problem(
            rt, hn_fail(rt->py.err, HN_E_CORRUPT, exception, "this is no exception"),
            ret);
    st = hn_record_load(&rt->py, HN_STRUCT_EXCEPTION, exception, &rec);
    if (!st)
        st = hn_object_type(&rt->py, exception, &type);
    if (st)
        return note_problem(rt, st, ret);
    links->cause = hn_record_u64(&rec, HN_EXCEPTION_CAUSE);
    links->context = hn_record_u64(&rec, HN_EXCEPTION_CONTEXT);
    ret->suppress_context = hn_record_u64(&rec, HN_EXCEPTION_SUPPRESS_CONTEXT);
    st = note_problem(rt, load_type_name(r, type, ret), ret);
    if (!st)
        st = note_problem(rt, load_group(r, exception, type, ret, links), ret);
    if (!st)
        st = note_problem(rt,
                          load_message(r, exception, type,
                                       hn_record_u64(&rec, HN_EXCEPTION_ARGS), ret),
                          ret);
    if (!st)
        st = note_problem(
            rt, load_notes(r, hn_record_u64(&rec, HN_EXCEPTION_DICT), ret), ret);
    if (st)
        return st;
    return hn_traceback_load(rt, hn_record_u64(&rec, HN_EXCEPTION_TRACEBACK), r->depth,
                             r->arena, &ret->traceback);
}

enum hn_status
hn_exception_load_parts(const struct hn_exception_reader *r, hn_addr type,
                        hn_addr value, hn_addr traceback, struct hn_exception *ret)
{
    struct hn_runtime *rt = r->rt;
    hn_addr value_type;
    uint64_t flags;
    enum hn_status st;

    *ret = (struct hn_exception){ .type = "", .message = "" };
    st = note_problem(rt, load_type_name(r, type, ret), ret);
    if (!st && value != 0 && !hn_object_is(&rt->py, value, "NoneType")) {
        st = hn_object_flags(&rt->py, value, &value_type, &flags);
        if (!st && flags & HN_TPFLAG_TUPLE)
            st = load_arguments(r, type, value, &ret->message);
        else if (!st)
            st = load_words(r, value, &ret->message);
        st = note_problem(rt, st, ret);
    }
    if (st)
        return st;
    return hn_traceback_load(rt, traceback, r->depth, r->arena, &ret->traceback);
}
