/* Reading /proc/PID. */
#include "target/proc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int
hn_proc_open(int64_t pid)
{
    char path[64];

    snprintf(path, sizeof(path), "/proc/%" PRId64, pid);
    return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

static bool
read_all(int fd, struct hn_text *text)
{
    char chunk[1 << 14];

    for (;;) {
        ssize_t n = read(fd, chunk, sizeof(chunk));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        if (n == 0)
            return true;
        hn_text_add(text, chunk, (size_t)n);
    }
}

bool
hn_proc_read(int proc, const char *path, struct hn_text *text)
{
    int fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
    bool good;
    int saved;

    hn_text_clear(text);
    if (fd < 0)
        return false;
    good = read_all(fd, text);
    saved = errno;
    close(fd);
    hn_text_add(text, "", 0); /* an empty file is a string too */
    errno = text->failed ? ENOMEM : saved;
    return good && !text->failed;
}

const char *
hn_proc_field(const struct hn_text *status, const char *name)
{
    size_t length = strlen(name);
    const char *line = status->bytes;

    while (line) {
        if (strncmp(line, name, length) == 0 && line[length] == ':')
            return line + length + 1 + strspn(line + length + 1, " \t");
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return NULL;
}

int64_t
hn_proc_number(const struct hn_text *status, const char *name, int64_t missing)
{
    const char *field = hn_proc_field(status, name);

    return field ? strtoll(field, NULL, 10) : missing;
}

int64_t
hn_proc_last_number(const struct hn_text *status, const char *name, int64_t missing)
{
    const char *field = hn_proc_field(status, name);
    int64_t last = missing;

    while (field && *field >= '0' && *field <= '9') {
        char *end;

        last = strtoll(field, &end, 10);
        field = end + strspn(end, " \t");
    }
    return last;
}

const char *
hn_proc_next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end && end[1] ? end + 1 : NULL;
}

bool
hn_proc_numbers(int proc, const char *path, hn_proc_number_fn *each, void *arg)
{
    int fd = openat(proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *entry;

    if (!directory) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    while ((entry = readdir(directory)) != NULL)
        if (entry->d_name[0] >= '0' && entry->d_name[0] <= '9'
            && !each(arg, strtoll(entry->d_name, NULL, 10)))
            break;
    closedir(directory);
    return true;
}

bool
hn_proc_link(int proc, const char *path, struct hn_text *ret)
{
    static const char deleted[] = " (deleted)";
    char name[PATH_MAX];
    ssize_t n = readlinkat(proc, path, name, sizeof(name));
    size_t length = n > 0 ? (size_t)n : 0, tail = sizeof(deleted) - 1;

    if (n <= 0)
        return false;
    if (length > tail && memcmp(name + length - tail, deleted, tail) == 0)
        length -= tail;
    hn_text_clear(ret);
    hn_text_add(ret, name, length);
    return !ret->failed;
}
