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

/* --- what changed */

/* One type, line, traceback, module or class of sizes, over all moments. */
struct hn_change {
    const char *name;         /* NULL: @frames say it */
    uint32_t stack;           /* of hn_diff.stacks, where rows are tracebacks; enum
                                 hn_ledger_row_name where they are parts of memory */
    uint64_t *counts, *bytes; /* by moment */

    /* Between the first moment and the last, object by object (hn_diff.by_object), or
     * block by block where rows are lines. */
    uint64_t born, born_bytes;
    uint64_t gone, gone_bytes;
    uint64_t same;  /* there at both, and known to be the same */
    uint64_t maybe; /* there at both, maybe another one at a reused address */
    /* Of three or more moments: born between the first two, and still there at the
     * last. */
    uint64_t stayed, stayed_bytes;

    /* Of types: the line that allocated most of what was born, where that is known. */
    bool has_site;
    uint32_t site;       /* of hn_diff.stacks */
    uint64_t site_count; /* objects from there */
    uint64_t site_bytes; /* of these: more than from any other */

    const char *path; /* of types: where most of them are at the last moment, or NULL */

    bool steady; /* grew at every step, and did not slow down to a trickle */
};

struct hn_changes {
    const char *what;       /* "type" */
    bool told_apart;        /* born, gone, same, maybe mean something */
    struct hn_change *rows; /* what grew most first, what shrank most last */
    size_t count;
};

struct hn_diff_moment {
    const char *name;
    const struct hn_moment_facts *facts;
    bool has_types, has_objects, has_traces;
    uint64_t objects, bytes; /* as sys.getsizeof() counts */
    uint64_t blocks, traced; /* by tracemalloc */
};

enum hn_verdict {
    HN_VERDICT_STABLE,
    HN_VERDICT_GREW, /* but not at every step, or there was only one */
    HN_VERDICT_LEAK, /* something grew at every step */
    HN_VERDICT_SHRANK
};

struct hn_traces;

struct hn_diff {
    const struct hn_diff_moment *moments;
    size_t moment_count;
    bool same_process; /* all moments are of one process */
    const char *apart; /* why they are not, or cannot be known to be: a sentence */
    struct hn_changes paths;        /* "TYPE in PATH", where all moments know them */
    struct hn_changes memory;       /* the rows of the ledger, where all have one */
    struct hn_changes types, lines; /* told apart or not; count 0: nothing there */
    struct hn_changes chosen;       /* what the user asked for instead of both */
    const struct hn_traces *stacks; /* files and tracebacks of rows */

    int64_t grown_bytes; /* from the first to the last: of objects, else of traces */
    double seconds;      /* from the first to the last; 0: not known */
    bool outside;        /* the verdict is about memory that is not that of objects */
    enum hn_verdict verdict;
    const char *sentence;
};

#endif
