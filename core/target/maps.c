/* Parsing /proc/PID/maps. */
#include "target/maps.h"

#include <inttypes.h>
#include <stdio.h>
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

bool
hn_maps_parse(char *line, struct hn_region *ret)
{
    struct hn_region region = { .path = "" };
    char mode[5] = "";
    int path = 0;

    /* start-end mode offset major:minor inode path */
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %*x:%*x %" SCNu64 " %n",
               &region.start, &region.end, mode, &region.offset, &region.inode, &path)
            != 5
        || path == 0 || strlen(mode) != 4)
        return false;
    region.readable = mode[0] == 'r';
    region.writable = mode[1] == 'w';
    region.executable = mode[2] == 'x';
    region.shared = mode[3] == 's';
    unescape(line + path);
    region.path = line + path;
    *ret = region;
    return true;
}
