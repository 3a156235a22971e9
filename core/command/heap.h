/* What the heap commands share. */
#ifndef HN_COMMAND_HEAP_H
#define HN_COMMAND_HEAP_H

#include "command/values.h"
#include "heap/domtree.h"
#include "heap/graph.h"
#include "model/ledger.h"

/* Opens the target and finds all of its objects. An interruption is no failure: what
 * was found until then is shown, and call->interrupted marks it. hn_heap_deinit() is
 * due in any case. */
HN_MUST_CHECK enum hn_status
hn_call_open_heap(struct hn_call *call, struct hn_heap *ret);

/* The same, with whose memory is where, and makes the ledger of it. An interruption is
 * one: half a ledger says nothing. */
HN_MUST_CHECK enum hn_status
hn_call_open_ledger(struct hn_call *call, struct hn_heap *ret,
                    struct hn_ledger *ledger);
/* The same once the target is open. @ret is zeroed by the caller. */
HN_MUST_CHECK enum hn_status
hn_call_load_heap(struct hn_call *call, struct hn_heap *ret);

/* Builds the graph of @heap. An interruption is a failure: half a graph says nothing.
 * hn_graph_deinit() is due in any case. */
HN_MUST_CHECK enum hn_status
hn_call_load_graph(struct hn_call *call, const struct hn_heap *heap,
                   struct hn_graph *ret);

/* Finds all objects of the target, which is open, and builds their graph. The heap is
 * for this alone: it has dropped what sys.getsizeof() says. Both are to be deinited in
 * any case, and zeroed by the caller. */
HN_MUST_CHECK enum hn_status
hn_call_find_graph(struct hn_call *call, struct hn_heap *heap, struct hn_graph *graph);

/* Opens the target, too. */
HN_MUST_CHECK enum hn_status
hn_call_open_graph(struct hn_call *call, struct hn_heap *heap, struct hn_graph *graph);

/* The address of the object that the operands name, as in py-object. */
HN_MUST_CHECK enum hn_status
hn_call_operand_object(struct hn_call *call, const struct hn_value_options *options,
                       hn_addr *ret);

/* Its number in @heap. */
HN_MUST_CHECK enum hn_status
hn_call_find_object(struct hn_call *call, const struct hn_heap *heap, hn_addr address,
                    uint32_t *ret);

/* Notes what was damaged in the heap. */
void
hn_call_note_heap(struct hn_call *call, const struct hn_heap_sums *sums);

/* What makes a suspect: as struct hn_suspects_options of heap/suspects.h says. */
struct hn_suspects_wish {
    unsigned share;
    uint64_t least, limit;
};

HN_MUST_CHECK enum hn_status
hn_call_find_suspects(struct hn_call *call, const struct hn_domtree *tree,
                      const struct hn_suspects_wish *wish, struct hn_suspects *ret);

#endif
