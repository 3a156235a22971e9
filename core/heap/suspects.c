/* Finding suspects: see suspects.h. */
#include "heap/suspects.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "objects/objects.h"

enum {
    NONE = HN_HEAP_NONE,
    PARTS_SHOWN = 6,
    LINES_SHOWN = 3,
    SUSPECTS_MOST = 100,
    /* A namespace of more names is no module's, but what somebody fills. */
    NAMES_MOST = 10000,
    /* Objects of a group whose paths are looked at, to find what most have in common.
     */
    SAMPLES = 1000,
    /* Of text and tuples every program has some: a group must be larger. */
    GROUP_FACTOR = 2
};

struct candidate {
    enum hn_suspect_kind kind;
    uint32_t object; /* NONE: a group of @type below @node */
    uint32_t node;
    uint32_t type;
    uint64_t bytes, objects;
};

struct finder {
    const struct hn_domtree *tree;
    const struct hn_graph *graph;
    const struct hn_heap *heap;
    struct hn_paths *paths;
    const struct hn_suspects_options *o;
    struct hn_arena *arena;
    uint64_t threshold;
    struct candidate items[SUSPECTS_MOST];
    size_t count;
    uint32_t *todo; /* nodes to look at */
    size_t todo_count, todo_capacity;
    struct hn_lost_list lost;
    bool *is_code; /* by type: what programs are made of */
};

static enum hn_status
fail_memory(const struct finder *f)
{
    return hn_fail(f->heap->rt->py.err, HN_E_NOMEM, 0, "no memory for suspects");
}

static void
add(struct finder *f, struct candidate candidate)
{
    if (candidate.bytes >= f->threshold && f->count < SUSPECTS_MOST)
        f->items[f->count++] = candidate;
}

static bool
push(struct finder *f, uint32_t node)
{
    if (!HN_GROW(f->todo, f->todo_capacity, f->todo_count + 1))
        return false;
    f->todo[f->todo_count++] = node;
    return true;
}

/* --- what programs are made of */

static bool
learn_types(struct finder *f)
{
    static const char *const names[] = {
        "code",
        "function",
        "module",
        "type",
        "_frozen_importlib.ModuleSpec",
        "method_descriptor",
        "wrapper_descriptor",
        "getset_descriptor",
        "member_descriptor",
        "builtin_function_or_method",
        "property",
        "classmethod",
        "staticmethod",
        "cell",
    };

    f->is_code = calloc((size_t)f->heap->type_count + 1, sizeof(*f->is_code));
    for (uint32_t i = 0; f->is_code && i < f->heap->type_count; i++) {
        const struct hn_heap_type *type = &f->heap->type[i];

        f->is_code[i] = type->size.rule == HN_SIZE_TYPE;
        for (size_t n = 0; n < sizeof(names) / sizeof(names[0]); n++)
            f->is_code[i] |= strcmp(type->name, names[n]) == 0;
    }
    return f->is_code != NULL;
}

static bool
is_dict(const struct hn_heap *heap, uint32_t object)
{
    return heap->type[heap->types[object]].size.rule == HN_SIZE_DICT;
}

static uint64_t
dict_used(const struct hn_heap *heap, uint32_t object)
{
    uint64_t used = 0;

    if (hn_field_read(&heap->rt->py, HN_DICT_USED, hn_heap_address(heap, object),
                      &used))
        return 0;
    return used;
}

/* A module, a class, their namespaces, and sys.modules: what they have of small things
 * is the program. A dict that is somebody's namespace is one that a module or class
 * refers to. */
static bool
is_program(const struct finder *f, uint32_t node)
{
    const struct hn_graph *graph = f->graph;
    const struct hn_root *root;

    if (node >= graph->count)
        return true;
    if (f->is_code[f->heap->types[node]] || (graph->bits[node] & HN_NODE_INTERNED))
        return true;
    if (!is_dict(f->heap, node) || dict_used(f->heap, node) > NAMES_MOST)
        return false;
    root = hn_root_find(&graph->roots, node);
    if (root && root->kind <= HN_ROOT_BUILTINS)
        return true;
    for (uint32_t e = graph->in_first[node]; e < graph->in_first[node + 1]; e++)
        if (f->is_code[f->heap->types[graph->in[e]]])
            return true;
    return false;
}

/* --- from the root down */

/* Whether a child of the tree is one of many small ones that may be a group: the
 * namespaces of modules and classes are not. */
static bool
is_of_group(const struct finder *f, uint32_t child)
{
    return child < f->graph->count && f->graph->retained[child] < f->threshold
           && !is_program(f, child);
}

/* Objects of one type that are many small ones below what is no suspect itself. */
static enum hn_status
add_groups(struct finder *f, uint32_t node)
{
    const struct hn_domtree *tree = f->tree;
    struct candidate *rows = calloc((size_t)f->heap->type_count + 1, sizeof(*rows));

    if (!rows)
        return fail_memory(f);
    for (uint32_t i = tree->first[node]; i < tree->first[node + 1]; i++) {
        uint32_t child = tree->children[i];

        if (!is_of_group(f, child))
            continue;
        rows[f->heap->types[child]].bytes += f->graph->retained[child];
        rows[f->heap->types[child]].objects++;
    }
    for (uint32_t i = 0; i < f->heap->type_count; i++) {
        rows[i].kind = HN_SUSPECT_TYPE;
        rows[i].object = NONE;
        rows[i].node = node;
        rows[i].type = i;
        if (rows[i].bytes >= GROUP_FACTOR * f->threshold)
            add(f, rows[i]);
    }
    free(rows);
    return HN_OK;
}

/* What is below @node: the children that are large, how many, and what is left. */
struct below {
    uint32_t large, last;
    uint64_t rest;
};

static struct below
look_below(const struct finder *f, uint32_t node)
{
    const struct hn_domtree *tree = f->tree;
    struct below ret = { 0, NONE, f->graph->retained[node] };

    for (uint32_t i = tree->first[node]; i < tree->first[node + 1]; i++) {
        uint32_t child = tree->children[i];

        if (f->graph->retained[child] < f->threshold)
            continue;
        ret.rest -= f->graph->retained[child];
        ret.large++;
        ret.last = child;
    }
    return ret;
}

/* Follows objects that merely lead to one other. If most is lost on the way, a little
 * with each, it is a chain: its first link is what keeps it. Returns where to look. */
static uint32_t
follow(struct finder *f, uint32_t node, bool *is_chain)
{
    uint32_t start = node;

    for (*is_chain = false;;) {
        struct below below = look_below(f, node);

        if (below.large != 1 || below.rest >= f->threshold
            || below.last >= f->graph->count)
            return node;
        node = below.last;
        if (is_program(f, start))
            start = node;
        if (f->graph->retained[node] < f->graph->retained[start] / 10 * 7) {
            *is_chain = true;
            return start;
        }
    }
}

static enum hn_status
look_at(struct finder *f, uint32_t node)
{
    const struct hn_domtree *tree = f->tree;
    uint64_t rest;
    bool is_chain;

    node = follow(f, node, &is_chain);
    rest = f->graph->retained[node];
    if (is_chain) {
        add(f, (struct candidate){ .kind = HN_SUSPECT_OBJECT,
                                   .object = node,
                                   .node = node,
                                   .bytes = rest });
        return HN_OK;
    }
    for (uint32_t i = tree->first[node]; i < tree->first[node + 1]; i++) {
        uint32_t child = tree->children[i];

        if (f->graph->retained[child] < f->threshold)
            continue;
        rest -= f->graph->retained[child];
        if (child < f->graph->count && !push(f, child))
            return fail_memory(f);
    }
    if (rest < f->threshold)
        return HN_OK;
    if (is_program(f, node))
        return add_groups(f, node);
    add(f,
        (struct candidate){
            .kind = HN_SUSPECT_OBJECT, .object = node, .node = node, .bytes = rest });
    return HN_OK;
}

static void
add_garbage(struct finder *f)
{
    const uint32_t garbage = hn_graph_garbage(f->graph);

    add(f, (struct candidate){ .kind = HN_SUSPECT_GARBAGE,
                               .object = NONE,
                               .node = garbage,
                               .bytes = f->graph->retained[garbage],
                               .objects = f->graph->garbage_objects });
}

/* --- words for one */

static enum hn_field
length_field(const struct hn_heap *heap, uint32_t object)
{
    switch (heap->type[heap->types[object]].size.rule) {
    case HN_SIZE_LIST:
    case HN_SIZE_DEQUE: return HN_VAR_SIZE;
    case HN_SIZE_DICT:
    case HN_SIZE_ORDERED_DICT: return HN_DICT_USED;
    case HN_SIZE_SET: return HN_SET_USED;
    default: return HN_FIELD_COUNT;
    }
}

static void
put_grouped(struct hn_text *text, uint64_t number)
{
    char digits[32];
    int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);

    for (int i = 0; i < length; i++) {
        if (i > 0 && (length - i) % 3 == 0)
            hn_text_putc(text, ',');
        hn_text_putc(text, digits[i]);
    }
}

const char *
hn_suspect_words(const struct hn_heap *heap, uint32_t object, struct hn_arena *arena)
{
    const char *type = heap->type[heap->types[object]].name, *ret;
    enum hn_field field = length_field(heap, object);
    uint64_t length = 0;
    struct hn_text text;

    if (field == HN_FIELD_COUNT
        || hn_field_read(&heap->rt->py, field, hn_heap_address(heap, object), &length))
        return hn_arena_copy(arena, type, strlen(type));
    hn_text_init(&text);
    hn_text_printf(&text, "%s of ", type);
    put_grouped(&text, length);
    hn_text_puts(&text, length == 1 ? " item" : " items");
    ret = text.failed ? NULL : hn_arena_copy(arena, text.bytes, text.size);
    hn_text_deinit(&text);
    return ret;
}

enum hn_status
hn_suspect_parts(const struct hn_heap *heap, const struct hn_domtree_item *items,
                 size_t count, size_t limit, struct hn_arena *arena,
                 struct hn_suspect_part **ret, size_t *count_ret)
{
    if (limit < count)
        count = limit;
    *ret = hn_arena_array(arena, count, sizeof(**ret));
    for (size_t i = 0; *ret && i < count; i++) {
        const char *name = heap->type[items[i].type].name;

        (*ret)[i] = (struct hn_suspect_part){ hn_arena_copy(arena, name, strlen(name)),
                                              items[i].count, items[i].own };
    }
    *count_ret = *ret ? count : 0;
    return *ret ? HN_OK
                : hn_fail(heap->rt->py.err, HN_E_NOMEM, 0, "no memory for suspects");
}

/* --- lines that allocated it */

struct line_sum {
    uint32_t file, line;
    uint64_t count, bytes;
};

static int
by_place(const void *a, const void *b)
{
    const struct line_sum *x = a, *y = b;

    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

static int
by_bytes(const void *a, const void *b)
{
    const struct line_sum *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return by_place(a, b);
}

/* A sum for each traceback becomes one for each line. */
static size_t
fold_lines(const struct hn_traces *traces, struct line_sum *sums)
{
    size_t kept = 0, count = 0;

    for (size_t i = 0; i < traces->stack_count; i++) {
        const struct hn_trace_stack *stack = &traces->stacks[i];

        if (sums[i].count == 0 || stack->count == 0)
            continue;
        sums[i].file = traces->frames[stack->first].file;
        sums[i].line = traces->frames[stack->first].line;
        sums[count++] = sums[i];
    }
    if (count > 0)
        qsort(sums, count, sizeof(*sums), by_place);
    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && by_place(&sums[kept - 1], &sums[i]) == 0) {
            sums[kept - 1].count += sums[i].count;
            sums[kept - 1].bytes += sums[i].bytes;
        } else {
            sums[kept++] = sums[i];
        }
    }
    if (kept > 0)
        qsort(sums, kept, sizeof(*sums), by_bytes);
    return kept;
}

struct line_search {
    struct finder *f;
    struct line_sum *sums; /* by traceback */
};

static void
add_trace(const struct line_search *search, uint32_t object)
{
    const struct finder *f = search->f;
    const struct hn_heap *heap = f->heap;
    const uint32_t header = heap->type[heap->types[object]].size.header;
    const struct hn_trace *trace =
        f->o->find_trace(f->o->traces, 0, hn_heap_address(heap, object) - header);

    if (!trace || trace->stack >= f->o->traces->stack_count)
        return;
    search->sums[trace->stack].count++;
    search->sums[trace->stack].bytes += hn_heap_spent(heap, object);
}

/* Whether @object is in the part of the tree below @top, or in its group. */
static bool
is_below(const struct hn_graph *graph, uint32_t object, uint32_t top)
{
    /* A way of so many steps is a linked list: its head is as good as its end. */
    enum { STEPS_MOST = 64 };

    for (unsigned i = 0; i < STEPS_MOST && object != graph->dominator[object]; i++) {
        if (object == top)
            return true;
        object = graph->dominator[object];
    }
    return object == top;
}

static enum hn_status
load_lines(struct finder *f, const struct candidate *c, struct hn_suspect *ret)
{
    const struct hn_traces *traces = f->o->traces;
    struct line_search search = { f, NULL };
    size_t count;

    if (!traces || traces->count == 0)
        return HN_OK;
    search.sums = calloc(traces->stack_count + 1, sizeof(*search.sums));
    if (!search.sums)
        return fail_memory(f);
    for (uint32_t i = 0; i < f->graph->count; i++)
        if (c->object == NONE
                ? (c->kind == HN_SUSPECT_GARBAGE ? f->graph->bits[i] & HN_NODE_GARBAGE
                                                 : f->heap->types[i] == c->type)
                : is_below(f->graph, i, c->object))
            add_trace(&search, i);
    count = fold_lines(traces, search.sums);
    if (count > LINES_SHOWN)
        count = LINES_SHOWN;
    ret->lines = hn_arena_array(f->arena, count, sizeof(*ret->lines));
    for (size_t i = 0; ret->lines && i < count; i++) {
        const struct hn_trace_file *file = &traces->files[search.sums[i].file];

        ret->lines[i] =
            (struct hn_suspect_line){ hn_arena_copy(f->arena, file->name, file->size),
                                      search.sums[i].line, search.sums[i].count,
                                      search.sums[i].bytes };
    }
    ret->line_count = ret->lines ? count : 0;
    free(search.sums);
    return ret->lines ? HN_OK : fail_memory(f);
}

/* --- where a group is */

/* Some of the group, evenly spread. */
static uint32_t
take_samples(const struct finder *f, const struct candidate *c, uint32_t *samples)
{
    const struct hn_domtree *tree = f->tree;
    const uint64_t step = c->objects / SAMPLES + 1;
    uint64_t seen = 0;
    uint32_t count = 0;

    for (uint32_t i = tree->first[c->node];
         i < tree->first[c->node + 1] && count < SAMPLES; i++) {
        uint32_t child = tree->children[i];

        if (child < f->graph->count && f->heap->types[child] == c->type
            && is_of_group(f, child) && seen++ % step == 0)
            samples[count++] = child;
    }
    return count;
}

/* The nearest object to them that most of their paths lead through; NONE. Each way from
 * an object to its root is held against the first that is not yet refuted: as many as
 * SAMPLES tries, each a walk. */
static uint32_t
common_holder(const struct finder *f, const uint32_t *samples, uint32_t count)
{
    enum { STEPS_MOST = 256, TRIES = 8 };
    const struct hn_paths *paths = f->paths;

    for (uint32_t t = 0; t < count && t < TRIES; t++) {
        uint32_t at = samples[(uint64_t)t * count / TRIES % count];

        for (unsigned i = 0; i < STEPS_MOST; i++) {
            uint32_t holder = paths->via[at], votes = 0;

            if (holder == NONE || holder == at)
                break;
            for (uint32_t s = 0; s < count; s++) {
                uint32_t up = samples[s];

                for (unsigned n = 0; n < STEPS_MOST && up != holder; n++) {
                    if (paths->via[up] == NONE || paths->via[up] == up)
                        break;
                    up = paths->via[up];
                }
                votes += up == holder;
            }
            if (votes * 10 >= count * 7)
                return holder;
            at = holder;
        }
    }
    return NONE;
}

/* Whether C code lost most of the group's objects. */
static bool
is_lost(const struct finder *f, const uint32_t *samples, uint32_t count)
{
    uint32_t lost = 0;

    for (uint32_t s = 0; s < count; s++) {
        uint32_t low = 0, high = f->lost.count;

        while (low < high) {
            uint32_t middle = low + (high - low) / 2;

            if (f->lost.items[middle].object < samples[s])
                low = middle + 1;
            else
                high = middle;
        }
        lost += low < f->lost.count && f->lost.items[low].object == samples[s];
    }
    return count > 0 && lost * 2 > count;
}

static bool
are_held_by_c(const struct finder *f, const uint32_t *samples, uint32_t count)
{
    uint32_t held = 0;

    for (uint32_t s = 0; s < count; s++)
        held += (f->graph->bits[samples[s]] & HN_NODE_C) != 0;
    return count > 0 && held * 2 > count;
}

/* The object that stands for a group: what holds most, or one of them. */
static enum hn_status
choose_object(struct finder *f, const struct candidate *c, struct hn_suspect *ret,
              uint32_t *object_ret)
{
    uint32_t *samples = malloc(SAMPLES * sizeof(*samples)), count, holder;
    enum hn_status st = HN_OK;

    if (!samples)
        return fail_memory(f);
    count = take_samples(f, c, samples);
    holder = common_holder(f, samples, count);
    *object_ret = holder != NONE ? holder : count > 0 ? samples[0] : NONE;
    if (holder == NONE && are_held_by_c(f, samples, count)) {
        if (!f->lost.items)
            st = hn_lost_find(f->graph, f->o->process, &f->lost);
        if (!st && is_lost(f, samples, count))
            ret->kind = HN_SUSPECT_LOST;
    }
    free(samples);
    return st;
}

/* --- one suspect */

static enum hn_status
load_place(struct finder *f, uint32_t object, struct hn_suspect *ret)
{
    struct hn_graph_path path;
    enum hn_status st =
        hn_graph_object_load(f->heap, object, true, f->arena, &ret->object);

    if (st)
        return st;
    ret->object.retained = f->graph->retained[object];
    ret->why = hn_suspect_words(f->heap, object, f->arena);
    if (!ret->why)
        return fail_memory(f);
    st = hn_path_load(f->paths, object, false, f->arena, &path);
    if (st == HN_DONE)
        return HN_OK;
    ret->path = path.text;
    ret->root = path.root;
    return st;
}

static enum hn_status
load_parts(struct finder *f, const struct candidate *c, struct hn_suspect *ret)
{
    struct hn_domtree_item *items;
    size_t count;
    uint64_t objects = 0;
    enum hn_status st;

    if (c->kind == HN_SUSPECT_TYPE) {
        struct hn_domtree_item one = { NONE, c->type, c->objects, c->bytes, c->bytes };

        return hn_suspect_parts(f->heap, &one, 1, 1, f->arena, &ret->parts,
                                &ret->part_count);
    }
    st = hn_domtree_made_of(f->tree, c->node, f->arena, &items, &count);
    if (st)
        return st;
    for (size_t i = 0; i < count; i++)
        objects += items[i].count;
    ret->objects = objects;
    return hn_suspect_parts(f->heap, items, count, PARTS_SHOWN, f->arena, &ret->parts,
                            &ret->part_count);
}

static enum hn_status
load_suspect(struct finder *f, const struct candidate *c, struct hn_suspect *ret)
{
    uint32_t object = c->object;
    enum hn_status st = HN_OK;

    *ret = (struct hn_suspect){ .kind = c->kind,
                                .bytes = c->bytes,
                                .objects = c->objects };
    if (c->kind == HN_SUSPECT_TYPE)
        st = choose_object(f, c, ret, &object);
    if (!st && object != NONE)
        st = load_place(f, object, ret);
    if (!st)
        st = load_parts(f, c, ret);
    return st ? st : load_lines(f, c, ret);
}

static int
by_size(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? 1 : -1;
    return (x->node > y->node) - (x->node < y->node);
}

static enum hn_status
search(struct finder *f, struct hn_suspects *ret)
{
    enum hn_status st = HN_OK;

    if (!learn_types(f) || !push(f, hn_graph_root(f->graph)))
        return fail_memory(f);
    while (!st && f->todo_count > 0)
        st = look_at(f, f->todo[--f->todo_count]);
    if (st)
        return st;
    add_garbage(f);
    qsort(f->items, f->count, sizeof(f->items[0]), by_size);
    if (f->o->limit && f->o->limit < f->count)
        f->count = (size_t)f->o->limit;
    ret->items = hn_arena_array(f->arena, f->count, sizeof(*ret->items));
    if (!ret->items)
        return fail_memory(f);
    for (; !st && ret->count < f->count; ret->count += st == HN_OK)
        st = load_suspect(f, &f->items[ret->count], &ret->items[ret->count]);
    return st;
}

enum hn_status
hn_suspects_find(const struct hn_domtree *tree, struct hn_paths *paths,
                 const struct hn_suspects_options *options, struct hn_arena *arena,
                 struct hn_suspects *ret)
{
    struct finder f = {
        .tree = tree,
        .graph = tree->graph,
        .heap = tree->graph->heap,
        .paths = paths,
        .o = options,
        .arena = arena,
    };
    enum hn_status st;

    f.threshold = hn_domtree_total(tree) / 100 * options->share;
    if (f.threshold < options->least)
        f.threshold = options->least;
    *ret = (struct hn_suspects){ .total = hn_domtree_total(tree),
                                 .objects = tree->graph->count,
                                 .threshold = f.threshold,
                                 .traced = options->traces && options->traces->count };
    st = search(&f, ret);
    free(f.todo);
    free(f.is_code);
    hn_lost_deinit(&f.lost);
    return st;
}
