/* The tables of a snapshot file. FORMAT.md says what they mean; a test holds the two
 * against each other.
 *
 * Bump HN_SCHEMA_VERSION with any change, and teach read.c what earlier files lack. */
#ifndef HN_SNAPSHOT_SCHEMA_H
#define HN_SNAPSHOT_SCHEMA_H

/* "hogn", in SQLite's application_id: file(1) and we know our own by it. */
#define HN_SCHEMA_APPLICATION 0x686f676e

/* In user_version. Files of a later version are read if their "readable_by" says that
 * this version still understands them. */
enum {
    HN_SCHEMA_VERSION = 3,
    HN_SCHEMA_READABLE_BY = 2 /* all since then only lack what is new */
};

static const char hn_schema_tables[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;"
    "CREATE TABLE arguments (position INTEGER PRIMARY KEY, word TEXT);"
    "CREATE TABLE totals (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;"
    "CREATE TABLE types (id INTEGER PRIMARY KEY, name TEXT, module TEXT,"
    "  flags INTEGER, count INTEGER, bytes INTEGER, allocated INTEGER);"
    "CREATE TABLE census (grouped_by TEXT, name TEXT, count INTEGER, bytes INTEGER,"
    "  allocated INTEGER);"
    "CREATE TABLE strings (rank INTEGER PRIMARY KEY, repr TEXT, count INTEGER,"
    "  bytes INTEGER, saved INTEGER, address INTEGER);"
    "CREATE TABLE largest (address INTEGER PRIMARY KEY, repr TEXT);"
    "CREATE TABLE interpreters (id INTEGER PRIMARY KEY, known INTEGER,"
    "  enabled INTEGER, collecting INTEGER, has_lists INTEGER, frozen INTEGER,"
    "  bad_lists INTEGER);"
    "CREATE TABLE generations (interpreter INTEGER, generation INTEGER,"
    "  threshold INTEGER, count INTEGER, objects INTEGER, collections INTEGER,"
    "  collected INTEGER, uncollectable INTEGER);"
    "CREATE TABLE files (id INTEGER PRIMARY KEY, name);"
    "CREATE TABLE tracebacks (id INTEGER PRIMARY KEY, file INTEGER, line INTEGER,"
    "  frames INTEGER, total INTEGER, count INTEGER, bytes INTEGER, text TEXT);"
    "CREATE TABLE ledger (id INTEGER PRIMARY KEY, parent INTEGER, name TEXT,"
    "  bytes INTEGER, count INTEGER);"
    "CREATE TABLE ledger_pins (address INTEGER, bytes INTEGER, free_bytes INTEGER,"
    "  blocks INTEGER, holders TEXT);"
    "CREATE TABLE suspects (id INTEGER PRIMARY KEY, kind INTEGER, address INTEGER,"
    "  type TEXT, repr TEXT, size INTEGER, retained INTEGER, why TEXT, bytes INTEGER,"
    "  objects INTEGER, path TEXT, root TEXT);"
    "CREATE TABLE suspect_parts (suspect INTEGER, type TEXT, count INTEGER,"
    "  bytes INTEGER);"
    "CREATE TABLE suspect_lines (suspect INTEGER, file TEXT, line INTEGER,"
    "  count INTEGER, bytes INTEGER);"
    "CREATE TABLE cycles (id INTEGER PRIMARY KEY, address INTEGER, type TEXT,"
    "  repr TEXT, size INTEGER, retained INTEGER, text TEXT, objects INTEGER,"
    "  bytes INTEGER);"
    "CREATE TABLE cycle_parts (cycle INTEGER, type TEXT, count INTEGER,"
    "  bytes INTEGER);"
    "CREATE TABLE uncollectable (address INTEGER, type TEXT, repr TEXT, size INTEGER,"
    "  retained INTEGER);"
    "CREATE TABLE lost (address INTEGER, type TEXT, repr TEXT, size INTEGER,"
    "  retained INTEGER, counted INTEGER, found INTEGER);"
    "CREATE TABLE treemap (id INTEGER PRIMARY KEY, parent INTEGER, address INTEGER,"
    "  type TEXT, repr TEXT, count INTEGER, own INTEGER, retained INTEGER);"
    "CREATE TABLE retained (rank INTEGER PRIMARY KEY, address INTEGER, type TEXT,"
    "  repr TEXT, size INTEGER, retained INTEGER, path TEXT);"
    "CREATE TABLE paths (type TEXT, path TEXT, count INTEGER, bytes INTEGER);"
    "CREATE TABLE labels (id INTEGER PRIMARY KEY, text TEXT);"
    "CREATE TABLE roots (id INTEGER PRIMARY KEY, address INTEGER, kind INTEGER,"
    "  doubtful INTEGER, phrase TEXT, expression TEXT);"
    "CREATE TABLE names (address INTEGER PRIMARY KEY, name TEXT);"
    "CREATE TABLE columns (name TEXT, chunk INTEGER, count INTEGER, width INTEGER,"
    "  data BLOB, PRIMARY KEY (name, chunk));"
    "CREATE VIEW lines AS SELECT files.name AS file, line, sum(count) AS count,"
    "  sum(bytes) AS bytes FROM tracebacks JOIN files ON files.id = file"
    "  GROUP BY file, line;";

static const char hn_schema_objects[] =
    "CREATE TABLE objects (address INTEGER PRIMARY KEY, type INTEGER, bytes INTEGER,"
    "  allocated INTEGER, tracked INTEGER, generation INTEGER, traceback INTEGER);";

#endif
