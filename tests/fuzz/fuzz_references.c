/* References, graph, paths and suspects of a heap of random objects, under every row of
 * the layout tables.
 *
 * The types are in order and have the names that plans know, so that every form is
 * walked: what lies in the objects, and which of the types each has, is the input's.
 * The census is not what is tried here: the heap is made by hand, of objects at fixed
 * distances. Whatever the bytes are, it must end, stay inside its arrays, and find that
 * what all objects retain is no more than what there is. */
#include <stdlib.h>
#include <string.h>

#include "heap/cycles.h"
#include "heap/kinds.h"
#include "heap/pages.h"
#include "heap/refs.h"
#include "heap/suspects.h"
#include "choose_row.h"
#include "objects/objects.h"

enum {
    BASE = 0x10000,
    TYPE_SIZE = 1024, /* room for a PyHeapTypeObject */
    TYPES = 24,
    NAMES_AT = TYPES * TYPE_SIZE,
    NAME_SIZE = 48,
    OBJECTS_AT = NAMES_AT + TYPES * NAME_SIZE,
    OBJECT_SIZE = 256, /* from one object to the next */
    OBJECTS = 16,
    OBJECT_START = 64, /* words of managed attributes come before */
    MEMORY_SIZE = OBJECTS_AT + OBJECTS * OBJECT_SIZE + 4096,
    SPENT = 8, /* units of each object */
    MUTEX_BYTES = 40
};

static const struct {
    const char *name;
    uint64_t flags;
    uint8_t basicsize, itemsize;
} types[TYPES] = {
    { "type", HN_TPFLAG_TYPE, 0, 8 },
    { "dict", HN_TPFLAG_DICT, 64, 0 },
    { "list", HN_TPFLAG_LIST, 56, 0 },
    { "tuple", HN_TPFLAG_TUPLE, 40, 8 },
    { "set", 0, 200, 0 },
    { "collections.deque", 0, 96, 8 },
    { "collections.OrderedDict", HN_TPFLAG_DICT, 144, 0 },
    { "generator", 0, 176, 0 },
    { "frame", 0, 192, 8 },
    { "code", 0, 232, 1 },
    { "function", 0, 176, 0 },
    { "module", 0, 112, 0 },
    { "functools._lru_cache_wrapper", 0, 136, 0 },
    { "functools._lru_list_elem", 0, 72, 0 },
    { "hamt_bitmap_node", 0, 48, 8 },
    { "weakref.ReferenceType", 0, 88, 0 },
    { "memoryview", 0, 200, 8 },
    { "datetime.datetime", 0, 72, 0 },
    { "numpy.ndarray", 0, 104, 0 },
    { "xml.etree.ElementTree.Element", 0, 80, 0 },
    { "str", HN_TPFLAG_UNICODE, 72, 0 },
    { "app.Plain", HN_TPFLAG_MANAGED_DICT | HN_TPFLAG_INLINE_VALUES | HN_TPFLAG_HEAP,
      32, 0 },
    { "app.Opaque", 0, 200, 8 },
    { "object", 0, 16, 0 },
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The head of the input. */
struct choices {
    uint8_t row, types[OBJECTS];
    int8_t dictoffset;
    uint8_t cached_keys; /* at that object */
};

static size_t
read_memory(void *impl, hn_addr addr, void *buf, size_t size)
{
    const uint8_t *memory = impl;

    if (addr < BASE || addr - BASE >= MEMORY_SIZE)
        return 0;
    if (size > MEMORY_SIZE - (addr - BASE))
        size = MEMORY_SIZE - (addr - BASE);
    memcpy(buf, memory + (addr - BASE), size);
    return size;
}

static void
close_memory(void *impl)
{
    (void)impl;
}

static const struct hn_target_ops memory_ops = {
    .kind = "core", .reader = "fuzz", .read = read_memory, .close = close_memory
};

static hn_addr
object_at(unsigned index)
{
    return BASE + OBJECTS_AT + index % OBJECTS * OBJECT_SIZE + OBJECT_START;
}

static hn_addr
type_at(unsigned index)
{
    return BASE + index % TYPES * TYPE_SIZE;
}

static void
set(const struct hn_layout *layout, uint8_t *memory, enum hn_field field, hn_addr base,
    uint64_t value)
{
    if (hn_layout_has(layout, field))
        memcpy(memory + (base - BASE) + layout->offset[field], &value, sizeof(value));
}

static void
put_type(const struct hn_layout *layout, uint8_t *memory, unsigned index,
         const struct choices *choices)
{
    hn_addr type = type_at(index), name = BASE + NAMES_AT + index * NAME_SIZE;
    uint64_t basicsize = types[index].basicsize;

    if (types[index].flags & HN_TPFLAG_TYPE)
        basicsize = layout->size[HN_STRUCT_HEAPTYPE];
    memcpy(memory + (name - BASE), types[index].name, strlen(types[index].name));
    set(layout, memory, HN_OBJECT_TYPE, type, BASE);
    set(layout, memory, HN_TYPE_NAME, type, name);
    set(layout, memory, HN_TYPE_FLAGS, type, types[index].flags | HN_TPFLAG_READY);
    set(layout, memory, HN_TYPE_BASICSIZE, type, basicsize);
    set(layout, memory, HN_TYPE_ITEMSIZE, type, types[index].itemsize);
    if (types[index].flags & HN_TPFLAG_HEAP)
        set(layout, memory, HN_HEAPTYPE_CACHED_KEYS, type,
            object_at(choices->cached_keys));
    else
        set(layout, memory, HN_TYPE_DICTOFFSET, type, (uint64_t)choices->dictoffset);
}

/* Words that end with 0x7f become the addresses of objects, or near them. */
static void
put_pointers(uint8_t *bytes, size_t size)
{
    uint64_t word;

    for (size_t at = 0; at + sizeof(word) <= size; at += sizeof(word)) {
        memcpy(&word, bytes + at, sizeof(word));
        if (word >> 56 != 0x7f)
            continue;
        word = object_at(word & 0xff) + (word >> 8 & 0x78);
        memcpy(bytes + at, &word, sizeof(word));
    }
}

static void
fill(const struct hn_layout *layout, uint8_t *memory, const struct choices *choices,
     const uint8_t *bytes, size_t size)
{
    if (size > MEMORY_SIZE - OBJECTS_AT)
        size = MEMORY_SIZE - OBJECTS_AT;
    memcpy(memory + OBJECTS_AT, bytes, size);
    put_pointers(memory + OBJECTS_AT, size);
    for (unsigned i = 0; i < TYPES; i++)
        put_type(layout, memory, i, choices);
    for (unsigned i = 0; i < OBJECTS; i++)
        set(layout, memory, HN_OBJECT_TYPE, object_at(i), type_at(choices->types[i]));
}

/* What a census would have found. */
static bool
make_heap(struct hn_runtime *rt, const struct choices *choices, struct hn_heap *ret,
          struct hn_heap_type *kinds, uint64_t *places, uint32_t *halves)
{
    *ret = (struct hn_heap){
        .rt = rt,
        .places = places,
        .types = halves,
        .counted = halves + OBJECTS,
        .spent = halves + 2 * OBJECTS,
        .count = OBJECTS,
        .type = kinds,
        .type_count = TYPES,
        .pages = hn_heap_pages_create(),
    };
    for (unsigned i = 0; i < TYPES; i++)
        kinds[i] = (struct hn_heap_type){
            .size = { .at = type_at(i),
                      .rule = i == 0   ? HN_SIZE_TYPE
                              : i == 1 ? HN_SIZE_DICT
                              : i == 2 ? HN_SIZE_LIST
                                       : HN_SIZE_OBJECT },
            .name = types[i].name,
            .module = "",
            .flags = types[i].flags,
        };
    for (uint32_t i = 0; ret->pages && i < OBJECTS; i++) {
        places[i] = object_at(i);
        ret->types[i] = choices->types[i] % TYPES;
        ret->counted[i] = ret->spent[i] = SPENT;
        if (!hn_heap_pages_add_object(ret->pages, places[i], i))
            return false;
    }
    return ret->pages != NULL;
}

static void
check_sizes(const struct hn_graph *graph)
{
    const uint64_t all = (uint64_t)OBJECTS * SPENT * HN_HEAP_UNIT;

    if (graph->retained[hn_graph_root(graph)] != all)
        abort();
    for (uint32_t i = 0; i < graph->count; i++)
        if (graph->retained[i] > all || graph->dominator[i] > graph->count + 1)
            abort();
}

static void
look_around(const struct hn_heap *heap, const struct hn_graph *graph,
            struct hn_arena *arena)
{
    const struct hn_process process = { 0 };
    const struct hn_suspects_options options = { .process = &process, .share = 1 };
    struct hn_graph_cycles cycles;
    struct hn_graph_links links;
    struct hn_graph_paths found;
    struct hn_suspects suspects;
    struct hn_domtree tree;
    struct hn_paths paths;

    if (hn_domtree_build(graph, &tree) == HN_OK
        && hn_paths_find(graph, NULL, &paths) == HN_OK) {
        for (uint32_t i = 0; i < graph->count; i++)
            (void)!hn_paths_load(&paths, i, 3, arena, &found);
        (void)!hn_paths_of_type(&paths, "*", 3, arena, &found);
        (void)!hn_suspects_find(&tree, &paths, &options, arena, &suspects);
        hn_paths_deinit(&paths);
    }
    hn_domtree_deinit(&tree);
    (void)!hn_cycles_find(graph, &process, 3, arena, &cycles);
    (void)!hn_refs_in(heap, &process, 0, 0, arena, &links);
    (void)!hn_refs_out(heap, &process, 1, 0, arena, &links);
}

static void
walk(struct hn_runtime *rt, const struct choices *choices)
{
    const struct hn_process process = { 0 };
    struct hn_heap_type kinds[TYPES];
    uint64_t places[OBJECTS];
    uint32_t halves[3 * OBJECTS];
    struct hn_arena arena;
    struct hn_graph graph;
    struct hn_heap heap;

    hn_arena_init(&arena);
    if (make_heap(rt, choices, &heap, kinds, places, halves)) {
        if (hn_graph_build(&heap, &process, &graph) == HN_OK) {
            check_sizes(&graph);
            look_around(&heap, &graph, &arena);
        }
        hn_graph_deinit(&graph);
    }
    hn_heap_pages_destroy(heap.pages);
    hn_arena_deinit(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t memory[MEMORY_SIZE] = { 0 };
    struct hn_error err;
    struct hn_target *target;
    struct hn_runtime *rt = calloc(1, sizeof(*rt));
    struct choices choices;
    const struct hn_row *row;

    if (size < sizeof(choices) || !rt) {
        free(rt);
        return 0;
    }
    memcpy(&choices, bytes, sizeof(choices));
    row = choose_row(choices.row);
    rt->py.err = &err;
    hn_arena_init(&rt->arena);
    if (hn_layout_find(row->hex, row->flavour, MUTEX_BYTES, &err, &rt->py.layout)
        || hn_layout_finish(&rt->py.layout, &err)
        || hn_target_open_ops(&memory_ops, memory, &err, &rt->py.target)) {
        free(rt);
        return 0;
    }
    fill(&rt->py.layout, memory, &choices, bytes + sizeof(choices),
         size - sizeof(choices));
    walk(rt, &choices);
    target = rt->py.target;
    hn_runtime_close(rt);
    hn_target_close(target);
    return 0;
}
