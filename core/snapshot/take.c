/* Reading a moment from an open process or core: see moment.h. */
#include "snapshot/moment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "elf/elf.h"
#include "heap/collector.h"
#include "heap/ledger.h"
#include "heap/strings.h"
#include "hognose/command.h"
#include "runtime/variables.h"
#include "snapshot/content.h"
#include "snapshot/holders.h"
#include "target/proc.h"
#include "tracemalloc/tracemalloc.h"

static const struct hn_preview_limits shown = { .depth = 2, .items = 5, .width = 120 };

static enum hn_status
no_memory(const struct hn_moment *moment)
{
    return hn_fail(moment->heap.err, HN_E_NOMEM, 0, "no memory for the moment");
}

/* --- which process */

static const char *
copy(struct hn_moment *moment, const char *string)
{
    return hn_arena_copy(&moment->arena, string, strlen(string));
}

static const char *
flavour_of(struct hn_moment *moment, const struct hn_process *process)
{
    const char *joined = "";

    for (size_t i = 0; i < 4 && process->flavour[i] && joined; i++)
        joined = hn_arena_format(&moment->arena, "%s%s%s", joined, *joined ? ", " : "",
                                 process->flavour[i]);
    return joined;
}

static const char *
build_id_of(struct hn_moment *moment, struct hn_runtime *rt)
{
    const struct hn_module *modules;
    size_t count;
    struct hn_build_id id;
    char text[2 * HN_BUILD_ID_MAX + 1] = "";

    if (hn_target_modules(rt->py.target, &modules, &count) != HN_OK)
        return "";
    for (size_t i = 0; i < count; i++) {
        if (rt->address < modules[i].start || rt->address >= modules[i].end
            || !modules[i].elf || !hn_elf_build_id(modules[i].elf, &id))
            continue;
        for (size_t b = 0; b < id.size; b++)
            snprintf(text + 2 * b, 3, "%02x", id.bytes[b]);
        break;
    }
    return copy(moment, text);
}

static const char *const *
arguments_of(struct hn_moment *moment, const struct hn_process *process)
{
    const char **copies;
    size_t count = 0;

    while (process->arguments[count])
        count++;
    copies = hn_arena_array(&moment->arena, count + 1, sizeof(*copies));
    for (size_t i = 0; copies && i < count; i++)
        copies[i] = copy(moment, process->arguments[i]);
    return copies;
}

static int64_t
time_of(const struct hn_process *process)
{
    struct timespec now;

    if (process->core_path)
        return process->core_time * INT64_C(1000000000);
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static uint64_t
resident_of(const struct hn_target *target)
{
    struct hn_text status;
    int64_t kib = 0;
    int proc;

    if (target->kind != HN_PLACE_LIVE || (proc = hn_proc_open(target->pid)) < 0)
        return 0;
    hn_text_init(&status);
    if (hn_proc_read(proc, "status", &status))
        kib = hn_proc_number(&status, "VmRSS", 0);
    hn_text_deinit(&status);
    close(proc);
    return kib > 0 ? (uint64_t)kib * 1024 : 0;
}

static enum hn_status
take_facts(struct hn_moment *moment, struct hn_runtime *rt,
           const struct hn_process *process)
{
    struct hn_moment_facts *facts = &moment->facts;

    facts->kind = process->core_path ? HN_MOMENT_CORE : HN_MOMENT_LIVE;
    facts->hognose = HN_VERSION;
    facts->hex = process->hex;
    facts->version = copy(moment, process->version);
    facts->flavour = flavour_of(moment, process);
    facts->allocator = copy(moment, process->allocator);
    facts->build_id = build_id_of(moment, rt);
    facts->executable = copy(moment, process->executable);
    facts->arguments = arguments_of(moment, process);
    facts->pid = process->pid;
    facts->has_birth = hn_target_birth(rt->py.target, &facts->birth);
    facts->time_ns = time_of(process);
    facts->read_from = process->core_path ? "core" : "live";
    facts->resident_bytes = resident_of(rt->py.target);
    facts->inconsistent = !process->consistent;
    if (!facts->version || !facts->flavour || !facts->allocator || !facts->build_id
        || !facts->executable || !facts->arguments)
        return no_memory(moment);
    return HN_OK;
}

/* --- sums */

static enum hn_status
take_sums(struct hn_moment *moment)
{
    const struct hn_heap *heap = &moment->heap;
    enum hn_status st;

    moment->sums =
        hn_arena_array(&moment->arena, heap->type_count + 1, sizeof(*moment->sums));
    if (!moment->sums)
        return no_memory(moment);
    for (uint32_t i = 0; i < heap->count; i++) {
        struct hn_moment_type *type = &moment->sums[heap->types[i]];

        type->count++;
        type->bytes += hn_heap_counted(heap, i);
        type->allocated += hn_heap_spent(heap, i);
    }
    st = hn_census_make(heap, HN_CENSUS_SIZE, HN_CENSUS_NAME, &moment->arena,
                        &moment->by_size);
    if (!st)
        st = hn_census_make(heap, HN_CENSUS_GENERATION, HN_CENSUS_NAME, &moment->arena,
                            &moment->by_generation);
    moment->has_types = true;
    return st;
}

/* --- values */

/* The largest objects, found in one pass: a heap of the best so far, whose smallest is
 * at its root. */
struct largest {
    const struct hn_heap *heap;
    uint32_t objects[HN_MOMENT_VALUES];
    size_t count;
};

/* As hn_heap_search() orders them. */
static bool
comes_before(const struct hn_heap *heap, uint32_t a, uint32_t b)
{
    uint64_t x = hn_heap_counted(heap, a), y = hn_heap_counted(heap, b);

    return x != y ? x > y : a < b;
}

static void
sink(struct largest *l, size_t at)
{
    for (;;) {
        size_t last = at, child = 2 * at + 1;
        uint32_t swapped = l->objects[at];

        for (size_t c = child; c < child + 2 && c < l->count; c++)
            if (comes_before(l->heap, l->objects[last], l->objects[c]))
                last = c;
        if (last == at)
            return;
        l->objects[at] = l->objects[last];
        l->objects[last] = swapped;
        at = last;
    }
}

static void
offer(struct largest *l, uint32_t object)
{
    if (l->count < HN_MOMENT_VALUES) {
        l->objects[l->count++] = object;
        if (l->count == HN_MOMENT_VALUES)
            for (size_t i = HN_MOMENT_VALUES / 2; i-- > 0;)
                sink(l, i);
    } else if (comes_before(l->heap, object, l->objects[0])) {
        l->objects[0] = object;
        sink(l, 0);
    }
}

static int
by_number(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

static enum hn_status
take_values(struct hn_moment *moment)
{
    const struct hn_heap *heap = &moment->heap;
    struct largest largest = { .heap = heap };
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; i < heap->count; i++)
        offer(&largest, i);
    qsort(largest.objects, largest.count, sizeof(*largest.objects), by_number);
    moment->values =
        hn_arena_array(&moment->arena, largest.count + 1, sizeof(*moment->values));
    if (!moment->values)
        return no_memory(moment);
    for (size_t i = 0; !st && i < largest.count; i++) {
        hn_addr at = hn_heap_address(heap, largest.objects[i]);
        struct hn_value value;

        st = hn_runtime_value(heap->rt, at, &shown, &moment->arena, &value);
        if (!st)
            moment->values[moment->value_count++] =
                (struct hn_moment_value){ at, value.repr };
    }
    return st ? st
              : hn_heap_strings(heap, HN_MOMENT_TEXTS, &moment->arena,
                                &moment->strings);
}

static enum hn_status
take_contents(struct hn_moment *moment)
{
    moment->contents = malloc(((size_t)moment->heap.count + 1) * sizeof(uint32_t));
    if (!moment->contents)
        return no_memory(moment);
    return hn_contents_load(&moment->heap, moment->contents);
}

/* Where tracemalloc keeps its tables is not known everywhere: then there are none. */
static enum hn_status
take_traces(struct hn_moment *moment, struct hn_runtime *rt)
{
    enum hn_status st = hn_traces_load(rt, &moment->arena, &moment->traces);

    if (!st)
        hn_traces_sort(&moment->traces);
    return st == HN_E_UNSUPPORTED ? HN_OK : st;
}

/* The heap, and beside it where all memory is. */
static enum hn_status
take_ledger(struct hn_moment *moment, struct hn_runtime *rt,
            const struct hn_process *process)
{
    enum hn_status st = hn_heap_load_claims(rt, process, &moment->heap);

    if (!st)
        st = hn_ledger_make(&moment->heap, process, &moment->arena, &moment->ledger);
    moment->has_ledger = !st;
    return st;
}

enum hn_status
hn_moment_take(struct hn_runtime *rt, const struct hn_process *process,
               const struct hn_moment_options *options, struct hn_moment *ret)
{
    enum hn_status st = take_facts(ret, rt, process);

    if (!st && options->ledger)
        st = take_ledger(ret, rt, process);
    else if (!st)
        st = hn_heap_load(rt, process, &ret->heap);
    ret->heap.no_values = options->no_values;
    if (!st)
        st = take_sums(ret);
    if (!st)
        st = hn_collector_load(rt, process, &ret->arena, &ret->gc);
    if (!st)
        st = take_traces(ret, rt);
    if (!st && options->values)
        st = take_values(ret);
    if (!st && options->contents)
        st = take_contents(ret);
    if (!st && hn_moment_wants_graph(options->graph, ret->heap.count))
        st = hn_holders_take(ret, process, options->links);
    ret->has_objects = !st && options->objects;
    return st;
}
