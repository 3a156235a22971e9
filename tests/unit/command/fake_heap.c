/* A heap of two types for tests of commands: nothing is read. */
#include "heap/census.h"
#include "heap/collector.h"
#include "heap/ledger.h"
#include "heap/pace.h"
#include "heap/search.h"
#include "heap/strings.h"
#include "heap/where.h"
#include "snapshot/moment.h"

#include <string.h>

enum hn_status
hn_heap_load(struct hn_runtime *rt, const struct hn_process *process,
             struct hn_heap *ret)
{
    (void)process;
    memset(ret, 0, sizeof(*ret));
    ret->rt = rt;
    ret->sums = (struct hn_heap_sums){
        .objects = 3,
        .counted = 300,
        .spent = 320,
        .other_blocks = 2,
        .other_bytes = 64,
    };
    return HN_OK;
}

void
hn_heap_deinit(struct hn_heap *heap)
{
    (void)heap;
}

void
hn_heap_drop_counted(struct hn_heap *heap)
{
    (void)heap;
}

void
hn_pace_init(struct hn_pace *pace, const struct hn_host *host, struct hn_error *err)
{
    *pace = (struct hn_pace){ .host = host, .err = err };
}

void
hn_pace_end(struct hn_pace *pace)
{
    (void)pace;
}

enum hn_status
hn_pace_step(struct hn_pace *pace, const char *what, uint64_t done, uint64_t total)
{
    (void)pace;
    (void)what;
    (void)done;
    (void)total;
    return HN_OK;
}

enum hn_status
hn_census_make(const struct hn_heap *heap, enum hn_census_group group,
               enum hn_census_order order, struct hn_arena *arena,
               struct hn_heap_census *ret)
{
    static struct hn_heap_row rows[] = {
        { "shop.Item", 2, 200, 208 },
        { "str", 1, 100, 112 },
    };

    (void)group;
    (void)order;
    (void)arena;
    *ret = (struct hn_heap_census){ rows, 2, heap->sums };
    return HN_OK;
}

enum hn_status
hn_heap_search(const struct hn_heap *heap, const struct hn_heap_filter *filter,
               struct hn_arena *arena, struct hn_heap_hits *ret)
{
    static struct hn_heap_hit hits[] = {
        { .address = 0x1000, .type = "str", .repr = "'a'", .bytes = 50 },
    };

    (void)heap;
    (void)filter;
    (void)arena;
    *ret = (struct hn_heap_hits){ hits, 1, 1, 50 };
    return HN_OK;
}

enum hn_status
hn_heap_strings(const struct hn_heap *heap, uint64_t limit, struct hn_arena *arena,
                struct hn_heap_strings *ret)
{
    static struct hn_heap_copies copies[] = { { "'a'", 3, 50, 100, 0x1000 } };

    (void)heap;
    (void)limit;
    (void)arena;
    *ret = (struct hn_heap_strings){ copies, 1, 1, 4, 200, 100 };
    return HN_OK;
}

enum hn_status
hn_collector_load(struct hn_runtime *rt, const struct hn_process *process,
                  struct hn_arena *arena, struct hn_gc_report *ret)
{
    static struct hn_gc_facts facts[] = { { .known = true, .enabled = true } };

    (void)rt;
    (void)process;
    (void)arena;
    *ret = (struct hn_gc_report){ facts, 1 };
    return HN_OK;
}

enum hn_status
hn_heap_block_find(struct hn_python *py, hn_addr object, struct hn_object_block *ret)
{
    (void)py;
    (void)object;
    (void)ret;
    return HN_DONE;
}

enum hn_status
hn_heap_load_claims(struct hn_runtime *rt, const struct hn_process *process,
                    struct hn_heap *ret)
{
    return hn_heap_load(rt, process, ret);
}

enum hn_status
hn_ledger_make(struct hn_heap *heap, const struct hn_process *process,
               struct hn_arena *arena, struct hn_ledger *ret)
{
    (void)heap;
    (void)process;
    (void)arena;
    *ret = (struct hn_ledger){ .total = 4096,
                               .kind = "resident",
                               .c_allocator = "glibc's, 1 arena" };
    ret->rows[HN_LEDGER_OBJECTS] = (struct hn_ledger_row){ .count = 3, .bytes = 4000 };
    ret->rows[HN_LEDGER_UNACCOUNTED].bytes = 96;
    return HN_OK;
}

/* What moments are made of; nobody compares these. */

size_t
hn_census_finish(struct hn_heap_row *rows, size_t count, enum hn_census_order order)
{
    (void)rows;
    (void)order;
    return count;
}

const char *
hn_census_module(const struct hn_heap_type *type)
{
    return type->module;
}

const char *
hn_census_size_name(uint64_t bytes)
{
    (void)bytes;
    return "any";
}

bool
hn_heap_resize(struct hn_heap *heap, uint32_t capacity)
{
    (void)heap;
    (void)capacity;
    return false;
}

bool
hn_heap_type_matches(const char *pattern, const char *name)
{
    return !pattern || strcmp(pattern, name) == 0;
}

enum hn_status
hn_moment_take(struct hn_runtime *rt, const struct hn_process *process,
               const struct hn_moment_options *options, struct hn_moment *ret)
{
    (void)process;
    (void)options;
    (void)ret;
    return hn_fail(rt->py.err, HN_E_UNSUPPORTED, 0, "there is no heap");
}

uint64_t
hn_heap_counted(const struct hn_heap *heap, uint32_t object)
{
    return heap->counted[object];
}

uint64_t
hn_heap_spent(const struct hn_heap *heap, uint32_t object)
{
    return heap->spent[object];
}
