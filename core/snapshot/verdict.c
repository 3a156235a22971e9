/* The rules behind the sentence:
 *
 * With two moments growth is all that can be told. It is worth a word when it is more
 * than noise: caches fill, buffers come and go.
 *
 * With three or more, what grows at every step is the likely leak; what grew and then
 * stood still was a cache that filled, or a peak.
 *
 * One buffer or table that grows makes no new objects: where it is half of all growth,
 * bytes are what counts.
 *
 * Of what grows, a class of the program is named rather than the str and dict that its
 * objects are made of, if it has about as many new objects.
 *
 * Where the objects stand still and memory grows all the same, what grew is named:
 * memory of C code, or free memory that is too scattered to be given back. */
#include "snapshot/verdict.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/ledger.h"
#include "model/traces.h"
#include "snapshot/rows.h"

/* Less than that, or less than so small a part of what was there, is noise. What grows
 * at every step is told from noise by just that, so less of it is worth a word. */
struct noise {
    int64_t bytes, parts;
};
static const struct noise noise_of_growth = { 32 << 10, 200 };
static const struct noise noise_of_leaks = { 8 << 10, 2000 };
static const struct noise noise_outside = { 1 << 20, 50 };

/* A step is a trickle when it is less than a quarter of the average one. */
enum { TRICKLE = 4 };

/* A class stands for what it is made of when it has one object for each so many of the
 * builtin type that grew most. */
enum { PARTS = 8 };

bool
hn_verdict_steady(const struct hn_change *change, size_t moments, bool counted)
{
    int64_t total = hn_change_bytes(change, moments), last;

    if (moments < 3)
        return false;
    for (size_t i = 1; i < moments; i++)
        if (change->bytes[i] <= change->bytes[i - 1]
            || (counted && change->counts[i] <= change->counts[i - 1]))
            return false;
    last = (int64_t)(change->bytes[moments - 1] - change->bytes[moments - 2]);
    return last * TRICKLE * (int64_t)(moments - 1) >= total;
}

static bool
is_noise(const struct noise *noise, int64_t bytes, uint64_t before)
{
    return bytes < noise->bytes || bytes < (int64_t)before / noise->parts;
}

/* Half of all growth, or more: then it is worth a word also where there are no more
 * objects than before. A table or buffer grows by itself. */
static bool
dominates(const struct hn_diff *diff, const struct hn_change *change)
{
    return diff->grown_bytes > 0
           && hn_change_bytes(change, diff->moment_count) >= diff->grown_bytes / 2;
}

/* Growth of single rows is weighed against their sum: a tenth of it is worth a look. */
enum { PART_OF_GROWTH = 10 };

static bool
is_builtin(const struct hn_change *change)
{
    return !change->name || !strchr(change->name, '.');
}

static bool
qualifies(const struct hn_diff *diff, const struct hn_change *change, bool steady)
{
    const size_t n = diff->moment_count;

    if (hn_change_bytes(change, n) <= 0)
        return false;
    if (dominates(diff, change))
        return !steady || hn_verdict_steady(change, n, false);
    return hn_change_count(change, n) > 0 && (!steady || change->steady);
}

/* The row to name; NULL if none grew. Rows are sorted by growth. */
static const struct hn_change *
find_culprit(const struct hn_diff *diff, const struct hn_changes *changes, bool steady)
{
    const struct hn_change *first = NULL;
    size_t n = diff->moment_count;

    for (size_t i = 0; i < changes->count; i++) {
        const struct hn_change *row = &changes->rows[i];

        if (!qualifies(diff, row, steady))
            continue;
        if (!first)
            first = row;
        if (!is_builtin(row)
            && hn_change_count(row, n) * PARTS >= hn_change_count(first, n)
            && hn_change_bytes(row, n) * PART_OF_GROWTH >= hn_change_bytes(first, n))
            return row;
    }
    return first;
}

static void
put_bytes(struct hn_text *text, double bytes)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    size_t unit = 0;

    while (bytes >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
        bytes /= 1024;
        unit++;
    }
    /* Without a point: a debugger's locale may write a comma for it. */
    hn_text_printf(text, "%" PRId64 "%s%" PRId64 " %s", (int64_t)bytes, unit ? "." : "",
                   unit ? (int64_t)(bytes * 10) % 10 : 0, units[unit]);
}

static void
put_stack(struct hn_text *text, const struct hn_diff *diff, uint32_t stack)
{
    const struct hn_traces *all = diff->stacks;
    const struct hn_trace_frame *frame = &all->frames[all->stacks[stack].first];

    hn_text_add(text, all->files[frame->file].name, all->files[frame->file].size);
    hn_text_printf(text, ":%" PRIu32, frame->line);
}

static void
put_row(struct hn_text *text, const struct hn_diff *diff, const struct hn_change *row)
{
    if (row->name)
        hn_text_puts(text, row->name);
    else
        put_stack(text, diff, row->stack);
}

static void
put_growth(struct hn_text *text, const struct hn_diff *diff,
           const struct hn_change *row, const char *noun, const char *in_all)
{
    size_t n = diff->moment_count;
    int64_t count = hn_change_count(row, n);

    if (count > 0)
        hn_text_printf(text, "%" PRId64 " %s%s, ", count, noun, count == 1 ? "" : "s");
    put_bytes(text, (double)hn_change_bytes(row, n));
    hn_text_puts(text, in_all);
    if (count <= 0)
        hn_text_printf(text, " without more %ss", noun);
}

/* What grew in a moment says nothing of an hour. */
enum { MINUTE = 60 };

static void
put_rate(struct hn_text *text, const struct hn_diff *diff, const struct hn_change *row)
{
    double bytes = (double)hn_change_bytes(row, diff->moment_count);

    if (diff->seconds >= MINUTE) {
        hn_text_puts(text, " (");
        put_bytes(text, bytes / diff->seconds * 60 * MINUTE);
        hn_text_puts(text, " an hour)");
    } else if (diff->moment_count > 2) {
        hn_text_puts(text, " (");
        put_bytes(text, bytes / (double)(diff->moment_count - 1));
        hn_text_puts(text, " a step)");
    }
}

static void
put_place(struct hn_text *text, const struct hn_diff *diff, const struct hn_change *row,
          bool steady)
{
    const struct hn_change *line = find_culprit(diff, &diff->lines, steady);

    if (diff->types.count == 0)
        return;
    if (row->path) {
        hn_text_puts(text, ", held by ");
        hn_text_puts(text, row->path);
    }
    if (row->has_site) {
        hn_text_puts(text, ", allocated at ");
        put_stack(text, diff, row->site);
    } else if (line) {
        hn_text_puts(text, "; most of what grew was allocated at ");
        put_row(text, diff, line);
    }
}

static const struct hn_changes *
main_rows(const struct hn_diff *diff)
{
    return diff->types.count > 0 ? &diff->types : &diff->lines;
}

static void
put_sentence(struct hn_text *text, struct hn_diff *diff, uint64_t before)
{
    const struct hn_changes *rows = main_rows(diff);
    const char *noun = diff->types.count > 0 ? "object" : "block";
    bool many = diff->moment_count > 2;
    const struct hn_change *leak = many ? find_culprit(diff, rows, true) : NULL;
    const struct hn_change *grown = find_culprit(diff, rows, false);

    if (leak
        && is_noise(&noise_of_leaks, hn_change_bytes(leak, diff->moment_count), before))
        leak = NULL;
    if (leak) {
        diff->verdict = HN_VERDICT_LEAK;
        hn_text_puts(text, "likely leak: ");
        put_row(text, diff, leak);
        hn_text_puts(text, " grew at every step, by ");
        put_growth(text, diff, leak, noun, " in all");
        put_rate(text, diff, leak);
        put_place(text, diff, leak, true);
    } else if (diff->grown_bytes < 0
               && !is_noise(&noise_of_growth, -diff->grown_bytes, before)) {
        diff->verdict = HN_VERDICT_SHRANK;
        hn_text_puts(text, "it shrank by ");
        put_bytes(text, (double)-diff->grown_bytes);
    } else if (!grown || is_noise(&noise_of_growth, diff->grown_bytes, before)) {
        diff->verdict = HN_VERDICT_STABLE;
        hn_text_puts(text, "stable: what grew is less than what comes and goes anyway");
    } else {
        diff->verdict = HN_VERDICT_GREW;
        hn_text_puts(text, "it grew by ");
        put_bytes(text, (double)diff->grown_bytes);
        hn_text_puts(text,
                     many ? ", but nothing grew at every step; most: " : "; most: ");
        put_row(text, diff, grown);
        hn_text_puts(text, ", ");
        put_growth(text, diff, grown, noun, "");
        put_rate(text, diff, grown);
        put_place(text, diff, grown, false);
    }
}

/* Files and data are read and written, not allocated; objects were judged already. */
static bool
is_outside(const struct hn_change *row)
{
    switch (row->stack) {
    case HN_LEDGER_OBJECTS:
    case HN_LEDGER_BUFFERS:
    case HN_LEDGER_IDLE:
    case HN_LEDGER_DATA:
    case HN_LEDGER_FILES: return false;
    default: return true;
    }
}

/* What grew most beside the objects, if it did by more than noise. */
static const struct hn_change *
find_outside(const struct hn_diff *diff)
{
    const struct hn_change *found = NULL;
    uint64_t before = 0;

    for (size_t i = 0; i < diff->memory.count; i++)
        before += diff->memory.rows[i].bytes[0];
    for (size_t i = 0; i < diff->memory.count && !found; i++)
        if (is_outside(&diff->memory.rows[i]))
            found = &diff->memory.rows[i];
    if (!found
        || is_noise(&noise_outside, hn_change_bytes(found, diff->moment_count), before))
        return NULL;
    return found;
}

static void
put_outside(struct hn_text *text, struct hn_diff *diff, const struct hn_change *row)
{
    const bool calm =
        diff->verdict == HN_VERDICT_STABLE || diff->verdict == HN_VERDICT_SHRANK;

    /* Objects bring memory of C code with them: their traces, for one. */
    if (!calm
        && (diff->lines.count > 0
            || hn_change_bytes(row, diff->moment_count) < diff->grown_bytes))
        return;
    diff->outside = true;
    if (calm) {
        diff->verdict = row->steady ? HN_VERDICT_LEAK : HN_VERDICT_GREW;
        hn_text_clear(text);
        hn_text_puts(text, row->steady ? "likely leak outside of Python's objects: "
                                       : "Python's objects did not grow, but ");
    } else {
        hn_text_puts(text, "; beside the objects, ");
    }
    hn_text_printf(text, "\"%s\" grew %sby ", row->name,
                   row->steady ? "at every step, " : "");
    put_bytes(text, (double)hn_change_bytes(row, diff->moment_count));
    put_rate(text, diff, row);
}

static double
seconds_between(const struct hn_diff *diff)
{
    const struct hn_moment_facts *first = diff->moments[0].facts;
    const struct hn_moment_facts *last = diff->moments[diff->moment_count - 1].facts;

    if (first->time_ns <= 0 || last->time_ns <= first->time_ns)
        return 0;
    return (double)(last->time_ns - first->time_ns) / 1e9;
}

/* Bytes of the objects, as far as there was memory for them: one block that was taken
 * for an object of a gigabyte must not make all growth look small. */
static uint64_t
believable(const struct hn_diff_moment *moment)
{
    uint64_t resident = moment->facts->resident_bytes;

    return resident && resident < moment->bytes ? resident : moment->bytes;
}

enum hn_status
hn_verdict_make(struct hn_diff *diff, struct hn_arena *arena, struct hn_error *err)
{
    const struct hn_diff_moment *first = &diff->moments[0];
    const struct hn_diff_moment *last = &diff->moments[diff->moment_count - 1];
    const struct hn_change *outside;
    bool types = diff->types.count > 0;
    struct hn_text text;

    diff->grown_bytes = types ? (int64_t)(last->bytes - first->bytes)
                              : (int64_t)(last->traced - first->traced);
    diff->seconds = seconds_between(diff);
    hn_text_init(&text);
    put_sentence(&text, diff, types ? believable(first) : first->traced);
    outside = find_outside(diff);
    if (outside)
        put_outside(&text, diff, outside);
    if (!text.failed)
        diff->sentence = hn_arena_copy(arena, text.bytes, text.size);
    hn_text_deinit(&text);
    return diff->sentence ? HN_OK
                          : hn_fail(err, HN_E_NOMEM, 0, "no memory for the comparison");
}
