/* Batches of entries: heads of chains first, then what those point to. */
#include "tracemalloc/table.h"

#include <string.h>

enum {
    /* Tables begin with 16 buckets and have two to ten per entry. */
    MIN_BUCKETS = 16,
    /* A key is a pointer, or a pointer and a domain; a value a pointer, or a trace. */
    KEY_MOST = 12,
    DATA_MOST = 16,
    ENTRY_MOST = 64,
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
    it->py = py;
    it->table = *table;
    it->next_bucket = 0;
    it->left = table->entries;
    it->overrun = false;
    it->unreadable = 0;
    it->pending = 0;
}

static size_t
entry_size(const struct hn_python *py, const struct hn_table *t)
{
    return py->layout.size[HN_STRUCT_HASHENTRY] + t->key_size + t->data_size;
}

static uint64_t
word_at(const uint8_t *bytes, size_t offset)
{
    uint64_t word;

    memcpy(&word, bytes + offset, sizeof(word));
    return word;
}

/* Key and value behind the entry: the value is a trace of two words, or a pointer. */
static void
take_inline(const struct hn_python *py, const struct hn_table *t, const uint8_t *bytes,
            struct hn_table_item *ret)
{
    size_t key = py->layout.size[HN_STRUCT_HASHENTRY], data = key + t->key_size;

    *ret = (struct hn_table_item){ 0 };
    memcpy(&ret->key, bytes + key, t->key_size < 8 ? t->key_size : 8);
    if (t->key_size == KEY_MOST)
        memcpy(&ret->domain, bytes + key + 8, 4);
    if (t->data_size >= 8)
        ret->value = word_at(bytes, data);
    if (t->data_size >= 16)
        ret->value_2 = word_at(bytes, data + 8);
}

/* One entry: its item, and the next of its chain. */
static enum hn_status
load_entry(struct hn_python *py, const struct hn_table *t, hn_addr addr,
           struct hn_table_item *ret, hn_addr *next_ret)
{
    const struct hn_layout *layout = &py->layout;
    size_t size = entry_size(py, t);
    uint8_t bytes[ENTRY_MOST];
    enum hn_status st;

    if (size > sizeof(bytes) || addr % 8 != 0)
        return hn_fail(py->err, HN_E_CORRUPT, addr, "not an entry of a hash table");
    st = hn_target_read(py->target, addr, bytes, size);
    if (st)
        return st;
    *next_ret = word_at(bytes, (size_t)layout->offset[HN_HASHENTRY_NEXT]);
    if (layout->formats.hashtable == HN_HASHTABLE_INLINE)
        take_inline(py, t, bytes, ret);
    else
        *ret = (struct hn_table_item){
            .key = word_at(bytes, (size_t)layout->offset[HN_HASHENTRY_KEY]),
            .value = word_at(bytes, (size_t)layout->offset[HN_HASHENTRY_VALUE]),
        };
    return HN_OK;
}

/* Heads of chains until there is a batch of them, or no bucket is left. */
static void
collect_heads(struct hn_table_iter *it)
{
    uint64_t heads[HN_TABLE_BATCH];

    while (it->pending < HN_TABLE_BATCH && it->next_bucket < it->table.buckets) {
        uint64_t count = it->table.buckets - it->next_bucket;
        size_t got;

        if (count > HN_TABLE_BATCH - it->pending)
            count = HN_TABLE_BATCH - it->pending;
        got = hn_target_read_some(it->py->target, it->table.heads + it->next_bucket * 8,
                                  heads, count * 8)
              / 8;
        for (size_t i = 0; i < got; i++)
            if (heads[i])
                it->links[it->pending++] = heads[i];
        if (got == 0)
            it->unreadable++; /* a bucket that is not there */
        it->next_bucket += got ? got : 1;
        if (it->unreadable > HN_TABLE_BATCH && got == 0)
            it->next_bucket = it->table.buckets; /* nor are the rest */
    }
}

static void
prefetch(struct hn_table_iter *it)
{
    struct hn_range ranges[HN_TABLE_BATCH];

    for (size_t i = 0; i < it->pending; i++)
        ranges[i] = (struct hn_range){ it->links[i], entry_size(it->py, &it->table) };
    hn_target_prefetch(it->py->target, ranges, it->pending);
}

/* Reads what is pending; where chains go on becomes pending. */
static size_t
take_links(struct hn_table_iter *it, struct hn_table_item *items)
{
    struct hn_error saved = *it->py->err;
    size_t count = 0, more = 0;

    for (size_t i = 0; i < it->pending && !it->overrun; i++) {
        hn_addr next;

        if (load_entry(it->py, &it->table, it->links[i], &items[count], &next)) {
            *it->py->err = saved;
            it->unreadable++;
            continue;
        }
        if (it->left == 0) {
            it->overrun = true;
            break;
        }
        it->left--;
        count++;
        if (next)
            it->links[more++] = next;
    }
    it->pending = it->overrun ? 0 : more;
    return count;
}

enum hn_status
hn_table_iter_next(struct hn_table_iter *it, struct hn_table_item *items,
                   size_t *count_ret)
{
    size_t count = 0;

    while (count == 0 && !it->overrun) {
        if (hn_target_interrupted(it->py->target))
            return hn_fail(it->py->err, HN_E_INTERRUPTED, 0, "interrupted");
        collect_heads(it);
        if (it->pending == 0)
            return HN_DONE;
        prefetch(it);
        count = take_links(it, items);
    }
    *count_ret = count;
    return count ? HN_OK : HN_DONE;
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
        st = load_entry(py, table, at, ret, &at);
        if (!st && ret->key == key && ret->domain == domain)
            return HN_OK;
    }
    return st ? st : HN_DONE;
}
