/* A table of entries with a power of two for size; free entries have no key, and what
 * was taken out leaves a key with the hash -1, which no object has.
 * CPython: Objects/setobject.c, Lib/_weakrefset.py. */
#include "wait/set.h"

#include <stdlib.h>
#include <string.h>

#include "objects/objects.h"
#include "wait/ahead.h"

static size_t
pick_keys(const struct hn_layout *layout, const uint8_t *table, uint64_t entries,
          hn_addr *keys)
{
    uint32_t stride = layout->size[HN_STRUCT_SETENTRY];
    size_t count = 0;

    for (uint64_t i = 0; i < entries; i++) {
        uint64_t key;
        int64_t hash;

        memcpy(&key, table + i * stride + layout->offset[HN_SETENTRY_KEY], sizeof key);
        memcpy(&hash, table + i * stride + layout->offset[HN_SETENTRY_HASH],
               sizeof hash);
        if (key != 0 && hash != -1)
            keys[count++] = key;
    }
    return count;
}

static int
compare(const void *a, const void *b)
{
    const hn_addr *left = a, *right = b;

    return (*left > *right) - (*left < *right);
}

enum hn_status
hn_set_load(struct hn_python *py, hn_addr set, struct hn_arena *arena,
            const hn_addr **ret, size_t *count_ret)
{
    struct hn_record rec;
    uint64_t entries, used;
    uint8_t *table;
    hn_addr *keys;
    enum hn_status st = hn_record_load(py, HN_STRUCT_SET, set, &rec);

    if (st)
        return st;
    entries = hn_record_u64(&rec, HN_SET_MASK) + 1;
    used = hn_record_u64(&rec, HN_SET_USED);
    if (entries == 0 || entries > HN_SET_MOST || used > entries)
        return hn_fail(py->err, HN_E_CORRUPT, set, "a set's size is damaged");
    keys = hn_arena_array(arena, entries, sizeof *keys);
    table = malloc(entries * py->layout.size[HN_STRUCT_SETENTRY]);
    if (!keys || !table) {
        free(table);
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a set");
    }
    st = hn_target_read(py->target, hn_record_u64(&rec, HN_SET_TABLE), table,
                        entries * py->layout.size[HN_STRUCT_SETENTRY]);
    if (!st) {
        *count_ret = pick_keys(&py->layout, table, entries, keys);
        qsort(keys, *count_ret, sizeof *keys, compare);
        *ret = keys;
    }
    free(table);
    return st;
}

enum hn_status
hn_weakset_load(struct hn_python *py, hn_addr weakset, struct hn_arena *arena,
                const hn_addr **ret, size_t *count_ret)
{
    const hn_addr *refs;
    hn_addr data, *objects;
    size_t count, live = 0;
    enum hn_status st = hn_instance_find(py, weakset, "data", &data);

    if (!st)
        st = hn_set_load(py, data, arena, &refs, &count);
    if (st)
        return st;
    objects = hn_arena_array(arena, count, sizeof *objects);
    if (!objects)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a set");
    for (size_t i = 0; i < count; i++) {
        if (i % HN_AHEAD == 0)
            hn_read_ahead(py->target, refs + i, count - i,
                          (size_t)py->layout.size[HN_STRUCT_WEAKREF]);
        st = hn_field_read(py, HN_WEAKREF_OBJECT, refs[i], &objects[live]);
        if (st == HN_OK)
            live++; /* one that cannot be read is one less */
    }
    qsort(objects, live, sizeof *objects, compare);
    *ret = objects;
    *count_ret = live;
    return HN_OK;
}
