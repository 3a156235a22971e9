/* Result structs of py-hang: why a process does not move, most telling first.
 *
 * No behaviour here. Strings are UTF-8 in the arena of whoever made the result. */
#ifndef HN_MODEL_VERDICT_H
#define HN_MODEL_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hn_confidence { HN_CERTAIN, HN_LIKELY, HN_POSSIBLE };

/* Statements of evidence, ways to look on: more are not read. */
enum { HN_EVIDENCE_MOST = 12 };

struct hn_verdict {
    const char *kind; /* "deadlock", "idle"...: see core/command/JSON.md */
    const char *sentence;
    enum hn_confidence confidence;
    bool alarm; /* false: nothing is wrong, or it cannot be told */
    const char *evidence[HN_EVIDENCE_MOST];
    size_t evidence_count;
    const char *next; /* the command to type next; NULL: none */
};

/* How a thread moved between several looks at a running process. */
struct hn_motion {
    int64_t thread;   /* native id */
    bool always_busy; /* on CPU at every look */
    size_t common;    /* frames at the outer end that were the same at every look */
    bool same_leaf;   /* so was the innermost one */
    bool same_place; /* and it stood at the same instruction, its variables unchanged */
    bool deeper;     /* the stack grew from look to look */
    uint64_t cpu_ms; /* used meanwhile */
};

struct hn_watch {
    unsigned looks; /* 1: no motion is known */
    uint64_t watched_ms;
    const struct hn_motion *motions;
    size_t count;
    bool forked; /* it is a fork of a Python that still runs, without exec() */
};

struct hn_verdicts {
    struct hn_verdict *items;
    size_t count;
};

#endif
