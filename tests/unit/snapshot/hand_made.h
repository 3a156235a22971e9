/* A moment made by hand: three types, some objects, two lines that allocated. */
#ifndef HN_TESTS_HAND_MADE_H
#define HN_TESTS_HAND_MADE_H

#include <stdlib.h>
#include <string.h>

#include "snapshot/moment.h"

enum { STR, NODE, DICT, TYPES };

/* What an object of a hand-made moment is. */
struct hand_object {
    uint64_t address;
    uint32_t type, content, generation;
};

static struct hn_heap_type hand_types[TYPES] = {
    [STR] = { .name = "str", .module = "builtins", .flags = 1u << 28 },
    [NODE] = { .name = "shop.Node", .module = "shop", .flags = 1u << 9 | 1u << 14 },
    [DICT] = { .name = "dict", .module = "builtins", .flags = 1u << 29 },
};

enum { HAND_BYTES = 64 };

/* @objects must ascend by address. Freed by hn_moment_deinit(). */
static void
hand_made(struct hn_moment *moment, const struct hand_object *objects, uint32_t count,
          struct hn_error *err)
{
    struct hn_heap *heap = &moment->heap;
    bool made;

    hn_moment_init(moment);
    heap->err = err;
    heap->type = hand_types;
    heap->type_count = TYPES;
    made = hn_heap_resize(heap, count);
    moment->contents = calloc(count + 1u, sizeof(*moment->contents));
    moment->sums = hn_arena_array(&moment->arena, TYPES, sizeof(*moment->sums));
    if (!made || !moment->contents || !moment->sums)
        abort();
    for (uint32_t i = 0; i < count; i++) {
        unsigned flags = HN_HEAP_TRACKED | HN_HEAP_LISTED
                         | objects[i].generation << HN_HEAP_GENERATION_SHIFT;

        heap->places[i] = objects[i].address | (uint64_t)flags << HN_HEAP_FLAG_SHIFT;
        heap->types[i] = objects[i].type;
        heap->counted[i] = HAND_BYTES;
        heap->spent[i] = HAND_BYTES / HN_HEAP_UNIT;
        moment->contents[i] = objects[i].content;
        moment->sums[objects[i].type].count++;
        moment->sums[objects[i].type].bytes += HAND_BYTES;
        moment->sums[objects[i].type].allocated += HAND_BYTES;
    }
    heap->count = count;
    heap->sums.objects = count;
    heap->sums.counted = heap->sums.spent = (uint64_t)count * HAND_BYTES;
    moment->has_types = moment->has_objects = true;
    moment->facts.kind = HN_MOMENT_LIVE;
    moment->facts.hex = 0x030c01f0;
    moment->facts.pid = 4242;
    moment->facts.has_birth = true;
    moment->facts.birth = 17;
}

/* Gives an object a buffer of its own of @bytes. */
static inline void
hand_grown(struct hn_moment *moment, uint32_t object, uint32_t bytes)
{
    struct hn_heap *heap = &moment->heap;

    heap->counted[object] += bytes;
    heap->spent[object] += bytes / HN_HEAP_UNIT;
    moment->sums[heap->types[object]].bytes += bytes;
    moment->sums[heap->types[object]].allocated += bytes;
    heap->sums.counted += bytes;
    heap->sums.spent += bytes;
}

/* Traces each object: strs to app.py:3, all others to app.py:7. */
static void
hand_traced(struct hn_moment *moment)
{
    struct hn_traces *t = &moment->traces;
    uint32_t count = moment->heap.count;

    t->tracing = true;
    t->limit = 1;
    t->traces = calloc(count + 1u, sizeof(*t->traces));
    t->stacks = calloc(2, sizeof(*t->stacks));
    t->frames = calloc(2, sizeof(*t->frames));
    t->files = calloc(1, sizeof(*t->files));
    if (!t->traces || !t->stacks || !t->frames || !t->files)
        abort();
    t->files[0] = (struct hn_trace_file){ "app.py", 6 };
    t->frames[0].line = 3;
    t->frames[1].line = 7;
    t->stacks[0] = (struct hn_trace_stack){ 0, 1, 1 };
    t->stacks[1] = (struct hn_trace_stack){ 1, 1, 1 };
    t->file_count = 1;
    t->frame_count = t->stack_count = 2;
    t->count = count;
    for (uint32_t i = 0; i < count; i++)
        t->traces[i] = (struct hn_trace){ hn_heap_address(&moment->heap, i), HAND_BYTES,
                                          0, moment->heap.types[i] == STR ? 0 : 1 };
    t->traced = (uint64_t)count * HAND_BYTES;
}

#endif
