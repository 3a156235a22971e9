/* Opening, keeping and refreshing the target of a session.
 *
 * In a debugger the runtime stays open from command to command, with everything that
 * was decoded; the host's generation number says when the target has run. */
#include "command/session.h"

#include <stdlib.h>
#include <string.h>

#include "hognose/command.h"

struct hn_session *
hn_session_create(const struct hn_host *host)
{
    struct hn_session *session = calloc(1, sizeof(*session));

    if (!session)
        return NULL;
    session->host = host;
    hn_text_init(&session->message);
    hn_text_init(&session->help);
    hn_arena_init(&session->arena);
    return session;
}

void
hn_session_destroy(struct hn_session *session)
{
    if (!session)
        return;
    hn_session_forget(session);
    hn_text_deinit(&session->message);
    hn_text_deinit(&session->help);
    free(session);
}

void
hn_session_forget(struct hn_session *session)
{
    hn_unwinder_close(session->unwinder);
    hn_runtime_close(session->runtime);
    hn_target_close(session->target);
    session->runtime = NULL;
    session->unwinder = NULL;
    session->target = NULL;
    hn_arena_deinit(&session->arena);
    hn_arena_init(&session->arena);
    memset(session->choices, 0, sizeof(session->choices));
}

const char *
hn_session_message(const struct hn_session *session)
{
    return session->message.bytes ? session->message.bytes : "";
}

static bool
same_string(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
same_place(const struct hn_place *a, const struct hn_place *b)
{
    return a->kind == b->kind && a->pid == b->pid && a->running == b->running
           && same_string(a->core_path, b->core_path) && same_string(a->exe, b->exe)
           && same_string(a->sysroot, b->sysroot)
           && same_string(a->lib_path, b->lib_path);
}

static void
keep_string(struct hn_session *session, const char **string)
{
    if (*string)
        *string = hn_arena_copy(&session->arena, *string, strlen(*string));
}

static void
keep_place(struct hn_session *session, const struct hn_place *place)
{
    session->place = *place;
    keep_string(session, &session->place.core_path);
    keep_string(session, &session->place.exe);
    keep_string(session, &session->place.sysroot);
    keep_string(session, &session->place.lib_path);
}

/* Where the main program lies, 0 if not known. */
static hn_addr
program_of(struct hn_target *target)
{
    const struct hn_module *modules;
    size_t count;

    if (hn_target_modules(target, &modules, &count) != HN_OK || count == 0)
        return 0;
    return modules[0].start;
}

/* False if the process is another program than it was, or gone. */
static bool
refresh(struct hn_session *session)
{
    memset(session->choices, 0, sizeof(session->choices));
    if (hn_target_refresh(session->target) != HN_OK
        || program_of(session->target) != session->program)
        return false;
    if (session->unwinder && hn_unwinder_refresh(session->unwinder) != HN_OK)
        return false;
    hn_runtime_refresh(session->runtime);
    return true;
}

static enum hn_status
open_host(struct hn_session *session, const struct hn_open_options *options)
{
    return hn_target_open_host(session->host, options, session->place.pid,
                               &session->err, &session->target);
}

static enum hn_status
open_directly(struct hn_session *session, const struct hn_open_options *options)
{
    if (session->place.kind == HN_PLACE_LIVE)
        return hn_target_open_live(session->place.pid, options, session->host,
                                   &session->err, &session->target);
    return hn_target_open_core(session->place.core_path, options, session->host,
                               &session->err, &session->target);
}

/* What we may not read, or do not understand, the debugger may. */
static enum hn_status
open_target(struct hn_session *session, const struct hn_open_options *options)
{
    enum hn_status st;
    struct hn_error why;

    if (session->place.kind == HN_PLACE_HOST)
        return open_host(session, options);
    st = open_directly(session, options);
    if (st == HN_OK || !session->host->ops || st == HN_E_GONE || st == HN_E_INTERRUPTED)
        return st;
    why = session->err;
    if (open_host(session, options) == HN_OK)
        return HN_OK;
    session->err = why;
    return st;
}

static enum hn_status
open_anew(struct hn_session *session, const struct hn_place *place, bool no_stop)
{
    struct hn_open_options options = { .exe = place->exe,
                                       .sysroot = place->sysroot,
                                       .lib_path = place->lib_path,
                                       .no_stop = no_stop,
                                       .running = place->running,
                                       .stop = session->host->bare && !no_stop };
    enum hn_status st;

    hn_session_forget(session);
    keep_place(session, place);
    st = open_target(session, &options);
    if (st == HN_OK)
        st = hn_runtime_open(session->target, &session->runtime);
    if (st == HN_OK)
        session->program = program_of(session->target);
    else
        hn_session_forget(session);
    return st;
}

enum hn_status
hn_session_open(struct hn_session *session, const struct hn_place *place, bool no_stop)
{
    bool open = session->target && same_place(&session->place, place);

    if (open && session->place.generation != place->generation)
        open = refresh(session);
    if (!open)
        return open_anew(session, place, no_stop);
    session->place.generation = place->generation;
    session->place.selected_thread = place->selected_thread;
    return HN_OK;
}

size_t
hn_session_frame(const struct hn_session *session, const struct hn_thread *thread)
{
    for (size_t i = 0; i < HN_CHOICES; i++)
        if (thread->addr && session->choices[i].thread == thread->addr)
            return session->choices[i].frame;
    return 0;
}

void
hn_session_choose_frame(struct hn_session *session, const struct hn_thread *thread,
                        size_t frame)
{
    struct hn_choice *choice = NULL;

    for (size_t i = 0; i < HN_CHOICES && !choice; i++)
        if (session->choices[i].thread == thread->addr)
            choice = &session->choices[i];
    if (!choice)
        choice = &session->choices[session->next_choice++ % HN_CHOICES];
    *choice = (struct hn_choice){ thread->addr, frame };
}
