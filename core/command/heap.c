/* Opening the heap for a command, and what to say of its damage. */
#include "command/heap.h"

#include <inttypes.h>
#include <string.h>

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
hn_call_open_heap(struct hn_call *call, struct hn_heap *ret)
{
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    st = hn_call_open(call);
    if (st)
        return st;
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
