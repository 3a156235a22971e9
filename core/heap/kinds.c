/* Types by address, and the test for objects. See kinds.h. */
#include "heap/kinds.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "heap/lists.h"
#include "objects/types.h"
#include "runtime/variables.h"

enum {
    SLOTS_FIRST = 1024,
    /* As many as objects/types.c keeps. */
    KINDS_MOST = 1 << 20,
    /* Words that were no types; a power of two. Half a megabyte stays in the cache. */
    REFUSED = 1 << 16,
    WORD = 8,
    WORDS = 16, /* two: a header of the collector, or what is in front of that */
    HOOK_BYTES = 16,
    HOOKED_LEAST = 32
};

/* Where the end of an object is not known from its block. */
#define ANY_ROOM (UINT64_MAX / 2)

struct hn_heap_kinds {
    struct hn_lookup lookup;
    struct hn_arena arena; /* names */
    struct hn_arena scratch;

    struct hn_heap_type *items;
    uint32_t count;
    size_t capacity;

    uint32_t *slots; /* number + 1, hashed by address; 0: free */
    hn_addr *keys;
    size_t slot_count;

    hn_addr *refused;
    bool failed; /* memory ran out */

    /* Where things stand in an object, and where it may stand in its block. */
    uint32_t type_at, object_bytes;
    bool free_threaded;
    uint32_t headers[3];
    unsigned header_count;
};

static void
learn_layout(struct hn_heap_kinds *k)
{
    const struct hn_layout *layout = &k->lookup.rt->py.layout;
    uint32_t gc = layout->formats.gc_header_bytes;

    k->type_at = (uint32_t)layout->offset[HN_OBJECT_TYPE];
    k->object_bytes = layout->size[HN_STRUCT_OBJECT];
    k->free_threaded = layout->flavour & HN_FLAVOUR_FREE_THREADED;
    /* Ascending: no word of a header is ever a pointer to a type, while what lies
     * behind a smaller object may be left from one that was there before. */
    k->headers[k->header_count++] = 0;
    if (gc)
        k->headers[k->header_count++] = gc;
    if (layout->formats.instance != HN_INSTANCE_DICT_OFFSET)
        k->headers[k->header_count++] = gc + WORDS;
}

struct hn_heap_kinds *
hn_heap_kinds_create(const struct hn_lookup *lookup)
{
    struct hn_heap_kinds *k = calloc(1, sizeof(*k));

    if (!k)
        return NULL;
    k->lookup = *lookup;
    hn_arena_init(&k->arena);
    hn_arena_init(&k->scratch);
    k->lookup.arena = &k->scratch;
    k->slot_count = SLOTS_FIRST;
    k->slots = calloc(k->slot_count, sizeof(*k->slots));
    k->keys = calloc(k->slot_count, sizeof(*k->keys));
    k->refused = calloc(REFUSED, sizeof(*k->refused));
    if (!k->slots || !k->keys || !k->refused) {
        hn_heap_kinds_destroy(k);
        return NULL;
    }
    learn_layout(k);
    return k;
}

void
hn_heap_kinds_destroy(struct hn_heap_kinds *k)
{
    if (!k)
        return;
    hn_arena_deinit(&k->arena);
    hn_arena_deinit(&k->scratch);
    free(k->items);
    free(k->slots);
    free(k->keys);
    free(k->refused);
    free(k);
}

const struct hn_heap_type *
hn_heap_kind(const struct hn_heap_kinds *k, uint32_t number)
{
    return &k->items[number];
}

static size_t
slot_of(const struct hn_heap_kinds *k, hn_addr type)
{
    size_t i = (type >> 3) * UINT64_C(0x9e3779b97f4a7c15) >> 32 & (k->slot_count - 1);

    while (k->slots[i] && k->keys[i] != type)
        i = (i + 1) & (k->slot_count - 1);
    return i;
}

/* --- getting to know a type */

static bool
grow_slots(struct hn_heap_kinds *k)
{
    uint32_t *slots = calloc(k->slot_count * 2, sizeof(*slots)), *old_slots = k->slots;
    hn_addr *keys = calloc(k->slot_count * 2, sizeof(*keys)), *old_keys = k->keys;
    size_t old = k->slot_count;

    if (!slots || !keys) {
        free(slots);
        free(keys);
        return false;
    }
    k->slots = slots;
    k->keys = keys;
    k->slot_count = old * 2;
    for (size_t i = 0; i < old; i++)
        if (old_slots[i]) {
            size_t at = slot_of(k, old_keys[i]);

            k->slots[at] = old_slots[i];
            k->keys[at] = old_keys[i];
        }
    free(old_slots);
    free(old_keys);
    return true;
}

static bool
make_room(struct hn_heap_kinds *k)
{
    if (k->count >= KINDS_MOST || !HN_GROW(k->items, k->capacity, k->count + 1))
        return false;
    return (size_t)k->count * 2 < k->slot_count || grow_slots(k);
}

/* The type of every type is one, in the end `type`, which is its own. Words of malloc
 * that look like a type once do not do so time and again. */
static bool
leads_to_type(struct hn_python *py, hn_addr type)
{
    enum { METATYPES_MOST = 8 };

    for (unsigned i = 0; i < METATYPES_MOST; i++) {
        hn_addr next;
        uint64_t flags;

        if (hn_object_flags(py, type, &next, &flags) != HN_OK
            || !(flags & HN_TPFLAG_TYPE))
            return false;
        if (next == type)
            return true;
        type = next;
    }
    return false;
}

/* A core may lack what names are kept in: a type is one all the same. */
static bool
load_names(struct hn_heap_kinds *k, hn_addr at, struct hn_heap_type *ret)
{
    struct hn_types *types = hn_runtime_types(k->lookup.rt);
    const struct hn_type *type;

    if (types && hn_types_find(types, at, &type) == HN_OK) {
        ret->name = hn_arena_copy(&k->arena, type->name, strlen(type->name));
        ret->module = hn_arena_copy(&k->arena, type->module, strlen(type->module));
    } else if (leads_to_type(&k->lookup.rt->py, at)) {
        ret->name = hn_arena_format(&k->arena, "<type at 0x%" PRIx64 ">", at);
        ret->module = "";
    } else {
        return false;
    }
    k->failed |= !ret->name || !ret->module;
    return !k->failed;
}

/* Types lie in memory that can be written, and is not shared. Whatever else a word
 * points to is not even looked at: that would bring pages of files into memory. */
static bool
may_have_types(const struct hn_target *target, hn_addr at)
{
    const struct hn_region *region = hn_target_region(target, at);

    return region && region->writable && !region->shared;
}

static bool
load_type(struct hn_heap_kinds *k, hn_addr at, struct hn_heap_type *ret)
{
    struct hn_python *py = &k->lookup.rt->py;
    struct hn_arena_mark mark = hn_arena_mark(&k->scratch);
    hn_addr metatype;
    uint64_t flags;
    bool ok;

    ok = hn_object_type(py, at, &metatype) == HN_OK
         && may_have_types(py->target, metatype)
         && hn_object_flags(py, at, &metatype, &flags) == HN_OK
         && flags & HN_TPFLAG_TYPE
         && hn_field_read(py, HN_TYPE_FLAGS, at, &ret->flags) == HN_OK
         && ret->flags & HN_TPFLAG_READY
         && hn_size_type_load(&k->lookup, at, &ret->size) == HN_OK;
    hn_arena_reset(&k->scratch, mark);
    return ok && load_names(k, at, ret);
}

static uint32_t
add(struct hn_heap_kinds *k, const struct hn_heap_type *type)
{
    size_t slot;

    if (!make_room(k)) {
        k->failed = true;
        return HN_HEAP_NONE;
    }
    slot = slot_of(k, type->size.at);
    k->items[k->count] = *type;
    k->keys[slot] = type->size.at;
    k->slots[slot] = ++k->count;
    return k->count - 1;
}

/* Cheap grounds to say no. */
static bool
may_be_pointer(hn_addr word)
{
    return word % WORD == 0 && word >= 4096 && word < UINT64_C(1) << 56;
}

static uint32_t
known(const struct hn_heap_kinds *k, hn_addr type)
{
    size_t slot = slot_of(k, type);

    return k->slots[slot] ? k->slots[slot] - 1 : HN_HEAP_NONE;
}

static uint32_t
examine(struct hn_heap_kinds *k, hn_addr at)
{
    hn_addr *refused = &k->refused[(at >> 4) & (REFUSED - 1)];
    struct hn_error saved = *k->lookup.rt->py.err;
    struct hn_heap_type type;
    uint32_t number = HN_HEAP_NONE;

    if (*refused == at)
        return HN_HEAP_NONE;
    if (may_have_types(k->lookup.rt->py.target, at) && load_type(k, at, &type))
        number = add(k, &type);
    else
        *refused = at;
    *k->lookup.rt->py.err = saved;
    return number;
}

uint32_t
hn_heap_kind_find(struct hn_heap_kinds *k, hn_addr type)
{
    uint32_t number;

    if (!may_be_pointer(type))
        return HN_HEAP_NONE;
    number = known(k, type);
    return number != HN_HEAP_NONE ? number : examine(k, type);
}

const struct hn_heap_type *
hn_heap_kinds_types(const struct hn_heap_kinds *k, uint32_t *count_ret)
{
    *count_ret = k->count;
    return k->items;
}

/* --- objects */

enum life { LIFE_NONE, LIFE_DEAD, LIFE_ALIVE };

/* Since 3.14 flags stand in the upper 16 bits and zeros below them; before, counts
 * never get that large, either. A pointer has bits there: it is the link of a free
 * list, or this is no object. */
static enum life
life_of_word(uint64_t count)
{
    if (count >> 32 & 0xffff)
        return LIFE_DEAD;
    return (uint32_t)count == 0 ? LIFE_DEAD : LIFE_ALIVE;
}

/* Free-threaded builds count twice: the owning thread in 32 bits, the others in a word
 * above two flags (PEP 703). */
static enum life
life_of_split(const uint8_t *object, const struct hn_layout *layout)
{
    uint32_t local;
    int64_t shared;

    memcpy(&local, object + layout->offset[HN_OBJECT_REF_LOCAL], sizeof(local));
    memcpy(&shared, object + layout->offset[HN_OBJECT_REF_SHARED], sizeof(shared));
    return local == UINT32_MAX || (int64_t)local + (shared >> 2) > 0 ? LIFE_ALIVE
                                                                     : LIFE_DEAD;
}

static enum life
life_of(const struct hn_heap_kinds *k, const uint8_t *object)
{
    uint64_t count;

    if (k->free_threaded)
        return life_of_split(object, &k->lookup.rt->py.layout);
    memcpy(&count, object, sizeof(count));
    return life_of_word(count);
}

static bool
is_tracked(const struct hn_heap_kinds *k, const struct hn_heap_type *type,
           const uint8_t *object, const uint8_t *before, hn_addr *next_ret)
{
    const struct hn_layout *layout = &k->lookup.rt->py.layout;
    uint64_t next, flags;

    *next_ret = 0;
    if (hn_layout_has(layout, HN_OBJECT_GC_BITS))
        return object[layout->offset[HN_OBJECT_GC_BITS]] & 1;
    if (!before || !(type->flags & HN_TPFLAG_GC))
        return false;
    /* Static types take no part, though type objects can. */
    if (type->size.rule == HN_SIZE_TYPE) {
        memcpy(&flags, object + layout->offset[HN_TYPE_FLAGS], sizeof(flags));
        if (!(flags & HN_TPFLAG_HEAP))
            return false;
    }
    memcpy(&next, before + layout->offset[HN_GCHEAD_NEXT], sizeof(next));
    *next_ret = hn_gc_next(&k->lookup.rt->py, before);
    return next != 0;
}

/* Whether what would be a count is the address of an object: a program that is loaded
 * at low addresses has static ones there, a list's buffer may begin with a pointer to
 * one, and what follows may be left from an object that was there before. */
static bool
is_pointer_to_object(const struct hn_heap_kinds *k, const uint8_t *bytes)
{
    hn_addr at, type;

    memcpy(&at, bytes, sizeof(at));
    return !k->free_threaded && may_be_pointer(at)
           && hn_target_read_some(k->lookup.rt->py.target, at + k->type_at, &type,
                                  sizeof(type))
                  == sizeof(type)
           && may_be_pointer(type) && known(k, type) != HN_HEAP_NONE;
}

/* Whether this is what an instance left of itself in memory that something else has
 * now. Those of classes with a dict of their own (3.11) are tracked from first to last:
 * PyType_GenericAlloc() (Objects/typeobject.c) does it, subtype_dealloc() ends it. */
static bool
is_left_over(const struct hn_heap_kinds *k, const struct hn_heap_type *type,
             const uint8_t *before, bool tracked)
{
    const uint64_t both = HN_TPFLAG_MANAGED_DICT | HN_TPFLAG_GC;

    return !tracked && (before || k->free_threaded) && (type->flags & both) == both;
}

/* The object at @bytes, if the word where its type should stand is a type that agrees
 * on @header. Words that are no pointers to known types are examined only where the
 * count is one that a living object has: that spares most of the memory. */
static enum hn_block_use
try_object(struct hn_heap_kinds *k, hn_addr at, const uint8_t *bytes, size_t size,
           uint64_t room, uint32_t header, const uint8_t *before,
           struct hn_candidate *ret)
{
    struct hn_python *py = &k->lookup.rt->py;
    const struct hn_heap_type *type;
    enum life life;
    uint64_t word;

    memcpy(&word, bytes + k->type_at, sizeof(word));
    if (!may_be_pointer(word))
        return HN_BLOCK_OTHER;
    ret->kind = known(k, word);
    life = life_of(k, bytes);
    if (ret->kind == HN_HEAP_NONE && life == LIFE_ALIVE)
        ret->kind = examine(k, word);
    if (ret->kind == HN_HEAP_NONE)
        return HN_BLOCK_OTHER;
    type = &k->items[ret->kind];
    if (type->size.header != header)
        return HN_BLOCK_OTHER;
    ret->object = at;
    if (life == LIFE_DEAD)
        return HN_BLOCK_IDLE;
    if (hn_size_measure(py, &type->size, at, bytes, size, &ret->size) != HN_OK
        || ret->size.body + ret->size.more > room + type->size.spare
        || is_pointer_to_object(k, bytes))
        return HN_BLOCK_OTHER;
    ret->tracked = is_tracked(k, type, bytes, before, &ret->next);
    return is_left_over(k, type, before, ret->tracked) ? HN_BLOCK_OTHER
                                                       : HN_BLOCK_OBJECT;
}

enum hn_block_use
hn_heap_recognise_object(struct hn_heap_kinds *k, hn_addr object, const uint8_t *bytes,
                         size_t size, const uint8_t *before, struct hn_candidate *ret)
{
    hn_addr type;
    uint32_t kind;

    if (size < k->object_bytes)
        return HN_BLOCK_OTHER;
    memcpy(&type, bytes + k->type_at, sizeof(type));
    kind = hn_heap_kind_find(k, type);
    if (kind == HN_HEAP_NONE)
        return HN_BLOCK_OTHER;
    return try_object(k, object, bytes, size, ANY_ROOM, k->items[kind].size.header,
                      before, ret);
}

/* The debug hooks put the size, a letter and seven forbidden bytes in front, and eight
 * of those and a serial number behind. */
static bool
skip_hooks(hn_addr *at, const uint8_t **bytes, size_t *size, uint64_t *room)
{
    uint64_t asked, mark;

    if (*size < HOOKED_LEAST)
        return true;
    memcpy(&mark, *bytes + WORD, sizeof(mark));
    if (mark >> 8 != UINT64_C(0xfdfdfdfdfdfdfd))
        return true;
    memcpy(&asked, *bytes, sizeof(asked));
    asked = __builtin_bswap64(asked);
    if (asked > *room - HOOK_BYTES)
        return false;
    *at += HOOK_BYTES;
    *bytes += HOOK_BYTES;
    *room = asked;
    *size = asked < *size - HOOK_BYTES ? (size_t)asked : *size - HOOK_BYTES;
    return true;
}

enum hn_block_use
hn_heap_recognise(struct hn_heap_kinds *k, hn_addr at, const uint8_t *bytes,
                  size_t size, uint64_t room, struct hn_candidate *ret)
{
    enum hn_block_use best = HN_BLOCK_OTHER;

    if (!skip_hooks(&at, &bytes, &size, &room))
        return HN_BLOCK_OTHER;
    for (unsigned i = 0; i < k->header_count; i++) {
        uint32_t header = k->headers[i];
        enum hn_block_use use;

        if (header + k->object_bytes > size)
            continue;
        use = try_object(k, at + header, bytes + header, size - header, room - header,
                         header, header ? bytes + header - WORDS : NULL, ret);
        if (use == HN_BLOCK_OBJECT)
            return use;
        if (use == HN_BLOCK_IDLE)
            best = use;
    }
    return best;
}
