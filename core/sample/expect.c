/* See expect.h. */
#include "sample/expect.h"

#include <string.h>

#include "objects/objects.h"

enum {
    /* A function that names more is a table, or damaged memory. */
    MOST_NAMES = 1 << 10,
    /* Compared are names as they stand in the source. */
    MOST_NAME_CHARACTERS = 256,
};

/* What no source text names: special methods are called by operators. */
static bool
is_special(const char *name)
{
    size_t size = strlen(name);

    return size > 4 && strncmp(name, "__", 2) == 0
           && strcmp(name + size - 2, "__") == 0;
}

/* <genexpr> and the like belong to the function that they stand in; a <module> to
 * whoever imports it. */
static bool
belongs(const struct hn_code *caller, const struct hn_code *callee)
{
    size_t size = strlen(caller->qualname);

    if (strcmp(callee->name, "<module>") == 0)
        return true;
    if (strcmp(callee->file, caller->file) != 0)
        return false;
    if (!caller->qualified || !callee->qualified
        || strcmp(caller->name, "<module>") == 0)
        return true;
    return strncmp(callee->qualname, caller->qualname, size) == 0
           && callee->qualname[size] == '.';
}

/* HN_OK: it is there; HN_DONE: it is not. */
static enum hn_status
find_name(struct hn_runtime *rt, enum hn_field names, hn_addr code, const char *name)
{
    struct hn_python *py = &rt->py;
    const hn_addr *items;
    uint64_t tuple;
    size_t count;
    enum hn_status st;

    if (!hn_layout_has(&py->layout, names))
        return HN_DONE;
    st = hn_field_read(py, names, code, &tuple);
    if (st == HN_OK)
        st = hn_items_load(py, tuple, MOST_NAMES, &rt->arena, &items, &count);
    for (size_t i = 0; st == HN_OK && i < count; i++) {
        const char *text;

        st = hn_str_load(py, items[i], MOST_NAME_CHARACTERS, &rt->arena, &text, NULL,
                         NULL);
        if (st == HN_OK && strcmp(text, name) == 0)
            return HN_OK;
    }
    return st ? st : HN_DONE;
}

bool
hn_expects_call(struct hn_runtime *rt, hn_addr caller_addr,
                const struct hn_code *caller, const struct hn_code *callee)
{
    static const enum hn_field tuples[] = { HN_CODE_NAMES, HN_CODE_LOCALSPLUSNAMES,
                                            HN_CODE_VARNAMES, HN_CODE_CELLVARS,
                                            HN_CODE_FREEVARS };
    struct hn_arena_mark mark = hn_arena_mark(&rt->arena);
    enum hn_status st = HN_DONE;

    if (is_special(callee->name))
        return true;
    if (callee->name[0] == '<')
        return belongs(caller, callee);
    for (size_t i = 0; st == HN_DONE && i < sizeof(tuples) / sizeof(tuples[0]); i++)
        st = find_name(rt, tuples[i], caller_addr, callee->name);
    hn_arena_reset(&rt->arena, mark);
    return st != HN_DONE;
}
