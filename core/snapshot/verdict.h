/* What a comparison means, in one sentence. */
#ifndef HN_SNAPSHOT_VERDICT_H
#define HN_SNAPSHOT_VERDICT_H

#include "base/arena.h"
#include "hognose/status.h"
#include "model/snapshot.h"

/* Whether a row grew at every step, at the end not much slower than on the whole;
 * @counted: in number, too. */
bool
hn_verdict_steady(const struct hn_change *change, size_t moments, bool counted);

/* Fills the verdict, the sentence, and how much was grown in which time. */
HN_MUST_CHECK enum hn_status
hn_verdict_make(struct hn_diff *diff, struct hn_arena *arena, struct hn_error *err);

#endif
