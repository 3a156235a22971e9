/* Which native thread a Python thread state belongs to.
 *
 * Since 3.11 the thread state records gettid(), as seen in the target's own pid
 * namespace. Before that there is only pthread_self(), which is the thread pointer
 * register on x86-64 and a fixed distance from it elsewhere; without registers (a
 * running process) glibc's struct pthread, which begins there, holds the tid. */
#include "runtime/internal.h"

#include <string.h>

enum {
    /* Bytes of struct pthread searched for the tid: 720 on x86-64 glibc 2.3x, 208 where
     * the thread control block is small. */
    PTHREAD_SEARCHED = 1024,
    NOT_CALIBRATED = -1
};

struct native_entry {
    const struct hn_native_thread *thread;
    bool asked, known; /* registers */
    struct hn_registers registers;
};

struct hn_native_map {
    struct hn_runtime *rt;
    struct native_entry *entries;
    size_t count;
    int tid_offset; /* of the tid in struct pthread */
};

enum hn_status
hn_native_map_make(struct hn_runtime *rt, const struct hn_native_thread *natives,
                   size_t count, struct hn_arena *arena, struct hn_native_map **ret)
{
    struct hn_native_map *map = hn_arena_alloc(arena, sizeof(*map));

    if (map)
        map->entries = hn_arena_array(arena, count, sizeof(*map->entries));
    if (!map || !map->entries)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for the threads");
    map->rt = rt;
    map->count = count;
    map->tid_offset = NOT_CALIBRATED;
    for (size_t i = 0; i < count; i++)
        map->entries[i].thread = &natives[i];
    *ret = map;
    return HN_OK;
}

static const struct hn_registers *
registers_of(struct hn_native_map *map, struct native_entry *entry)
{
    if (!entry->asked)
        entry->known = hn_target_registers(map->rt->py.target, entry->thread->tid,
                                           &entry->registers)
                       == HN_OK;
    entry->asked = true;
    return entry->known ? &entry->registers : NULL;
}

const struct hn_registers *
hn_native_map_registers(struct hn_native_map *map,
                        const struct hn_native_thread *native)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->entries[i].thread == native)
            return registers_of(map, &map->entries[i]);
    return NULL;
}

static const struct hn_native_thread *
by_tid(struct hn_native_map *map, int64_t ns_tid)
{
    for (size_t i = 0; i < map->count && ns_tid > 0; i++)
        if (map->entries[i].thread->ns_tid == ns_tid)
            return map->entries[i].thread;
    return NULL;
}

static const struct hn_native_thread *
by_thread_pointer(struct hn_native_map *map, uint64_t ident)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct hn_registers *regs = registers_of(map, &map->entries[i]);

        if (regs && regs->thread_pointer != 0 && regs->thread_pointer == ident)
            return map->entries[i].thread;
    }
    return NULL;
}

/* Finds where glibc keeps the tid, by looking for one of the known tids in the
 * thread's own struct pthread. */
static const struct hn_native_thread *
by_struct_pthread(struct hn_native_map *map, uint64_t ident)
{
    struct hn_target *target = map->rt->py.target;
    uint8_t bytes[PTHREAD_SEARCHED];
    size_t size = hn_target_read_some(target, ident, bytes, sizeof(bytes));
    int first = map->tid_offset == NOT_CALIBRATED ? 0 : map->tid_offset;
    int last = map->tid_offset == NOT_CALIBRATED ? (int)size - 4 : map->tid_offset;

    for (int at = first; at <= last && (size_t)at + 4 <= size; at += 4) {
        const struct hn_native_thread *native;
        int32_t tid;

        memcpy(&tid, bytes + at, sizeof(tid));
        native = by_tid(map, tid);
        if (native) {
            map->tid_offset = at;
            return native;
        }
    }
    return NULL;
}

const struct hn_native_thread *
hn_native_map_find(struct hn_native_map *map, const struct hn_tstate *tstate,
                   int64_t hint)
{
    const struct hn_native_thread *native;

    if (tstate->native_id > 0)
        return by_tid(map, tstate->native_id);
    if (tstate->ident == 0 || map->count == 0)
        return NULL;
    native = by_thread_pointer(map, tstate->ident);
    if (!native && hint > 0)
        native = by_tid(map, hint);
    return native ? native : by_struct_pthread(map, tstate->ident);
}
