/* dict: walking the entries and finding a key.
 *
 * Nothing is hashed: the target's secret would be needed. What a table or an array of
 * values looks like is the business of dict_table.c and dict_values.c. */
#include "objects/dict.h"

#include <stddef.h>
#include <string.h>

#include "objects/str.h"

static void
init(struct hn_dict_iter *it, struct hn_python *py, const struct hn_dict_table *table)
{
    memset(it, 0, offsetof(struct hn_dict_iter, block));
    it->py = py;
    it->entries = table->entries;
    it->entry_count = table->count;
    it->entry_words = table->words;
    it->steps = table->count;
}

static enum hn_status
init_combined(struct hn_python *py, hn_addr keys, struct hn_dict_iter *ret)
{
    struct hn_dict_table table;
    enum hn_status st = hn_dict_table_load(py, keys, &table);

    if (!st)
        init(ret, py, &table);
    return st;
}

/* Shared keys only grow: read after the values, they name all of them. */
enum hn_status
hn_dict_iter_init_split(struct hn_python *py, hn_addr keys, hn_addr values,
                        struct hn_dict_iter *ret)
{
    struct hn_dict_values array;
    struct hn_dict_table table;
    enum hn_status st = hn_dict_values_load(py, values, &array);

    if (!st)
        st = hn_dict_table_load(py, keys, &table);
    if (st)
        return st;
    init(ret, py, &table);
    ret->values = array.at;
    if (!array.ordered)
        return HN_OK;
    ret->ordered = true;
    ret->steps = array.used;
    memcpy(ret->order, array.order, sizeof ret->order);
    return HN_OK;
}

enum hn_status
hn_dict_iter_init(struct hn_python *py, hn_addr dict, struct hn_dict_iter *ret)
{
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, dict, &type, &flags);

    if (!st && !(flags & HN_TPFLAG_DICT))
        st = hn_fail(py->err, HN_E_CORRUPT, dict, "not a dict");
    return st ? st : hn_dict_iter_init_known(py, dict, ret);
}

enum hn_status
hn_dict_iter_init_known(struct hn_python *py, hn_addr dict, struct hn_dict_iter *ret)
{
    struct hn_record rec;
    hn_addr keys, values;
    enum hn_status st = hn_record_load(py, HN_STRUCT_DICT, dict, &rec);

    if (st)
        return st;
    keys = hn_record_u64(&rec, HN_DICT_KEYS);
    values = hn_record_u64(&rec, HN_DICT_VALUES);
    if (values == 0)
        return init_combined(py, keys, ret);
    return hn_dict_iter_init_split(py, keys, values, ret);
}

/* Brings the block that entry @index is in. */
static enum hn_status
load_block(struct hn_dict_iter *it, uint64_t index)
{
    struct hn_target *target = it->py->target;
    uint64_t first = index - index % HN_DICT_BLOCK, count = it->entry_count - first;
    size_t entry_size = it->entry_words * sizeof it->block[0];
    enum hn_status st;

    if (count > HN_DICT_BLOCK)
        count = HN_DICT_BLOCK;
    st = hn_target_poll(target);
    if (st)
        return st;
    it->block_count = 0;
    st = hn_target_read(target, it->entries + first * entry_size, it->block,
                        count * entry_size);
    if (!st && it->values)
        st = hn_target_read(target, it->values + first * sizeof(hn_addr),
                            it->block_values, count * sizeof(hn_addr));
    if (st)
        return st;
    it->block_first = first;
    it->block_count = count;
    return HN_OK;
}

static enum hn_status
load_entry(struct hn_dict_iter *it, uint64_t index, hn_addr *key_ret,
           hn_addr *value_ret)
{
    const uint64_t *entry;
    enum hn_status st;

    if (index >= it->entry_count)
        return hn_fail(it->py->err, HN_E_CORRUPT, it->values,
                       "instance has an attribute without a name");
    if (index - it->block_first >= it->block_count) {
        st = load_block(it, index);
        if (st)
            return st;
    }
    index -= it->block_first;
    entry = it->block + index * it->entry_words;
    *key_ret = entry[it->entry_words - 2];
    *value_ret = it->values ? it->block_values[index] : entry[it->entry_words - 1];
    return HN_OK;
}

enum hn_status
hn_dict_iter_next(struct hn_dict_iter *it, hn_addr *key_ret, hn_addr *value_ret)
{
    while (it->next < it->steps) {
        uint64_t step = it->next++;
        hn_addr key = 0, value = 0;
        enum hn_status st =
            load_entry(it, it->ordered ? it->order[step] : step, &key, &value);

        if (st) {
            it->next = it->steps;
            return st;
        }
        if (key == 0 || value == 0) /* deleted */
            continue;
        *key_ret = key;
        *value_ret = value;
        return HN_OK;
    }
    return HN_DONE;
}

/* What is searched for, and what is known about keys so far. */
struct search {
    struct hn_python *py;
    const char *key;
    uint64_t length;  /* of key, characters */
    hn_addr str_type; /* the last type that was seen to be a str's, or 0 */
};

static uint64_t
count_characters(const char *utf8)
{
    uint64_t count = 0;

    for (; *utf8; utf8++)
        count += (*utf8 & 0xc0) != 0x80; /* not a continuation byte */
    return count;
}

/* HN_DONE for other types. Most keys are of one type: it is examined once. */
static enum hn_status
check_str(struct search *search, hn_addr object)
{
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_type(search->py, object, &type);

    if (st || type == search->str_type)
        return st;
    st = hn_object_flags(search->py, object, &type, &flags);
    if (st)
        return st;
    if (!(flags & HN_TPFLAG_UNICODE))
        return HN_DONE;
    search->str_type = type;
    return HN_OK;
}

/* HN_OK when @object is the key, HN_DONE when it is another. */
static enum hn_status
compare(struct search *search, hn_addr object)
{
    struct hn_str_shape shape;
    enum hn_status st = check_str(search, object);

    if (!st)
        st = hn_str_shape_load(search->py, object, &shape);
    if (!st)
        st = hn_str_shape_compare(search->py, &shape, search->key, search->length);
    return st;
}

/* A key that cannot be read may be the one: then "not there" would be a lie, and its
 * failure is what is returned, unless another key matches. */
enum hn_status
hn_dict_iter_find(struct hn_dict_iter *it, const char *key, hn_addr *ret)
{
    struct search search = { it->py, key, count_characters(key), 0 };
    enum hn_status failure = HN_DONE, st;
    hn_addr candidate, value;

    while ((st = hn_dict_iter_next(it, &candidate, &value)) == HN_OK) {
        st = compare(&search, candidate);
        if (st == HN_OK) {
            *ret = value;
            return HN_OK;
        }
        if (st == HN_E_INTERRUPTED)
            return st;
        if (st != HN_DONE)
            failure = st;
    }
    return st == HN_DONE ? failure : st;
}

enum hn_status
hn_dict_find(struct hn_python *py, hn_addr dict, const char *key, hn_addr *ret)
{
    struct hn_dict_iter it;
    enum hn_status st = hn_dict_iter_init(py, dict, &it);

    if (st)
        return st;
    return hn_dict_iter_find(&it, key, ret);
}
