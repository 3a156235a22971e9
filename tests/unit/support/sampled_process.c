/* See sampled_process.h. */
#include "support/sampled_process.h"

#include <stdlib.h>
#include <string.h>

enum { UNITS = 50, MANY_BYTES = 1 << 15, BEGIN_NS = 1000 * 1000 * 1000 };

/* --- the process */

static hn_addr
build_code(struct sampled_process *s, const char *name, hn_addr names)
{
    static const enum hn_field variables[] = { HN_CODE_LOCALSPLUSNAMES,
                                               HN_CODE_VARNAMES, HN_CODE_CELLVARS,
                                               HN_CODE_FREEVARS };
    struct memory_builder *m = s->m;
    hn_addr code = memory_alloc(m, m->py.layout.size[HN_STRUCT_CODE] + 2 * UNITS);
    hn_addr text = build_ascii(m, name);

    memory_set(m, HN_OBJECT_TYPE, code, s->code_type);
    memory_set(m, HN_CODE_NAME, code, text);
    memory_set(m, HN_CODE_FILENAME, code, build_ascii(m, "/srv/shop.py"));
    if (hn_layout_has(&m->py.layout, HN_CODE_QUALNAME)) {
        memory_set(m, HN_CODE_QUALNAME, code, text);
        memory_set(m, HN_VAR_SIZE, code, UNITS);
        memory_set(m, HN_CODE_NLOCALSPLUS, code, SAMPLED_SLOTS);
    }
    memory_set(m, HN_CODE_STACKSIZE, code, SAMPLED_STACK);
    memory_set(m, HN_CODE_LINETABLE, code, build_bytes(m, "", 0));
    memory_set(m, HN_CODE_FIRSTLINENO, code, 10);
    memory_set(m, HN_CODE_NAMES, code, names);
    for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
        if (hn_layout_has(&m->py.layout, variables[i]))
            memory_set(m, variables[i], code, build_tuple(m, NULL, 0));
    return code;
}

static hn_addr
names_of(struct sampled_process *s, const char *name)
{
    hn_addr item = build_ascii(s->m, name);

    return build_tuple(s->m, &item, 1);
}

void
sampled_put_code(struct sampled_process *s, hn_addr frame, hn_addr code)
{
    const struct hn_shape *shape = &s->w.shape;

    memory_put_u64(s->m, frame + shape->frame.first + (uint32_t)shape->frame_code,
                   code);
    if (!shape->position_unit)
        memory_put_u64(s->m,
                       frame + shape->frame.first + (uint32_t)shape->frame_position,
                       hn_field_addr(&s->m->py, HN_CODE_ADAPTIVE, code) + 4);
}

void
sampled_put_frame(struct sampled_process *s, size_t i, hn_addr code)
{
    const struct hn_shape *shape = &s->w.shape;
    hn_addr at = s->frames[i] + shape->frame.first;
    uint8_t one = 1;

    sampled_put_code(s, s->frames[i], code);
    memory_put_u64(s->m, at + (uint32_t)shape->frame_back, i ? s->frames[i - 1] : 0);
    if (shape->frame_executing >= 0)
        memory_put(s->m, at + (uint32_t)shape->frame_executing, &one, 1);
}

static void
build_stack(struct sampled_process *s)
{
    const struct hn_shape *shape = &s->w.shape;
    size_t bytes = shape->frame_fixed + 8 * (SAMPLED_SLOTS + SAMPLED_STACK);
    hn_addr at = s->thread + shape->thread.first;

    s->chunk = memory_alloc(s->m, SAMPLED_CHUNK_BYTES);
    for (size_t i = 0; i < SAMPLED_FRAMES; i++)
        s->frames[i] = shape->chain == HN_FRAME_CHAIN_OBJECTS
                           ? memory_alloc(s->m, 512)
                           : s->chunk + shape->chunk_header + 8 + i * bytes;
    sampled_put_frame(s, 0, s->main);
    sampled_put_frame(s, 1, s->work);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_first, s->frames[1]);
    if (shape->chain == HN_FRAME_CHAIN_OBJECTS)
        return;
    memory_put_u64(s->m, s->chunk + (uint32_t)shape->chunk_size, SAMPLED_CHUNK_BYTES);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_chunk, s->chunk);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_top, s->frames[1] + bytes);
    if (shape->chain != HN_FRAME_CHAIN_CFRAME)
        return;
    s->cframe = memory_alloc(s->m, 64);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_first, s->cframe);
    memory_put_u64(s->m,
                   s->cframe + shape->cframe.first + (uint32_t)shape->cframe_current,
                   s->frames[1]);
}

/* The thread has the GIL. */
static void
build_gil(struct sampled_process *s)
{
    struct memory_builder *m = s->m;
    uint32_t one = 1;

    if (s->w.shape.gil_format == HN_GIL_RUNTIME_CURRENT) {
        memory_set(m, HN_RUNTIME_TSTATE_CURRENT, s->rt.address, s->thread);
        return;
    }
    s->gil = memory_alloc(m, 512);
    memory_set(m, HN_INTERP_GIL, s->interp, s->gil);
    memory_set(m, HN_GIL_LAST_HOLDER, s->gil, s->thread);
    memory_put(m, hn_field_addr(&m->py, HN_GIL_LOCKED, s->gil), &one, 4);
    if (hn_layout_has(&m->py.layout, HN_GIL_ENABLED))
        memory_put(m, hn_field_addr(&m->py, HN_GIL_ENABLED, s->gil), &one, 4);
}

/* --- reading it */

static size_t
read_and_change(void *impl, uint64_t addr, void *buf, size_t size)
{
    struct sampled_process *s = impl;
    const hn_addr inner = s->frames[1] + s->w.shape.frame.first;
    size_t got;

    if (s->gone != 0 && s->gone < addr + size && addr < s->gone + SAMPLED_CHUNK_BYTES)
        return 0;
    got = s->memory_ops->read(s->m, addr, buf, size);
    if (s->copies_until_change > 0 && inner >= addr && inner < addr + size
        && --s->copies_until_change == 0)
        sampled_put_code(s, s->frames[1], s->changed_to);
    return got;
}

void
sampled_process_init(struct sampled_process *s, struct memory_builder *m,
                     const char *named)
{
    memset(s, 0, sizeof(*s));
    s->m = m;
    s->now_ns = BEGIN_NS;
    s->rt.address = memory_alloc(m, MANY_BYTES);
    s->interp = memory_alloc(m, MANY_BYTES);
    s->thread = memory_alloc(m, 2048);
    s->code_type = build_type(m, "code", 0);
    hn_arena_init(&s->rt.arena);
    assert_true(hn_codes_init(&s->codes) && hn_tree_init(&s->tree)
                && hn_pairs_init(&s->pairs));
    assert_int_equal(hn_shape_make(&m->py, &s->w.shape), HN_OK);
    s->main = build_code(s, "main", names_of(s, named));
    s->work = build_code(s, "work", names_of(s, "len"));
    s->other = build_code(s, "other", names_of(s, "len"));
    memory_set(m, HN_RUNTIME_INTERPRETERS_HEAD, s->rt.address, s->interp);
    memory_set(m, HN_INTERP_THREADS_HEAD, s->interp, s->thread);
    memory_set(m, HN_THREAD_INTERP, s->thread, s->interp);
    build_gil(s);
    build_stack(s);

    s->memory_ops = m->py.target->ops;
    s->ops = *s->memory_ops;
    s->ops.read = read_and_change;
    m->py.target->ops = &s->ops;
    m->py.target->impl = s;
    s->rt.py = m->py;
    s->rt.py.err = &m->err;
    s->w.target = m->py.target;
    s->w.rt = &s->rt;
    s->w.codes = &s->codes;
    s->w.tree = &s->tree;
    s->w.pairs = &s->pairs;
}

void
sampled_process_deinit(struct sampled_process *s)
{
    hn_watch_clear(&s->w);
    hn_codes_deinit(&s->codes);
    hn_tree_deinit(&s->tree);
    hn_pairs_deinit(&s->pairs);
    hn_code_cache_clear(&s->rt);
    hn_arena_deinit(&s->rt.arena);
    s->m->py.target->ops = s->memory_ops;
    s->m->py.target->impl = s->m;
}

/* --- another piece of the data stack */

void
sampled_stand_in(struct sampled_process *s, hn_addr frame, hn_addr chunk)
{
    const struct hn_shape *shape = &s->w.shape;
    hn_addr at = s->thread + shape->thread.first;
    size_t bytes = shape->frame_fixed + 8 * (SAMPLED_SLOTS + SAMPLED_STACK);

    memory_put_u64(s->m, at + (uint32_t)shape->thread_chunk, chunk);
    memory_put_u64(s->m, at + (uint32_t)shape->thread_top, frame + bytes);
    if (shape->chain == HN_FRAME_CHAIN_CFRAME)
        at = s->cframe + shape->cframe.first + (uint32_t)shape->cframe_current;
    else
        at += (uint32_t)shape->thread_first;
    memory_put_u64(s->m, at, frame);
}

hn_addr
sampled_build_chunk(struct sampled_process *s)
{
    const struct hn_shape *shape = &s->w.shape;
    hn_addr chunk = memory_alloc(s->m, SAMPLED_CHUNK_BYTES);
    uint64_t used = s->frames[1] - s->chunk - shape->chunk_header;

    memory_put_u64(s->m, chunk + (uint32_t)shape->chunk_size, SAMPLED_CHUNK_BYTES);
    memory_put_u64(s->m, chunk + (uint32_t)shape->chunk_previous, s->chunk);
    memory_put_u64(s->m, s->chunk + (uint32_t)shape->chunk_top, used / 8);
    s->frames[1] = chunk + shape->chunk_header;
    sampled_put_frame(s, 1, s->work);
    return chunk;
}
