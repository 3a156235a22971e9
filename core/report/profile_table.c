/* The table of a sampling run on a screen: self and total samples of each row. */
#include <string.h>

#include "report/number.h"
#include "report/profile_place.h"

enum {
    NUMBER = 5,    /* the least columns of a count... */
    SHARE = 6,     /* ...and of a percentage with its title */
    GAP = 2,       /* between all columns */
    MAX_NAME = 48, /* longer names push their own location aside, not all of them */
};

struct table {
    const struct hn_profile *profile;
    const struct hn_profile_options *options;
    struct hn_profile_sums sums;
    size_t shown; /* rows */
    size_t number, name;
};

static size_t
larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void
measure(struct hn_arena *arena, struct table *table)
{
    struct hn_text scratch;
    char number[HN_NUMBER_SIZE];

    hn_text_init(&scratch);
    table->number = NUMBER;
    for (size_t i = 0; i < table->shown; i++) {
        const struct hn_profile_sum *row = &table->sums.rows[i];
        size_t columns = hn_look_measure(
            &scratch, hn_row_name(arena, table->profile, table->options->by, row));

        table->number = larger(table->number, hn_number_format(number, row->total));
        if (columns <= MAX_NAME)
            table->name = larger(table->name, columns);
    }
    hn_text_deinit(&scratch);
}

static void
put_number(struct hn_text *text, uint64_t number, size_t columns)
{
    char buf[HN_NUMBER_SIZE];
    size_t size = hn_number_format(buf, number);

    hn_text_pad(text, ' ', GAP + columns - size);
    hn_text_add(text, buf, size);
}

static void
put_share(struct hn_text *text, const struct table *table, uint64_t samples)
{
    char buf[HN_NUMBER_SIZE];

    hn_share_format(buf, samples, table->profile->stacks);
    hn_text_printf(text, "%*s", GAP + SHARE, buf);
}

static void
put_titles(struct hn_text *text, const struct table *table)
{
    const char *what = hn_profile_by_names[table->options->by];

    hn_look_start(text, &table->options->look, HN_HEADING);
    hn_text_printf(text, "%*s%*s%*s%*s  %s", (int)(GAP + table->number), "self",
                   GAP + SHARE, "self%", (int)(GAP + table->number), "total",
                   GAP + SHARE, "total%", what);
    hn_look_end(text, &table->options->look, HN_HEADING);
    hn_text_putc(text, '\n');
}

static void
put_row(struct hn_text *text, struct hn_arena *arena, const struct table *table,
        const struct hn_profile_sum *row)
{
    const struct hn_look *look = &table->options->look;
    enum hn_profile_by by = table->options->by;
    size_t at = (size_t)2 * (GAP + table->number + GAP + SHARE) + GAP, used;

    put_number(text, row->self, table->number);
    put_share(text, table, row->self);
    put_number(text, row->total, table->number);
    put_share(text, table, row->total);
    hn_text_pad(text, ' ', GAP);
    used = hn_look_put(text, look, HN_FUNCTION,
                       hn_row_name(arena, table->profile, by, row));
    if (hn_row_has_place(by, row)) {
        if (by != HN_PROFILE_BY_FILE) {
            hn_look_pad(text, used, table->name + GAP, GAP);
            at += larger(used, table->name) + GAP;
        }
        hn_place_put(text, look, row->kind, row->file, row->line,
                     look->width > at ? look->width - at : 0);
    }
    hn_text_putc(text, '\n');
}

static void
put_table(struct hn_text *text, struct hn_arena *arena, const struct table *table)
{
    size_t rest = table->sums.count - table->shown;

    hn_profile_put_summary(text, table->profile);
    hn_text_putc(text, '\n');
    put_titles(text, table);
    for (size_t i = 0; i < table->shown; i++)
        put_row(text, arena, table, &table->sums.rows[i]);
    if (rest > 0) {
        hn_text_puts(text, "... ");
        hn_number_put(text, rest);
        hn_text_printf(text, " more %s%s (--limit 0)\n",
                       hn_profile_by_names[table->options->by], rest == 1 ? "" : "s");
    }
    hn_profile_put_notes(text, &table->options->look, table->profile);
}

void
hn_profile_write_table(const struct hn_profile *profile,
                       const struct hn_profile_options *options, struct hn_text *text)
{
    struct table table = { .profile = profile, .options = options };
    struct hn_arena arena;

    hn_arena_init(&arena);
    if (hn_profile_sum_up(&arena, profile, options->by, options->sort, &table.sums)) {
        table.shown = table.sums.count;
        if (options->limit > 0 && options->limit < table.shown)
            table.shown = options->limit;
        measure(&arena, &table);
        put_table(text, &arena, &table);
    } else {
        text->failed = true;
    }
    hn_arena_deinit(&arena);
}
