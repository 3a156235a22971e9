/* Result structs of py-snapshot: what a moment is of, and what changed between some. */
#ifndef HN_MODEL_SNAPSHOT_H
#define HN_MODEL_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hn_moment_kind {
    HN_MOMENT_LIVE,
    HN_MOMENT_CORE,
    HN_MOMENT_SNAPSHOT,
    HN_MOMENT_TRACES /* a file of Snapshot.dump(): traces and nothing else */
};

/* Which process, when. Strings are never NULL; "" where nothing is known. */
struct hn_moment_facts {
    enum hn_moment_kind kind;
    const char *hognose;          /* version that took it */
    uint32_t hex;                 /* PY_VERSION_HEX */
    const char *version;          /* "3.12.1" */
    const char *flavour;          /* "release", "debug, free-threaded" */
    const char *allocator;        /* "pymalloc" */
    const char *build_id;         /* of the file that holds Python, hexadecimal */
    const char *executable;       /* path in the target's own view */
    const char *const *arguments; /* NULL-terminated */
    int64_t pid;                  /* 0: not known */
    bool has_birth;
    uint64_t birth;          /* see hn_target_birth() */
    int64_t time_ns;         /* since the epoch; 0: not known */
    const char *note;        /* the user's */
    const char *read_from;   /* "live" or "core": what a snapshot was taken of */
    uint64_t resident_bytes; /* 0: not known */
    bool inconsistent;       /* it was read while it ran */
};

#endif
