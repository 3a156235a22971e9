/* Object decoders on random memory, under every row of the layout tables.
 *
 * A few types are put in order first, or nothing would get past the check that a
 * type is a type; all else is the input's: what an object holds, its type out of
 * those, and the numbers in the types that steer decoders. Decoders may fail or find
 * something; they must not crash, and not run away: what bounds them has met a limit.
 */
#include <string.h>

#include "choose_row.h"
#include "objects/objects.h"

enum {
    BASE = 0x10000,
    TYPE_SIZE = 1024, /* room for a PyHeapTypeObject */
    TYPES = 8,        /* one for each of the flags below */
    OBJECTS_AT = TYPES * TYPE_SIZE,
    OBJECT_SIZE = 256, /* from one object to the next */
    OBJECTS = 8,       /* that are decoded; the memory goes on behind them */
    OBJECT_START = 64, /* words of managed attributes come before */
    MEMORY_SIZE = OBJECTS_AT + 4096,
    MUTEX_BYTES = 40
};

static const uint64_t type_flags[TYPES] = {
    HN_TPFLAG_TYPE,  HN_TPFLAG_UNICODE, HN_TPFLAG_BYTES, HN_TPFLAG_LONG,
    HN_TPFLAG_TUPLE, HN_TPFLAG_LIST,    HN_TPFLAG_DICT,  0,
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The head of the input. */
struct choices {
    uint8_t row, types[OBJECTS];
    uint8_t class_flags, basicsize, itemsize;
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

static void
set(const struct hn_layout *layout, uint8_t *memory, enum hn_field field, hn_addr base,
    uint64_t value)
{
    memcpy(memory + (base - BASE) + layout->offset[field], &value, sizeof(value));
}

static void
put_type(const struct hn_layout *layout, uint8_t *memory, unsigned index,
         const struct choices *choices)
{
    hn_addr type = BASE + index * TYPE_SIZE;
    uint64_t flags = type_flags[index];

    if (flags == 0)
        flags =
            choices->class_flags & (HN_TPFLAG_MANAGED_DICT | HN_TPFLAG_INLINE_VALUES);
    set(layout, memory, HN_OBJECT_TYPE, type, BASE);
    set(layout, memory, HN_TYPE_NAME, type, type);
    set(layout, memory, HN_TYPE_FLAGS, type, flags | HN_TPFLAG_HEAP);
    set(layout, memory, HN_TYPE_BASICSIZE, type, choices->basicsize);
    set(layout, memory, HN_TYPE_ITEMSIZE, type, choices->itemsize);
    set(layout, memory, HN_TYPE_DICTOFFSET, type, (uint64_t)choices->dictoffset);
    if (hn_layout_has(layout, HN_HEAPTYPE_CACHED_KEYS))
        set(layout, memory, HN_HEAPTYPE_CACHED_KEYS, type,
            object_at(choices->cached_keys));
}

/* Words that end with 0x7f become the addresses of objects. */
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
decode_scalars(struct hn_python *py, hn_addr object, struct hn_arena *arena)
{
    const uint8_t *bytes;
    const char *text;
    size_t size;
    int64_t number;
    uint64_t positive;
    bool cut;

    (void)!hn_str_load(py, object, 100, arena, &text, &size, &cut);
    (void)!hn_str_load(py, object, 0, arena, &text, NULL, NULL);
    (void)!hn_bytes_load(py, object, 1000, arena, &bytes, &size);
    (void)!hn_int_load(py, object, &number);
    (void)!hn_uint_load(py, object, &positive);
}

static void
decode_containers(struct hn_python *py, hn_addr object, struct hn_arena *arena)
{
    struct hn_dict_iter it;
    const hn_addr *items;
    hn_addr key, value;
    size_t count;

    (void)!hn_items_load(py, object, 1000, arena, &items, &count);
    if (hn_dict_iter_init(py, object, &it) == HN_OK)
        while (hn_dict_iter_next(&it, &key, &value) == HN_OK)
            (void)hn_stackref_pointer(py, value);
    (void)!hn_dict_find(py, object, "key", &value);
    (void)!hn_instance_find(py, object, "key", &value);
    (void)!hn_module_dict(py, object, &value);
}

static void
decode(struct hn_python *py, hn_addr object)
{
    struct hn_arena arena;
    const char *name;
    hn_addr type;

    hn_arena_init(&arena);
    if (hn_object_type(py, object, &type) == HN_OK)
        (void)!hn_type_name(py, type, &arena, &name);
    (void)hn_object_is(py, object, "dict");
    decode_scalars(py, object, &arena);
    decode_containers(py, object, &arena);
    hn_arena_deinit(&arena);
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
        set(layout, memory, HN_OBJECT_TYPE, object_at(i),
            BASE + choices->types[i] % TYPES * TYPE_SIZE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t memory[MEMORY_SIZE] = { 0 };
    struct hn_error err;
    struct hn_python py = { .err = &err };
    struct choices choices;
    const struct hn_row *row;

    if (size < sizeof(choices))
        return 0;
    memcpy(&choices, bytes, sizeof(choices));
    row = choose_row(choices.row);
    if (hn_layout_find(row->hex, row->flavour, MUTEX_BYTES, &err, &py.layout)
        || hn_layout_finish(&py.layout, &err)
        || hn_target_open_ops(&memory_ops, memory, &err, &py.target))
        return 0;
    fill(&py.layout, memory, &choices, bytes + sizeof(choices), size - sizeof(choices));
    for (unsigned i = 0; i < OBJECTS; i++)
        decode(&py, object_at(i));
    hn_target_close(py.target);
    return 0;
}
