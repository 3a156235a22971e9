/* Runs a line: finds the command, parses its words, opens the output, calls the
 * handler, and turns a failure into one line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "command/call.h"
#include "command/help.h"
#include "command/parse.h"
#include "command/line.h"

static bool
wants_colour(const struct hn_call *call)
{
    const char *no_colour = getenv("NO_COLOR");

    if (call->common.colour != HN_COLOUR_AUTO)
        return call->common.colour == HN_COLOUR_ALWAYS;
    return call->session->host->terminal && call->out.fd < 0
           && !(no_colour && no_colour[0]);
}

static void
set_look(struct hn_call *call)
{
    call->look.colour = !call->common.json && wants_colour(call);
    call->look.width = call->out.fd < 0 ? call->session->host->width : 0;
}

/* What to do about it, where we know. */
static const char *
advice(const struct hn_error *err)
{
    if (err->system_error == EPERM)
        return " (as root, or with kernel.yama.ptrace_scope 0, it can be read)";
    if (err->status == HN_E_GONE && err->system_error == ESRCH)
        return " (has it ended?)";
    return "";
}

static bool
ends_with(const char *text, const char *end)
{
    size_t size = strlen(text), end_size = strlen(end);

    return end_size <= size && strcmp(text + size - end_size, end) == 0;
}

static void
put_failure(struct hn_call *call, enum hn_status st)
{
    struct hn_text *message = &call->session->message;
    char reason[1024];

    if (st == HN_E_NOMEM)
        hn_fail(&call->session->err, st, 0, "out of memory");
    if (st == HN_E_INTERRUPTED)
        hn_fail(&call->session->err, st, 0, "interrupted");
    if (call->doing && ends_with(call->doing, call->session->err.detail))
        call->session->err.detail[0] = '\0'; /* once is enough */
    hn_error_format(&call->session->err, reason, sizeof(reason));
    if (call->doing) {
        hn_text_puts(message, "cannot ");
        hn_text_put_escaped(message, call->doing, strlen(call->doing));
        hn_text_puts(message, ": ");
    }
    hn_text_put_escaped(message, reason, strlen(reason));
    hn_text_puts(message, advice(&call->session->err));
}

static enum hn_exit
run_handler(struct hn_call *call, const void *options)
{
    enum hn_status st =
        hn_out_open(&call->out, call->session->host, call->common.output, &call->arena,
                    &call->session->err);

    set_look(call);
    if (st == HN_OK)
        st = call->command->run(call, options);
    if (st == HN_OK)
        st = hn_out_close(&call->out);
    hn_out_discard(&call->out);
    if (st) {
        put_failure(call, st);
        return call->misused ? HN_EXIT_USAGE : HN_EXIT_CANNOT;
    }
    if (call->interrupted) {
        hn_text_puts(&call->session->message, "interrupted: this is only a part");
        return HN_EXIT_CANNOT;
    }
    if (call->condition) {
        hn_text_puts(&call->session->message, call->condition);
        return HN_EXIT_CONDITION;
    }
    /* As `time` and `env` do: who starts a program through us wants to know. */
    return (enum hn_exit)call->program_exit;
}

static void
write_help(struct hn_call *call)
{
    const struct hn_host *host = call->session->host;
    struct hn_text text;

    hn_text_init(&text);
    hn_help_put(&text, host, call->command);
    host->write(host->impl, text.bytes, text.size);
    hn_text_deinit(&text);
}

static enum hn_exit
run_parsed(struct hn_call *call, const struct hn_parsed *parsed)
{
    enum hn_exit code;

    call->common = parsed->common;
    call->target = parsed->target;
    call->program = parsed->program;
    call->operands = parsed->operands;
    call->operand_count = parsed->operand_count;
    if (call->common.help) {
        write_help(call);
        return HN_EXIT_OK;
    }
    code = run_handler(call, parsed->options);
    /* What was let run again must be opened anew. */
    if (call->session->host->bare)
        hn_session_forget(call->session);
    return code;
}

static enum hn_exit
run_command(struct hn_session *session, const struct hn_command *command, int argc,
            const char *const *argv)
{
    struct hn_call call = { .session = session, .command = command };
    struct hn_parsed parsed;
    enum hn_exit code = HN_EXIT_USAGE;
    enum hn_status st;

    hn_arena_init(&call.arena);
    st = hn_parse(command, session->host, argc, argv, &call.arena, &session->message,
                  &parsed);
    if (st == HN_OK)
        code = run_parsed(&call, &parsed);
    else if (st == HN_E_NOMEM)
        put_failure(&call, st);
    hn_arena_deinit(&call.arena);
    return code;
}

enum hn_exit
hn_run(struct hn_session *session, int argc, const char *const *argv)
{
    const struct hn_command *command;

    hn_text_clear(&session->message);
    if (argc < 1) {
        hn_text_puts(&session->message, "no command");
        return HN_EXIT_USAGE;
    }
    command = hn_command_find(argv[0]);
    if (!command) {
        hn_command_put_unknown(&session->message, session->host, argv[0]);
        return HN_EXIT_USAGE;
    }
    if (argc > 1 && hn_command_sub_find(command, argv[1])) {
        command = hn_command_sub_find(command, argv[1]);
        argc--;
        argv++;
    }
    return run_command(session, command, argc, argv);
}

enum hn_exit
hn_run_line(struct hn_session *session, const char *line)
{
    struct hn_arena arena;
    struct hn_words words;
    enum hn_exit code = HN_EXIT_USAGE;
    enum hn_status st;

    hn_text_clear(&session->message);
    hn_arena_init(&arena);
    st = hn_line_split(line, session->host, &arena, &words);
    if (st)
        hn_text_puts(&session->message, "out of memory");
    else if (words.open)
        hn_text_puts(&session->message, "a quote is not closed");
    else
        code = hn_run(session, (int)words.count, words.word);
    hn_arena_deinit(&arena);
    return code;
}

const char *
hn_command_help(struct hn_session *session, const char *name)
{
    const struct hn_command *command = name ? hn_command_find(name) : NULL;

    if (name && !command)
        return NULL;
    hn_text_clear(&session->help);
    if (command)
        hn_help_put_all(&session->help, session->host, command);
    else
        hn_help_put_list(&session->help, session->host);
    return session->help.bytes;
}
