#include "wait/held.h"

#include <string.h>

#include "base/grow.h"
#include "wait/local.h"
#include "wait/slots.h"

/* with-blocks inside each other in one frame; frames of one stack that are looked at,
 * from the inner end: a runaway recursion has millions. */
enum { MAX_WITH = 20, MAX_FRAMES = 10000 };

/* Where objects that are locks to the program keep the lock itself. */
static const char *const inside[] = { "_lock", "_semlock", "_block", "_cond" };

static bool
append(struct hn_held_list *list, hn_addr object, uint32_t actor,
       const struct hn_frame *frame)
{
    if (!HN_GROW(list->items, list->capacity, list->count + 1))
        return false;
    list->items[list->count++] = (struct hn_held){ object, actor, frame };
    return true;
}

static bool
add_object(struct hn_kinds *kinds, hn_addr object, uint32_t actor,
           const struct hn_frame *frame, struct hn_held_list *list)
{
    bool kept = append(list, object, actor, frame);

    if (strncmp(hn_kind_type_name(kinds, object), "_thread.", 8) == 0)
        return kept;
    for (size_t i = 0; kept && i < sizeof(inside) / sizeof(inside[0]); i++) {
        hn_addr lock = hn_own_attribute(kinds, object, inside[i]);

        if (lock != 0)
            kept = append(list, lock, actor, frame);
    }
    return kept;
}

enum hn_status
hn_held_add(struct hn_kinds *kinds, const struct hn_stack *stack, uint32_t actor,
            struct hn_held_list *list)
{
    hn_addr held[MAX_WITH];

    for (size_t i = 0; i < stack->count && i < MAX_FRAMES; i++) {
        const struct hn_frame *frame = &stack->frames[i];
        size_t count = hn_frame_held(kinds, frame, held, MAX_WITH);

        for (size_t h = 0; h < count; h++)
            if (!add_object(kinds, held[h], actor, frame, list))
                return hn_fail(kinds->rt->py.err, HN_E_NOMEM, 0, "no memory for locks");
    }
    return HN_OK;
}

const struct hn_held *
hn_held_find(const struct hn_held_list *list, hn_addr object, uint32_t but)
{
    const struct hn_held *own = NULL;

    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].object != object)
            continue;
        if (list->items[i].actor != but)
            return &list->items[i];
        own = &list->items[i];
    }
    return own; /* a thread may wait for what it has itself */
}
