/* Growth of resident memory, line by line, in memory_profiler's columns with samples
 * for occurrences. A line's increment is what memory grew by while it was in the stack,
 * its calls included; its usage is what was resident when it was last seen there, which
 * only a time line can tell. */
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "report/number.h"
#include "report/profile_annotate.h"
#include "report/profile_place.h"

/* When a stack was seen last, and in which process. */
struct seen {
    uint64_t at_ns;
    uint32_t process;
    bool ever;
};

struct line {
    int64_t bytes;
    uint64_t samples;
    struct seen seen;
};

struct listed {
    uint32_t class;
    int64_t bytes;
};

struct memory {
    struct hn_annotate annotate;
    struct line *lines; /* at [line + 1], as the keys are */
    struct listed *functions;
    size_t function_count;
};

static const char titles[] = "      Mem usage      Increment    Samples";

/* "-1,234.568 MiB", as memory_profiler shows it. */
static void
format_mebibytes(char buf[2 * HN_NUMBER_SIZE], int64_t bytes)
{
    uint64_t size = bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes;
    uint64_t thousandths =
        (size >> 20) * 1000 + (((size & 0xfffff) * 1000 + 0x80000) >> 20);
    char whole[HN_NUMBER_SIZE];

    hn_number_format(whole, thousandths / 1000);
    snprintf(buf, (size_t)2 * HN_NUMBER_SIZE, "%s%s.%03u MiB",
             bytes < 0 && thousandths > 0 ? "-" : "", whole,
             (unsigned)(thousandths % 1000));
}

/* What was resident in a process at a time: the last thing that was known then. */
static bool
find_resident(const struct hn_profile *profile, const struct seen *seen, uint64_t *ret)
{
    bool found = false;

    for (size_t i = 0; i < profile->resident_count; i++) {
        const struct hn_profile_resident *resident = &profile->resident[i];

        if (resident->at_ns > seen->at_ns)
            break;
        if (resident->process == seen->process) {
            *ret = resident->bytes;
            found = true;
        }
    }
    return found;
}

static void
put_cells(struct hn_text *text, const void *context, size_t line)
{
    const struct memory *memory = context;
    char usage[2 * HN_NUMBER_SIZE] = "", increment[2 * HN_NUMBER_SIZE];
    char samples[HN_NUMBER_SIZE];
    const struct line *of;
    uint64_t resident;

    if (line == HN_ANNOTATE_UNSEEN) {
        hn_text_pad(text, ' ', sizeof(titles) - 1);
        return;
    }
    of = &memory->lines[line + 1];
    if (of->seen.ever && find_resident(memory->annotate.profile, &of->seen, &resident))
        format_mebibytes(usage, resident > INT64_MAX ? INT64_MAX : (int64_t)resident);
    format_mebibytes(increment, of->bytes);
    hn_number_format(samples, of->samples);
    hn_text_printf(text, "  %13s  %13s  %9s", usage, increment, samples);
}

/* Sums of growth go through the same walk as those of samples: in unsigned arithmetic
 * that wraps around, negative numbers add up as they should. */
static bool
sum(struct hn_arena *arena, struct memory *memory, const uint32_t *keys, size_t count,
    bool bytes, uint64_t **ret)
{
    const struct hn_profile *profile = memory->annotate.profile;
    struct hn_profile_tree tree = memory->annotate.tree;
    uint64_t *self = hn_arena_array(arena, count, sizeof(*self));

    tree.self = hn_arena_array(arena, profile->node_count + 1, sizeof(*tree.self));
    *ret = hn_arena_array(arena, count, sizeof(**ret));
    if (!self || !tree.self || !*ret)
        return false;
    for (size_t i = 0; i < profile->growth_count; i++)
        tree.self[profile->growth[i].node] +=
            bytes ? (uint64_t)profile->growth[i].bytes : profile->growth[i].samples;
    return hn_profile_add_up(&tree, keys, count, self, *ret);
}

/* When each line was last in a stack. */
static bool
find_last_seen(struct hn_arena *arena, struct memory *memory)
{
    const struct hn_profile *profile = memory->annotate.profile;
    struct seen *nodes = hn_arena_array(arena, profile->node_count + 1, sizeof(*nodes));

    if (!nodes)
        return false;
    for (size_t i = 0; i < profile->span_count; i++) {
        const struct hn_profile_span *span = &profile->spans[i];
        struct seen *seen = &nodes[span->node];

        if (!seen->ever || seen->at_ns < span->end_ns)
            *seen = (struct seen){ span->end_ns, profile->threads[span->thread].process,
                                   true };
    }
    /* Callers were there when what they called was. */
    for (size_t i = profile->node_count; i-- > 1;) {
        struct seen *caller = &nodes[profile->nodes[i].parent];
        struct seen *line = &memory->lines[memory->annotate.line_keys[i]].seen;

        if (nodes[i].ever && (!line->ever || line->at_ns < nodes[i].at_ns))
            *line = nodes[i];
        if (nodes[i].ever && (!caller->ever || caller->at_ns < nodes[i].at_ns))
            *caller = nodes[i];
    }
    return true;
}

static bool
sum_lines(struct hn_arena *arena, struct memory *memory)
{
    const struct hn_annotate *annotate = &memory->annotate;
    size_t count = annotate->line_count + 1;
    uint64_t *bytes, *samples;

    memory->lines = hn_arena_array(arena, count, sizeof(*memory->lines));
    if (!memory->lines || !sum(arena, memory, annotate->line_keys, count, true, &bytes)
        || !sum(arena, memory, annotate->line_keys, count, false, &samples))
        return false;
    for (size_t i = 0; i < count; i++) {
        memory->lines[i].bytes = (int64_t)bytes[i];
        memory->lines[i].samples = samples[i];
    }
    return find_last_seen(arena, memory);
}

/* What grew most comes first, what shrank last. */
static int
compare_listed(const void *left, const void *right)
{
    const struct listed *a = left, *b = right;

    if (a->bytes != b->bytes)
        return a->bytes < b->bytes ? 1 : -1;
    return (a->class > b->class) - (a->class < b->class);
}

/* Functions in which memory grew or shrank. */
static bool
list_functions(struct hn_arena *arena, struct memory *memory)
{
    const struct hn_annotate *annotate = &memory->annotate;
    size_t count = annotate->classes.count + 1;
    uint64_t *bytes, *samples;

    memory->functions = hn_arena_array(arena, count, sizeof(*memory->functions));
    if (!memory->functions
        || !sum(arena, memory, annotate->class_keys, count, true, &bytes)
        || !sum(arena, memory, annotate->class_keys, count, false, &samples))
        return false;
    for (uint32_t class = 0; class + 1 < count; class ++)
        if (hn_annotate_function(annotate, class)->kind == HN_PROFILE_PYTHON
            && samples[class + 1] > 0)
            memory->functions[memory->function_count++] =
                (struct listed){ class, (int64_t)bytes[class + 1] };
    qsort(memory->functions, memory->function_count, sizeof(*memory->functions),
          compare_listed);
    return true;
}

static void
put_function(struct hn_text *text, const struct memory *memory,
             const struct listed *listed)
{
    const struct hn_annotate *annotate = &memory->annotate;
    const struct hn_look *look = &annotate->options->look;
    const struct hn_profile_function *function =
        hn_annotate_function(annotate, listed->class);
    const struct hn_annotate_columns columns = { titles, put_cells, memory };
    char increment[2 * HN_NUMBER_SIZE];

    format_mebibytes(increment, listed->bytes);
    hn_text_puts(text, "\nFilename: ");
    hn_place_put(text, look, function->kind, function->file, 0, 0);
    hn_text_puts(text, "\nFunction: ");
    hn_look_put(text, look, HN_FUNCTION, function->name);
    if (function->first_line > 0)
        hn_text_printf(text, " at line %d", (int)function->first_line);
    hn_text_printf(text, ", %s in all\n\n", increment);
    hn_annotate_put(text, annotate, listed->class, &columns);
}

static void
put_functions(struct hn_text *text, const struct memory *memory)
{
    size_t shown = memory->function_count, limit = memory->annotate.options->limit;

    if (limit > 0 && limit < shown)
        shown = limit;
    for (size_t i = 0; i < shown; i++)
        put_function(text, memory, &memory->functions[i]);
    if (shown == 0)
        hn_text_puts(text, "\nNo growth was seen in any Python function.\n");
    hn_text_putc(text, '\n');
    hn_rest_put(text, shown, memory->function_count,
                memory->function_count - shown == 1 ? "function" : "functions");
}

void
hn_profile_write_memory(const struct hn_profile *profile,
                        const struct hn_profile_options *options, struct hn_text *text)
{
    struct memory memory = { .lines = NULL };
    struct hn_arena arena;

    hn_arena_init(&arena);
    if (hn_annotate_prepare(&arena, profile, options, &memory.annotate)
        && sum_lines(&arena, &memory) && list_functions(&arena, &memory)) {
        hn_profile_put_summary(text, profile);
        hn_text_putc(text, '\n');
        put_functions(text, &memory);
        hn_profile_put_notes(text, &options->look, profile);
    } else {
        text->failed = true;
    }
    hn_arena_deinit(&arena);
}
