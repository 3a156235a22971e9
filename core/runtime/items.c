/* Item lookup: sequences by number, dicts by key. */
#include <inttypes.h>
#include <string.h>

#include "base/text.h"
#include "objects/printable.h"
#include "objects/str.h"
#include "runtime/lookup.h"

/* Keys longer than what a user types need not be compared. */
enum { MAX_KEY = 1 << 16 };

static enum hn_status
fail_number(const struct hn_lookup *lookup)
{
    return hn_fail(lookup->rt->py.err, HN_E_ARGUMENT, 0,
                   "items of this object are numbered");
}

/* The place of item @key among @count; HN_DONE beyond the ends. */
static enum hn_status
index_of(const struct hn_lookup *lookup, const struct hn_key *key, uint64_t count,
         uint64_t *ret)
{
    if (key->kind != HN_KEY_BARE || !key->number)
        return fail_number(lookup);
    if (key->negative ? key->magnitude > count || key->magnitude == 0
                      : key->magnitude >= count)
        return HN_DONE;
    *ret = key->negative ? count - key->magnitude : key->magnitude;
    return HN_OK;
}

static enum hn_status
load_index(const struct hn_lookup *lookup, hn_addr object, const struct hn_key *key,
           uint64_t *ret)
{
    uint64_t count;
    enum hn_status st = hn_field_read(&lookup->rt->py, HN_VAR_SIZE, object, &count);

    return st ? st : index_of(lookup, key, count, ret);
}

/* --- sequences of objects */

static enum hn_status
find_in_list(const struct hn_lookup *lookup, hn_addr object, uint64_t flags,
             const struct hn_key *key, struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;
    hn_addr items = hn_field_addr(py, HN_TUPLE_ITEMS, object);
    uint64_t index;
    enum hn_status st = load_index(lookup, object, key, &index);

    if (!st && flags & HN_TPFLAG_LIST)
        st = hn_field_read(py, HN_LIST_ITEMS, object, &items);
    if (st)
        return st;
    *ret = (struct hn_found){ 0 };
    return hn_target_read_u64(py->target, items + index * sizeof(hn_addr), &ret->bits);
}

/* --- deque: a list of blocks of 64 items, the first and last partly filled */

/* As many items as a block's array has; it lies between two links of 8 bytes. */
static uint64_t
block_items(const struct hn_python *py)
{
    return py->layout.size[HN_STRUCT_DEQUEBLOCK] / sizeof(hn_addr) - 2;
}

/* Walking a list link by link is slow: a deque of this many items is the limit. */
#define MAX_DEQUE (UINT64_C(1) << 30)

static enum hn_status
skip_blocks(const struct hn_lookup *lookup, hn_addr *block, uint64_t count)
{
    struct hn_python *py = &lookup->rt->py;

    for (uint64_t i = 0; i < count; i++) {
        enum hn_status st = hn_field_read(py, HN_DEQUEBLOCK_RIGHT, *block, block);

        if (!st)
            st = hn_target_poll(py->target);
        if (st)
            return st;
    }
    return HN_OK;
}

static enum hn_status
find_in_deque(const struct hn_lookup *lookup, hn_addr object, const struct hn_key *key,
              struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;
    struct hn_record rec;
    hn_addr block, items;
    uint64_t index = 0;
    enum hn_status st = load_index(lookup, object, key, &index);

    if (!st)
        st = hn_record_load(py, HN_STRUCT_DEQUE, object, &rec);
    if (!st && index >= MAX_DEQUE)
        st = hn_fail(py->err, HN_E_UNSUPPORTED, object, "the deque is too long");
    if (st)
        return st;
    block = hn_record_u64(&rec, HN_DEQUE_LEFT);
    index += hn_record_u64(&rec, HN_DEQUE_LEFT_INDEX) % block_items(py);
    st = skip_blocks(lookup, &block, index / block_items(py));
    if (st)
        return st;
    items = hn_field_addr(py, HN_DEQUEBLOCK_ITEMS, block);
    *ret = (struct hn_found){ 0 };
    return hn_target_read_u64(
        py->target, items + index % block_items(py) * sizeof(hn_addr), &ret->bits);
}

/* Whether @type is deque or inherits from it. */
static bool
is_deque(const struct hn_lookup *lookup, hn_addr type)
{
    struct hn_python *py = &lookup->rt->py;
    const hn_addr *classes;
    const char *name;
    size_t count;
    hn_addr mro;

    if (!hn_layout_has(&py->layout, HN_DEQUE_LEFT)
        || !hn_layout_has(&py->layout, HN_DEQUEBLOCK_ITEMS)
        || hn_field_read(py, HN_TYPE_MRO, type, &mro)
        || hn_items_load(py, mro, HN_MRO_MOST, lookup->arena, &classes, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        if (hn_type_name(py, classes[i], lookup->arena, &name) == HN_OK
            && strcmp(name, "collections.deque") == 0)
            return true;
    return false;
}

/* --- sequences of bytes and characters */

static enum hn_status
make(const struct hn_lookup *lookup, const char *type, const char *repr,
     struct hn_found *ret)
{
    struct hn_value *value = hn_arena_alloc(lookup->arena, sizeof(*value));

    if (!value || !repr)
        return hn_fail(lookup->rt->py.err, HN_E_NOMEM, 0, "no memory for an item");
    *value = (struct hn_value){ .type = type, .repr = repr };
    *ret = (struct hn_found){ .made = value };
    return HN_OK;
}

static enum hn_status
find_in_bytes(const struct hn_lookup *lookup, hn_addr object, const struct hn_key *key,
              struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;
    uint64_t index;
    uint8_t byte;
    enum hn_status st = load_index(lookup, object, key, &index);

    if (!st)
        st = hn_target_read(
            py->target, hn_field_addr(py, HN_BYTES_VALUE, object) + index, &byte, 1);
    if (st)
        return st;
    return make(lookup, "int", hn_arena_format(lookup->arena, "%u", byte), ret);
}

/* How repr() writes a character that cannot be shown as it is, or is special. */
static void
put_escape(struct hn_text *text, uint32_t code)
{
    static const char letters[] = "\t\n\r\\", escapes[] = "tnr\\";
    const char *letter = code < 0x80 && code ? strchr(letters, (int)code) : NULL;

    if (letter)
        hn_text_printf(text, "\\%c", escapes[letter - letters]);
    else if (code < 0x100)
        hn_text_printf(text, "\\x%02" PRIx32, code);
    else
        hn_text_printf(text, code < 0x10000 ? "\\u%04" PRIx32 : "\\U%08" PRIx32, code);
}

static const char *
character_repr(const struct hn_lookup *lookup, uint32_t code)
{
    enum hn_unicode_version version = lookup->rt->py.layout.formats.unicode;
    const char *quote = code == '\'' ? "\"" : "'", *repr;
    struct hn_text text;

    hn_text_init(&text);
    hn_text_puts(&text, quote);
    if (code == '\\' || !hn_is_printable(version, code))
        put_escape(&text, code);
    else
        hn_text_put_code_point(&text, code);
    hn_text_puts(&text, quote);
    repr = text.failed ? NULL : hn_arena_copy(lookup->arena, text.bytes, text.size);
    hn_text_deinit(&text);
    return repr;
}

static enum hn_status
find_in_str(const struct hn_lookup *lookup, hn_addr object, const struct hn_key *key,
            struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;
    struct hn_str_shape shape;
    uint64_t index;
    uint32_t code = 0;
    enum hn_status st = hn_str_shape_load(py, object, &shape);

    if (!st)
        st = index_of(lookup, key, shape.length, &index);
    if (!st)
        st = hn_target_read(py->target, shape.data + index * shape.width, &code,
                            shape.width);
    if (st)
        return st;
    return make(lookup, "str", character_repr(lookup, code), ret);
}

/* --- dicts */

/* Whether the key at @at is what is looked for: HN_OK, HN_DONE, or why not to tell. */
typedef enum hn_status
matcher(const struct hn_lookup *lookup, hn_addr at, uint64_t flags,
        const struct hn_key *key);

static enum hn_status
matches_integer(const struct hn_lookup *lookup, hn_addr at, uint64_t flags,
                const struct hn_key *key)
{
    struct hn_python *py = &lookup->rt->py;
    uint64_t magnitude;
    int64_t value;
    enum hn_status st;

    if (!(flags & HN_TPFLAG_LONG))
        return HN_DONE;
    if (!key->negative) {
        st = hn_uint_load(py, at, &magnitude);
        return !st && magnitude != key->magnitude ? HN_DONE : st;
    }
    st = hn_int_load(py, at, &value);
    return !st && (value > 0 || 0 - (uint64_t)value != key->magnitude) ? HN_DONE : st;
}

static enum hn_status
matches_bytes(const struct hn_lookup *lookup, hn_addr at, uint64_t flags,
              const struct hn_key *key)
{
    struct hn_python *py = &lookup->rt->py;
    const uint8_t *bytes;
    uint64_t size;
    size_t loaded;
    enum hn_status st;

    if (!(flags & HN_TPFLAG_BYTES))
        return HN_DONE;
    st = hn_field_read(py, HN_VAR_SIZE, at, &size);
    if (!st && size != key->size)
        return HN_DONE;
    if (!st)
        st = hn_bytes_load(py, at, MAX_KEY, lookup->arena, &bytes, &loaded);
    return !st && memcmp(bytes, key->text, key->size) != 0 ? HN_DONE : st;
}

static enum hn_status
matches_none(const struct hn_lookup *lookup, hn_addr at, uint64_t flags,
             const struct hn_key *key)
{
    (void)flags;
    (void)key;
    return hn_object_is(&lookup->rt->py, at, "NoneType") ? HN_OK : HN_DONE;
}

/* A key that cannot be read may be the one, so its failure is what is returned unless
 * another matches. */
static enum hn_status
search(const struct hn_lookup *lookup, hn_addr dict, const struct hn_key *key,
       matcher *matches, hn_addr *ret)
{
    struct hn_python *py = &lookup->rt->py;
    struct hn_dict_iter it;
    enum hn_status failure = HN_DONE, st = hn_dict_iter_init(py, dict, &it);
    hn_addr candidate, value, type;
    uint64_t flags;

    if (st)
        return st;
    while ((st = hn_dict_iter_next(&it, &candidate, &value)) == HN_OK) {
        st = hn_object_flags(py, candidate, &type, &flags);
        if (!st)
            st = matches(lookup, candidate, flags, key);
        if (st == HN_OK) {
            *ret = value;
            return HN_OK;
        }
        if (st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
            return st;
        if (st != HN_DONE)
            failure = st;
    }
    return st == HN_DONE ? failure : st;
}

/* What a bare word may mean before it means the str that it spells. */
static enum hn_status
search_bare(const struct hn_lookup *lookup, hn_addr dict, const struct hn_key *key,
            hn_addr *ret)
{
    static const struct hn_key zero = { .number = true },
                               one = { .number = true, .magnitude = 1 };

    if (key->number)
        return search(lookup, dict, key, matches_integer, ret);
    if (strcmp(key->text, "None") == 0)
        return search(lookup, dict, key, matches_none, ret);
    if (strcmp(key->text, "True") == 0)
        return search(lookup, dict, &one, matches_integer, ret);
    if (strcmp(key->text, "False") == 0)
        return search(lookup, dict, &zero, matches_integer, ret);
    return HN_DONE;
}

static enum hn_status
find_in_dict(const struct hn_lookup *lookup, hn_addr object, const struct hn_key *key,
             struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;
    enum hn_status st = HN_DONE;

    *ret = (struct hn_found){ 0 };
    if (key->kind == HN_KEY_BYTES)
        return search(lookup, object, key, matches_bytes, &ret->bits);
    if (key->kind == HN_KEY_BARE)
        st = search_bare(lookup, object, key, &ret->bits);
    if (st != HN_DONE)
        return st;
    if (strlen(key->text) != key->size)
        return hn_fail(py->err, HN_E_UNSUPPORTED, 0,
                       "keys with a null character are not searched for");
    return hn_dict_find(py, object, key->text, &ret->bits);
}

/* --- what kind of object it is */

/* Views of dicts that have none of their own. */
static enum hn_status
look_through(const struct hn_lookup *lookup, hn_addr *object)
{
    if (!hn_object_is(&lookup->rt->py, *object, "mappingproxy"))
        return HN_OK;
    return hn_field_read(&lookup->rt->py, HN_PROXY_MAPPING, *object, object);
}

enum hn_status
hn_item_find(const struct hn_lookup *lookup, hn_addr object, const struct hn_key *key,
             struct hn_found *ret)
{
    struct hn_python *py = &lookup->rt->py;
    hn_addr type;
    uint64_t flags;
    enum hn_status st = look_through(lookup, &object);

    if (!st)
        st = hn_object_flags(py, object, &type, &flags);
    if (st)
        return st;
    if (flags & (HN_TPFLAG_LIST | HN_TPFLAG_TUPLE))
        return find_in_list(lookup, object, flags, key, ret);
    if (flags & HN_TPFLAG_DICT)
        return find_in_dict(lookup, object, key, ret);
    if (flags & HN_TPFLAG_BYTES)
        return find_in_bytes(lookup, object, key, ret);
    if (flags & HN_TPFLAG_UNICODE)
        return find_in_str(lookup, object, key, ret);
    if (is_deque(lookup, type))
        return find_in_deque(lookup, object, key, ret);
    return hn_fail(py->err, HN_E_UNSUPPORTED, object,
                   "it has no items that can be read from memory");
}
