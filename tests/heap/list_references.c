/* Prints every object of a process or core with its references, for tests to compare:
 *
 *   list_references PID|CORE [EXECUTABLE]
 *
 * A line "O address bits retained dominator rule bytes type" an object, behind it "R to
 * place bits index" for each of its references; then "S objects references garbage". */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "heap/graph.h"
#include "runtime/runtime.h"

static void
print_reference(void *arg, const struct hn_reference *reference)
{
    const struct hn_heap *heap = arg;

    printf("R %#" PRIx64 " %d %u %" PRIu64 "\n", hn_heap_address(heap, reference->to),
           (int)reference->place, reference->bits, reference->index);
}

static uint64_t
address_of(const struct hn_graph *graph, uint32_t node)
{
    return node < graph->count ? hn_heap_address(graph->heap, node)
                               : node - graph->count + 1;
}

static int
print_all(const struct hn_heap *heap, const struct hn_graph *graph)
{
    struct hn_referrer r;

    if (hn_referrer_init(&r, heap) != HN_OK)
        return 1;
    r.visit = print_reference;
    r.arg = (void *)heap;
    for (uint32_t i = 0; i < heap->count; i++) {
        printf("O %#" PRIx64 " %u %" PRIu64 " %#" PRIx64 " %d %" PRIu64 " %s\n",
               hn_heap_address(heap, i), graph->bits[i], graph->retained[i],
               address_of(graph, graph->dominator[i]),
               (int)heap->type[heap->types[i]].size.rule, hn_heap_spent(heap, i),
               heap->type[heap->types[i]].name);
        hn_references_of(&r, i);
    }
    printf("S %" PRIu32 " %" PRIu64 " %" PRIu64 "\n", graph->count, graph->references,
           graph->garbage_objects);
    hn_referrer_deinit(&r);
    return 0;
}

static int
fail(const struct hn_error *err)
{
    fprintf(stderr, "%s\n", err->what ? err->what : "failed");
    return 1;
}

int
main(int argc, char **argv)
{
    struct hn_open_options options = { .stop = true };
    struct hn_error err = { 0 };
    struct hn_target *target;
    struct hn_runtime *rt;
    struct hn_process process = { 0 };
    struct hn_arena arena;
    struct hn_heap heap = { 0 };
    struct hn_graph graph = { 0 };
    enum hn_status st;
    int failed;

    if (argc < 2)
        return 2;
    if (argc > 2)
        options.exe = argv[2];
    if (isdigit((unsigned char)argv[1][0]))
        st = hn_target_open_live(atoll(argv[1]), &options, NULL, &err, &target);
    else
        st = hn_target_open_core(argv[1], &options, NULL, &err, &target);
    if (st || hn_runtime_open(target, &rt) != HN_OK)
        return fail(&err);
    hn_arena_init(&arena);
    st = hn_process_load(rt, 0, &arena, &process);
    if (!st)
        st = hn_heap_load(rt, &process, &heap);
    if (!st)
        st = hn_graph_build(&heap, &process, &graph);
    failed = st ? fail(&err) : print_all(&heap, &graph);
    hn_graph_deinit(&graph);
    hn_heap_deinit(&heap);
    hn_runtime_close(rt);
    hn_target_close(target);
    hn_arena_deinit(&arena);
    return failed;
}
