/* Stacks that lie, by the hundred thousand: nothing may crash, hang or run in a circle.
 *
 *   unwind_corrupt CORE COUNT SEED
 *
 * Reads the core through a filter that changes words of it: of the stacks each time
 * anew, in one of five runs also of the unwind tables, and the registers in one of
 * three. What is changed depends on the seed alone. Meant for a build with ASan. Prints
 * what the walks came to; a stack that is not in order fails. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unwind/unwind.h"

enum { MOST_STEPS = 4096, RUN = 200 };

struct filter {
    struct hn_target *inner;
    uint64_t seed;       /* of this walk */
    uint64_t table_seed; /* of this run; 0: tables are left alone */
    unsigned one_in;     /* words that are changed */
    bool registers;
};

static uint64_t
mix(uint64_t x)
{
    x ^= x >> 33;
    x *= UINT64_C(0xff51afd7ed558ccd);
    x ^= x >> 33;
    x *= UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

/* What stands in the place of the word at @addr. */
static uint64_t
lie(const struct filter *f, hn_addr addr, uint64_t random)
{
    const struct hn_target *t = f->inner;
    const struct hn_region *region = &t->regions[mix(random) % t->region_count];

    switch (random >> 40 & 7) {
    case 0: return 0;
    case 1: return mix(random);
    case 2: return addr;
    case 3: return addr + 8;
    case 4: return addr - 16;
    case 5: return UINT64_MAX - (random & 0xff);
    default: return region->start + mix(random + 1) % (region->end - region->start);
    }
}

static void
change_words(const struct filter *f, hn_addr addr, uint8_t *bytes, size_t size)
{
    for (hn_addr word = (addr + 7) & ~UINT64_C(7); word + 8 <= addr + size; word += 8) {
        uint64_t random = mix(f->seed ^ word), value;

        if (random % f->one_in != 0)
            continue;
        value = lie(f, word, mix(random));
        memcpy(bytes + (word - addr), &value, sizeof(value));
    }
}

static void
change_bytes(const struct filter *f, hn_addr addr, uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        uint64_t random = mix(f->table_seed ^ (addr + i));

        if (random % 64 == 0)
            bytes[i] = (uint8_t)(random >> 32);
    }
}

static size_t
filter_read(void *impl, hn_addr addr, void *buf, size_t size)
{
    const struct filter *f = impl;
    const struct hn_region *region = hn_target_region(f->inner, addr);
    size_t n = hn_target_read_some(f->inner, addr, buf, size);

    if (!region)
        return n;
    if (region->writable && f->one_in)
        change_words(f, addr, buf, n);
    else if (!region->writable && f->table_seed && region->offset != 0)
        change_bytes(f, addr, buf, n);
    return n;
}

static enum hn_status
filter_regions(void *impl, hn_region_fn *each, void *arg)
{
    const struct filter *f = impl;
    enum hn_status st = HN_OK;

    for (size_t i = 0; i < f->inner->region_count && st == HN_OK; i++)
        st = each(arg, &f->inner->regions[i]);
    return st;
}

static enum hn_status
filter_registers(void *impl, int64_t tid, struct hn_registers *ret)
{
    const struct filter *f = impl;
    enum hn_status st = hn_target_registers(f->inner, tid, ret);

    if (st || !f->registers)
        return st;
    for (unsigned i = 0; i < HN_REGISTERS_MAX; i++)
        if ((ret->valid >> i & 1) && mix(f->seed + i) % 4 == 0)
            ret->dwarf[i] = lie(f, ret->sp, mix(f->seed ^ i));
    /* They are the same two registers by two names: x86-64's, or aarch64's. */
    ret->pc = ret->dwarf[ret->valid >> 17 ? 32 : 16];
    ret->sp = ret->dwarf[ret->valid >> 17 ? 31 : 7];
    return HN_OK;
}

static const struct hn_target_ops ops = {
    .kind = "core",
    .reader = "lies",
    .read = filter_read,
    .regions = filter_regions,
    .registers = filter_registers,
};

struct counts {
    uint64_t walks, complete, ended, frames, deepest;
};

static bool
in_order(const struct hn_native_step *steps, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (steps[i].sp <= steps[i - 1].sp && !(steps[i - 1].marks & HN_NATIVE_SIGNAL))
            return false;
    return true;
}

static bool
walk(struct hn_unwinder *u, int64_t tid, struct hn_arena *arena, struct counts *c)
{
    static struct hn_native_step steps[MOST_STEPS];
    struct hn_arena_mark mark = hn_arena_mark(arena);
    struct hn_native_stack stack;
    struct hn_unwound unwound;

    if (hn_unwind(u, tid, steps, MOST_STEPS, &unwound) != HN_OK
        || unwound.count > MOST_STEPS || !in_order(steps, unwound.count))
        return false;
    c->walks++;
    c->complete += unwound.problem == NULL;
    c->ended += unwound.problem != NULL;
    c->frames += unwound.count;
    if (unwound.count > c->deepest)
        c->deepest = unwound.count;
    /* Every hundredth with names, too. */
    if (c->walks % 100 == 0 && hn_native_stack_load(u, tid, 0, arena, &stack) != HN_OK)
        return false;
    hn_arena_reset(arena, mark);
    return true;
}

/* RUN walks with one state of the unwind tables. */
static bool
run(struct hn_target *target, struct filter *f, const struct hn_native_thread *threads,
    size_t thread_count, uint64_t seed, struct counts *c)
{
    struct hn_unwinder *u;
    struct hn_arena arena;
    bool good = true;

    f->table_seed = seed % 5 == 0 ? mix(seed) | 1 : 0;
    if (hn_unwinder_open(target, &u))
        return false;
    hn_arena_init(&arena);
    for (unsigned i = 0; i < RUN && good; i++) {
        f->seed = mix(seed * RUN + i);
        f->one_in = 2u << (f->seed & 7);
        f->registers = f->seed % 3 == 0;
        good = walk(u, threads[i % thread_count].tid, &arena, c);
    }
    hn_arena_deinit(&arena);
    hn_unwinder_close(u);
    return good;
}

int
main(int argc, char **argv)
{
    struct filter filter = { .one_in = 0 };
    struct counts counts = { 0 };
    struct hn_native_thread *threads;
    size_t thread_count;
    struct hn_target *target;
    struct hn_arena arena;
    struct hn_error err;
    uint64_t count, seed;
    bool good = true;

    if (argc < 4)
        return 2;
    count = strtoull(argv[2], NULL, 10);
    seed = strtoull(argv[3], NULL, 10);
    hn_arena_init(&arena);
    if (hn_target_open_core(argv[1], NULL, NULL, &err, &filter.inner)
        || hn_target_threads(filter.inner, &arena, &threads, &thread_count)
        || hn_target_open_ops(&ops, &filter, &err, &target))
        return 1;
    for (uint64_t i = 0; counts.walks < count && good; i++)
        good = run(target, &filter, threads, thread_count, seed + i, &counts);
    printf("{\"walks\": %" PRIu64 ", \"complete\": %" PRIu64 ", \"ended\": %" PRIu64
           ", \"frames\": %" PRIu64 ", \"deepest\": %" PRIu64 ", \"good\": %s}\n",
           counts.walks, counts.complete, counts.ended, counts.frames, counts.deepest,
           good ? "true" : "false");
    hn_target_close(target);
    hn_target_close(filter.inner);
    hn_arena_deinit(&arena);
    return good ? 0 : 1;
}
