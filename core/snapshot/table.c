/* Tables and records of a snapshot file: see table.h. */
#include "snapshot/table.h"

#include <stdio.h>
#include <string.h>

enum {
    /* A process with more of anything that has a row has no room for anything else. */
    ROWS_MOST = 1 << 24,
    SQL_MOST = 512
};

/* --- one value */

static void
bind_member(struct hn_database *db, sqlite3_stmt *statement, int column,
            const struct hn_member *member, const void *row)
{
    const char *at = (const char *)row + member->offset;
    int code = SQLITE_OK;

    switch (member->kind) {
    case HN_MEMBER_U64:
        code = sqlite3_bind_int64(statement, column, *(const int64_t *)at);
        break;
    case HN_MEMBER_U32:
        code = sqlite3_bind_int64(statement, column, *(const uint32_t *)at);
        break;
    case HN_MEMBER_BOOL:
        code = sqlite3_bind_int(statement, column, *(const bool *)at);
        break;
    case HN_MEMBER_TEXT:
    case HN_MEMBER_OPTIONAL:
        code = sqlite3_bind_text(statement, column, *(const char *const *)at, -1,
                                 SQLITE_STATIC);
        break;
    }
    if (code != SQLITE_OK && !db->status)
        db->status = hn_fail(db->err, HN_E_NOMEM, 0, "no memory for the snapshot");
}

static void
read_member(struct hn_database *db, sqlite3_stmt *statement, int column,
            const struct hn_member *member, struct hn_arena *arena, void *row)
{
    char *at = (char *)row + member->offset;
    int64_t number = hn_statement_integer(statement, column);

    switch (member->kind) {
    case HN_MEMBER_U64: *(int64_t *)at = number; return;
    case HN_MEMBER_U32:
        if (number < 0 || number > UINT32_MAX)
            hn_database_damaged(db, member->name);
        else
            *(uint32_t *)at = (uint32_t)number;
        return;
    case HN_MEMBER_BOOL: *(bool *)at = number != 0; return;
    case HN_MEMBER_OPTIONAL:
        if (sqlite3_column_type(statement, column) == SQLITE_NULL)
            return;
        break;
    case HN_MEMBER_TEXT: break;
    }
    *(const char **)at = hn_statement_text(statement, column, arena, NULL);
    if (!*(const char **)at && !db->status)
        db->status = hn_fail(db->err, HN_E_NOMEM, 0, "no memory for the snapshot");
}

/* --- rows */

/* "a, b, c" of the members, with what each is to look like. */
static size_t
put_members(char *sql, size_t at, const struct hn_table *table, bool names)
{
    for (size_t i = 0; i < table->member_count && at < SQL_MOST; i++)
        at += (size_t)snprintf(sql + at, SQL_MOST - at, "%s%s", i ? ", " : "",
                               names ? table->members[i].name : "?");
    return at < SQL_MOST ? at : SQL_MOST - 1;
}

static sqlite3_stmt *
prepare_insert(struct hn_database *db, const struct hn_table *table)
{
    char sql[SQL_MOST];
    size_t at = (size_t)snprintf(sql, sizeof(sql), "INSERT INTO %s (", table->name);

    at = put_members(sql, at, table, true);
    if (table->parent)
        at += (size_t)snprintf(sql + at, sizeof(sql) - at, ", %s", table->parent);
    at += (size_t)snprintf(sql + at, sizeof(sql) - at, ") VALUES (");
    at = put_members(sql, at, table, false);
    snprintf(sql + at, sizeof(sql) - at, "%s)", table->parent ? ", ?" : "");
    return hn_statement_prepare(db, sql);
}

void
hn_table_put(struct hn_database *db, const struct hn_table *table, int64_t parent,
             const void *rows, size_t count)
{
    sqlite3_stmt *insert = prepare_insert(db, table);

    for (size_t i = 0; i < count && !db->status; i++) {
        const char *row = (const char *)rows + i * table->row_size;

        for (size_t m = 0; m < table->member_count; m++)
            bind_member(db, insert, (int)m + 1, &table->members[m], row);
        if (table->parent && parent != HN_TABLE_TOP)
            sqlite3_bind_int64(insert, (int)table->member_count + 1, parent);
        hn_statement_insert(db, insert, "");
    }
    hn_statement_end(insert);
}

/* A query over the rows of @parent: of what @what says, or of all members. */
static sqlite3_stmt *
prepare_select(struct hn_database *db, const struct hn_table *table, int64_t parent,
               const char *what)
{
    char sql[SQL_MOST];
    size_t at = (size_t)snprintf(sql, sizeof(sql), "SELECT %s", what ? what : "");
    sqlite3_stmt *query;

    if (!what)
        at = put_members(sql, at, table, true);
    at += (size_t)snprintf(sql + at, sizeof(sql) - at, " FROM %s", table->name);
    if (table->parent)
        at += (size_t)snprintf(sql + at, sizeof(sql) - at, " WHERE %s IS ?",
                               table->parent);
    snprintf(sql + at, sizeof(sql) - at, " ORDER BY rowid");
    query = hn_statement_prepare(db, sql);
    if (query && table->parent && parent != HN_TABLE_TOP)
        hn_statement_bind(db, query, "i", parent);
    return query;
}

static size_t
count_rows(struct hn_database *db, const struct hn_table *table, int64_t parent)
{
    sqlite3_stmt *query = prepare_select(db, table, parent, "count(*)");
    int64_t count = 0;

    if (hn_statement_row(db, query))
        count = hn_statement_integer(query, 0);
    hn_statement_end(query);
    if (count < 0 || count > ROWS_MOST)
        hn_database_damaged(db, "a table is too long");
    return db->status ? 0 : (size_t)count;
}

size_t
hn_table_get(struct hn_database *db, const struct hn_table *table, int64_t parent,
             struct hn_arena *arena, void *rows_ret)
{
    size_t count = count_rows(db, table, parent), i = 0;
    char *rows = hn_arena_array(arena, count + 1, table->row_size);
    sqlite3_stmt *query = prepare_select(db, table, parent, NULL);

    if (!rows && !db->status)
        db->status = hn_fail(db->err, HN_E_NOMEM, 0, "no memory for the snapshot");
    while (i < count && hn_statement_row(db, query)) {
        for (size_t m = 0; m < table->member_count; m++)
            read_member(db, query, (int)m, &table->members[m], arena,
                        rows + i * table->row_size);
        i++;
    }
    hn_statement_end(query);
    *(void **)rows_ret = rows;
    return db->status ? 0 : i;
}

/* --- records */

void
hn_record_put(struct hn_database *db, const struct hn_table *record, const void *row)
{
    sqlite3_stmt *insert = hn_statement_prepare(db, "INSERT INTO meta VALUES (?, ?)");

    for (size_t m = 0; m < record->member_count && !db->status; m++) {
        hn_statement_bind(db, insert, "s", record->members[m].name);
        bind_member(db, insert, 2, &record->members[m], row);
        hn_statement_insert(db, insert, "");
    }
    hn_statement_end(insert);
}

void
hn_record_get(struct hn_database *db, const struct hn_table *record,
              struct hn_arena *arena, void *row)
{
    sqlite3_stmt *query =
        hn_statement_prepare(db, "SELECT value FROM meta WHERE key = ?");

    for (size_t m = 0; m < record->member_count && !db->status; m++) {
        const struct hn_member *member = &record->members[m];

        hn_statement_bind(db, query, "s", member->name);
        if (hn_statement_row(db, query))
            read_member(db, query, 0, member, arena, row);
        else if (member->kind == HN_MEMBER_TEXT)
            *(const char **)((char *)row + member->offset) = "";
        if (query)
            sqlite3_reset(query);
    }
    hn_statement_end(query);
}
