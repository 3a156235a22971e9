/* Result structs of py-tracemalloc: what tracemalloc knows of a process's memory.
 *
 * Millions of traces are usual, so they are kept as tracemalloc itself keeps them: each
 * refers to its traceback by number, and a traceback to its files. The arrays belong to
 * whoever filled the struct (hn_traces_deinit() in the tracemalloc room frees them). */
#ifndef HN_MODEL_TRACES_H
#define HN_MODEL_TRACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hn_trace_file {
    const char *name; /* as Python's UTF-8, lone surrogates included; '\0' behind it */
    size_t size;
};

struct hn_trace_frame {
    uint32_t file; /* index into hn_traces.files */
    uint32_t line;
};

/* A traceback: hn_traces.frames from @first on, the most recent call first. */
struct hn_trace_stack {
    size_t first;
    uint32_t count;
    uint32_t total; /* frames it had before it was cut to the limit */
};

/* One block of memory. */
struct hn_trace {
    uint64_t address; /* 0: not known, it comes from a file */
    uint64_t size;
    uint32_t domain; /* 0: Python's allocators */
    uint32_t stack;  /* index into hn_traces.stacks */
};

struct hn_traces {
    bool tracing;
    bool has_totals; /* false: totals were not recorded (3.8) and are the counts */
    bool from_file;  /* then @traced is the sum of the traces and @peak 0 */
    uint64_t traced, peak; /* bytes, as get_traced_memory() has them */
    bool has_peak;
    uint32_t limit; /* frames that are kept of a traceback */

    struct hn_trace *traces; /* in any order; hn_traces_sort() */
    size_t count;
    struct hn_trace_stack *stacks;
    size_t stack_count;
    struct hn_trace_frame *frames;
    size_t frame_count;
    struct hn_trace_file *files;
    size_t file_count;

    /* What damage or a running target cost. */
    uint64_t lost;       /* traces that the tables count but that could not be read */
    uint64_t unreadable; /* tracebacks and file names: shown as "<unreadable>" */
    bool overrun;        /* a table holds more than it counts; the rest was not read */
};

/* One row of tracemalloc's statistics. */
struct hn_trace_row {
    const struct hn_traces *of;          /* whose files @frames speak of */
    const struct hn_trace_frame *frames; /* the most recent call first; line 0 where
                                            rows are files */
    uint32_t frame_count;
    const char *const *sources; /* by frame: its line, "" where it cannot be had; NULL:
                                   nobody looked */
    uint64_t size, count;
    int64_t size_diff, count_diff; /* only of comparisons */
};

struct hn_trace_rows {
    struct hn_trace_row *rows; /* in tracemalloc's order, the largest first */
    size_t count;
    uint64_t size, blocks; /* of all traces that the filters let pass */
    bool compared;         /* rows have differences */
};

#endif
