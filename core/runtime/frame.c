/* One frame: what it runs and where it is.
 *
 * Up to 3.10 a frame is an object on the heap; since 3.11 it is an _PyInterpreterFrame
 * in a thread's data stack, in a generator, or in a frame object that outlived its call
 * (Include/internal/pycore_frame.h). */
#include "objects/objects.h"
#include "runtime/internal.h"

#include <string.h>

static const struct hn_position nowhere = { -1, -1, -1, -1 };

/* Decodes what a frame runs; a frame whose code is damaged stays in the stack. Where in
 * the code the frame is, the caller finds. */
static enum hn_status
fill_code(struct hn_runtime *rt, struct hn_frame *frame, hn_addr code)
{
    struct hn_error *err = rt->py.err;
    enum hn_status st = hn_code_load(rt, code, &frame->code);

    if (st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
        return st;
    if (st) {
        frame->kind = HN_FRAME_UNREADABLE;
        frame->code = NULL;
        frame->problem = err->what;
        frame->problem_at = err->addr ? err->addr : code;
    }
    frame->position = nowhere;
    frame->lasti = -1;
    return HN_OK;
}

/* --- frame objects, up to 3.10 */

static enum hn_status
load_object(struct hn_runtime *rt, hn_addr addr, struct hn_frame *ret,
            struct hn_frame_link *link)
{
    struct hn_python *py = &rt->py;
    struct hn_record rec;
    int64_t lasti;
    enum hn_status st = hn_record_load(py, HN_STRUCT_FRAMEOBJECT, addr, &rec);

    if (st)
        return st;
    ret->entry = true; /* every Python frame is a call of the interpreter loop */
    if (hn_record_u64(&rec, HN_FRAMEOBJECT_GEN))
        ret->owner = HN_OWNER_GENERATOR;
    lasti = hn_record_i64(&rec, HN_FRAMEOBJECT_LASTI);
    if (py->layout.formats.position == HN_POSITION_LASTI_UNITS)
        lasti *= 2;
    link->previous = hn_record_u64(&rec, HN_FRAMEOBJECT_BACK);
    st = fill_code(rt, ret, hn_record_u64(&rec, HN_FRAMEOBJECT_CODE));
    if (st || !ret->code)
        return st;
    ret->position = hn_code_position(rt, ret->code, lasti);
    ret->lasti = lasti;
    return HN_OK;
}

/* --- interpreter frames, 3.11 and later */

/* Free-threaded 3.14+ gives each thread a copy of the bytecode of its own. */
static bool
bytecode_of(struct hn_runtime *rt, const struct hn_record *rec,
            const struct hn_code *code, hn_addr *ret)
{
    struct hn_python *py = &rt->py;
    uint64_t index = hn_record_u64_or_0(rec, HN_FRAME_TLBC_INDEX), size;
    hn_addr entries;

    *ret = code->bytecode;
    if (code->tlbc == 0 || !hn_layout_has(&py->layout, HN_FRAME_TLBC_INDEX))
        return true;
    if (hn_field_read(py, HN_CODEARRAY_SIZE, code->tlbc, &size) || index >= size)
        return false;
    entries = hn_field_addr(py, HN_CODEARRAY_ENTRIES, code->tlbc);
    return hn_target_read_u64(py->target, entries + index * 8, ret) == HN_OK;
}

static void
place(struct hn_runtime *rt, const struct hn_record *rec, struct hn_frame *frame)
{
    hn_addr bytecode, at = hn_record_u64(rec, HN_FRAME_POSITION);

    if (!bytecode_of(rt, rec, frame->code, &bytecode))
        return;
    frame->lasti = (int64_t)(at - bytecode);
    frame->position = hn_code_position(rt, frame->code, frame->lasti);
}

static enum hn_frame_owner
owner_of(uint64_t owner)
{
    switch (owner) {
    case 1: return HN_OWNER_GENERATOR;
    case 2: return HN_OWNER_FRAME_OBJECT;
    default: return HN_OWNER_THREAD;
    }
}

/* Since 3.12 a specialised call of a class goes through a frame of the interpreter's
 * own that checks what __init__ returned (_Py_InitCleanup). It is owned by the thread
 * like any other; what tells it is that its file, too, is called "__init__" and that
 * none of its instructions has a line. In a core without the binary nothing of it can
 * be read, but it is the one code object that lies in constant memory. */
static bool
is_init_cleanup(const struct hn_runtime *rt, const struct hn_frame *frame, hn_addr code)
{
    const struct hn_region *region;

    if (frame->code)
        return frame->position.line == -1 && strcmp(frame->code->name, "__init__") == 0
               && strcmp(frame->code->file, "__init__") == 0;
    region = hn_target_region(rt->py.target, code);
    return region && !region->writable && region->path[0] == '/';
}

static enum hn_status
load_interpreter(struct hn_runtime *rt, hn_addr addr, struct hn_frame *ret,
                 struct hn_frame_link *link)
{
    struct hn_python *py = &rt->py;
    struct hn_record rec;
    uint64_t owner;
    hn_addr code;
    enum hn_status st = hn_record_load(py, HN_STRUCT_FRAME, addr, &rec);

    if (st)
        return st;
    owner = hn_record_u64(&rec, HN_FRAME_OWNER);
    link->previous = hn_record_u64(&rec, HN_FRAME_PREVIOUS);
    link->shim = owner >= py->layout.formats.first_shim_owner;
    if (link->shim)
        return HN_OK;
    ret->owner = owner_of(owner);
    ret->entry = hn_record_u64_or_0(&rec, HN_FRAME_IS_ENTRY) & 1;
    if (link->previous == 0)
        ret->entry = true;
    code = hn_stackref_pointer(py, hn_record_u64(&rec, HN_FRAME_EXECUTABLE));
    st = fill_code(rt, ret, code);
    if (!st && ret->code)
        place(rt, &rec, ret);
    link->internal = !st && is_init_cleanup(rt, ret, code);
    return st;
}

enum hn_status
hn_frame_load(struct hn_runtime *rt, hn_addr addr, struct hn_frame *ret,
              struct hn_frame_link *link)
{
    memset(ret, 0, sizeof(*ret));
    memset(link, 0, sizeof(*link));
    ret->addr = addr;
    /* Memory that holds frames is 8-byte aligned on every version. */
    if (addr % 8 != 0)
        return hn_fail(rt->py.err, HN_E_CORRUPT, addr,
                       "a frame's address is not aligned");
    if (rt->py.layout.formats.frame_chain == HN_FRAME_CHAIN_OBJECTS)
        return load_object(rt, addr, ret, link);
    return load_interpreter(rt, addr, ret, link);
}

enum hn_status
hn_frame_of_object(struct hn_runtime *rt, hn_addr object, hn_addr *ret)
{
    if (rt->py.layout.formats.frame_chain != HN_FRAME_CHAIN_OBJECTS)
        return hn_field_read(&rt->py, HN_FRAMEOBJECT_FRAME, object, ret);
    *ret = object;
    return HN_OK;
}

struct hn_position
hn_frame_position_at(struct hn_runtime *rt, const struct hn_frame *frame, int64_t lasti)
{
    return frame->code ? hn_code_position(rt, frame->code, lasti) : nowhere;
}
