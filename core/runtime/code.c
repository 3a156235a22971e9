/* Code objects: decoded once, kept until the target runs.
 *
 * CPython: Include/cpython/code.h. A code object's type, name and file are checked
 * before anything of it is believed, so that a frame caught half-built or freed does
 * not show random text. */
#include "objects/objects.h"
#include "runtime/internal.h"

#include <stdlib.h>
#include <uthash.h>

/* The largest generated modules have tables of a few megabytes; names of functions
 * and files are short, but nothing in CPython says so. */
enum { MAX_LINETABLE = 1 << 26, MAX_NAME = 1 << 16 };

struct code_entry {
    struct hn_code code; /* first: callers hold a pointer to it */
    /* Recursion asks for the same position again and again. */
    int64_t last_lasti;
    struct hn_position last_position;
    bool name_settled; /* looked for, found or not */
    const struct hn_code_names *names;
    UT_hash_handle hh;
};

struct hn_code_cache {
    struct code_entry *entries;
    hn_addr type; /* PyCode_Type, learned from the first good code object */
};

static struct hn_code_cache *
cache_of(struct hn_runtime *rt)
{
    if (!rt->codes)
        rt->codes = calloc(1, sizeof(*rt->codes));
    return rt->codes;
}

void
hn_code_cache_clear(struct hn_runtime *rt)
{
    if (!rt->codes)
        return;
    HASH_CLEAR(hh, rt->codes->entries); /* the entries live in rt->arena */
    free(rt->codes);
    rt->codes = NULL;
}

static enum hn_status
check_type(struct hn_runtime *rt, hn_addr addr, hn_addr *type_ret)
{
    struct hn_python *py = &rt->py;
    enum hn_status st = hn_object_type(py, addr, type_ret);

    if (st)
        return st;
    if (rt->codes->type != 0 && *type_ret != rt->codes->type)
        return hn_fail(py->err, HN_E_CORRUPT, addr, "not a code object");
    return HN_OK;
}

static enum hn_status
load_text(struct hn_runtime *rt, const struct hn_record *rec, enum hn_field field,
          const char **ret)
{
    struct hn_python *py = &rt->py;
    hn_addr object = hn_record_u64(rec, field), type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, object, &type, &flags);

    if (st)
        return st;
    if (!(flags & HN_TPFLAG_UNICODE))
        return hn_fail(py->err, HN_E_CORRUPT, object, "a code object's name is no str");
    return hn_str_load(py, object, MAX_NAME, &rt->arena, ret, NULL, NULL);
}

static enum hn_status
load_names(struct hn_runtime *rt, const struct hn_record *rec, struct hn_code *ret)
{
    enum hn_status st = load_text(rt, rec, HN_CODE_NAME, &ret->name);

    if (!st)
        st = load_text(rt, rec, HN_CODE_FILENAME, &ret->file);
    ret->qualname = ret->name;
    if (st || !hn_layout_has(&rt->py.layout, HN_CODE_QUALNAME))
        return st;
    ret->qualified = true;
    return load_text(rt, rec, HN_CODE_QUALNAME, &ret->qualname);
}

static enum hn_status
load_code(struct hn_runtime *rt, hn_addr addr, struct hn_code *ret)
{
    struct hn_python *py = &rt->py;
    struct hn_record rec;
    hn_addr type;
    enum hn_status st = check_type(rt, addr, &type);

    if (!st)
        st = hn_record_load(py, HN_STRUCT_CODE, addr, &rec);
    if (!st)
        st = load_names(rt, &rec, ret);
    if (st)
        return st;
    rt->codes->type = type;
    ret->addr = addr;
    ret->first_line = (int32_t)hn_record_i64(&rec, HN_CODE_FIRSTLINENO);
    ret->flags = (uint32_t)hn_record_u64_or_0(&rec, HN_CODE_FLAGS);
    ret->tlbc = hn_record_u64_or_0(&rec, HN_CODE_TLBC);
    if (hn_layout_has(&py->layout, HN_CODE_ADAPTIVE))
        ret->bytecode = hn_field_addr(py, HN_CODE_ADAPTIVE, addr);

    /* Without its table a frame still has a name, a file and a first line. */
    st = hn_bytes_load(py, hn_record_u64(&rec, HN_CODE_LINETABLE), MAX_LINETABLE,
                       &rt->arena, &ret->linetable, &ret->linetable_size);
    if (st == HN_E_NOMEM || st == HN_E_INTERRUPTED)
        return st;
    if (st)
        ret->linetable_size = 0;
    return HN_OK;
}

enum hn_status
hn_code_load(struct hn_runtime *rt, hn_addr addr, const struct hn_code **ret)
{
    struct hn_code_cache *cache = cache_of(rt);
    struct code_entry *entry = NULL;
    enum hn_status st;

    if (!cache)
        return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for code objects");
    HASH_FIND(hh, cache->entries, &addr, sizeof(addr), entry);
    if (!entry) {
        entry = hn_arena_alloc(&rt->arena, sizeof(*entry));
        if (!entry)
            return hn_fail(rt->py.err, HN_E_NOMEM, 0, "no memory for code objects");
        st = load_code(rt, addr, &entry->code);
        if (st)
            return hn_error_context(rt->py.err, "reading a code object");
        entry->last_lasti = INT64_MIN;
        HASH_ADD(hh, cache->entries, code.addr, sizeof(addr), entry);
    }
    *ret = &entry->code;
    return HN_OK;
}

static const char *
keep_text(struct hn_runtime *rt, const char *text)
{
    return hn_arena_copy(&rt->arena, text, strlen(text));
}

const struct hn_code *
hn_code_keep(struct hn_runtime *rt, const struct hn_code *made)
{
    struct code_entry *entry = hn_arena_alloc(&rt->arena, sizeof(*entry));

    if (!entry)
        return NULL;
    entry->code = *made;
    entry->code.name = keep_text(rt, made->name);
    entry->code.file = keep_text(rt, made->file);
    entry->code.qualname =
        made->qualname == made->name ? entry->code.name : keep_text(rt, made->qualname);
    entry->code.linetable = (const uint8_t *)hn_arena_copy(
        &rt->arena, (const char *)made->linetable, made->linetable_size);
    entry->last_lasti = INT64_MIN;
    return entry->code.name && entry->code.file && entry->code.qualname
                   && entry->code.linetable
               ? &entry->code
               : NULL;
}

struct hn_position
hn_code_position(struct hn_runtime *rt, const struct hn_code *code, int64_t lasti)
{
    struct code_entry *entry = (struct code_entry *)code;

    if (entry->last_lasti != lasti) {
        struct hn_position unknown = { -1, -1, -1, -1 };

        if (!hn_linetable_find(rt->py.layout.formats.linetable, code->linetable,
                               code->linetable_size, code->first_line, lasti,
                               &entry->last_position))
            entry->last_position = unknown;
        entry->last_lasti = lasti;
    }
    return entry->last_position;
}

void
hn_code_forget(struct hn_runtime *rt, hn_addr addr)
{
    struct code_entry *entry = NULL;

    if (!rt->codes)
        return;
    HASH_FIND(hh, rt->codes->entries, &addr, sizeof(addr), entry);
    if (entry)
        HASH_DEL(rt->codes->entries, entry); /* its memory is the arena's */
}

bool
hn_code_wants_name(const struct hn_code *code)
{
    return !code->qualified && !((const struct code_entry *)code)->name_settled;
}

void
hn_code_qualify(const struct hn_code *code, const char *qualname)
{
    struct code_entry *entry = (struct code_entry *)code;

    entry->name_settled = true;
    if (!qualname)
        return;
    entry->code.qualname = qualname;
    entry->code.qualified = true;
}

const struct hn_code_names **
hn_code_names_of(const struct hn_code *code)
{
    return &((struct code_entry *)code)->names;
}
