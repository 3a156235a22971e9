/* Runs of memory that is there, with running sums: a range costs two searches, mostly
 * answered by the run that was hit last. */
#include "heap/present.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* As many as pages in a terabyte, every second one there. */
enum { RUNS_MOST = 1 << 27 };

static void
add_run(void *arg, hn_addr start, hn_addr end, bool swapped)
{
    struct hn_present *present = arg;
    struct hn_present_run *last =
        present->count ? &present->runs[present->count - 1] : NULL;

    if (swapped) {
        present->swapped += end - start;
        return;
    }
    if (start >= end || (last && start < last->end))
        return;
    if (last && last->end == start) {
        last->end = end;
        present->bytes += end - start;
        return;
    }
    if (present->count >= RUNS_MOST
        || !HN_GROW(present->runs, present->capacity, present->count + 1)) {
        present->failed = true;
        return;
    }
    present->runs[present->count++] =
        (struct hn_present_run){ start, end, present->bytes };
    present->bytes += end - start;
}

/* Where residency cannot be known (a remote target), what can be read counts. */
static void
add_mappings(struct hn_target *target, struct hn_present *ret)
{
    for (size_t i = 0; i < target->region_count; i++)
        if (target->regions[i].readable)
            add_run(ret, target->regions[i].start, target->regions[i].end, false);
}

enum hn_status
hn_present_load(struct hn_target *target, struct hn_present *ret)
{
    struct hn_error saved = *target->err;

    memset(ret, 0, sizeof(*ret));
    ret->exact = hn_target_resident(target, add_run, ret) == HN_OK;
    *target->err = saved;
    if (!ret->exact) {
        hn_present_deinit(ret);
        add_mappings(target, ret);
    }
    if (ret->failed)
        return hn_fail(target->err, HN_E_NOMEM, 0, "no memory for the ledger");
    return HN_OK;
}

void
hn_present_deinit(struct hn_present *present)
{
    free(present->runs);
    memset(present, 0, sizeof(*present));
}

/* The first run that ends behind @at. */
static size_t
find(struct hn_present *present, hn_addr at)
{
    size_t low = 0, high = present->count, last = present->last;

    if (last < high && at < present->runs[last].end
        && (last == 0 || at >= present->runs[last - 1].end))
        return last;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (present->runs[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    present->last = low;
    return low;
}

/* Bytes below @at. */
static uint64_t
below(struct hn_present *present, hn_addr at)
{
    size_t i = find(present, at);
    const struct hn_present_run *run;

    if (i == present->count)
        return present->bytes;
    run = &present->runs[i];
    return run->before + (at > run->start ? at - run->start : 0);
}

uint64_t
hn_present_bytes(struct hn_present *present, hn_addr start, hn_addr end)
{
    return end > start ? below(present, end) - below(present, start) : 0;
}
