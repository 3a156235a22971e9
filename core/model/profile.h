/* Result structs of a sampling run: what was counted, for report to show.
 *
 * Stacks are nodes of one tree, so that a week of samples needs no more room than the
 * distinct stacks in it. No behaviour here. Strings are UTF-8 and never NULL; all of it
 * lives in the arena of whoever made the profile (the sampler, or the reader of a file
 * that an earlier run wrote). Counts are samples. */
#ifndef HN_MODEL_PROFILE_H
#define HN_MODEL_PROFILE_H

#include <stdbool.h>
#include "hognose/status.h"

enum hn_profile_kind {
    HN_PROFILE_PYTHON,
    HN_PROFILE_NATIVE, /* a C function; file is the library when no source is known */
    HN_PROFILE_TASK,   /* with --async: a mark, name is the task's; no file */
    HN_PROFILE_UNKNOWN /* code that could not be read any more: name says so */
};

struct hn_profile_function {
    const char *name; /* qualified where that is known */
    const char *file; /* "" if not known */
    int32_t first_line;
    enum hn_profile_kind kind;
};

/* One place in one function. */
struct hn_profile_frame {
    uint32_t function; /* index */
    int32_t line;      /* -1: not recorded */
};

/* A stack, told from outside in: @frame called by the stack @parent. Node 0 is the
 * empty stack; parents come before their children. */
struct hn_profile_node {
    uint32_t parent, frame;
};

struct hn_profile_process {
    int64_t pid;
    const char *executable;
    const char *const *arguments; /* NULL-terminated */
    const char *version;          /* "3.12.1" */
};

struct hn_profile_thread {
    uint32_t process; /* index */
    int64_t native_id;
    int64_t interpreter;
    const char *name; /* "" if not known */
    bool main;
};

/* What a thread was doing at a sample, as far as it shows; 0: it could not be told. */
enum hn_profile_state {
    HN_PROFILE_HAS_GIL = 1,
    HN_PROFILE_ON_CPU = 2,
    HN_PROFILE_WAITS_FOR_GIL = 4,
    HN_PROFILE_IDLE = 8,
    HN_PROFILE_COLLECTING = 16 /* it ran the garbage collector */
};

/* How often a thread was seen with @node as its whole stack, in one state. */
struct hn_profile_count {
    uint32_t thread, node;
    uint32_t state; /* enum hn_profile_state bits */
    uint64_t samples;
};

/* With --memory: by how much resident memory had grown when @node was the stack of the
 * thread that had the GIL, or had it last. */
struct hn_profile_growth {
    uint32_t thread, node;
    int64_t bytes;
    uint64_t samples; /* at which memory had grown or shrunk */
};

/* Resident memory of one process over time; thinned out when a run lasts long. */
struct hn_profile_resident {
    uint64_t at_ns; /* since the run began */
    uint32_t process;
    uint64_t bytes;
};

/* Runs of equal samples in the order of time, for formats that have a time line.
 * Kept up to a limit; @timeline_cut says that the rest is not there. */
struct hn_profile_span {
    uint64_t begin_ns, end_ns; /* since the run began */
    uint32_t thread, node, state, samples;
};

enum hn_profile_mode { HN_PROFILE_WALL, HN_PROFILE_CPU, HN_PROFILE_GIL };

struct hn_profile {
    bool is_memory;  /* "samples" are bytes that were allocated there and are still in
                        use: no time was measured, and one moment looked at */
    uint64_t blocks; /* of memory, then */

    /* what was done */
    int64_t began; /* seconds since the epoch */
    uint64_t duration_ns;
    uint64_t interval_ns; /* wanted; 1e9 / rate */
    enum hn_profile_mode mode;
    const char
        *ended; /* why, if not because the time was over: "breakpoint"; else "" */

    /* samples of whole processes */
    uint64_t taken;   /* all threads of a process looked at once */
    uint64_t missed;  /* due, but not begun within a period: left out */
    uint64_t on_time; /* of @taken: begun within one period of their due time */
    /* stacks of single threads in them */
    uint64_t stacks;     /* counted */
    uint64_t discarded;  /* torn: they cannot have been so, hence not counted */
    uint64_t stopped_ns; /* the target stood still for us; 0 without --stop */

    struct hn_profile_process *processes;
    size_t process_count;
    struct hn_profile_thread *threads;
    size_t thread_count;
    struct hn_profile_function *functions;
    size_t function_count;
    struct hn_profile_frame *frames;
    size_t frame_count;
    struct hn_profile_node *nodes; /* [0] is the empty stack */
    size_t node_count;
    struct hn_profile_count *counts;
    size_t count_count;

    struct hn_profile_growth *growth; /* NULL without --memory */
    size_t growth_count;
    struct hn_profile_resident *resident; /* ascending in time */
    size_t resident_count;

    struct hn_profile_span *spans; /* ascending by begin_ns */
    size_t span_count;
    bool timeline_cut;

    const char *const *notes; /* sentences: what the result lacks */
    size_t note_count;
};

#endif
