/* What the files of this room share: what our own sources offer beyond
 * struct hn_target_ops, and the parts of a target that no other room sees. */
#ifndef HN_TARGET_SOURCE_H
#define HN_TARGET_SOURCE_H

#include "target/cache.h"
#include "target/target.h"

/* Every member may be NULL. */
struct hn_source_ops {
    bool borrowed; /* the source is another's to close */

    void (*gather)(void *impl, struct hn_wish *pieces, size_t count);

    /* The source's own memory from @addr on, see hn_target_lend(). */
    const uint8_t *(*lend)(void *impl, hn_addr addr, size_t *size_ret);

    /* Clears @wanted for each of @count pages from @first on that hold nothing because
     * the process never touched them. */
    void (*touched)(void *impl, hn_addr first, size_t count, bool *wanted);

    /* See hn_target_resident(); false when it cannot be known. */
    bool (*resident)(void *impl, hn_run_fn *each, void *arg);

    /* Open the file of a mapping (exactly that one), or any file by the path that
     * the target would use. -1 if that cannot be done. */
    int (*open_mapping)(void *impl, const struct hn_region *region);
    int (*open_path)(void *impl, const char *path);

    /* An entry of the auxiliary vector; false if there is none. */
    bool (*auxv)(void *impl, uint64_t type, uint64_t *ret);

    /* Whether the process has ended since. */
    bool (*gone)(void *impl);

    /* Lets the process run; returns for how many nanoseconds it stood. */
    uint64_t (*release)(void *impl);
};

struct hn_modules;
struct hn_windows;

struct hn_target_parts {
    const struct hn_source_ops *source; /* never NULL */
    struct hn_page_cache *cache;
    struct hn_windows *windows; /* NULL until memory was lent */
    bool paged; /* every read goes through the cache; else file pages only do */
    struct hn_arena map;                  /* regions and their paths */
    struct hn_modules *modules;           /* NULL: to be built */
    bool building_modules;                /* reads then come from the source alone */
    const char *exe, *sysroot, *lib_path; /* copies of the options, or NULL */
};

/* Makes a target around a source, which it owns from then on, also on failure. */
HN_MUST_CHECK enum hn_status
hn_target_create(const struct hn_target_ops *ops, const struct hn_source_ops *source,
                 void *impl, const struct hn_open_options *options,
                 const struct hn_host *host, struct hn_error *err,
                 struct hn_target **ret);

/* Reads the memory map from the source; keeps the old one on failure. Says whether
 * any file is mapped otherwise than before. */
HN_MUST_CHECK enum hn_status
hn_regions_load(struct hn_target *target, bool *files_changed_ret);

/* The length of a mapping's path without the " (deleted)" that Linux appends when
 * the file has lost that name since. */
size_t
hn_path_length(const char *path);

/* Reads from the source alone, never from a file; short when memory ends. */
size_t
hn_target_read_source(struct hn_target *target, hn_addr addr, void *buf, size_t size);

/* Whether a verified file on disk has the read-only memory at @addr, and copies from
 * there. Builds the list of modules if need be; says no while that is going on. */
bool
hn_modules_hold(struct hn_target *target, hn_addr addr);
size_t
hn_modules_read(struct hn_target *target, hn_addr addr, void *buf, size_t size);

void
hn_modules_destroy(struct hn_modules *modules);

#endif
