/* References of containers: their items lie in buffers of their own. */
#include <string.h>

#include "heap/references.h"
#include "objects/dict.h"
#include "objects/numpy.h"

enum {
    WORD = 8,
    PART_ENTRIES = 1 << 12, /* of a dict, before it is asked whether to go on */
    SET_ENTRY = 16,         /* key, hash */
    HASH_DUMMY = -1,        /* of a deleted entry (Objects/setobject.c) */
    BLOCKS_MOST = 1 << 24,  /* of a deque: a billion items */
    NODES_MOST = 1 << 28    /* of an OrderedDict */
};

static bool
field(const struct hn_referrer *r, enum hn_field which, const uint8_t *body,
      size_t size, uint64_t *ret)
{
    const int32_t offset = r->py->layout.offset[which];

    if (offset < 0 || (size_t)offset + WORD > size)
        return false;
    memcpy(ret, body + offset, WORD);
    return true;
}

void
hn_refer_list(struct hn_referrer *r, const uint8_t *body, size_t size)
{
    uint64_t items, count;

    if (field(r, HN_LIST_ITEMS, body, size, &items)
        && field(r, HN_VAR_SIZE, body, size, &count))
        hn_refer_array(r, HN_REFERENCE_ITEM, items, count, 0);
}

/* --- dicts */

/* Entries of @words words whose keys and values stand in them. */
static void
refer_entries(struct hn_referrer *r, const struct hn_dict_table *table, bool values)
{
    const size_t bytes = (size_t)table->words * WORD;
    hn_addr at = table->entries;
    uint64_t left = table->count;

    while (left > 0) {
        size_t size;
        const uint8_t *piece = r->stop ? NULL : hn_piece(r, at, bytes, &size);
        uint64_t count;

        if (!piece)
            return;
        count = size / bytes < left ? size / bytes : left;
        if (count > PART_ENTRIES)
            count = PART_ENTRIES;
        if (count * table->words > r->words_left)
            return;
        r->words_left -= count * table->words;
        for (uint64_t i = 0; i < count; i++, piece += bytes) {
            uint64_t pair[2];

            memcpy(pair, piece + bytes - sizeof(pair), sizeof(pair));
            if (values && pair[1] == 0)
                continue; /* deleted */
            r->at.place = values ? HN_REFERENCE_KEY : HN_REFERENCE_NAME;
            r->at.key = 0;
            hn_refer(r, pair[0]);
            if (!values)
                continue;
            r->at.place = HN_REFERENCE_VALUE;
            r->at.key = pair[0];
            hn_refer(r, pair[1]);
        }
        at += count * bytes;
        left -= count;
    }
}

void
hn_refer_keys(struct hn_referrer *r, hn_addr keys)
{
    struct hn_dict_table table;

    if (keys && hn_dict_table_load(r->py, keys, &table) == HN_OK)
        refer_entries(r, &table, false);
    r->at.key = 0;
}

void
hn_refer_values(struct hn_referrer *r, hn_addr keys, hn_addr values, uint64_t most)
{
    struct hn_dict_table table;
    uint64_t kept[HN_DICT_BLOCK];
    size_t size;
    const uint8_t *piece;
    uint64_t count;

    if (hn_dict_table_load(r->py, keys, &table) != HN_OK)
        return;
    count = table.count < most ? table.count : most;
    if (count > HN_DICT_BLOCK)
        count = HN_DICT_BLOCK;
    if (count == 0 || !(piece = hn_piece(r, values, count * WORD, &size)))
        return;
    memcpy(kept, piece, count * WORD);
    piece = hn_piece(r, table.entries, count * table.words * WORD, &size);
    r->at.place = HN_REFERENCE_ATTRIBUTE;
    for (uint64_t i = 0; i < count; i++) {
        r->at.index = i;
        r->at.key = 0;
        if (piece)
            memcpy(&r->at.key, piece + ((i + 1) * table.words - 2) * WORD, WORD);
        hn_refer(r, kept[i]);
    }
    r->at.key = 0;
}

/* Values that lie inside an instance (3.13) are its dict's once it has one: should the
 * instance go first, the dict takes them along. CPython 3.13.0 visited them from the
 * instance, 3.13.5 and later do so from the dict. */
void
hn_refer_dict(struct hn_referrer *r, hn_addr at, const uint8_t *body, size_t size)
{
    struct hn_dict_table table;
    uint64_t keys, values;

    (void)at;
    if (!field(r, HN_DICT_KEYS, body, size, &keys)
        || !field(r, HN_DICT_VALUES, body, size, &values) || keys == 0)
        return;
    if (values == 0) {
        if (hn_dict_table_load(r->py, keys, &table) == HN_OK)
            refer_entries(r, &table, true);
        r->at.key = 0;
        return;
    }
    if (r->py->layout.formats.dict == HN_DICT_LOG2
        && r->py->layout.formats.values == HN_VALUES_HEADER)
        values = hn_field_addr(r->py, HN_DICTVALUES_VALUES, values);
    hn_refer_values(r, keys, values, HN_DICT_BLOCK);
}

/* The nodes of an OrderedDict own its keys a second time. */
void
hn_refer_order(struct hn_referrer *r, const uint8_t *body, size_t size)
{
    uint64_t node, key;

    r->at.place = HN_REFERENCE_ORDER;
    if (!field(r, HN_ODICT_FIRST, body, size, &node))
        return;
    for (uint32_t i = 0; node != 0 && i < NODES_MOST && r->words_left > WORD; i++) {
        if (hn_field_read(r->py, HN_ODICTNODE_KEY, node, &key)
            || hn_field_read(r->py, HN_ODICTNODE_NEXT, node, &node))
            return;
        r->words_left -= WORD;
        r->at.index = i;
        hn_refer(r, key);
    }
}

/* --- sets and deques */

void
hn_refer_set(struct hn_referrer *r, const uint8_t *body, size_t size)
{
    uint64_t at, mask, left;

    if (!field(r, HN_SET_TABLE, body, size, &at)
        || !field(r, HN_SET_MASK, body, size, &mask))
        return;
    r->at.place = HN_REFERENCE_MEMBER;
    for (left = mask + 1; left > 0;) {
        const uint8_t *piece = hn_piece(r, at, SET_ENTRY, &size);
        uint64_t count = piece ? size / SET_ENTRY : 0;

        count = count < left ? count : left;
        if (!piece || count * 2 > r->words_left)
            return;
        r->words_left -= count * 2;
        for (uint64_t i = 0; i < count; i++) {
            int64_t entry[2];

            memcpy(entry, piece + i * SET_ENTRY, sizeof(entry));
            if (entry[1] != HASH_DUMMY)
                hn_refer(r, (hn_addr)entry[0]);
        }
        at += count * SET_ENTRY;
        left -= count;
    }
}

void
hn_refer_deque(struct hn_referrer *r, const uint8_t *body, size_t size)
{
    const uint64_t per_block = r->py->layout.size[HN_STRUCT_DEQUEBLOCK] / WORD - 2;
    uint64_t block, first, left, done = 0;

    if (!field(r, HN_DEQUE_LEFT, body, size, &block)
        || !field(r, HN_DEQUE_LEFT_INDEX, body, size, &first)
        || !field(r, HN_VAR_SIZE, body, size, &left) || first >= per_block)
        return;
    for (uint32_t i = 0; block != 0 && left > 0 && i < BLOCKS_MOST; i++) {
        uint64_t count = per_block - first < left ? per_block - first : left;

        hn_refer_array(r, HN_REFERENCE_ITEM,
                       hn_field_addr(r->py, HN_DEQUEBLOCK_ITEMS, block) + first * WORD,
                       count, done);
        if (hn_field_read(r->py, HN_DEQUEBLOCK_RIGHT, block, &block))
            return;
        done += count;
        left -= count;
        first = 0;
    }
}

/* --- extension modules */

/* An array of objects owns those in its own memory; a view's are its base's. */
void
hn_refer_numpy(struct hn_referrer *r, const uint8_t *body, size_t size)
{
    const hn_addr kind_at =
        (hn_addr)r->py->layout.size[HN_STRUCT_OBJECT] + HN_NUMPY_KIND_AT;
    struct hn_numpy_array array;
    uint64_t count;
    char kind;

    if (hn_numpy_array_view(r->py, body, size, &array)
        && (array.flags & HN_NUMPY_OWNS_DATA)
        && hn_target_read_some(r->py->target, array.descriptor + kind_at, &kind, 1) == 1
        && kind == 'O' && hn_numpy_count(r->py, &array, &count))
        hn_refer_array(r, HN_REFERENCE_ITEM, array.data, count, 0);
}

/* ElementObject and its extra part (Modules/_elementtree.c, the same since 3.3): tag,
 * text and tail, of which the low bit says that they are lists to be joined; then
 * attributes and children in memory of malloc. */
enum { ELEMENT_WORDS = 4, EXTRA_WORDS = 4, CHILDREN_MOST = 1 << 28, JOINED = 1 };

void
hn_refer_element(struct hn_referrer *r, const uint8_t *body, size_t size)
{
    const uint32_t header = r->py->layout.size[HN_STRUCT_OBJECT];
    uint64_t words[ELEMENT_WORDS], extra[EXTRA_WORDS];

    if (size < header + sizeof(words))
        return;
    memcpy(words, body + header, sizeof(words));
    r->at.place = HN_REFERENCE_WORD;
    for (unsigned i = 0; i < ELEMENT_WORDS - 1; i++) {
        r->at.index = header + i * WORD;
        hn_refer(r, words[i] & ~(uint64_t)JOINED);
    }
    if (words[3] == 0
        || hn_target_read_some(r->py->target, words[3], extra, sizeof(extra))
               != sizeof(extra))
        return;
    r->at.place = HN_REFERENCE_DICT;
    hn_refer(r, extra[0]);
    if (extra[1] <= CHILDREN_MOST)
        hn_refer_array(r, HN_REFERENCE_ITEM, extra[3], extra[1], 0);
}
