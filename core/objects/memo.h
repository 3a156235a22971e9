/* Previews made before: in a dump with values the same object stands in frame after
 * frame (self, a session, a lock), and its preview is made once.
 *
 * Only for a target that stands still; whoever owns a memo drops it when the target
 * ran. A table of fixed size where a newer entry takes an older one's place. */
#ifndef HN_OBJECTS_MEMO_H
#define HN_OBJECTS_MEMO_H

#include "base/arena.h"
#include "model/value.h"
#include "objects/preview.h"

enum { HN_MEMO_ENTRIES = 1024 };

struct hn_memo {
    struct hn_arena arena; /* the entries' strings */
    struct {
        struct hn_preview_limits limits;
        struct hn_value value; /* addr 0: free */
    } entries[HN_MEMO_ENTRIES];
};

/* The value of @object as it was shown under these limits, or NULL. */
const struct hn_value *
hn_memo_find(const struct hn_memo *memo, hn_addr object,
             const struct hn_preview_limits *limits);

/* Copies @value; forgets silently what there is no room for. */
void
hn_memo_keep(struct hn_memo *memo, const struct hn_preview_limits *limits,
             const struct hn_value *value);

#endif
