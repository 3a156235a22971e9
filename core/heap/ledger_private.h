/* What the files of the ledger share while it is made. */
#ifndef HN_HEAP_LEDGER_PRIVATE_H
#define HN_HEAP_LEDGER_PRIVATE_H

#include "heap/arena_table.h"
#include "heap/glibc.h"
#include "heap/ledger.h"
#include "heap/present.h"

struct hn_taken {
    hn_addr start, end;
};

/* Memory of the interpreter itself. */
struct hn_table {
    hn_addr start, end;
    const char *name;
};

/* Parts of a row while they are added up: few names, found by looking. */
struct hn_parts {
    struct hn_ledger_part *items;
    size_t count, capacity;
};

struct hn_bookkeeper {
    struct hn_heap *heap;
    struct hn_python *py;
    const struct hn_process *process;
    struct hn_arena *arena; /* of the result */
    struct hn_ledger *ledger;

    struct hn_present present;
    struct hn_glibc glibc;
    struct hn_py_arenas arenas;

    struct hn_table *tables; /* of the interpreter, by address */
    size_t table_count;

    struct hn_taken *taken; /* in no order until all is there */
    size_t taken_count, taken_capacity;
    struct hn_parts parts[HN_LEDGER_ROW_COUNT];
    uint64_t *object_bytes, *object_counts; /* by kind, as they are booked */
    uint64_t *buffer_bytes, *buffer_counts; /* the same of buffers outside of pools */
    uint64_t pooled_buffers;                /* bytes of those in pools */
    size_t next_claim;                      /* while chunks are gone through */

    uint32_t steps;
    bool failed; /* memory ran out */
};

/* Puts what is there of [start, end) into a row; returns how much that is. */
uint64_t
hn_book(struct hn_bookkeeper *b, enum hn_ledger_row_name row, hn_addr start,
        hn_addr end);

/* Says that all of [start, end) is in rows now. */
void
hn_book_taken(struct hn_bookkeeper *b, hn_addr start, hn_addr end);

/* Adds to the part of that name; @name is copied when it is new. */
void
hn_book_part(struct hn_bookkeeper *b, enum hn_ledger_row_name row, const char *name,
             uint64_t count, uint64_t bytes);

/* The first claim at or behind @at; claims are sorted by then. */
size_t
hn_book_claim_from(const struct hn_bookkeeper *b, hn_addr at);

/* Books [start, end), which belongs to the object or buffer of @claim. */
void
hn_book_claim(struct hn_bookkeeper *b, const struct hn_heap_claim *claim, hn_addr start,
              hn_addr end);

/* Whether @at is memory that glibc's malloc cuts up. */
bool
hn_book_is_malloc(const struct hn_bookkeeper *b, hn_addr at);

/* Looks for Ctrl-C now and then. */
HN_MUST_CHECK enum hn_status
hn_book_step(struct hn_bookkeeper *b);

/* --- each books its kind of memory, and says that it is taken */

HN_MUST_CHECK enum hn_status
hn_book_pools(struct hn_bookkeeper *b); /* ledger_pools.c */

HN_MUST_CHECK enum hn_status
hn_book_malloc(struct hn_bookkeeper *b); /* ledger_malloc.c */

HN_MUST_CHECK enum hn_status
hn_book_tables(struct hn_bookkeeper *b); /* ledger_tables.c: those not in malloc's */

/* The table that begins in [start, end), or NULL. */
const struct hn_table *
hn_book_table_in(const struct hn_bookkeeper *b, hn_addr start, hn_addr end);

HN_MUST_CHECK enum hn_status
hn_book_mappings(struct hn_bookkeeper *b); /* ledger_mappings.c: all that is left */

#endif
