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
           && memcmp(a->linetable, b->linetable, a->linetable_size) == 0;
}

bool
hn_codes_init(struct hn_codes *codes)
{
    memset(codes, 0, sizeof(*codes));
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

static struct hn_code_print
print_of(const struct hn_shape *s, const uint8_t *bytes)
{
    return (struct hn_code_print){
        .type = hn_take_u64(bytes, s->code_type),
        .file = hn_take_u64(bytes, s->code_file),
        .name = hn_take_u64(bytes, s->code_name),
        .qualname = s->code_qualname < 0 ? 0 : hn_take_u64(bytes, s->code_qualname),
        .table = hn_take_u64(bytes, s->code_table),
        .line = hn_take_u32(bytes, s->code_line),
        .units = s->code_units < 0 ? 0 : hn_take_u32(bytes, s->code_units),
        .slots = s->code_slots < 0 ? 0 : hn_take_u32(bytes, s->code_slots),
        .stack = s->code_stack < 0 ? 0 : hn_take_u32(bytes, s->code_stack),
    };
}

bool
hn_code_print_holds(const struct hn_shape *shape, const struct hn_code_print *print,
                    const uint8_t *bytes)
{
    struct hn_code_print now = print_of(shape, bytes);

    return now.type == print->type && now.file == print->file && now.name == print->name
           && now.qualname == print->qualname && now.table == print->table
           && now.line == print->line && now.units == print->units
           && now.slots == print->slots && now.stack == print->stack;
}

static bool
read_print(struct hn_target *target, const struct hn_shape *s, hn_addr addr,
           struct hn_code_print *ret)
{
    uint8_t bytes[HN_RECORD_MAX];
    struct hn_wish wish = { addr + s->code.first, bytes, s->code.size, 0 };

    if (s->code.size > sizeof(bytes))
        return false;
    hn_target_gather(target, &wish, 1);
    if (wish.got < wish.size)
        return false;
    *ret = print_of(s, bytes);
    return true;
}

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

/* Between the two readings of its print nobody made another object of it. */
static bool
read_entry(struct hn_runtime *rt, const struct hn_shape *s, struct hn_code_entry *entry,
           const struct hn_code **code_ret)
{
    struct hn_target *target = rt->py.target;
    struct hn_code_print after;

    hn_target_forget(target);
    hn_code_forget(rt, entry->addr);
    if (!read_print(target, s, entry->addr, &entry->print)
        || hn_code_load(rt, entry->addr, code_ret)
        || !find_bytecode(rt, *code_ret, entry->tlbc, &entry->bytecode)
        || !read_print(target, s, entry->addr, &after)
        || memcmp(&after, &entry->print, sizeof(after)) != 0)
        return false;
    entry->internal = is_internal(rt, *code_ret);
    if (s->chain != HN_FRAME_CHAIN_OBJECTS)
        entry->frame_bytes =
            s->frame_fixed + 8 * (entry->print.slots + entry->print.stack);
    return true;
}

uint32_t
hn_codes_load(struct hn_codes *codes, struct hn_runtime *rt,
              const struct hn_shape *shape, uint32_t process, hn_addr addr,
              uint32_t tlbc, uint64_t now_ns)
{
    uint32_t index = hn_codes_find(codes, process, addr, tlbc);
    struct hn_code_entry entry = { .addr = addr, .process = process, .tlbc = tlbc };
    struct hn_arena_mark mark = hn_arena_mark(&rt->arena);
    const struct hn_code *code;

    if (index == HN_CODES_NONE && codes->count == codes->capacity
        && !grow_entries(codes)) {
        codes->full = true;
        return HN_CODES_NONE;
    }
    if (!read_entry(rt, shape, &entry, &code))
        return HN_CODES_NONE;
    entry.content = intern_content(codes, code);
    if (entry.content == HN_CODES_NONE) {
        codes->full = true;
        return HN_CODES_NONE;
    }
    if (codes->contents[entry.content] != code) {
        /* Known already: the copy just made is not needed. */
        hn_code_forget(rt, addr);
        hn_arena_reset(&rt->arena, mark);
    }
    if (index == HN_CODES_NONE) {
        index = codes->count++;
        put(codes->slots, codes->slot_count, hash_of(process, addr, tlbc), index);
    } else {
        entry.changes =
            memcmp(&codes->entries[index].print, &entry.print, sizeof(entry.print))
            != 0;
        entry.changes |= codes->entries[index].changes;
    }
    entry.checked_ns = now_ns;
    codes->entries[index] = entry;
    return index;
}

uint32_t
hn_codes_check(struct hn_codes *codes, struct hn_runtime *rt,
               const struct hn_shape *shape, uint32_t process, hn_addr addr,
               uint32_t tlbc, uint64_t now_ns)
{
    uint32_t index = hn_codes_find(codes, process, addr, tlbc);
    struct hn_code_print print;

    if (index == HN_CODES_NONE || !read_print(rt->py.target, shape, addr, &print)
        || memcmp(&print, &codes->entries[index].print, sizeof(print)) != 0)
        return hn_codes_load(codes, rt, shape, process, addr, tlbc, now_ns);
    codes->entries[index].checked_ns = now_ns;
    return index;
}
