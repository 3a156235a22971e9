/* Moments and what changed between them, as text and as JSON. */
#ifndef HN_REPORT_SNAPSHOT_H
#define HN_REPORT_SNAPSHOT_H

#include "model/snapshot.h"
#include "report/json.h"
#include "report/look.h"

/* Two lines: of which process, when, and the user's note. */
void
hn_moment_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_moment_facts *facts);

/* "2026-11-27 01:00:02 UTC" */
void
hn_moment_put_time(struct hn_text *text, const struct hn_moment_facts *facts);

/* The members of a moment, without the brackets. */
void
hn_document_moment(struct hn_json *json, const struct hn_moment_facts *facts);

/* Moments, sentence and tables of at most @limit rows (0: all); rows that did not
 * change are left out. */
void
hn_diff_put(struct hn_text *text, const struct hn_look *look,
            const struct hn_diff *diff, uint64_t limit);

/* The members of py-snapshot diff's result, without the brackets. */
void
hn_document_diff(struct hn_json *json, const struct hn_diff *diff, uint64_t limit);

/* The same as a page for a browser, with a plot of the types that grew most. */
void
hn_diff_put_page(struct hn_text *text, const struct hn_diff *diff, uint64_t limit);

#endif
