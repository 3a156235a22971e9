/* Values, variables, objects and exceptions as JSON. */
#include <stdlib.h>

#include "report/document.h"
#include "report/traces.h"
#include "report/value.h"

static void
put_problem(struct hn_json *json, const char *problem, hn_addr at)
{
    if (!problem)
        return;
    hn_json_string(json, "problem", problem);
    if (at)
        hn_json_address(json, "problem_at", at);
}

void
hn_document_value(struct hn_json *json, const struct hn_value *value)
{
    if (value->addr)
        hn_json_address(json, "address", value->addr);
    else
        hn_json_null(json, "address");
    hn_json_string(json, "type", value->type);
    hn_json_string(json, "repr", value->repr);
    if (value->cut)
        hn_json_bool(json, "cut", true);
    put_problem(json, value->problem, value->problem_at);
}

static void
put_value(struct hn_json *json, const char *key, const struct hn_value *value)
{
    hn_json_open_object(json, key);
    hn_document_value(json, value);
    hn_json_close_object(json);
}

void
hn_document_variables(struct hn_json *json, const char *key,
                      const struct hn_variables *variables)
{
    hn_json_open_list(json, key);
    for (size_t i = 0; i < variables->count; i++) {
        const struct hn_variable *variable = &variables->items[i];

        hn_json_open_object(json, NULL);
        hn_json_string(json, "name", variable->name);
        hn_json_string(json, "kind", hn_variable_kind_name(variable->kind));
        if (variable->bound)
            put_value(json, "value", &variable->value);
        else
            hn_json_null(json, "value");
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

/* --- objects */

static void
put_references(struct hn_json *json, const struct hn_object_facts *object)
{
    if (!object->references.known) {
        hn_json_null(json, "refcount");
        return;
    }
    hn_json_integer(json, "refcount", object->references.count);
    if (object->references.immortal)
        hn_json_bool(json, "immortal", true);
    if (object->references.split) {
        hn_json_integer(json, "refcount_local", object->references.local);
        hn_json_integer(json, "refcount_shared", object->references.shared);
    }
}

static void
put_attributes(struct hn_json *json, const struct hn_parts *parts)
{
    hn_json_open_object(json, "attributes");
    for (size_t i = 0; i < parts->count; i++)
        put_value(json, parts->items[i].name, &parts->items[i].value);
    hn_json_close_object(json);
    if (parts->total > parts->count)
        hn_json_integer(json, "attributes_left_out",
                        (int64_t)(parts->total - parts->count));
}

static void
put_items(struct hn_json *json, const struct hn_parts *parts)
{
    hn_json_open_list(json, "items");
    for (size_t i = 0; i < parts->count; i++) {
        hn_json_open_object(json, NULL);
        if (parts->items[i].name[0])
            hn_json_string(json, "key", parts->items[i].name);
        hn_document_value(json, &parts->items[i].value);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    if (parts->total > parts->count)
        hn_json_integer(json, "items_left_out", (int64_t)(parts->total - parts->count));
}

static void
put_allocation(struct hn_json *json, const struct hn_traces *traces)
{
    const struct hn_trace_stack *stack;

    if (!traces)
        return;
    stack = &traces->stacks[traces->traces[0].stack];
    hn_json_integer(json, "traced_size", (int64_t)traces->traces[0].size);
    hn_document_trace_frames(json, "traceback", traces, traces->frames + stack->first,
                             stack->count);
}

void
hn_document_object(struct hn_json *json, const struct hn_object_facts *object)
{
    hn_document_value(json, &object->value);
    hn_json_open_list(json, "bases");
    for (size_t i = 0; i < object->base_count; i++)
        hn_json_string(json, NULL, object->bases[i]);
    hn_json_close_list(json);
    put_references(json, object);
    if (object->size_bytes)
        hn_json_integer(json, "size", (int64_t)object->size_bytes);
    if (object->block.allocator) {
        hn_json_open_object(json, "block");
        hn_json_string(json, "allocator", object->block.allocator);
        hn_json_address(json, "address", object->block.at);
        hn_json_integer(json, "size", (int64_t)object->block.size);
        hn_json_address(json, "pool", object->block.pool);
        hn_json_integer(json, "used", (int64_t)object->block.used);
        hn_json_integer(json, "blocks", (int64_t)object->block.blocks);
        hn_json_bool(json, "free", object->block.is_free);
        hn_json_close_object(json);
    }
    hn_json_open_object(json, "gc");
    hn_json_bool(json, "collectable", object->gc.collectable);
    hn_json_bool(json, "tracked", object->gc.tracked);
    hn_json_close_object(json);
    put_allocation(json, object->allocation.traces);
    put_attributes(json, &object->attributes);
    if (object->has_items)
        put_items(json, &object->items);
}

/* --- exceptions */

/* JSON nests where exceptions refer to each other. Parsers give up on nesting far
 * deeper than this; an exception beyond it, or one met before, is told by its address
 * alone. */
enum { MAX_NESTING = 60 };

/* Numbers of exceptions are below this (runtime/exceptions.c reads 1000 a thread). */
enum { MAX_NUMBER = 1 << 12 };

enum stage { CAUSE, CONTEXT, GROUP, END };

struct writer {
    struct hn_json *json;
    struct {
        const struct hn_exception *exception;
        enum stage stage;
        size_t member;
    } open[MAX_NESTING]; /* from the outermost to the one being written */
    size_t depth;
    bool written[MAX_NUMBER];
};

static void
put_traceback(struct hn_json *json, const struct hn_stack *traceback)
{
    hn_json_open_list(json, "traceback");
    for (size_t i = 0; i < traceback->count; i++)
        hn_document_frame(json, NULL, &traceback->frames[i]);
    hn_json_close_list(json);
    if (traceback->cut)
        hn_json_bool(json, "traceback_cut", true);
    put_problem(json, traceback->problem, traceback->problem_at);
}

static void
put_head(struct hn_json *json, const struct hn_exception *exception)
{
    if (exception->addr)
        hn_json_address(json, "address", exception->addr);
    else
        hn_json_null(json, "address");
    hn_json_string(json, "type", exception->type);
    hn_json_string(json, "message", exception->message);
}

static void
put_body(struct hn_json *json, const struct hn_exception *exception)
{
    hn_json_open_list(json, "notes");
    for (size_t i = 0; i < exception->note_count; i++)
        hn_json_string(json, NULL, exception->notes[i]);
    hn_json_close_list(json);
    put_traceback(json, &exception->traceback);
    if (exception->suppress_context)
        hn_json_bool(json, "suppress_context", true);
    put_problem(json, exception->problem, exception->problem_at);
}

/* The head of an exception whose brackets are open; its body and what it refers to
 * follow unless it is told elsewhere. */
static void
enter(struct writer *w, const struct hn_exception *exception)
{
    bool known = exception->number >= MAX_NUMBER || w->written[exception->number];

    put_head(w->json, exception);
    if (known || w->depth == MAX_NESTING) {
        hn_json_bool(w->json, known ? "repeated" : "cut", true);
        hn_json_close_object(w->json);
        return;
    }
    w->written[exception->number] = true;
    put_body(w->json, exception);
    w->open[w->depth].exception = exception;
    w->open[w->depth].stage = CAUSE;
    w->open[w->depth].member = 0;
    w->depth++;
}

static void
enter_member(struct writer *w, const char *key, const struct hn_exception *exception)
{
    if (!exception)
        return;
    hn_json_open_object(w->json, key);
    enter(w, exception);
}

/* The next thing that the innermost open exception refers to. */
static void
step(struct writer *w)
{
    size_t top = w->depth - 1;
    const struct hn_exception *exception = w->open[top].exception;

    switch (w->open[top].stage) {
    case CAUSE:
        w->open[top].stage = CONTEXT;
        enter_member(w, "cause", exception->cause);
        break;
    case CONTEXT:
        w->open[top].stage = exception->group_total ? GROUP : END;
        enter_member(w, "context", exception->context);
        break;
    case GROUP:
        if (w->open[top].member == 0)
            hn_json_open_list(w->json, "group");
        if (w->open[top].member < exception->group_count) {
            enter_member(w, NULL, exception->group[w->open[top].member++]);
            break;
        }
        hn_json_close_list(w->json);
        w->open[top].stage = END;
        break;
    case END:
        hn_json_close_object(w->json);
        w->depth--;
        break;
    }
}

static const char *
state_name(enum hn_exception_state state)
{
    static const char *const names[] = { [HN_EXCEPTION_RAISED] = "raised",
                                         [HN_EXCEPTION_HANDLED] = "handled",
                                         [HN_EXCEPTION_SUSPENDED] = "suspended",
                                         [HN_EXCEPTION_LAST] = "last" };

    return names[state];
}

static void
put_held(struct writer *w, const struct hn_exception_held *held)
{
    size_t outside = w->depth;

    hn_json_open_object(w->json, NULL);
    hn_json_string(w->json, "state", state_name(held->state));
    hn_json_bool(w->json, "handled",
                 held->state == HN_EXCEPTION_HANDLED
                     || held->state == HN_EXCEPTION_SUSPENDED);
    if (held->holder)
        hn_json_string(w->json, "holder", held->holder);
    enter(w, held->exception);
    while (w->depth > outside)
        step(w);
}

void
hn_document_exceptions(struct hn_json *json, const struct hn_exceptions *exceptions)
{
    struct writer w = { .json = json };

    hn_json_open_list(json, "exceptions");
    for (size_t i = 0; i < exceptions->count; i++)
        put_held(&w, &exceptions->items[i]);
    hn_json_close_list(json);
    if (exceptions->cut)
        hn_json_bool(json, "cut", true);
    put_problem(json, exceptions->problem, exceptions->problem_at);
}
