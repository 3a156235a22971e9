/* Previews made before. */
#include "objects/memo.h"

#include <string.h>

/* What a long dump with long values may keep. */
enum { MOST_BYTES = 16 << 20 };

static size_t
index_of(hn_addr object)
{
    /* Objects are 16 bytes apart at least; the arenas they lie in are 1 MiB. */
    return (object / 16 + (object >> 20)) % HN_MEMO_ENTRIES;
}

const struct hn_value *
hn_memo_find(const struct hn_memo *memo, hn_addr object,
             const struct hn_preview_limits *limits)
{
    size_t i = index_of(object);
    const struct hn_preview_limits *made = &memo->entries[i].limits;

    if (object == 0 || memo->entries[i].value.addr != object
        || made->depth != limits->depth || made->items != limits->items
        || made->width != limits->width)
        return NULL;
    return &memo->entries[i].value;
}

void
hn_memo_keep(struct hn_memo *memo, const struct hn_preview_limits *limits,
             const struct hn_value *value)
{
    size_t i = index_of(value->addr);
    struct hn_value copy = *value;

    if (value->addr == 0 || memo->arena.total > MOST_BYTES)
        return;
    copy.type = hn_arena_copy(&memo->arena, value->type, strlen(value->type));
    copy.repr = hn_arena_copy(&memo->arena, value->repr, strlen(value->repr));
    if (!copy.type || !copy.repr)
        return;
    memo->entries[i].limits = *limits;
    memo->entries[i].value = copy;
}
