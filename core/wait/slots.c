/* A `with` statement keeps the __exit__ that it will call on the value stack: up
 * to 3.13 a method bound to the manager, since 3.14 (gh-120384) the function, and the
 * manager behind it. The depth of a running frame's stack is mostly not saved, and
 * slots above it keep what they held. But each instruction has a handler for
 * exceptions, and that knows how much of the stack is the blocks': in the block stack
 * of the frame up to 3.10, in the exception table of the code since (bpo-40222).
 * CPython: Python/ceval.c, InternalDocs/exception_handling.md. */
#include "wait/slots.h"

#include <string.h>

#include "objects/objects.h"

/* CO_MAXBLOCKS of 3.8 to 3.10, and more bytes than a table of exceptions has. */
enum { MAX_BLOCKS = 20, MAX_TABLE = 1 << 20 };

/* Bits of the bytes that make up a number in the table. */
enum { TABLE_MORE = 64, TABLE_BITS = 6, TABLE_MASK = 63 };

struct place {
    hn_addr base;
    uint64_t depth; /* of what may be read */
    bool exact;
    size_t blocks;
};

/* --- up to 3.10 */

static enum hn_status
place_object(struct hn_python *py, const struct hn_frame *frame, uint64_t most,
             struct place *ret)
{
    struct hn_record rec;
    int64_t blocks, depth = -1;
    uint64_t level = 0;
    enum hn_status st = hn_record_load(py, HN_STRUCT_FRAMEOBJECT, frame->addr, &rec);

    if (st)
        return st;
    ret->base = hn_record_u64(&rec, HN_FRAMEOBJECT_VALUESTACK);
    if (hn_layout_has(&py->layout, HN_FRAMEOBJECT_STACKDEPTH)) {
        depth = hn_record_i64(&rec, HN_FRAMEOBJECT_STACKDEPTH);
    } else {
        hn_addr top = hn_record_u64(&rec, HN_FRAMEOBJECT_STACKTOP);

        if (top >= ret->base)
            depth = (int64_t)((top - ret->base) / 8);
    }
    ret->exact = depth >= 0 && (uint64_t)depth <= most;
    ret->depth = ret->exact ? (uint64_t)depth : most;
    blocks = hn_record_i64(&rec, HN_FRAMEOBJECT_BLOCKS);
    if (blocks < 1 || blocks > MAX_BLOCKS)
        return HN_OK;
    st = hn_field_read(py, HN_TRYBLOCK_LEVEL,
                       hn_field_addr(py, HN_FRAMEOBJECT_BLOCKSTACK, frame->addr)
                           + (uint64_t)(blocks - 1)
                                 * py->layout.size[HN_STRUCT_TRYBLOCK],
                       &level);
    ret->blocks = st ? 0 : level;
    return HN_OK;
}

/* --- since 3.11 */

static uint64_t
take_number(const uint8_t **at, const uint8_t *end)
{
    uint64_t value = 0;
    uint8_t byte;

    do {
        if (*at == end)
            return UINT64_MAX;
        byte = *(*at)++;
        value = value << TABLE_BITS | (byte & TABLE_MASK);
    } while (byte & TABLE_MORE && value < UINT32_MAX);
    return value;
}

/* The depth in the entry that covers @unit; 0 when none does. */
static size_t
depth_in_table(const uint8_t *at, const uint8_t *end, uint64_t unit)
{
    while (at < end) {
        uint64_t start = take_number(&at, end), length = take_number(&at, end),
                 target = take_number(&at, end), depth = take_number(&at, end);

        if (depth == UINT64_MAX || target == UINT64_MAX || start > unit)
            break;
        if (unit - start < length)
            return (size_t)(depth >> 1);
    }
    return 0;
}

static size_t
blocks_of(struct hn_python *py, const struct hn_frame *frame)
{
    struct hn_arena scratch;
    const uint8_t *table;
    size_t size, depth = 0;
    hn_addr bytes;

    if (frame->lasti < 0
        || hn_field_read(py, HN_CODE_EXCEPTIONS, frame->code->addr, &bytes))
        return 0;
    hn_arena_init(&scratch);
    if (hn_bytes_load(py, bytes, MAX_TABLE, &scratch, &table, &size) == HN_OK)
        depth = depth_in_table(table, table + size, (uint64_t)frame->lasti / 2);
    hn_arena_deinit(&scratch);
    return depth;
}

static enum hn_status
place_embedded(struct hn_python *py, const struct hn_frame *frame, uint64_t most,
               struct place *ret)
{
    struct hn_record rec;
    uint64_t locals;
    int64_t depth;
    enum hn_status st = hn_record_load(py, HN_STRUCT_FRAME, frame->addr, &rec);

    if (!st)
        st = hn_field_read(py, HN_CODE_NLOCALSPLUS, frame->code->addr, &locals);
    if (st)
        return st;
    ret->base = hn_field_addr(py, HN_FRAME_LOCALSPLUS, frame->addr) + 8 * locals;
    if (hn_layout_has(&py->layout, HN_FRAME_STACKTOP))
        depth = hn_record_i64(&rec, HN_FRAME_STACKTOP) - (int64_t)locals;
    else
        depth = (int64_t)(hn_record_u64(&rec, HN_FRAME_STACKPOINTER) - ret->base) / 8;
    ret->exact = depth >= 0 && (uint64_t)depth <= most;
    ret->depth = ret->exact ? (uint64_t)depth : most;
    ret->blocks = blocks_of(py, frame);
    return HN_OK;
}

enum hn_status
hn_slots_load(struct hn_runtime *rt, const struct hn_frame *frame, struct hn_slots *ret)
{
    struct hn_python *py = &rt->py;
    uint64_t words[HN_SLOTS_MOST], most;
    struct place place = { .base = 0 };
    enum hn_status st;

    if (!frame->code)
        return HN_DONE;
    st = hn_field_read(py, HN_CODE_STACKSIZE, frame->code->addr, &most);
    if (!st && py->layout.formats.frame_chain == HN_FRAME_CHAIN_OBJECTS)
        st = place_object(py, frame, most, &place);
    else if (!st)
        st = place_embedded(py, frame, most, &place);
    if (st)
        return st;
    if (place.depth > HN_SLOTS_MOST) {
        place.depth = HN_SLOTS_MOST;
        place.exact = false;
    }
    st = hn_target_read(py->target, place.base, words, place.depth * 8);
    if (st)
        return st;
    ret->count = place.depth;
    ret->exact = place.exact;
    ret->blocks = place.blocks > place.depth ? place.depth : place.blocks;
    for (size_t i = 0; i < ret->count; i++)
        ret->items[i] = hn_stackref_pointer(py, words[i]);
    return HN_OK;
}

uint64_t
hn_frame_digest(struct hn_runtime *rt, const struct hn_frame *frame)
{
    struct hn_python *py = &rt->py;
    bool object = py->layout.formats.frame_chain == HN_FRAME_CHAIN_OBJECTS;
    uint64_t words[HN_SLOTS_MOST], count;
    hn_addr at = hn_field_addr(
        py, object ? HN_FRAMEOBJECT_LOCALSPLUS : HN_FRAME_LOCALSPLUS, frame->addr);

    if (!frame->code
        || hn_field_read(py, object ? HN_CODE_NLOCALS : HN_CODE_NLOCALSPLUS,
                         frame->code->addr, &count))
        return 0;
    if (count > HN_SLOTS_MOST)
        count = HN_SLOTS_MOST;
    if (hn_target_read(py->target, at, words, count * sizeof *words))
        return 0;
    return hn_index_hash(words, count * sizeof *words);
}

/* --- managers */

static bool
is_exit(struct hn_python *py, hn_addr name)
{
    struct hn_arena scratch;
    const char *text;
    bool found;

    hn_arena_init(&scratch);
    found = hn_str_load(py, name, 12, &scratch, &text, NULL, NULL) == HN_OK
            && (strcmp(text, "__exit__") == 0 || strcmp(text, "__aexit__") == 0);
    hn_arena_deinit(&scratch);
    return found;
}

/* Whether a C function of Python's method tables is called __exit__ or __aexit__. */
static bool
is_exit_method(struct hn_python *py, hn_addr function)
{
    struct hn_arena scratch;
    hn_addr method, at;
    const char *text;
    bool found;

    if (hn_field_read(py, HN_CFUNCTION_METHOD, function, &method)
        || hn_target_read_u64(py->target, method, &at))
        return false;
    hn_arena_init(&scratch);
    found = hn_target_read_cstring(py->target, at, 12, &scratch, &text) == HN_OK
            && (strcmp(text, "__exit__") == 0 || strcmp(text, "__aexit__") == 0);
    hn_arena_deinit(&scratch);
    return found;
}

/* The manager of an __exit__ in a slot; 0: it is none. @behind is in the next slot. */
static hn_addr
manager_of(struct hn_kinds *kinds, hn_addr object, hn_addr behind)
{
    struct hn_python *py = &kinds->rt->py;
    const char *type = object ? hn_kind_type_name(kinds, object) : "";
    hn_addr name, self;

    if (strcmp(type, "method") == 0) {
        hn_addr function;

        if (hn_field_read(py, HN_METHOD_FUNCTION, object, &function) == HN_OK
            && hn_object_is(py, function, "function")
            && hn_field_read(py, HN_FUNCTION_NAME, function, &name) == HN_OK
            && is_exit(py, name)
            && hn_field_read(py, HN_METHOD_SELF, object, &self) == HN_OK)
            return self;
    } else if (strcmp(type, "builtin_function_or_method") == 0
               || strcmp(type, "builtin_method") == 0) {
        if (is_exit_method(py, object)
            && hn_field_read(py, HN_CFUNCTION_SELF, object, &self) == HN_OK)
            return self;
    } else if (strcmp(type, "function") == 0) {
        if (hn_field_read(py, HN_FUNCTION_NAME, object, &name) == HN_OK
            && is_exit(py, name))
            return behind;
    } else if (strcmp(type, "method_descriptor") == 0) {
        if (hn_field_read(py, HN_DESCRIPTOR_NAME, object, &name) == HN_OK
            && is_exit(py, name))
            return behind;
    }
    return 0;
}

size_t
hn_frame_held(struct hn_kinds *kinds, const struct hn_frame *frame, hn_addr *ret,
              size_t limit)
{
    struct hn_slots slots;
    size_t count = 0;

    /* An __exit__ above the blocks is of a `with` that has not been entered yet. */
    if (hn_slots_load(kinds->rt, frame, &slots))
        return 0;
    for (size_t i = 0; i < slots.blocks && count < limit; i++) {
        hn_addr behind = i + 1 < slots.count ? slots.items[i + 1] : 0,
                manager = manager_of(kinds, slots.items[i], behind);

        if (manager != 0)
            ret[count++] = manager;
    }
    return count;
}
