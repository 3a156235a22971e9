/* References of frames, and of what has frames or code.
 *
 * Since 3.11 a frame is no object: it lies on a thread's stack, in a generator, or in a
 * frame object that outlived the call. Its variables are certain; of a frame that runs
 * nobody says how much of its value stack is in use, so that part is searched
 * (HN_REFERENCE_SCANNED). CPython: _PyFrame_Traverse in Python/frame.c. */
#include <string.h>

#include "heap/references.h"
#include "objects/objects.h"
#include "runtime/variables.h"

enum {
    WORD = 8,
    SLOTS_MOST = UINT16_MAX, /* the compiler refuses more long before */
    CACHED_WORDS = 4,        /* _PyCoCached: bytecode and three tuples of names */
    OWNED_BY_FRAME_OBJECT = 2,
    BORROWED = 1 /* of a tagged slot */
};

static bool
is_borrowed(const struct hn_referrer *r, uint64_t slot)
{
    return r->py->layout.formats.stackref == HN_STACKREF_TAGGED && (slot & BORROWED);
}

static void
refer_field(struct hn_referrer *r, const struct hn_record *rec, enum hn_field field)
{
    const uint64_t slot = hn_record_u64_or_0(rec, field);
    const unsigned bits = r->at.bits;

    r->at.place = HN_REFERENCE_FRAME;
    r->at.index = field;
    r->at.bits |= is_borrowed(r, slot) ? HN_REFERENCE_UNCOUNTED : 0;
    hn_refer(r, hn_stackref_pointer(r->py, slot));
    r->at.bits = bits;
}

/* Slots of a frame, from number @first on: with tags since 3.14, where a slot may hold
 * what others own. */
static void
refer_slots(struct hn_referrer *r, enum hn_reference_place place, hn_addr at,
            uint64_t count, uint64_t first)
{
    const unsigned bits = r->at.bits;

    r->at.place = place;
    for (uint64_t i = 0; i < count && i < SLOTS_MOST; i++) {
        uint64_t slot;

        if (hn_target_read_some(r->py->target, at + i * WORD, &slot, WORD) != WORD
            || r->words_left == 0)
            return;
        r->words_left--;
        r->at.index = first + i;
        r->at.bits = bits;
        if (is_borrowed(r, slot))
            r->at.bits |= HN_REFERENCE_UNCOUNTED;
        hn_refer(r, hn_stackref_pointer(r->py, slot));
    }
    r->at.bits = bits;
}

/* How many values are on the stack; false while the frame runs. */
static bool
stack_depth(const struct hn_referrer *r, const struct hn_record *rec,
            uint64_t variables, uint64_t *ret)
{
    const struct hn_layout *layout = &r->py->layout;
    hn_addr first = rec->addr + (hn_addr)layout->offset[HN_FRAME_LOCALSPLUS];
    int64_t top;

    if (hn_layout_has(layout, HN_FRAME_STACKTOP)) {
        top = hn_record_i64(rec, HN_FRAME_STACKTOP);
    } else {
        hn_addr pointer = hn_record_u64_or_0(rec, HN_FRAME_STACKPOINTER);

        top = pointer >= first ? (int64_t)((pointer - first) / WORD) : -1;
    }
    if (top < (int64_t)variables || top > INT64_C(2) * SLOTS_MOST)
        return false;
    *ret = (uint64_t)top - variables;
    return true;
}

static void
refer_variables(struct hn_referrer *r, const struct hn_record *rec, hn_addr code)
{
    hn_addr at = rec->addr + (hn_addr)r->py->layout.offset[HN_FRAME_LOCALSPLUS];
    uint64_t variables, depth;

    if (hn_field_read(r->py, HN_CODE_NLOCALSPLUS, code, &variables)
        || variables > SLOTS_MOST)
        return;
    r->at.key = code;
    refer_slots(r, HN_REFERENCE_LOCAL, at, variables, 0);
    r->at.key = 0;
    at += variables * WORD;
    if (stack_depth(r, rec, variables, &depth)) {
        refer_slots(r, HN_REFERENCE_STACK, at, depth, 0);
        return;
    }
    if (hn_field_read(r->py, HN_CODE_STACKSIZE, code, &depth) || depth > SLOTS_MOST)
        return;
    r->at.bits = HN_REFERENCE_SCANNED;
    refer_slots(r, HN_REFERENCE_STACK, at, depth, 0);
    r->at.bits = 0;
}

static void
refer_frame(struct hn_referrer *r, hn_addr at)
{
    struct hn_record rec;
    uint64_t owner;

    if (at % WORD != 0 || !hn_layout_has(&r->py->layout, HN_FRAME_LOCALSPLUS)
        || hn_record_load(r->py, HN_STRUCT_FRAME, at, &rec) != HN_OK)
        return;
    owner = hn_record_u64_or_0(&rec, HN_FRAME_OWNER);
    if (owner >= r->py->layout.formats.first_shim_owner)
        return;
    refer_field(r, &rec, HN_FRAME_EXECUTABLE);
    refer_field(r, &rec, HN_FRAME_FUNCTION);
    refer_field(r, &rec, HN_FRAME_LOCALS);
    if (owner != OWNED_BY_FRAME_OBJECT)
        refer_field(r, &rec, HN_FRAME_OBJECT);
    refer_variables(
        r, &rec, hn_stackref_pointer(r->py, hn_record_u64(&rec, HN_FRAME_EXECUTABLE)));
}

void
hn_references_of_frame(struct hn_referrer *r, hn_addr frame)
{
    r->at = (struct hn_reference){ .from = HN_HEAP_NONE };
    refer_frame(r, frame);
}

/* Whether nothing is left of the frame in the generator at @at. */
static bool
is_cleared(const struct hn_referrer *r, hn_addr at)
{
    static const int64_t cleared[] = {
        [HN_GENERATOR_STATE_FRAME] = INT64_MAX,
        [HN_GENERATOR_STATE_SIGNED] = 4,
        [HN_GENERATOR_STATE_YIELD_FROM] = 4,
        [HN_GENERATOR_STATE_COUNTED] = 5,
    };
    uint64_t state;

    return hn_field_read(r->py, HN_GEN_FRAME_STATE, at, &state) != HN_OK
           || (int8_t)state >= cleared[r->py->layout.formats.generator_state];
}

void
hn_refer_generator(struct hn_referrer *r, hn_addr at)
{
    if (hn_layout_has(&r->py->layout, HN_GEN_IFRAME) && !is_cleared(r, at))
        refer_frame(r, hn_field_addr(r->py, HN_GEN_IFRAME, at));
}

/* Up to 3.10: variables and cells stand in front of the value stack, whose end is known
 * unless the frame runs. */
static void
refer_old_frame(struct hn_referrer *r, hn_addr at)
{
    struct hn_record rec;
    hn_addr first = hn_field_addr(r->py, HN_FRAMEOBJECT_LOCALSPLUS, at), stack;
    uint64_t depth = 0;
    bool known = false;

    if (hn_record_load(r->py, HN_STRUCT_FRAMEOBJECT, at, &rec) != HN_OK)
        return;
    stack = hn_record_u64_or_0(&rec, HN_FRAMEOBJECT_VALUESTACK);
    if (stack < first || (stack - first) / WORD > SLOTS_MOST)
        return;
    r->at.key = hn_record_u64(&rec, HN_FRAMEOBJECT_CODE);
    refer_slots(r, HN_REFERENCE_LOCAL, first, (stack - first) / WORD, 0);
    if (hn_layout_has(&r->py->layout, HN_FRAMEOBJECT_STACKDEPTH)) {
        int64_t value = hn_record_i64(&rec, HN_FRAMEOBJECT_STACKDEPTH);

        known = value >= 0;
        depth = known ? (uint64_t)value : 0;
    } else {
        hn_addr top = hn_record_u64_or_0(&rec, HN_FRAMEOBJECT_STACKTOP);

        known = top >= stack;
        depth = known ? (top - stack) / WORD : 0;
    }
    if (!known) {
        r->at.bits = HN_REFERENCE_SCANNED;
        if (hn_field_read(r->py, HN_CODE_STACKSIZE, r->at.key, &depth))
            depth = 0;
    }
    r->at.key = 0;
    if (depth <= SLOTS_MOST)
        refer_slots(r, HN_REFERENCE_STACK, stack, depth, 0);
    r->at.bits = 0;
}

void
hn_refer_frame_object(struct hn_referrer *r, hn_addr at)
{
    const struct hn_layout *layout = &r->py->layout;
    hn_addr frame;

    if (layout->formats.frame_chain == HN_FRAME_CHAIN_OBJECTS) {
        refer_old_frame(r, at);
        return;
    }
    /* Only a frame inside the object is its own. */
    if (hn_layout_has(layout, HN_FRAMEOBJECT_DATA)
        && hn_field_read(r->py, HN_FRAMEOBJECT_FRAME, at, &frame) == HN_OK
        && frame == hn_field_addr(r->py, HN_FRAMEOBJECT_DATA, at))
        refer_frame(r, frame);
}

/* What 3.12 and later compute of code once and keep outside of it. */
void
hn_refer_code(struct hn_referrer *r, const uint8_t *body, size_t size)
{
    const int32_t offset = r->py->layout.offset[HN_CODE_CACHED];
    uint64_t cached;

    if (offset < 0 || (size_t)offset + WORD > size)
        return;
    memcpy(&cached, body + offset, WORD);
    if (cached)
        hn_refer_array(r, HN_REFERENCE_CACHE, cached, CACHED_WORDS, 0);
}
