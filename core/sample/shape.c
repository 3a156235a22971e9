/* From a layout to the spans and offsets of a look. */
#include "sample/shape.h"

/* A field that is wanted, and where its offset goes. */
struct want {
    enum hn_field field;
    int32_t *ret;
    bool optional;
};

/* The span of the wanted fields, and each one's place in it. */
static bool
span_of(const struct hn_layout *layout, const struct want *wants, size_t count,
        struct hn_span *ret)
{
    uint32_t first = UINT32_MAX, end = 0;

    for (size_t i = 0; i < count; i++) {
        uint32_t at = (uint32_t)layout->offset[wants[i].field];

        if (!hn_layout_has(layout, wants[i].field)) {
            if (!wants[i].optional)
                return false;
            continue;
        }
        if (at < first)
            first = at;
        if (at + hn_field_info(wants[i].field)->width > end)
            end = at + hn_field_info(wants[i].field)->width;
    }
    if (end == 0)
        first = 0;
    for (size_t i = 0; i < count; i++)
        *wants[i].ret = hn_layout_has(layout, wants[i].field)
                            ? layout->offset[wants[i].field] - (int32_t)first
                            : -1;
    *ret = (struct hn_span){ first, end - first };
    return true;
}

#define SPAN(layout, wants, ret) \
    span_of(layout, wants, sizeof(wants) / sizeof((wants)[0]), ret)

static bool
make_thread(const struct hn_layout *layout, struct hn_shape *s)
{
    const enum hn_field first[] = {
        [HN_FRAME_CHAIN_OBJECTS] = HN_THREAD_FRAME,
        [HN_FRAME_CHAIN_CFRAME] = HN_THREAD_CFRAME,
        [HN_FRAME_CHAIN_DIRECT] = HN_THREAD_CURRENT_FRAME,
    };
    const struct want wants[] = {
        { HN_THREAD_NEXT, &s->thread_next, false },
        { HN_THREAD_INTERP, &s->thread_interp, false },
        { first[s->chain], &s->thread_first, false },
        { HN_THREAD_DATASTACK_CHUNK, &s->thread_chunk, true },
        { HN_THREAD_DATASTACK_TOP, &s->thread_top, true },
        { HN_THREAD_ID, &s->thread_id, true },
        { HN_THREAD_NATIVE_THREAD_ID, &s->thread_native, true },
        { HN_THREAD_STATE, &s->thread_state, true },
        { HN_THREAD_HOLDS_GIL, &s->thread_holds_gil, true },
        { HN_THREAD_GIL_REQUESTED, &s->thread_gil_requested, true },
    };

    return SPAN(layout, wants, &s->thread);
}

static bool
make_frame_object(const struct hn_layout *layout, struct hn_shape *s)
{
    const struct want wants[] = {
        { HN_FRAMEOBJECT_CODE, &s->frame_code, false },
        { HN_FRAMEOBJECT_BACK, &s->frame_back, false },
        { HN_FRAMEOBJECT_LASTI, &s->frame_position, false },
        { HN_FRAMEOBJECT_GEN, &s->frame_generator, true },
        { HN_FRAMEOBJECT_EXECUTING, &s->frame_executing, true },
        { HN_FRAMEOBJECT_STATE, &s->frame_state, true },
    };

    s->frame_owner = s->frame_tlbc = s->frame_entry = -1;
    s->frame_stacktop = s->frame_stackpointer = -1;
    return SPAN(layout, wants, &s->frame);
}

static bool
make_interpreter_frame(const struct hn_layout *layout, struct hn_shape *s)
{
    const struct want wants[] = {
        { HN_FRAME_EXECUTABLE, &s->frame_code, false },
        { HN_FRAME_PREVIOUS, &s->frame_back, false },
        { HN_FRAME_POSITION, &s->frame_position, false },
        { HN_FRAME_OWNER, &s->frame_owner, false },
        { HN_FRAME_TLBC_INDEX, &s->frame_tlbc, true },
        { HN_FRAME_IS_ENTRY, &s->frame_entry, true },
        { HN_FRAME_STACKTOP, &s->frame_stacktop, true },
        { HN_FRAME_STACKPOINTER, &s->frame_stackpointer, true },
    };

    s->frame_generator = s->frame_executing = s->frame_state = -1;
    if (!hn_layout_has(layout, HN_FRAME_LOCALSPLUS)
        || !hn_layout_has(layout, HN_GEN_IFRAME))
        return false;
    s->generator_to_frame = (uint32_t)layout->offset[HN_GEN_IFRAME];
    s->frame_fixed = (uint32_t)layout->offset[HN_FRAME_LOCALSPLUS];
    return SPAN(layout, wants, &s->frame);
}

static bool
make_chunk(const struct hn_layout *layout, struct hn_shape *s)
{
    if (s->thread_chunk < 0 || !hn_layout_has(layout, HN_CHUNK_DATA))
        return false;
    s->chunk_header = (uint32_t)layout->offset[HN_CHUNK_DATA];
    s->chunk_previous = layout->offset[HN_CHUNK_PREVIOUS];
    s->chunk_size = layout->offset[HN_CHUNK_SIZE];
    s->chunk_top = layout->offset[HN_CHUNK_TOP];
    return true;
}

static bool
make_cframe(const struct hn_layout *layout, struct hn_shape *s)
{
    const struct want wants[] = {
        { HN_CFRAME_CURRENT_FRAME, &s->cframe_current, false },
        { HN_CFRAME_PREVIOUS, &s->cframe_previous, false },
    };

    return SPAN(layout, wants, &s->cframe);
}

static bool
make_code(const struct hn_layout *layout, struct hn_shape *s)
{
    const struct want wants[] = {
        { HN_OBJECT_TYPE, &s->code_type, false },
        { HN_VAR_SIZE, &s->code_units, true },
        { HN_CODE_FILENAME, &s->code_file, false },
        { HN_CODE_NAME, &s->code_name, false },
        { HN_CODE_QUALNAME, &s->code_qualname, true },
        { HN_CODE_LINETABLE, &s->code_table, false },
        { HN_CODE_FIRSTLINENO, &s->code_line, false },
        { HN_CODE_NLOCALSPLUS, &s->code_slots, true },
        { HN_CODE_STACKSIZE, &s->code_stack, true },
        { HN_CODE_FLAGS, &s->code_flags, true },
    };

    return SPAN(layout, wants, &s->code);
}

static bool
make_texts(const struct hn_layout *layout, struct hn_shape *s)
{
    const enum hn_field needed[] = { HN_ASCII_LENGTH, HN_VAR_SIZE, HN_BYTES_VALUE };

    for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
        if (!hn_layout_has(layout, needed[i]))
            return false;
    s->str_length = (uint32_t)layout->offset[HN_ASCII_LENGTH];
    s->str_text = layout->size[HN_STRUCT_ASCII];
    s->bytes_size = (uint32_t)layout->offset[HN_VAR_SIZE];
    s->bytes_text = (uint32_t)layout->offset[HN_BYTES_VALUE];
    return true;
}

static bool
make_gil(const struct hn_layout *layout, struct hn_shape *s)
{
    const struct want wants[] = {
        { HN_GIL_LOCKED, &s->gil_locked, true },
        { HN_GIL_LAST_HOLDER, &s->gil_holder, true },
        { HN_GIL_ENABLED, &s->gil_enabled, true },
        { HN_GIL_SWITCHES, &s->gil_switches, true },
    };

    return SPAN(layout, wants, &s->gil);
}

enum hn_status
hn_shape_make(struct hn_python *py, struct hn_shape *ret)
{
    const struct hn_layout *layout = &py->layout;
    struct hn_shape s;
    bool fine;

    memset(&s, 0, sizeof(s));
    s.chain = layout->formats.frame_chain;
    s.gil_format = layout->formats.gil;
    s.tagged = layout->formats.stackref == HN_STACKREF_TAGGED;
    s.first_shim_owner = layout->formats.first_shim_owner;
    if (layout->formats.position == HN_POSITION_LASTI_BYTES)
        s.position_unit = 1;
    else if (layout->formats.position == HN_POSITION_LASTI_UNITS)
        s.position_unit = 2;
    s.thread_task = hn_layout_has(layout, HN_THREADIMPL_RUNNING_TASK)
                        ? layout->offset[HN_THREADIMPL_RUNNING_TASK]
                        : -1;
    fine = make_thread(layout, &s) && make_code(layout, &s) && make_texts(layout, &s)
           && make_gil(layout, &s);
    if (s.chain == HN_FRAME_CHAIN_OBJECTS)
        fine = fine && make_frame_object(layout, &s);
    else
        fine = fine && make_interpreter_frame(layout, &s) && make_chunk(layout, &s);
    if (s.chain == HN_FRAME_CHAIN_CFRAME)
        fine = fine && make_cframe(layout, &s);
    if (!fine)
        return hn_fail(py->err, HN_E_UNSUPPORTED, 0,
                       "where this CPython keeps its frames is not known");
    *ret = s;
    return HN_OK;
}
