/* Roots: what keeps objects alive that is no object itself.
 *
 * The interpreter's own structures, thread states and the frames on their stacks are
 * walked, so that what they hold has a name: sys.modules, a local variable of a
 * function. */
#ifndef HN_HEAP_ROOTS_H
#define HN_HEAP_ROOTS_H

#include "heap/references.h"
#include "model/process.h"

/* The better name of an object that has several is the smaller. */
enum hn_root_kind {
    HN_ROOT_MODULES,     /* sys.modules */
    HN_ROOT_SYS,         /* vars(sys) */
    HN_ROOT_BUILTINS,    /* vars(builtins) */
    HN_ROOT_LOCAL,       /* a local variable of a frame */
    HN_ROOT_FRAME,       /* what a frame runs, or a frame */
    HN_ROOT_STACK,       /* an operand of a frame */
    HN_ROOT_THREAD,      /* in a thread's state */
    HN_ROOT_INTERPRETER, /* in the interpreter's state */
    HN_ROOT_STATIC,      /* in the data of the program: exists without being made */
    HN_ROOT_IMMORTAL,    /* never counted, never freed */
    HN_ROOT_C            /* C code has a reference to it */
};

struct hn_root {
    uint32_t object;
    uint8_t kind;    /* enum hn_root_kind */
    bool doubtful;   /* a word of a structure, perhaps left over: it names what keeps
                        an object whose count says that something does, and keeps no
                        other */
    uint32_t frame;  /* LOCAL, FRAME, STACK: index into frames */
    uint32_t index;  /* LOCAL: the variable's slot */
    uint32_t thread; /* THREAD: its number */
};

struct hn_root_frame {
    hn_addr addr;
    hn_addr code;
    uint32_t thread; /* number */
};

struct hn_roots {
    struct hn_root *items; /* by object and kind once they are complete */
    uint32_t count;
    size_t capacity;
    struct hn_root_frame *frames;
    uint32_t frame_count;
    size_t frame_capacity;
    bool failed; /* memory ran out */
};

/* Walks the structures of @process. @each is told of every reference, with its bits,
 * beside what is put into @ret. */
HN_MUST_CHECK enum hn_status
hn_roots_load(struct hn_referrer *r, const struct hn_process *process,
              void (*each)(void *arg, uint32_t object, unsigned bits), void *arg,
              struct hn_roots *ret);

/* Sorts them, so that hn_root_find() works. */
void
hn_roots_finish(struct hn_roots *roots);

void
hn_roots_deinit(struct hn_roots *roots);

/* The best root of @object, or NULL. */
const struct hn_root *
hn_root_find(const struct hn_roots *roots, uint32_t object);

/* Of @roots, sorted, keeps those of @object; of doubtful ones none where all of its
 * count is @explained, else one of a kind. */
void
hn_roots_choose(struct hn_roots *roots, uint32_t object, bool explained);

#endif
