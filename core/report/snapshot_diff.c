/* What changed between moments, as a table and as JSON. */
#include <inttypes.h>
#include <string.h>

#include "model/traces.h"
#include "report/number.h"
#include "report/page.h"
#include "report/snapshot.h"
#include "report/traces.h"

enum { COUNT = 11, BYTES = 13 };

/* Steps that a row shows one by one; JSON has all. */
enum { STEPS_SHOWN = 6 };

static int64_t
net_count(const struct hn_change *row, size_t moments)
{
    return (int64_t)(row->counts[moments - 1] - row->counts[0]);
}

static int64_t
net_bytes(const struct hn_change *row, size_t moments)
{
    return (int64_t)(row->bytes[moments - 1] - row->bytes[0]);
}

static bool
changed(const struct hn_changes *changes, const struct hn_change *row, size_t moments)
{
    return net_count(row, moments) || net_bytes(row, moments)
           || (changes->told_apart && (row->born || row->gone));
}

static void
put_signed(struct hn_text *text, int64_t value, int columns,
           size_t (*format)(char *buf, uint64_t number))
{
    char number[HN_NUMBER_SIZE], with_sign[HN_NUMBER_SIZE + 1];
    uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;

    format(number, size);
    with_sign[0] = value < 0 ? '-' : '+';
    memcpy(with_sign + 1, number, strlen(number) + 1);
    hn_text_printf(text, "%*s", columns, value == 0 ? number : with_sign);
}

static bool
is_of_traces(const struct hn_changes *changes)
{
    return strcmp(changes->what, "line") == 0
           || strcmp(changes->what, "traceback") == 0;
}

/* Blocks are told apart between the first and the last moment only. */
static bool
has_stayed(const struct hn_changes *changes, size_t moments)
{
    return changes->told_apart && moments > 2 && !is_of_traces(changes);
}

static void
put_heading(struct hn_text *text, const struct hn_look *look,
            const struct hn_changes *changes, size_t moments)
{
    hn_look_start(text, look, HN_HEADING);
    if (changes->told_apart)
        hn_text_printf(text, "%*s%*s", COUNT, "new", COUNT, "gone");
    hn_text_printf(text, "%*s%*s", COUNT, "net", BYTES, "bytes");
    if (has_stayed(changes, moments))
        hn_text_printf(text, "%*s", COUNT, "stayed");
    hn_text_printf(text, "  %s", changes->what);
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
}

/* "(+10, +10, +12)" */
static void
put_steps(struct hn_text *text, const struct hn_change *row, size_t moments)
{
    size_t first = moments > STEPS_SHOWN + 1 ? moments - STEPS_SHOWN : 1;

    if (moments < 3)
        return;
    hn_text_puts(text, first > 1 ? "  (..., " : "  (");
    for (size_t i = first; i < moments; i++) {
        if (i > first)
            hn_text_puts(text, ", ");
        put_signed(text, (int64_t)(row->counts[i] - row->counts[i - 1]), 0,
                   hn_number_format);
    }
    hn_text_putc(text, ')');
}

static void
put_row_name(struct hn_text *text, const struct hn_look *look,
             const struct hn_diff *diff, const struct hn_change *row)
{
    const struct hn_traces *all = diff->stacks;
    const struct hn_trace_stack *stack;

    if (row->name) {
        hn_look_put(text, look, HN_FUNCTION, row->name);
        return;
    }
    stack = &all->stacks[row->stack];
    hn_trace_place_put(text, look, all, &all->frames[stack->first]);
}

static void
put_row(struct hn_text *text, const struct hn_look *look, const struct hn_diff *diff,
        const struct hn_changes *changes, const struct hn_change *row)
{
    size_t n = diff->moment_count;

    if (changes->told_apart) {
        hn_number_put_right(text, row->born, COUNT);
        hn_number_put_right(text, row->gone, COUNT);
    }
    put_signed(text, net_count(row, n), COUNT, hn_number_format);
    put_signed(text, net_bytes(row, n), BYTES, hn_bytes_format);
    if (has_stayed(changes, n))
        hn_number_put_right(text, row->stayed, COUNT);
    hn_text_puts(text, "  ");
    put_row_name(text, look, diff, row);
    put_steps(text, row, n);
    hn_text_putc(text, '\n');
    if (!row->name && strcmp(changes->what, "traceback") == 0) {
        const struct hn_trace_stack *stack = &diff->stacks->stacks[row->stack];

        hn_trace_frames_put(text, look, diff->stacks,
                            diff->stacks->frames + stack->first, stack->count, NULL);
    }
}

/* What stayed, and how sure that is. */
static void
put_kept(struct hn_text *text, const struct hn_changes *changes)
{
    uint64_t same = 0, maybe = 0;

    if (!changes->told_apart || strcmp(changes->what, "type") != 0)
        return;
    for (size_t i = 0; i < changes->count; i++) {
        same += changes->rows[i].same;
        maybe += changes->rows[i].maybe;
    }
    hn_text_puts(text, "Kept: ");
    hn_number_put(text, same);
    hn_text_puts(text, " surely the same, ");
    hn_number_put(text, maybe);
    hn_text_puts(text, " with address and type alone to go by, which may be reused.\n");
}

static void
put_changes(struct hn_text *text, const struct hn_look *look,
            const struct hn_diff *diff, const struct hn_changes *changes,
            uint64_t limit)
{
    uint64_t shown = 0, left_out = 0;

    if (changes->count == 0)
        return;
    hn_text_putc(text, '\n');
    put_heading(text, look, changes, diff->moment_count);
    for (size_t i = 0; i < changes->count; i++) {
        if (!changed(changes, &changes->rows[i], diff->moment_count))
            continue;
        if (limit && shown >= limit) {
            left_out++;
            continue;
        }
        put_row(text, look, diff, changes, &changes->rows[i]);
        shown++;
    }
    if (left_out) {
        hn_text_puts(text, "... ");
        hn_number_put(text, left_out);
        hn_text_printf(text, " more %s%s (--limit 0)\n", changes->what,
                       strcmp(changes->what, "memory") == 0 ? "" : "s");
    }
    if (shown == 0)
        hn_text_printf(text, "no %s changed\n", changes->what);
    put_kept(text, changes);
}

static void
put_moments(struct hn_text *text, const struct hn_look *look,
            const struct hn_diff *diff)
{
    for (size_t i = 0; i < diff->moment_count; i++) {
        const struct hn_diff_moment *moment = &diff->moments[i];

        hn_text_printf(text, "%3zu  ", i + 1);
        hn_look_put(text, look, HN_FILE, moment->name);
        if (moment->facts->time_ns) {
            hn_text_puts(text, ", ");
            hn_moment_put_time(text, moment->facts);
        }
        if (moment->has_types) {
            hn_text_puts(text, ": ");
            hn_number_put(text, moment->objects);
            hn_text_puts(text, " objects, ");
            hn_bytes_put(text, moment->bytes, 0);
        }
        if (moment->has_traces) {
            hn_text_puts(text, moment->has_types ? "; " : ": ");
            hn_bytes_put(text, moment->traced, 0);
            hn_text_puts(text, " traced");
        }
        if (*moment->facts->note) {
            hn_text_puts(text, " (");
            hn_look_put(text, look, HN_PLAIN, moment->facts->note);
            hn_text_putc(text, ')');
        }
        hn_text_putc(text, '\n');
    }
}

void
hn_diff_put(struct hn_text *text, const struct hn_look *look,
            const struct hn_diff *diff, uint64_t limit)
{
    put_moments(text, look, diff);
    hn_text_putc(text, '\n');
    hn_look_put(text, look, HN_MARK, diff->sentence);
    hn_text_putc(text, '\n');
    if (diff->apart) {
        hn_text_puts(text, "Compared by sums only: ");
        hn_text_puts(text, diff->apart);
        hn_text_puts(text, ".\n");
    }
    if (diff->chosen.count > 0) {
        put_changes(text, look, diff, &diff->chosen, limit);
        return;
    }
    put_changes(text, look, diff, &diff->types, limit);
    put_changes(text, look, diff, &diff->lines, limit);
    if (diff->outside)
        put_changes(text, look, diff, &diff->memory, limit);
}

/* --- JSON */

static void
document_numbers(struct hn_json *json, const char *key, const uint64_t *numbers,
                 size_t count)
{
    hn_json_open_list(json, key);
    for (size_t i = 0; i < count; i++)
        hn_json_integer(json, NULL, (int64_t)numbers[i]);
    hn_json_close_list(json);
}

static void
document_row(struct hn_json *json, const struct hn_diff *diff,
             const struct hn_changes *changes, const struct hn_change *row)
{
    size_t n = diff->moment_count;

    hn_json_open_object(json, NULL);
    if (row->name) {
        hn_json_string(json, changes->what, row->name);
    } else {
        const struct hn_trace_stack *stack = &diff->stacks->stacks[row->stack];

        hn_document_trace_frames(json, "traceback", diff->stacks,
                                 diff->stacks->frames + stack->first, stack->count);
    }
    if (changes->told_apart) {
        hn_json_integer(json, "new", (int64_t)row->born);
        hn_json_integer(json, "new_bytes", (int64_t)row->born_bytes);
        hn_json_integer(json, "gone", (int64_t)row->gone);
        hn_json_integer(json, "gone_bytes", (int64_t)row->gone_bytes);
        hn_json_integer(json, "same", (int64_t)row->same);
        hn_json_integer(json, "maybe_reused", (int64_t)row->maybe);
    }
    hn_json_integer(json, "net", net_count(row, n));
    hn_json_integer(json, "bytes", net_bytes(row, n));
    if (has_stayed(changes, n)) {
        hn_json_integer(json, "stayed", (int64_t)row->stayed);
        hn_json_integer(json, "stayed_bytes", (int64_t)row->stayed_bytes);
    }
    if (row->path)
        hn_json_string(json, "held_by", row->path);
    if (row->has_site) {
        const struct hn_trace_stack *stack = &diff->stacks->stacks[row->site];

        hn_document_trace_frames(json, "allocated_at", diff->stacks,
                                 diff->stacks->frames + stack->first, stack->count);
        hn_json_integer(json, "allocated_there", (int64_t)row->site_count);
    }
    if (n > 2)
        hn_json_bool(json, "steady", row->steady);
    document_numbers(json, "counts", row->counts, n);
    document_numbers(json, "sizes", row->bytes, n);
    if (diff->seconds >= 1)
        hn_json_integer(json, "bytes_per_hour",
                        (int64_t)((double)net_bytes(row, n) / diff->seconds * 3600));
    hn_json_close_object(json);
}

static void
document_changes(struct hn_json *json, const char *key, const struct hn_diff *diff,
                 const struct hn_changes *changes, uint64_t limit)
{
    uint64_t shown = 0;

    hn_json_open_list(json, key);
    for (size_t i = 0; i < changes->count && (!limit || shown < limit); i++) {
        if (!changed(changes, &changes->rows[i], diff->moment_count))
            continue;
        document_row(json, diff, changes, &changes->rows[i]);
        shown++;
    }
    hn_json_close_list(json);
}

static void
document_moments(struct hn_json *json, const struct hn_diff *diff)
{
    hn_json_open_list(json, "moments");
    for (size_t i = 0; i < diff->moment_count; i++) {
        const struct hn_diff_moment *moment = &diff->moments[i];

        hn_json_open_object(json, NULL);
        hn_json_string(json, "name", moment->name);
        hn_document_moment(json, moment->facts);
        if (moment->has_types) {
            hn_json_integer(json, "objects", (int64_t)moment->objects);
            hn_json_integer(json, "bytes", (int64_t)moment->bytes);
        }
        if (moment->has_traces) {
            hn_json_integer(json, "blocks", (int64_t)moment->blocks);
            hn_json_integer(json, "traced", (int64_t)moment->traced);
        }
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static const char *const verdicts[] = {
    [HN_VERDICT_STABLE] = "stable",
    [HN_VERDICT_GREW] = "grew",
    [HN_VERDICT_LEAK] = "leak",
    [HN_VERDICT_SHRANK] = "shrank",
};

void
hn_document_diff(struct hn_json *json, const struct hn_diff *diff, uint64_t limit)
{
    document_moments(json, diff);
    hn_json_bool(json, "same_process", diff->same_process);
    if (diff->apart)
        hn_json_string(json, "apart", diff->apart);
    document_changes(json, "types", diff, &diff->types, limit);
    document_changes(json, "sites", diff, &diff->lines, limit);
    if (diff->chosen.count > 0)
        document_changes(json, "rows", diff, &diff->chosen, limit);
    document_changes(json, "paths", diff, &diff->paths, limit);
    document_changes(json, "memory", diff, &diff->memory, 0);
    hn_json_integer(json, "grown_bytes", diff->grown_bytes);
    hn_json_string(json, "verdict", verdicts[diff->verdict]);
    hn_json_string(json, "sentence", diff->sentence);
}

void
hn_diff_put_page(struct hn_text *text, const struct hn_diff *diff, uint64_t limit)
{
    struct hn_text data;
    struct hn_json json = { .text = &data };

    hn_text_init(&data);
    hn_json_open_object(&json, NULL);
    hn_document_diff(&json, diff, limit);
    hn_json_close_object(&json);
    hn_page_put(text, &hn_page_growth, &data);
    hn_text_deinit(&data);
}
