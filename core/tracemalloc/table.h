/* Walks _Py_hashtable_t, which tracemalloc keeps its traces in.
 *
 * A table is an array of buckets, each the head of a chain of entries. Entries are
 * small allocations, scattered over the heap: taken chain by chain, a million of them
 * would bring every page in many times. So all chains are followed at once, a link of
 * each at a time, in the order of pages; of a core, which lies in memory as a whole,
 * some thousands at once, in any order. CPython: Python/hashtable.c, up
 * to 3.8 Modules/hashtable.c. */
#ifndef HN_TRACEMALLOC_TABLE_H
#define HN_TRACEMALLOC_TABLE_H

#include "layout/python.h"
#include "tracemalloc/lent.h"

enum { HN_TABLE_BATCH = 1024 };

struct hn_table {
    hn_addr addr, heads;
    uint64_t entries, buckets;    /* buckets is a power of two */
    uint32_t key_size, data_size; /* bytes; of a table that keeps both inline */
    hn_addr hash, compare;        /* functions */
};

struct hn_table_item {
    uint64_t key;
    uint32_t domain;  /* a key of 12 bytes ends with one (3.8); else 0 */
    uint64_t value;   /* a pointer; inline: the first word of the value */
    uint64_t value_2; /* inline: its second word */
};

struct hn_table_iter {
    struct hn_python *py;
    struct hn_table table;
    uint64_t bucket;     /* the next whose chain is to be followed */
    uint64_t left;       /* entries that the table says are still to come */
    bool overrun;        /* there were more */
    uint64_t unreadable; /* links of chains: what hung on them is lost */
    /* Entries still to be read of this link, and from the front on those that they
     * have led to. */
    hn_addr *links;
    size_t next, count, more, room;
    struct hn_lent lent;
};

/* HN_E_CORRUPT when what lies at @addr cannot be a table. */
HN_MUST_CHECK enum hn_status
hn_table_load(struct hn_python *py, hn_addr addr, struct hn_table *ret);

void
hn_table_iter_init(struct hn_table_iter *it, struct hn_python *py,
                   const struct hn_table *table);

void
hn_table_iter_deinit(struct hn_table_iter *it);

/* Fills up to HN_TABLE_BATCH items; HN_DONE behind the last. What cannot be read is
 * counted in the iterator and left out. HN_E_INTERRUPTED when the user asked to stop.
 */
HN_MUST_CHECK enum hn_status
hn_table_iter_next(struct hn_table_iter *it, struct hn_table_item *items,
                   size_t *count_ret);

/* The item whose key is the pointer @key, of domain @domain; HN_DONE when there is
 * none. Reads one chain, not the table. */
HN_MUST_CHECK enum hn_status
hn_table_find(struct hn_python *py, const struct hn_table *table, hn_addr key,
              uint32_t domain, struct hn_table_item *ret);

#endif
