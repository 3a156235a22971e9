/* Opening files under a root, in a list of directories, or plainly. */
#include "target/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "target/source.h"

/* O_NONBLOCK: opening a pipe must not wait for its other end. */
enum { FLAGS = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK };

static int
regular_only(int fd)
{
    struct stat info;

    if (fd < 0)
        return -1;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode))
        return fd;
    close(fd);
    errno = EINVAL;
    return -1;
}

int
hn_files_open_under(int root, const char *path)
{
    struct open_how how = { .flags = FLAGS, .resolve = RESOLVE_IN_ROOT };
    long fd = syscall(SYS_openat2, root, path, &how, sizeof(how));

    /* Linux before 5.6 and some sandboxes lack openat2(): absolute links in @root
     * then lead out of it, and what they lead to is held against the build-id. */
    if (fd < 0 && (errno == ENOSYS || errno == EPERM)) {
        while (*path == '/')
            path++;
        fd = openat(root, path, FLAGS);
    }
    return regular_only((int)fd);
}

int
hn_files_open_in(const char *root, const char *path)
{
    int directory = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    int fd, saved;

    if (directory < 0)
        return -1;
    fd = hn_files_open_under(directory, path);
    saved = errno;
    close(directory);
    errno = saved;
    return fd;
}

int
hn_files_open_plain(const char *path)
{
    return regular_only(open(path, FLAGS));
}

int
hn_files_open_in_list(const char *directories, size_t index, const char *path)
{
    const char *name = strrchr(path, '/');
    char joined[PATH_MAX];
    size_t length;

    for (; index > 0; index--) {
        directories = strchr(directories, ':');
        if (!directories) {
            errno = 0;
            return -1;
        }
        directories++;
    }
    length = strcspn(directories, ":");
    name = name ? name + 1 : path;
    if (length + strlen(name) + 2 > sizeof(joined)) {
        errno = ENAMETOOLONG;
        return -1;
    }
    snprintf(joined, sizeof(joined), "%.*s/%s", (int)length, directories, name);
    return hn_files_open_plain(joined);
}

static int
open_in_lib_path(const char *lib_path, const char *path)
{
    int fd;

    for (size_t i = 0;; i++) {
        fd = hn_files_open_in_list(lib_path, i, path);
        if (fd >= 0 || errno == 0)
            return fd;
    }
}

int
hn_files_open(struct hn_target *target, const char *path)
{
    const struct hn_target_parts *parts = target->parts;
    int fd = -1;

    if (parts->sysroot)
        fd = hn_files_open_in(parts->sysroot, path);
    if (fd < 0 && parts->lib_path)
        fd = open_in_lib_path(parts->lib_path, path);
    if (fd < 0 && parts->source->open_path)
        return parts->source->open_path(target->impl, path);
    if (fd < 0)
        fd = hn_files_open_plain(path);
    return fd;
}
