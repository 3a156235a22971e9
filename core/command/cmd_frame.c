/* py-frame, py-up, py-down: choose a Python frame of a thread. The choice is kept until
 * the target runs, and the debugger's own frame follows where it can. */
#include <inttypes.h>

#include "command/call.h"
#include "command/parse.h"
#include "report/document.h"
#include "report/stack.h"

struct frame_options {
    const char *thread;
};

enum direction { TO, UP, DOWN };

static enum hn_status
fail_number(struct hn_call *call, const char *word)
{
    call->doing = hn_arena_format(&call->arena, "choose frame %s", word);
    call->misused = true;
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0, "this is not a number");
}

/* The frame to go to from @chosen; not yet held against how many there are. */
static enum hn_status
wanted_frame(struct hn_call *call, enum direction direction, size_t chosen, size_t *ret)
{
    uint64_t number = direction == TO ? chosen : 1;

    if (call->operand_count > 0 && !hn_parse_count(call->operands[0], &number))
        return fail_number(call, call->operands[0]);
    if (direction == TO)
        *ret = number;
    else if (direction == UP)
        *ret = number > SIZE_MAX - 1 - chosen ? SIZE_MAX - 1 : chosen + number;
    else
        *ret = number < chosen ? chosen - number : 0;
    return HN_OK;
}

static enum hn_status
fail_end(struct hn_call *call, const char *doing, const char *why)
{
    call->doing = doing;
    return hn_fail(&call->session->err, HN_DONE, 0, why);
}

/* Up and down stop at the ends, and fail only if they are there already. */
static enum hn_status
settle(struct hn_call *call, enum direction direction, const struct hn_stack *stack,
       size_t chosen, size_t *wanted)
{
    if (stack->count == 0)
        return fail_end(call, "choose a frame", "the thread runs no Python code");
    if (direction == DOWN && chosen == 0)
        return fail_end(call, "go down", "this is the innermost Python frame");
    if (*wanted < stack->count)
        return HN_OK;
    if (direction == TO) {
        call->doing = hn_arena_format(&call->arena, "choose frame %zu", *wanted);
        return hn_fail_detail(&call->session->err, HN_DONE, 0,
                              "the stack ends before it", "the outermost is %zu",
                              stack->count - 1);
    }
    if (chosen + 1 >= stack->count)
        return fail_end(call, "go up", "this is the outermost Python frame");
    *wanted = stack->count - 1;
    return HN_OK;
}

/* Each entry from C is one call of the interpreter loop, so as many of those lie
 * inside of frame @index as frames before it were entries. */
static void
let_debugger_follow(struct hn_call *call, const struct hn_thread *thread, size_t index)
{
    const struct hn_host *host = call->session->host;
    unsigned inner = 0;

    if (!host->select_frame || !thread->native_id)
        return;
    for (size_t i = 0; i < index; i++)
        inner += thread->stack.frames[i].entry;
    host->select_frame(host->impl, thread->native_id, inner);
}

static void
write_result(struct hn_call *call, const struct hn_thread *thread, size_t index)
{
    const struct hn_frame *frame = &thread->stack.frames[index];

    if (call->common.json) {
        hn_call_begin_json(call);
        hn_json_integer(&call->json, "thread", thread->number);
        if (thread->native_id)
            hn_json_integer(&call->json, "native_id", thread->native_id);
        else
            hn_json_null(&call->json, "native_id");
        hn_json_integer(&call->json, "number", (int64_t)index);
        hn_document_frame(&call->json, "frame", frame);
        hn_call_end_json(call);
    } else {
        hn_call_begin_text(call, false);
        hn_frame_put(&call->out.text, &call->look, frame, index);
        hn_call_end_text(call);
    }
}

static enum hn_status
go(struct hn_call *call, const struct frame_options *options, enum direction direction)
{
    struct hn_thread *thread;
    size_t chosen, wanted = 0;
    enum hn_status st = hn_call_open(call);

    if (st == HN_OK)
        st = hn_call_thread(call, options->thread, &thread);
    if (st)
        return st;
    chosen = hn_session_frame(call->session, thread);
    st = wanted_frame(call, direction, chosen, &wanted);
    if (st == HN_OK)
        st = hn_call_load_stack(call, thread, wanted + 1);
    if (st == HN_OK)
        st = settle(call, direction, &thread->stack, chosen, &wanted);
    if (st)
        return st;
    hn_session_choose_frame(call->session, thread, wanted);
    let_debugger_follow(call, thread, wanted);
    hn_call_release(call);
    hn_call_load_sources(call);
    write_result(call, thread, wanted);
    return HN_OK;
}

static enum hn_status
run_frame(struct hn_call *call, const void *options)
{
    return go(call, options, TO);
}

static enum hn_status
run_up(struct hn_call *call, const void *options)
{
    return go(call, options, UP);
}

static enum hn_status
run_down(struct hn_call *call, const void *options)
{
    return go(call, options, DOWN);
}

static const struct hn_arg args[] = {
    { "thread", 't', HN_ARG_STRING, offsetof(struct frame_options, thread), "THREAD",
      "another thread, " HN_THREAD_WORDS, NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example frame_examples[] = {
    { "", "the chosen frame" },
    { "3", "choose frame #3 of py-bt" },
    { NULL, NULL },
};

static const struct hn_example up_examples[] = {
    { "", "to the caller" },
    { "2", "to the caller's caller" },
    { NULL, NULL },
};

static const struct hn_example down_examples[] = {
    { "", "to the frame that was called" },
    { NULL, NULL },
};

const struct hn_command hn_command_frame = {
    .entry = { "frame", "Choose a Python frame, or show the chosen one" },
    .details = "Each thread keeps its choice until the process runs. The debugger's "
               "own frame follows where it can. Without a debugger nothing is kept: "
               "the frame is only shown.",
    .examples = frame_examples,
    .args = args,
    .operands = "[N]",
    .operands_max = 1,
    .options_size = sizeof(struct frame_options),
    .run = run_frame,
};

const struct hn_command hn_command_up = {
    .entry = { "up", "Choose the Python frame that called the chosen one" },
    .details = "Goes N frames outwards, or one; stops at the outermost.",
    .examples = up_examples,
    .args = args,
    .operands = "[N]",
    .operands_max = 1,
    .options_size = sizeof(struct frame_options),
    .run = run_up,
};

const struct hn_command hn_command_down = {
    .entry = { "down", "Choose the Python frame that the chosen one called" },
    .details = "Goes N frames inwards, or one; stops at the innermost.",
    .examples = down_examples,
    .args = args,
    .operands = "[N]",
    .operands_max = 1,
    .options_size = sizeof(struct frame_options),
    .run = run_down,
};
