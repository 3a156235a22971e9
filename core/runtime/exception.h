/* One exception: its words, its traceback, and what it refers to. */
#ifndef HN_RUNTIME_EXCEPTION_H
#define HN_RUNTIME_EXCEPTION_H

#include "model/exception.h"
#include "objects/preview.h"
#include "runtime/internal.h"

/* What a traceback object leads to, innermost first, at most @limit frames (0: all).
 * What cannot be read leaves its reason in @ret. */
HN_MUST_CHECK enum hn_status
hn_traceback_load(struct hn_runtime *rt, hn_addr traceback, size_t limit,
                  struct hn_arena *arena, struct hn_stack *ret);

/* Other exceptions that one refers to, by address; 0: none. Lists live in the arena. */
struct hn_exception_links {
    hn_addr cause, context;
    const hn_addr *group;
    size_t group_count; /* at most HN_GROUP_MOST */
};

/* Members of a group that are looked at. */
enum { HN_GROUP_MOST = 1000 };

struct hn_exception_reader {
    struct hn_runtime *rt;
    const struct hn_preview_limits *limits;
    size_t depth; /* of tracebacks, 0: all */
    struct hn_arena *arena;
};

/* Fills @ret but for the links, which go to @links. What cannot be read leaves its
 * reason in @ret: the only failures are HN_E_NOMEM and HN_E_INTERRUPTED. */
HN_MUST_CHECK enum hn_status
hn_exception_load(const struct hn_exception_reader *reader, hn_addr exception,
                  struct hn_exception *ret, struct hn_exception_links *links);

/* The same for what C code raised and nobody made an object of yet (up to 3.11): a
 * class, and what the class will be called with. */
HN_MUST_CHECK enum hn_status
hn_exception_load_parts(const struct hn_exception_reader *reader, hn_addr type,
                        hn_addr value, hn_addr traceback, struct hn_exception *ret);

/* Whether the object at @object is an exception. */
bool
hn_is_exception(struct hn_runtime *rt, hn_addr object);

#endif
