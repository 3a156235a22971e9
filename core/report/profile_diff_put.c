/* The table and the JSON of two runs side by side. */
#include <stdio.h>
#include <string.h>

#include "report/number.h"
#include "report/profile_diff.h"
#include "report/profile_place.h"

enum {
    CELL = 7, /* a share, or "before" */
    GAP = 2,
    BLOCK = 3 * CELL + GAP, /* before, after, change */
    MAX_NAME = 48,
};

static uint64_t
tenths(uint64_t samples, uint64_t stacks)
{
    return stacks ? (uint64_t)(1000.0 * (double)samples / (double)stacks + 0.5) : 0;
}

static void
put_tenths(struct hn_text *text, uint64_t value, const char *sign)
{
    char cell[HN_NUMBER_SIZE];

    snprintf(cell, sizeof(cell), "%s%llu.%u", sign, (unsigned long long)(value / 10),
             (unsigned)(value % 10));
    hn_text_printf(text, "%*s", CELL, cell);
}

/* The change is that of the numbers that are shown, so that nobody finds it wrong. */
static void
put_block(struct hn_text *text, const struct hn_profile_diff *diff,
          const uint64_t samples[2])
{
    uint64_t before = tenths(samples[HN_DIFF_BEFORE], diff->before->stacks);
    uint64_t after = tenths(samples[HN_DIFF_AFTER], diff->after->stacks);

    put_tenths(text, before, "");
    put_tenths(text, after, "");
    if (after >= before)
        put_tenths(text, after - before, after > before ? "+" : "");
    else
        put_tenths(text, before - after, "-");
    hn_text_pad(text, ' ', GAP);
}

static void
put_titles(struct hn_text *text, const struct hn_look *look)
{
    hn_look_start(text, look, HN_HEADING);
    hn_text_printf(text, "%*s%*s\n", BLOCK - GAP, "self%", BLOCK, "total%");
    hn_text_printf(text, "%*s%*s%*s", CELL, "before", CELL, "after", CELL, "change");
    hn_text_printf(text, "%*s%*s%*s", GAP + CELL, "before", CELL, "after", CELL,
                   "change");
    hn_text_puts(text, "  function");
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
}

static const char *
row_name(const struct hn_profile_diff_row *row)
{
    return row->nothing ? "(no Python frame)" : row->name;
}

static size_t
widest_name(const struct hn_profile_diff_rows *rows, size_t shown)
{
    struct hn_text scratch;
    size_t widest = 0;

    hn_text_init(&scratch);
    for (size_t i = 0; i < shown; i++) {
        size_t columns = hn_look_measure(&scratch, row_name(&rows->rows[i]));

        if (columns <= MAX_NAME && columns > widest)
            widest = columns;
    }
    hn_text_deinit(&scratch);
    return widest;
}

static void
put_row(struct hn_text *text, const struct hn_profile_diff *diff,
        const struct hn_look *look, const struct hn_profile_diff_row *row, size_t width)
{
    size_t at = (size_t)2 * BLOCK, used;

    put_block(text, diff, row->self);
    put_block(text, diff, row->total);
    used = hn_look_put(text, look, HN_FUNCTION, row_name(row));
    if (!row->nothing) {
        hn_look_pad(text, used, width + GAP, GAP);
        at += (used > width ? used : width) + GAP;
        hn_place_put(text, look, row->kind, row->file, row->line,
                     look->width > at ? look->width - at : 0);
    }
    hn_text_putc(text, '\n');
}

static void
put_table(struct hn_text *text, const struct hn_profile_diff *diff,
          const struct hn_profile_diff_rows *rows,
          const struct hn_profile_options *options)
{
    size_t shown = rows->count, width;

    if (options->limit > 0 && options->limit < shown)
        shown = options->limit;
    width = widest_name(rows, shown);
    hn_text_puts(text, "before: ");
    hn_profile_put_summary(text, diff->before);
    hn_text_puts(text, "\nafter:  ");
    hn_profile_put_summary(text, diff->after);
    hn_text_putc(text, '\n');
    put_titles(text, &options->look);
    for (size_t i = 0; i < shown; i++)
        put_row(text, diff, &options->look, &rows->rows[i], width);
    hn_rest_put(text, shown, rows->count,
                rows->count - shown == 1 ? "function" : "functions");
}

void
hn_profile_diff_put(struct hn_text *text, const struct hn_profile *before,
                    const struct hn_profile *after,
                    const struct hn_profile_options *options)
{
    struct hn_profile_diff diff;
    struct hn_profile_diff_rows rows;
    struct hn_arena arena;

    hn_arena_init(&arena);
    if (hn_profile_diff_prepare(&arena, before, after, &diff)
        && hn_profile_diff_sum_up(&arena, &diff, options->sort, &rows))
        put_table(text, &diff, &rows, options);
    else
        text->failed = true;
    hn_arena_deinit(&arena);
}

static void
put_side(struct hn_json *json, const char *key, const struct hn_profile *run)
{
    hn_json_open_object(json, key);
    hn_json_decimal(json, "duration", run->duration_ns, 9);
    hn_json_unsigned(json, "taken", run->taken);
    hn_json_unsigned(json, "stacks", run->stacks);
    hn_json_close_object(json);
}

static void
put_samples(struct hn_json *json, const char *key, const uint64_t samples[2])
{
    hn_json_open_object(json, key);
    hn_json_unsigned(json, "before", samples[HN_DIFF_BEFORE]);
    hn_json_unsigned(json, "after", samples[HN_DIFF_AFTER]);
    hn_json_close_object(json);
}

static void
put_functions(struct hn_json *json, const struct hn_profile_diff_rows *rows)
{
    hn_json_open_list(json, "functions");
    for (size_t i = 0; i < rows->count; i++) {
        const struct hn_profile_diff_row *row = &rows->rows[i];

        if (row->nothing)
            continue;
        hn_json_open_object(json, NULL);
        hn_json_string(json, "function", row->name);
        hn_json_string(json, "file", row->file);
        if (row->line > 0)
            hn_json_integer(json, "line", row->line);
        else
            hn_json_null(json, "line");
        put_samples(json, "self", row->self);
        put_samples(json, "total", row->total);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

void
hn_document_profile_diff(struct hn_json *json, const struct hn_profile *before,
                         const struct hn_profile *after)
{
    struct hn_profile_diff diff;
    struct hn_profile_diff_rows rows;
    struct hn_arena arena;

    hn_arena_init(&arena);
    put_side(json, "before", before);
    put_side(json, "after", after);
    if (hn_profile_diff_prepare(&arena, before, after, &diff)
        && hn_profile_diff_sum_up(&arena, &diff, HN_PROFILE_SELF, &rows))
        put_functions(json, &rows);
    else
        json->text->failed = true;
    hn_arena_deinit(&arena);
}
