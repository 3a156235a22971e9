/* Source lines with numbers beside them. Where a function ends is seen in its source:
 * the profile knows only where it starts and which lines ran. */
#include "report/profile_annotate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    MAX_TAIL = 200, /* lines looked at behind the last one that was seen */
    LONG_GAP = 30,  /* more lines that were not seen in a row are left out... */
    KEPT = 3,       /* ...but for so many at either end */
    NUMBER = 6,     /* as wide as its title, "Line #" */
    TAB = 8,        /* as Python's tokenizer counts */
};

struct by_line {
    const struct hn_profile *profile;
    const struct hn_profile_classes *classes;
};

static int
compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int
compare_frames(const void *left, const void *right, void *context)
{
    const struct by_line *order = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int c = compare(order->classes->of[a], order->classes->of[b]);

    return c ? c
             : compare(order->profile->frames[a].line, order->profile->frames[b].line);
}

/* Numbers the lines; @line_of_frame says which one each frame is at, plus 1. */
static bool
number_lines(struct hn_arena *arena, struct hn_annotate *annotate,
             uint32_t *line_of_frame)
{
    const struct hn_profile *profile = annotate->profile;
    struct by_line order = { profile, &annotate->classes };
    size_t room = profile->frame_count + 1;
    uint32_t *frames = hn_arena_array(arena, room, sizeof(*frames));

    annotate->lines = hn_arena_array(arena, room, sizeof(*annotate->lines));
    annotate->starts =
        hn_arena_array(arena, annotate->classes.count + 1, sizeof(*annotate->starts));
    if (!frames || !annotate->lines || !annotate->starts)
        return false;
    for (size_t i = 0; i < profile->frame_count; i++)
        frames[i] = (uint32_t)i;
    qsort_r(frames, profile->frame_count, sizeof(*frames), compare_frames, &order);
    for (size_t i = 0; i < profile->frame_count; i++) {
        uint32_t class = annotate->classes.of[frames[i]];

        if (i == 0 || compare_frames(&frames[i - 1], &frames[i], &order) != 0)
            annotate->lines[annotate->line_count++] =
                (struct hn_annotate_line){ class, profile->frames[frames[i]].line };
        line_of_frame[frames[i]] = (uint32_t)annotate->line_count;
        annotate->starts[class + 1] = annotate->line_count;
    }
    return true;
}

bool
hn_annotate_prepare(struct hn_arena *arena, const struct hn_profile *profile,
                    const struct hn_profile_options *options, struct hn_annotate *ret)
{
    uint32_t *line_of_frame =
        hn_arena_array(arena, profile->frame_count + 1, sizeof(*line_of_frame));

    *ret = (struct hn_annotate){ .profile = profile, .options = options };
    ret->line_keys =
        hn_arena_array(arena, profile->node_count + 1, sizeof(*ret->line_keys));
    if (!line_of_frame || !ret->line_keys
        || !hn_profile_tree_build(arena, profile, &ret->tree)
        || !hn_profile_classify(arena, profile, HN_PROFILE_BY_FUNCTION, &ret->classes)
        || !number_lines(arena, ret, line_of_frame))
        return false;
    ret->class_keys = hn_profile_node_keys(arena, profile, &ret->classes);
    for (size_t i = 1; i < profile->node_count; i++)
        ret->line_keys[i] = line_of_frame[profile->nodes[i].frame];
    return ret->class_keys != NULL;
}

const struct hn_profile_function *
hn_annotate_function(const struct hn_annotate *annotate, size_t class)
{
    const struct hn_profile *profile = annotate->profile;

    return &profile
                ->functions[profile->frames[annotate->classes.example[class]].function];
}

static size_t
indent_of(const char *line)
{
    size_t used = 0;

    for (; *line == ' ' || *line == '\t' || *line == '\f'; line++)
        used += *line == '\t' ? TAB - used % TAB : 1;
    return used;
}

static bool
is_blank(const char *line)
{
    return line[strspn(line, " \t\r\n\f")] == '\0';
}

/* How many of @listing's lines are the function's: up to @last at least, and what is
 * indented deeper than its first line behind that. */
static size_t
measure_function(const struct hn_listing *listing, uint64_t last)
{
    size_t count = last - listing->first + 1, margin;

    if (count >= listing->count)
        return listing->count;
    margin = indent_of(listing->lines[0]);
    for (size_t i = count; i < listing->count; i++) {
        if (is_blank(listing->lines[i]))
            continue;
        if (indent_of(listing->lines[i]) <= margin)
            break;
        count = i + 1;
    }
    return count;
}

/* The function's source. False if it cannot be had. */
static bool
find_source(const struct hn_annotate *annotate, size_t class, struct hn_listing *ret)
{
    const struct hn_profile_function *function = hn_annotate_function(annotate, class);
    const struct hn_profile_sources *sources = annotate->options->sources;
    size_t end = annotate->starts[class + 1];
    int64_t first = function->first_line > 0 ? function->first_line : 1;
    int64_t last = annotate->lines[end - 1].line;

    /* Code of exec() and of templates may be anywhere in its file. */
    for (size_t i = annotate->starts[class]; i < end; i++)
        if (annotate->lines[i].line > 0 && annotate->lines[i].line < first)
            first = annotate->lines[i].line;
    if (last < first)
        last = first;
    if (!sources || !function->file[0]
        || !sources->lines(sources->impl, function->file, (uint64_t)first,
                           (uint64_t)last + MAX_TAIL, ret)
        || ret->count == 0)
        return false;
    ret->count = measure_function(ret, (uint64_t)last);
    return true;
}

static void
put_titles(struct hn_text *text, const struct hn_annotate *annotate,
           const struct hn_annotate_columns *columns)
{
    static const char before[] = "Line #", behind[] = "  Line Contents";

    hn_look_start(text, &annotate->options->look, HN_HEADING);
    hn_text_printf(text, "%s%s%s", before, columns->titles, behind);
    hn_look_end(text, &annotate->options->look, HN_HEADING);
    hn_text_putc(text, '\n');
    hn_text_pad(text, '=',
                sizeof(before) - 1 + strlen(columns->titles) + sizeof(behind) - 1);
    hn_text_putc(text, '\n');
}

/* @source is NULL if there is none. */
static void
put_row(struct hn_text *text, const struct hn_annotate *annotate,
        const struct hn_annotate_columns *columns, int64_t number, size_t line,
        const char *source)
{
    const struct hn_look *look = &annotate->options->look;
    size_t used = NUMBER + strlen(columns->titles) + 2, indent;

    if (number > 0)
        hn_text_printf(text, "%*" PRId64, NUMBER, number);
    else
        hn_text_printf(text, "%*s", NUMBER, "?");
    if (source && is_blank(source))
        source = NULL;
    /* no blanks at the end of a line that has nothing more */
    if (source || line != HN_ANNOTATE_UNSEEN)
        columns->put(text, columns->context, line);
    if (source) {
        indent = indent_of(source);
        hn_text_pad(text, ' ', 2 + indent);
        hn_look_fit(text, look, HN_PLAIN, source + strspn(source, " \t\f"),
                    look->width > used + indent ? look->width - used - indent : 0,
                    HN_CUT_END);
    }
    hn_text_putc(text, '\n');
}

static void
put_seen_lines(struct hn_text *text, const struct hn_annotate *annotate, size_t class,
               const struct hn_annotate_columns *columns)
{
    for (size_t i = annotate->starts[class]; i < annotate->starts[class + 1]; i++)
        put_row(text, annotate, columns, annotate->lines[i].line, i, NULL);
}

/* Goes through source lines and seen lines side by side. */
static void
put_source(struct hn_text *text, const struct hn_annotate *annotate, size_t class,
           const struct hn_annotate_columns *columns, const struct hn_listing *listing)
{
    size_t next = annotate->starts[class], end = annotate->starts[class + 1];
    size_t since = 0; /* lines since the last one that was seen */

    for (; next < end && annotate->lines[next].line <= 0; next++)
        put_row(text, annotate, columns, -1, next, NULL);
    for (size_t i = 0; i < listing->count; i++) {
        int64_t number = (int64_t)(listing->first + i);
        bool seen = next < end && annotate->lines[next].line == number;
        int64_t until = next < end ? annotate->lines[next].line
                                   : (int64_t)(listing->first + listing->count);

        if (!seen && since >= KEPT && i > 0
            && until - number + (int64_t)since > LONG_GAP && until - number > KEPT) {
            hn_text_printf(text, "%*s\n", NUMBER, "...");
            i += (size_t)(until - number - KEPT) - 1;
            since = 0;
            continue;
        }
        put_row(text, annotate, columns, number, seen ? next : HN_ANNOTATE_UNSEEN,
                listing->lines[i]);
        next += seen;
        since = seen ? 0 : since + 1;
    }
    /* A file that changed since it was loaded may have become shorter. */
    for (; next < end; next++)
        put_row(text, annotate, columns, annotate->lines[next].line, next, NULL);
}

void
hn_annotate_put(struct hn_text *text, const struct hn_annotate *annotate, size_t class,
                const struct hn_annotate_columns *columns)
{
    struct hn_listing listing;

    put_titles(text, annotate, columns);
    if (find_source(annotate, class, &listing))
        put_source(text, annotate, class, columns, &listing);
    else
        put_seen_lines(text, annotate, class, columns);
}
