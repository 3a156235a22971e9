/* Heads of chains first, then what those point to, and so on. */
#include "tracemalloc/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/radix.h"
#include "tracemalloc/lent.h"

enum {
    /* Tables begin with 16 buckets and have two to ten per entry. */
    MIN_BUCKETS = 16,
    /* A key is a pointer, or a pointer and a domain; a value a pointer, or a trace. */
    KEY_MOST = 12,
    DATA_MOST = 16,
    BUCKETS_AT_ONCE = 8192,
    EXPECTED_MOST = 1 << 22, /* chains that room is made for before they are found */
    PAGE_BITS = 12           /* in a page any order does */
};

/* 2^32 buckets are 32 GB of pointers alone. */
static const uint64_t MAX_BUCKETS = UINT64_C(1) << 32;

/* A table that was never so full as to grow holds at most this many per bucket; those
 * being filled while we look may be one ahead. */
enum { MOST_PER_BUCKET = 1 };

static bool
is_plausible(const struct hn_table *t)
{
    return t->buckets >= MIN_BUCKETS && t->buckets <= MAX_BUCKETS
           && (t->buckets & (t->buckets - 1)) == 0
           && t->entries <= t->buckets * MOST_PER_BUCKET && t->heads != 0
           && t->heads % 8 == 0 && t->key_size <= KEY_MOST && t->data_size <= DATA_MOST;
}

enum hn_status
hn_table_load(struct hn_python *py, hn_addr addr, struct hn_table *ret)
{
    struct hn_record rec;
    struct hn_table t = { .addr = addr };
    enum hn_status st = hn_record_load(py, HN_STRUCT_HASHTABLE, addr, &rec);
    uint64_t last;

    if (st)
        return st;
    t.entries = hn_record_u64(&rec, HN_HASHTABLE_ENTRIES);
    t.buckets = hn_record_u64(&rec, HN_HASHTABLE_BUCKETS);
    t.heads = hn_record_u64(&rec, HN_HASHTABLE_HEADS);
    t.hash = hn_record_u64(&rec, HN_HASHTABLE_HASH);
    t.compare = hn_record_u64(&rec, HN_HASHTABLE_COMPARE);
    if (py->layout.formats.hashtable == HN_HASHTABLE_INLINE) {
        uint64_t key = hn_record_u64_or_0(&rec, HN_HASHTABLE_KEY_SIZE);
        uint64_t data = hn_record_u64_or_0(&rec, HN_HASHTABLE_DATA_SIZE);

        t.key_size = key <= KEY_MOST ? (uint32_t)key : UINT32_MAX;
        t.data_size = data <= DATA_MOST ? (uint32_t)data : UINT32_MAX;
    }
    /* That the last bucket is there bounds the walk by memory that exists. */
    if (!is_plausible(&t)
        || hn_target_read_some(py->target, t.heads + (t.buckets - 1) * 8, &last, 8)
               != 8)
        return hn_fail(py->err, HN_E_CORRUPT, addr, "not a hash table");
    *ret = t;
    return HN_OK;
}

void
hn_table_iter_init(struct hn_table_iter *it, struct hn_python *py,
                   const struct hn_table *table)
{
    *it = (struct hn_table_iter){ .py = py, .table = *table, .left = table->entries };
    hn_lent_init(&it->lent, py->target);
}

void
hn_table_iter_deinit(struct hn_table_iter *it)
{
    free(it->links);
    it->links = NULL;
}

static size_t
entry_size(const struct hn_python *py, const struct hn_table *t)
{
    return py->layout.size[HN_STRUCT_HASHENTRY] + t->key_size + t->data_size;
}

/* Key and value behind the entry: the value is a trace of two words, or a pointer. */
static void
take_inline(const struct hn_python *py, const struct hn_table *t, const uint8_t *bytes,
            struct hn_table_item *ret)
{
    uint32_t key = py->layout.size[HN_STRUCT_HASHENTRY], data = key + t->key_size;

    *ret = (struct hn_table_item){ 0 };
    memcpy(&ret->key, bytes + key, t->key_size < 8 ? t->key_size : 8);
    if (t->key_size == KEY_MOST)
        memcpy(&ret->domain, bytes + key + 8, 4);
    if (t->data_size >= 8)
        ret->value = hn_take_u64(bytes, data);
    if (t->data_size >= 16)
        ret->value_2 = hn_take_u64(bytes, data + 8);
}

/* An entry's item; returns the next of its chain. */
static hn_addr
take_entry(const struct hn_python *py, const struct hn_table *t, const uint8_t *bytes,
           struct hn_table_item *ret)
{
    const struct hn_layout *layout = &py->layout;

    if (layout->formats.hashtable == HN_HASHTABLE_INLINE)
        take_inline(py, t, bytes, ret);
    else
        *ret = (struct hn_table_item){
            .key = hn_take_u64(bytes, layout->offset[HN_HASHENTRY_KEY]),
            .value = hn_take_u64(bytes, layout->offset[HN_HASHENTRY_VALUE]),
        };
    return hn_take_u64(bytes, layout->offset[HN_HASHENTRY_NEXT]);
}

static int
by_address(const void *a, const void *b)
{
    hn_addr x = *(const hn_addr *)a, y = *(const hn_addr *)b;

    return (x > y) - (x < y);
}

/* So that neighbours in memory are read together. A core lends all of its memory at
 * once: there fetching ahead does as well. */
static void
sort(const struct hn_table_iter *it)
{
    hn_addr *links = it->links;
    size_t count = it->count;

    if (it->py->target->kind == HN_PLACE_CORE)
        return;
    if (!hn_radix_sort(links, count, sizeof(*links), 0, PAGE_BITS) && count > 1)
        qsort(links, count, sizeof(*links), by_address);
}

/* Makes room for @more links. Grown as they are found: a damaged table may claim any
 * number of entries. */
static bool
reserve(struct hn_table_iter *it, size_t more)
{
    return HN_GROW_LARGE(it->links, it->room, it->count + more);
}

/* The heads in one run of buckets; false when there are more than entries. */
static bool
take_heads(struct hn_table_iter *it, const uint64_t *heads, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (heads[i] == 0)
            continue;
        if (it->count == it->left)
            return false;
        it->links[it->count++] = heads[i];
    }
    return true;
}

/* How many chains are followed at once. A core's need no order, and so little memory.
 */
static uint64_t
buckets_at_once(const struct hn_table_iter *it)
{
    return it->py->target->kind == HN_PLACE_CORE ? BUCKETS_AT_ONCE : it->table.buckets;
}

/* The heads of the next chains. Buckets that are not there are counted. */
static enum hn_status
collect_heads(struct hn_table_iter *it)
{
    uint64_t heads[BUCKETS_AT_ONCE];
    uint64_t left = it->table.buckets - it->bucket, some = buckets_at_once(it);
    uint64_t end = it->bucket + (left < some ? left : some);
    uint64_t expected = some < it->left ? some : it->left;

    if (!reserve(it, expected < EXPECTED_MOST ? expected : EXPECTED_MOST))
        return HN_E_NOMEM;
    for (; it->bucket < end; it->bucket += BUCKETS_AT_ONCE) {
        uint64_t wanted = end - it->bucket;
        size_t got;
        enum hn_status st;

        if (wanted > BUCKETS_AT_ONCE)
            wanted = BUCKETS_AT_ONCE;
        got = hn_target_read_some(it->py->target, it->table.heads + it->bucket * 8,
                                  heads, wanted * 8)
              / 8;
        it->unreadable += wanted - got;
        if (!reserve(it, got))
            return HN_E_NOMEM;
        if (!take_heads(it, heads, got)) {
            it->overrun = true;
            it->bucket = it->table.buckets;
            break;
        }
        st = hn_target_poll(it->py->target);
        if (st)
            return st;
    }
    sort(it);
    return HN_OK;
}

/* When all entries of this link are read, the next link of their chains; when these
 * have ended, the next chains. */
static enum hn_status
follow(struct hn_table_iter *it)
{
    enum hn_status st = HN_OK;

    if (it->next < it->count)
        return HN_OK;
    it->count = it->more;
    it->next = it->more = 0;
    sort(it);
    while (!st && it->count == 0 && it->bucket < it->table.buckets)
        st = collect_heads(it);
    return st;
}

/* Reads the next @count entries; returns how many could be read. */
static size_t
take_entries(struct hn_table_iter *it, struct hn_table_item *items, size_t count)
{
    size_t size = entry_size(it->py, &it->table), found = 0;

    /* Since the last batch others may have borrowed: a walk over a domain's table. */
    hn_lent_init(&it->lent, it->py->target);
    for (size_t end = it->next + count; it->next < end;) {
        hn_addr next, link = it->links[it->next++];
        const uint8_t *bytes;

        if (it->next + HN_LENT_AHEAD < it->count)
            hn_lent_fetch(&it->lent, it->links[it->next + HN_LENT_AHEAD]);
        bytes = link % 8 == 0 ? hn_lent_at(&it->lent, link, size) : NULL;
        if (!bytes) {
            it->unreadable++;
            continue;
        }
        if (it->left == 0) {
            it->overrun = true;
            it->next = it->count = it->more = 0;
            it->bucket = it->table.buckets;
            break;
        }
        next = take_entry(it->py, &it->table, bytes, &items[found++]);
        it->left--;
        if (next)
            it->links[it->more++] = next;
    }
    return found;
}

enum hn_status
hn_table_iter_next(struct hn_table_iter *it, struct hn_table_item *items,
                   size_t *count_ret)
{
    enum hn_status st = HN_OK;
    size_t count, found = 0;

    while (found == 0) {
        st = hn_target_poll(it->py->target);
        if (!st)
            st = follow(it);
        if (st)
            return st;
        count = it->count - it->next;
        if (count == 0)
            return HN_DONE;
        if (count > HN_TABLE_BATCH)
            count = HN_TABLE_BATCH;
        found = take_entries(it, items, count);
    }
    *count_ret = found;
    return HN_OK;
}

/* _Py_HashPointer(): the low four bits of a pointer say little. */
static uint64_t
hash_of_pointer(hn_addr key)
{
    return key >> 4 | key << 60;
}

/* Up to 3.8 a key with a domain is hashed as the pointer xor the domain. */
enum hn_status
hn_table_find(struct hn_python *py, const struct hn_table *table, hn_addr key,
              uint32_t domain, struct hn_table_item *ret)
{
    uint64_t hash = hash_of_pointer(key) ^ domain, limit = table->entries + 1;
    hn_addr at;
    enum hn_status st = hn_target_read_u64(
        py->target, table->heads + (hash & (table->buckets - 1)) * 8, &at);

    while (!st && at && limit-- > 0) {
        uint8_t bytes[HN_LENT_MOST];

        if (entry_size(py, table) > sizeof(bytes) || at % 8 != 0)
            return hn_fail(py->err, HN_E_CORRUPT, at, "not an entry of a hash table");
        st = hn_target_read(py->target, at, bytes, entry_size(py, table));
        if (!st)
            at = take_entry(py, table, bytes, ret);
        if (!st && ret->key == key && ret->domain == domain)
            return HN_OK;
    }
    return st ? st : HN_DONE;
}
