/* Hashing immutable objects: see content.h. */
#include "snapshot/content.h"

#include <stdlib.h>
#include <string.h>

#include "base/index.h"
#include "objects/str.h"

enum {
    POLL = 1 << 12,
    /* Larger texts and numbers are known by their beginning and their size: reading a
     * gigabyte of one would tell no more. */
    PIECE = 4096
};

/* Where the part of an object begins that its value is made of; 0: it has none. */
struct rule {
    bool text;
    uint32_t from;
};

bool
hn_content_is_of(const struct hn_heap_type *type)
{
    if (type->flags & HN_TPFLAG_UNICODE)
        return true;
    /* Attributes of a class derived from the others lie among its bytes. */
    return !(type->flags & HN_TPFLAG_HEAP)
           && (type->flags & (HN_TPFLAG_LONG | HN_TPFLAG_BYTES)
               || strcmp(type->name, "float") == 0
               || strcmp(type->name, "complex") == 0);
}

static uint32_t
place_of(const struct hn_layout *layout, enum hn_field field)
{
    return hn_layout_has(layout, field) ? (uint32_t)layout->offset[field] : 0;
}

static struct rule
rule_of(const struct hn_layout *layout, const struct hn_heap_type *type)
{
    if (type->flags & HN_TPFLAG_UNICODE)
        return (struct rule){ true, 0 };
    if (!hn_content_is_of(type))
        return (struct rule){ false, 0 };
    if (type->flags & HN_TPFLAG_LONG)
        return (struct rule){ false, place_of(layout, HN_INT_TAG) };
    if (type->flags & HN_TPFLAG_BYTES)
        return (struct rule){ false, place_of(layout, HN_BYTES_VALUE) };
    if (strcmp(type->name, "float") == 0)
        return (struct rule){ false, place_of(layout, HN_FLOAT_VALUE) };
    return (struct rule){ false, place_of(layout, HN_COMPLEX_REAL) };
}

/* 0 stands for nothing. */
static uint32_t
fold(uint64_t hash)
{
    uint32_t folded = (uint32_t)(hash ^ hash >> 32);

    return folded ? folded : 1;
}

static uint32_t
hash_memory(struct hn_target *target, hn_addr at, uint64_t size, uint64_t seed)
{
    size_t wanted = size < PIECE ? (size_t)size : PIECE, there;
    const uint8_t *bytes = hn_target_lend(target, at, &there);
    uint8_t copy[PIECE];

    if (!bytes || there < wanted) {
        if (hn_target_read_some(target, at, copy, wanted) != wanted)
            return 0;
        bytes = copy;
    }
    return fold(hn_index_hash(bytes, wanted) + seed);
}

static uint32_t
hash_text(struct hn_python *py, hn_addr object)
{
    struct hn_str_shape shape;

    if (hn_str_shape_load(py, object, &shape) != HN_OK)
        return 0;
    return hash_memory(py->target, shape.data, shape.length * shape.width,
                       shape.length << 3 | shape.width);
}

static uint32_t
hash_object(const struct hn_heap *heap, uint32_t object, const struct rule *rule)
{
    struct hn_python *py = &heap->rt->py;
    uint64_t bytes = hn_heap_counted(heap, object);

    if (rule->text)
        return hash_text(py, hn_heap_address(heap, object));
    if (rule->from == 0 || bytes <= rule->from)
        return 0;
    return hash_memory(py->target, hn_heap_address(heap, object) + rule->from,
                       bytes - rule->from, bytes);
}

static enum hn_status
load(const struct hn_heap *heap, const struct rule *rules, uint32_t *ret)
{
    for (uint32_t i = 0; i < heap->count; i++) {
        const struct rule *rule = &rules[heap->types[i]];

        if (i % POLL == 0 && hn_target_interrupted(heap->rt->py.target))
            return hn_fail(heap->err, HN_E_INTERRUPTED, 0, "interrupted");
        ret[i] = rule->text || rule->from ? hash_object(heap, i, rule) : 0;
    }
    return HN_OK;
}

enum hn_status
hn_contents_load(const struct hn_heap *heap, uint32_t *ret)
{
    struct rule *rules = calloc(heap->type_count + 1, sizeof(*rules));
    enum hn_status st;

    if (!rules)
        return hn_fail(heap->err, HN_E_NOMEM, 0, "no memory for the types");
    for (uint32_t i = 0; i < heap->type_count; i++)
        rules[i] = rule_of(&heap->rt->py.layout, &heap->type[i]);
    st = load(heap, rules, ret);
    free(rules);
    return st;
}
