/* Result structs of stack commands: what was found, for report to show.
 *
 * No behaviour here. Strings are UTF-8, owned by the arena of whoever made the
 * result; a string is never NULL unless its comment says so. */
#ifndef HN_MODEL_STACK_H
#define HN_MODEL_STACK_H

#include <stdbool.h>
#include "hognose/status.h"
#include "model/native.h"
#include "model/value.h"

/* A code object, decoded once and shared by all frames that run it. */
struct hn_code {
    hn_addr addr;
    const char *name;     /* co_name */
    const char *qualname; /* co_qualname; up to 3.10 found through the function */
    bool qualified;       /* false: qualname is only co_name */
    const char *file;     /* co_filename */
    int32_t first_line;
    uint32_t flags;           /* co_flags */
    const uint8_t *linetable; /* a copy, in the runtime's arena */
    size_t linetable_size;
    hn_addr bytecode; /* where instruction pointers count from, 0 up to 3.10 */
    hn_addr tlbc;     /* _PyCodeArray of per-thread bytecode (3.14t), or 0 */
};

/* Lines count from 1, columns from 0 in UTF-8 bytes; -1: not recorded. */
struct hn_position {
    int32_t line, end_line, column, end_column;
};

enum hn_frame_kind { HN_FRAME_PYTHON, HN_FRAME_UNREADABLE };

enum hn_frame_owner { HN_OWNER_THREAD, HN_OWNER_GENERATOR, HN_OWNER_FRAME_OBJECT };

struct hn_frame {
    enum hn_frame_kind kind;
    hn_addr addr;               /* PyFrameObject or _PyInterpreterFrame */
    const struct hn_code *code; /* NULL when unreadable */
    struct hn_position position;
    int64_t lasti;      /* byte offset of the instruction it is at; -1: not known */
    const char *source; /* the line's text without indentation, or NULL */
    uint32_t indent;    /* bytes of indentation that @source lacks */
    enum hn_frame_owner owner;
    bool entry;     /* called from C: the interpreter loop starts here */
    hn_addr anchor; /* an entry: what that call of the loop keeps on the C stack, 0:
                       not known */
    const char *problem; /* UNREADABLE: why; else NULL */
    hn_addr problem_at;
    const struct hn_variables *locals; /* NULL: nobody asked for them */
    /* When native frames were woven in: the C functions that this frame is in a call
     * of, innermost first. They stand before it. */
    const struct hn_native_frame *native;
    size_t native_count;
};

/* Innermost frame first. */
struct hn_stack {
    struct hn_frame *frames;
    size_t count;
    bool cut;            /* more frames exist, the caller's limit was reached */
    const char *problem; /* the chain ended early: why; else NULL */
    hn_addr problem_at;
    const struct hn_native_frame *native; /* woven: what the outermost was called by */
    size_t native_count;
};

/* What a thread does, as bits: only what the data shows. */
enum hn_thread_state {
    HN_THREAD_HAS_GIL = 1,
    HN_THREAD_WAITS_FOR_GIL = 2,
    HN_THREAD_ON_CPU = 4,
    HN_THREAD_IDLE = 8,          /* inside a system call, named in @syscall */
    HN_THREAD_NATIVE = 16,       /* detached from the interpreter, in C code */
    HN_THREAD_COLLECTING = 32,   /* it runs the garbage collector */
    HN_THREAD_FINALIZING = 64,   /* it shuts the interpreter down */
    HN_THREAD_STOPPED_FOR = 128, /* suspended by a stop-the-world (free-threaded) */
    HN_THREAD_ENDED = 256        /* the structures outlive the native thread */
};

struct hn_thread {
    unsigned number;     /* ours: from 1, interpreters by id, main thread first */
    hn_addr addr;        /* PyThreadState */
    int64_t interpreter; /* id */
    int64_t native_id;   /* as the debugger knows it; 0 if not known */
    uint64_t ident;      /* threading.get_ident() */
    const char *name;    /* threading's, else the OS's; "" if neither is known */
    unsigned state;      /* enum hn_thread_state bits; 0 = unknown */
    const char *syscall; /* "futex"; NULL unless idle in a known one */
    bool main, selected, faulting;
    struct hn_stack stack;          /* empty until loaded */
    struct hn_native_stack *native; /* NULL: nobody asked for it */
    const char *problem; /* the thread state could not be read: why; else NULL */
    hn_addr problem_at;
};

struct hn_interpreter {
    int64_t id;
    hn_addr addr;
    struct {
        bool exists; /* false: free-threaded with the GIL off */
        bool locked;
        unsigned holder; /* thread number, 0: nobody, or not known */
        bool own;        /* not shared with the main interpreter */
    } gil;
    struct {
        bool known, enabled, collecting;
        int32_t threshold[3], count[3];
    } gc;
    bool stop_the_world;
    struct hn_thread *threads;
    size_t thread_count;
    const char *problem; /* the list of threads ended early: why; else NULL */
    hn_addr problem_at;
};

#endif
