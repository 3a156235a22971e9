/* py-heap find: objects by type, size and value. */
#include "command/heap.h"
#include "heap/search.h"
#include "report/heap.h"
#include "tracemalloc/tracemalloc.h"

struct find_options {
    const char *type, *value;
    uint64_t min_size, limit;
    bool brief;
};

static void
write_hits(struct hn_call *call, const struct hn_heap_hits *hits, bool brief)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_hits(&call->json, hits);
        hn_call_end_json(call);
        return;
    }
    if (!brief)
        hn_call_begin_text(call, false);
    hn_hits_put(&call->out.text, &call->look, hits, brief);
    if (!brief)
        hn_call_end_text(call);
}

/* Looked up one by one: with more hits than a screen shows `tracemalloc types` is the
 * better answer. */
enum { TRACES_MOST = 1000 };

/* Where the objects were allocated, if that is traced. What cannot be read is not
 * there.
 */
static void
find_traces(struct hn_call *call, struct hn_heap_hits *hits)
{
    struct hn_error before = call->session->err;

    for (size_t i = 0; i < hits->count && i < TRACES_MOST; i++) {
        struct hn_traces *trace = hn_arena_alloc(&call->arena, sizeof(*trace));
        struct hn_traces found;

        if (!trace
            || hn_traces_load_object(call->session->runtime, hits->items[i].address,
                                     &call->arena, &found)
                   != HN_OK)
            continue;
        *trace = found;
        hits->items[i].trace = trace;
    }
    call->session->err = before;
}

static void
free_traces(struct hn_heap_hits *hits)
{
    for (size_t i = 0; i < hits->count; i++)
        if (hits->items[i].trace)
            hn_traces_deinit((struct hn_traces *)hits->items[i].trace);
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct find_options *o = options;
    const struct hn_heap_filter filter = {
        .type = o->type,
        .value = o->value,
        .min_size = o->min_size,
        .limit = o->limit,
        .values = !o->brief,
    };
    struct hn_heap_hits hits;
    struct hn_heap heap;
    enum hn_status st = hn_call_open_heap(call, &heap);

    if (!st) {
        st = hn_heap_search(&heap, &filter, &call->arena, &hits);
        if (st == HN_E_ARGUMENT)
            call->misused = true;
        if (st == HN_E_INTERRUPTED) {
            call->interrupted = true;
            st = HN_OK;
        }
    }
    if (!st) {
        if (!o->brief)
            find_traces(call, &hits);
        hn_call_release(call);
        write_hits(call, &hits, o->brief);
        free_traces(&hits);
    }
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    { "type", 't', HN_ARG_STRING, offsetof(struct find_options, type), "PATTERN",
      "only types of this name, whole or its last part; * and ? as in a shell", NULL,
      false },
    { "min-size", 0, HN_ARG_COUNT, offsetof(struct find_options, min_size), "BYTES",
      "only objects of at least that size", NULL, false },
    { "value", 0, HN_ARG_STRING, offsetof(struct find_options, value), "REGEX",
      "only objects in whose repr() the expression is found", NULL, false },
    { "limit", 0, HN_ARG_COUNT, offsetof(struct find_options, limit), "N",
      "only the N largest (0: all)", NULL, false },
    { "short", 0, HN_ARG_FLAG, offsetof(struct find_options, brief), NULL,
      "addresses and nothing else, for scripts", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct find_options defaults = { .limit = 20 };

static const struct hn_example examples[] = {
    { "--type shop.model.Item", "the objects of a class" },
    { "--min-size 1000000", "large ones" },
    { "--type str --value user:17", "strings that contain a text" },
    { "--type 'Item*' --short --limit 0", "addresses for a script" },
    { NULL, NULL },
};

const struct hn_command hn_command_heap_find = {
    .entry = { "heap find", "Find objects by type, size or value" },
    .parent = &hn_command_heap,
    .details =
        "The largest stand first. A value is searched for as repr() shows it, in "
        "the first 65,536 characters; looking at the values of millions of "
        "objects takes a while, so name a type too.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct find_options),
    .defaults = &defaults,
    .run = run,
};
