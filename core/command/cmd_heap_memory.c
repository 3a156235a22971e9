/* py-heap memory: where all memory of the process is. */
#include "command/heap.h"
#include "heap/ledger.h"
#include "report/ledger.h"

struct memory_options {
    uint64_t parts;
};

static void
write_ledger(struct hn_call *call, const struct hn_ledger *ledger, uint64_t parts)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_ledger(&call->json, ledger);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_ledger_put(&call->out.text, &call->look, ledger,
                      parts < 100 ? (unsigned)parts : 100);
        hn_call_end_text(call);
    }
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct memory_options *o = options;
    struct hn_ledger ledger;
    struct hn_heap heap;
    enum hn_status st = hn_call_open_ledger(call, &heap, &ledger);

    if (!st) {
        hn_call_release(call);
        write_ledger(call, &ledger, o->parts);
    }
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    { "parts", 0, HN_ARG_COUNT, offsetof(struct memory_options, parts), "N",
      "show at most N parts of each row (0: none)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct memory_options defaults = { .parts = 4 };

static const struct hn_example examples[] = {
    { "", "what the resident memory is, row by row" },
    { "--parts 0", "the rows alone" },
    { NULL, NULL },
};

const struct hn_command hn_command_heap_memory = {
    .entry = { "heap memory", "Show where all memory of the process is" },
    .parent = &hn_command_heap,
    .details =
        "Every byte that is resident (a live process) or in the file (a core) is in "
        "exactly one row: live objects and the buffers they own, what Python's "
        "allocator and malloc keep free, the interpreter itself, stacks, files. "
        "\"unaccounted\" is what nothing explains: anonymous memory that no object, "
        "allocator, thread or library's data points to, and damaged pieces.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct memory_options),
    .defaults = &defaults,
    .run = run,
};
