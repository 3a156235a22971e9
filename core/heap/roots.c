/* Walking the interpreter's structures for roots: see roots.h. */
#include "heap/roots.h"

#include <stdlib.h>

#include "base/grow.h"
#include "objects/objects.h"

enum {
    WORD = 8,
    /* PyInterpreterState is 400 KB at most, in all versions and flavours. */
    INTERPRETER_MOST = 1 << 20,
    THREAD_MOST = 64 << 10,
    FRAMES_MOST = 1 << 20
};

struct walk {
    struct hn_referrer *r;
    struct hn_roots *roots;
    void (*each)(void *arg, uint32_t object, unsigned bits);
    void *arg;
    struct hn_root root; /* what is being walked */
};

static void
add(struct walk *w, uint32_t object)
{
    struct hn_roots *roots = w->roots;

    if (roots->count >= UINT32_MAX
        || !HN_GROW(roots->items, roots->capacity, roots->count + 1)) {
        roots->failed = true;
        return;
    }
    w->root.object = object;
    roots->items[roots->count++] = w->root;
}

static void
visit(void *arg, const struct hn_reference *reference)
{
    struct walk *w = arg;

    if (w->root.frame != UINT32_MAX) {
        w->root.kind = reference->place == HN_REFERENCE_LOCAL   ? HN_ROOT_LOCAL
                       : reference->place == HN_REFERENCE_STACK ? HN_ROOT_STACK
                                                                : HN_ROOT_FRAME;
        w->root.index = (uint32_t)reference->index;
    }
    w->root.doubtful = reference->bits & HN_REFERENCE_SCANNED;
    if (!(reference->bits & HN_REFERENCE_WEAK))
        add(w, reference->to);
    w->each(w->arg, reference->to, reference->bits);
}

/* One pointer of a structure. */
static void
walk_field(struct walk *w, enum hn_field field, hn_addr base, enum hn_root_kind kind)
{
    hn_addr at;

    w->root = (struct hn_root){ .kind = (uint8_t)kind, .frame = UINT32_MAX };
    if (hn_field_read(w->r->py, field, base, &at) != HN_OK)
        return;
    w->r->at = (struct hn_reference){ .from = HN_HEAP_NONE };
    hn_refer(w->r, at);
}

/* All words of a structure: some only borrow, and some are the rest of a free list. */
static void
walk_structure(struct walk *w, hn_addr base, uint64_t size, uint64_t most)
{
    if (size > most)
        size = most;
    hn_references_in(w->r, base, size / WORD, HN_REFERENCE_SCANNED);
}

static bool
add_frame(struct hn_roots *roots, const struct hn_frame *frame, uint32_t thread)
{
    if (roots->frame_count >= FRAMES_MOST
        || !HN_GROW(roots->frames, roots->frame_capacity, roots->frame_count + 1))
        return false;
    roots->frames[roots->frame_count++] =
        (struct hn_root_frame){ frame->addr, frame->code ? frame->code->addr : 0,
                                thread };
    return true;
}

/* Up to 3.10 a frame is an object, which the thread has a pointer to and every frame
 * has to its caller. Later, one in a generator is the generator's. */
static bool
walk_frame(struct walk *w, const struct hn_frame *frame, uint32_t thread)
{
    const bool objects = w->r->py->layout.formats.frame_chain == HN_FRAME_CHAIN_OBJECTS;

    if (!add_frame(w->roots, frame, thread))
        return false;
    w->root =
        (struct hn_root){ .kind = HN_ROOT_FRAME, .frame = w->roots->frame_count - 1 };
    if (objects) {
        w->r->at = (struct hn_reference){ .from = HN_HEAP_NONE,
                                          .place = HN_REFERENCE_FRAME,
                                          .bits = HN_REFERENCE_UNCOUNTED };
        hn_refer(w->r, frame->addr);
    } else if (frame->owner != HN_OWNER_GENERATOR) {
        hn_references_of_frame(w->r, frame->addr);
    }
    return true;
}

static enum hn_status
walk_thread(struct walk *w, const struct hn_thread *thread)
{
    const struct hn_layout *layout = &w->r->py->layout;
    struct hn_arena arena;
    struct hn_stack stack = { 0 };
    const uint64_t size = layout->size[HN_STRUCT_THREAD];
    enum hn_status st;

    if (thread->addr == 0)
        return HN_OK;
    w->root = (struct hn_root){ .kind = HN_ROOT_THREAD,
                                .frame = UINT32_MAX,
                                .thread = thread->number };
    walk_structure(w, thread->addr, size, THREAD_MOST);
    hn_arena_init(&arena);
    st = hn_stack_load(w->r->heap->rt, thread, 0, &arena, &stack);
    for (size_t i = 0; !st && i < stack.count; i++)
        if (!walk_frame(w, &stack.frames[i], thread->number))
            break; /* the names of deeper frames would be the same */
    hn_arena_deinit(&arena);
    return st;
}

static enum hn_status
walk_interpreter(struct walk *w, const struct hn_interpreter *interpreter)
{
    enum hn_status st = HN_OK;

    walk_field(w, HN_INTERP_MODULES, interpreter->addr, HN_ROOT_MODULES);
    walk_field(w, HN_INTERP_SYSDICT, interpreter->addr, HN_ROOT_SYS);
    walk_field(w, HN_INTERP_BUILTINS, interpreter->addr, HN_ROOT_BUILTINS);
    w->root = (struct hn_root){ .kind = HN_ROOT_INTERPRETER, .frame = UINT32_MAX };
    walk_structure(w, interpreter->addr, w->r->py->layout.size[HN_STRUCT_INTERP],
                   INTERPRETER_MOST);
    for (size_t i = 0; !st && i < interpreter->thread_count; i++)
        st = walk_thread(w, &interpreter->threads[i]);
    return st;
}

enum hn_status
hn_roots_load(struct hn_referrer *r, const struct hn_process *process,
              void (*each)(void *arg, uint32_t object, unsigned bits), void *arg,
              struct hn_roots *ret)
{
    struct walk w = { .r = r, .roots = ret, .each = each, .arg = arg };
    void (*old_visit)(void *, const struct hn_reference *) = r->visit;
    void *old_arg = r->arg;
    enum hn_status st = HN_OK;

    r->visit = visit;
    r->arg = &w;
    for (size_t i = 0; !st && i < process->interpreter_count; i++)
        st = walk_interpreter(&w, &process->interpreters[i]);
    r->visit = old_visit;
    r->arg = old_arg;
    if (!st && ret->failed)
        st = hn_fail(r->py->err, HN_E_NOMEM, 0, "no memory for the roots");
    return st;
}

static int
by_object(const void *a, const void *b)
{
    const struct hn_root *x = a, *y = b;

    if (x->object != y->object)
        return x->object < y->object ? -1 : 1;
    if (x->doubtful != y->doubtful)
        return x->doubtful ? 1 : -1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

void
hn_roots_finish(struct hn_roots *roots)
{
    if (roots->count > 0)
        qsort(roots->items, roots->count, sizeof(*roots->items), by_object);
}

void
hn_roots_deinit(struct hn_roots *roots)
{
    free(roots->items);
    free(roots->frames);
    *roots = (struct hn_roots){ 0 };
}

const struct hn_root *
hn_root_find(const struct hn_roots *roots, uint32_t object)
{
    uint32_t low = 0, high = roots->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (roots->items[middle].object < object)
            low = middle + 1;
        else
            high = middle;
    }
    return low < roots->count && roots->items[low].object == object ? &roots->items[low]
                                                                    : NULL;
}

void
hn_roots_choose(struct hn_roots *roots, uint32_t object, bool explained)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < roots->count; i++) {
        const struct hn_root *root = &roots->items[i];

        if (root->object != object || (root->doubtful && explained)
            || (root->doubtful && kept > 0 && roots->items[kept - 1].doubtful
                && roots->items[kept - 1].kind == root->kind))
            continue;
        roots->items[kept++] = *root;
    }
    roots->count = kept;
}
