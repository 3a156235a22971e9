/* A process made of bytes, for who samples it: one interpreter, one thread with the
 * GIL, main() that called work(). */
#ifndef HN_TESTS_SAMPLED_PROCESS_H
#define HN_TESTS_SAMPLED_PROCESS_H

#include "support/memory_builder.h"

#include "runtime/internal.h"
#include "sample/watch.h"

enum {
    SAMPLED_FRAMES = 2,
    SAMPLED_SLOTS = 2, /* of each frame, for variables */
    SAMPLED_STACK = 3, /* and for values */
    SAMPLED_CHUNK_BYTES = 4096
};

/* main() calls work(), or something else in its place. */
struct sampled_process {
    struct memory_builder *m;
    struct hn_target_ops ops;
    const struct hn_target_ops *memory_ops;
    struct hn_runtime rt;
    struct hn_codes codes;
    struct hn_tree tree;
    struct hn_pairs pairs;
    struct hn_watch w;
    uint64_t now_ns;

    hn_addr code_type, interp, thread, gil, chunk, cframe;
    hn_addr frames[SAMPLED_FRAMES]; /* outermost first */
    hn_addr main, work, other;

    /* Once the innermost frame was copied so often, it becomes that of another code. */
    unsigned copies_until_change;
    hn_addr changed_to;

    hn_addr gone; /* a chunk that is no memory any more */
};

/* @named is the one function whose name main() has. The watch is ready for
 * hn_watch_look(). */
void
sampled_process_init(struct sampled_process *s, struct memory_builder *m,
                     const char *named);

void
sampled_process_deinit(struct sampled_process *s);

/* Lets the frame run that code. */
void
sampled_put_code(struct sampled_process *s, hn_addr frame, hn_addr code);

/* Makes frame @i anew, of that code and called by the one before. */
void
sampled_put_frame(struct sampled_process *s, size_t i, hn_addr code);

/* Puts the inner frame into a chunk of its own, behind its header. */
hn_addr
sampled_build_chunk(struct sampled_process *s);

/* The thread stands in @frame, which is the last one on @chunk. */
void
sampled_stand_in(struct sampled_process *s, hn_addr frame, hn_addr chunk);

#endif
