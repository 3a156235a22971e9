/* py-heap, py-heap types: every live object, by type. */
#include "command/heap.h"
#include "heap/census.h"
#include "report/heap.h"

struct types_options {
    unsigned by, sort;
    uint64_t limit;
};

static const char *const groups[] = { "type", "module", "size", "generation", NULL };
static const char *const orders[] = { "size", "count", "allocated", "name", NULL };

static void
write_census(struct hn_call *call, const struct hn_heap_census *census,
             const struct types_options *o)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_census(&call->json, census, groups[o->by], o->limit);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_census_put(&call->out.text, &call->look, census, groups[o->by], o->limit);
        hn_call_end_text(call);
    }
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct types_options *o = options;
    struct hn_heap_census census;
    struct hn_heap heap;
    enum hn_status st = hn_call_open_heap(call, &heap);

    if (!st)
        st = hn_census_make(&heap, o->by, o->sort, &call->arena, &census);
    if (!st) {
        hn_call_release(call);
        write_census(call, &census, o);
    }
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    { "sort", 's', HN_ARG_CHOICE, offsetof(struct types_options, sort), "ORDER",
      "what decides the order of rows", orders, false },
    { "by", 0, HN_ARG_CHOICE, offsetof(struct types_options, by), "WHAT",
      "a row for each", groups, false },
    { "limit", 0, HN_ARG_COUNT, offsetof(struct types_options, limit), "N",
      "only the first N rows (0: all)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct types_options defaults = { .limit = 20 };

static const struct hn_example examples[] = {
    { "", "what the memory is made of" },
    { "--sort count --limit 0", "all types, the most frequent first" },
    { "--by module", "which module's classes" },
    { NULL, NULL },
};

static const char details[] =
    "Every live object of every interpreter, also those that the garbage collector "
    "does "
    "not track, as they lie in the allocator's pools, and large ones outside of pools. "
    "Sizes are those of sys.getsizeof(): the object and the buffers that are its own.";

const struct hn_command hn_command_heap = {
    .entry = { "heap", "Show which objects there are, by type" },
    .details = details,
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct types_options),
    .defaults = &defaults,
    .run = run,
};

const struct hn_command hn_command_heap_types = {
    .entry = { "heap types", "Show which objects there are, by type" },
    .parent = &hn_command_heap,
    .details = details,
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct types_options),
    .defaults = &defaults,
    .run = run,
};
