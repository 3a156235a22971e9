/* Result structs of native stacks: the C side of a thread.
 *
 * No behaviour here. Strings live in the unwinder that made them, or in the arena that
 * the stack was loaded into. */
#ifndef HN_MODEL_NATIVE_H
#define HN_MODEL_NATIVE_H

#include <stdbool.h>
#include "hognose/status.h"

enum hn_native_mark {
    HN_NATIVE_SIGNAL = 1,  /* the kernel's trampoline: a signal handler was called */
    HN_NATIVE_GUESSED = 2, /* found by frame pointer: the caller has no unwind tables */
    HN_NATIVE_LOOP = 4,    /* CPython's interpreter loop: it runs Python frames */
    HN_NATIVE_GLUE = 8     /* CPython's own way from one call to the next */
};

/* One C function that is being called. */
struct hn_native_frame {
    hn_addr pc;
    hn_addr sp;           /* the stack pointer at @pc */
    const char *function; /* readable (C++ names demangled); NULL: not known */
    const char *symbol;   /* as the file has it; NULL: not known */
    uint64_t offset;      /* of @pc from the beginning of @symbol */
    const char *library;  /* path of the file, "[vdso]"; "" where there is none */
    const char *file;     /* of the source, where debug information says it; or NULL */
    int32_t line;         /* -1: not known */
    unsigned marks;       /* enum hn_native_mark bits */
};

/* Innermost frame first. */
struct hn_native_stack {
    struct hn_native_frame *frames;
    size_t count;
    bool cut;            /* more frames exist, the caller's limit was reached */
    const char *problem; /* it ends early: why; else NULL */
    hn_addr problem_at;
    const char *not_woven; /* why the Python frames could not be put in; NULL: they
                              were, see struct hn_frame, or there are none */
};

/* A native thread that runs no Python, or none any more. */
struct hn_native_only {
    int64_t tid;
    const char *name; /* the OS's, "" if not known */
    struct hn_native_stack stack;
};

#endif
