/* Finds tracemalloc's static variables (up to 3.11) in a binary without symbols.
 *
 * The data of the module that holds _PyRuntime is searched for pointers to hash tables;
 * the one whose values are traces is what we look for. That it is the right one is
 * proven by its own sum: the sizes of all its traces, and of those of other domains,
 * must be the very number that stands a few words further on as the memory traced. */
#include "tracemalloc/reader.h"

#include <stdlib.h>
#include <string.h>

enum {
    /* Data and .bss of the largest interpreters have 2 MB; some embed them. */
    DATA_MOST = 64 << 20,
    BLOCK = 1 << 16,
    /* _tracemalloc.c has four tables, all of CPython not many more. */
    TABLES_MOST = 64,
    /* Items that must look like traces before a whole table is added up. */
    SAMPLE = 16,
    /* The module's variables are neighbours. */
    NEAR_WORDS = 16,
};

struct found_table {
    hn_addr variable; /* where the pointer to it is */
    struct hn_table table;
};

struct hn_trace_shapes {
    struct hn_runtime *rt;
    uint32_t limit;
    struct found_table tables[TABLES_MOST];
    size_t count, next;
    struct hn_table_item items[HN_TABLE_BATCH];
    struct hn_trace_raw raw[HN_TABLE_BATCH];
    bool found[HN_TABLE_BATCH];
    uint8_t block[BLOCK];
};

static bool
is_code(struct hn_trace_shapes *s, hn_addr addr)
{
    const struct hn_region *region = hn_target_region(s->rt->py.target, addr);

    return region && region->executable;
}

static void
consider(struct hn_trace_shapes *s, hn_addr variable, hn_addr addr)
{
    const struct hn_region *region = hn_target_region(s->rt->py.target, addr);
    struct hn_error saved = *s->rt->py.err;
    struct hn_table table;

    if (s->count == TABLES_MOST || addr % 16 != 0 || !region || !region->writable)
        return;
    if (hn_table_load(&s->rt->py, addr, &table) != HN_OK)
        *s->rt->py.err = saved;
    else if (is_code(s, table.hash) && is_code(s, table.compare))
        s->tables[s->count++] = (struct found_table){ variable, table };
}

static void
scan(struct hn_trace_shapes *s, hn_addr start, hn_addr end)
{
    struct hn_target *target = s->rt->py.target;

    for (hn_addr at = start; at < end; at += BLOCK) {
        size_t size = end - at < BLOCK ? end - at : BLOCK;

        size = hn_target_read_some(target, at, s->block, size);
        for (size_t i = 0; i + 8 <= size; i += 8) {
            hn_addr word;

            memcpy(&word, s->block + i, sizeof(word));
            if (word)
                consider(s, at + i, word);
        }
    }
}

/* Writable memory without a gap around _PyRuntime: its module's data and .bss. */
static void
scan_module(struct hn_trace_shapes *s)
{
    const struct hn_target *target = s->rt->py.target;
    const struct hn_region *runtime = hn_target_region(target, s->rt->address), *first,
                           *last;
    hn_addr end;

    if (!runtime)
        return;
    first = last = runtime;
    while (first > target->regions && first[-1].writable
           && first[-1].end == first->start)
        first--;
    while (last + 1 < target->regions + target->region_count && last[1].writable
           && last[1].start == last->end && last[1].path[0] != '[')
        last++;
    end = last->end;
    if (end - first->start > DATA_MOST)
        end = first->start + DATA_MOST;
    scan(s, first->start, end);
}

/* The first items of @table, in s->items. */
static size_t
sample(struct hn_trace_shapes *s, const struct hn_table *table)
{
    struct hn_table_iter it;
    size_t count = 0;

    hn_table_iter_init(&it, &s->rt->py, table);
    if (hn_table_iter_next(&it, s->items, &count) != HN_OK)
        count = 0;
    hn_table_iter_deinit(&it);
    return count < SAMPLE ? count : SAMPLE;
}

static bool
holds_traces(struct hn_trace_shapes *s, const struct hn_table *table)
{
    size_t count = sample(s, table);

    for (size_t i = 0; i < count; i++)
        if (!hn_trace_raw_load_one(&s->rt->py, &s->items[i], &s->raw[i])
            || !hn_trace_stack_is_plausible(&s->rt->py, s->raw[i].stack, s->limit))
            return false;
    return count > 0;
}

/* False when a trace cannot be read: then no sum proves anything. */
static bool
add_up(struct hn_trace_shapes *s, const struct hn_table *table, uint64_t *ret)
{
    struct hn_table_iter it;
    uint64_t seen = 0;
    size_t count;

    hn_table_iter_init(&it, &s->rt->py, table);
    while (hn_table_iter_next(&it, s->items, &count) == HN_OK) {
        hn_trace_raw_load(&s->rt->py, &it.lent, s->items, count, s->raw, s->found);
        for (size_t i = 0; i < count && s->found[i]; i++, seen++)
            *ret += s->raw[i].size;
    }
    hn_table_iter_deinit(&it);
    return seen == table->entries && !it.overrun;
}

/* Adds the tables of other domains: the values of @domains, of which there are few
 * enough for one batch. */
static bool
add_domains(struct hn_trace_shapes *s, const struct hn_table *domains, uint64_t *ret)
{
    struct hn_table_item items[HN_TABLE_BATCH];
    struct hn_table_iter it;
    size_t count = 0;
    bool good = domains->entries > 0 && domains->entries <= HN_TABLE_BATCH;

    hn_table_iter_init(&it, &s->rt->py, domains);
    while (good && hn_table_iter_next(&it, items, &count) == HN_OK)
        for (size_t i = 0; good && i < count; i++) {
            struct hn_table table;

            good = hn_table_load(&s->rt->py, items[i].value, &table) == HN_OK
                   && (table.entries == 0 || holds_traces(s, &table))
                   && add_up(s, &table, ret);
        }
    hn_table_iter_deinit(&it);
    return good;
}

/* The compiler puts traced memory and its peak side by side, in either order; what
 * stands on the other side is a pointer, larger than any amount of memory. */
static void
take_peak(struct hn_trace_shapes *s, hn_addr traced_at, struct hn_trace_place *ret)
{
    static const uint64_t amounts_end = UINT64_C(1) << 40;
    static const int64_t sides[] = { -8, 8 };

    for (size_t i = 0; i < 2; i++) {
        uint64_t word;

        if (hn_target_read_some(s->rt->py.target, traced_at + (uint64_t)sides[i], &word,
                                8)
                != 8
            || word < ret->traced || word >= amounts_end)
            continue;
        ret->peak = word;
        ret->has_peak = true;
        return;
    }
}

/* Whether @sum stands near @variable. */
static bool
is_proven(struct hn_trace_shapes *s, hn_addr variable, uint64_t sum,
          struct hn_trace_place *ret)
{
    uint64_t words[2 * NEAR_WORDS + 1];
    hn_addr first = variable - (hn_addr)NEAR_WORDS * 8;

    if (sum == 0
        || hn_target_read_some(s->rt->py.target, first, words, sizeof(words))
               != sizeof(words))
        return false;
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        if (words[i] == sum) {
            ret->traced = sum;
            take_peak(s, first + i * 8, ret);
            return true;
        }
    return false;
}

bool
hn_trace_shapes_prove(struct hn_trace_shapes *s, uint64_t sum,
                      struct hn_trace_place *ret)
{
    const hn_addr variable = s->tables[s->next - 1].variable;

    ret->domains = 0;
    if (is_proven(s, variable, sum, ret))
        return true;
    for (size_t i = 0; i < s->count; i++) {
        uint64_t all = sum;

        if (!add_domains(s, &s->tables[i].table, &all)
            || !is_proven(s, variable, all, ret))
            continue;
        ret->domains = s->tables[i].table.addr;
        return true;
    }
    return false;
}

bool
hn_trace_shapes_next(struct hn_trace_shapes *s, struct hn_trace_place *ret)
{
    while (s->next < s->count) {
        const struct hn_table *table = &s->tables[s->next++].table;

        if (!holds_traces(s, table))
            continue;
        ret->traces = table->addr;
        return true;
    }
    return false;
}

struct hn_trace_shapes *
hn_trace_shapes_find(struct hn_runtime *rt, uint32_t limit)
{
    struct hn_trace_shapes *s = calloc(1, sizeof(*s));

    if (!s)
        return NULL;
    s->rt = rt;
    s->limit = limit;
    scan_module(s);
    return s;
}

void
hn_trace_shapes_free(struct hn_trace_shapes *s)
{
    free(s);
}
