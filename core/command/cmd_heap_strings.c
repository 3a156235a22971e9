/* py-heap strings: equal strings that exist more than once. */
#include "command/heap.h"
#include "heap/strings.h"
#include "report/heap.h"

struct strings_options {
    uint64_t limit;
};

static void
write_strings(struct hn_call *call, const struct hn_heap_strings *strings)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_strings(&call->json, strings);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_strings_put(&call->out.text, &call->look, strings);
        hn_call_end_text(call);
    }
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct strings_options *o = options;
    struct hn_heap_strings strings;
    struct hn_heap heap;
    enum hn_status st = hn_call_open_heap(call, &heap);

    if (!st) {
        st = hn_heap_strings(&heap, o->limit, &call->arena, &strings);
        if (st == HN_E_INTERRUPTED) {
            call->interrupted = true;
            st = HN_OK;
        }
    }
    if (!st) {
        hn_call_release(call);
        write_strings(call, &strings);
    }
    hn_heap_deinit(&heap);
    return st;
}

static const struct hn_arg args[] = {
    { "limit", 0, HN_ARG_COUNT, offsetof(struct strings_options, limit), "N",
      "only the N texts whose copies take most (0: all)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct strings_options defaults = { .limit = 20 };

static const struct hn_example examples[] = {
    { "", "what sys.intern() would be good for" },
    { NULL, NULL },
};

const struct hn_command hn_command_heap_strings = {
    .entry = { "heap strings", "Show strings that exist more than once" },
    .parent = &hn_command_heap,
    .details =
        "Texts that several str objects hold, and what keeping one of each would "
        "save.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct strings_options),
    .defaults = &defaults,
    .run = run,
};
