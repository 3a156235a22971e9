/* Parsing /proc/PID/maps. */
#include "target/maps.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* The kernel escapes newlines, and only those. */
static void
unescape(char *path)
{
    char *from, *to = path;

    for (from = path; *from; to++) {
        if (strncmp(from, "\\012", 4) == 0) {
            *to = '\n';
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

static bool
take(char **at, char expected)
{
    if (**at != expected)
        return false;
    (*at)++;
    return true;
}

/* strtoull() alone would also take spaces and signs. */
static bool
take_number(char **at, int base, uint64_t *ret)
{
    if (!isxdigit((unsigned char)**at))
        return false;
    *ret = strtoull(*at, at, base);
    return true;
}

static bool
take_mode(char **at, struct hn_region *region)
{
    const char *mode = *at;

    if (strnlen(mode, 4) != 4)
        return false;
    region->readable = mode[0] == 'r';
    region->writable = mode[1] == 'w';
    region->executable = mode[2] == 'x';
    region->shared = mode[3] == 's';
    *at += 4;
    return true;
}

/* By hand, as processes have thousands of lines and may be waiting for us meanwhile;
 * sscanf() takes ten times as long. */
bool
hn_maps_parse(char *line, struct hn_region *ret)
{
    struct hn_region region = { .path = "" };
    uint64_t major, minor;
    char *at = line;

    /* start-end mode offset major:minor inode path */
    if (!take_number(&at, 16, &region.start) || !take(&at, '-')
        || !take_number(&at, 16, &region.end) || !take(&at, ' ')
        || !take_mode(&at, &region) || !take(&at, ' ')
        || !take_number(&at, 16, &region.offset) || !take(&at, ' ')
        || !take_number(&at, 16, &major) || !take(&at, ':')
        || !take_number(&at, 16, &minor) || !take(&at, ' ')
        || !take_number(&at, 10, &region.inode))
        return false;
    at += strspn(at, " ");
    unescape(at);
    region.path = at;
    *ret = region;
    return true;
}
