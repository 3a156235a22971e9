/* Annotated source as line_profiler prints it, with samples in place of hits: a line
 * has the samples in which it was in a stack, its calls included. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "report/number.h"
#include "report/profile_annotate.h"
#include "report/profile_place.h"

/* One function of the list. */
struct listed {
    uint32_t class;
    uint64_t self, total;
};

struct lines {
    struct hn_annotate annotate;
    uint64_t *samples; /* by line: at [line + 1], as the keys are */
    struct listed *functions;
    size_t function_count;
    uint64_t total; /* of the function that is being shown */
};

static const char titles[] = "   Samples         Time  % Time";

/* Seconds with three decimals: what a sample stands for is rarely less than one. */
static size_t
format_time(char buf[HN_NUMBER_SIZE], uint64_t ns)
{
    uint64_t ms = ns / 1000000 + (ns % 1000000 >= 500000);
    char seconds[HN_NUMBER_SIZE];

    hn_number_format(seconds, ms / 1000);
    return (size_t)snprintf(buf, HN_NUMBER_SIZE, "%.26s.%03u", seconds,
                            (unsigned)(ms % 1000));
}

static void
put_cells(struct hn_text *text, const void *context, size_t line)
{
    const struct lines *lines = context;
    char samples[HN_NUMBER_SIZE], time[HN_NUMBER_SIZE], share[HN_NUMBER_SIZE];
    uint64_t count;

    if (line == HN_ANNOTATE_UNSEEN) {
        hn_text_pad(text, ' ', sizeof(titles) - 1);
        return;
    }
    count = lines->samples[line + 1];
    hn_number_format(samples, count);
    format_time(time, hn_profile_time_ns(lines->annotate.profile, count));
    hn_share_format(share, count, lines->total);
    hn_text_printf(text, "  %8s  %11s  %6s", samples, time, share);
}

static int
compare_listed(const void *left, const void *right, void *context)
{
    const struct listed *a = left, *b = right;
    enum hn_profile_sort sort = *(const enum hn_profile_sort *)context;
    uint64_t x = sort == HN_PROFILE_SELF ? a->self : a->total;
    uint64_t y = sort == HN_PROFILE_SELF ? b->self : b->total;

    if (sort != HN_PROFILE_NAME && x != y)
        return x < y ? 1 : -1;
    return (a->class > b->class) - (a->class < b->class);
}

/* The functions that have lines, in the order they are shown. */
static bool
list_functions(struct hn_arena *arena, struct lines *lines)
{
    const struct hn_annotate *annotate = &lines->annotate;
    size_t count = annotate->classes.count;
    uint64_t *self = hn_arena_array(arena, count + 1, sizeof(*self));
    uint64_t *total = hn_arena_array(arena, count + 1, sizeof(*total));
    enum hn_profile_sort sort = annotate->options->sort;

    lines->functions = hn_arena_array(arena, count + 1, sizeof(*lines->functions));
    if (!self || !total || !lines->functions
        || !hn_profile_add_up(&annotate->tree, annotate->class_keys, count + 1, self,
                              total))
        return false;
    for (uint32_t class = 0; class < count; class ++)
        if (hn_annotate_function(annotate, class)->kind == HN_PROFILE_PYTHON
            && total[class + 1] > 0)
            lines->functions[lines->function_count++] =
                (struct listed){ class, self[class + 1], total[class + 1] };
    qsort_r(lines->functions, lines->function_count, sizeof(*lines->functions),
            compare_listed, &sort);
    return true;
}

static bool
sum_lines(struct hn_arena *arena, struct lines *lines)
{
    const struct hn_annotate *annotate = &lines->annotate;
    size_t count = annotate->line_count + 1;
    uint64_t *self = hn_arena_array(arena, count, sizeof(*self));

    lines->samples = hn_arena_array(arena, count, sizeof(*lines->samples));
    return self && lines->samples
           && hn_profile_add_up(&annotate->tree, annotate->line_keys, count, self,
                                lines->samples);
}

static void
put_function(struct hn_text *text, struct lines *lines, const struct listed *listed)
{
    const struct hn_annotate *annotate = &lines->annotate;
    const struct hn_look *look = &annotate->options->look;
    const struct hn_profile_function *function =
        hn_annotate_function(annotate, listed->class);
    const struct hn_annotate_columns columns = { titles, put_cells, lines };
    char time[HN_NUMBER_SIZE];

    format_time(time, hn_profile_time_ns(annotate->profile, listed->total));
    hn_text_printf(text, "\nTotal time: %s s, ", time);
    hn_number_put(text, listed->total);
    hn_text_puts(text, listed->total == 1 ? " sample\nFile: " : " samples\nFile: ");
    hn_place_put(text, look, function->kind, function->file, 0, 0);
    hn_text_puts(text, "\nFunction: ");
    hn_look_put(text, look, HN_FUNCTION, function->name);
    if (function->first_line > 0)
        hn_text_printf(text, " at line %d", (int)function->first_line);
    hn_text_puts(text, "\n\n");
    lines->total = listed->total;
    hn_annotate_put(text, annotate, listed->class, &columns);
}

static void
put_functions(struct hn_text *text, struct lines *lines)
{
    const struct hn_profile_options *options = lines->annotate.options;
    size_t shown = lines->function_count;

    if (options->limit > 0 && options->limit < shown)
        shown = options->limit;
    for (size_t i = 0; i < shown; i++)
        put_function(text, lines, &lines->functions[i]);
    hn_text_putc(text, '\n');
    hn_rest_put(text, shown, lines->function_count,
                lines->function_count - shown == 1 ? "function" : "functions");
}

void
hn_profile_write_lines(const struct hn_profile *profile,
                       const struct hn_profile_options *options, struct hn_text *text)
{
    struct lines lines = { .samples = NULL };
    struct hn_arena arena;

    hn_arena_init(&arena);
    if (hn_annotate_prepare(&arena, profile, options, &lines.annotate)
        && sum_lines(&arena, &lines) && list_functions(&arena, &lines)) {
        hn_profile_put_summary(text, profile);
        hn_text_puts(text, "\nTimer unit: 1 s\n");
        put_functions(text, &lines);
        hn_profile_put_notes(text, &options->look, profile);
    } else {
        text->failed = true;
    }
    hn_arena_deinit(&arena);
}
