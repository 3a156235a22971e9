/* Objects into bytes: the inverse of the objects room, written from the layout. */
#include "support/memory_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "layout/rows.h"
#include "objects/objects.h"

enum { MUTEX_BYTES = 40, GAP = 64 };

static size_t
read_memory(void *impl, hn_addr addr, void *buf, size_t size)
{
    const struct memory_builder *m = impl;
    hn_addr end = MEMORY_BASE + m->used;

    if (addr < MEMORY_BASE || addr >= end)
        return 0;
    if (size > end - addr)
        size = end - addr;
    memcpy(buf, m->bytes + (addr - MEMORY_BASE), size);
    return size;
}

static void
close_memory(void *impl)
{
    (void)impl;
}

static const struct hn_target_ops memory_ops = {
    .kind = "core",
    .reader = "test",
    .read = read_memory,
    .close = close_memory,
};

static void
build_types(struct memory_builder *m)
{
    m->type = build_type(m, "type", HN_TPFLAG_TYPE);
    memory_set(m, HN_OBJECT_TYPE, m->type, m->type);
    m->object = build_type(m, "object", 0);
    m->str = build_type(m, "str", HN_TPFLAG_UNICODE);
    m->integer = build_type(m, "int", HN_TPFLAG_LONG);
    m->bytes_type = build_type(m, "bytes", HN_TPFLAG_BYTES);
    m->tuple = build_type(m, "tuple", HN_TPFLAG_TUPLE);
    m->list = build_type(m, "list", HN_TPFLAG_LIST);
    m->dict = build_type(m, "dict", HN_TPFLAG_DICT);
}

void
memory_builder_init(struct memory_builder *m, uint32_t hex, unsigned flavour)
{
    *m = (struct memory_builder){ .used = 0 };
    m->bytes = malloc(MEMORY_SIZE);
    assert_non_null(m->bytes);
    memset(m->bytes, MEMORY_FILLER, MEMORY_SIZE);
    hn_arena_init(&m->arena);
    m->py.err = &m->err;
    assert_int_equal(hn_layout_find(hex, flavour, MUTEX_BYTES, &m->err, &m->py.layout),
                     HN_OK);
    assert_int_equal(hn_layout_finish(&m->py.layout, &m->err), HN_OK);
    m->used = MEMORY_SIZE;
    assert_int_equal(hn_target_open_ops(&memory_ops, m, &m->err, &m->py.target), HN_OK);
    m->used = 0;
    build_types(m);
}

void
memory_builder_deinit(struct memory_builder *m)
{
    hn_target_close(m->py.target);
    hn_arena_deinit(&m->arena);
    free(m->bytes);
}

static int
set_up_as(void **state, uint32_t hex, unsigned flavour)
{
    struct memory_builder *m = malloc(sizeof(*m));

    if (!m)
        return -1;
    memory_builder_init(m, hex, flavour);
    *state = m;
    return 0;
}

static int
set_up(void **state)
{
    const struct hn_row *row = *state;

    return set_up_as(state, row->hex, row->flavour);
}

int
memory_set_up(void **state)
{
    return set_up_as(state, HN_HEX(3, 12, 1), HN_FLAVOUR_RELEASE);
}

int
memory_tear_down(void **state)
{
    memory_builder_deinit(*state);
    free(*state);
    return 0;
}

/* Rows of one version and flavour differ in what is not ours to test. */
static bool
repeats_the_one_before(size_t index)
{
    const struct hn_row *row = hn_row_at(index), *before;

    before = index > 0 ? hn_row_at(index - 1) : NULL;
    return before && before->hex == row->hex && before->flavour == row->flavour;
}

enum { TESTS_MOST = 4096, NAME_MOST = 128 };

int
run_for_each_layout(const char *group, const struct layout_test *tests, size_t count)
{
    static struct CMUnitTest all[TESTS_MOST];
    static char names[TESTS_MOST][NAME_MOST];
    const struct hn_row *row;
    size_t used = 0;

    for (size_t i = 0; (row = hn_row_at(i)) != NULL; i++) {
        if (repeats_the_one_before(i))
            continue;
        for (size_t t = 0; t < count && used < TESTS_MOST; t++, used++) {
            snprintf(names[used], NAME_MOST, "%s in %s", tests[t].name, row->name);
            all[used] = (struct CMUnitTest){ names[used], tests[t].run, set_up,
                                             memory_tear_down, (void *)(uintptr_t)row };
        }
    }
    return used < TESTS_MOST ? _cmocka_run_group_tests(group, all, used, NULL, NULL)
                             : 1;
}

hn_addr
memory_alloc(struct memory_builder *m, size_t size)
{
    size_t at = (m->used + GAP + 15) / 16 * 16;

    assert_true(at + size + GAP < MEMORY_SIZE);
    memset(m->bytes + at, 0, size);
    m->used = at + size + GAP;
    return MEMORY_BASE + at;
}

void
memory_put(struct memory_builder *m, hn_addr at, const void *bytes, size_t size)
{
    assert_in_range(at, MEMORY_BASE, MEMORY_BASE + m->used);
    assert_in_range(at + size, MEMORY_BASE, MEMORY_BASE + m->used);
    if (size > 0)
        memcpy(m->bytes + (at - MEMORY_BASE), bytes, size);
}

void
memory_put_u64(struct memory_builder *m, hn_addr at, uint64_t value)
{
    memory_put(m, at, &value, sizeof value);
}

void
memory_set(struct memory_builder *m, enum hn_field field, hn_addr base, uint64_t value)
{
    assert_true(hn_layout_has(&m->py.layout, field));
    memory_put(m, hn_field_addr(&m->py, field, base), &value,
               hn_field_info(field)->width);
}

void
memory_end_at(struct memory_builder *m, hn_addr at)
{
    assert_in_range(at, MEMORY_BASE, MEMORY_BASE + m->used);
    m->used = at - MEMORY_BASE;
}

bool
memory_set_refcount(struct memory_builder *m, hn_addr object, uint32_t count)
{
    const struct hn_layout *layout = &m->py.layout;
    enum hn_field field = hn_layout_has(layout, HN_OBJECT_REFCOUNT)
                              ? HN_OBJECT_REFCOUNT
                              : HN_OBJECT_REF_LOCAL;

    if (!hn_layout_has(layout, field))
        return false;
    memory_set(m, field, object, count);
    return true;
}

hn_addr
build_object(struct memory_builder *m, hn_addr type, size_t size)
{
    hn_addr object = memory_alloc(m, size);

    memory_set(m, HN_OBJECT_TYPE, object, type);
    (void)memory_set_refcount(m, object, 1);
    return object;
}

hn_addr
build_type(struct memory_builder *m, const char *name, uint64_t flags)
{
    hn_addr type = build_object(m, m->type, m->py.layout.size[HN_STRUCT_HEAPTYPE]);
    hn_addr text = memory_alloc(m, strlen(name) + 1);

    memory_put(m, text, name, strlen(name) + 1);
    memory_set(m, HN_TYPE_NAME, type, text);
    memory_set(m, HN_TYPE_FLAGS, type, flags);
    memory_set(m, HN_TYPE_BASICSIZE, type, m->py.layout.size[HN_STRUCT_OBJECT]);
    return type;
}

static uint64_t
int_head(const struct memory_builder *m, bool negative, size_t count)
{
    if (m->py.layout.formats.integer == HN_INT_SIGNED_SIZE)
        return negative ? 0 - (uint64_t)count : count;
    return count << 3 | (count == 0 ? 1 : negative ? 2 : 0);
}

hn_addr
build_int(struct memory_builder *m, bool negative, const uint32_t *digits, size_t count)
{
    hn_addr object =
        build_object(m, m->integer, m->py.layout.size[HN_STRUCT_INT] + 4 * count);

    memory_set(m, HN_INT_TAG, object, int_head(m, negative, count));
    memory_put(m, hn_field_addr(&m->py, HN_INT_DIGIT, object), digits, 4 * count);
    return object;
}

hn_addr
build_small_int(struct memory_builder *m, uint32_t value)
{
    return build_int(m, false, &value, value != 0);
}

hn_addr
build_bytes(struct memory_builder *m, const void *bytes, size_t size)
{
    hn_addr object =
        build_object(m, m->bytes_type, m->py.layout.size[HN_STRUCT_BYTES] + size);

    memory_set(m, HN_VAR_SIZE, object, size);
    memory_put(m, hn_field_addr(&m->py, HN_BYTES_VALUE, object), bytes, size);
    return object;
}

hn_addr
build_tuple(struct memory_builder *m, const hn_addr *items, size_t count)
{
    hn_addr object =
        build_object(m, m->tuple, m->py.layout.size[HN_STRUCT_TUPLE] + 8 * count);

    memory_set(m, HN_VAR_SIZE, object, count);
    memory_put(m, hn_field_addr(&m->py, HN_TUPLE_ITEMS, object), items, 8 * count);
    return object;
}

hn_addr
build_list(struct memory_builder *m, const hn_addr *items, size_t count)
{
    hn_addr object = build_object(m, m->list, m->py.layout.size[HN_STRUCT_LIST]);
    hn_addr array = count ? memory_alloc(m, 8 * count) : 0;

    memory_set(m, HN_VAR_SIZE, object, count);
    memory_set(m, HN_LIST_ITEMS, object, array);
    if (count)
        memory_put(m, array, items, 8 * count);
    return object;
}

static uint64_t
str_state(const struct memory_builder *m, enum str_form form, unsigned width)
{
    uint64_t bits =
        width | (form != STR_LEGACY ? 1 << 3 : 0) | (form == STR_ASCII ? 1 << 4 : 0);
    unsigned ready = hn_layout_has(&m->py.layout, HN_ASCII_WSTR) ? 1 << 7 : 0;

    if (form == STR_NOT_READY)
        return 0;
    if (m->py.layout.formats.str_state == HN_STR_STATE_BYTES)
        return bits << 8;
    return bits << 2 | ready;
}

hn_addr
build_str(struct memory_builder *m, enum str_form form, unsigned width,
          const void *characters, size_t count)
{
    const uint32_t *size = m->py.layout.size;
    hn_addr object =
        build_object(m, m->str, size[HN_STRUCT_UNICODE] + (count + 1) * width);
    hn_addr text =
        object + size[form == STR_ASCII ? HN_STRUCT_ASCII : HN_STRUCT_COMPACT];

    if (form == STR_LEGACY || form == STR_NOT_READY)
        text = memory_alloc(m, count * width);
    if (form == STR_LEGACY)
        memory_set(m, HN_UNICODE_DATA, object, text);
    if (form == STR_NOT_READY) {
        memory_set(m, HN_ASCII_WSTR, object, text);
        memory_set(m, HN_COMPACT_WSTR_LENGTH, object, count);
    } else {
        memory_set(m, HN_ASCII_LENGTH, object, count);
    }
    memory_set(m, HN_ASCII_STATE, object, str_state(m, form, width));
    memory_put(m, text, characters, count * width);
    return object;
}

hn_addr
build_ascii(struct memory_builder *m, const char *text)
{
    return build_str(m, STR_ASCII, 1, text, strlen(text));
}

/* The smallest power of two of which two thirds suffice, at least 8, as CPython. */
static unsigned
slots_log2_for(size_t count)
{
    unsigned log2 = 3;

    while (((size_t)2 << log2) / 3 < count)
        log2++;
    return log2;
}

static unsigned
slot_bytes_log2(unsigned slots_log2)
{
    return slots_log2 < 8 ? 0 : slots_log2 < 16 ? 1 : 2;
}

static void
put_entries(struct memory_builder *m, hn_addr at, bool hashes,
            const struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (hashes) {
            memory_put_u64(m, at, 0x4a5b + i);
            at += 8;
        }
        memory_put_u64(m, at, entries[i].key);
        memory_put_u64(m, at + 8, entries[i].value);
        at += 16;
    }
}

hn_addr
build_keys(struct memory_builder *m, enum keys_kind kind, const struct entry *entries,
           size_t count)
{
    const bool log2 = m->py.layout.formats.dict == HN_DICT_LOG2;
    unsigned slots = slots_log2_for(count), index = slots + slot_bytes_log2(slots);
    hn_addr keys = memory_alloc(m, m->py.layout.size[HN_STRUCT_DICTKEYS]
                                       + ((size_t)1 << index) + ((size_t)24 << slots));

    if (log2) {
        memory_set(m, HN_DICTKEYS_LOG2_SIZE, keys, slots);
        memory_set(m, HN_DICTKEYS_LOG2_INDEX_BYTES, keys, index);
        memory_set(m, HN_DICTKEYS_KIND, keys, kind);
    } else {
        memory_set(m, HN_DICTKEYS_SIZE, keys, (uint64_t)1 << slots);
    }
    memory_set(m, HN_DICTKEYS_NENTRIES, keys, count);
    put_entries(m, hn_field_addr(&m->py, HN_DICTKEYS_INDICES, keys) + (1ull << index),
                !log2 || kind == KEYS_GENERAL, entries, count);
    return keys;
}

static hn_addr
build_dict_object(struct memory_builder *m, hn_addr keys, hn_addr values)
{
    hn_addr dict = build_object(m, m->dict, m->py.layout.size[HN_STRUCT_DICT]);

    memory_set(m, HN_DICT_KEYS, dict, keys);
    memory_set(m, HN_DICT_VALUES, dict, values);
    return dict;
}

hn_addr
build_dict(struct memory_builder *m, enum keys_kind kind, const struct entry *entries,
           size_t count)
{
    hn_addr dict = build_dict_object(m, build_keys(m, kind, entries, count), 0);
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        used += entries[i].key != 0;
    memory_set(m, HN_DICT_USED, dict, used);
    return dict;
}

hn_addr
build_split_dict(struct memory_builder *m, hn_addr keys, hn_addr values)
{
    return build_dict_object(m, keys, values);
}

static bool
has_header(const struct memory_builder *m)
{
    return m->py.layout.formats.dict == HN_DICT_LOG2
           && m->py.layout.formats.values == HN_VALUES_HEADER;
}

size_t
size_of_values(const struct memory_builder *m, size_t count)
{
    return 8 * count + (has_header(m) ? 8 + (count + 7) / 8 * 8 : 0);
}

static void
put_prefix(struct memory_builder *m, hn_addr at, const uint8_t *order, size_t used)
{
    uint8_t size = (uint8_t)(used + 2), number = (uint8_t)used;

    memory_put(m, at - 1, &size, 1);
    memory_put(m, at - 2, &number, 1);
    for (size_t i = 0; i < used; i++)
        memory_put(m, at - 3 - i, &order[i], 1);
}

void
put_values(struct memory_builder *m, hn_addr at, const hn_addr *values, size_t count,
           const uint8_t *order, size_t used)
{
    hn_addr first = at;

    if (has_header(m)) {
        first = hn_field_addr(&m->py, HN_DICTVALUES_VALUES, at);
        memory_set(m, HN_DICTVALUES_CAPACITY, at, count);
        memory_set(m, HN_DICTVALUES_SIZE, at, used);
        memory_set(m, HN_DICTVALUES_VALID, at, 1);
        memory_put(m, first + 8 * count, order, used);
    } else if (m->py.layout.formats.dict == HN_DICT_LOG2) {
        put_prefix(m, at, order, used);
    }
    memory_put(m, first, values, 8 * count);
}

hn_addr
build_values(struct memory_builder *m, const hn_addr *values, size_t count,
             const uint8_t *order, size_t used)
{
    hn_addr at = memory_alloc(m, size_of_values(m, count));

    put_values(m, at, values, count, order, used);
    return at;
}
