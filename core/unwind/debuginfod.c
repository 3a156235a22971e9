/* Debug files from debuginfod servers.
 *
 * libdebuginfod is opened when the user asks for it, and not before: it brings a client
 * for the web into the process, which no debugger should have without need. Its
 * interface is that of <elfutils/debuginfod.h>; it keeps what it fetched in the user's
 * cache. */
#include <dlfcn.h>
#include <stdlib.h>

#include "unwind/private.h"

static const char library[] = "libdebuginfod.so.1";
static const char servers[] = "DEBUGINFOD_URLS";

/* Its functions, by the names it exports them under. */
struct hn_debuginfod {
    void *client;
    void *(*begin)(void);
    void (*end)(void *client);
    int (*find)(void *client, const unsigned char *id, int size, char **path);
};

static bool
find_functions(struct hn_debuginfod *d)
{
    const struct {
        const char *name;
        void **place;
    } functions[] = {
        { "debuginfod_begin", (void **)&d->begin },
        { "debuginfod_end", (void **)&d->end },
        { "debuginfod_find_debuginfo", (void **)&d->find },
    };
    /* Never closed: what it has brought along may run until the program ends. */
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

    for (size_t i = 0; handle && i < sizeof(functions) / sizeof(*functions); i++) {
        *functions[i].place = dlsym(handle, functions[i].name);
        if (!*functions[i].place)
            return false;
    }
    return handle != NULL;
}

int
hn_debuginfod_fetch(struct hn_unwinder *u, const uint8_t *id, size_t size)
{
    struct hn_debuginfod *d = u->debuginfod;
    int fd;

    if (!d || hn_target_interrupted(u->target))
        return -1;
    /* Returns a file descriptor, or a negative errno. */
    fd = d->find(d->client, id, (int)size, NULL);
    return fd < 0 ? -1 : fd;
}

void
hn_debuginfod_close(struct hn_debuginfod *d)
{
    if (!d)
        return;
    d->end(d->client);
    free(d);
}

bool
hn_unwinder_ask_debuginfod(struct hn_unwinder *u, const char **why_ret)
{
    const char *urls = getenv(servers);
    struct hn_debuginfod *d;

    *why_ret = "DEBUGINFOD_URLS names no server";
    if (u->debuginfod)
        return true;
    if (!urls || !*urls)
        return false;
    *why_ret = "libdebuginfod is not installed";
    d = calloc(1, sizeof(*d));
    if (!d || !find_functions(d) || !(d->client = d->begin())) {
        free(d);
        return false;
    }
    u->debuginfod = d;
    hn_images_retry_debug(u);
    hn_index_deinit(&u->site_index);
    hn_index_init(&u->site_index);
    u->site_count = 0;
    return true;
}
