/* Summing up and drawing: no terminal here, and no process. */
#include "command/top_view.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/profile_place.h"

/* The lines over the rows, and the one under them. */
enum { HEADER_LINES = 5, FOOTER_LINES = 1 };

/* Columns between a name and its place, which is left out where less than this is left.
 */
enum { GAP = 2, LEAST_PLACE = 12 };

static const uint64_t SECOND_NS = 1000000000;

bool
hn_top_sum_up(struct hn_arena *arena, enum hn_profile_by by, struct hn_top_moment *ret)
{
    const struct hn_profile *profile = &ret->profile;

    if (!hn_profile_sum_up(arena, profile, by, HN_PROFILE_NAME, &ret->sums))
        return false;
    ret->gil_samples = 0;
    for (size_t i = 0; i < profile->count_count; i++)
        if (profile->counts[i].state & HN_PROFILE_HAS_GIL)
            ret->gil_samples += profile->counts[i].samples;
    return true;
}

/* --- rows -------------------------------------------------------------------- */

struct row {
    const struct hn_profile_sum *sum;
    uint64_t self, total; /* samples of the last moment */
};

static uint64_t
larger_by(uint64_t now, uint64_t before)
{
    return now > before ? now - before : 0;
}

/* Both lists are in the order of names, and none is lost: a merge finds the pairs. */
static void
fill_rows(struct row *rows, const struct hn_top_moment *now,
          const struct hn_top_moment *before)
{
    size_t old = 0, old_count = before ? before->sums.count : 0;

    for (size_t i = 0; i < now->sums.count; i++) {
        const struct hn_profile_sum *sum = &now->sums.rows[i], *was;

        while (old < old_count
               && hn_profile_compare_sums(&before->sums.rows[old], sum) < 0)
            old++;
        rows[i] = (struct row){ sum, sum->self, sum->total };
        was = old < old_count ? &before->sums.rows[old] : NULL;
        if (was && hn_profile_compare_sums(was, sum) == 0) {
            rows[i].self = larger_by(sum->self, was->self);
            rows[i].total = larger_by(sum->total, was->total);
        }
    }
}

static uint64_t
key_of(const struct row *row, enum hn_top_sort sort)
{
    switch (sort) {
    case HN_TOP_OWN_SHARE: return row->self;
    case HN_TOP_TOTAL_SHARE: return row->total;
    case HN_TOP_OWN_TIME: return row->sum->self;
    case HN_TOP_TOTAL_TIME:
    case HN_TOP_SORTS: break;
    }
    return row->sum->total;
}

/* What was equal in the last moment is told apart by all before it. */
static int
compare_rows(const void *left, const void *right, void *arg)
{
    const struct row *a = left, *b = right;
    enum hn_top_sort sort = *(const enum hn_top_sort *)arg;
    uint64_t x = key_of(a, sort), y = key_of(b, sort);

    if (x != y)
        return x < y ? 1 : -1;
    if (a->sum->self != b->sum->self)
        return a->sum->self < b->sum->self ? 1 : -1;
    return hn_profile_compare_sums(a->sum, b->sum);
}

/* --- drawing ----------------------------------------------------------------- */

/* @part of @whole in percent, one decimal; may be more than 100. */
static void
put_share(struct hn_text *text, uint64_t part, uint64_t whole, int width)
{
    uint64_t tenths = whole ? (part * 1000 + whole / 2) / whole : 0;

    hn_text_printf(text, "%*" PRIu64 ".%" PRIu64 "%%", width - 3, tenths / 10,
                   tenths % 10);
}

static void
put_time(struct hn_text *text, uint64_t ns, int width)
{
    uint64_t hundredths = ns / (SECOND_NS / 100);

    hn_text_printf(text, "%*" PRIu64 ".%02" PRIu64 "s", width - 4, hundredths / 100,
                   hundredths % 100);
}

static void
put_process(struct hn_text *text, const struct hn_look *look,
            const struct hn_profile *profile)
{
    const struct hn_profile_process *process = profile->processes;
    struct hn_text words;

    if (profile->process_count == 0) {
        hn_text_putc(text, '\n');
        return;
    }
    hn_text_init(&words);
    hn_text_printf(&words, "pid %" PRId64 ", CPython %s:", process->pid,
                   process->version);
    for (size_t i = 0; process->arguments[i]; i++) {
        hn_text_putc(&words, ' ');
        hn_text_puts(&words, process->arguments[i]);
    }
    if (!words.failed)
        hn_look_fit(text, look, HN_PLAIN, words.bytes, look->width, HN_CUT_END);
    hn_text_deinit(&words);
    hn_text_putc(text, '\n');
}

static void
put_facts(struct hn_text *text, const struct hn_top_moment *now,
          const struct hn_top_moment *before)
{
    const struct hn_profile *profile = &now->profile;
    uint64_t taken = profile->taken - (before ? before->profile.taken : 0);
    /* These may become fewer, when stacks turn out to be torn. */
    uint64_t stacks = larger_by(profile->stacks, before ? before->profile.stacks : 0);
    uint64_t gil = larger_by(now->gil_samples, before ? before->gil_samples : 0);
    uint64_t ns = profile->duration_ns - (before ? before->profile.duration_ns : 0);

    hn_text_puts(text, "CPU ");
    if (before)
        put_share(text, larger_by(now->cpu_ns, before->cpu_ns),
                  now->at_ns - before->at_ns, 4);
    else
        hn_text_puts(text, "-");
    hn_text_puts(text, ", GIL ");
    put_share(text, gil, taken, 4);
    hn_text_printf(text, ", %" PRIu64 " thread%s counted, %" PRIu64 " samples/s",
                   taken ? (stacks + taken / 2) / taken : 0,
                   taken && (stacks + taken / 2) / taken == 1 ? "" : "s",
                   ns ? taken * SECOND_NS / ns : 0);
    hn_text_printf(text, ", %" PRIu64 " discarded\n", profile->discarded);
}

static void
put_titles(struct hn_text *text, const struct hn_look *look, enum hn_profile_by by,
           enum hn_top_sort sort)
{
    static const char *const titles[HN_TOP_SORTS] = { "   own%", "  total%",
                                                      "   own time", "  total time" };

    for (unsigned i = 0; i < HN_TOP_SORTS; i++) {
        enum hn_paint paint = i == sort ? HN_MARK : HN_HEADING;

        hn_look_start(text, look, paint);
        hn_text_puts(text, titles[i]);
        hn_look_end(text, look, paint);
    }
    hn_text_puts(text, "  ");
    hn_look_start(text, look, HN_HEADING);
    hn_text_puts(text, hn_profile_by_names[by]);
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
}

static void
put_row(struct hn_text *text, const struct hn_look *look,
        const struct hn_profile *profile, enum hn_profile_by by, const struct row *row,
        uint64_t taken, struct hn_arena *arena)
{
    const struct hn_profile_sum *sum = row->sum;
    size_t room = look->width > 50 ? look->width - 40 : 10, used;

    put_share(text, row->self, taken, 7);
    put_share(text, row->total, taken, 8);
    put_time(text, hn_profile_time_ns(profile, sum->self), 11);
    put_time(text, hn_profile_time_ns(profile, sum->total), 12);
    hn_text_puts(text, "  ");
    used = hn_look_fit(text, look, HN_FUNCTION, hn_row_name(arena, profile, by, sum),
                       room, HN_CUT_END);
    if (hn_row_has_place(by, sum) && room > used + LEAST_PLACE) {
        hn_text_pad(text, ' ', used ? GAP : 0);
        hn_place_put(text, look, sum->kind, sum->file, sum->line, room - used - GAP);
    }
    hn_text_putc(text, '\n');
}

void
hn_top_put(struct hn_text *text, const struct hn_look *look, unsigned height,
           const struct hn_top_moment *now, const struct hn_top_moment *before,
           enum hn_profile_by by, enum hn_top_sort sort, bool keys,
           struct hn_arena *arena)
{
    uint64_t taken = now->profile.taken - (before ? before->profile.taken : 0);
    size_t shown =
        height > HEADER_LINES + FOOTER_LINES ? height - HEADER_LINES - FOOTER_LINES : 1;
    struct row *rows = hn_arena_array(arena, now->sums.count, sizeof(*rows));

    if (!rows) {
        text->failed = true;
        return;
    }
    fill_rows(rows, now, before);
    qsort_r(rows, now->sums.count, sizeof(*rows), compare_rows, &sort);
    put_process(text, look, &now->profile);
    put_facts(text, now, before);
    hn_text_puts(text,
                 "100% is one thread all the time; shares are of the last second, "
                 "times of all\n\n");
    put_titles(text, look, by, sort);
    for (size_t i = 0; i < now->sums.count && i < shown; i++)
        put_row(text, look, &now->profile, by, &rows[i], taken, arena);
    hn_text_puts(text, keys
                           ? "q ends; 1 to 4 sort by own%, total%, own time, total time"
                           : "Ctrl-C ends it");
}
