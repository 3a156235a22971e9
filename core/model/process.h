/* Result structs about the process as a whole: headers, py-info. */
#ifndef HN_MODEL_PROCESS_H
#define HN_MODEL_PROCESS_H

#include "model/stack.h"

/* How one field's offset was found: a row of `py-info --layout`. */
struct hn_layout_row {
    const char *structure, *field;
    bool present;
    int32_t offset;
    unsigned width;
    const char *source;
};

struct hn_process {
    /* the target */
    const char *kind;             /* "live", "core" or "remote" */
    const char *reader;           /* "process_vm_readv" */
    int64_t pid;                  /* 0: not known */
    const char *executable;       /* "" if not known */
    const char *const *arguments; /* NULL-terminated; empty if not known */
    bool consistent;
    uint64_t stopped_ns;             /* 0: we did not stop it */
    const char *not_stopped_because; /* NULL when consistent */

    /* the Python in it */
    uint32_t hex;             /* PY_VERSION_HEX */
    const char *version;      /* "3.12.1", "3.15.0rc1" */
    const char *flavour[4];   /* "release" or "debug", "free-threaded"; NULL ends */
    const char *found_by;     /* "symbol _PyRuntime in /usr/bin/python3.11" */
    const char *offsets_from; /* "_Py_DebugOffsets, and the table for 3.13.5" */
    const char *allocator;    /* "pymalloc", "malloc", "mimalloc", "unknown"; with
                                 ", debug hooks" behind it when they are on */
    hn_addr runtime;          /* &_PyRuntime */
    bool finalizing;

    struct hn_interpreter *interpreters;
    size_t interpreter_count;
    size_t thread_count;
    struct hn_native_only *natives; /* threads without Python; NULL: not asked */
    size_t native_count;

    /* a core's end; core_path NULL unless a core */
    const char *core_path;
    int signal;
    const char *signal_name; /* "SIGSEGV", NULL: none */
    hn_addr fault_address;
    int64_t fault_thread;
    int64_t core_time;          /* seconds since the epoch */
    const char *const *missing; /* sentences: what the core lacks */
    size_t missing_count;

    const struct hn_layout_row *layout; /* with --layout; else NULL */
    size_t layout_count;
};

#endif
