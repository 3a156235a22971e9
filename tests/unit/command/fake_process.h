/* A process that exists in this test only: takes the place of core/target and
 * core/runtime, so that commands can be run on hand-made results. */
#ifndef TESTS_COMMAND_FAKE_PROCESS_H
#define TESTS_COMMAND_FAKE_PROCESS_H

#include "base/text.h"
#include "model/process.h"
#include "runtime/variables.h"
#include "target/target.h"

/* What the fakes hand out, and what was asked of them. Set up by fake_reset(). */
struct fake {
    struct hn_process process;   /* two threads, see fake_process.c */
    struct hn_stack stacks[2];   /* by thread */
    const char *source;          /* contents of every source file, NULL: none */
    enum hn_status open_status;  /* what opening directly returns */
    enum hn_status stack_status; /* what loading a stack returns */
    bool with_core;              /* the target is a core, with thread 102 faulting */
    bool tracing;                /* it has allocation traces */
    hn_addr program;             /* where the main program lies */

    unsigned opened, opened_by_host, closed, refreshed, released, runtime_refreshed;
    unsigned stacks_loaded;
    char last_expression[128];
    struct hn_preview_limits last_limits;
    enum hn_variables_choice last_choice;
    bool without_exceptions; /* no thread has any */
    size_t last_limit;
    int64_t last_selected;
    bool last_stop;
    char last_files[128]; /* exe, sysroot and lib_path, joined by "|" */

    /* the host */
    struct hn_host host;
    struct hn_place place;
    struct hn_text screen;
    bool interrupted;
    int64_t followed_tid;
    int followed_frame; /* -1: not asked */
};

extern struct fake fake;

void
fake_reset(bool bare);

#endif
