/* The keys object of a dict: a hash index, which we pass by, and behind it the entries
 * in the order of their insertion.
 *
 * In a running process it may be caught while it is replaced: whatever is read is
 * held against the table's own size, so that a walk over it ends.
 * CPython: Include/internal/pycore_dict.h. */
#include "objects/dict.h"

/* A billion keys; their objects alone would need 50 GB. */
enum { SLOTS_LOG2_MOST = 30 };

enum { GENERAL_WORDS = 3 /* hash, key, value */, UNICODE_WORDS = 2 /* key, value */ };

enum { KIND_GENERAL = 0, KIND_SPLIT = 2 }; /* 1: all keys are str */

/* Up to 3.10: how many slots; each is as wide as the number of an entry needs. */
static enum hn_status
load_size_word(struct hn_python *py, const struct hn_record *rec,
               struct hn_dict_table *ret, uint64_t *slots_ret)
{
    uint64_t slots = hn_record_u64(rec, HN_DICTKEYS_SIZE);
    unsigned width = slots <= 0xff ? 1 : slots <= 0xffff ? 2 : 4;

    if (slots == 0 || (slots & (slots - 1)) != 0
        || slots > UINT64_C(1) << SLOTS_LOG2_MOST)
        return hn_fail(py->err, HN_E_CORRUPT, rec->addr, "dict of an impossible size");
    ret->entries = hn_field_addr(py, HN_DICTKEYS_INDICES, rec->addr) + slots * width;
    ret->words = GENERAL_WORDS;
    *slots_ret = slots;
    return HN_OK;
}

/* Since 3.11 (bpo-46845): logarithms of the slots and of the bytes they take. */
static enum hn_status
load_log2(struct hn_python *py, const struct hn_record *rec, struct hn_dict_table *ret,
          uint64_t *slots_ret)
{
    uint64_t slots_log2 = hn_record_u64(rec, HN_DICTKEYS_LOG2_SIZE);
    uint64_t index_log2 = hn_record_u64(rec, HN_DICTKEYS_LOG2_INDEX_BYTES);
    uint64_t kind = hn_record_u64(rec, HN_DICTKEYS_KIND);

    /* Slots of 1, 2, 4 or 8 bytes; the only slot of an empty dict fills 8. */
    if (slots_log2 > SLOTS_LOG2_MOST || index_log2 > slots_log2 + 3)
        return hn_fail(py->err, HN_E_CORRUPT, rec->addr, "dict of an impossible size");
    if (kind > KIND_SPLIT)
        return hn_fail(py->err, HN_E_CORRUPT, rec->addr, "dict of an impossible kind");
    ret->entries =
        hn_field_addr(py, HN_DICTKEYS_INDICES, rec->addr) + (UINT64_C(1) << index_log2);
    ret->words = kind == KIND_GENERAL ? GENERAL_WORDS : UNICODE_WORDS;
    *slots_ret = UINT64_C(1) << slots_log2;
    return HN_OK;
}

static enum hn_status
load_shape(struct hn_python *py, const struct hn_record *rec, struct hn_dict_table *ret,
           uint64_t *slots_ret)
{
    switch (py->layout.formats.dict) {
    case HN_DICT_SIZE_WORD: return load_size_word(py, rec, ret, slots_ret);
    case HN_DICT_LOG2: return load_log2(py, rec, ret, slots_ret);
    }
    return hn_fail(py->err, HN_E_UNSUPPORTED, rec->addr, "dict of an unknown format");
}

enum hn_status
hn_dict_table_load(struct hn_python *py, hn_addr keys, struct hn_dict_table *ret)
{
    struct hn_dict_table table;
    struct hn_record rec;
    uint64_t slots = 0;
    enum hn_status st = hn_record_load(py, HN_STRUCT_DICTKEYS, keys, &rec);

    if (!st)
        st = load_shape(py, &rec, &table, &slots);
    if (st)
        return st;
    table.count = hn_record_u64(&rec, HN_DICTKEYS_NENTRIES);
    if (table.count > slots)
        return hn_fail(py->err, HN_E_CORRUPT, keys, "dict has more entries than slots");
    *ret = table;
    return HN_OK;
}
