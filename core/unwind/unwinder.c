/* Opening an unwinder, and stacks with names. */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "elf/lines.h"
#include "unwind/private.h"

enum {
    /* Deepest stack shown: a thread's 8 MB hold no more calls of real functions. */
    MAX_STEPS = 1 << 17,
    FIRST_STEPS = 256,
};

const char *
hn_unwind_missing(void)
{
    return NULL;
}

enum hn_status
hn_unwinder_open(struct hn_target *target, struct hn_unwinder **ret)
{
    struct hn_unwinder *u = calloc(1, sizeof(*u));
    enum hn_status st;
    bool changed;

    if (!u)
        return hn_fail(target->err, HN_E_NOMEM, 0, "preparing native stacks");
    u->target = target;
    hn_arena_init(&u->arena);
    hn_index_init(&u->site_index);
    st = hn_engine_create(u);
    if (st == HN_OK)
        st = hn_images_load(u, &changed);
    if (st) {
        hn_unwinder_close(u);
        return st;
    }
    *ret = u;
    return HN_OK;
}

void
hn_unwinder_close(struct hn_unwinder *u)
{
    if (!u)
        return;
    hn_engine_destroy(u->engine);
    hn_debuginfod_close(u->debuginfod);
    hn_images_free(u);
    hn_index_deinit(&u->site_index);
    free(u->sites);
    hn_arena_deinit(&u->arena);
    free(u);
}

enum hn_status
hn_unwinder_refresh(struct hn_unwinder *u)
{
    bool changed;
    enum hn_status st = hn_images_load(u, &changed);

    if (st || !changed)
        return st;
    hn_engine_flush(u->engine);
    hn_index_deinit(&u->site_index);
    hn_index_init(&u->site_index);
    u->site_count = 0;
    return HN_OK;
}

/* Where @step's instruction is: a return address may be the next function's first. */
static hn_addr
instruction(const struct hn_native_step *step, bool caller)
{
    return step->pc - (caller && step->pc > 0);
}

static void
fill_site(struct hn_unwinder *u, hn_addr at, struct hn_site *site)
{
    struct hn_image *image = hn_image_find(u, at);
    const char *symbol;

    site->library = image ? image->path : "";
    site->line = -1;
    if (!image)
        return;
    hn_image_debug(u, image);
    symbol = hn_image_symbol(image, at - image->bias, &site->offset);
    if (!symbol)
        return;
    site->symbol = hn_arena_copy(&u->arena, symbol, strlen(symbol));
    if (site->symbol)
        site->function = hn_demangle(site->symbol, &u->arena);
}

static struct hn_site *
add_site(struct hn_unwinder *u, hn_addr at)
{
    struct hn_site *site = hn_arena_alloc(&u->arena, sizeof(*site));

    if (!site)
        return NULL;
    fill_site(u, at, site);
    if (!HN_GROW(u->sites, u->site_capacity, u->site_count + 1))
        return site;
    if (hn_index_add(&u->site_index, at, (uint32_t)u->site_count))
        u->sites[u->site_count++] = site;
    return site;
}

static struct hn_site *
site_of(struct hn_unwinder *u, hn_addr at)
{
    uint32_t number = hn_index_find(&u->site_index, at, NULL, NULL);

    return number != HN_INDEX_NONE ? u->sites[number] : add_site(u, at);
}

void
hn_native_name(struct hn_unwinder *u, const struct hn_native_step *step, bool caller,
               struct hn_native_frame *ret)
{
    const struct hn_site *site = site_of(u, instruction(step, caller));

    *ret = (struct hn_native_frame){
        .pc = step->pc,
        .sp = step->sp,
        .marks = step->marks,
        .library = "",
        .line = -1,
    };
    if (!site)
        return;
    ret->function = site->function;
    ret->symbol = site->symbol;
    ret->offset = site->symbol ? site->offset + (caller && step->pc > 0) : 0;
    ret->library = site->library;
}

/* Whether the frame at @i is in the middle of a call that it makes. */
static bool
is_caller(const struct hn_native_stack *stack, size_t i)
{
    return i > 0 && !(stack->frames[i - 1].marks & HN_NATIVE_SIGNAL);
}

static enum hn_status
take(struct hn_unwinder *u, const struct hn_native_step *steps,
     const struct hn_unwound *unwound, struct hn_arena *arena,
     struct hn_native_stack *ret)
{
    ret->frames = hn_arena_array(arena, unwound->count, sizeof(*ret->frames));
    if (!ret->frames)
        return hn_fail(u->target->err, HN_E_NOMEM, 0, "no memory for the frames");
    for (size_t i = 0; i < unwound->count; i++)
        ret->frames[i] = (struct hn_native_frame){ .pc = steps[i].pc,
                                                   .sp = steps[i].sp,
                                                   .marks = steps[i].marks,
                                                   .library = "",
                                                   .line = -1 };
    ret->count = unwound->count;
    ret->cut = unwound->cut;
    ret->problem = unwound->problem;
    ret->problem_at = unwound->problem_at;
    return HN_OK;
}

/* Walks with more and more room: most stacks are short. */
static enum hn_status
walk(struct hn_unwinder *u, int64_t tid, size_t most, struct hn_native_step **ret,
     struct hn_unwound *unwound)
{
    size_t room = most < FIRST_STEPS ? most : FIRST_STEPS;

    for (;;) {
        void *steps = reallocarray(*ret, room, sizeof(**ret));
        enum hn_status st;

        if (!steps)
            return hn_fail(u->target->err, HN_E_NOMEM, 0, "no memory for the frames");
        *ret = steps;
        st = hn_unwind(u, tid, *ret, room, unwound);
        if (st || !unwound->cut || room == most)
            return st;
        room = room < most / 8 ? room * 8 : most;
    }
}

enum hn_status
hn_native_stack_walk(struct hn_unwinder *u, int64_t tid, size_t limit,
                     struct hn_arena *arena, struct hn_native_stack *ret)
{
    size_t most = limit > 0 && limit < MAX_STEPS ? limit : MAX_STEPS;
    struct hn_native_step *steps = NULL;
    struct hn_unwound unwound;
    enum hn_status st;

    memset(ret, 0, sizeof(*ret));
    st = walk(u, tid, most, &steps, &unwound);
    if (st == HN_OK)
        st = take(u, steps, &unwound, arena, ret);
    else if (st == HN_DONE)
        ret->problem = u->target->consistent
                           ? "its registers are not known"
                           : "it runs; native stacks need it to stand still";
    free(steps);
    return st == HN_DONE ? HN_OK : st;
}

void
hn_native_stack_name(struct hn_unwinder *u, struct hn_native_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++) {
        struct hn_native_frame *frame = &stack->frames[i];
        const struct hn_native_step step = { frame->pc, frame->sp, frame->marks };

        hn_native_name(u, &step, is_caller(stack, i), frame);
    }
}

enum hn_status
hn_native_stack_load(struct hn_unwinder *u, int64_t tid, size_t limit,
                     struct hn_arena *arena, struct hn_native_stack *ret)
{
    enum hn_status st = hn_native_stack_walk(u, tid, limit, arena, ret);

    if (st == HN_OK)
        hn_native_stack_name(u, ret);
    return st;
}

static void
add_line(struct hn_unwinder *u, struct hn_native_frame *frame, bool caller)
{
    const struct hn_native_step step = { .pc = frame->pc };
    hn_addr at = instruction(&step, caller);
    struct hn_site *site = site_of(u, at);
    struct hn_image *image = hn_image_find(u, at);

    if (!site || !image)
        return;
    if (!site->line_known) {
        site->line_known = true;
        hn_image_line(u, image, at - image->bias, site);
    }
    frame->file = site->file;
    frame->line = site->line;
}

void
hn_native_stack_add_lines(struct hn_unwinder *u, struct hn_native_stack *stack)
{
    for (size_t i = 0; i < stack->count; i++)
        add_line(u, &stack->frames[i], is_caller(stack, i));
}

/* Whether @symbol is @wanted, alone or with a version or a compiler's suffix. */
static bool
is_named(const char *symbol, const char *wanted)
{
    size_t size = strlen(wanted);

    return strncmp(symbol, wanted, size) == 0
           && (symbol[size] == '\0' || symbol[size] == '@' || symbol[size] == '.');
}

const struct hn_native_frame *
hn_native_stack_find(const struct hn_native_stack *stack, const char *symbol)
{
    for (size_t i = 0; i < stack->count; i++)
        if (stack->frames[i].symbol && is_named(stack->frames[i].symbol, symbol))
            return &stack->frames[i];
    return NULL;
}
