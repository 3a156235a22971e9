/* py-threads: one row a thread. */
#include "command/call.h"
#include "report/document.h"
#include "report/stack.h"

struct threads_options {
    uint64_t limit;
};

static void
write_text(struct hn_call *call, uint64_t limit)
{
    struct hn_text scratch;

    hn_text_init(&scratch);
    hn_call_begin_text(call, false);
    hn_threads_put(&call->out.text, &call->look, &call->process, limit, &scratch);
    hn_call_end_text(call);
    hn_text_deinit(&scratch);
}

static void
write_json(struct hn_call *call, uint64_t limit)
{
    hn_call_begin_json(call);
    hn_json_open_list(&call->json, "threads");
    for (size_t i = 0; i < call->process.interpreter_count; i++) {
        const struct hn_interpreter *interpreter = &call->process.interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count && hn_call_poll(call); t++) {
            const struct hn_thread *thread = &interpreter->threads[t];

            if (limit && thread->number > limit)
                break;
            hn_json_open_object(&call->json, NULL);
            hn_document_thread(&call->json, thread);
            hn_document_row(&call->json, thread);
            hn_json_close_object(&call->json);
        }
    }
    hn_json_close_list(&call->json);
    hn_call_end_json(call);
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct threads_options *o = options;
    enum hn_status st = hn_call_open(call);

    if (st == HN_OK)
        st = hn_call_load_stacks(call, o->limit, 1);
    if (st)
        return st;
    hn_call_release(call);
    if (call->common.json)
        write_json(call, o->limit);
    else
        write_text(call, o->limit);
    return HN_OK;
}

static const struct hn_arg args[] = {
    { "limit", 0, HN_ARG_COUNT, offsetof(struct threads_options, limit), "N",
      "only the first N threads (0: all)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "a row for every thread" },
    { "--json", "the same for a script" },
    { NULL, NULL },
};

const struct hn_command hn_command_threads = {
    .entry = { "threads", "List the threads that run Python, and what each does" },
    .details = "A state is shown only where the data shows it. A star marks the "
               "selected thread. Numbers count interpreters by their id, in each the "
               "main thread first, then the oldest.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct threads_options),
    .run = run,
};
