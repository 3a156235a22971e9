/* Evidence for and against: see identity.h. */
#include "snapshot/identity.h"

#include "objects/objects.h"

/* An object lies at most that far behind the beginning of its block. */
enum { BEFORE_MOST = 32 };

const struct hn_trace *
hn_trace_walk_to(struct hn_trace_walk *walk, uint32_t object)
{
    const struct hn_traces *traces = &walk->moment->traces;
    hn_addr at = hn_heap_address(&walk->moment->heap, object);
    const struct hn_trace *trace;

    while (walk->at < traces->count && traces->traces[walk->at].domain == 0
           && traces->traces[walk->at].address + traces->traces[walk->at].size <= at)
        walk->at++;
    if (walk->at == traces->count)
        return NULL;
    trace = &traces->traces[walk->at];
    return trace->domain == 0 && trace->address <= at
                   && at - trace->address <= BEFORE_MOST
               ? trace
               : NULL;
}

/* The incremental collector of 3.14.0 to 3.14.4 moved objects between two old lists;
 * free-threaded builds have no lists at all. */
bool
hn_identity_ages(const struct hn_moment *moment)
{
    uint32_t hex = moment->facts.hex;

    return hex < HN_HEX(3, 14, 0) || hex > HN_HEX(3, 14, 4);
}

static bool
became_younger(const struct hn_identity_sides *s)
{
    enum { OLDEST = 2 };
    unsigned generation[2];

    for (size_t i = 0; i < 2; i++) {
        if (!(hn_heap_flags(&s->moment[i]->heap, s->object[i]) & HN_HEAP_LISTED))
            return false;
        generation[i] = hn_heap_generation(&s->moment[i]->heap, s->object[i]);
        if (generation[i] > OLDEST) /* frozen: thawed objects may be anywhere */
            return false;
    }
    return s->ages && generation[1] < generation[0];
}

/* Classes, functions, modules and code are rarely made anew where another was. */
static bool
is_lasting(const struct hn_heap_type *type)
{
    return type->flags & HN_TPFLAG_TYPE;
}

enum hn_identity
hn_identity_tell(const struct hn_identity_sides *s)
{
    const struct hn_heap *heap = &s->moment[0]->heap;
    const struct hn_heap_type *type = &heap->type[heap->types[s->object[0]]];
    uint32_t before = 0, after = 0;

    if (!s->same_type)
        return HN_IDENTITY_OTHER;
    if (hn_heap_flags(heap, s->object[0]) & HN_HEAP_STATIC)
        return HN_IDENTITY_SAME;
    if (s->traced[0] && s->traced[1] && s->stack[0] != s->stack[1])
        return HN_IDENTITY_OTHER;
    if (s->moment[0]->contents && s->moment[1]->contents) {
        before = s->moment[0]->contents[s->object[0]];
        after = s->moment[1]->contents[s->object[1]];
    }
    if (before && after)
        return before == after ? HN_IDENTITY_SAME : HN_IDENTITY_OTHER;
    if (became_younger(s))
        return HN_IDENTITY_OTHER;
    return is_lasting(type) ? HN_IDENTITY_SAME : HN_IDENTITY_MAYBE;
}
