/* The layout as one look needs it: which bytes of a thread state, a frame and a code
 * object are copied, and where in them the fields are. Computed once; a sampler asks a
 * million times a second. */
#ifndef HN_SAMPLE_SHAPE_H
#define HN_SAMPLE_SHAPE_H

#include "base/take.h"
#include "layout/python.h"

/* A run of bytes of a structure: [first, first + size). */
struct hn_span {
    uint32_t first, size;
};

/* Offsets count from the beginning of the span; -1: this CPython has no such field. */
struct hn_shape {
    enum hn_frame_chain_format chain;
    enum hn_gil_format gil_format;
    bool tagged; /* a frame's code is a stack reference */
    uint8_t first_shim_owner;
    unsigned position_unit; /* bytes per unit of lasti, 0: it is an address */

    struct hn_span thread;
    int32_t thread_next, thread_interp, thread_first, thread_chunk, thread_top,
        thread_id, thread_native, thread_state, thread_holds_gil, thread_gil_requested;
    int32_t thread_task; /* of the asyncio task it runs, from its beginning */

    struct hn_span cframe;
    int32_t cframe_current, cframe_previous;

    struct hn_span frame;
    int32_t frame_code, frame_back, frame_position, frame_owner, frame_tlbc,
        frame_generator, frame_entry, frame_stacktop, frame_stackpointer,
        frame_executing, frame_state;
    uint32_t frame_fixed;        /* bytes before localsplus */
    uint32_t generator_to_frame; /* bytes; 0: frames name their generator */

    uint32_t chunk_header; /* bytes before the first frame */
    int32_t chunk_previous, chunk_size, chunk_top;

    struct hn_span code;
    int32_t code_type, code_units, code_file, code_name, code_qualname, code_table,
        code_line, code_slots, code_stack, code_flags;

    /* From an object's beginning: how long a str or bytes is, and what it holds. */
    uint32_t str_length, str_text, bytes_size, bytes_text;

    struct hn_span gil;
    int32_t gil_locked, gil_holder, gil_enabled, gil_switches;
};

/* HN_E_UNSUPPORTED when a field that a sampler cannot do without is not known. */
HN_MUST_CHECK enum hn_status
hn_shape_make(struct hn_python *py, struct hn_shape *ret);

#endif
