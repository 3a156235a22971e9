/* One process that is being sampled: its interpreters and threads as they were at the
 * last look, which is what the next look expects to find.
 *
 * A look wishes for everything at once that the last one led to. Where the process
 * went on meanwhile, what is missing is copied in further rounds; where it went on
 * while we copied, the stack is torn and does not count. */
#ifndef HN_SAMPLE_WATCH_H
#define HN_SAMPLE_WATCH_H

#include "model/profile.h"
#include "sample/codes.h"
#include "sample/doubt.h"
#include "sample/plan.h"
#include "sample/tree.h"
#include "sample/turn.h"

/* CPython's own limit of recursion is 1,000, in C code 10,000; who raises it beyond
 * this is told. */
enum { HN_LINKS_MOST = 1 << 17 };

/* C calls between which a thread goes to and fro are copied along, so many of them; and
 * pieces of the data stack that a recursion comes to and leaves. */
enum { HN_CFRAMES = 4, HN_SPARE_CHUNKS = 8 };

/* What a frame says of the call it stands for. */
enum hn_liveness {
    HN_LIVE_UNKNOWN, /* this CPython does not say */
    HN_LIVE_RUNS,    /* it executes, or what it called came from C */
    HN_LIVE_CALLS,   /* it has called a Python function without C in between; or it has
                        not begun, or is over: as the innermost frame */
    HN_LIVE_OVER     /* it has been left */
};

/* One frame of a chain, as copied. */
struct hn_link {
    hn_addr frame, code;
    hn_addr generator; /* whose frame it is, or coroutine's; 0: a function's */
    uint64_t position;
    uint32_t tlbc;
    uint32_t chunk; /* 1 + number of the data stack chunk, from the oldest; 0: none */
    uint32_t entry; /* of its code */
    uint32_t node;  /* the stack from the outermost frame to this one */
    uint8_t live;   /* enum hn_liveness */
    bool from_c;    /* C code called it */
    bool recalled;  /* it has gone on; @at is where it was when it called */
    int32_t at;
};

/* Innermost first. */
struct hn_chain {
    struct hn_link *links;
    size_t count, capacity;
};

/* A piece of a thread's data stack. */
struct hn_chunk_watch {
    hn_addr addr;
    uint64_t size;      /* of the whole chunk */
    uint64_t used;      /* bytes that hold frames */
    uint64_t lately[2]; /* the most of them in this window of looks, and in the last */
    uint64_t window;    /* number of it */
    size_t wish[2];
    uint32_t below;   /* the stack that it was put on; 0: not known */
    uint64_t used_in; /* the last sample that found it in use */
};

/* A frame that lies elsewhere: in a generator, on the C stack, on the heap. */
struct hn_frame_watch {
    hn_addr addr;
    uint64_t seen_in; /* the last sample that needed it */
    uint64_t led_in;  /* the last one where it was the innermost; 0: none */
    uint32_t uses;    /* samples that needed it */
    bool calls;       /* see follow_rest() in walk.c */
    size_t wish[2];   /* SIZE_MAX: not copied, remembered only */
};

enum hn_outcome {
    HN_OUTCOME_PENDING, /* more has to be copied */
    HN_OUTCOME_STACK,   /* @node is its stack */
    HN_OUTCOME_EMPTY,   /* it runs no Python code */
    HN_OUTCOME_TORN
};

struct hn_thread_watch {
    hn_addr addr;   /* of the thread state */
    uint64_t id;    /* tells it from later ones at that address; 0: not recorded */
    uint32_t index; /* in the sampler's list of threads */
    bool ended;

    /* Everything of a thread that runs is wished for twice, the second time after all
     * the rest: what was the same both times was so in between. While its stacks hold
     * nothing new, most looks spare that; one that does is checked all the same. */
    size_t wish[2];
    bool twice, spared, checking;
    unsigned calm;                 /* looks since there was something new */
    struct hn_chunk_watch *chunks; /* newest first */
    size_t chunk_count, chunk_capacity;
    /* Left lately: gone, or about to be used again at the same place. */
    struct hn_chunk_watch spares[HN_SPARE_CHUNKS];
    size_t spare_count;
    struct hn_frame_watch *frames; /* innermost first, then some that were needed
                                      shortly before */
    size_t frame_count, frame_capacity, frame_cursor;
    struct hn_frame_watch cframes[HN_CFRAMES];
    struct hn_chain now, last, again;

    hn_addr root, next_root; /* outermost frame of stacks that stood still; what it
                                was the last time */
    bool yielded;    /* the innermost frame is a generator's that gave its value away */
    bool given_back; /* the newest chunk, while it was copied */
    bool left; /* the second copy shows the same caller at the same place, but not what
                  it called */

    /* of this look */
    enum hn_outcome outcome;
    unsigned attempts;
    bool in_order; /* all of it was copied in one go */
    bool rests;    /* only its state was copied: it cannot have run since the last look,
                      and its stack is still that one */
    uint32_t node, woven; /* its stack; the same with C frames in it */
    size_t doubtful; /* links of @now, from the innermost on, that were never seen under
                        their caller for certain: up to the outermost such one */
    uint32_t run_state;  /* PyThreadState.state, where there is one */
    size_t task_wish[2]; /* with tasks: before the stack and after it */
    hn_addr tasks[2];    /* of asyncio, that it ran before and after that */
    uint32_t marked;     /* its stack with the tasks it belongs to: see tasks.h */
    bool attached, wants_gil, has_gil;
    bool stands_still; /* it cannot have run while it was copied */
    bool exact;        /* all of its stack was copied while it stood still */
    bool moved;        /* the stack differs from the last look's */

    uint32_t last_tally;
};

/* Up to 3.13, and for tasks of Python code, a dict says which tasks run. It gets
 * another table every few steps of the tasks, mostly one of those that it had before:
 * of up to four, and without a GIL, where freed memory rests a while, of some two
 * dozen. */
enum { HN_TASK_TABLES = 32 };

struct hn_task_watch {
    hn_addr dict; /* 0: not found yet */
    uint64_t sought_ns;
    size_t wish[2]; /* of the address of its table; before and after the stacks */
    struct hn_task_table {
        hn_addr keys, entries;
        uint32_t bytes;
        unsigned words; /* of each entry; the last one is the value */
        size_t wish[2];
    } tables[HN_TASK_TABLES];
    size_t next_table;
};

/* Of those whose address has now one code object and now another, the ones that were on
 * a stack last. Each makes every look longer. */
enum { HN_CHANGING_CODES = 8 };

struct hn_changing_code {
    uint32_t entry;
    uint32_t times;   /* it was on a stack, since it is one of these */
    uint64_t seen_in; /* 0: none */
};

struct hn_interp_watch {
    hn_addr addr;
    int64_t id;
    hn_addr gil, gc;
    hn_addr turns; /* the GIL's structure, if it counts turns; 0: not known */
    struct hn_thread_watch **threads; /* in the order of CPython's list */
    size_t thread_count, thread_capacity;
    size_t head_wish, gil_wish, gil_check_wish, gc_wish, turn_wish, turn_check_wish;
    hn_addr holder, holder_after;
    bool has_gil_lock, collecting;
    struct hn_turn turn, turn_after; /* before and after the copying */
    struct hn_turn turn_before;      /* the last look's @turn */
    bool restless; /* at the last look more turns had passed than tell who ran */
    struct hn_task_watch tasks;
};

struct hn_watch {
    struct hn_target *target;
    struct hn_runtime *rt;
    struct hn_error err;
    struct hn_shape shape;
    uint32_t index; /* in the sampler's list of processes */

    struct hn_interp_watch *interps;
    size_t interp_count;
    uint64_t interps_read_ns;
    struct hn_plan plan;
    uint32_t *wished; /* codes whose prints are copied along */
    size_t wished_count, wished_capacity;
    struct hn_changing_code changing[HN_CHANGING_CODES];
    uint64_t sample, now_ns; /* of this look */
    uint64_t copied_ns;      /* how long it took to the end of the first copies */
    bool waited; /* for the process's map, before it was copied where threads are */
    uint64_t gave_in; /* the last sample that found a piece of a data stack given back;
                         0: none */
    uint64_t unreadable_since_ns; /* 0: its list of threads could be read */
    bool threads_changed;         /* since somebody asked for names */
    bool stands; /* for this look: nothing changes while it is copied */
    bool tasks;  /* copies along which task each thread runs */

    /* shared by all processes of a sampler */
    struct hn_codes *codes;
    struct hn_tree *tree;
    struct hn_pairs *pairs;
};

/* Opens process @pid: reads it while it runs, never stops it. With @host it is read
 * through that, and stands still whenever it is looked at. */
HN_MUST_CHECK enum hn_status
hn_watch_open(int64_t pid, const struct hn_host *host, uint32_t index,
              struct hn_codes *codes, struct hn_tree *tree, struct hn_pairs *pairs,
              struct hn_error *err, struct hn_watch **ret);

void
hn_watch_close(struct hn_watch *watch);

/* Frees what looks have made. */
void
hn_watch_clear(struct hn_watch *watch);

/* Monotonic, in nanoseconds. */
uint64_t
hn_sampler_clock(void);

/* Looks once. HN_OK also when stacks were torn; HN_E_GONE when the process has ended
 * or runs another program. @now_ns is of a monotonic clock. */
HN_MUST_CHECK enum hn_status
hn_watch_look(struct hn_watch *watch, uint64_t now_ns);

/* --- for the files of this room */

/* Makes the list of interpreters anew. */
HN_MUST_CHECK enum hn_status
hn_watch_read_interps(struct hn_watch *watch);

/* Makes @interp's list of threads anew, keeping those that are still there. */
bool
hn_watch_read_threads(struct hn_watch *watch, struct hn_interp_watch *interp);

/* Copies one word now; false if it is not there. */
bool
hn_watch_read_u64(struct hn_watch *watch, hn_addr addr, uint64_t *ret);

/* Follows a thread's frames through what was copied. */
enum hn_outcome
hn_walk(struct hn_watch *watch, struct hn_thread_watch *thread);

/* Where a frame stands that no thread runs: the content of its code, HN_CODES_NONE for
 * the interpreter's own, and the byte offset in it. False when there is none. */
bool
hn_walk_alone(struct hn_watch *watch, hn_addr frame, uint32_t *code_ret,
              int32_t *at_ret);

/* Wishes for what tells the tasks that run. */
void
hn_wish_for_tasks(struct hn_watch *watch, struct hn_interp_watch *interp,
                  unsigned pass);

/* How many links of @thread->now, counted from the outermost one, are the same in the
 * second copy: these were on the stack, one called by the other, between the two. */
size_t
hn_walk_again(struct hn_watch *watch, struct hn_thread_watch *thread);

#endif
