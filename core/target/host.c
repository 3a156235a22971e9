/* The debugger's own reads as a source: for gdbserver, rr, and whatever else only
 * the debugger can reach. Each of its round trips is slow, so pages are cached. */
#include <string.h>

#include "target/source.h"

/* The host outlives us. */
static const struct hn_source_ops host_source_ops = { .borrowed = true };

/* The debugger's name for the executable is the target's own, if it is mapped so; a
 * file of the user's is not. */
static void
take_executable(struct hn_target *target)
{
    const char *exe = target->parts->exe;

    for (size_t i = 0; exe && i < target->region_count; i++)
        if (strcmp(target->regions[i].path, exe) == 0)
            target->exe = exe;
}

enum hn_status
hn_target_open_host(const struct hn_host *host, const struct hn_open_options *options,
                    int64_t pid, struct hn_error *err, struct hn_target **ret)
{
    struct hn_target *target;
    enum hn_status st;
    bool changed;

    if (!host->ops || !host->ops->read)
        return hn_fail(err, HN_E_UNSUPPORTED, 0, "the debugger cannot read memory");
    st = hn_target_create(host->ops, &host_source_ops, host->impl, options, host, err,
                          &target);
    if (st)
        return st;
    target->kind = HN_PLACE_HOST;
    target->pid = pid;
    target->parts->paged = true;
    if (target->parts->exe)
        target->exe = target->parts->exe;
    st = hn_regions_load(target, &changed);
    if (st) {
        hn_target_close(target);
        return st;
    }
    take_executable(target);
    *ret = target;
    return HN_OK;
}
