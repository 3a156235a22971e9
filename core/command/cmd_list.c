/* py-list: source around the line that the chosen frame is at. */
#include <string.h>

#include "command/call.h"
#include "command/parse.h"
#include "report/document.h"
#include "report/listing.h"

/* Lines shown before and after the current one, and from a given start on. */
enum { AROUND = 5, FROM_START = 10 };

struct list_options {
    const char *thread;
};

struct range {
    uint64_t first, last; /* 0: around the current line */
};

static enum hn_status
fail_range(struct hn_call *call, const char *word)
{
    call->doing = hn_arena_format(&call->arena, "list %s", word);
    call->misused = true;
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                   "lines are given as START, START END or START,END");
}

/* "10", "10 20", and "10,20" or "10, 20" as libpython.py's py-list has it. */
static enum hn_status
parse_range(struct hn_call *call, struct range *ret)
{
    const char *first, *last, *comma;

    if (call->operand_count == 0)
        return HN_OK;
    first = call->operands[0];
    last = call->operand_count > 1 ? call->operands[1] : NULL;
    comma = strchr(first, ',');
    if (comma) {
        if (comma[1] && last)
            return fail_range(call, last);
        last = comma[1] ? comma + 1 : last;
        first = hn_arena_copy(&call->arena, first, (size_t)(comma - first));
        if (!first)
            return HN_E_NOMEM;
    }
    if (!hn_parse_count(first, &ret->first) || ret->first == 0)
        return fail_range(call, call->operands[0]);
    ret->last = ret->first + FROM_START - 1;
    if (last && (!hn_parse_count(last, &ret->last) || ret->last < ret->first))
        return fail_range(call, last);
    return HN_OK;
}

static enum hn_status
load_frame(struct hn_call *call, const struct list_options *options,
           const struct hn_frame **ret)
{
    struct hn_thread *thread;
    const struct hn_stack *stack;
    size_t chosen;
    enum hn_status st = hn_call_thread(call, options->thread, &thread);

    if (st)
        return st;
    chosen = hn_session_frame(call->session, thread);
    st = hn_call_load_stack(call, thread, chosen + 1);
    if (st)
        return st;
    stack = &thread->stack;
    call->doing = "list source";
    if (chosen >= stack->count)
        return hn_fail(&call->session->err, HN_DONE, 0,
                       "the thread runs no Python code");
    *ret = &stack->frames[chosen];
    if ((*ret)->kind == HN_FRAME_UNREADABLE)
        return hn_fail(&call->session->err, HN_E_FAULT, (*ret)->problem_at,
                       (*ret)->problem);
    return HN_OK;
}

static enum hn_status
load_listing(struct hn_call *call, const struct hn_frame *frame,
             const struct range *range, struct hn_listing *ret)
{
    const char *file = frame->code->file;
    int32_t line = frame->position.line;
    uint64_t first = range->first, last = range->last;
    struct hn_sources sources;
    enum hn_status st;

    if (line < 1 && first == 0)
        return hn_fail_detail(&call->session->err, HN_DONE, 0,
                              "the frame is at no line of its file", "%s", file);
    if (first == 0) {
        first = line > AROUND ? (uint64_t)line - AROUND : 1;
        last = (uint64_t)line + AROUND;
    }
    ret->current = line > 0 ? (uint64_t)line : 0;
    hn_sources_init(&sources, call->session->target, &call->arena);
    st = hn_sources_list(&sources, file, first, last, ret);
    hn_sources_deinit(&sources);
    return st;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    struct range range = { 0, 0 };
    struct hn_listing listing = { 0 };
    const struct hn_frame *frame = NULL;
    enum hn_status st = parse_range(call, &range);

    if (st == HN_OK)
        st = hn_call_open(call);
    if (st == HN_OK)
        st = load_frame(call, options, &frame);
    if (st)
        return st;
    hn_call_release(call);
    st = load_listing(call, frame, &range, &listing);
    if (st)
        return st;

    if (call->common.json) {
        hn_call_begin_json(call);
        hn_document_listing(&call->json, &listing);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_listing_put(&call->out.text, &call->look, &listing);
        hn_call_end_text(call);
    }
    return HN_OK;
}

static const struct hn_arg args[] = {
    { "thread", 't', HN_ARG_STRING, offsetof(struct list_options, thread), "THREAD",
      "another thread, " HN_THREAD_WORDS, NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "around the line that runs" },
    { "100", "ten lines from line 100 on" },
    { "100 140", "these lines" },
    { NULL, NULL },
};

const struct hn_command hn_command_list = {
    .entry = { "list", "Show source around the line of the chosen Python frame" },
    .details = "The file is opened as the process itself would open it. A mark stands "
               "at the line that runs.",
    .examples = examples,
    .args = args,
    .operands = "[START [END]]",
    .operands_max = 2,
    .options_size = sizeof(struct list_options),
    .run = run,
};
