/* Result structs of py-locks: who waits for what, and who has it.
 *
 * No behaviour here. Strings are UTF-8 in the arena of whoever made the result. */
#ifndef HN_MODEL_WAITS_H
#define HN_MODEL_WAITS_H

#include "model/tasks.h"

/* A thread or a task, as one number: threads first, in the order of hn_process, then
 * the tasks of the interpreter. */
enum { HN_NOBODY = UINT32_MAX };

enum hn_wait_kind {
    HN_WAIT_GIL,
    HN_WAIT_LOCK, /* _thread.lock, asyncio.Lock */
    HN_WAIT_RLOCK,
    HN_WAIT_CONDITION, /* nobody holds it: somebody has to notify */
    HN_WAIT_EVENT,
    HN_WAIT_SEMAPHORE,
    HN_WAIT_BARRIER,
    HN_WAIT_QUEUE_GET,
    HN_WAIT_QUEUE_PUT,
    HN_WAIT_QUEUE_JOIN,
    HN_WAIT_JOIN,         /* the end of a thread */
    HN_WAIT_SHUTDOWN,     /* the end of all threads that are no daemons */
    HN_WAIT_FUTURE,       /* a result of concurrent.futures */
    HN_WAIT_WORKER,       /* a pool's thread without work */
    HN_WAIT_IMPORT,       /* a module's lock */
    HN_WAIT_PROCESS_LOCK, /* a primitive of multiprocessing */
    HN_WAIT_FILE_LOCK,
    HN_WAIT_CHILD,  /* the end of a child process */
    HN_WAIT_SOCKET, /* data of, or room in, a socket or pipe */
    HN_WAIT_ACCEPT, /* a connection, as servers do */
    HN_WAIT_TERMINAL,
    HN_WAIT_SELECT, /* any of several descriptors */
    HN_WAIT_LOOP,   /* an event loop without anything to do */
    HN_WAIT_SLEEP,
    HN_WAIT_SIGNAL,
    HN_WAIT_MUTEX,  /* of C code */
    HN_WAIT_NATIVE, /* something else of C code */
    HN_WAIT_WORLD,  /* a stop of all threads (free-threaded builds) */
    HN_WAIT_IO      /* another system call */
};

struct hn_wait {
    uint32_t actor;
    enum hn_wait_kind kind;
    const char *text; /* completes "waits for" */
    hn_addr addr;     /* the lock, queue, future...; 0: not known */
    int64_t fd;       /* -1: none */
    int64_t pid;      /* of the child, or of the process that has it; 0: not known */
    const struct hn_frame *frame; /* of the program, that came to wait; NULL: none */
    uint32_t holder; /* who has it, or has to bring it about; HN_NOBODY: not known */
    const char *how; /* how that is known; NULL when it is not */
    uint64_t owner;  /* recorded, but of no thread that lives: its ident; else 0 */
    int64_t native_holder;    /* who has it runs no Python: its native id; else 0 */
    const char *native_name;  /* its name, */
    const char *native_doing; /* and the C call that it is in; NULL: not known */
    bool locked;              /* LOCK, RLOCK: the object says that it is locked */
    bool own;                 /* FILE_LOCK: this process has it itself */
    bool shared;              /* other processes can bring it about, too */
    bool timed;               /* it will end by itself after a while */
    bool pending;             /* FUTURE: nobody works on it yet */
};

struct hn_actor {
    const struct hn_thread *thread; /* NULL: a task */
    uint32_t task;                  /* HN_NO_TASK: a thread */
    hn_addr pool; /* a thread of a ThreadPoolExecutor: its queue of work; else 0 */
};

struct hn_waits {
    struct hn_actor *actors;
    size_t actor_count, thread_count; /* threads come first */
    struct hn_wait *items;
    size_t count;
    struct hn_task_cycle *cycles; /* of actors */
    size_t cycle_count;
    const struct hn_tasks *tasks;
};

#endif
