/* Weaving samples. The Python side is the chain that the look has just found, so a
 * stack costs the walk of the C side and the memory that its entries lie in. */
#include "sample/natives.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "unwind/weave.h"

enum {
    /* C frames of one sample: more than Python's own limit of recursion leads to. */
    MOST_FRAMES = 1 << 14,
    /* Libraries that are loaded during a run are found after so long. */
    REFRESH_NS = 1000 * 1000 * 1000,
};

void
hn_natives_init(struct hn_natives *n)
{
    memset(n, 0, sizeof(*n));
    hn_arena_init(&n->arena);
    hn_index_init(&n->index);
}

void
hn_natives_deinit(struct hn_natives *n)
{
    hn_unwinder_close(n->unwinder);
    hn_index_deinit(&n->index);
    free(n->places);
    free(n->steps);
    free(n->frames);
    hn_arena_deinit(&n->arena);
}

static bool
prepare(struct hn_natives *n, struct hn_watch *w)
{
    if (n->unwinder)
        return n->process == w->index;
    n->steps = calloc(MOST_FRAMES, sizeof(*n->steps));
    n->frames = calloc(MOST_FRAMES, sizeof(*n->frames));
    n->process = w->index;
    return n->steps && n->frames && hn_unwinder_open(w->target, &n->unwinder) == HN_OK;
}

void
hn_natives_begin(struct hn_natives *n, struct hn_watch *w, uint64_t now_ns)
{
    if (!n->unwinder || n->process != w->index)
        return;
    hn_target_forget(w->target);
    if (now_ns - n->refreshed_ns < REFRESH_NS)
        return;
    n->refreshed_ns = now_ns;
    if (hn_target_refresh(w->target) == HN_OK)
        (void)!hn_unwinder_refresh(n->unwinder);
}

/* --- places */

struct wanted {
    const struct hn_natives *natives;
    const char *name, *file;
};

static bool
same_place(const void *arg, uint32_t number)
{
    const struct wanted *wanted = arg;
    const struct hn_native_place *place = &wanted->natives->places[number];

    return strcmp(place->name, wanted->name) == 0
           && strcmp(place->file, wanted->file) == 0;
}

static uint64_t
hash_of(const struct wanted *wanted)
{
    return hn_index_hash(wanted->name, strlen(wanted->name))
           ^ hn_index_hash(wanted->file, strlen(wanted->file)) << 1;
}

static uint32_t
add_place(struct hn_natives *n, const struct wanted *wanted, hn_addr at)
{
    struct hn_native_place *place;

    if (n->count >= HN_PLACES_MOST || !HN_GROW(n->places, n->capacity, n->count + 1))
        return HN_TREE_NONE;
    place = &n->places[n->count];
    place->at = at;
    place->line = -1;
    place->name = hn_arena_copy(&n->arena, wanted->name, strlen(wanted->name));
    place->file = hn_arena_copy(&n->arena, wanted->file, strlen(wanted->file));
    if (!place->name || !place->file
        || !hn_index_add(&n->index, hash_of(wanted), n->count))
        return HN_TREE_NONE;
    return n->count++;
}

/* A function without a name is told by its library alone: addresses in it would make
 * as many stacks as there are instructions. */
static uint32_t
place_of(struct hn_natives *n, const struct hn_native_frame *frame)
{
    struct wanted wanted = { n, frame->function, frame->library };
    uint32_t number;

    if (frame->marks & HN_NATIVE_SIGNAL)
        wanted.name = "<signal handler called>";
    else if (!frame->function)
        wanted.name = "<unknown>";
    number = hn_index_find(&n->index, hash_of(&wanted), same_place, &wanted);
    return number != HN_INDEX_NONE ? number : add_place(n, &wanted, frame->pc);
}

/* --- stacks */

static uint32_t
add_natives(struct hn_natives *n, struct hn_watch *w, uint32_t node,
            const struct hn_native_frame *frames, size_t count)
{
    for (size_t i = count; i-- > 0 && node != HN_TREE_NONE;) {
        uint32_t place;

        if (frames[i].marks & (HN_NATIVE_LOOP | HN_NATIVE_GLUE))
            continue;
        place = place_of(n, &frames[i]);
        if (place != HN_TREE_NONE)
            node = hn_tree_step(w->tree, node, HN_TREE_NATIVE + place, 0);
    }
    return node;
}

static uint32_t
add_python(struct hn_watch *w, uint32_t node, const struct hn_link *link)
{
    const struct hn_code_entry *entry = &w->codes->entries[link->entry];

    if (entry->now.internal || link->node == HN_TREE_NONE)
        return entry->now.internal ? node : HN_TREE_NONE;
    return hn_tree_step(w->tree, node, entry->now.content,
                        w->tree->nodes[link->node].at);
}

/* The chain as a stack, as far as weaving needs it. */
static bool
make_stack(const struct hn_chain *chain, struct hn_stack *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->frames = calloc(chain->count + 1, sizeof(*ret->frames));
    if (!ret->frames)
        return false;
    ret->count = chain->count;
    for (size_t i = 0; i < chain->count; i++) {
        ret->frames[i].addr = chain->links[i].frame;
        ret->frames[i].entry = chain->links[i].from_c || i + 1 == chain->count;
    }
    return true;
}

static void
walk(struct hn_natives *n, const struct hn_registers *registers,
     struct hn_native_stack *ret)
{
    struct hn_unwound unwound;

    hn_unwind_from(n->unwinder, registers, n->steps, MOST_FRAMES, &unwound);
    *ret = (struct hn_native_stack){
        .frames = n->frames,
        .count = unwound.count,
        .cut = unwound.cut,
        .problem = unwound.problem,
        .problem_at = unwound.problem_at,
    };
    for (size_t i = 0; i < unwound.count; i++)
        hn_native_name(n->unwinder, &n->steps[i],
                       i > 0 && !(n->steps[i - 1].marks & HN_NATIVE_SIGNAL),
                       &n->frames[i]);
}

static uint32_t
make_node(struct hn_natives *n, struct hn_watch *w, const struct hn_chain *chain,
          const struct hn_stack *stack)
{
    uint32_t node = add_natives(n, w, 0, stack->native, stack->native_count);

    for (size_t i = chain->count; i-- > 0 && node != HN_TREE_NONE;) {
        node = add_python(w, node, &chain->links[i]);
        if (node != HN_TREE_NONE)
            node = add_natives(n, w, node, stack->frames[i].native,
                               stack->frames[i].native_count);
    }
    return node;
}

uint32_t
hn_natives_node(struct hn_natives *n, struct hn_watch *w,
                const struct hn_thread_watch *t, const struct hn_registers *registers)
{
    struct hn_native_stack native;
    struct hn_stack stack;
    uint32_t node = t->node;

    if (!prepare(n, w) || !make_stack(&t->last, &stack)) {
        n->apart++;
        return node;
    }
    walk(n, registers, &native);
    hn_stack_anchors(w->rt, t->addr, &stack);
    hn_weave(w->rt, &native, &stack);
    if (native.not_woven || native.problem) {
        n->apart++;
    } else {
        n->woven++;
        node = make_node(n, w, &t->last, &stack);
    }
    free(stack.frames);
    return node;
}
