/* Chains of what coroutines await, futures and their callbacks, on random memory under
 * every row of the layout tables.
 *
 * Types are numbers: the kinds of the room are told of them beforehand, so that the
 * input's objects are coroutines, wrappers, futures and tasks at once. Chains that run
 * in circles or out of memory must end with a reason.
 */
#include <string.h>

#include "choose_row.h"
#include "objects/preview.h"
#include "runtime/internal.h"
#include "runtime/qualindex.h"
#include "wait/await.h"
#include "wait/callback.h"
#include "wait/future.h"
#include "wait/set.h"
#include "wait/slots.h"

enum {
    BASE = 0x10000,
    KINDS = HN_KIND_PYTHON_FUTURE + 1,
    TYPE_SIZE = 64,
    OBJECTS_AT = KINDS * TYPE_SIZE,
    OBJECT_SIZE = 256, /* from one object to the next */
    OBJECTS = 16,
    MEMORY_SIZE = OBJECTS_AT + 8192,
    MUTEX_BYTES = 40
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The head of the input. */
struct choices {
    uint8_t row, kinds[OBJECTS];
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
    return BASE + OBJECTS_AT + index % OBJECTS * OBJECT_SIZE;
}

/* Words that end with 0x7f become the addresses of objects. */
static void
put_pointers(uint8_t *bytes, size_t size)
{
    uint64_t word;

    for (size_t at = 0; at + sizeof word <= size; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        if (word >> 56 != 0x7f)
            continue;
        word = object_at(word & 0xff) + (word >> 8 & 0x78);
        memcpy(bytes + at, &word, sizeof word);
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
    for (unsigned i = 0; i < OBJECTS; i++) {
        uint64_t type = BASE + choices->kinds[i] % KINDS * TYPE_SIZE;

        memcpy(memory + (object_at(i) - BASE) + layout->offset[HN_OBJECT_TYPE], &type,
               sizeof type);
    }
}

static void
follow(struct hn_kinds *kinds, hn_addr object, struct hn_arena *arena)
{
    struct hn_await await;
    struct hn_future future;
    struct hn_woken woken;
    struct hn_frame frame;
    struct hn_generator generator;
    hn_addr callbacks[8], held[8];
    const hn_addr *members;
    size_t count;
    enum hn_kind kind = hn_kind_of(kinds, object);

    (void)!hn_await_load(kinds, object, arena, &await);
    (void)!hn_set_load(&kinds->rt->py, object, arena, &members, &count);
    (void)!hn_weakset_load(&kinds->rt->py, object, arena, &members, &count);
    hn_callback_woken(kinds, object, &woken);
    if (hn_generator_load(kinds->rt, object, &generator) == HN_OK
        && generator.frame != 0
        && hn_generator_frame(kinds->rt, &generator, &frame) == HN_OK) {
        (void)hn_frame_held(kinds, &frame, held, 8);
        (void)hn_frame_digest(kinds->rt, &frame);
    }
    if (hn_kind_is_future(kind)
        && hn_future_load(kinds, object, kind, &future) == HN_OK)
        (void)!hn_future_callbacks(kinds, &future, callbacks, 8, &count);
}

static void
follow_all(struct hn_runtime *rt)
{
    struct hn_kinds kinds;
    struct hn_arena arena;

    hn_arena_init(&arena);
    if (hn_kinds_init(&kinds, rt) == HN_OK) {
        for (unsigned i = 0; i < KINDS; i++)
            (void)hn_index_add(&kinds.index, BASE + i * TYPE_SIZE, i);
        for (unsigned i = 0; i < OBJECTS; i++)
            follow(&kinds, object_at(i), &arena);
    }
    hn_kinds_deinit(&kinds);
    hn_arena_deinit(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t memory[MEMORY_SIZE] = { 0 };
    struct hn_error err;
    struct hn_runtime rt = { .py = { .err = &err } };
    struct choices choices;
    const struct hn_row *row;

    if (size < sizeof choices)
        return 0;
    memcpy(&choices, bytes, sizeof choices);
    row = choose_row(choices.row);
    if (hn_layout_find(row->hex, row->flavour, MUTEX_BYTES, &err, &rt.py.layout)
        || hn_layout_finish(&rt.py.layout, &err)
        || hn_target_open_ops(&memory_ops, memory, &err, &rt.py.target))
        return 0;
    hn_arena_init(&rt.arena);
    fill(&rt.py.layout, memory, &choices, bytes + sizeof choices,
         size - sizeof choices);
    follow_all(&rt);
    hn_qualindex_destroy(rt.qualindex);
    hn_types_destroy(rt.types);
    hn_code_cache_clear(&rt);
    hn_arena_deinit(&rt.arena);
    hn_target_close(rt.py.target);
    return 0;
}
