/* Opening the heap for a command, and what to say of its damage. */
#include "command/heap.h"

#include <inttypes.h>
#include <string.h>

#include "heap/ledger.h"
#include "objects/objects.h"

void
hn_call_note_heap(struct hn_call *call, const struct hn_heap_sums *sums)
{
    if (sums->bad_pools)
        hn_call_note(call, "%" PRIu64 " pool%s of blocks whose header is damaged",
                     sums->bad_pools, sums->bad_pools == 1 ? "" : "s");
    if (sums->bad_lists)
        hn_call_note(call, "%" PRIu64 " list%s of the collector that does not end",
                     sums->bad_lists, sums->bad_lists == 1 ? "" : "s");
}

enum hn_status
hn_call_load_heap(struct hn_call *call, struct hn_heap *ret)
{
    enum hn_status st;

    call->doing = "look through the heap";
    st = hn_heap_load(call->session->runtime, &call->process, ret);
    hn_call_note_heap(call, &ret->sums);
    if (st == HN_E_INTERRUPTED) {
        call->interrupted = true;
        st = HN_OK;
    }
    if (!st)
        call->doing = NULL;
    return st;
}

enum hn_status
hn_call_open_heap(struct hn_call *call, struct hn_heap *ret)
{
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    st = hn_call_open(call);
    return st ? st : hn_call_load_heap(call, ret);
}

enum hn_status
hn_call_open_ledger(struct hn_call *call, struct hn_heap *ret, struct hn_ledger *ledger)
{
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    st = hn_call_open(call);
    if (st)
        return st;
    call->doing = "look through the memory";
    st = hn_heap_load_claims(call->session->runtime, &call->process, ret);
    hn_call_note_heap(call, &ret->sums);
    if (!st)
        st = hn_ledger_make(ret, &call->process, &call->arena, ledger);
    if (!st)
        call->doing = NULL;
    return st;
}

enum hn_status
hn_call_load_graph(struct hn_call *call, const struct hn_heap *heap,
                   struct hn_graph *ret)
{
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    call->doing = "find out who keeps what alive";
    if (call->interrupted)
        return hn_fail(&call->session->err, HN_E_INTERRUPTED, 0, "interrupted");
    st = hn_graph_build(heap, &call->process, ret);
    if (st)
        return st;
    if (ret->cut)
        hn_call_note(call, "damage: not all references could be followed");
    call->doing = NULL;
    return HN_OK;
}

enum hn_status
hn_call_find_graph(struct hn_call *call, struct hn_heap *heap, struct hn_graph *graph)
{
    enum hn_status st = hn_call_load_heap(call, heap);

    if (st)
        return st;
    hn_heap_drop_counted(heap);
    return hn_call_load_graph(call, heap, graph);
}

enum hn_status
hn_call_open_graph(struct hn_call *call, struct hn_heap *heap, struct hn_graph *graph)
{
    enum hn_status st = hn_call_open(call);

    return st ? st : hn_call_find_graph(call, heap, graph);
}

enum hn_status
hn_call_operand_object(struct hn_call *call, const struct hn_value_options *options,
                       hn_addr *ret)
{
    struct hn_lookup lookup;
    struct hn_found found;
    const char *expression;
    enum hn_status st = hn_call_evaluate(call, options, &expression, &lookup, &found);

    if (st)
        return st;
    *ret = found.made ? 0 : hn_stackref_pointer(&lookup.rt->py, found.bits);
    if (*ret == 0)
        return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                       "this is a value without an object; `py-print` shows it");
    return HN_OK;
}

enum hn_status
hn_call_find_object(struct hn_call *call, const struct hn_heap *heap, hn_addr address,
                    uint32_t *ret)
{
    *ret = hn_heap_find(heap, address);
    if (*ret != HN_HEAP_NONE)
        return HN_OK;
    if (call->interrupted)
        return hn_fail(&call->session->err, HN_E_INTERRUPTED, 0, "interrupted");
    return hn_fail(&call->session->err, HN_E_ARGUMENT, address,
                   "no object of the heap begins there");
}
