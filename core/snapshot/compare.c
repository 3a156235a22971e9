/* Comparing moments: counts by row for all of them, then objects and blocks of memory
 * one by one, in one pass over two lists that are sorted by address. See compare.h. */
#include "snapshot/compare.h"

#include <stdlib.h>
#include <string.h>

#include "snapshot/identity.h"
#include "snapshot/rows.h"
#include "snapshot/verdict.h"
#include "tracemalloc/builder.h"

/* One way to look at objects: the row that each belongs to. */
struct lens {
    struct hn_rows rows;
    uint32_t **of_type; /* by moment, by type; NULL: rows are classes of sizes */
    bool told_apart;
};

/* One way to look at traces. */
struct trace_lens {
    struct hn_rows rows;
    uint32_t **of_stack; /* by moment, by traceback */
    bool told_apart;
};

struct comparison {
    const struct hn_moment *const *moments;
    size_t count;
    struct hn_arena *arena;
    struct hn_error *err;
    struct hn_trace_builder builder; /* files and tracebacks of all moments */
    uint32_t **stacks;               /* by moment, by traceback: its number there */
    bool have_types, have_traces, have_graphs, have_ledgers, same_process;
    struct hn_rows places, memory;
    struct lens lenses[2]; /* types; modules or sizes */
    size_t lens_count;
    struct trace_lens traces[1];
    size_t trace_count;
    uint8_t *born; /* by object of the last moment: it was not there at the first */
};

static enum hn_status
no_memory(const struct comparison *c)
{
    return hn_fail(c->err, HN_E_NOMEM, 0, "no memory for the comparison");
}

bool
hn_diff_wants_objects(size_t number, size_t count)
{
    return number == 0 || number + 1 == count || number == 1;
}

/* --- what can be compared */

static const char *
why_apart(const struct comparison *c)
{
    const struct hn_moment_facts *first = &c->moments[0]->facts;

    for (size_t i = 1; i < c->count; i++) {
        const struct hn_moment_facts *facts = &c->moments[i]->facts;

        if (first->kind == HN_MOMENT_TRACES || facts->kind == HN_MOMENT_TRACES)
            return "a file of the tracemalloc module does not say where blocks were";
        if (first->has_birth && facts->has_birth
            && (first->birth != facts->birth || first->pid != facts->pid))
            return "these are different processes, where addresses mean nothing";
        if (!first->has_birth || !facts->has_birth)
            return "it is not known whether this is one process";
    }
    return NULL;
}

static void
find_common(struct comparison *c)
{
    const char *kind = c->moments[0]->ledger.kind;

    c->have_types = c->have_traces = c->have_graphs = c->have_ledgers = true;
    for (size_t i = 0; i < c->count; i++) {
        c->have_types &= c->moments[i]->has_types;
        c->have_traces &= c->moments[i]->traces.tracing;
        c->have_graphs &= c->moments[i]->has_graph;
        /* What is resident and what is in a core are different sums. */
        c->have_ledgers &= c->moments[i]->has_ledger && kind
                           && strcmp(kind, c->moments[i]->ledger.kind) == 0;
    }
}

/* --- rows of objects */

static enum hn_status
lens_init(struct comparison *c, struct lens *lens, enum hn_diff_by by)
{
    hn_rows_init(&lens->rows, c->arena, c->count);
    lens->of_type = NULL;
    if (by == HN_DIFF_SIZE)
        return HN_OK;
    lens->of_type = hn_arena_array(c->arena, c->count, sizeof(*lens->of_type));
    for (size_t m = 0; lens->of_type && m < c->count; m++) {
        const struct hn_heap *heap = &c->moments[m]->heap;
        uint32_t *rows =
            hn_arena_array(c->arena, (size_t)heap->type_count + 1, sizeof(*rows));

        if (!rows)
            return no_memory(c);
        for (uint32_t t = 0; t < heap->type_count; t++)
            rows[t] = hn_rows_named(&lens->rows, by == HN_DIFF_MODULE
                                                     ? hn_census_module(&heap->type[t])
                                                     : heap->type[t].name);
        lens->of_type[m] = rows;
    }
    return lens->of_type && !lens->rows.failed ? HN_OK : no_memory(c);
}

static struct hn_change *
row_of(struct lens *lens, const struct hn_heap *heap, size_t moment, uint32_t object)
{
    uint32_t row;

    if (lens->of_type)
        row = lens->of_type[moment][heap->types[object]];
    else
        row = hn_rows_named(&lens->rows,
                            hn_census_size_name(hn_heap_counted(heap, object)));
    return lens->rows.failed ? NULL : &lens->rows.rows[row];
}

static void
count_types(struct comparison *c, struct lens *lens)
{
    for (size_t m = 0; m < c->count; m++) {
        const struct hn_moment *moment = c->moments[m];

        for (uint32_t t = 0; lens->of_type && t < moment->heap.type_count; t++) {
            struct hn_change *row = &lens->rows.rows[lens->of_type[m][t]];

            row->counts[m] += moment->sums[t].count;
            row->bytes[m] += moment->sums[t].bytes;
        }
        for (size_t i = 0; !lens->of_type && i < moment->by_size.row_count; i++) {
            const struct hn_heap_row *size = &moment->by_size.rows[i];
            uint32_t number = hn_rows_named(&lens->rows, size->name);

            if (lens->rows.failed)
                return;
            lens->rows.rows[number].counts[m] += size->count;
            lens->rows.rows[number].bytes[m] += size->bytes;
        }
    }
}

/* --- objects, one by one */

struct pair {
    struct comparison *c;
    size_t number[2]; /* of the two moments */
    const struct hn_moment *moment[2];
    struct hn_trace_walk walk[2];
    bool ages;
    uint8_t *born; /* c->born */
    bool stays;    /* the second pass of three: counts what stayed */
};

static void
count_gone(struct pair *p, uint32_t object)
{
    const struct hn_heap *heap = &p->moment[0]->heap;

    for (size_t i = 0; i < p->c->lens_count && !p->stays; i++) {
        struct hn_change *row = row_of(&p->c->lenses[i], heap, p->number[0], object);

        if (!row)
            return;
        row->gone++;
        row->gone_bytes += hn_heap_counted(heap, object);
    }
}

static void
count_born(struct pair *p, uint32_t object)
{
    const struct hn_heap *heap = &p->moment[1]->heap;

    if (p->stays)
        return;
    p->born[object] = 1;
    for (size_t i = 0; i < p->c->lens_count; i++) {
        struct hn_change *row = row_of(&p->c->lenses[i], heap, p->number[1], object);

        if (!row)
            return;
        row->born++;
        row->born_bytes += hn_heap_counted(heap, object);
    }
}

static void
count_kept(struct pair *p, uint32_t object, bool surely)
{
    const struct hn_heap *heap = &p->moment[1]->heap;

    for (size_t i = 0; i < p->c->lens_count; i++) {
        struct hn_change *row = row_of(&p->c->lenses[i], heap, p->number[1], object);

        if (!row)
            return;
        if (p->stays) {
            row->stayed += p->born[object];
            row->stayed_bytes += p->born[object] ? hn_heap_counted(heap, object) : 0;
        } else if (surely) {
            row->same++;
        } else {
            row->maybe++;
        }
    }
}

static enum hn_identity
tell(struct pair *p, uint32_t before, uint32_t after)
{
    const struct lens *types = &p->c->lenses[0];
    struct hn_identity_sides sides = {
        .moment = { p->moment[0], p->moment[1] },
        .object = { before, after },
        .ages = p->ages,
    };

    sides.same_type = types->of_type[p->number[0]][p->moment[0]->heap.types[before]]
                      == types->of_type[p->number[1]][p->moment[1]->heap.types[after]];
    for (size_t i = 0; i < 2 && p->c->have_traces && sides.same_type; i++) {
        const struct hn_trace *trace = hn_trace_walk_to(&p->walk[i], sides.object[i]);

        sides.traced[i] = trace != NULL;
        if (trace)
            sides.stack[i] = p->c->stacks[p->number[i]][trace->stack];
    }
    return hn_identity_tell(&sides);
}

static void
compare_pair(struct pair *p)
{
    const struct hn_heap *a = &p->moment[0]->heap, *b = &p->moment[1]->heap;
    uint32_t i = 0, j = 0;

    while (i < a->count || j < b->count) {
        hn_addr before = i < a->count ? hn_heap_address(a, i) : UINT64_MAX;
        hn_addr after = j < b->count ? hn_heap_address(b, j) : UINT64_MAX;
        enum hn_identity identity;

        if (before < after) {
            count_gone(p, i++);
            continue;
        }
        if (after < before) {
            count_born(p, j++);
            continue;
        }
        identity = tell(p, i, j);
        if (identity == HN_IDENTITY_OTHER) {
            count_gone(p, i);
            count_born(p, j);
        } else {
            count_kept(p, j, identity == HN_IDENTITY_SAME);
        }
        i++;
        j++;
    }
}

static struct pair
make_pair(struct comparison *c, size_t before, size_t after, uint8_t *born, bool stays)
{
    struct pair p = { .c = c,
                      .number = { before, after },
                      .moment = { c->moments[before], c->moments[after] },
                      .born = born,
                      .stays = stays };

    for (size_t i = 0; i < 2; i++)
        p.walk[i] = (struct hn_trace_walk){ p.moment[i], 0 };
    p.ages = hn_identity_ages(p.moment[0]);
    return p;
}

static enum hn_status
compare_objects(struct comparison *c)
{
    size_t last = c->count - 1;
    bool three = c->count > 2 && c->moments[1]->has_objects;
    struct pair pair;
    uint8_t *born;

    if (!c->same_process || !c->moments[0]->has_objects
        || !c->moments[last]->has_objects)
        return HN_OK;
    born = c->born = calloc((size_t)c->moments[last]->heap.count + 1, 1);
    if (!born)
        return no_memory(c);
    pair = make_pair(c, 0, last, born, false);
    compare_pair(&pair);
    if (three) {
        pair = make_pair(c, 1, last, born, true);
        compare_pair(&pair);
    }
    for (size_t i = 0; i < c->lens_count; i++) {
        c->lenses[i].told_apart = true;
        if (c->lenses[i].rows.failed)
            return no_memory(c);
    }
    return HN_OK;
}

/* --- traces */

/* Numbers of a moment's tracebacks among those of all moments. */
static enum hn_status
intern_stacks(struct comparison *c, const struct hn_traces *traces, uint32_t *files,
              struct hn_trace_frame *frames, uint32_t *ret)
{
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < traces->file_count; i++)
        st = hn_trace_builder_file(&c->builder, traces->files[i].name,
                                   traces->files[i].size, &files[i]);
    for (size_t i = 0; !st && i < traces->stack_count; i++) {
        const struct hn_trace_stack *stack = &traces->stacks[i];

        for (uint32_t f = 0; f < stack->count; f++) {
            const struct hn_trace_frame *frame = &traces->frames[stack->first + f];

            frames[f] = (struct hn_trace_frame){ files[frame->file], frame->line };
        }
        /* 3.8 does not record totals: they must not tell tracebacks apart. */
        st = hn_trace_builder_stack(&c->builder, frames, stack->count, stack->count,
                                    &ret[i]);
    }
    return st;
}

static size_t
longest_stack(const struct hn_traces *traces)
{
    size_t longest = 0;

    for (size_t i = 0; i < traces->stack_count; i++)
        if (traces->stacks[i].count > longest)
            longest = traces->stacks[i].count;
    return longest;
}

static enum hn_status
intern_all(struct comparison *c)
{
    enum hn_status st = HN_OK;

    c->stacks = hn_arena_array(c->arena, c->count, sizeof(*c->stacks));
    if (!c->stacks)
        return no_memory(c);
    for (size_t m = 0; !st && m < c->count; m++) {
        const struct hn_traces *traces = &c->moments[m]->traces;
        uint32_t *files = calloc(traces->file_count + 1, sizeof(*files));
        struct hn_trace_frame *frames =
            calloc(longest_stack(traces) + 1, sizeof(*frames));

        c->stacks[m] =
            hn_arena_array(c->arena, traces->stack_count + 1, sizeof(uint32_t));
        st = files && frames && c->stacks[m]
                 ? intern_stacks(c, traces, files, frames, c->stacks[m])
                 : HN_E_NOMEM;
        free(files);
        free(frames);
    }
    return st ? no_memory(c) : HN_OK;
}

/* The traceback of one frame that stands for the line of @stack. */
static uint32_t
line_of(struct comparison *c, uint32_t stack)
{
    struct hn_traces *all = &c->builder.traces;
    struct hn_trace_frame frame = { 0, 0 };
    uint32_t line = 0;

    if (all->stacks[stack].count)
        frame = all->frames[all->stacks[stack].first];
    return hn_trace_builder_stack(&c->builder, &frame, 1, 1, &line) == HN_OK ? line
                                                                             : stack;
}

static enum hn_status
trace_lens_init(struct comparison *c, struct trace_lens *lens, bool whole)
{
    hn_rows_init(&lens->rows, c->arena, c->count);
    lens->of_stack = hn_arena_array(c->arena, c->count, sizeof(*lens->of_stack));
    if (!lens->of_stack)
        return no_memory(c);
    for (size_t m = 0; m < c->count; m++) {
        size_t count = c->moments[m]->traces.stack_count;

        lens->of_stack[m] = hn_arena_array(c->arena, count + 1, sizeof(uint32_t));
        if (!lens->of_stack[m])
            return no_memory(c);
        for (size_t i = 0; i < count; i++) {
            uint32_t stack = c->stacks[m][i], row;

            if (!whole)
                stack = line_of(c, stack);
            row = hn_rows_numbered(&lens->rows, stack);
            lens->of_stack[m][i] = row;
            if (!lens->rows.failed)
                lens->rows.rows[row].stack = stack;
        }
    }
    return lens->rows.failed ? no_memory(c) : HN_OK;
}

static void
count_traces(struct comparison *c, struct trace_lens *lens)
{
    for (size_t m = 0; m < c->count; m++) {
        const struct hn_traces *traces = &c->moments[m]->traces;

        for (size_t i = 0; i < traces->count; i++) {
            const struct hn_trace *trace = &traces->traces[i];
            struct hn_change *row = &lens->rows.rows[lens->of_stack[m][trace->stack]];

            row->counts[m]++;
            row->bytes[m] += trace->size;
        }
    }
}

static int
trace_order(const struct hn_trace *a, const struct hn_trace *b)
{
    if (a->domain != b->domain)
        return a->domain < b->domain ? -1 : 1;
    return (a->address > b->address) - (a->address < b->address);
}

static void
compare_traces(struct comparison *c, struct trace_lens *lens)
{
    size_t last = c->count - 1, i = 0, j = 0;
    const struct hn_traces *a = &c->moments[0]->traces, *b = &c->moments[last]->traces;

    while (i < a->count || j < b->count) {
        const struct hn_trace *before = &a->traces[i], *after = &b->traces[j];
        int order = i == a->count ? 1 : j == b->count ? -1 : trace_order(before, after);
        bool same = order == 0 && before->size == after->size
                    && c->stacks[0][before->stack] == c->stacks[last][after->stack];

        if (order <= 0) {
            struct hn_change *row = &lens->rows.rows[lens->of_stack[0][before->stack]];

            row->gone += !same;
            row->gone_bytes += same ? 0 : before->size;
            i++;
        }
        if (order >= 0) {
            struct hn_change *row =
                &lens->rows.rows[lens->of_stack[last][after->stack]];

            row->born += !same;
            row->born_bytes += same ? 0 : after->size;
            row->maybe += same;
            j++;
        }
    }
    lens->told_apart = true;
}

/* --- where what was born came from */

static uint64_t
site_word(uint32_t type, uint32_t line)
{
    return (uint64_t)type << 32 | line;
}

static enum hn_status
add_site(struct comparison *c, struct hn_rows *sites, uint32_t type, uint32_t stack,
         uint64_t bytes)
{
    uint32_t row = hn_rows_numbered(sites, site_word(type, line_of(c, stack)));

    if (sites->failed)
        return no_memory(c);
    sites->rows[row].born++;
    sites->rows[row].born_bytes += bytes;
    sites->rows[row].stack = type;
    sites->rows[row].site = line_of(c, stack);
    return HN_OK;
}

static enum hn_status
collect_sites(struct comparison *c, struct hn_rows *sites)
{
    size_t last = c->count - 1;
    const struct hn_moment *moment = c->moments[last];
    struct hn_trace_walk walk = { moment, 0 };
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < moment->heap.count; i++) {
        const struct hn_trace *trace = c->born[i] ? hn_trace_walk_to(&walk, i) : NULL;

        if (trace)
            st = add_site(c, sites, c->lenses[0].of_type[last][moment->heap.types[i]],
                          c->stacks[last][trace->stack],
                          hn_heap_counted(&moment->heap, i));
    }
    return st;
}

/* The line of most new bytes, for each type. Rows are not sorted yet. */
static enum hn_status
find_sites(struct comparison *c)
{
    struct hn_rows sites, *types = &c->lenses[0].rows;
    enum hn_status st;

    hn_rows_init(&sites, c->arena, 1);
    st = collect_sites(c, &sites);
    for (size_t i = 0; !st && i < sites.count; i++) {
        struct hn_change *type = &types->rows[sites.rows[i].stack];

        if (type->has_site && type->site_bytes >= sites.rows[i].born_bytes)
            continue;
        type->has_site = true;
        type->site = sites.rows[i].site;
        type->site_count = sites.rows[i].born;
        type->site_bytes = sites.rows[i].born_bytes;
    }
    hn_rows_deinit(&sites);
    return st;
}

/* --- by what holds them */

/* The row of a retained object's type, if it grew; NULL for what has no path. */
static struct hn_change *
row_of_large(struct comparison *c, const struct hn_graph_row *large)
{
    struct hn_rows *types = &c->lenses[0].rows;
    uint32_t row;

    if (!large->path || !*large->path)
        return NULL;
    row = hn_rows_named(types, large->object.type);
    return types->failed || hn_change_bytes(&types->rows[row], c->count) <= 0
               ? NULL
               : &types->rows[row];
}

/* One object may be most of what its type grew by; or, as the first of a linked list,
 * it keeps most of that alive, and there is no place where they pile up. */
static void
find_large_ones(struct comparison *c)
{
    const struct hn_graph_table *table = &c->moments[c->count - 1]->retained;

    for (size_t i = 0; i < table->row_count; i++) {
        struct hn_change *row = row_of_large(c, &table->rows[i]);

        if (row && !row->path
            && table->rows[i].object.retained
                   > (uint64_t)hn_change_bytes(row, c->count) / 2)
            row->path = table->rows[i].path;
    }
    /* The largest last: it has the last word. */
    for (size_t i = table->row_count; i-- > 0;) {
        struct hn_change *row = row_of_large(c, &table->rows[i]);

        if (row
            && table->rows[i].object.bytes
                   > (uint64_t)hn_change_bytes(row, c->count) / 2)
            row->path = table->rows[i].path;
    }
}

/* Of the last moment; the first place of a type leads to most of its objects. */
static void
find_paths(struct comparison *c)
{
    const struct hn_moment *last = c->moments[c->count - 1];
    struct hn_rows *types = &c->lenses[0].rows;

    for (size_t i = 0; i < last->place_count && !types->failed; i++) {
        uint32_t row = hn_rows_named(types, last->places[i].type);

        if (!types->failed && !types->rows[row].path)
            types->rows[row].path = last->places[i].path;
    }
    find_large_ones(c);
}

static enum hn_status
count_places(struct comparison *c)
{
    hn_rows_init(&c->places, c->arena, c->count);
    for (size_t m = 0; m < c->count; m++)
        for (size_t i = 0; i < c->moments[m]->place_count; i++) {
            const struct hn_moment_place *place = &c->moments[m]->places[i];
            const char *name =
                hn_arena_format(c->arena, "%s in %s", place->type, place->path);
            uint32_t row = name ? hn_rows_named(&c->places, name) : 0;

            if (!name || c->places.failed)
                return no_memory(c);
            c->places.rows[row].counts[m] += place->count;
            c->places.rows[row].bytes[m] += place->bytes;
        }
    return HN_OK;
}

/* --- by where memory is */

static const char *const ledger_words[HN_LEDGER_ROW_COUNT] = {
#define LEDGER_WORDS(name, key, words) [HN_LEDGER_##name] = words,
    HN_LEDGER_ROWS(LEDGER_WORDS)
#undef LEDGER_WORDS
};

static enum hn_status
count_memory(struct comparison *c)
{
    hn_rows_init(&c->memory, c->arena, c->count);
    for (uint32_t i = 0; i < HN_LEDGER_ROW_COUNT; i++) {
        uint32_t row = hn_rows_named(&c->memory, ledger_words[i]);

        if (c->memory.failed)
            return no_memory(c);
        c->memory.rows[row].stack = i;
        for (size_t m = 0; m < c->count; m++) {
            c->memory.rows[row].counts[m] = c->moments[m]->ledger.rows[i].count;
            c->memory.rows[row].bytes[m] = c->moments[m]->ledger.rows[i].bytes;
        }
    }
    return HN_OK;
}

/* --- all of it */

static enum hn_status
make_object_rows(struct comparison *c, enum hn_diff_by by)
{
    enum hn_status st = lens_init(c, &c->lenses[0], HN_DIFF_TYPE);

    c->lens_count = 1;
    if (!st && (by == HN_DIFF_MODULE || by == HN_DIFF_SIZE)) {
        st = lens_init(c, &c->lenses[1], by);
        c->lens_count = 2;
    }
    for (size_t i = 0; !st && i < c->lens_count; i++) {
        count_types(c, &c->lenses[i]);
        st = c->lenses[i].rows.failed ? no_memory(c) : HN_OK;
    }
    return st;
}

static enum hn_status
make_trace_rows(struct comparison *c, enum hn_diff_by by)
{
    enum hn_status st = trace_lens_init(c, &c->traces[0], by == HN_DIFF_TRACEBACK);

    if (st)
        return st;
    c->trace_count = 1;
    count_traces(c, &c->traces[0]);
    if (c->same_process)
        compare_traces(c, &c->traces[0]);
    return HN_OK;
}

static struct hn_changes
finish_rows(struct comparison *c, struct hn_rows *rows, const char *what,
            bool told_apart)
{
    hn_rows_sort(rows);
    for (size_t i = 0; i < rows->count; i++)
        rows->rows[i].steady =
            hn_verdict_steady(&rows->rows[i], c->count, rows != &c->memory);
    return (struct hn_changes){ what, told_apart, rows->rows, rows->count };
}

static enum hn_status
fill_moments(struct comparison *c, struct hn_diff *ret)
{
    struct hn_diff_moment *moments =
        hn_arena_array(c->arena, c->count, sizeof(*moments));

    if (!moments)
        return no_memory(c);
    for (size_t i = 0; i < c->count; i++) {
        const struct hn_moment *moment = c->moments[i];
        struct hn_diff_moment *shown = &moments[i];

        *shown = (struct hn_diff_moment){
            .name = moment->name,
            .facts = &moment->facts,
            .has_types = moment->has_types,
            .has_objects = moment->has_objects,
            .has_traces = moment->traces.tracing,
            .objects = moment->heap.sums.objects,
            .bytes = moment->heap.sums.counted,
            .blocks = moment->traces.count,
        };
        for (size_t t = 0; t < moment->traces.count; t++)
            shown->traced += moment->traces.traces[t].size;
    }
    ret->moments = moments;
    ret->moment_count = c->count;
    return HN_OK;
}

static enum hn_status
fill(struct comparison *c, enum hn_diff_by by, struct hn_diff *ret)
{
    static const char *const words[] = {
        [HN_DIFF_MODULE] = "module",
        [HN_DIFF_SIZE] = "size",
    };
    enum hn_status st = fill_moments(c, ret);
    struct hn_traces *stacks = hn_arena_alloc(c->arena, sizeof(*stacks));

    if (st || !stacks)
        return no_memory(c);
    if (c->lens_count > 0)
        ret->types =
            finish_rows(c, &c->lenses[0].rows, "type", c->lenses[0].told_apart);
    if (c->lens_count > 1)
        ret->chosen =
            finish_rows(c, &c->lenses[1].rows, words[by], c->lenses[1].told_apart);
    if (c->have_graphs)
        ret->paths = finish_rows(c, &c->places, "path", false);
    if (by == HN_DIFF_PATH)
        ret->chosen = ret->paths;
    if (c->have_ledgers)
        ret->memory = finish_rows(c, &c->memory, "memory", false);
    if (by == HN_DIFF_MEMORY)
        ret->chosen = ret->memory;
    if (c->trace_count > 0)
        ret->lines = finish_rows(c, &c->traces[0].rows,
                                 by == HN_DIFF_TRACEBACK ? "traceback" : "line",
                                 c->traces[0].told_apart);
    *stacks = c->builder.traces;
    ret->stacks = stacks;
    return hn_verdict_make(ret, c->arena, c->err);
}

/* What was interned outlives the comparison in the arena. */
static enum hn_status
keep_stacks(struct comparison *c, struct hn_diff *diff)
{
    struct hn_traces kept = *diff->stacks;
    const struct hn_traces *from = diff->stacks;

    kept.stacks = hn_arena_array(c->arena, from->stack_count + 1, sizeof(*kept.stacks));
    kept.frames = hn_arena_array(c->arena, from->frame_count + 1, sizeof(*kept.frames));
    kept.files = hn_arena_array(c->arena, from->file_count + 1, sizeof(*kept.files));
    if (!kept.stacks || !kept.frames || !kept.files)
        return no_memory(c);
    if (from->stack_count)
        memcpy(kept.stacks, from->stacks, from->stack_count * sizeof(*kept.stacks));
    if (from->frame_count)
        memcpy(kept.frames, from->frames, from->frame_count * sizeof(*kept.frames));
    if (from->file_count)
        memcpy(kept.files, from->files, from->file_count * sizeof(*kept.files));
    *(struct hn_traces *)diff->stacks = kept;
    return HN_OK;
}

static enum hn_status
check(struct comparison *c, enum hn_diff_by by)
{
    bool wants_traces = by == HN_DIFF_LINE || by == HN_DIFF_TRACEBACK;

    if (wants_traces && !c->have_traces)
        return hn_fail(c->err, HN_E_ARGUMENT, 0,
                       "not all moments have allocation traces: start the process with "
                       "PYTHONTRACEMALLOC=25 or -X tracemalloc=25");
    if (by == HN_DIFF_PATH && !c->have_graphs)
        return hn_fail(
            c->err, HN_E_ARGUMENT, 0,
            "not all moments know who holds what: save them with --graph yes");
    if (by == HN_DIFF_MEMORY && !c->have_ledgers)
        return hn_fail(c->err, HN_E_ARGUMENT, 0,
                       "not all moments know where all memory is, or cores stand "
                       "beside processes");
    if (!wants_traces && by != HN_DIFF_AUTO && !c->have_types)
        return hn_fail(c->err, HN_E_ARGUMENT, 0,
                       "a file of the tracemalloc module has no types");
    if (!c->have_types && !c->have_traces)
        return hn_fail(c->err, HN_E_ARGUMENT, 0,
                       "one of them has only traces and another has none");
    return HN_OK;
}

enum hn_status
hn_diff_make(const struct hn_moment *const *moments, size_t count, enum hn_diff_by by,
             struct hn_arena *arena, struct hn_error *err, struct hn_diff *ret)
{
    struct comparison c = {
        .moments = moments, .count = count, .arena = arena, .err = err
    };
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    ret->apart = why_apart(&c);
    ret->same_process = c.same_process = ret->apart == NULL;
    find_common(&c);
    hn_trace_builder_init(&c.builder, arena);
    st = check(&c, by);
    if (!st && c.have_traces)
        st = intern_all(&c);
    if (!st && c.have_types)
        st = make_object_rows(&c, by);
    if (!st && c.have_types)
        st = compare_objects(&c);
    if (!st && c.have_types)
        find_paths(&c);
    if (!st && c.have_graphs)
        st = count_places(&c);
    if (!st && c.have_ledgers)
        st = count_memory(&c);
    if (!st && c.have_traces && c.born)
        st = find_sites(&c);
    if (!st && c.have_traces)
        st = make_trace_rows(&c, by);
    if (!st)
        st = fill(&c, by, ret);
    if (!st)
        st = keep_stacks(&c, ret);
    for (size_t i = 0; i < c.lens_count; i++)
        hn_rows_deinit(&c.lenses[i].rows);
    for (size_t i = 0; i < c.trace_count; i++)
        hn_rows_deinit(&c.traces[i].rows);
    hn_rows_deinit(&c.places);
    hn_rows_deinit(&c.memory);
    hn_trace_builder_deinit(&c.builder);
    free(c.born);
    return st;
}
