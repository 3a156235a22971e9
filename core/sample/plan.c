/* Batches of ranges and the buffer they are copied to. */
#include "sample/plan.h"

#include <stdlib.h>
#include <string.h>

void
hn_plan_deinit(struct hn_plan *plan)
{
    free(plan->wishes);
    free(plan->offsets);
    free(plan->bytes);
    memset(plan, 0, sizeof(*plan));
}

void
hn_plan_clear(struct hn_plan *plan)
{
    plan->count = plan->run = plan->used = 0;
    plan->failed = false;
}

static bool
make_room(struct hn_plan *plan)
{
    size_t capacity = plan->capacity ? plan->capacity * 2 : 64;
    struct hn_wish *wishes = realloc(plan->wishes, capacity * sizeof(*wishes));
    size_t *offsets;

    if (!wishes)
        return false;
    plan->wishes = wishes;
    offsets = realloc(plan->offsets, capacity * sizeof(*offsets));
    if (!offsets)
        return false;
    plan->offsets = offsets;
    plan->capacity = capacity;
    return true;
}

static bool
make_bytes(struct hn_plan *plan, size_t size)
{
    size_t wanted = plan->size ? plan->size : 1 << 14;
    uint8_t *bytes;

    if (size > HN_PLAN_MOST_BYTES - plan->used)
        return false;
    while (wanted < plan->used + size)
        wanted *= 2;
    if (wanted == plan->size)
        return true;
    bytes = realloc(plan->bytes, wanted);
    if (!bytes)
        return false;
    plan->bytes = bytes;
    plan->size = wanted;
    return true;
}

size_t
hn_plan_add(struct hn_plan *plan, hn_addr addr, size_t size)
{
    if ((plan->count == plan->capacity && !make_room(plan))
        || !make_bytes(plan, size)) {
        plan->failed = true;
        return SIZE_MAX;
    }
    plan->wishes[plan->count] = (struct hn_wish){ .addr = addr, .size = size };
    plan->offsets[plan->count] = plan->used;
    plan->used += (size + 7) & ~(size_t)7;
    if (plan->used > plan->size)
        plan->used = plan->size;
    return plan->count++;
}

void
hn_plan_run(struct hn_plan *plan, struct hn_target *target)
{
    if (plan->run == plan->count)
        return;
    for (size_t i = plan->run; i < plan->count; i++)
        plan->wishes[i].buf = plan->bytes + plan->offsets[i];
    hn_target_gather(target, plan->wishes + plan->run, plan->count - plan->run);
    plan->run = plan->count;
}

void
hn_plan_bar(struct hn_plan *plan)
{
    (void)plan;
}
