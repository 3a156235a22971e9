/* What all commands share that end with a profile: which format it is written in, and
 * the writing. */
#ifndef HN_COMMAND_PROFILES_H
#define HN_COMMAND_PROFILES_H

#include "command/call.h"
#include "report/profile.h"

/* How the user wants to see it. */
struct hn_profile_view {
    unsigned format; /* in hn_profile_format_names */
    unsigned by;     /* enum hn_profile_by */
    unsigned sort;   /* enum hn_profile_sort */
    uint64_t limit;
};

/* The options of a view, in the struct OPTIONS that has it as its member "view". */
/* clang-format off */
#define HN_PROFILE_VIEW_ARGS(OPTIONS)                                                  \
    { "format", 'f', HN_ARG_CHOICE, offsetof(OPTIONS, view.format), "FORMAT",          \
      "how it is written (auto: by FILE's ending, else as a table)",                   \
      hn_profile_format_names, false },                                                \
    { "by", 0, HN_ARG_CHOICE, offsetof(OPTIONS, view.by), "WHAT",                      \
      "what is one row of the table", hn_profile_by_names, false },                    \
    { "sort", 0, HN_ARG_CHOICE, offsetof(OPTIONS, view.sort), "BY",                    \
      "what the rows are sorted by", hn_profile_sort_names, false },                   \
    { "limit", 0, HN_ARG_COUNT, offsetof(OPTIONS, view.limit), "N",                    \
      "only the first N rows (0: all)", NULL, false }
/* clang-format on */

/* "auto", and the names of hn_profile_writers. */
extern const char *const hn_profile_format_names[];

enum { HN_PROFILE_LIMIT = 30 };

/* The writer that the user asks for, @memory being whether he wants to see memory.
 * Checked before anything is sampled: fails for a format that is not for a screen. JSON
 * sets call->common.json instead. */
HN_MUST_CHECK enum hn_status
hn_profiles_choose(struct hn_call *call, const struct hn_profile_view *view,
                   bool memory, const struct hn_profile_writer **ret);

/* The target of the JSON document: the first of the processes that were sampled. */
void
hn_profiles_describe_target(struct hn_call *call, const struct hn_profile *profile);

/* Writes it. @target opens source files; NULL: as we see them. */
void
hn_profiles_write(struct hn_call *call, const struct hn_profile_view *view,
                  const struct hn_profile_writer *writer,
                  const struct hn_profile *profile, struct hn_target *target);

#endif
