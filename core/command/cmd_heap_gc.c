/* py-heap gc: the state of the garbage collector. */
#include "command/heap.h"
#include "heap/collector.h"
#include "report/heap.h"

struct gc_options {
    bool unused;
};

static void
write_report(struct hn_call *call, const struct hn_gc_report *report)
{
    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_gc(&call->json, report);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_gc_put(&call->out.text, &call->look, report);
        hn_call_end_text(call);
    }
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    struct hn_gc_report report;
    enum hn_status st = hn_call_open(call);

    (void)options;
    if (!st) {
        call->doing = "read the collector's state";
        st = hn_collector_load(call->session->runtime, &call->process, &call->arena,
                               &report);
        if (st == HN_E_INTERRUPTED) {
            call->interrupted = true;
            st = HN_OK;
        }
    }
    if (st)
        return st;
    call->doing = NULL;
    for (size_t i = 0; i < report.count; i++)
        if (report.items[i].bad_lists)
            hn_call_note(call, "a list of the collector does not end: objects are "
                               "counted up to the damage");
    hn_call_release(call);
    write_report(call, &report);
    return HN_OK;
}

static const struct hn_arg args[] = {
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "is it running, how often did it" },
    { NULL, NULL },
};

const struct hn_command hn_command_heap_gc = {
    .entry = { "heap gc", "Show the state of the garbage collector" },
    .parent = &hn_command_heap,
    .details =
        "For each interpreter whether the collector is enabled and whether it is "
        "at work, and for each generation its threshold, its count, the objects "
        "in it, and what collections have found since the start: what "
        "gc.get_threshold(), get_count(), get_stats() and get_freeze_count() "
        "would say. Free-threaded builds keep no lists, so objects are not "
        "counted there.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct gc_options),
    .run = run,
};
