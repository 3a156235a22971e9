/* Writing beside and renaming: see beside.h. */
#include "base/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As many links as the kernel itself follows. */
enum { MAX_LINKS = 40 };

/* Where a dangling link leads to: realpath() wants the file to exist. */
static const char *
follow_links(const char *path, struct hn_arena *arena)
{
    char target[PATH_MAX];

    for (int i = 0; i < MAX_LINKS; i++) {
        ssize_t size = readlink(path, target, sizeof(target) - 1);
        const char *slash = strrchr(path, '/');

        if (size < 0)
            return path;
        target[size] = '\0';
        if (target[0] == '/' || !slash)
            path = hn_arena_copy(arena, target, (size_t)size);
        else
            path = hn_arena_format(arena, "%.*s/%s", (int)(slash - path), path, target);
        if (!path)
            return NULL;
    }
    errno = ELOOP;
    return NULL;
}

static size_t
directory_size(const char *place)
{
    const char *slash = strrchr(place, '/');

    return slash ? (size_t)(slash - place) + 1 : 0;
}

enum hn_status
hn_beside_open(struct hn_beside *beside, const char *path, struct hn_arena *arena,
               struct hn_error *err)
{
    const char *place = follow_links(path, arena);
    int directory = place ? (int)directory_size(place) : 0;
    char *temporary;

    *beside = (struct hn_beside){ .path = path, .fd = -1 };
    if (!place)
        return hn_fail_system(err, "writing a file", path);
    temporary =
        hn_arena_format(arena, "%.*s.%s.XXXXXX", directory, place, place + directory);
    if (!temporary)
        return hn_fail(err, HN_E_NOMEM, 0, "out of memory");
    beside->fd = mkostemp(temporary, O_CLOEXEC); /* creates it with mode 0600 */
    if (beside->fd < 0)
        return hn_fail_system(err, "writing a file", path);
    beside->place = place;
    beside->temporary = temporary;
    return HN_OK;
}

/* Some filesystems keep a new name only when the directory is synced too; where that
 * cannot be done the name is as safe as it gets. */
static void
sync_directory(const char *place)
{
    char directory[PATH_MAX];
    int fd;

    snprintf(directory, sizeof(directory), "%.*s", (int)directory_size(place), place);
    fd = open(directory[0] ? directory : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    close(fd);
}

enum hn_status
hn_beside_commit(struct hn_beside *beside, struct hn_error *err)
{
    if (fsync(beside->fd) != 0 || rename(beside->temporary, beside->place) != 0)
        return hn_fail_system(err, "writing a file", beside->path);
    beside->temporary = NULL;
    sync_directory(beside->place);
    return HN_OK;
}

void
hn_beside_discard(struct hn_beside *beside)
{
    if (beside->temporary)
        unlink(beside->temporary);
    if (beside->fd >= 0)
        close(beside->fd);
    beside->temporary = NULL;
    beside->fd = -1;
}
