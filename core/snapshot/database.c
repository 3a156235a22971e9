/* Careful use of SQLite: see database.h. */
#include "snapshot/database.h"

#include <stdarg.h>
#include <string.h>

enum {
    /* Steps of SQLite's machine between two looks at Ctrl-C. */
    POLL_STEPS = 20000,
    /* Reading a file of ours takes some thousand of these at most; a schema that was
     * made to keep us busy takes more. */
    POLLS_MOST = 10000,
    /* No text or blob of ours is larger: a chunk of a column. */
    VALUE_MOST = 64 << 20
};

static enum hn_status
fail(struct hn_database *db)
{
    int code = db->handle ? sqlite3_errcode(db->handle) : SQLITE_NOMEM;
    const char *what = db->writes ? "writing a snapshot" : "the snapshot is damaged";

    if (db->status)
        return db->status;
    if (db->interrupted)
        db->status = hn_fail(db->err, HN_E_INTERRUPTED, 0, "interrupted");
    else if (code == SQLITE_NOMEM)
        db->status = hn_fail(db->err, HN_E_NOMEM, 0, "no memory for the snapshot");
    else
        db->status = hn_fail_detail(db->err, db->writes ? HN_E_SYSTEM : HN_E_CORRUPT, 0,
                                    what, "%s", sqlite3_errmsg(db->handle));
    return db->status;
}

enum hn_status
hn_database_damaged(struct hn_database *db, const char *what)
{
    if (!db->status)
        db->status = hn_fail_detail(db->err, HN_E_CORRUPT, 0, "the snapshot is damaged",
                                    "%s", what);
    return db->status;
}

/* Not zero ends the statement. */
static int
poll_host(void *arg)
{
    struct hn_database *db = arg;

    db->interrupted =
        db->host && db->host->interrupted && db->host->interrupted(db->host->impl);
    return db->interrupted || (!db->writes && ++db->steps > POLLS_MOST);
}

static void
set_up_writing(struct hn_database *db)
{
    /* The file is nobody's until it is renamed: no journal, no waiting for the disk. */
    hn_database_run(db, "PRAGMA page_size=4096;"
                        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA encoding='UTF-8';"
                        "BEGIN;");
}

static void
set_up_reading(struct hn_database *db)
{
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(db->handle, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    hn_database_run(db, "PRAGMA cell_size_check=ON; PRAGMA query_only=ON;"
                        "PRAGMA mmap_size=0;");
}

enum hn_status
hn_database_open(struct hn_database *db, const char *path, bool writes,
                 const struct hn_host *host, struct hn_error *err)
{
    int flags = writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;

    *db = (struct hn_database){
        .host = host, .err = err, .path = path, .writes = writes
    };
    /* Nobody else uses the file, so locks, which some filesystems lack, are not taken.
     */
    if (sqlite3_open_v2(path, &db->handle, flags | SQLITE_OPEN_NOMUTEX, "unix-none")
        != SQLITE_OK)
        return fail(db);
    sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, VALUE_MOST);
    sqlite3_progress_handler(db->handle, POLL_STEPS, poll_host, db);
    if (writes)
        set_up_writing(db);
    else
        set_up_reading(db);
    return db->status;
}

enum hn_status
hn_database_close(struct hn_database *db)
{
    if (db->writes && !db->status)
        hn_database_run(db, "COMMIT;");
    if (db->handle && sqlite3_close(db->handle) != SQLITE_OK && !db->status)
        fail(db);
    db->handle = NULL;
    return db->status;
}

void
hn_database_run(struct hn_database *db, const char *sql)
{
    if (!db->status && sqlite3_exec(db->handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail(db);
}

sqlite3_stmt *
hn_statement_prepare(struct hn_database *db, const char *sql)
{
    sqlite3_stmt *statement = NULL;

    if (db->status)
        return NULL;
    if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) != SQLITE_OK)
        fail(db);
    return statement;
}

static void
bind_all(struct hn_database *db, sqlite3_stmt *statement, const char *kinds,
         va_list args)
{
    if (db->status || !statement)
        return;
    for (int i = 0; kinds[i]; i++) {
        int code;

        if (kinds[i] == 'i')
            code = sqlite3_bind_int64(statement, i + 1, va_arg(args, int64_t));
        else
            code = sqlite3_bind_text(statement, i + 1, va_arg(args, const char *), -1,
                                     SQLITE_STATIC);
        if (code != SQLITE_OK)
            fail(db);
    }
}

void
hn_statement_bind(struct hn_database *db, sqlite3_stmt *statement, const char *kinds,
                  ...)
{
    va_list args;

    va_start(args, kinds);
    bind_all(db, statement, kinds, args);
    va_end(args);
}

void
hn_statement_insert(struct hn_database *db, sqlite3_stmt *statement, const char *kinds,
                    ...)
{
    va_list args;

    va_start(args, kinds);
    bind_all(db, statement, kinds, args);
    va_end(args);
    if (db->status || !statement)
        return;
    if (sqlite3_step(statement) != SQLITE_DONE)
        fail(db);
    sqlite3_reset(statement);
}

bool
hn_statement_row(struct hn_database *db, sqlite3_stmt *statement)
{
    int code;

    if (db->status || !statement)
        return false;
    code = sqlite3_step(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        fail(db);
    return code == SQLITE_ROW;
}

int64_t
hn_statement_integer(sqlite3_stmt *statement, int column)
{
    return sqlite3_column_int64(statement, column);
}

const char *
hn_statement_text(sqlite3_stmt *statement, int column, struct hn_arena *arena,
                  size_t *size_ret)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    size_t size = text ? (size_t)sqlite3_column_bytes(statement, column) : 0;

    if (size_ret)
        *size_ret = size;
    return hn_arena_copy(arena, text ? text : "", size);
}

void
hn_statement_end(sqlite3_stmt *statement)
{
    sqlite3_finalize(statement);
}
