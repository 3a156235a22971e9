/* A session: one target that commands are run on, with what is known about it.
 *
 * A host makes one session per target it shows (the bare host one per run) and
 * hands every command line to hn_run(). There are no mutable globals: two
 * sessions side by side is how two cores are compared. */
#ifndef HOGNOSE_SESSION_H
#define HOGNOSE_SESSION_H

#include "hognose/target.h"

#ifdef __cplusplus
extern "C" {
#endif

struct hn_session;

/* Where the bytes of the target come from. Strings are the host's and are
 * copied by whoever keeps them. */
enum hn_place_kind {
    HN_PLACE_NONE = 0, /* nothing is loaded, or it does not run */
    HN_PLACE_LIVE,     /* a process of this machine, read directly */
    HN_PLACE_CORE,     /* a core file, read by ourselves */
    HN_PLACE_HOST      /* only the host can read it */
};

struct hn_place {
    enum hn_place_kind kind;
    int64_t pid;             /* LIVE: in this machine's namespace; others: 0 or what
                                the host believes */
    const char *core_path;   /* CORE */
    const char *exe;         /* executable to take for the core's own, or NULL */
    const char *sysroot;     /* directory that stands for the target's "/", or NULL */
    const char *lib_path;    /* A:B, directories with the core's libraries, or NULL */
    bool running;            /* LIVE: it is not stopped, so we read it as it runs */
    int64_t selected_thread; /* native id of the host's selected thread, 0: none */
    uint64_t generation;     /* changes whenever the target ran or memory may differ */
};

/* Why the target stands again after it was let run. */
enum hn_run_end {
    HN_RUN_OVER = 0,    /* the time was over, or finished() said so */
    HN_RUN_INTERRUPTED, /* by the user */
    HN_RUN_STOPPED,     /* by itself: a breakpoint, a signal */
    HN_RUN_GONE,        /* it ended */
    HN_RUN_REFUSED      /* it could not be let run, or not be stopped again */
};

/* The debugger (or the bare program) around us. The struct and @impl must
 * outlive the session. Members marked optional may be NULL. */
struct hn_host {
    const char *name; /* "gdb", "lldb" or "hognose" */
    bool bare;        /* no debugger: commands take a TARGET and drop the "py-" */
    void *impl;

    /* The target now selected in the host. Not called in the bare host. */
    enum hn_status (*locate)(void *impl, struct hn_place *ret);
    /* The host's own reads, threads, registers and symbols; optional. Registers are
     * asked from here also when memory is read directly. */
    const struct hn_target_ops *ops;

    void (*write)(void *impl, const char *text, size_t size);
    bool (*interrupted)(void *impl); /* optional */
    /* Shows a progress line on a terminal; NULL text clears it; optional. */
    void (*progress)(void *impl, const char *text);
    /* Selects the thread, and in it the native frame of the @eval_frame-th call of
     * the interpreter loop (0 = innermost); false if it cannot; optional. */
    bool (*select_frame)(void *impl, int64_t tid, unsigned eval_frame);
    /* Lets the stopped target run, with the debugger's own loop seeing to its events,
     * for @duration_ns (0: without limit) or until @finished(arg) says true, then stops
     * it again; what was selected before is selected afterwards. @finished is asked
     * some 50 times a second, maybe on another thread: it may call progress() but
     * nothing else of the host. *why_ret, valid until the next call, says what stopped
     * it, or why it did not run, in words ("breakpoint 1 in thread 2"); "" where the
     * end says it all. Optional: the bare host never holds its target. */
    enum hn_run_end (*run)(void *impl, uint64_t duration_ns,
                           bool (*finished)(void *arg), void *arg,
                           const char **why_ret);
    /* Starts the program that is loaded but does not run, and leaves it stopped before
     * its first instruction. False with the reason if that cannot be; optional. */
    bool (*start)(void *impl, const char **why_ret);
    bool terminal;  /* output goes to a terminal */
    unsigned width; /* columns of it, 0 = unlimited */
};

struct hn_session *
hn_session_create(const struct hn_host *host);

/* NULL is fine. */
void
hn_session_destroy(struct hn_session *session);

#ifdef __cplusplus
}
#endif
#endif
