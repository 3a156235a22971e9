/* Batches of ranges, joined where they are neighbours, and the buffer they go to. */
#include "sample/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

/* Bytes that are copied in vain sooner than asking for another range; the pages of
 * both are needed anyway. */
enum { MOST_GAP = 2048, PAGE = 4096 };

struct hn_plan_order {
    hn_addr addr;
    size_t index;
};

void
hn_plan_deinit(struct hn_plan *plan)
{
    free(plan->wishes);
    free(plan->reads);
    free(plan->offsets);
    free(plan->bytes);
    free(plan->known);
    free(plan->order);
    memset(plan, 0, sizeof(*plan));
}

void
hn_plan_clear(struct hn_plan *plan)
{
    plan->count = plan->run = plan->used = plan->read_count = plan->bar_count = 0;
    plan->failed = false;
}

size_t
hn_plan_add(struct hn_plan *plan, hn_addr addr, size_t size)
{
    if (!HN_GROW(plan->wishes, plan->capacity, plan->count + 1)) {
        plan->failed = true;
        return SIZE_MAX;
    }
    if (size > HN_PLAN_MOST_BYTES || addr > UINT64_MAX - size)
        return SIZE_MAX;
    plan->wishes[plan->count] =
        (struct hn_plan_wish){ .addr = addr, .size = (uint32_t)size };
    return plan->count++;
}

size_t
hn_plan_add_alone(struct hn_plan *plan, hn_addr addr, size_t size)
{
    size_t index = hn_plan_add(plan, addr, size);

    if (index != SIZE_MAX)
        plan->wishes[index].alone = true;
    return index;
}

void
hn_plan_bar(struct hn_plan *plan)
{
    if (plan->bar_count < HN_PLAN_MOST_BARS)
        plan->bars[plan->bar_count++] = plan->count;
}

/* --- joining */

static int
by_address(const void *a, const void *b)
{
    const struct hn_plan_order *x = a, *y = b;

    return (x->addr > y->addr) - (x->addr < y->addr);
}

static bool
are_neighbours(hn_addr end, hn_addr next)
{
    return next <= end
           || (next - end <= MOST_GAP && next / PAGE - (end - 1) / PAGE <= 1);
}

static bool
begin_read(struct hn_plan *plan, hn_addr addr)
{
    size_t capacity = plan->read_capacity;

    if (!HN_GROW(plan->offsets, capacity, plan->read_count + 1)
        || !HN_GROW(plan->reads, plan->read_capacity, plan->read_count + 1))
        return false;
    plan->reads[plan->read_count] = (struct hn_wish){ .addr = addr };
    plan->offsets[plan->read_count++] = plan->used;
    return true;
}

static bool
sort_wishes(struct hn_plan *plan, size_t from, size_t to)
{
    if (!HN_GROW(plan->order, plan->order_capacity, to - from))
        return false;
    for (size_t i = from; i < to; i++)
        plan->order[i - from] = (struct hn_plan_order){ plan->wishes[i].addr, i };
    qsort(plan->order, to - from, sizeof(*plan->order), by_address);
    return true;
}

/* Wishes between two bars. */
static bool
join(struct hn_plan *plan, size_t from, size_t to)
{
    hn_addr end = 0;
    bool alone = false;

    if (!sort_wishes(plan, from, to))
        return false;
    for (size_t i = 0; i < to - from; i++) {
        struct hn_plan_wish *wish = &plan->wishes[plan->order[i].index];
        struct hn_wish *read;

        if (i == 0 || alone || wish->alone || !are_neighbours(end, wish->addr)) {
            if (i > 0)
                plan->used += (plan->reads[plan->read_count - 1].size + 7) & ~(size_t)7;
            if (!begin_read(plan, wish->addr))
                return false;
        }
        read = &plan->reads[plan->read_count - 1];
        wish->read = plan->read_count - 1;
        wish->within = (uint32_t)(wish->addr - read->addr);
        if (wish->within + (size_t)wish->size > read->size)
            read->size = wish->within + (size_t)wish->size;
        if (read->size > HN_PLAN_MOST_BYTES)
            return false;
        end = read->addr + read->size;
        alone = wish->alone;
    }
    if (to > from)
        plan->used += (plan->reads[plan->read_count - 1].size + 7) & ~(size_t)7;
    return plan->used <= HN_PLAN_MOST_BYTES;
}

static bool
join_all(struct hn_plan *plan)
{
    size_t from = plan->run;

    for (size_t i = 0; i < plan->bar_count; i++) {
        if (plan->bars[i] <= from)
            continue;
        if (!join(plan, from, plan->bars[i]))
            return false;
        from = plan->bars[i];
    }
    return join(plan, from, plan->count);
}

/* --- the first run of a look */

static bool
is_known(const struct hn_plan *plan)
{
    if (plan->run != 0 || plan->count != plan->known_count
        || plan->bar_count != plan->known_bar_count
        || memcmp(plan->bars, plan->known_bars, plan->bar_count * sizeof(plan->bars[0]))
               != 0)
        return false;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->wishes[i].addr != plan->known[i].addr
            || plan->wishes[i].size != plan->known[i].size
            || plan->wishes[i].alone != plan->known[i].alone)
            return false;
    return true;
}

static void
keep(struct hn_plan *plan)
{
    plan->known_count = 0;
    if (!HN_GROW(plan->known, plan->known_capacity, plan->count))
        return;
    memcpy(plan->known, plan->wishes, plan->count * sizeof(*plan->known));
    plan->known_count = plan->count;
    plan->known_reads = plan->read_count;
    plan->known_used = plan->used;
    plan->known_bar_count = plan->bar_count;
    memcpy(plan->known_bars, plan->bars, sizeof(plan->bars));
}

/* A page between or before others may be gone: ask for each wish by itself. */
static void
mend(struct hn_plan *plan, struct hn_target *target, size_t from)
{
    for (size_t i = from; i < plan->count; i++) {
        struct hn_plan_wish *wish = &plan->wishes[i];
        struct hn_wish alone;

        if (plan->reads[wish->read].got >= wish->within + (size_t)wish->size
            || plan->reads[wish->read].size == wish->size)
            continue;
        if (plan->used + wish->size > HN_PLAN_MOST_BYTES)
            return;
        plan->used += 8;
        alone = (struct hn_wish){ .addr = wish->addr, .size = wish->size };
        if (!begin_read(plan, wish->addr))
            return;
        plan->used += (wish->size + (size_t)7) & ~(size_t)7;
        if (!HN_GROW(plan->bytes, plan->size, plan->used))
            return;
        alone.buf = plan->bytes + plan->offsets[plan->read_count - 1];
        hn_target_gather(target, &alone, 1);
        plan->reads[plan->read_count - 1] = alone;
        wish->read = plan->read_count - 1;
        wish->within = 0;
    }
}

void
hn_plan_run(struct hn_plan *plan, struct hn_target *target)
{
    size_t first = plan->read_count, from = plan->run;
    bool short_read = false;

    if (plan->run == plan->count || plan->failed)
        return;
    if (is_known(plan)) {
        memcpy(plan->wishes, plan->known, plan->count * sizeof(*plan->wishes));
        plan->read_count = plan->known_reads;
        plan->used = plan->known_used;
    } else {
        if (!join_all(plan)) {
            plan->failed = true;
            return;
        }
        if (plan->run == 0)
            keep(plan);
    }
    if (!HN_GROW(plan->bytes, plan->size, plan->used)) {
        plan->failed = true;
        return;
    }
    for (size_t i = first; i < plan->read_count; i++)
        plan->reads[i].buf = plan->bytes + plan->offsets[i];
    hn_target_gather(target, plan->reads + first, plan->read_count - first);
    for (size_t i = first; i < plan->read_count; i++)
        short_read |= plan->reads[i].got < plan->reads[i].size;
    plan->run = plan->count;
    if (short_read)
        mend(plan, target, from);
}
