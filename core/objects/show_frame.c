/* Frame objects: <frame at 0x..., file 'shop.py', line 3, code f>.
 *
 * Up to 3.10 the object is the frame; since 3.11 it points to one that may live in a
 * thread's stack. CPython: frame_repr in Objects/frameobject.c. */
#include "objects/linetable.h"
#include "objects/shower.h"

/* The largest generated modules have tables of a few megabytes. */
enum { LINETABLE_MOST = 1 << 26 };

enum { UNIT_BYTES = 2 }; /* of one instruction */

struct place {
    hn_addr code;
    int64_t lasti; /* byte offset in the code */
};

static enum hn_status
load_old(struct hn_python *py, hn_addr object, struct place *ret)
{
    struct hn_record rec;
    enum hn_status st = hn_record_load(py, HN_STRUCT_FRAMEOBJECT, object, &rec);

    if (st)
        return st;
    ret->code = hn_record_u64(&rec, HN_FRAMEOBJECT_CODE);
    ret->lasti = hn_record_i64(&rec, HN_FRAMEOBJECT_LASTI);
    if (py->layout.formats.position == HN_POSITION_LASTI_UNITS)
        ret->lasti *= UNIT_BYTES;
    return HN_OK;
}

/* Where instruction pointers count from: free-threaded builds since 3.14 give each
 * thread a copy of the bytecode. */
static enum hn_status
find_bytecode(struct hn_python *py, const struct hn_record *frame, hn_addr code,
              hn_addr *ret)
{
    uint64_t index = hn_record_u64_or_0(frame, HN_FRAME_TLBC_INDEX), size;
    hn_addr copies = 0, entries;
    enum hn_status st = HN_OK;

    *ret = hn_field_addr(py, HN_CODE_ADAPTIVE, code);
    if (hn_layout_has(&py->layout, HN_FRAME_TLBC_INDEX)
        && hn_layout_has(&py->layout, HN_CODE_TLBC))
        st = hn_field_read(py, HN_CODE_TLBC, code, &copies);
    if (st || copies == 0)
        return st;
    st = hn_field_read(py, HN_CODEARRAY_SIZE, copies, &size);
    if (st)
        return st;
    if (index >= size)
        return hn_fail(py->err, HN_E_CORRUPT, copies, "frame of an unknown bytecode");
    entries = hn_field_addr(py, HN_CODEARRAY_ENTRIES, copies);
    return hn_target_read_u64(py->target, entries + index * sizeof *ret, ret);
}

static enum hn_status
load_new(struct hn_python *py, hn_addr object, struct place *ret)
{
    struct hn_record rec;
    hn_addr frame, bytecode = 0;
    enum hn_status st = hn_field_read(py, HN_FRAMEOBJECT_FRAME, object, &frame);

    if (!st)
        st = hn_record_load(py, HN_STRUCT_FRAME, frame, &rec);
    if (st)
        return st;
    ret->code = hn_stackref_pointer(py, hn_record_u64(&rec, HN_FRAME_EXECUTABLE));
    st = find_bytecode(py, &rec, ret->code, &bytecode);
    ret->lasti = (int64_t)(hn_record_u64(&rec, HN_FRAME_POSITION) - bytecode);
    return st;
}

static enum hn_status
find_line(struct hn_show *show, const struct place *place, int32_t *ret)
{
    struct hn_python *py = hn_show_python(show);
    struct hn_position position;
    const uint8_t *table;
    size_t size;
    uint64_t first_line;
    hn_addr bytes;
    enum hn_status st =
        hn_field_read(py, HN_CODE_FIRSTLINENO, place->code, &first_line);

    if (!st)
        st = hn_field_read(py, HN_CODE_LINETABLE, place->code, &bytes);
    if (!st)
        st = hn_bytes_load(py, bytes, LINETABLE_MOST, hn_show_arena(show), &table,
                           &size);
    if (st)
        return st;
    *ret = (int32_t)first_line; /* of a frame that has not begun */
    if (hn_linetable_find(py->layout.formats.linetable, table, size,
                          (int32_t)first_line, place->lasti, &position))
        *ret = position.line;
    return HN_OK;
}

static enum hn_status
show_frame(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    bool old = py->layout.formats.frame_chain == HN_FRAME_CHAIN_OBJECTS;
    struct place place = { 0, 0 };
    hn_addr file, name;
    int32_t line = 0;
    enum hn_status st =
        old ? load_old(py, object->at, &place) : load_new(py, object->at, &place);

    if (!st)
        st = hn_field_read(py, HN_CODE_FILENAME, place.code, &file);
    if (!st)
        st = hn_field_read(py, HN_CODE_NAME, place.code, &name);
    if (!st)
        st = find_line(show, &place, &line);
    if (st)
        return st;
    hn_show_puts(show, "<frame at ");
    hn_show_addr(show, object->at);
    hn_show_puts(show, ", file ");
    hn_show_object(show, file);
    hn_show_printf(show, ", line %d, code ", (int)line);
    st = hn_show_str(show, name);
    hn_show_puts(show, ">");
    return st;
}

const struct hn_shower hn_showers_frame[] = {
    { "frame", show_frame, HN_SHOWER_LEAF, NULL },
    { NULL, NULL, 0, NULL },
};
