/* Two sampling runs side by side: what takes a larger or smaller share of the samples
 * than before. Shares, not samples: runs are rarely equally long. */
#ifndef HN_REPORT_PROFILE_DIFF_H
#define HN_REPORT_PROFILE_DIFF_H

#include "report/profile_merge.h"

/* Both runs in one profile: thread 0 is all that was sampled before, thread 1 all that
 * was after. A function whose first line has moved is the same one if it is the only
 * one of its name and file that has no twin. For a table of differences, and for a
 * differential flame graph: hn_profile_merge() gives its tree. */
struct hn_profile_diff {
    const struct hn_profile *before, *after;
    struct hn_profile both; /* processes, threads, functions, frames, nodes, counts */
    struct hn_profile_classes classes; /* functions of both */
};

enum { HN_DIFF_BEFORE, HN_DIFF_AFTER };

/* Lives in @arena and refers to both runs. False if memory ran out. */
bool
hn_profile_diff_prepare(struct hn_arena *arena, const struct hn_profile *before,
                        const struct hn_profile *after, struct hn_profile_diff *ret);

struct hn_profile_diff_row {
    const char *name, *file; /* both "": stacks without a Python frame */
    int32_t line;
    enum hn_profile_kind kind;
    bool nothing;
    uint64_t self[2], total[2]; /* samples before and after */
};

struct hn_profile_diff_rows {
    struct hn_profile_diff_row *rows;
    size_t count;
};

/* By function; what changed most in its share of @sort comes first, ties by name. Lives
 * in @arena. False if memory ran out. */
bool
hn_profile_diff_sum_up(struct hn_arena *arena, const struct hn_profile_diff *diff,
                       enum hn_profile_sort sort, struct hn_profile_diff_rows *ret);

/* The table of py-sample diff. Options as for the table of one run. */
void
hn_profile_diff_put(struct hn_text *text, const struct hn_profile *before,
                    const struct hn_profile *after,
                    const struct hn_profile_options *options);

/* The members of its JSON result, without the brackets. */
void
hn_document_profile_diff(struct hn_json *json, const struct hn_profile *before,
                         const struct hn_profile *after);

#endif
