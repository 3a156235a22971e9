/* The pieces a dict is made of, shared by the files of this room.
 *
 * A keys object (here: table) holds the entries. Values stand in the entries, or, for
 * the attributes of instances, in an array of each instance, with or without a dict
 * object that owns it. */
#ifndef HN_OBJECTS_DICT_H
#define HN_OBJECTS_DICT_H

#include "objects/objects.h"

/* The entries of a PyDictKeysObject. */
struct hn_dict_table {
    hn_addr entries;
    uint64_t count; /* in use, deleted ones included */
    unsigned words; /* of 8 bytes, in each entry: 3 (hash, key, value) or 2 */
};

HN_MUST_CHECK enum hn_status
hn_dict_table_load(struct hn_python *py, hn_addr keys, struct hn_dict_table *ret);

/* An array of values, and in what order they were inserted. */
struct hn_dict_values {
    hn_addr at;
    bool ordered; /* false: in the order of the keys */
    unsigned used;
    uint8_t order[HN_DICT_BLOCK]; /* the first @used: indices of values */
};

HN_MUST_CHECK enum hn_status
hn_dict_values_load(struct hn_python *py, hn_addr values, struct hn_dict_values *ret);

/* As hn_dict_iter_init(), for an object whose type the caller knows to be laid out as a
 * dict is, though it may be none (frozendict). */
HN_MUST_CHECK enum hn_status
hn_dict_iter_init_known(struct hn_python *py, hn_addr dict, struct hn_dict_iter *ret);

/* Walks @values under the names in @keys (ht_cached_keys of the type). */
HN_MUST_CHECK enum hn_status
hn_dict_iter_init_split(struct hn_python *py, hn_addr keys, hn_addr values,
                        struct hn_dict_iter *ret);

/* Searches the rest of @it for a str key, as hn_dict_find() does. */
HN_MUST_CHECK enum hn_status
hn_dict_iter_find(struct hn_dict_iter *it, const char *key, hn_addr *ret);

#endif
