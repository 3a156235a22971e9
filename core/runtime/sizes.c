/* Rules for the sizes of objects: see sizes.h.
 *
 * Sizes and counts from the target are held against limits before they are multiplied:
 * this is also what tells an object from other bytes. */
#include "runtime/sizes.h"

#include <string.h>

#include "objects/numpy.h"
#include "objects/objects.h"
#include "objects/str.h"

enum {
    WORD = 8,
    /* Elements of a list, slots of a set: 8 TiB of them. */
    COUNT_LOG2_MOST = 40,
    /* tp_basicsize of real types is a few KiB (numpy's and decimal's contexts). */
    BASICSIZE_MOST = 1 << 24,
    ITEMSIZE_MOST = 1 << 16
};

#define COUNT_MOST (UINT64_C(1) << COUNT_LOG2_MOST)

static const struct {
    const char *name; /* of the class whose __sizeof__ it is */
    enum hn_size_rule rule;
} rules[] = {
    { "object", HN_SIZE_OBJECT },
    { "int", HN_SIZE_INT },
    { "str", HN_SIZE_STR },
    { "list", HN_SIZE_LIST },
    { "dict", HN_SIZE_DICT },
    { "frozendict", HN_SIZE_DICT },
    { "collections.OrderedDict", HN_SIZE_ORDERED_DICT },
    { "set", HN_SIZE_SET },
    { "frozenset", HN_SIZE_SET },
    { "bytearray", HN_SIZE_BYTEARRAY },
    { "array.array", HN_SIZE_ARRAY },
    { "numpy.ndarray", HN_SIZE_NUMPY },
    { "collections.deque", HN_SIZE_DEQUE },
    { "type", HN_SIZE_TYPE },
    { "code", HN_SIZE_CODE },
    { "frame", HN_SIZE_FRAME },
    { "generator", HN_SIZE_GENERATOR },
    { "coroutine", HN_SIZE_GENERATOR },
    { "async_generator", HN_SIZE_GENERATOR },
    /* They have no code of their own for it in any version. */
    { "tuple", HN_SIZE_OBJECT },
    { "bytes", HN_SIZE_OBJECT },
    { "float", HN_SIZE_OBJECT },
    { "function", HN_SIZE_OBJECT },
};

static enum hn_size_rule
rule_of_name(const char *name)
{
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
        if (strcmp(rules[i].name, name) == 0)
            return rules[i].rule;
    return HN_SIZE_OWN;
}

/* Without namespaces (a core that lacks them): by the names of the type's classes. */
static enum hn_size_rule
rule_by_names(const struct hn_lookup *lookup, const hn_addr *classes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *name;
        enum hn_size_rule rule;

        if (hn_type_name(&lookup->rt->py, classes[i], lookup->arena, &name) != HN_OK)
            continue;
        rule = rule_of_name(name);
        if (rule != HN_SIZE_OWN)
            return rule;
    }
    return HN_SIZE_OWN;
}

/* The first class that has a __sizeof__ names the rule. */
static enum hn_size_rule
find_rule(const struct hn_lookup *lookup, hn_addr type, hn_addr mro)
{
    struct hn_python *py = &lookup->rt->py;
    const hn_addr *classes = &type;
    size_t count = 1;

    if (mro != 0
        && hn_items_load(py, mro, HN_MRO_MOST, lookup->arena, &classes, &count)
               != HN_OK)
        return HN_SIZE_OWN;
    for (size_t i = 0; i < count; i++) {
        hn_addr namespace, method;
        const char *name;
        enum hn_status st = hn_type_namespace(lookup, classes[i], &namespace);

        if (!st)
            st = hn_dict_find(py, namespace, "__sizeof__", &method);
        if (st == HN_DONE)
            continue;
        if (st || hn_type_name(py, classes[i], lookup->arena, &name) != HN_OK)
            return rule_by_names(lookup, classes + i, count - i);
        return rule_of_name(name);
    }
    return rule_by_names(lookup, classes, count);
}

static uint32_t
header_of(const struct hn_python *py, uint64_t flags)
{
    uint32_t size = flags & HN_TPFLAG_GC ? py->layout.formats.gc_header_bytes : 0;

    if (py->layout.formats.instance != HN_INSTANCE_DICT_OFFSET
        && flags & (HN_TPFLAG_MANAGED_DICT | HN_TPFLAG_MANAGED_WEAKREF))
        size += 2 * WORD;
    return size;
}

/* Without a time zone the pointer to it is left out, but counted
 * (Modules/_datetimemodule.c). Subclasses have it. */
static uint32_t
spare_of(const struct hn_lookup *lookup, hn_addr type)
{
    const char *name;

    if (hn_type_name(&lookup->rt->py, type, lookup->arena, &name) != HN_OK)
        return 0;
    return strcmp(name, "datetime.time") == 0 || strcmp(name, "datetime.datetime") == 0
               ? WORD
               : 0;
}

/* What a class's instances may have as values: its shared keys say, and never change
 * their mind (_PyInlineValuesSize, shared_keys_usable_size). */
static void
load_values(struct hn_python *py, hn_addr type, uint64_t flags,
            struct hn_size_type *ret)
{
    struct hn_record rec;
    hn_addr keys;
    uint64_t capacity;

    if (!(flags & HN_TPFLAG_MANAGED_DICT) || !(flags & HN_TPFLAG_HEAP)
        || hn_field_read(py, HN_HEAPTYPE_CACHED_KEYS, type, &keys) != HN_OK || keys == 0
        || hn_record_load(py, HN_STRUCT_DICTKEYS, keys, &rec) != HN_OK)
        return;
    capacity = hn_record_u64(&rec, HN_DICTKEYS_NENTRIES)
               + hn_record_u64(&rec, HN_DICTKEYS_USABLE);
    /* CPython shares at most 30 (SHARED_KEYS_MAX_SIZE). */
    if (capacity > HN_DICT_BLOCK)
        return;
    switch (py->layout.formats.instance) {
    case HN_INSTANCE_DICT_OFFSET: return;
    case HN_INSTANCE_VALUES_AND_DICT:
    case HN_INSTANCE_DICT_OR_VALUES: /* order bytes, two more, the values */
        ret->values =
            (uint32_t)((capacity + 2 + WORD - 1) / WORD * WORD + capacity * WORD);
        return;
    case HN_INSTANCE_INLINE_HEADER:
    case HN_INSTANCE_INLINE_BASICSIZE:
        if (flags & HN_TPFLAG_INLINE_VALUES)
            ret->inline_values =
                (uint32_t)((capacity + WORD - 1) / WORD * WORD + (capacity + 1) * WORD);
        return;
    }
}

enum hn_status
hn_size_type_load(const struct hn_lookup *lookup, hn_addr type,
                  struct hn_size_type *ret)
{
    struct hn_python *py = &lookup->rt->py;
    struct hn_record rec;
    uint64_t flags;
    enum hn_status st = hn_record_load(py, HN_STRUCT_TYPE, type, &rec);

    if (st)
        return st;
    flags = hn_record_u64(&rec, HN_TYPE_FLAGS);
    *ret = (struct hn_size_type){
        .at = type,
        .basicsize = hn_record_u64(&rec, HN_TYPE_BASICSIZE),
        .itemsize = hn_record_u64_or_0(&rec, HN_TYPE_ITEMSIZE),
        .header = header_of(py, flags),
    };
    if (ret->basicsize < py->layout.size[HN_STRUCT_OBJECT]
        || ret->basicsize > BASICSIZE_MOST || ret->itemsize > ITEMSIZE_MOST)
        return hn_fail(py->err, HN_E_CORRUPT, type, "type of an impossible size");
    ret->rule = find_rule(lookup, type, hn_record_u64_or_0(&rec, HN_TYPE_MRO));
    ret->spare = spare_of(lookup, type);
    load_values(py, type, flags, ret);
    return HN_OK;
}

/* --- measuring */

struct subject {
    struct hn_python *py;
    const struct hn_size_type *type;
    hn_addr at;
    const uint8_t *bytes;
    size_t size;
};

static enum hn_status
fail_impossible(const struct subject *s)
{
    return hn_fail(s->py->err, HN_E_CORRUPT, s->at, "object of an impossible size");
}

/* A word of the object; false when it lies behind what is at hand. */
static bool
word(const struct subject *s, enum hn_field field, uint64_t *ret)
{
    int32_t offset = s->py->layout.offset[field];

    if (offset < 0 || (size_t)offset + WORD > s->size)
        return false;
    memcpy(ret, s->bytes + offset, WORD);
    return true;
}

static void
add_buffer(struct hn_size *ret, hn_addr at, uint64_t size, bool counted)
{
    if (at != 0 && size > 0 && ret->buffer_count < HN_BUFFERS)
        ret->buffers[ret->buffer_count++] = (struct hn_buffer){ at, size, counted };
}

static enum hn_status
measure_plain(const struct subject *s, struct hn_size *ret)
{
    const struct hn_size_type *type = s->type;
    uint64_t items = 0;

    ret->body = type->basicsize;
    if (type->itemsize > 0) {
        if (!word(s, HN_VAR_SIZE, &items))
            return fail_impossible(s);
        if ((int64_t)items < 0)
            items = 0 - items;
        if (items > COUNT_MOST)
            return fail_impossible(s);
        ret->body += items * type->itemsize;
    } else {
        ret->more = type->inline_values; /* getsizeof() does not count them */
    }
    return HN_OK;
}

static enum hn_status
measure_int(const struct subject *s, struct hn_size *ret)
{
    uint64_t tag, digits;

    if (!word(s, HN_INT_TAG, &tag))
        return fail_impossible(s);
    if (s->py->layout.formats.integer == HN_INT_SIGNED_SIZE)
        digits = (int64_t)tag < 0 ? 0 - tag : tag;
    else
        digits = tag >> 3;
    if (digits == 0 && s->py->layout.formats.zero == HN_ZERO_WITH_DIGIT)
        digits = 1;
    if (digits > COUNT_MOST)
        return fail_impossible(s);
    ret->body =
        (uint64_t)s->py->layout.offset[HN_INT_DIGIT] + digits * sizeof(uint32_t);
    return HN_OK;
}

static enum hn_status
measure_str(const struct subject *s, struct hn_size *ret)
{
    const struct hn_layout *layout = &s->py->layout;
    struct hn_str_shape shape;
    struct hn_record rec;
    uint64_t utf8, length, bytes;

    if (!hn_record_view(s->py, HN_STRUCT_ASCII, s->at, s->bytes, s->size, &rec)
        || hn_str_shape_of(s->py, &rec, &shape) != HN_OK)
        return fail_impossible(s);
    bytes = (shape.length + 1) * shape.width;
    if (shape.data > s->at && shape.data - s->at <= layout->size[HN_STRUCT_UNICODE]) {
        ret->body = shape.data - s->at + bytes;
    } else {
        ret->body = layout->size[HN_STRUCT_UNICODE];
        add_buffer(ret, shape.data, bytes, true);
    }
    /* The text once more as UTF-8, where somebody asked for it. */
    if (!shape.ascii && word(s, HN_COMPACT_UTF8, &utf8)
        && word(s, HN_COMPACT_UTF8_LENGTH, &length) && utf8 != 0 && utf8 != shape.data
        && length <= COUNT_MOST)
        add_buffer(ret, utf8, length + 1, true);
    return HN_OK;
}

static enum hn_status
measure_list(const struct subject *s, struct hn_size *ret)
{
    uint64_t items, allocated;

    if (!word(s, HN_LIST_ITEMS, &items) || !word(s, HN_LIST_ALLOCATED, &allocated)
        || allocated > COUNT_MOST)
        return fail_impossible(s);
    ret->body = s->type->basicsize;
    add_buffer(ret, items, allocated * WORD, true);
    return HN_OK;
}

/* Bytes of a keys object; 0 when it cannot be one. USABLE_FRACTION is two thirds. */
static uint64_t
keys_size(struct hn_python *py, const struct hn_record *rec)
{
    uint64_t header = py->layout.size[HN_STRUCT_DICTKEYS], slots, index, entry;

    if (py->layout.formats.dict == HN_DICT_SIZE_WORD) {
        slots = hn_record_u64(rec, HN_DICTKEYS_SIZE);
        if (slots == 0 || (slots & (slots - 1)) != 0 || slots > COUNT_MOST)
            return 0;
        index = slots
                * (slots <= 0xff         ? 1
                   : slots <= 0xffff     ? 2
                   : slots <= UINT32_MAX ? 4
                                         : 8);
        entry = (uint64_t)3 * WORD;
    } else {
        if (hn_record_u64(rec, HN_DICTKEYS_LOG2_SIZE) > COUNT_LOG2_MOST
            || hn_record_u64(rec, HN_DICTKEYS_LOG2_INDEX_BYTES) > COUNT_LOG2_MOST + 3)
            return 0;
        slots = UINT64_C(1) << hn_record_u64(rec, HN_DICTKEYS_LOG2_SIZE);
        index = UINT64_C(1) << hn_record_u64(rec, HN_DICTKEYS_LOG2_INDEX_BYTES);
        entry = hn_record_u64(rec, HN_DICTKEYS_KIND) == 0 ? 3 * WORD : 2 * WORD;
    }
    return header + index + slots * 2 / 3 * entry;
}

/* The keys at @keys, which may lie anywhere. */
static bool
load_keys(struct hn_python *py, hn_addr keys, struct hn_record *ret)
{
    size_t there;
    const uint8_t *bytes = hn_target_lend(py->target, keys, &there);

    if (bytes && hn_record_view(py, HN_STRUCT_DICTKEYS, keys, bytes, there, ret))
        return true;
    return hn_record_load(py, HN_STRUCT_DICTKEYS, keys, ret) == HN_OK;
}

/* Shared keys are their type's (_PyDict_SizeOf), values the dict's own. Values inside
 * an instance are counted a second time there, as getsizeof() does. */
static enum hn_status
measure_dict(const struct subject *s, struct hn_size *ret)
{
    struct hn_python *py = s->py;
    struct hn_record rec;
    uint64_t keys, values, size;

    if (!word(s, HN_DICT_KEYS, &keys) || !word(s, HN_DICT_VALUES, &values))
        return fail_impossible(s);
    ret->body = s->type->basicsize;
    if (keys == 0 || !load_keys(py, keys, &rec))
        return HN_OK;
    size = keys_size(py, &rec);
    if (size == 0)
        return fail_impossible(s);
    if (values != 0) {
        uint64_t capacity = hn_record_u64(&rec, HN_DICTKEYS_NENTRIES)
                            + hn_record_u64(&rec, HN_DICTKEYS_USABLE);

        if (capacity > COUNT_MOST)
            return fail_impossible(s);
        if (py->layout.formats.dict == HN_DICT_SIZE_WORD)
            capacity = (hn_record_u64(&rec, HN_DICTKEYS_SIZE) << 1) / 3;
        add_buffer(ret, values, capacity * WORD, true);
    }
    if (hn_record_u64(&rec, HN_DICTKEYS_REFCOUNT) == 1)
        add_buffer(ret, keys, size, true);
    return HN_OK;
}

/* Beside the dict a list of nodes, and an index of them (odict_sizeof). */
static enum hn_status
measure_ordered_dict(const struct subject *s, struct hn_size *ret)
{
    uint64_t used, index, nodes;
    enum hn_status st = measure_dict(s, ret);

    if (st || !word(s, HN_DICT_USED, &used) || !word(s, HN_ODICT_NODES_SIZE, &nodes)
        || !word(s, HN_ODICT_NODES, &index))
        return st ? st : fail_impossible(s);
    if (used > COUNT_MOST || nodes > COUNT_MOST)
        return fail_impossible(s);
    ret->body = s->type->basicsize;
    add_buffer(ret, index,
               nodes * WORD + used * s->py->layout.size[HN_STRUCT_ODICTNODE], true);
    return HN_OK;
}

static enum hn_status
measure_set(const struct subject *s, struct hn_size *ret)
{
    uint64_t table, mask;

    if (!word(s, HN_SET_TABLE, &table) || !word(s, HN_SET_MASK, &mask)
        || mask > COUNT_MOST || (mask & (mask + 1)) != 0)
        return fail_impossible(s);
    ret->body = s->type->basicsize;
    if (table != hn_field_addr(s->py, HN_SET_SMALL_TABLE, s->at))
        add_buffer(ret, table, (mask + 1) * s->py->layout.size[HN_STRUCT_SETENTRY],
                   true);
    return HN_OK;
}

static enum hn_status
measure_bytearray(const struct subject *s, struct hn_size *ret)
{
    uint64_t start, allocated;

    if (!word(s, HN_BYTEARRAY_START, &start)
        || !word(s, HN_BYTEARRAY_ALLOCATED, &allocated) || allocated > COUNT_MOST)
        return fail_impossible(s);
    ret->body = s->type->basicsize;
    /* Since 3.15 (gh-139871) its memory is that of a bytes object, with its header. */
    if (allocated > 0 && hn_layout_has(&s->py->layout, HN_BYTEARRAY_OBJECT))
        allocated += (uint64_t)s->py->layout.offset[HN_BYTES_VALUE] + 1;
    add_buffer(ret, start, allocated, true);
    return HN_OK;
}

static enum hn_status
measure_array(const struct subject *s, struct hn_size *ret)
{
    uint64_t items, allocated, descr, itemsize;

    if (!word(s, HN_ARRAY_ITEMS, &items) || !word(s, HN_ARRAY_ALLOCATED, &allocated)
        || !word(s, HN_ARRAY_DESCR, &descr) || allocated > COUNT_MOST)
        return measure_plain(s, ret);
    ret->body = s->type->basicsize;
    if (hn_field_read(s->py, HN_ARRAYDESCR_ITEMSIZE, descr, &itemsize) == HN_OK
        && itemsize <= WORD)
        add_buffer(ret, items, allocated * itemsize, true);
    return HN_OK;
}

/* Its memory, unless it is a view of another's (array_sizeof in numpy). */
static enum hn_status
measure_numpy(const struct subject *s, struct hn_size *ret)
{
    struct hn_numpy_array array;
    uint64_t bytes;

    ret->body = s->type->basicsize;
    if (!hn_numpy_array_view(s->py, s->bytes, s->size, &array))
        return HN_OK;
    /* Lengths and strides are one piece. */
    add_buffer(ret, array.dimensions, (uint64_t)array.dimension_count * 2 * WORD, true);
    if (array.flags & HN_NUMPY_OWNS_DATA && hn_numpy_bytes(s->py, &array, &bytes)
        && bytes <= COUNT_MOST)
        add_buffer(ret, array.data, bytes, true);
    return HN_OK;
}

/* Blocks of 64 items with two links, from the first that is in use on. */
static enum hn_status
measure_deque(const struct subject *s, struct hn_size *ret)
{
    const uint32_t block = s->py->layout.size[HN_STRUCT_DEQUEBLOCK];
    const uint64_t per_block = block / WORD - 2;
    uint64_t length, first, left;

    if (!word(s, HN_VAR_SIZE, &length) || !word(s, HN_DEQUE_LEFT_INDEX, &first)
        || !word(s, HN_DEQUE_LEFT, &left) || length > COUNT_MOST || first > per_block)
        return fail_impossible(s);
    ret->body = s->type->basicsize;
    add_buffer(ret, left, (first + length + per_block - 1) / per_block * block, true);
    return HN_OK;
}

/* A class made at run time has the descriptions of its slots behind it, and the keys
 * that its instances share (type___sizeof___impl). */
static enum hn_status
measure_type(const struct subject *s, struct hn_size *ret)
{
    struct hn_python *py = s->py;
    struct hn_record rec;
    uint64_t flags, keys;
    enum hn_status st;

    if (!word(s, HN_TYPE_FLAGS, &flags))
        return fail_impossible(s);
    if (!(flags & HN_TPFLAG_HEAP)) {
        ret->body = py->layout.size[HN_STRUCT_TYPE];
        ret->bare = true;
        /* 3.11 and 3.12 count one all the same. */
        if (py->layout.formats.static_size == HN_STATIC_SIZE_WITH_HEADER)
            ret->body += s->type->header;
        return HN_OK;
    }
    st = measure_plain(s, ret);
    if (st)
        return st;
    /* Descriptions of slots are not counted. */
    ret->more = ret->body - py->layout.size[HN_STRUCT_HEAPTYPE];
    ret->body = py->layout.size[HN_STRUCT_HEAPTYPE];
    if (!word(s, HN_HEAPTYPE_CACHED_KEYS, &keys) || keys == 0)
        return HN_OK;
    if (load_keys(py, keys, &rec))
        add_buffer(ret, keys, keys_size(py, &rec), true);
    return HN_OK;
}

/* Bytecode behind the fixed part, rounded up (_PyObject_VAR_SIZE). Before 3.11 it is an
 * object of its own. */
static enum hn_status
measure_code(const struct subject *s, struct hn_size *ret)
{
    enum hn_status st = measure_plain(s, ret);
    uint64_t map, cells, count;

    ret->body = (ret->body + WORD - 1) / WORD * WORD;
    /* Which cells are arguments, up to 3.10. */
    if (!st && word(s, HN_CODE_CELL2ARG, &map) && map != 0
        && word(s, HN_CODE_CELLVARS, &cells) && cells != 0
        && hn_field_read(s->py, HN_VAR_SIZE, cells, &count) == HN_OK
        && count <= UINT16_MAX)
        add_buffer(ret, map, count * WORD, true);
    return st;
}

/* Slots of a frame that runs the code at @code: variables and stack. */
static bool
frame_slots(struct hn_python *py, hn_addr code, uint64_t *ret)
{
    uint64_t names, stack;

    if (hn_field_read(py, HN_CODE_NLOCALSPLUS, code, &names) != HN_OK
        || hn_field_read(py, HN_CODE_STACKSIZE, code, &stack) != HN_OK)
        return false;
    /* The compiler refuses more long before. */
    *ret = names + stack;
    return names <= UINT16_MAX && stack <= UINT16_MAX;
}

/* Since 3.11 a generator has its frame inside; tp_itemsize is that of a slot, but there
 * is no ob_size (gen_sizeof). A finished one keeps its size, not its code. */
static enum hn_status
measure_with_frame(const struct subject *s, hn_addr frame, struct hn_size *ret)
{
    struct hn_python *py = s->py;
    uint64_t code, slots = 0;

    ret->body = s->type->basicsize;
    if (hn_field_read(py, HN_FRAME_EXECUTABLE, frame, &code) == HN_OK
        && frame_slots(py, hn_stackref_pointer(py, code), &slots))
        ret->body += slots * WORD;
    return HN_OK;
}

static enum hn_status
measure_generator(const struct subject *s, struct hn_size *ret)
{
    if (!hn_layout_has(&s->py->layout, HN_GEN_IFRAME))
        return measure_plain(s, ret);
    return measure_with_frame(s, hn_field_addr(s->py, HN_GEN_IFRAME, s->at), ret);
}

static uint64_t
length_of(struct hn_python *py, enum hn_field field, hn_addr code)
{
    uint64_t tuple, length;

    if (!hn_layout_has(&py->layout, field)
        || hn_field_read(py, field, code, &tuple) != HN_OK || tuple == 0
        || hn_field_read(py, HN_VAR_SIZE, tuple, &length) != HN_OK
        || length > UINT16_MAX)
        return 0;
    return length;
}

/* Up to 3.10 what the code needs is counted; a frame that was used before may have more
 * (frame_sizeof). One slot is in the fixed part. */
static enum hn_status
measure_old_frame(const struct subject *s, struct hn_size *ret)
{
    struct hn_python *py = s->py;
    uint64_t code, locals, stack, slots, whole = ret->body;

    if (!word(s, HN_FRAMEOBJECT_CODE, &code)
        || hn_field_read(py, HN_CODE_NLOCALS, code, &locals) != HN_OK
        || hn_field_read(py, HN_CODE_STACKSIZE, code, &stack) != HN_OK
        || locals > UINT16_MAX || stack > UINT16_MAX)
        return HN_OK;
    slots = locals + stack + length_of(py, HN_CODE_CELLVARS, code)
            + length_of(py, HN_CODE_FREEVARS, code);
    ret->body = s->type->basicsize + slots * WORD - WORD;
    ret->more = whole > ret->body ? whole - ret->body : 0;
    return HN_OK;
}

static enum hn_status
measure_frame(const struct subject *s, struct hn_size *ret)
{
    uint64_t frame;

    enum hn_status st;

    if (!hn_layout_has(&s->py->layout, HN_FRAMEOBJECT_FRAME)) {
        st = measure_plain(s, ret);
        return st ? st : measure_old_frame(s, ret);
    }
    if (!word(s, HN_FRAMEOBJECT_FRAME, &frame))
        return fail_impossible(s);
    return measure_with_frame(s, frame, ret);
}

/* Values of an instance outside of it: the word before the header says where, in 3.12
 * with the low bit set. getsizeof() does not count them. */
static void
add_values(const struct subject *s, struct hn_size *ret)
{
    struct hn_python *py = s->py;
    bool tagged = py->layout.formats.instance == HN_INSTANCE_DICT_OR_VALUES;
    hn_addr at = s->at - s->type->header + (tagged ? WORD : 0), values;

    if (hn_target_read_some(py->target, at, &values, WORD) != WORD)
        return;
    if (tagged && !(values & 1))
        return;
    values -= tagged;
    if (values > 4096)
        add_buffer(ret, values, s->type->values, false);
}

enum hn_status
hn_size_measure(struct hn_python *py, const struct hn_size_type *type, hn_addr object,
                const uint8_t *bytes, size_t size, struct hn_size *ret)
{
    const struct subject s = { py, type, object, bytes, size };
    enum hn_status st = HN_OK;

    ret->buffer_count = 0;
    ret->more = 0;
    ret->bare = false;
    switch (type->rule) {
    case HN_SIZE_NUMPY: st = measure_numpy(&s, ret); break;
    case HN_SIZE_CODE: st = measure_code(&s, ret); break;
    case HN_SIZE_GENERATOR: st = measure_generator(&s, ret); break;
    case HN_SIZE_FRAME: st = measure_frame(&s, ret); break;
    case HN_SIZE_OBJECT:
    case HN_SIZE_OWN: st = measure_plain(&s, ret); break;
    case HN_SIZE_INT: st = measure_int(&s, ret); break;
    case HN_SIZE_STR: st = measure_str(&s, ret); break;
    case HN_SIZE_LIST: st = measure_list(&s, ret); break;
    case HN_SIZE_DICT: st = measure_dict(&s, ret); break;
    case HN_SIZE_ORDERED_DICT: st = measure_ordered_dict(&s, ret); break;
    case HN_SIZE_SET: st = measure_set(&s, ret); break;
    case HN_SIZE_BYTEARRAY: st = measure_bytearray(&s, ret); break;
    case HN_SIZE_ARRAY: st = measure_array(&s, ret); break;
    case HN_SIZE_DEQUE: st = measure_deque(&s, ret); break;
    case HN_SIZE_TYPE: st = measure_type(&s, ret); break;
    }
    if (!st && type->values > 0)
        add_values(&s, ret);
    return st;
}

uint64_t
hn_size_counted(const struct hn_size_type *type, const struct hn_size *size)
{
    uint64_t bytes = size->body + (size->bare ? 0 : type->header);

    for (unsigned i = 0; i < size->buffer_count; i++)
        if (size->buffers[i].counted)
            bytes += size->buffers[i].size;
    return bytes;
}
