/* Folded stacks: "outer;inner COUNT", a line for each, as flamegraph.pl, speedscope and
 * inferno read them. Frames look like py-spy's: "name (file:line)". */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/profile_merge.h"
#include "report/profile_place.h"

struct folded {
    const struct hn_profile *profile;
    enum hn_profile_by by;
    struct hn_profile_classes classes;
    struct hn_merged merged;
};

/* A line to be. @thread is 0 unless each thread has lines of its own. */
struct line {
    uint32_t thread, node;
    uint64_t samples;
};

/* As the terminal's escapes, and with the separator escaped in the same way. */
static void
put_word(struct hn_text *text, const char *word)
{
    for (;;) {
        size_t size = strcspn(word, ";");

        hn_text_put_escaped(text, word, size);
        if (word[size] == '\0')
            return;
        hn_text_puts(text, "\\x3b");
        word += size + 1;
    }
}

static void
put_frame(struct hn_text *text, const struct folded *folded, uint32_t class)
{
    const struct hn_profile *profile = folded->profile;
    const struct hn_profile_frame *frame =
        &profile->frames[folded->classes.example[class]];
    const struct hn_profile_function *function = &profile->functions[frame->function];
    int32_t line =
        folded->by == HN_PROFILE_BY_LINE ? frame->line : function->first_line;

    if (folded->by == HN_PROFILE_BY_FILE && function->file[0]) {
        put_word(text, function->file);
        return;
    }
    put_word(text, function->name[0] ? function->name : "?");
    if (function->file[0] == '\0')
        return;
    hn_text_puts(text, " (");
    put_word(text, function->file);
    if (line > 0)
        hn_text_printf(text, ":%" PRId32, line);
    hn_text_putc(text, ')');
}

static int
compare_lines(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    int c = (a->thread > b->thread) - (a->thread < b->thread);

    return c ? c : (a->node > b->node) - (a->node < b->node);
}

/* One line for each merged stack that has samples of its own. */
static struct line *
collect(struct hn_arena *arena, const struct folded *folded, size_t *count_ret)
{
    const struct hn_profile *profile = folded->profile;
    size_t room = profile->count_count ? profile->count_count : 1, count = 0;
    struct line *lines = hn_arena_array(arena, room, sizeof(*lines));

    if (!lines)
        return NULL;
    for (size_t i = 0; i < profile->count_count; i++) {
        const struct hn_profile_count *c = &profile->counts[i];

        lines[i] = (struct line){ folded->by == HN_PROFILE_BY_THREAD ? c->thread : 0,
                                  folded->merged.of[c->node], c->samples };
    }
    qsort(lines, profile->count_count, sizeof(*lines), compare_lines);
    for (size_t i = 0; i < profile->count_count; i++) {
        if (count > 0 && compare_lines(&lines[count - 1], &lines[i]) == 0)
            lines[count - 1].samples += lines[i].samples;
        else
            lines[count++] = lines[i];
    }
    *count_ret = count;
    return lines;
}

/* @path has room for the deepest stack. */
static void
put_line(struct hn_text *text, struct hn_arena *arena, const struct folded *folded,
         const struct line *line, uint32_t *path)
{
    const struct hn_merged_node *nodes = folded->merged.nodes;
    size_t depth = 0;

    if (folded->by == HN_PROFILE_BY_THREAD) {
        put_word(text, hn_thread_label(arena, folded->profile, line->thread));
        hn_text_putc(text, ';');
    }
    for (uint32_t node = line->node; node; node = nodes[node].parent)
        path[depth++] = nodes[node].class;
    if (depth == 0)
        hn_text_puts(text, "(no Python frame)");
    while (depth-- > 0) {
        put_frame(text, folded, path[depth]);
        if (depth > 0)
            hn_text_putc(text, ';');
    }
    hn_text_printf(text, " %" PRIu64 "\n", line->samples);
}

static bool
put_lines(struct hn_text *text, struct hn_arena *arena, struct folded *folded)
{
    enum hn_profile_by by =
        folded->by == HN_PROFILE_BY_LINE || folded->by == HN_PROFILE_BY_FILE
            ? folded->by
            : HN_PROFILE_BY_FUNCTION;
    struct line *lines;
    uint32_t *path;
    size_t count;

    if (!hn_profile_classify(arena, folded->profile, by, &folded->classes)
        || !hn_profile_merge(arena, folded->profile, &folded->classes, &folded->merged))
        return false;
    lines = collect(arena, folded, &count);
    path = hn_arena_array(arena, folded->merged.count, sizeof(*path));
    for (size_t i = 0; lines && path && i < count; i++) {
        struct hn_arena_mark mark = hn_arena_mark(arena);

        put_line(text, arena, folded, &lines[i], path);
        hn_arena_reset(arena, mark);
    }
    return lines && path;
}

void
hn_profile_write_folded(const struct hn_profile *profile,
                        const struct hn_profile_options *options, struct hn_text *text)
{
    struct folded folded = { .profile = profile, .by = options->by };
    struct hn_arena arena;

    hn_arena_init(&arena);
    if (!put_lines(text, &arena, &folded))
        text->failed = true;
    hn_arena_deinit(&arena);
}
