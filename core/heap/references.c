/* The references of one object: the words of its plan, its attributes, and what its
 * form says; see references.h and plans.h. */
#include "heap/references.h"

#include <stdlib.h>
#include <string.h>

#include "objects/objects.h"

enum {
    WORD = 8,
    /* An array may be as long as memory: whether more of it is wanted is asked before
     * each such part. */
    PART_WORDS = 1 << 13,
    /* Every word of memory may be read so often: shared tables are read once for each
     * owner, lists of corrupt lengths end with their mapping. */
    READ_MOST = 8,
    VALUES_TAG = 1 /* 3.12: the word in front of an instance is values, not a dict */
};

static uint64_t
mapped_words(const struct hn_target *target)
{
    uint64_t sum = 1 << 20;

    for (size_t i = 0; i < target->region_count; i++)
        if (target->regions[i].writable)
            sum += (target->regions[i].end - target->regions[i].start) / WORD;
    return sum;
}

enum hn_status
hn_referrer_init(struct hn_referrer *r, const struct hn_heap *heap)
{
    *r = (struct hn_referrer){
        .heap = heap,
        .py = &heap->rt->py,
        .plans = hn_plans_create(heap),
        .words_left = mapped_words(heap->rt->py.target) * READ_MOST,
        .copy = malloc(HN_PIECE),
    };
    if (r->plans && r->copy)
        return HN_OK;
    hn_referrer_deinit(r);
    return hn_fail(heap->rt->py.err, HN_E_NOMEM, 0, "no memory for references");
}

void
hn_referrer_deinit(struct hn_referrer *r)
{
    hn_plans_destroy(r->plans);
    free(r->copy);
    r->plans = NULL;
    r->copy = NULL;
}

const uint8_t *
hn_piece(struct hn_referrer *r, hn_addr addr, size_t wanted, size_t *size_ret)
{
    const uint8_t *bytes = hn_target_lend(r->py->target, addr, size_ret);

    if (bytes && *size_ret >= wanted)
        return bytes;
    if (wanted > HN_PIECE)
        return NULL;
    *size_ret = hn_target_read_some(r->py->target, addr, r->copy, wanted);
    return *size_ret >= wanted ? r->copy : NULL;
}

/* As much as there is in one piece, a word at least; NULL at the end of memory. */
static const uint8_t *
next_piece(struct hn_referrer *r, hn_addr at, uint64_t count, uint64_t *words_ret)
{
    size_t size;
    const uint8_t *bytes = r->stop ? NULL : hn_piece(r, at, WORD, &size);

    if (!bytes)
        return NULL;
    *words_ret = size / WORD < count ? size / WORD : count;
    if (*words_ret > PART_WORDS)
        *words_ret = PART_WORDS;
    if (*words_ret > r->words_left)
        return NULL;
    r->words_left -= *words_ret;
    return bytes;
}

void
hn_refer_array(struct hn_referrer *r, enum hn_reference_place place, hn_addr at,
               uint64_t count, uint64_t first)
{
    r->at.place = place;
    while (count > 0) {
        uint64_t words, word;
        const uint8_t *bytes = next_piece(r, at, count, &words);

        if (!bytes)
            return;
        for (uint64_t i = 0; i < words; i++) {
            memcpy(&word, bytes + i * WORD, WORD);
            r->at.index = first + i;
            hn_refer(r, word);
        }
        at += words * WORD;
        first += words;
        count -= words;
    }
}

/* --- parts */

static void
refer_words(struct hn_referrer *r, const struct hn_plan *plan, const uint8_t *body,
            size_t size)
{
    static const unsigned bits[] = {
        [0] = 0,
        [HN_PLAN_SCANNED] = HN_REFERENCE_SCANNED,
        [HN_PLAN_ATTRIBUTES] = 0,
        [HN_PLAN_WEAK] = HN_REFERENCE_WEAK,
    };

    for (uint32_t i = 0; i < plan->word_count; i++) {
        const struct hn_plan_word *word = &plan->words[i];
        uint64_t value;

        if (word->offset + WORD > size)
            break;
        memcpy(&value, body + word->offset, WORD);
        r->at.place =
            word->bits == HN_PLAN_ATTRIBUTES ? HN_REFERENCE_DICT : HN_REFERENCE_WORD;
        r->at.bits = bits[word->bits];
        r->at.index = word->offset;
        hn_refer(r, value);
    }
    r->at.bits = 0;
}

static uint64_t
items_of(const struct hn_referrer *r, const uint8_t *body, size_t size)
{
    const int32_t offset = r->py->layout.offset[HN_VAR_SIZE];
    int64_t count;

    if (offset < 0 || (size_t)offset + WORD > size)
        return 0;
    memcpy(&count, body + offset, WORD);
    return (uint64_t)(count < 0 ? -count : count); /* an int's sign is in its size */
}

/* tp_dictoffset below 0 counts from the end of the items, rounded up. */
static void
refer_dict_at_end(struct hn_referrer *r, const struct hn_plan *plan, hn_addr at,
                  const uint8_t *body, size_t size)
{
    uint64_t end = plan->basicsize + items_of(r, body, size) * plan->itemsize;

    end = (end + WORD - 1) / WORD * WORD;
    r->at.place = HN_REFERENCE_DICT;
    hn_refer_array(r, HN_REFERENCE_DICT, at + end + (uint64_t)plan->dict_offset, 1, 0);
}

static void
refer_dict(struct hn_referrer *r, hn_addr dict)
{
    r->at.place = HN_REFERENCE_DICT;
    r->at.index = 0;
    hn_refer(r, dict);
}

/* Values inside the object are its own as long as they are valid and no dict shows
 * them. */
static void
refer_inline(struct hn_referrer *r, const struct hn_plan *plan, hn_addr at)
{
    const hn_addr values = at + plan->values_at;
    uint64_t valid, capacity;

    if (!plan->values_at || !plan->values_keys
        || hn_field_read(r->py, HN_DICTVALUES_VALID, values, &valid) || !valid
        || hn_field_read(r->py, HN_DICTVALUES_CAPACITY, values, &capacity))
        return;
    hn_refer_values(r, plan->values_keys,
                    hn_field_addr(r->py, HN_DICTVALUES_VALUES, values), capacity);
}

/* The two words in front of the object and its header. */
static void
refer_managed(struct hn_referrer *r, const struct hn_plan *plan, hn_addr at)
{
    hn_addr words[2];
    hn_addr before = at - r->py->layout.formats.gc_header_bytes - sizeof(words);

    if (hn_target_read_some(r->py->target, before, words, sizeof(words))
        != sizeof(words))
        return;
    switch (r->py->layout.formats.instance) {
    case HN_INSTANCE_DICT_OFFSET: return;
    case HN_INSTANCE_VALUES_AND_DICT:
        if (words[0])
            hn_refer_values(r, plan->values_keys, words[0], plan->values_most);
        refer_dict(r, words[1]);
        return;
    case HN_INSTANCE_DICT_OR_VALUES:
        if (words[1] & VALUES_TAG)
            hn_refer_values(r, plan->values_keys, words[1] + VALUES_TAG,
                            plan->values_most);
        else
            refer_dict(r, words[1]);
        return;
    case HN_INSTANCE_INLINE_HEADER:
    case HN_INSTANCE_INLINE_BASICSIZE:
        if (words[1])
            refer_dict(r, words[1]);
        else
            refer_inline(r, plan, at);
        return;
    }
}

/* A class has the names of its instances' attributes; a type in C ends where
 * PyTypeObject does, and has its namespace in the interpreter since 3.12. */
static void
refer_type(struct hn_referrer *r, const struct hn_plan *plan, const uint8_t *body,
           size_t size)
{
    const struct hn_layout *layout = &r->py->layout;
    uint64_t flags, keys;

    memcpy(&flags, body + layout->offset[HN_TYPE_FLAGS], WORD);
    if (!(flags & HN_TPFLAG_HEAP)) {
        if (size > layout->size[HN_STRUCT_TYPE])
            size = layout->size[HN_STRUCT_TYPE];
        refer_words(r, plan, body, size);
        return;
    }
    refer_words(r, plan, body, size);
    if (!hn_layout_has(layout, HN_HEAPTYPE_CACHED_KEYS))
        return;
    memcpy(&keys, body + layout->offset[HN_HEAPTYPE_CACHED_KEYS], WORD);
    hn_refer_keys(r, keys);
}

/* Entries of an lru_cache are a ring through the cache itself; each owns the next, but
 * none owns the cache (Modules/_functoolsmodule.c). */
static void
refer_next_link(struct hn_referrer *r, const uint8_t *body, size_t size)
{
    const size_t at = r->py->layout.size[HN_STRUCT_OBJECT] + WORD;
    hn_addr next;
    uint32_t to;

    if (at + WORD > size)
        return;
    memcpy(&next, body + at, WORD);
    to = hn_heap_find(r->heap, next);
    if (to == HN_HEAP_NONE
        || strcmp(r->heap->type[r->heap->types[to]].name, "functools._lru_list_elem")
               != 0)
        return;
    r->at.place = HN_REFERENCE_WORD;
    r->at.index = at;
    hn_refer(r, next);
}

/* What C code keeps for a module: opaque memory, of which the size is known. */
enum { STATE_MOST = 1 << 16 };

static void
refer_state(struct hn_referrer *r, hn_addr at)
{
    const struct hn_layout *layout = &r->py->layout;
    hn_addr definition;
    uint64_t state, size = 0;

    if (hn_field_read(r->py, HN_MODULE_STATE, at, &state) || state == 0)
        return;
    if (hn_layout_has(layout, HN_MODULE_STATE_SIZE)) {
        if (hn_field_read(r->py, HN_MODULE_STATE_SIZE, at, &size))
            return;
    } else if (hn_field_read(r->py, HN_MODULE_DEFINITION, at, &definition)
               || definition == 0
               || hn_field_read(r->py, HN_MODULEDEF_STATE_SIZE, definition, &size)) {
        return;
    }
    if ((int64_t)size <= 0 || size > STATE_MOST)
        return;
    r->at.bits = HN_REFERENCE_SCANNED;
    hn_refer_array(r, HN_REFERENCE_STATE, state, size / WORD, 0);
    r->at.bits = 0;
}

static void
refer_form(struct hn_referrer *r, const struct hn_plan *plan, hn_addr at,
           const uint8_t *body, size_t size)
{
    switch (plan->form) {
    case HN_PLAN_WORDS:
    case HN_PLAN_TYPE: return;
    case HN_PLAN_MODULE: refer_state(r, at); return;
    case HN_PLAN_TUPLE:
        hn_refer_array(r, HN_REFERENCE_ITEM, hn_field_addr(r->py, HN_TUPLE_ITEMS, at),
                       items_of(r, body, size), 0);
        return;
    case HN_PLAN_ITEMS:
        hn_refer_array(r, HN_REFERENCE_ITEM, at + plan->basicsize,
                       items_of(r, body, size), 0);
        return;
    case HN_PLAN_LINKS: refer_next_link(r, body, size); return;
    case HN_PLAN_LIST: hn_refer_list(r, body, size); return;
    case HN_PLAN_DICT: hn_refer_dict(r, at, body, size); return;
    case HN_PLAN_ORDERED_DICT:
        hn_refer_dict(r, at, body, size);
        hn_refer_order(r, body, size);
        return;
    case HN_PLAN_SET: hn_refer_set(r, body, size); return;
    case HN_PLAN_DEQUE: hn_refer_deque(r, body, size); return;
    case HN_PLAN_CODE: hn_refer_code(r, body, size); return;
    case HN_PLAN_GENERATOR: hn_refer_generator(r, at); return;
    case HN_PLAN_FRAME: hn_refer_frame_object(r, at); return;
    case HN_PLAN_NUMPY_ARRAY: hn_refer_numpy(r, body, size); return;
    case HN_PLAN_ELEMENT: hn_refer_element(r, body, size); return;
    }
}

/* The body may lie in the room for copies, which the next piece takes: it is copied
 * where it is needed once more. */
enum { BODY_MOST = 256 };

static size_t
body_size(const struct hn_plan *plan)
{
    /* Fields of the form are in the fixed part. */
    if (plan->form == HN_PLAN_WORDS && plan->attributes != HN_PLAN_DICT_AT_END)
        return plan->body;
    return plan->basicsize;
}

static bool
has_time_zone(const struct hn_plan *plan, const uint8_t *body, size_t size)
{
    return plan->time_zone == 0 || (plan->time_zone < size && body[plan->time_zone]);
}

static void
refer_body(struct hn_referrer *r, const struct hn_plan *plan, hn_addr at)
{
    size_t wanted = body_size(plan), size;
    const uint8_t *body;
    uint8_t kept[BODY_MOST];

    if (plan->form == HN_PLAN_TYPE)
        wanted = r->py->layout.size[HN_STRUCT_TYPE];
    if (wanted == 0)
        return;
    if (wanted > HN_PIECE)
        wanted = HN_PIECE;
    body = hn_piece(r, at, plan->time_zone ? plan->time_zone + 1 : wanted, &size);
    if (!body)
        return;
    if (plan->form == HN_PLAN_TYPE) {
        body = hn_piece(r, at, plan->body, &size);
        if (!body)
            body = hn_piece(r, at, wanted, &size);
        if (body)
            refer_type(r, plan, body, size);
        return;
    }
    if (has_time_zone(plan, body, size))
        refer_words(r, plan, body, size);
    if (plan->form == HN_PLAN_WORDS && plan->attributes != HN_PLAN_DICT_AT_END)
        return;
    size = size < BODY_MOST ? size : BODY_MOST;
    memcpy(kept, body, size);
    refer_form(r, plan, at, kept, size);
    if (plan->attributes == HN_PLAN_DICT_AT_END)
        refer_dict_at_end(r, plan, at, kept, size);
}

void
hn_references_of(struct hn_referrer *r, uint32_t object)
{
    const uint32_t type = r->heap->types[object];
    const struct hn_plan *plan = hn_plan_find(r->plans, type);
    hn_addr at;

    if (plan->leaf)
        return;
    at = hn_heap_address(r->heap, object);
    r->at = (struct hn_reference){ .from = object };
    refer_body(r, plan, at);
    if (plan->attributes == HN_PLAN_MANAGED)
        refer_managed(r, plan, at);
    if (plan->counts_type) {
        r->at.place = HN_REFERENCE_CLASS;
        hn_refer(r, r->heap->type[type].size.at);
    }
}

void
hn_references_in(struct hn_referrer *r, hn_addr at, uint64_t count, unsigned bits)
{
    r->at = (struct hn_reference){ .from = HN_HEAP_NONE, .bits = bits };
    hn_refer_array(r, HN_REFERENCE_WORD, at, count, 0);
}
