/* SQLite as this room uses it: statements with a sticky failure, checked once.
 *
 * A file that is read is not trusted: no views, triggers or functions of its schema
 * run, and a limit on steps ends what would not end by itself. */
#ifndef HN_SNAPSHOT_DATABASE_H
#define HN_SNAPSHOT_DATABASE_H

#include <sqlite3.h>

#include "base/arena.h"
#include "hognose/session.h"

struct hn_database {
    sqlite3 *handle;
    const struct hn_host *host; /* asked for interruption; may be NULL */
    struct hn_error *err;
    const char *path;
    uint64_t steps;
    bool writes, interrupted;
    enum hn_status status; /* of the first failure */
};

/* For writing @path is an empty file. hn_database_close() is due in any case. */
HN_MUST_CHECK enum hn_status
hn_database_open(struct hn_database *db, const char *path, bool writes,
                 const struct hn_host *host, struct hn_error *err);

/* When something was written: the first failure, of all that was done. */
enum hn_status
hn_database_close(struct hn_database *db);

/* Runs statements without results. */
void
hn_database_run(struct hn_database *db, const char *sql);

/* NULL after a failure, which all functions below accept. */
sqlite3_stmt *
hn_statement_prepare(struct hn_database *db, const char *sql);

/* Binds what @kinds says to ?1, ?2...: "i" int64_t, "s" a string or NULL. Strings must
 * last until the statement is reset. */
void
hn_statement_bind(struct hn_database *db, sqlite3_stmt *statement, const char *kinds,
                  ...);

/* Binds, runs to the end, and makes it ready for the next. */
void
hn_statement_insert(struct hn_database *db, sqlite3_stmt *statement, const char *kinds,
                    ...);

/* Whether there is a row (another one). */
bool
hn_statement_row(struct hn_database *db, sqlite3_stmt *statement);

/* Of the current row; text is copied to @arena, never NULL but for want of memory. */
int64_t
hn_statement_integer(sqlite3_stmt *statement, int column);
const char *
hn_statement_text(sqlite3_stmt *statement, int column, struct hn_arena *arena,
                  size_t *size_ret);

void
hn_statement_end(sqlite3_stmt *statement);

/* Marks the file as damaged; returns the status. */
enum hn_status
hn_database_damaged(struct hn_database *db, const char *what);

#endif
