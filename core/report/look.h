/* How text looks on this screen: its width, whether colour is wanted, and the few
 * building blocks that all layouts share. Strings from the target go through
 * hn_look_put() or hn_look_fit(), never straight into the text. */
#ifndef HN_REPORT_LOOK_H
#define HN_REPORT_LOOK_H

#include "base/text.h"

struct hn_look {
    unsigned width; /* columns, 0 = unlimited */
    bool colour;
};

/* The colours GDB gives to the same things, so that both read as one screen. */
enum hn_paint { HN_PLAIN, HN_FUNCTION, HN_FILE, HN_HEADING, HN_PROBLEM, HN_MARK };

/* Everything added between the two is shown in @paint. */
void
hn_look_start(struct hn_text *text, const struct hn_look *look, enum hn_paint paint);
void
hn_look_end(struct hn_text *text, const struct hn_look *look, enum hn_paint paint);

/* Adds @string escaped; returns the columns it takes. */
size_t
hn_look_put(struct hn_text *text, const struct hn_look *look, enum hn_paint paint,
            const char *string);

/* As hn_look_put(), but no wider than @columns (0: as wide as it is): what does not fit
 * gives way to "...", at the end, or at the start for what is told apart by its end. */
enum hn_cut { HN_CUT_END, HN_CUT_START };
size_t
hn_look_fit(struct hn_text *text, const struct hn_look *look, enum hn_paint paint,
            const char *string, size_t columns, enum hn_cut cut);

/* Spaces from @used up to @columns, and at least @gap of them. */
void
hn_look_pad(struct hn_text *text, size_t used, size_t columns, size_t gap);

/* The columns @string takes when escaped. @scratch is overwritten. */
size_t
hn_look_measure(struct hn_text *scratch, const char *string);

#endif
