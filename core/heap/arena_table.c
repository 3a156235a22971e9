/* Tables of arenas, found by pools that know their place in them. */
#include "heap/arena_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"

enum {
    WORD = 8,
    /* Pools of one table that must find their arena in it. */
    WITNESSES = 4,
    /* Interpreters with an allocator of their own have a table each. */
    TABLES_MOST = 1 << 10,
    ARENAS_MOST = 1 << 22,
    REGION_MOST = 1 << 28,
    SMALL_POOL = 4 << 10,
    SMALL_ARENA = 256 << 10,
    LARGE_ARENA = 1 << 20
};

struct witness {
    hn_addr pool;
    uint32_t arena;
};

struct search {
    const struct hn_heap *heap;
    struct hn_python *py;
    struct hn_py_arenas *ret;
    struct witness witnesses[WITNESSES];
    unsigned count;
};

void
hn_py_arenas_deinit(struct hn_py_arenas *arenas)
{
    free(arenas->items);
    free(arenas->tables);
    memset(arenas, 0, sizeof(*arenas));
}

struct hn_py_arena *
hn_py_arenas_find(const struct hn_py_arenas *arenas, hn_addr at)
{
    size_t low = 0, high = arenas->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (arenas->items[middle].at + arenas->items[middle].size <= at)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == arenas->count || at < arenas->items[low].at)
        return NULL;
    return &arenas->items[low];
}

static uint32_t
pool_size(const struct hn_heap *heap, hn_addr pool)
{
    /* All of a build's are of one size; the first of 16 KiB says so. */
    struct hn_record rec;

    if (hn_record_load(&heap->rt->py, HN_STRUCT_POOL, pool, &rec) != HN_OK)
        return 0;
    return (uint32_t)(hn_record_u64(&rec, HN_POOL_MAX_NEXT_OFFSET)
                      + (hn_record_u64(&rec, HN_POOL_SIZE_CLASS) + 1) * 16);
}

/* The arena number @index of the table at @table; false when there can be none. */
static bool
read_arena(struct hn_python *py, hn_addr table, uint32_t index, uint32_t pool,
           struct hn_py_arena *ret)
{
    struct hn_record rec;
    hn_addr at = table + (hn_addr)index * py->layout.size[HN_STRUCT_ARENA];
    uint64_t total;

    if (hn_record_load(py, HN_STRUCT_ARENA, at, &rec) != HN_OK)
        return false;
    total = hn_record_u64(&rec, HN_ARENA_TOTAL_POOLS);
    *ret = (struct hn_py_arena){
        .at = hn_record_u64(&rec, HN_ARENA_ADDRESS),
        .fresh = hn_record_u64(&rec, HN_ARENA_POOL_ADDRESS),
        .free_pools = (uint32_t)hn_record_u64(&rec, HN_ARENA_FREE_POOLS),
        .pool_size = pool,
        .size = pool == SMALL_POOL ? SMALL_ARENA : LARGE_ARENA,
    };
    if (hn_layout_has(&py->layout, HN_ARENA_POOL_LIST))
        ret->free_list = hn_record_u64(&rec, HN_ARENA_POOL_LIST);
    /* 2 MiB since 3.15 where pages are huge. */
    while (total > ret->size / pool && ret->size < UINT64_C(4) * LARGE_ARENA)
        ret->size *= 2;
    ret->first_pool = (ret->at + pool - 1) / pool * pool;
    return ret->at != 0 && total > 0 && total <= ret->size / pool
           && total + 1 >= ret->size / pool && ret->free_pools <= total
           && ret->fresh >= ret->at && ret->fresh <= ret->at + ret->size;
}

static bool
holds(struct hn_python *py, hn_addr table, const struct witness *witness, uint32_t pool)
{
    struct hn_py_arena arena;

    return read_arena(py, table, witness->arena, pool, &arena)
           && witness->pool >= arena.at && witness->pool < arena.at + arena.size;
}

/* Some pools that no known arena holds, far from one another. */
static void
choose_witnesses(struct search *s)
{
    const struct hn_heap *heap = s->heap;
    size_t seen = 0;

    s->count = 0;
    for (size_t i = 0; i < heap->pool_count && s->count < WITNESSES; i++) {
        hn_addr at = heap->pools[i].at;
        uint64_t index;

        if (heap->pools[i].is_page || hn_py_arenas_find(s->ret, at))
            continue;
        /* One is enough to find its table; the others, if they are of the same, make
         * sure of it. */
        if (s->count > 0 && seen++ % 16 != 15)
            continue;
        if (hn_field_read(s->py, HN_POOL_ARENA_INDEX, at, &index) != HN_OK)
            continue;
        s->witnesses[s->count++] = (struct witness){ at, (uint32_t)index };
    }
}

static bool
is_known(const struct hn_py_arenas *arenas, hn_addr table)
{
    for (size_t i = 0; i < arenas->table_count; i++)
        if (arenas->tables[i].at == table)
            return true;
    return false;
}

/* Whether the word is the table of the first witness. What it points to is read only
 * where a table can be: all else may be pages of files that nobody touched yet. */
static bool
is_table(struct search *s, hn_addr word, uint32_t pool)
{
    const struct hn_region *region;
    hn_addr entry =
        word + (hn_addr)s->witnesses[0].arena * s->py->layout.size[HN_STRUCT_ARENA];

    if (word < 4096 || word % WORD != 0 || word >= UINT64_C(1) << 56)
        return false;
    region = hn_target_region(s->py->target, word);
    return region && region->writable && !region->shared && entry < region->end
           && !is_known(s->ret, word) && holds(s->py, word, &s->witnesses[0], pool);
}

static bool
search_words(struct search *s, hn_addr from, hn_addr to, uint32_t pool, hn_addr *ret)
{
    enum { PIECE = 512 };
    uint64_t words[PIECE];

    for (hn_addr at = from & ~(hn_addr)(WORD - 1); at < to;) {
        size_t wanted = (to - at) / WORD < PIECE ? (to - at) / WORD : PIECE;
        size_t size;
        const uint8_t *bytes = hn_target_lend(s->py->target, at, &size);

        if (wanted == 0)
            return false;
        if (!bytes || size < WORD) {
            at = (at | 4095) + 1;
            continue;
        }
        size = size / WORD < wanted ? size / WORD : wanted;
        memcpy(words, bytes, size * WORD);
        for (size_t i = 0; i < size; i++)
            if (is_table(s, words[i], pool)) {
                *ret = words[i];
                return true;
            }
        at += size * WORD;
    }
    return false;
}

/* In the state of interpreters (3.12 and later), then in the data of programs. */
static bool
find_table(struct search *s, const struct hn_process *process, uint32_t pool,
           hn_addr *ret)
{
    struct hn_python *py = s->py;
    const struct hn_target *target = py->target;

    for (size_t i = 0; i < process->interpreter_count; i++) {
        hn_addr at = process->interpreters[i].addr, state;

        if (!hn_layout_has(&py->layout, HN_INTERP_OBMALLOC)
            || !hn_layout_has(&py->layout, HN_OBMALLOC_ARENAS))
            break;
        at = hn_field_addr(py, HN_INTERP_OBMALLOC, at);
        if (search_words(s, hn_field_addr(py, HN_OBMALLOC_ARENAS, at),
                         hn_field_addr(py, HN_OBMALLOC_ARENAS, at) + WORD, pool, ret))
            return true;
        if (hn_target_read_u64(py->target, at, &state) == HN_OK
            && search_words(s, hn_field_addr(py, HN_OBMALLOC_ARENAS, state),
                            hn_field_addr(py, HN_OBMALLOC_ARENAS, state) + WORD, pool,
                            ret))
            return true;
    }
    for (size_t i = 0; i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];

        if (region->writable && !region->shared && hn_target_is_data(target, region)
            && region->end - region->start <= REGION_MOST
            && search_words(s, region->start, region->end, pool, ret))
            return true;
    }
    return false;
}

static int
by_address(const void *a, const void *b)
{
    const struct hn_py_arena *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

static void
add_arena(struct hn_py_arenas *ret, const struct hn_py_arena *arena)
{
    if (ret->count >= ARENAS_MOST
        || !HN_GROW(ret->items, ret->capacity, ret->count + 1)) {
        ret->failed = true;
        return;
    }
    ret->items[ret->count++] = *arena;
}

/* Entries of the table, up to where none can be: it says nowhere how long it is before
 * 3.12. Those that are free have address 0. */
static uint32_t
read_table(struct search *s, hn_addr table, uint32_t pool)
{
    struct hn_python *py = s->py;
    uint32_t index = 0, last = 0;
    struct hn_py_arenas *ret = s->ret;

    for (; index < ARENAS_MOST && index < last + 4096 && !ret->failed; index++) {
        struct hn_py_arena arena;
        const struct hn_region *region;
        bool is_new = true;

        if (!read_arena(py, table, index, pool, &arena)) {
            uint64_t address;

            if (hn_field_read(py, HN_ARENA_ADDRESS,
                              table + (hn_addr)index * py->layout.size[HN_STRUCT_ARENA],
                              &address)
                    != HN_OK
                || address != 0)
                break;
            continue;
        }
        region = hn_target_region(py->target, arena.at);
        for (size_t i = 0; i < ret->count; i++)
            is_new &= ret->items[i].at != arena.at;
        if (!region || !is_new)
            break;
        add_arena(ret, &arena);
        last = index;
    }
    return index;
}

static bool
add_table(struct search *s, hn_addr table, uint32_t pool)
{
    struct hn_py_arenas *ret = s->ret;
    void *tables =
        reallocarray(ret->tables, ret->table_count + 1, sizeof(*ret->tables));
    uint32_t length;

    if (!tables)
        return false;
    ret->tables = tables;
    length = read_table(s, table, pool);
    ret->tables[ret->table_count++] = (struct hn_heap_claim){
        .at = table, .size = (uint64_t)length * s->py->layout.size[HN_STRUCT_ARENA]
    };
    qsort(ret->items, ret->count, sizeof(*ret->items), by_address);
    return true;
}

/* Counts the pools in each arena. */
static void
count_pools(const struct hn_heap *heap, struct hn_py_arenas *ret)
{
    for (size_t i = 0; i < heap->pool_count; i++) {
        struct hn_py_arena *arena;
        uint64_t used;

        if (heap->pools[i].is_page)
            continue;
        arena = hn_py_arenas_find(ret, heap->pools[i].at);
        if (!arena) {
            ret->orphans++;
            continue;
        }
        if (hn_field_read(&heap->rt->py, HN_POOL_COUNT, heap->pools[i].at, &used)
                != HN_OK
            || used == 0)
            continue;
        arena->pools++;
        arena->used += (uint32_t)used;
    }
}

enum hn_status
hn_py_arenas_load(const struct hn_heap *heap, const struct hn_process *process,
                  struct hn_py_arenas *ret)
{
    struct search s = { .heap = heap, .py = &heap->rt->py, .ret = ret };
    struct hn_error saved = *s.py->err;
    hn_addr table;

    memset(ret, 0, sizeof(*ret));
    if (!hn_layout_has(&s.py->layout, HN_ARENA_ADDRESS)
        || !hn_layout_has(&s.py->layout, HN_POOL_ARENA_INDEX))
        return HN_OK;
    while (ret->table_count < TABLES_MOST) {
        uint32_t size;

        choose_witnesses(&s);
        if (s.count == 0)
            break;
        size = pool_size(heap, s.witnesses[0].pool);
        if (size == 0 || !find_table(&s, process, size, &table)
            || !add_table(&s, table, size))
            break;
    }
    *s.py->err = saved;
    count_pools(heap, ret);
    if (ret->failed)
        return hn_fail(s.py->err, HN_E_NOMEM, 0, "no memory for the ledger");
    return HN_OK;
}
