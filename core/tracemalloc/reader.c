/* trace_t, traceback_t and frame_t. The last is packed to 12 bytes, so frames are taken
 * from a copy of the bytes. */
#include "tracemalloc/reader.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "objects/str.h"
#include "tracemalloc/tracemalloc.h"

enum {
    /* Tracebacks of up to this many frames need one read. */
    FRAMES_AT_ONCE = 32,
    HEAD_MOST = 32,
    FRAME_MOST = 16,
    /* No file system of Linux has longer paths (PATH_MAX), but a code object may claim
     * any name. */
    NAME_MOST = 1 << 14,
};

void
hn_trace_raw_load(struct hn_python *py, struct hn_lent *lent,
                  const struct hn_table_item *items, size_t count,
                  struct hn_trace_raw *ret, bool *found)
{
    const struct hn_layout *layout = &py->layout;
    bool is_inline = layout->formats.hashtable == HN_HASHTABLE_INLINE;
    int64_t size_at = layout->offset[HN_TRACE_SIZE];
    int64_t stack_at = layout->offset[HN_TRACE_STACK];

    for (size_t i = 0; i < count; i++) {
        const uint8_t *bytes;

        if (is_inline) {
            ret[i] = (struct hn_trace_raw){ items[i].value, items[i].value_2 };
            found[i] = true;
            continue;
        }
        if (i + HN_LENT_AHEAD < count)
            hn_lent_fetch(lent, items[i + HN_LENT_AHEAD].value);
        bytes = hn_lent_at(lent, items[i].value, layout->size[HN_STRUCT_TRACE]);
        found[i] = bytes != NULL;
        if (bytes)
            ret[i] = (struct hn_trace_raw){ hn_take_u64(bytes, size_at),
                                            hn_take_u64(bytes, stack_at) };
    }
}

bool
hn_trace_raw_load_one(struct hn_python *py, const struct hn_table_item *item,
                      struct hn_trace_raw *ret)
{
    struct hn_lent lent;
    bool found;

    hn_lent_init(&lent, py->target);
    hn_trace_raw_load(py, &lent, item, 1, ret, &found);
    return found;
}

enum hn_status
hn_stack_reader_init(struct hn_stack_reader *r, struct hn_python *py,
                     struct hn_trace_builder *builder, uint32_t limit)
{
    *r = (struct hn_stack_reader){ .py = py, .builder = builder, .limit = limit };
    hn_index_init(&r->stacks);
    hn_index_init(&r->files);
    r->frames = calloc((size_t)limit + 1, sizeof(*r->frames));
    r->bytes = malloc(HEAD_MOST + ((size_t)limit + FRAMES_AT_ONCE) * FRAME_MOST);
    return r->frames && r->bytes ? HN_OK : HN_E_NOMEM;
}

void
hn_stack_reader_deinit(struct hn_stack_reader *r)
{
    hn_index_deinit(&r->stacks);
    hn_index_deinit(&r->files);
    free(r->frames);
    free(r->bytes);
}

/* --- file names */

/* CPython's UTF-8 keeps lone surrogates (the error handler "surrogatepass"), and so do
 * we: what is saved must compare equal to what the target has. */
static void
put_character(struct hn_text *text, uint32_t code)
{
    if (code >= 0xd800 && code < 0xe000) {
        hn_text_putc(text, (char)(0xe0 | code >> 12));
        hn_text_putc(text, (char)(0x80 | (code >> 6 & 0x3f)));
        hn_text_putc(text, (char)(0x80 | (code & 0x3f)));
    } else {
        hn_text_put_code_point(text, code);
    }
}

static enum hn_status
append_str(struct hn_python *py, hn_addr object, struct hn_text *text)
{
    struct hn_str_shape shape;
    uint8_t block[1024];
    enum hn_status st;

    if (!hn_object_is(py, object, "str"))
        return hn_fail(py->err, HN_E_CORRUPT, object, "a file name is no str");
    st = hn_str_shape_load(py, object, &shape);
    if (!st && shape.length > NAME_MOST)
        return hn_fail(py->err, HN_E_CORRUPT, object, "a file name does not end");
    for (uint64_t i = 0; !st && i < shape.length;) {
        uint64_t count = sizeof(block) / shape.width;

        if (count > shape.length - i)
            count = shape.length - i;
        st = hn_target_read(py->target, shape.data + i * shape.width, block,
                            count * shape.width);
        for (uint64_t k = 0; !st && k < count; k++, i++) {
            uint32_t code = 0;

            memcpy(&code, block + k * shape.width, shape.width);
            put_character(text, code);
        }
    }
    return st;
}

static enum hn_status
append_name(struct hn_python *py, hn_addr addr, struct hn_text *text,
            struct hn_arena *arena)
{
    struct hn_arena_mark mark;
    const char *name;
    enum hn_status st;

    if (py->layout.formats.trace_filename == HN_TRACE_FILENAME_OBJECT)
        return append_str(py, addr, text);
    mark = hn_arena_mark(arena);
    st = hn_target_read_cstring(py->target, addr, NAME_MOST, arena, &name);
    if (!st)
        hn_text_puts(text, name);
    hn_arena_reset(arena, mark);
    return st;
}

static enum hn_status
take_file(struct hn_stack_reader *r, hn_addr addr, uint32_t *ret)
{
    struct hn_error saved;
    struct hn_text text;
    enum hn_status st;

    *ret = hn_index_find(&r->files, addr, NULL, NULL);
    if (*ret != HN_INDEX_NONE)
        return HN_OK;
    saved = *r->py->err;
    hn_text_init(&text);
    if (append_name(r->py, addr, &text, r->builder->arena) != HN_OK) {
        *r->py->err = saved;
        r->unreadable++;
        hn_text_clear(&text);
        hn_text_puts(&text, HN_TRACES_UNREADABLE);
    }
    st = text.failed ? HN_E_NOMEM
                     : hn_trace_builder_file(r->builder, text.bytes ? text.bytes : "",
                                             text.size, ret);
    hn_text_deinit(&text);
    if (!st && !hn_index_add(&r->files, addr, *ret))
        st = HN_E_NOMEM;
    return st;
}

/* --- tracebacks */

struct head {
    uint32_t count, total;
};

/* Where a traceback has a total its count has two bytes, too (3.9, bpo-37961); before,
 * the count has four and the total is not kept. */
static struct head
head_of(const struct hn_layout *layout, const uint8_t *bytes)
{
    struct head head = { 0, 0 };
    bool has_total = hn_layout_has(layout, HN_TRACESTACK_TOTAL);

    memcpy(&head.count, bytes + layout->offset[HN_TRACESTACK_COUNT], has_total ? 2 : 4);
    head.total = head.count;
    if (has_total)
        memcpy(&head.total, bytes + layout->offset[HN_TRACESTACK_TOTAL], 2);
    return head;
}

/* Copies the traceback at @addr into r->bytes. */
static enum hn_status
load_bytes(struct hn_stack_reader *r, hn_addr addr, struct head *ret)
{
    const struct hn_layout *layout = &r->py->layout;
    size_t first = (size_t)layout->offset[HN_TRACESTACK_FRAMES];
    size_t each = layout->size[HN_STRUCT_TRACEFRAME], wanted, got;

    if (first > HEAD_MOST || each > FRAME_MOST)
        return hn_fail(r->py->err, HN_E_UNSUPPORTED, addr, "a traceback is too large");
    got = hn_target_read_some(r->py->target, addr, r->bytes,
                              first + FRAMES_AT_ONCE * each);
    if (got < first)
        return hn_fail(r->py->err, HN_E_FAULT, addr, "no memory");
    *ret = head_of(layout, r->bytes);
    if (ret->count < 1 || ret->count > r->limit)
        return hn_fail(r->py->err, HN_E_CORRUPT, addr, "not a traceback");
    wanted = first + ret->count * each;
    if (wanted <= got)
        return HN_OK;
    return hn_target_read(r->py->target, addr, r->bytes, wanted);
}

static enum hn_status
take_frames(struct hn_stack_reader *r, const struct head *head)
{
    const struct hn_layout *layout = &r->py->layout;
    const uint8_t *at = r->bytes + layout->offset[HN_TRACESTACK_FRAMES];
    enum hn_status st = HN_OK;

    for (uint32_t i = 0; !st && i < head->count; i++) {
        hn_addr file;

        memcpy(&file, at + layout->offset[HN_TRACEFRAME_FILENAME], 8);
        memcpy(&r->frames[i].line, at + layout->offset[HN_TRACEFRAME_LINE], 4);
        st = take_file(r, file, &r->frames[i].file);
        at += layout->size[HN_STRUCT_TRACEFRAME];
    }
    return st;
}

static enum hn_status
take_unreadable(struct hn_stack_reader *r, struct head *head)
{
    *head = (struct head){ 1, 1 };
    r->unreadable++;
    r->frames[0].line = 0;
    return hn_trace_builder_file(r->builder, HN_TRACES_UNREADABLE,
                                 strlen(HN_TRACES_UNREADABLE), &r->frames[0].file);
}

enum hn_status
hn_stack_reader_take(struct hn_stack_reader *r, hn_addr addr, uint32_t *ret)
{
    struct head head = { 1, 1 };
    struct hn_error saved;
    enum hn_status st;

    *ret = hn_index_find(&r->stacks, addr, NULL, NULL);
    if (*ret != HN_INDEX_NONE)
        return HN_OK;
    saved = *r->py->err;
    if (load_bytes(r, addr, &head) == HN_OK) {
        st = take_frames(r, &head);
    } else {
        *r->py->err = saved;
        st = take_unreadable(r, &head);
    }
    if (!st)
        st = hn_trace_builder_stack(r->builder, r->frames, head.count, head.total, ret);
    if (!st && !hn_index_add(&r->stacks, addr, *ret))
        st = HN_E_NOMEM;
    return st;
}

bool
hn_trace_stack_is_plausible(struct hn_python *py, hn_addr addr, uint32_t limit)
{
    const struct hn_layout *layout = &py->layout;
    size_t first = (size_t)layout->offset[HN_TRACESTACK_FRAMES];
    uint8_t bytes[HEAD_MOST + FRAME_MOST];
    uint8_t probe;
    struct head head;
    hn_addr file;

    if (addr == 0 || addr % 8 != 0 || first > HEAD_MOST
        || hn_target_read_some(py->target, addr, bytes, first + FRAME_MOST) < first + 8)
        return false;
    head = head_of(layout, bytes);
    memcpy(&file, bytes + first + layout->offset[HN_TRACEFRAME_FILENAME], 8);
    return head.count >= 1 && head.count <= limit && head.total >= head.count
           && hn_target_read_some(py->target, file, &probe, 1) == 1;
}
