/* Reads what gc.get_threshold(), get_count(), get_stats() and get_freeze_count() tell.
 *
 * Statistics are three records in the collector's state; since 3.15 they are the newest
 * entries of rings, one for each generation. CPython: pycore_gc.h,
 * pycore_interp_structs.h (gc_generation_stats, gc_stats). */
#include "heap/collector.h"

#include "heap/lists.h"
#include "runtime/gc.h"

enum { POLL = 1 << 12 };

/* Where the record of @generation is; 0 when that is not known. */
static hn_addr
stats_in_array(struct hn_python *py, hn_addr gc, unsigned generation)
{
    return hn_field_addr(py, HN_GC_STATS, gc)
           + (hn_addr)generation * py->layout.size[HN_STRUCT_GCSTATS];
}

/* The ring of the young generation, then two of the old ones, which are as large as
 * what is left up to the next member allows. */
static hn_addr
stats_in_rings(struct hn_python *py, hn_addr gc, unsigned generation)
{
    const struct hn_layout *layout = &py->layout;
    const uint32_t record = layout->size[HN_STRUCT_GCSTATS];
    hn_addr rings, ring, index_at;
    uint32_t end = hn_layout_has(layout, HN_GCRINGS_SEQUENCE)
                       ? (uint32_t)layout->offset[HN_GCRINGS_SEQUENCE]
                       : layout->size[HN_STRUCT_GCRINGS];
    uint32_t old_bytes = (end - (uint32_t)layout->offset[HN_GCRINGS_OLD]) / 2;
    uint8_t index;

    if (hn_target_read_u64(py->target, hn_field_addr(py, HN_GC_STATS, gc), &rings))
        return 0;
    ring = hn_field_addr(py, HN_GCRINGS_YOUNG, rings);
    index_at = hn_field_addr(py, HN_GCRINGS_YOUNG_INDEX, rings);
    if (generation > 0) {
        ring = hn_field_addr(py, HN_GCRINGS_OLD, rings)
               + (hn_addr)(generation - 1) * old_bytes;
        index_at = ring + (uint64_t)(old_bytes / record) * record;
    }
    if (hn_target_read(py->target, index_at, &index, sizeof(index))
        || ring + (hn_addr)index * record >= index_at)
        return 0;
    return ring + (hn_addr)index * record;
}

static void
load_stats(struct hn_python *py, hn_addr gc, unsigned generation,
           struct hn_gc_generation_facts *ret)
{
    const struct hn_layout *layout = &py->layout;
    struct hn_record rec;
    hn_addr at;

    if (!hn_layout_has(layout, HN_GC_STATS)
        || !hn_layout_has(layout, HN_GCSTATS_COLLECTIONS))
        return;
    at = hn_layout_has(layout, HN_GCRINGS_YOUNG) ? stats_in_rings(py, gc, generation)
                                                 : stats_in_array(py, gc, generation);
    if (at == 0 || hn_record_load(py, HN_STRUCT_GCSTATS, at, &rec) != HN_OK)
        return;
    ret->has_stats = true;
    ret->collections = hn_record_u64(&rec, HN_GCSTATS_COLLECTIONS);
    ret->collected = hn_record_u64(&rec, HN_GCSTATS_COLLECTED);
    ret->uncollectable = hn_record_u64(&rec, HN_GCSTATS_UNCOLLECTABLE);
}

static enum hn_status
count_objects(struct hn_python *py, hn_addr gc, struct hn_gc_facts *ret)
{
    struct hn_gc_walk walk;
    hn_addr object;
    unsigned list;
    uint64_t steps = 0;

    hn_gc_walk_init(py, gc, &walk);
    ret->has_lists = walk.heads[0] != 0;
    while (hn_gc_walk_next(&walk, &object, &list) == HN_OK) {
        if (list == HN_GC_FROZEN)
            ret->frozen++;
        else
            ret->generation[list].objects++;
        enum hn_status st = ++steps % POLL ? HN_OK : hn_target_poll(py->target);

        if (st)
            return st;
    }
    ret->bad_lists = walk.bad;
    return HN_OK;
}

static enum hn_status
load_one(struct hn_runtime *rt, const struct hn_interpreter *interpreter,
         struct hn_gc_facts *ret)
{
    hn_addr gc = hn_gc_state(rt, interpreter->addr);

    *ret = (struct hn_gc_facts){
        .interpreter = interpreter->id,
        .known = interpreter->gc.known,
        .enabled = interpreter->gc.enabled,
        .collecting = interpreter->gc.collecting,
    };
    if (gc == 0)
        return HN_OK;
    for (unsigned i = 0; i < HN_GC_GENERATIONS_SHOWN; i++) {
        ret->generation[i].threshold = interpreter->gc.threshold[i];
        ret->generation[i].count = interpreter->gc.count[i];
        load_stats(&rt->py, gc, i, &ret->generation[i]);
    }
    return count_objects(&rt->py, gc, ret);
}

enum hn_status
hn_collector_load(struct hn_runtime *rt, const struct hn_process *process,
                  struct hn_arena *arena, struct hn_gc_report *ret)
{
    enum hn_status st = HN_OK;

    ret->count = 0;
    ret->items = hn_arena_array(arena, process->interpreter_count, sizeof(*ret->items));
    if (!ret->items)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for the collector");
    for (size_t i = 0; !st && i < process->interpreter_count; i++, ret->count++)
        st = load_one(rt, &process->interpreters[i], &ret->items[i]);
    return st;
}
