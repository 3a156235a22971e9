/* Code objects by address and by content. */
#include "sample/codes.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_CODES = 256 };

static uint32_t
mix(uint64_t h)
{
    h *= UINT64_C(0x9e3779b97f4a7c15);
    return (uint32_t)((h ^ h >> 31) >> 8);
}

static uint32_t
hash_of(uint32_t process, hn_addr addr, uint32_t tlbc)
{
    return mix(addr ^ (uint64_t)process << 52 ^ (uint64_t)tlbc << 44);
}

static uint32_t
hash_text(uint32_t hash, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ (uint8_t)text[i]) * 16777619u;
    return hash;
}

static uint32_t
hash_content(const struct hn_code *code)
{
    uint32_t hash = 2166136261u ^ (uint32_t)code->first_line;

    hash = hash_text(hash, code->qualname, strlen(code->qualname));
    hash = hash_text(hash, code->file, strlen(code->file));
    hash = hash_text(hash, (const char *)code->linetable, code->linetable_size);
    return mix(hash);
}

static bool
same_content(const struct hn_code *a, const struct hn_code *b)
{
    return a->first_line == b->first_line && a->linetable_size == b->linetable_size
           && strcmp(a->name, b->name) == 0 && strcmp(a->file, b->file) == 0
           && (a->qualified != b->qualified || strcmp(a->qualname, b->qualname) == 0)
           && (a->linetable_size == 0
               || memcmp(a->linetable, b->linetable, a->linetable_size) == 0);
}

bool
hn_codes_init(struct hn_codes *codes)
{
    memset(codes, 0, sizeof(*codes));
    hn_index_init(&codes->digests);
    codes->slot_count = codes->content_slot_count = FIRST_CODES * 2;
    codes->capacity = codes->content_capacity = FIRST_CODES;
    codes->entries = calloc(FIRST_CODES, sizeof(*codes->entries));
    codes->contents = calloc(FIRST_CODES, sizeof(*codes->contents));
    codes->slots = calloc(codes->slot_count, sizeof(*codes->slots));
    codes->content_slots = calloc(codes->slot_count, sizeof(*codes->content_slots));
    if (codes->entries && codes->contents && codes->slots && codes->content_slots)
        return true;
    hn_codes_deinit(codes);
    return false;
}

void
hn_codes_deinit(struct hn_codes *codes)
{
    free(codes->entries);
    free(codes->contents);
    free(codes->slots);
    free(codes->content_slots);
    hn_index_deinit(&codes->digests);
    memset(codes, 0, sizeof(*codes));
}

static void
put(uint32_t *slots, uint32_t slot_count, uint32_t hash, uint32_t item)
{
    uint32_t i = hash & (slot_count - 1);

    while (slots[i] != 0)
        i = (i + 1) & (slot_count - 1);
    slots[i] = item + 1;
}

uint32_t
hn_codes_find(const struct hn_codes *codes, uint32_t process, hn_addr addr,
              uint32_t tlbc)
{
    uint32_t i = hash_of(process, addr, tlbc) & (codes->slot_count - 1);

    for (; codes->slots[i] != 0; i = (i + 1) & (codes->slot_count - 1)) {
        const struct hn_code_entry *entry = &codes->entries[codes->slots[i] - 1];

        if (entry->addr == addr && entry->process == process && entry->tlbc == tlbc)
            return codes->slots[i] - 1;
    }
    return HN_CODES_NONE;
}

/* --- room */

static bool
grow_entries(struct hn_codes *codes)
{
    uint32_t capacity = codes->capacity * 2;
    struct hn_code_entry *entries;
    uint32_t *slots;

    if (codes->count >= HN_CODES_MOST)
        return false;
    entries = realloc(codes->entries, capacity * sizeof(*entries));
    if (!entries)
        return false;
    codes->entries = entries;
    slots = calloc((size_t)capacity * 2, sizeof(*slots));
    if (!slots)
        return false;
    for (uint32_t i = 0; i < codes->count; i++)
        put(slots, capacity * 2,
            hash_of(entries[i].process, entries[i].addr, entries[i].tlbc), i);
    free(codes->slots);
    codes->slots = slots;
    codes->slot_count = capacity * 2;
    codes->capacity = capacity;
    return true;
}

static bool
grow_contents(struct hn_codes *codes)
{
    uint32_t capacity = codes->content_capacity * 2;
    const struct hn_code **contents;
    uint32_t *slots;

    if (codes->content_count >= HN_CODES_MOST)
        return false;
    contents = realloc(codes->contents, capacity * sizeof(*contents));
    if (!contents)
        return false;
    codes->contents = contents;
    slots = calloc((size_t)capacity * 2, sizeof(*slots));
    if (!slots)
        return false;
    for (uint32_t i = 0; i < codes->content_count; i++)
        put(slots, capacity * 2, hash_content(contents[i]), i);
    free(codes->content_slots);
    codes->content_slots = slots;
    codes->content_slot_count = capacity * 2;
    codes->content_capacity = capacity;
    return true;
}

static uint32_t
intern_content(struct hn_codes *codes, const struct hn_code *code)
{
    uint32_t hash = hash_content(code), i = hash & (codes->content_slot_count - 1);

    for (; codes->content_slots[i] != 0; i = (i + 1) & (codes->content_slot_count - 1))
        if (same_content(codes->contents[codes->content_slots[i] - 1], code))
            return codes->content_slots[i] - 1;
    if (codes->content_count == codes->content_capacity && !grow_contents(codes))
        return HN_CODES_NONE;
    codes->contents[codes->content_count] = code;
    put(codes->content_slots, codes->content_slot_count, hash, codes->content_count);
    return codes->content_count++;
}

/* --- reading one */

/* Where the bytecode begins that threads with index @tlbc run. */
static bool
find_bytecode(struct hn_runtime *rt, const struct hn_code *code, uint32_t tlbc,
              hn_addr *ret)
{
    struct hn_python *py = &rt->py;
    uint64_t size;

    *ret = code->bytecode;
    if (code->tlbc == 0 || !hn_layout_has(&py->layout, HN_CODEARRAY_SIZE))
        return true;
    if (hn_field_read(py, HN_CODEARRAY_SIZE, code->tlbc, &size) || tlbc >= size)
        return false;
    return hn_target_read_u64(py->target,
                              hn_field_addr(py, HN_CODEARRAY_ENTRIES, code->tlbc)
                                  + (hn_addr)tlbc * 8,
                              ret)
               == HN_OK
           && *ret != 0;
}

/* See is_init_cleanup() in runtime/frame.c: _Py_InitCleanup, 3.12 and later. */
static bool
is_internal(struct hn_runtime *rt, const struct hn_code *code)
{
    return code->bytecode != 0 && strcmp(code->name, "__init__") == 0
           && strcmp(code->file, "__init__") == 0
           && hn_code_position(rt, code, 0).line == -1;
}

/* Copies of the bytecode for each thread can only be found by reading. */
static bool
is_told_by_print(const struct hn_runtime *rt, const struct hn_code_entry *entry)
{
    return entry->now.print.whole && !hn_layout_has(&rt->py.layout, HN_CODE_TLBC);
}

static hn_addr
bytecode_of(const struct hn_runtime *rt, hn_addr code)
{
    return hn_layout_has(&rt->py.layout, HN_CODE_ADAPTIVE)
               ? hn_field_addr(&rt->py, HN_CODE_ADAPTIVE, code)
               : 0;
}

static bool
recall_content(const struct hn_codes *codes, struct hn_runtime *rt,
               struct hn_code_entry *entry)
{
    if (!is_told_by_print(rt, entry))
        return false;
    entry->now.content =
        hn_index_find(&codes->digests, hn_print_digest(&entry->now.print), NULL, NULL);
    if (entry->now.content == HN_CODES_NONE)
        return false;
    entry->now.bytecode = bytecode_of(rt, entry->addr);
    entry->now.internal = is_internal(rt, codes->contents[entry->now.content]);
    return true;
}

/* Gives up what was just made of it, from @mark on, if its content is known. */
static bool
settle(struct hn_codes *codes, struct hn_runtime *rt, struct hn_arena_mark mark,
       const struct hn_code *code, struct hn_code_entry *entry)
{
    uint64_t digest = hn_print_digest(&entry->now.print);

    entry->now.internal = is_internal(rt, code);
    entry->now.content = intern_content(codes, code);
    if (entry->now.content == HN_CODES_NONE) {
        codes->full = true;
        return false;
    }
    if (codes->contents[entry->now.content] != code) {
        hn_code_forget(rt, entry->addr);
        hn_arena_reset(&rt->arena, mark);
    }
    if (digest != 0 && codes->digests.count < HN_CODES_MOST
        && hn_index_find(&codes->digests, digest, NULL, NULL) == HN_INDEX_NONE)
        hn_index_add(&codes->digests, digest, entry->now.content);
    return true;
}

/* Functions made anew live for less time than reading all of one anew takes. Only of a
 * type that was met can it be a code object. */
static bool
make_content(struct hn_codes *codes, struct hn_runtime *rt, const struct hn_shape *s,
             struct hn_code_reading *reading, struct hn_code_entry *entry)
{
    struct hn_arena_mark mark = hn_arena_mark(&rt->arena);
    const struct hn_code *code;
    struct hn_code made;

    if (!is_told_by_print(rt, entry) || entry->now.print.type != codes->type)
        return false;
    made = hn_print_code(s, entry->addr, reading);
    made.bytecode = entry->now.bytecode = bytecode_of(rt, entry->addr);
    code = hn_code_keep(rt, &made);
    return code && settle(codes, rt, mark, code, entry);
}

/* Between the two readings of its print nobody made another object of it. */
static bool
read_content(struct hn_codes *codes, struct hn_runtime *rt, const struct hn_shape *s,
             struct hn_code_reading *reading, struct hn_code_entry *entry)
{
    struct hn_arena_mark mark = hn_arena_mark(&rt->arena);
    const struct hn_code *code;

    hn_target_forget(rt->py.target);
    if (hn_code_load(rt, entry->addr, &code)
        || !find_bytecode(rt, code, entry->tlbc, &entry->now.bytecode)
        || !hn_print_read(rt->py.target, s, entry->addr, &entry->now.print, reading)
        || !hn_print_same(&reading->print, &entry->now.print))
        return false;
    codes->type = entry->now.print.type;
    return settle(codes, rt, mark, code, entry);
}

/* Takes its place among the entries; its print was just read. */
static uint32_t
load_entry(struct hn_codes *codes, struct hn_runtime *rt, const struct hn_shape *s,
           struct hn_code_reading *reading, uint32_t index, struct hn_code_entry *entry)
{
    if (index == HN_CODES_NONE && codes->count == codes->capacity
        && !grow_entries(codes)) {
        codes->full = true;
        return HN_CODES_NONE;
    }
    hn_code_forget(rt, entry->addr);
    entry->now.print = reading->print;
    if (!recall_content(codes, rt, entry) && !make_content(codes, rt, s, reading, entry)
        && !read_content(codes, rt, s, reading, entry))
        return HN_CODES_NONE;
    if (s->chain != HN_FRAME_CHAIN_OBJECTS)
        entry->now.frame_bytes =
            s->frame_fixed + 8 * (entry->now.print.slots + entry->now.print.stack);
    if (index == HN_CODES_NONE) {
        index = codes->count++;
        put(codes->slots, codes->slot_count,
            hash_of(entry->process, entry->addr, entry->tlbc), index);
    } else {
        const struct hn_code_entry *known = &codes->entries[index];
        bool same = known->now.content == entry->now.content;

        entry->changes = known->changes;
        entry->before = same ? known->before : known->now;
    }
    codes->entries[index] = *entry;
    return index;
}

uint32_t
hn_codes_check(struct hn_codes *codes, struct hn_runtime *rt,
               const struct hn_shape *shape, uint32_t process, hn_addr addr,
               uint32_t tlbc, uint64_t now_ns)
{
    uint32_t index = hn_codes_find(codes, process, addr, tlbc);
    struct hn_code_entry *known =
        index == HN_CODES_NONE ? NULL : &codes->entries[index];
    struct hn_code_entry entry = {
        .addr = addr, .process = process, .tlbc = tlbc, .checked_ns = now_ns
    };
    struct hn_code_print nothing = { 0 };
    struct hn_code_reading reading;
    bool fine = hn_print_read(rt->py.target, shape, addr,
                              known ? &known->now.print : &nothing, &reading);

    if (!fine || !known || !hn_print_same(&known->now.print, &reading.print)) {
        /* One that is gone will be made anew. */
        if (known)
            known->changes = true;
        return fine ? load_entry(codes, rt, shape, &reading, index, &entry)
                    : HN_CODES_NONE;
    }
    known->doubted = false;
    known->checked_ns = now_ns;
    return index;
}
