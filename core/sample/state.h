/* What a sampler keeps: shared by the files of this room. All of it is guarded by the
 * mutex, but for the atomic counters that hn_sampler_progress() shows. */
#ifndef HN_SAMPLE_STATE_H
#define HN_SAMPLE_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "sample/counts.h"
#include "sample/natives.h"
#include "sample/sampler.h"
#include "sample/tasks.h"
#include "sample/watch.h"

enum {
    /* Linux gives numbers to 4 million threads; a run that saw more threads than this
     * counts the later ones as one. */
    HN_SAMPLED_THREADS_MOST = 1 << 18,
    HN_SAMPLED_PROCESSES_MOST = 256,
    HN_SPANS_MOST = 1 << 21,    /* 64 MB */
    HN_RESIDENT_MOST = 1 << 16, /* then every other one goes */
    HN_NOTES_MOST = 16,
};

struct hn_sampled_thread {
    uint32_t process;
    hn_addr addr;
    uint64_t id;
    int64_t native_id; /* 0: not known yet */
    int64_t interpreter;
    const char *name;
    bool main, named, unwanted;

    int syscall_fd; /* /proc/PID/task/TID/syscall, -1: not open */
    bool closed;    /* not to be opened again */
    uint64_t asked_ns;
    uint32_t state; /* ON_CPU, WAITS_FOR_GIL, IDLE or 0 as of then */
    uint64_t seen_ns;

    /* the run of equal samples that goes on */
    uint64_t span_begin_ns;
    uint32_t span_node, span_state, span_samples;
};

struct hn_sampled_process {
    struct hn_watch *watch; /* stays after it ended, for its code objects */
    int64_t pid;
    const char *version;
    bool ended;
    bool numbered;     /* threads that come now may have numbers of those that went */
    bool elsewhere;    /* maybe on another machine: no /proc tells of it */
    uint64_t named_ns; /* when names were asked for */
    int statm_fd;      /* -1: not open */
    uint64_t resident; /* bytes, 0: not read yet */
    int64_t grown;     /* by so much, and no stack has it yet */
    uint64_t usual_ns; /* for the first copies: about the median; 0: none was taken */
};

struct hn_sampler {
    struct hn_sampler_options options;
    const char **wanted; /* of options.threads, in arena */
    struct hn_arena arena;
    struct hn_error *err; /* the caller's */

    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t thread;
    bool started, joined, stop;
    uint64_t wanted_ns;

    struct hn_codes codes;
    struct hn_tree tree;
    struct hn_pairs pairs;
    struct hn_counts counts;
    struct hn_natives natives;  /* with options.native */
    struct hn_task_marks marks; /* with options.async_stacks */
    struct hn_sampled_process *processes;
    uint32_t process_count;
    struct hn_sampled_thread *threads;
    uint32_t thread_count;
    size_t thread_capacity;
    struct hn_profile_resident *resident;
    uint32_t resident_count;
    uint64_t resident_step_ns, resident_due_ns;
    struct hn_profile_span *spans;
    uint32_t span_count;
    size_t span_capacity;
    bool spans_cut;
    int64_t *skipped_pids; /* children that run no Python */
    uint32_t skipped_count;
    uint64_t children_ns;
    const char *notes[HN_NOTES_MOST];
    uint32_t note_count;

    int64_t began;
    uint64_t begin_ns, end_ns; /* monotonic */
    const char *ended;
    uint64_t on_time, stopped_ns, lost, held_up;
    uint64_t random;

    _Atomic uint64_t taken, missed, discarded, stacks, elapsed_ns;
    _Atomic bool finished;
};

/* Adds a sentence to what the result lacks, once. @note is static or in the arena. */
void
hn_sampler_note(struct hn_sampler *sampler, const char *note);

/* --- record.c */

/* Looks at all processes once and counts what it saw. */
void
hn_sampler_look(struct hn_sampler *sampler, uint64_t now_ns);

void
hn_sampler_end_spans(struct hn_sampler *sampler);

/* --- names.c */

/* Gives each thread of the process an entry, and where that is not known yet asks for
 * its name and native id: not too often, since that takes a millisecond. */
void
hn_sampler_name_threads(struct hn_sampler *sampler, struct hn_sampled_process *process,
                        uint64_t now_ns, bool at_once);

/* --- activity.c */

/* ON_CPU, WAITS_FOR_GIL, IDLE or 0 for the thread, as the kernel says; asked for again
 * only when @every_ns have passed. @gil is the range of the GIL's structure. */
uint32_t
hn_sampled_activity(struct hn_sampled_thread *thread, int64_t pid,
                    const struct hn_range *gil, uint64_t now_ns, uint64_t every_ns);

void
hn_sampled_thread_close(struct hn_sampled_thread *thread);

/* --- memory.c */

/* Bytes the process has resident now; 0 if that cannot be known. */
uint64_t
hn_sampled_resident(struct hn_sampled_process *process);

void
hn_sampler_keep_resident(struct hn_sampler *sampler, uint32_t process, uint64_t bytes,
                         uint64_t now_ns);

/* --- children.c */

HN_MUST_CHECK enum hn_status
hn_sampler_add_process(struct hn_sampler *sampler, int64_t pid, struct hn_error *err);

void
hn_sampler_find_children(struct hn_sampler *sampler, uint64_t now_ns);

#endif
