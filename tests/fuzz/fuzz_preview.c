/* Previews of random objects, under every row of the layout tables.
 *
 * The types are in order and have the names that showers are known by, so that each
 * of these meets objects full of nonsense: pointers to one another, to types, to
 * nowhere, sizes and flags of every kind. A preview may say that all is unreadable; it
 * must not crash, must end, and must leave no control character in its text. */
#include <stdlib.h>
#include <string.h>

#include "choose_row.h"
#include "objects/shower.h"

enum {
    BASE = 0x10000,
    TYPE_SIZE = 1024,
    TYPES = 24,
    FIXED_TYPES = 8, /* the rest are named after showers */
    NAMES_AT = TYPES * TYPE_SIZE,
    NAME_SIZE = 64,
    MRO_AT = NAMES_AT + TYPES * NAME_SIZE,
    MRO_SIZE = 128,
    OBJECTS_AT = MRO_AT + TYPES * MRO_SIZE,
    OBJECTS = 24,
    OBJECT_SIZE = 256,
    OBJECT_START = 64, /* words of managed attributes come before */
    MEMORY_SIZE = OBJECTS_AT + OBJECTS * OBJECT_SIZE + 1024,
    MUTEX_BYTES = 40
};

enum { TYPE_TYPE, TYPE_TUPLE, TYPE_STR };

static const struct {
    const char *name;
    uint64_t flags;
} fixed[FIXED_TYPES] = {
    [TYPE_TYPE] = { "type", HN_TPFLAG_TYPE },
    [TYPE_TUPLE] = { "tuple", HN_TPFLAG_TUPLE },
    [TYPE_STR] = { "str", HN_TPFLAG_UNICODE },
    { "int", HN_TPFLAG_LONG },
    { "list", HN_TPFLAG_LIST },
    { "dict", HN_TPFLAG_DICT },
    { "bytes", HN_TPFLAG_BYTES },
    { "shop.Item", HN_TPFLAG_HEAP | HN_TPFLAG_MANAGED_DICT | HN_TPFLAG_INLINE_VALUES },
};

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

struct choices {
    uint8_t row, limits;
    uint8_t names[TYPES - FIXED_TYPES], objects[OBJECTS];
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
type_at(unsigned index)
{
    return BASE + index % TYPES * TYPE_SIZE;
}

static hn_addr
object_at(unsigned index)
{
    return BASE + OBJECTS_AT + index % OBJECTS * OBJECT_SIZE + OBJECT_START;
}

/* The name of some type that a shower is for. */
static const char *
choose_name(unsigned choice)
{
    static const struct hn_shower *const families[] = {
#define FAMILY(family) hn_showers_##family,
        HN_SHOWER_FAMILIES(FAMILY)
#undef FAMILY
    };
    const struct hn_shower *family =
        families[choice % (sizeof families / sizeof families[0])];
    size_t count = 0;

    while (family[count].name)
        count++;
    return family[choice / (sizeof families / sizeof families[0]) % count].name;
}

static void
set(const struct hn_layout *layout, uint8_t *memory, enum hn_field field, hn_addr base,
    uint64_t value)
{
    if (hn_layout_has(layout, field))
        memcpy(memory + (base - BASE) + layout->offset[field], &value,
               hn_field_info(field)->width);
}

static void
put_object(const struct hn_layout *layout, uint8_t *memory, hn_addr at, hn_addr type)
{
    set(layout, memory, HN_OBJECT_TYPE, at, type);
    set(layout, memory, HN_OBJECT_REFCOUNT, at, 1);
    set(layout, memory, HN_OBJECT_REF_LOCAL, at, 1);
}

static void
put_type(const struct hn_layout *layout, uint8_t *memory, unsigned index,
         const char *name, uint64_t flags)
{
    hn_addr type = type_at(index), mro = BASE + MRO_AT + index * MRO_SIZE;
    char *text = (char *)memory + NAMES_AT + index * NAME_SIZE;
    int32_t items = layout->offset[HN_TUPLE_ITEMS];

    put_object(layout, memory, type, type_at(TYPE_TYPE));
    strncpy(text, name, NAME_SIZE - 1);
    set(layout, memory, HN_TYPE_NAME, type, BASE + NAMES_AT + index * NAME_SIZE);
    set(layout, memory, HN_TYPE_FLAGS, type, flags);
    set(layout, memory, HN_TYPE_BASICSIZE, type, 64);
    set(layout, memory, HN_TYPE_REPR, type, type);
    set(layout, memory, HN_TYPE_MRO, type, mro);
    set(layout, memory, HN_TYPE_DICT, type, object_at(index));
    set(layout, memory, HN_TYPE_MEMBERS, type, index % 2 ? object_at(index + 1) : 0);
    set(layout, memory, HN_HEAPTYPE_QUALNAME, type, object_at(index + 2));
    set(layout, memory, HN_HEAPTYPE_CACHED_KEYS, type, object_at(index + 3));
    put_object(layout, memory, mro, type_at(TYPE_TUPLE));
    set(layout, memory, HN_VAR_SIZE, mro, 1);
    memcpy(memory + (mro - BASE) + items, &type, sizeof type);
}

/* Words that end with 0x7f become addresses of objects, with 0x7e of types. */
static void
put_pointers(uint8_t *bytes, size_t size)
{
    uint64_t word;

    for (size_t at = 0; at + sizeof word <= size; at += sizeof word) {
        memcpy(&word, bytes + at, sizeof word);
        if (word >> 56 == 0x7f)
            word = object_at(word & 0xff) + (word >> 8 & 0x78);
        else if (word >> 56 == 0x7e)
            word = type_at(word & 0xff);
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
    for (unsigned i = 0; i < FIXED_TYPES; i++)
        put_type(layout, memory, i, fixed[i].name, fixed[i].flags);
    for (unsigned i = FIXED_TYPES; i < TYPES; i++)
        put_type(layout, memory, i, choose_name(choices->names[i - FIXED_TYPES]), 0);
    for (unsigned i = 0; i < OBJECTS; i++)
        put_object(layout, memory, object_at(i), type_at(choices->objects[i]));
}

static void
check_text(const struct hn_text *text)
{
    for (size_t i = 0; i < text->size; i++)
        if ((unsigned char)text->bytes[i] < 0x20 || text->bytes[i] == 0x7f)
            abort();
}

static void
preview_all(struct hn_python *py, const struct hn_preview_limits *limits)
{
    struct hn_types *types = hn_types_create(py);
    struct hn_text text;

    hn_text_init(&text);
    for (unsigned i = 0; types && i < OBJECTS; i++) {
        hn_text_clear(&text);
        if (hn_preview(types, object_at(i), limits, &text, NULL) == HN_OK)
            check_text(&text);
    }
    hn_text_deinit(&text);
    hn_types_destroy(types);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct hn_preview_limits limits[] = {
        { 3, 10, 200 }, { 1, 2, 3 }, { 0, 5, 10 }, { 6, 20, 1000 }
    };
    uint8_t memory[MEMORY_SIZE] = { 0 };
    struct hn_error err;
    struct hn_python py = { .err = &err };
    struct choices choices;
    const struct hn_row *row;

    if (size < sizeof choices)
        return 0;
    memcpy(&choices, bytes, sizeof choices);
    row = choose_row(choices.row);
    if (hn_layout_find(row->hex, row->flavour, MUTEX_BYTES, &err, &py.layout)
        || hn_layout_finish(&py.layout, &err)
        || hn_target_open_ops(&memory_ops, memory, &err, &py.target))
        return 0;
    fill(&py.layout, memory, &choices, bytes + sizeof choices, size - sizeof choices);
    preview_all(&py, &limits[choices.limits % 4]);
    hn_target_close(py.target);
    return 0;
}
