/* C frames in samples: with --native each stack that was seen is replaced by one in
 * which they are woven. The process must stand still.
 *
 * A C function is a place: a node of the tree has HN_TREE_NATIVE + the place's number
 * for its code. Frames of the interpreter itself are left out, as on the screen. */
#ifndef HN_SAMPLE_NATIVES_H
#define HN_SAMPLE_NATIVES_H

#include "base/index.h"
#include "sample/watch.h"
#include "unwind/unwind.h"

/* Distinct addresses in C code; later ones count as unknown. */
enum { HN_PLACES_MOST = 1 << 20 };

struct hn_native_place {
    hn_addr at;
    const char *name, *file; /* the library, or the source where that is known */
    int32_t line;            /* -1: not known */
};

struct hn_natives {
    struct hn_arena arena;
    struct hn_unwinder *unwinder; /* NULL until the first sample */
    uint32_t process;             /* the watch that it is for */
    struct hn_index index;        /* by name and library */
    struct hn_native_place *places;
    uint32_t count;
    size_t capacity;
    uint64_t refreshed_ns;
    uint64_t woven, apart; /* stacks that could be woven, and that could not */
    struct hn_native_step *steps;
    struct hn_native_frame *frames;
};

void
hn_natives_init(struct hn_natives *natives);

void
hn_natives_deinit(struct hn_natives *natives);

/* The process was let run since the last sample. */
void
hn_natives_begin(struct hn_natives *natives, struct hn_watch *watch, uint64_t now_ns);

/* The node of the woven stack of @thread, which was just looked at; its own where that
 * cannot be made. */
uint32_t
hn_natives_node(struct hn_natives *natives, struct hn_watch *watch,
                const struct hn_thread_watch *thread,
                const struct hn_registers *registers);

#endif
