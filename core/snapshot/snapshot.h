/* Snapshot files: one SQLite file a moment, see FORMAT.md. */
#ifndef HN_SNAPSHOT_SNAPSHOT_H
#define HN_SNAPSHOT_SNAPSHOT_H

#include "snapshot/moment.h"

struct hn_snapshot_options {
    bool objects_table; /* a plain row for each object too, for the sqlite3 shell */
};

/* Writes @moment to @path: whole, or nothing and what stood there before stays.
 * HN_E_UNSUPPORTED where this hognose was built without SQLite. */
HN_MUST_CHECK enum hn_status
hn_snapshot_write(const struct hn_moment *moment, const char *path,
                  const struct hn_snapshot_options *options, const struct hn_host *host,
                  struct hn_arena *arena, struct hn_error *err);

/* What a file is, by its first bytes. */
enum hn_snapshot_guess {
    HN_SNAPSHOT_OTHER,   /* no SQLite file, or not there */
    HN_SNAPSHOT_FOREIGN, /* SQLite, but of another program */
    HN_SNAPSHOT_OURS
};
enum hn_snapshot_guess
hn_snapshot_guess(const char *path);

/* Reads facts, types and tables; with @objects the objects, with @links their
 * references (which takes @objects, too), with @traces the traces.
 * @ret was initialised. Damage fails with one line. */
struct hn_snapshot_parts {
    bool objects, links, traces;
};
HN_MUST_CHECK enum hn_status
hn_snapshot_read(const char *path, const struct hn_snapshot_parts *parts,
                 const struct hn_host *host, struct hn_error *err,
                 struct hn_moment *ret);

#endif
