/* Functions with their source, line by line, and what was measured beside each: the
 * part that `lines` and `memory` share. Only Python functions have lines. */
#ifndef HN_REPORT_PROFILE_ANNOTATE_H
#define HN_REPORT_PROFILE_ANNOTATE_H

#include "report/profile_sums.h"

/* A line of a function that was seen. */
struct hn_annotate_line {
    uint32_t class; /* of functions */
    int32_t line;
};

struct hn_annotate {
    const struct hn_profile *profile;
    const struct hn_profile_options *options;
    struct hn_profile_tree tree;
    struct hn_profile_classes classes; /* functions */
    uint32_t *class_keys;              /* by node, for hn_profile_add_up() */
    struct hn_annotate_line *lines;    /* by class, then by line */
    size_t line_count;
    size_t *starts;      /* by class: its first line; and one past the last */
    uint32_t *line_keys; /* by node: its line + 1 */
};

/* Lives in @arena. False if memory ran out. */
bool
hn_annotate_prepare(struct hn_arena *arena, const struct hn_profile *profile,
                    const struct hn_profile_options *options, struct hn_annotate *ret);

/* The function that stands for a class. */
const struct hn_profile_function *
hn_annotate_function(const struct hn_annotate *annotate, size_t class);

/* What stands beside a line's text. */
struct hn_annotate_columns {
    const char *titles; /* behind "Line #" */
    /* The cells below them, as wide; @line is HN_ANNOTATE_UNSEEN for a line that has no
     * numbers. */
    void (*put)(struct hn_text *text, const void *context, size_t line);
    const void *context;
};
#define HN_ANNOTATE_UNSEEN SIZE_MAX

/* Titles, then the function's lines: all of them if its source is there, else those
 * that were seen. */
void
hn_annotate_put(struct hn_text *text, const struct hn_annotate *annotate, size_t class,
                const struct hn_annotate_columns *columns);

#endif
