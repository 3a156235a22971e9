/* The steps that all handlers take. */
#include "command/call.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command/parse.h"
#include "report/document.h"
#include "report/process.h"

/* A result that lacks more than this lacks it everywhere; the count goes on. */
enum { MAX_NOTES = 1000 };

/* Nobody wonders before, and more often nobody can read. */
enum { PROGRESS_AFTER_MS = 1000, PROGRESS_EVERY_MS = 200 };

enum hn_status
hn_call_file(struct hn_call *call, const char *doing, const char **ret)
{
    if (call->operand_count == 1 && strcmp(call->operands[0], "-") != 0) {
        *ret = hn_parse_path(call->operands[0], &call->arena);
        return *ret ? HN_OK : HN_E_NOMEM;
    }
    call->misused = true;
    call->doing = doing;
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                   "the name of a file to write is missing");
}

void
hn_call_note(struct hn_call *call, const char *format, ...)
{
    char sentence[512];
    va_list args;
    const char *copy;

    if (call->note_count == 0)
        call->notes = hn_arena_array(&call->arena, MAX_NOTES, sizeof(*call->notes));
    va_start(args, format);
    vsnprintf(sentence, sizeof(sentence), format, args);
    va_end(args);
    copy = hn_arena_copy(&call->arena, sentence, strlen(sentence));
    if (call->notes && copy && call->note_count < MAX_NOTES)
        call->notes[call->note_count] = copy;
    call->note_count++;
}

static void
note_problem(struct hn_call *call, const char *subject, uint64_t id, const char *what,
             const char *problem, hn_addr at)
{
    char where[32] = "";

    if (at)
        snprintf(where, sizeof(where), " (at 0x%" PRIx64 ")", at);
    hn_call_note(call, "%s %" PRIu64 ": %s: %s%s", subject, id, what, problem, where);
}

static void
note_damage(struct hn_call *call)
{
    const struct hn_process *process = &call->process;

    for (size_t i = 0; i < process->interpreter_count; i++) {
        const struct hn_interpreter *interpreter = &process->interpreters[i];

        if (interpreter->problem)
            note_problem(call, "interpreter", (uint64_t)interpreter->id,
                         "its list of threads ends early", interpreter->problem,
                         interpreter->problem_at);
        for (size_t t = 0; t < interpreter->thread_count; t++) {
            const struct hn_thread *thread = &interpreter->threads[t];

            if (thread->problem)
                note_problem(call, "thread", thread->number, "cannot be read",
                             thread->problem, thread->problem_at);
        }
    }
}

static enum hn_status
locate_bare(struct hn_call *call, const char *target, struct hn_place *ret)
{
    uint64_t pid = call->common.pid;

    if (pid == 0 && !hn_parse_count(target, &pid)) {
        ret->kind = HN_PLACE_CORE;
        ret->core_path = target;
        return HN_OK;
    }
    ret->kind = HN_PLACE_LIVE;
    ret->pid = (int64_t)pid;
    if (pid == 0 || pid > INT32_MAX)
        return hn_fail(&call->session->err, HN_E_GONE, 0, "there is no such process");
    return HN_OK;
}

static enum hn_status
locate(struct hn_call *call, struct hn_place *ret)
{
    const struct hn_host *host = call->session->host;
    enum hn_status st;

    *ret = (struct hn_place){ 0 };
    st = host->bare ? locate_bare(call, call->target, ret)
                    : host->locate(host->impl, ret);
    if (st)
        return st;
    if (ret->kind == HN_PLACE_NONE)
        return hn_fail(&call->session->err, HN_E_GONE, 0,
                       "no process runs here and no core is loaded; attach to one");
    if (call->common.exe)
        ret->exe = call->common.exe;
    if (call->common.sysroot)
        ret->sysroot = call->common.sysroot;
    if (call->common.lib_path)
        ret->lib_path = call->common.lib_path;
    return HN_OK;
}

/* The bare host has selected nothing: the main thread, or the one a core is about. */
static int64_t
selection(const struct hn_call *call, const struct hn_place *place)
{
    const struct hn_target *target = call->session->target;

    if (place->selected_thread || !call->session->host->bare || !target->core)
        return place->selected_thread;
    return target->core->thread;
}

static void
say_doing(struct hn_call *call, const struct hn_place *place)
{
    if (place->kind == HN_PLACE_LIVE)
        call->doing =
            hn_arena_format(&call->arena, "read process %" PRId64, place->pid);
    else if (place->kind == HN_PLACE_CORE)
        call->doing = hn_arena_format(&call->arena, "read core %s", place->core_path);
    else if (place->kind == HN_PLACE_HOST)
        call->doing = "read the process through the debugger";
}

enum hn_status
hn_call_open(struct hn_call *call)
{
    struct hn_session *session = call->session;
    struct hn_place place;
    enum hn_status st = locate(call, &place);

    say_doing(call, &place);
    if (st)
        return st;
    st = hn_session_open(session, &place, call->common.no_stop);
    if (st == HN_OK)
        st = hn_process_load(session->runtime, selection(call, &place), &call->arena,
                             &call->process);
    if (st)
        return st;
    note_damage(call);
    call->doing = NULL;
    return HN_OK;
}

static struct hn_thread *
find_thread(struct hn_process *process,
            bool (*matches)(const struct hn_thread *, uint64_t), uint64_t value)
{
    for (size_t i = 0; i < process->interpreter_count; i++) {
        struct hn_interpreter *interpreter = &process->interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count; t++)
            if (matches(&interpreter->threads[t], value))
                return &interpreter->threads[t];
    }
    return NULL;
}

static bool
is_selected(const struct hn_thread *thread, uint64_t unused)
{
    (void)unused;
    return thread->selected;
}

static bool
has_number(const struct hn_thread *thread, uint64_t number)
{
    return thread->number == number;
}

static bool
has_native_id(const struct hn_thread *thread, uint64_t id)
{
    return thread->native_id > 0 && (uint64_t)thread->native_id == id;
}

/* The first one of that name, and how many there are. */
static struct hn_thread *
find_named(struct hn_process *process, const char *name, size_t *count_ret)
{
    struct hn_thread *first = NULL;

    for (size_t i = 0; i < process->interpreter_count; i++) {
        struct hn_interpreter *interpreter = &process->interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count; t++) {
            if (strcmp(interpreter->threads[t].name, name) != 0)
                continue;
            if (!first)
                first = &interpreter->threads[t];
            ++*count_ret;
        }
    }
    return first;
}

static enum hn_status
find_selected(struct hn_call *call, struct hn_thread **ret)
{
    struct hn_thread *thread = find_thread(&call->process, is_selected, 0);

    if (!thread) {
        call->doing = "show the selected thread";
        return hn_fail(&call->session->err, HN_E_NOT_PYTHON, 0,
                       call->session->host->bare
                           ? "it runs no Python; `hognose threads` lists those that do"
                           : "it runs no Python; `py-threads` lists those that do");
    }
    *ret = thread;
    return HN_OK;
}

enum hn_status
hn_call_thread(struct hn_call *call, const char *word, struct hn_thread **ret)
{
    struct hn_thread *thread = NULL;
    size_t namesakes = 0;
    uint64_t value;

    if (!word)
        return find_selected(call, ret);
    if (hn_parse_count(word, &value)) {
        thread = find_thread(&call->process, has_number, value);
        if (!thread)
            thread = find_thread(&call->process, has_native_id, value);
    }
    if (!thread)
        thread = find_named(&call->process, word, &namesakes);
    if (!thread || namesakes > 1) {
        call->doing = hn_arena_format(&call->arena, "show thread %s", word);
        return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                       thread ? "several Python threads have this name: give a number"
                              : "no Python thread has this number, native id or name");
    }
    *ret = thread;
    return HN_OK;
}

static void
note_stack(struct hn_call *call, const struct hn_thread *thread)
{
    const struct hn_stack *stack = &thread->stack;
    size_t unreadable = 0;

    for (size_t i = 0; i < stack->count; i++)
        unreadable += stack->frames[i].kind == HN_FRAME_UNREADABLE;
    if (unreadable)
        hn_call_note(call, "thread %u: %zu frame%s cannot be read", thread->number,
                     unreadable, unreadable == 1 ? "" : "s");
    if (stack->problem)
        note_problem(call, "thread", thread->number, "its stack ends early",
                     stack->problem, stack->problem_at);
}

enum hn_status
hn_call_load_stack(struct hn_call *call, struct hn_thread *thread, uint64_t limit)
{
    enum hn_status st;

    if (thread->problem)
        return HN_OK;
    st = hn_stack_load(call->session->runtime, thread, limit, &call->arena,
                       &thread->stack);
    note_stack(call, thread);
    if (st != HN_E_INTERRUPTED)
        return st;
    call->interrupted = true;
    return HN_OK;
}

/* Milliseconds on a clock that nobody sets. */
static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Says how far a long reading has come, at most some times a second. */
static void
show_progress(struct hn_call *call, uint64_t number)
{
    const struct hn_host *host = call->session->host;
    int64_t now = now_ms();
    char line[80];

    if (!host->progress || now < call->next_progress_ms)
        return;
    call->next_progress_ms = now + PROGRESS_EVERY_MS;
    snprintf(line, sizeof(line), "reading thread %" PRIu64 " of %zu", number,
             call->process.thread_count);
    host->progress(host->impl, line);
    call->progress_shown = true;
}

static void
clear_progress(struct hn_call *call)
{
    const struct hn_host *host = call->session->host;

    if (call->progress_shown)
        host->progress(host->impl, NULL);
    call->progress_shown = false;
}

static enum hn_status
load_stacks(struct hn_call *call, uint64_t threads, uint64_t limit)
{
    struct hn_process *process = &call->process;
    uint64_t number = 0;

    for (size_t i = 0; i < process->interpreter_count; i++) {
        struct hn_interpreter *interpreter = &process->interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count; t++) {
            enum hn_status st;

            if (number++ >= threads && threads)
                return HN_OK;
            show_progress(call, number);
            st = hn_call_load_stack(call, &interpreter->threads[t], limit);
            if (st || call->interrupted)
                return st;
        }
    }
    return HN_OK;
}

enum hn_status
hn_call_load_stacks(struct hn_call *call, uint64_t threads, uint64_t limit)
{
    enum hn_status st;

    call->next_progress_ms = now_ms() + PROGRESS_AFTER_MS;
    st = load_stacks(call, threads, limit);
    clear_progress(call);
    return st;
}

void
hn_call_release(struct hn_call *call)
{
    struct hn_target *target = call->session->target;

    if (call->session->host->bare)
        hn_target_release(target);
    call->process.stopped_ns = target->stopped_ns;
    call->process.consistent = target->consistent;
    call->process.not_stopped_because = target->not_stopped_because;
}

void
hn_call_load_sources(struct hn_call *call)
{
    struct hn_sources sources;

    hn_sources_init(&sources, call->session->target, &call->arena);
    for (size_t i = 0; i < call->process.interpreter_count; i++) {
        struct hn_interpreter *interpreter = &call->process.interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count; t++)
            hn_sources_fill(&sources, &interpreter->threads[t].stack);
    }
    hn_sources_deinit(&sources);
}

bool
hn_call_poll(struct hn_call *call)
{
    if (hn_out_poll(&call->out))
        return true;
    call->interrupted = !call->out.failed;
    return false;
}

void
hn_call_begin_text(struct hn_call *call, bool header)
{
    if (call->no_target || (!header && !call->session->host->bare))
        return;
    hn_process_put_header(&call->out.text, &call->look, &call->process);
    hn_text_putc(&call->out.text, '\n');
}

static size_t
kept_notes(const struct hn_call *call)
{
    if (!call->notes)
        return 0;
    return call->note_count < MAX_NOTES ? call->note_count : MAX_NOTES;
}

static void
note_interruption(struct hn_call *call)
{
    if (call->interrupted)
        hn_call_note(call, "interrupted: this is only a part");
}

void
hn_call_end_text(struct hn_call *call)
{
    struct hn_text *text = &call->out.text;

    note_interruption(call);
    if (call->note_count == 0)
        return;
    hn_text_printf(text, "\nincomplete, %zu thing%s missing:\n", call->note_count,
                   call->note_count == 1 ? " is" : "s are");
    for (size_t i = 0; i < kept_notes(call); i++) {
        hn_text_puts(text, "  ");
        hn_look_put(text, &call->look, HN_PROBLEM, call->notes[i]);
        hn_text_putc(text, '\n');
    }
}

void
hn_call_begin_json(struct hn_call *call)
{
    struct hn_json *json = &call->json;

    json->text = &call->out.text;
    hn_json_open_object(json, NULL);
    hn_json_integer(json, "hognose", 1);
    hn_json_string(json, "command", call->command->entry.name);
    if (call->no_target)
        hn_json_null(json, "target");
    else
        hn_document_target(json, &call->process, call->session->host->name);
    hn_json_open_object(json, "result");
}

void
hn_call_end_json(struct hn_call *call)
{
    struct hn_json *json = &call->json;

    note_interruption(call);
    hn_json_close_object(json);
    hn_json_open_list(json, "incomplete");
    for (size_t i = 0; i < call->process.missing_count; i++)
        hn_json_string(json, NULL, call->process.missing[i]);
    for (size_t i = 0; i < kept_notes(call); i++)
        hn_json_string(json, NULL, call->notes[i]);
    hn_json_close_list(json);
    hn_json_close_object(json);
    hn_text_putc(json->text, '\n');
}
