/* py-exc: what each thread raises and handles. */
#include "command/values.h"
#include "report/document.h"
#include "report/exception.h"
#include "report/stack.h"
#include "runtime/exceptions.h"

struct exc_options {
    struct hn_value_options values;
    bool reverse;
    uint64_t frames;
};

/* One for each thread, in the order of the threads. */
struct findings {
    const struct hn_thread *thread;
    struct hn_exceptions exceptions;
};

static enum hn_status
load_thread(struct hn_call *call, const struct exc_options *options,
            struct hn_thread *thread, struct findings *ret)
{
    struct hn_preview_limits limits = hn_value_limits(&options->values);
    enum hn_status st = hn_call_load_stack(call, thread, 0);

    ret->thread = thread;
    if (!st)
        st = hn_exceptions_load(
            call->session->runtime, hn_call_interpreter(call, thread), thread,
            options->frames, &limits, &call->arena, &ret->exceptions);
    if (st == HN_E_INTERRUPTED) {
        call->interrupted = true;
        st = HN_OK;
    }
    if (ret->exceptions.problem)
        hn_call_note(call, "thread %u: some exceptions cannot be read: %s",
                     thread->number, ret->exceptions.problem);
    return st;
}

/* Every thread, or the one that was asked for. */
static enum hn_status
load(struct hn_call *call, const struct exc_options *options, struct findings *findings,
     size_t *count)
{
    struct hn_thread *only = NULL;
    enum hn_status st = HN_OK;

    if (options->values.thread)
        st = hn_call_thread(call, options->values.thread, &only);
    for (size_t i = 0; !st && i < call->process.interpreter_count; i++) {
        struct hn_interpreter *interpreter = &call->process.interpreters[i];

        for (size_t t = 0; !st && t < interpreter->thread_count; t++) {
            struct hn_thread *thread = &interpreter->threads[t];

            if ((!only || only == thread) && !call->interrupted)
                st = load_thread(call, options, thread, &findings[(*count)++]);
        }
    }
    return st;
}

static void
load_sources(struct hn_call *call, const struct findings *findings, size_t count)
{
    struct hn_sources sources;

    hn_sources_init(&sources, call->session->target, &call->arena);
    for (size_t i = 0; i < count; i++)
        for (size_t e = 0; e < findings[i].exceptions.all_count; e++)
            hn_sources_fill(&sources, &findings[i].exceptions.all[e]->traceback);
    hn_sources_deinit(&sources);
}

static bool
has_something(const struct findings *findings)
{
    return findings->exceptions.count > 0 || findings->exceptions.problem;
}

static void
write_text(struct hn_call *call, const struct exc_options *options,
           const struct findings *findings, size_t count)
{
    struct hn_text *text = &call->out.text;
    size_t shown = 0;

    hn_call_begin_text(call, false);
    for (size_t i = 0; i < count && hn_call_poll(call); i++) {
        if (!has_something(&findings[i]))
            continue;
        if (shown++ > 0)
            hn_text_putc(text, '\n');
        hn_thread_put_heading(text, &call->look, &call->process, findings[i].thread);
        hn_exceptions_put(text, &call->look, &findings[i].exceptions, options->reverse);
    }
    if (shown == 0)
        hn_text_puts(text, "no exception is being raised or handled\n");
    hn_call_end_text(call);
}

static void
write_json(struct hn_call *call, const struct findings *findings, size_t count)
{
    hn_call_begin_json(call);
    hn_json_open_list(&call->json, "threads");
    for (size_t i = 0; i < count && hn_call_poll(call); i++) {
        hn_json_open_object(&call->json, NULL);
        hn_document_thread(&call->json, findings[i].thread);
        hn_document_exceptions(&call->json, &findings[i].exceptions);
        hn_json_close_object(&call->json);
    }
    hn_json_close_list(&call->json);
    hn_call_end_json(call);
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct exc_options *o = options;
    struct findings *findings;
    size_t count = 0;
    enum hn_status st = hn_call_open(call);

    if (st)
        return st;
    findings =
        hn_arena_array(&call->arena, call->process.thread_count, sizeof(*findings));
    if (!findings)
        return HN_E_NOMEM;
    st = load(call, o, findings, &count);
    if (st)
        return st;
    hn_call_release(call);
    load_sources(call, findings, count);
    if (call->common.json)
        write_json(call, findings, count);
    else
        write_text(call, o, findings, count);
    return HN_OK;
}

static const struct hn_arg args[] = {
    { "thread", 't', HN_ARG_STRING, offsetof(struct exc_options, values.thread),
      "THREAD", "only this thread, " HN_THREAD_WORDS, NULL, false },
    { "frames", 0, HN_ARG_COUNT, offsetof(struct exc_options, frames), "N",
      "only the innermost N frames of a traceback (0: all)", NULL, false },
    { "reverse", 0, HN_ARG_FLAG, offsetof(struct exc_options, reverse), NULL,
      "outermost frame first, as Python's tracebacks", NULL, false },
    HN_VALUE_ARGS,
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "of all threads that have any" },
    { "-t 3 --reverse", "of thread 3, in Python's order" },
    { NULL, NULL },
};

static const struct exc_options defaults = {
    .values = { .limit = 100, .depth = 6, .width = 2000 },
};

const struct hn_command hn_command_exc = {
    .entry = { "exc", "Show the exceptions that threads raise and handle" },
    .details = "With message, notes and traceback, cause or context, and the members "
               "of groups; each exception once. Also those that suspended generators "
               "and coroutines among a stack's variables were handling, and the last "
               "one that nobody caught (sys.last_exc).",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct exc_options),
    .defaults = &defaults,
    .run = run,
};
