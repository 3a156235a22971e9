/* Tables whose rows are an array of structs in memory, and records, whose members are
 * keys of "meta": one list of members serves both writing and reading. */
#ifndef HN_SNAPSHOT_TABLE_H
#define HN_SNAPSHOT_TABLE_H

#include "snapshot/database.h"

enum hn_member_kind {
    HN_MEMBER_U64,
    HN_MEMBER_U32, /* also an enum */
    HN_MEMBER_BOOL,
    HN_MEMBER_TEXT,    /* NULL is read as "" */
    HN_MEMBER_OPTIONAL /* text that may be NULL */
};

/* A column of the table, or a key of the record. */
struct hn_member {
    const char *name;
    enum hn_member_kind kind;
    size_t offset;
};

#define HN_MEMBER(kind, name, type, member)            \
    {                                                  \
        name, HN_MEMBER_##kind, offsetof(type, member) \
    }

struct hn_table {
    const char *name;
    const char *parent; /* a column beside the members that groups rows; NULL: none */
    size_t row_size;
    const struct hn_member *members;
    size_t member_count;
};

#define HN_TABLE(name, parent, type, members)                                       \
    {                                                                               \
        name, parent, sizeof(type), members, sizeof(members) / sizeof((members)[0]) \
    }

/* Rows that belong to no other: their parent column is NULL. */
#define HN_TABLE_TOP INT64_MIN

/* Appends rows. */
void
hn_table_put(struct hn_database *db, const struct hn_table *table, int64_t parent,
             const void *rows, size_t count);

/* The rows of @parent in the order they were written, in @arena; how many. Too many for
 * any process are damage. */
size_t
hn_table_get(struct hn_database *db, const struct hn_table *table, int64_t parent,
             struct hn_arena *arena, void *rows_ret);

/* A struct whose members are keys of meta; what is not there is read as 0 or "". */
void
hn_record_put(struct hn_database *db, const struct hn_table *record, const void *row);
void
hn_record_get(struct hn_database *db, const struct hn_table *record,
              struct hn_arena *arena, void *row);

#endif
