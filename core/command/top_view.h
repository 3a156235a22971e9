/* What py-top shows: a header and rows of functions, threads or the like, from the
 * profile so far and the one of a moment before. */
#ifndef HN_COMMAND_TOP_VIEW_H
#define HN_COMMAND_TOP_VIEW_H

#include "base/arena.h"
#include "model/profile.h"
#include "report/look.h"
#include "report/profile_sums.h"

/* The columns that rows can be sorted by, and the keys for them: '1' and so on. */
enum hn_top_sort {
    HN_TOP_OWN_SHARE, /* of the last moment */
    HN_TOP_TOTAL_SHARE,
    HN_TOP_OWN_TIME, /* since it began */
    HN_TOP_TOTAL_TIME,
    HN_TOP_SORTS
};

/* One moment, kept for the next one to be compared with. Lives in an arena. */
struct hn_top_moment {
    struct hn_profile profile;
    struct hn_profile_sums sums; /* in the order of their names */
    uint64_t gil_samples;
    uint64_t at_ns, cpu_ns; /* of the processes, by then */
};

/* Sums up @ret->profile, which the caller has filled; false if memory ran out. */
bool
hn_top_sum_up(struct hn_arena *arena, enum hn_profile_by by, struct hn_top_moment *ret);

/* Draws @now, summed up @by. @before, summed up by the same, is NULL at first. @keys:
 * tell which keys there are, else how to end it. */
void
hn_top_put(struct hn_text *text, const struct hn_look *look, unsigned height,
           const struct hn_top_moment *now, const struct hn_top_moment *before,
           enum hn_profile_by by, enum hn_top_sort sort, bool keys,
           struct hn_arena *arena);

#endif
