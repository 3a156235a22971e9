/* The output formats of a sampling run: one table, from which the command takes its
 * choice of formats, its help and its meaning of file endings.
 *
 * A writer appends a whole file (or screen) to a text. It reads nothing but the profile
 * and what the options give it; if memory runs out the text is marked as failed, as
 * with every other text. Rows of equal weight are ordered by name, so that the same
 * profile always gives the same bytes. Strings are escaped as each format needs it. */
#ifndef HN_REPORT_PROFILE_H
#define HN_REPORT_PROFILE_H

#include "model/listing.h"
#include "model/profile.h"
#include "report/json.h"
#include "report/look.h"

/* What is one row. Tables follow it; of the others `folded` does. */
enum hn_profile_by {
    HN_PROFILE_BY_FUNCTION,
    HN_PROFILE_BY_LINE,
    HN_PROFILE_BY_FILE,
    HN_PROFILE_BY_THREAD,
    HN_PROFILE_BY_TASK
};

enum hn_profile_sort { HN_PROFILE_SELF, HN_PROFILE_TOTAL, HN_PROFILE_NAME };

/* Where source text comes from: report opens no files, its caller does. */
struct hn_profile_sources {
    /* Lines @first to @last of @file as far as they go, into @ret, which stays valid
     * until the writer is done. False if there are none. */
    bool (*lines)(void *impl, const char *file, uint64_t first, uint64_t last,
                  struct hn_listing *ret);
    void *impl;
};

struct hn_profile_options {
    enum hn_profile_by by;
    enum hn_profile_sort sort;
    size_t limit; /* rows of a table, functions of `lines`; 0: all */
    struct hn_look look;
    const struct hn_profile_sources *sources; /* NULL: no source text */
};

typedef void
hn_profile_write_fn(const struct hn_profile *profile,
                    const struct hn_profile_options *options, struct hn_text *text);

struct hn_profile_writer {
    const char *name;
    const char *summary;
    const char *endings[3]; /* of file names that ask for it; NULL where there are
                             * fewer */
    bool needs_timeline;    /* written from spans: the sampler must keep them */
    bool needs_growth;      /* the sampler must look at memory */
    bool binary;            /* not for a terminal */
    hn_profile_write_fn *write;
};

/* The formats; the first one is what a screen gets. Ends with a NULL name. */
extern const struct hn_profile_writer hn_profile_writers[];

/* NULL if there is no format of that name. */
const struct hn_profile_writer *
hn_profile_writer_by_name(const char *name);

/* The format that a file's name asks for, NULL if it asks for none. Of two endings that
 * fit the longer counts: "x.speedscope.json" is no plain JSON. */
const struct hn_profile_writer *
hn_profile_writer_by_path(const char *path);

/* The names of by and sort, as the options spell them: "function, line, ...". */
extern const char *const hn_profile_by_names[];
extern const char *const hn_profile_sort_names[];

hn_profile_write_fn hn_profile_write_table;
hn_profile_write_fn hn_profile_write_folded;
hn_profile_write_fn hn_profile_write_flamegraph;
hn_profile_write_fn hn_profile_write_speedscope;
hn_profile_write_fn hn_profile_write_pstats;
hn_profile_write_fn hn_profile_write_pprof;
hn_profile_write_fn hn_profile_write_gecko;
hn_profile_write_fn hn_profile_write_chrome;
hn_profile_write_fn hn_profile_write_lines;
hn_profile_write_fn hn_profile_write_memory;
hn_profile_write_fn hn_profile_write_json;
hn_profile_write_fn hn_profile_write_raw;

/* "10.0 s, 9,998 samples of 4 threads (0 missed, 3 discarded), ...", without a newline:
 * what a run really did. */
void
hn_profile_put_summary(struct hn_text *text, const struct hn_profile *profile);

/* The sentences at the end of a table: what the result lacks. */
void
hn_profile_put_notes(struct hn_text *text, const struct hn_look *look,
                     const struct hn_profile *profile);

/* The members of py-sample's result, without the brackets. */
void
hn_document_profile(struct hn_json *json, const struct hn_profile *profile,
                    const struct hn_profile_options *options);

/* The time that @samples of a thread stand for. Samples that were due but missed make
 * each of those taken stand for more. */
uint64_t
hn_profile_time_ns(const struct hn_profile *profile, uint64_t samples);

#endif
