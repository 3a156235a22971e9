/* What cProfile's dump_stats() writes: a marshalled dict of
 *
 *   (file, line, name): (calls, calls, own seconds, seconds, {caller: the same four})
 *
 * that pstats.Stats of every Python 3 and snakeviz open. A sampler counts no calls: the
 * numbers in their place are samples. There is no header to say so in, but a root of
 * all stacks that does: its name is what tops the list by cumulative time, and what
 * snakeviz shows as the whole. Only types of marshal that never changed are used. */
#include <stdlib.h>
#include <string.h>

#include "report/profile_place.h"

/* Who a row is. Rows are told apart by what the file says of them: a dict that had one
 * key twice would lose samples. */
struct label {
    const char *file, *name;
    int32_t line;
    uint32_t class;
};

/* Row 0 is the root; row n is made of classes of functions. */
struct row {
    const struct label *label;
    uint64_t self, total;
};

struct edge {
    uint32_t callee, caller, node; /* rows; a node that is reached by it */
    uint64_t self, total;
};

struct pstats {
    const struct hn_profile *profile;
    struct hn_profile_tree tree;
    struct label *labels;
    struct row *rows;
    size_t row_count;
    uint32_t *row_of; /* by node */
    struct edge *edges;
    size_t edge_count;
};

/* marshal's little-endian numbers */
static void
put_bytes(struct hn_text *text, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        hn_text_putc(text, (char)(value >> 8 * i));
}

static void
put_integer(struct hn_text *text, uint64_t value)
{
    unsigned digits = 0;

    if (value <= INT32_MAX) {
        hn_text_putc(text, 'i');
        put_bytes(text, value, 4);
        return;
    }
    for (uint64_t rest = value; rest; rest >>= 15)
        digits++;
    hn_text_putc(text, 'l');
    put_bytes(text, digits, 4);
    for (; value; value >>= 15)
        put_bytes(text, value & 0x7fff, 2);
}

static void
put_float(struct hn_text *text, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    hn_text_putc(text, 'g');
    put_bytes(text, bits, 8);
}

static void
put_string(struct hn_text *text, const char *string)
{
    size_t size = strlen(string);

    hn_text_putc(text, 'u');
    put_bytes(text, size, 4);
    hn_text_add(text, string, size);
}

static void
put_tuple(struct hn_text *text, uint32_t size)
{
    hn_text_putc(text, '(');
    put_bytes(text, size, 4);
}

static void
put_key(struct hn_text *text, const struct label *label)
{
    put_tuple(text, 3);
    put_string(text, label->file);
    put_integer(text, label->line > 0 ? (uint64_t)label->line : 0);
    put_string(text, label->name);
}

/* The first four members of a value. */
static void
put_numbers(struct hn_text *text, const struct hn_profile *profile, uint64_t self,
            uint64_t total)
{
    put_integer(text, total);
    put_integer(text, total);
    put_float(text, (double)hn_profile_time_ns(profile, self) / 1e9);
    put_float(text, (double)hn_profile_time_ns(profile, total) / 1e9);
}

static void
put_stats(struct hn_text *text, const struct pstats *pstats)
{
    const struct edge *edge = pstats->edges, *end = edge + pstats->edge_count;

    hn_text_putc(text, '{');
    for (size_t i = 0; i < pstats->row_count; i++) {
        const struct row *row = &pstats->rows[i];

        put_key(text, row->label);
        put_tuple(text, 5);
        put_numbers(text, pstats->profile, row->self, row->total);
        hn_text_putc(text, '{');
        for (; edge < end && edge->callee == i; edge++) {
            put_key(text, pstats->rows[edge->caller].label);
            put_tuple(text, 4);
            put_numbers(text, pstats->profile, edge->self, edge->total);
        }
        hn_text_putc(text, '0');
    }
    hn_text_putc(text, '0');
}

/* Printed by pstats as they are, so they are escaped as for a terminal. */
static const char *
escaped(struct hn_arena *arena, const char *string)
{
    struct hn_text text;
    const char *copy;

    hn_text_init(&text);
    hn_text_put_escaped(&text, string, strlen(string));
    copy = text.failed ? NULL
                       : hn_arena_copy(arena, text.size ? text.bytes : "", text.size);
    hn_text_deinit(&text);
    return copy;
}

static const char *
root_name(struct hn_arena *arena, const struct hn_profile *profile)
{
    struct hn_text text;
    const char *copy;

    hn_text_init(&text);
    hn_text_puts(&text, "<call counts are samples: ");
    hn_profile_put_summary(&text, profile);
    hn_text_putc(&text, '>');
    copy = text.failed ? NULL : hn_arena_copy(arena, text.bytes, text.size);
    hn_text_deinit(&text);
    return copy;
}

static int
compare_labels(const void *left, const void *right)
{
    const struct label *a = left, *b = right;
    int c = strcmp(a->file, b->file);

    if (c == 0)
        c = (a->line > b->line) - (a->line < b->line);
    return c ? c : strcmp(a->name, b->name);
}

/* Labels of all classes, the same ones together; [0] is the root's. */
static bool
make_labels(struct hn_arena *arena, struct pstats *pstats,
            const struct hn_profile_classes *classes)
{
    const struct hn_profile *profile = pstats->profile;
    struct label *labels = hn_arena_array(arena, classes->count + 1, sizeof(*labels));

    if (!labels)
        return false;
    /* "~" is cProfile's word for what has no file. */
    labels[0] = (struct label){ .file = "~", .name = root_name(arena, profile) };
    for (size_t i = 0; i < classes->count; i++) {
        const struct hn_profile_function *function =
            &profile->functions[profile->frames[classes->example[i]].function];

        labels[i + 1] = (struct label){
            .file = function->file[0] ? escaped(arena, function->file) : "~",
            .name = escaped(arena, function->name),
            .line = function->first_line > 0 ? function->first_line : 0,
            .class = (uint32_t)i,
        };
        if (!labels[i + 1].file || !labels[i + 1].name)
            return false;
    }
    qsort(labels + 1, classes->count, sizeof(*labels), compare_labels);
    pstats->labels = labels;
    return labels[0].name != NULL;
}

/* Rows by label; @row_of_class says which one each class has become. */
static bool
make_rows(struct hn_arena *arena, struct pstats *pstats,
          const struct hn_profile_classes *classes)
{
    const struct hn_profile *profile = pstats->profile;
    uint32_t *row_of_class =
        hn_arena_array(arena, classes->count + 1, sizeof(*row_of_class));

    pstats->rows = hn_arena_array(arena, classes->count + 1, sizeof(*pstats->rows));
    pstats->row_of =
        hn_arena_array(arena, profile->node_count + 1, sizeof(*pstats->row_of));
    if (!row_of_class || !pstats->rows || !pstats->row_of)
        return false;
    pstats->rows[0].label = &pstats->labels[0];
    pstats->row_count = 1;
    for (size_t i = 1; i <= classes->count; i++) {
        const struct label *label = &pstats->labels[i];

        if (compare_labels(label, pstats->rows[pstats->row_count - 1].label) != 0)
            pstats->rows[pstats->row_count++].label = label;
        row_of_class[label->class] = (uint32_t)(pstats->row_count - 1);
    }
    for (size_t i = 1; i < profile->node_count; i++)
        pstats->row_of[i] = row_of_class[classes->of[profile->nodes[i].frame]];
    return true;
}

static bool
sum_rows(struct hn_arena *arena, struct pstats *pstats)
{
    uint64_t *self = hn_arena_array(arena, pstats->row_count, sizeof(*self));
    uint64_t *total = hn_arena_array(arena, pstats->row_count, sizeof(*total));

    if (!self || !total
        || !hn_profile_add_up(&pstats->tree, pstats->row_of, pstats->row_count, self,
                              total))
        return false;
    for (size_t i = 0; i < pstats->row_count; i++) {
        pstats->rows[i].self = self[i];
        pstats->rows[i].total = total[i];
    }
    /* The root is in all stacks, not only in those that are empty. */
    pstats->rows[0].total = 0;
    for (size_t i = 0; i < pstats->profile->count_count; i++)
        pstats->rows[0].total += pstats->profile->counts[i].samples;
    return true;
}

static int
compare_edges(const void *left, const void *right)
{
    const struct edge *a = left, *b = right;
    int c = (a->callee > b->callee) - (a->callee < b->callee);

    return c ? c : (a->caller > b->caller) - (a->caller < b->caller);
}

/* Who called whom, by callee; sums once per stack like those of rows. */
static bool
sum_edges(struct hn_arena *arena, struct pstats *pstats)
{
    const struct hn_profile *profile = pstats->profile;
    size_t count = profile->node_count ? profile->node_count - 1 : 0, kept = 0;
    struct edge *edges = hn_arena_array(arena, count + 1, sizeof(*edges));
    uint32_t *keys = hn_arena_array(arena, count + 1, sizeof(*keys));
    uint64_t *self, *total;

    if (!edges || !keys)
        return false;
    for (size_t i = 0; i < count; i++)
        edges[i] =
            (struct edge){ .callee = pstats->row_of[i + 1],
                           .caller = pstats->row_of[profile->nodes[i + 1].parent],
                           .node = (uint32_t)(i + 1) };
    qsort(edges, count, sizeof(*edges), compare_edges);
    for (size_t i = 0; i < count; i++) {
        uint32_t node = edges[i].node;

        if (kept == 0 || compare_edges(&edges[kept - 1], &edges[i]) != 0)
            edges[kept++] = edges[i];
        keys[node] = (uint32_t)kept; /* 0 is that of the empty stack */
    }
    self = hn_arena_array(arena, kept + 1, sizeof(*self));
    total = hn_arena_array(arena, kept + 1, sizeof(*total));
    if (!self || !total
        || !hn_profile_add_up(&pstats->tree, keys, kept + 1, self, total))
        return false;
    for (size_t i = 0; i < kept; i++) {
        edges[i].self = self[i + 1];
        edges[i].total = total[i + 1];
    }
    pstats->edges = edges;
    pstats->edge_count = kept;
    return true;
}

void
hn_profile_write_pstats(const struct hn_profile *profile,
                        const struct hn_profile_options *options, struct hn_text *text)
{
    struct pstats pstats = { .profile = profile };
    struct hn_profile_classes classes;
    struct hn_arena arena;

    (void)options;
    hn_arena_init(&arena);
    if (hn_profile_tree_build(&arena, profile, &pstats.tree)
        && hn_profile_classify(&arena, profile, HN_PROFILE_BY_FUNCTION, &classes)
        && make_labels(&arena, &pstats, &classes)
        && make_rows(&arena, &pstats, &classes) && sum_rows(&arena, &pstats)
        && sum_edges(&arena, &pstats))
        put_stats(text, &pstats);
    else
        text->failed = true;
    hn_arena_deinit(&arena);
}
