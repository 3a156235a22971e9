/* In place of write.c and read.c where SQLite was not there to build with. */
#include "snapshot/snapshot.h"

#include <stdio.h>
#include <string.h>

static enum hn_status
no_sqlite(struct hn_error *err)
{
    return hn_fail(err, HN_E_UNSUPPORTED, 0,
                   "this hognose was built without SQLite, which snapshots are kept in "
                   "(Debian: libsqlite3-dev)");
}

enum hn_status
hn_snapshot_write(const struct hn_moment *moment, const char *path,
                  const struct hn_snapshot_options *options, const struct hn_host *host,
                  struct hn_arena *arena, struct hn_error *err)
{
    (void)moment, (void)path, (void)options, (void)host, (void)arena;
    return no_sqlite(err);
}

/* By its first bytes alone, so that the reason why it cannot be read is said. */
enum hn_snapshot_guess
hn_snapshot_guess(const char *path)
{
    FILE *file = fopen(path, "re");
    char magic[16] = "";
    bool sqlite = file && fread(magic, 1, sizeof(magic), file) == sizeof(magic)
                  && memcmp(magic, "SQLite format 3", sizeof(magic)) == 0;

    if (file)
        fclose(file);
    return sqlite ? HN_SNAPSHOT_OURS : HN_SNAPSHOT_OTHER;
}

enum hn_status
hn_snapshot_read(const char *path, const struct hn_snapshot_parts *parts,
                 const struct hn_host *host, struct hn_error *err,
                 struct hn_moment *ret)
{
    (void)path, (void)parts, (void)host, (void)ret;
    return no_sqlite(err);
}
