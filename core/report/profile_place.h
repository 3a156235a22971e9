/* How functions, places and threads of a profile are called in text formats. */
#ifndef HN_REPORT_PROFILE_PLACE_H
#define HN_REPORT_PROFILE_PLACE_H

#include "report/profile_sums.h"

/* "shop/model.py:55", without the number if it is below 1; "(native)", "(task)" and
 * "(unknown)" where there is no file. Cut at the start to @columns, 0: not at all.
 * Returns the columns it takes. */
size_t
hn_place_put(struct hn_text *text, const struct hn_look *look,
             enum hn_profile_kind kind, const char *file, int32_t line, size_t columns);

/* What a row of hn_profile_sum_up() is called: as in the summing up, or the thread's
 * label, "(no task)" or "(no Python frame)". Not escaped. */
const char *
hn_row_name(struct hn_arena *arena, const struct hn_profile *profile,
            enum hn_profile_by by, const struct hn_profile_sum *row);

/* Whether rows of this kind stand at a place, which their name alone does not tell. */
bool
hn_row_has_place(enum hn_profile_by by, const struct hn_profile_sum *row);

/* `MainThread (4242)`, with the process in front if there are several. Not escaped: for
 * writers that escape what they write. */
void
hn_thread_label_put(struct hn_text *text, const struct hn_profile *profile,
                    uint32_t thread);

/* The same into @arena, "" if memory ran out. */
const char *
hn_thread_label(struct hn_arena *arena, const struct hn_profile *profile,
                uint32_t thread);

#endif
