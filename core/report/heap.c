/* Heap tables: by type, module, size or generation. */
#include "report/heap.h"

#include <inttypes.h>

#include "report/number.h"
#include "report/traces.h"

enum { COUNT = 11, BYTES = 12, SHARE = 6 };

static void
put_row(struct hn_text *text, const struct hn_look *look, const struct hn_heap_row *row,
        uint64_t before, uint64_t total)
{
    enum { NAME_AT = COUNT + BYTES + 2 * SHARE + 2 };
    char buf[HN_NUMBER_SIZE];
    size_t room = look->width > NAME_AT ? look->width - NAME_AT : 0;

    hn_number_format(buf, row->count);
    hn_text_printf(text, "%*s", COUNT, buf);
    hn_bytes_put(text, row->bytes, BYTES);
    hn_share_format(buf, row->bytes, total);
    hn_text_printf(text, "%*s", SHARE, buf);
    hn_share_format(buf, before + row->bytes, total);
    hn_text_printf(text, "%*s  ", SHARE, buf);
    hn_look_fit(text, look, HN_FUNCTION, row->name, room, HN_CUT_START);
    hn_text_putc(text, '\n');
}

static void
put_part(struct hn_text *text, uint64_t count, const char *what, uint64_t bytes,
         const char *why)
{
    if (count == 0 && bytes == 0)
        return;
    hn_text_puts(text, "  ");
    hn_number_put(text, count);
    hn_text_printf(text, " %s, ", what);
    hn_bytes_put(text, bytes, 0);
    hn_text_printf(text, "%s\n", why);
}

/* What is memory of Python, but not in the table. */
static void
put_rest(struct hn_text *text, const struct hn_heap_sums *sums)
{
    hn_text_puts(text, "\nThe sizes are those of sys.getsizeof(); with what the "
                       "allocator rounds up, the objects take ");
    hn_bytes_put(text, sums->spent, 0);
    hn_text_puts(text, ".\nNot in the sum:\n");
    put_part(text, sums->other_blocks, "blocks that are no objects", sums->other_bytes,
             " (keys of dicts, items of lists, memory of C code; the first two are in "
             "their owners' sizes)");
    put_part(text, sums->idle_objects, "dead objects", sums->idle_bytes,
             " (kept by their types for the next ones)");
    put_part(text, sums->free_blocks, "free blocks", sums->free_bytes,
             " (of pools that are in use)");
}

void
hn_census_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_heap_census *census, const char *what, uint64_t limit)
{
    const struct hn_heap_sums *sums = &census->sums;
    uint64_t before = 0;
    size_t shown = census->row_count;

    if (limit && limit < shown)
        shown = limit;
    hn_number_put(text, sums->objects);
    hn_text_printf(text, " object%s, ", sums->objects == 1 ? "" : "s");
    hn_bytes_put(text, sums->counted, 0);
    hn_text_putc(text, '\n');
    hn_look_start(text, look, HN_HEADING);
    hn_text_printf(text, "%*s%*s%*s%*s  %s", COUNT, "count", BYTES, "size", SHARE, "%",
                   SHARE, "cum%", what);
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
    for (size_t i = 0; i < shown; i++) {
        put_row(text, look, &census->rows[i], before, sums->counted);
        before += census->rows[i].bytes;
    }
    if (shown < census->row_count)
        hn_text_printf(text, "... %zu more %ss (--limit 0)\n",
                       census->row_count - shown, what);
    put_rest(text, sums);
}

void
hn_document_census(struct hn_json *json, const struct hn_heap_census *census,
                   const char *what, uint64_t limit)
{
    const struct hn_heap_sums *sums = &census->sums;

    hn_json_open_list(json, "types");
    for (size_t i = 0; i < census->row_count && (!limit || i < limit); i++) {
        const struct hn_heap_row *row = &census->rows[i];

        hn_json_open_object(json, NULL);
        hn_json_string(json, what, row->name);
        hn_json_integer(json, "count", (int64_t)row->count);
        hn_json_integer(json, "bytes", (int64_t)row->bytes);
        hn_json_integer(json, "allocated", (int64_t)row->allocated);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_integer(json, "objects", (int64_t)sums->objects);
    hn_json_integer(json, "bytes", (int64_t)sums->counted);
    hn_json_integer(json, "allocated", (int64_t)sums->spent);
    hn_json_integer(json, "tracked", (int64_t)sums->tracked);
    hn_json_integer(json, "outside_pools", (int64_t)sums->outside_objects);
    hn_json_open_object(json, "static");
    hn_json_integer(json, "objects", (int64_t)sums->static_objects);
    hn_json_integer(json, "bytes", (int64_t)sums->static_bytes);
    hn_json_close_object(json);
    hn_json_open_object(json, "pools");
    hn_json_integer(json, "count", (int64_t)sums->pools);
    hn_json_integer(json, "bytes", (int64_t)sums->pool_bytes);
    hn_json_integer(json, "blocks", (int64_t)sums->blocks);
    hn_json_integer(json, "free_blocks", (int64_t)sums->free_blocks);
    hn_json_integer(json, "free_bytes", (int64_t)sums->free_bytes);
    hn_json_integer(json, "damaged", (int64_t)sums->bad_pools);
    hn_json_close_object(json);
    hn_json_open_object(json, "not_objects");
    hn_json_integer(json, "blocks", (int64_t)sums->other_blocks);
    hn_json_integer(json, "bytes", (int64_t)sums->other_bytes);
    hn_json_close_object(json);
    hn_json_open_object(json, "dead");
    hn_json_integer(json, "objects", (int64_t)sums->idle_objects);
    hn_json_integer(json, "bytes", (int64_t)sums->idle_bytes);
    hn_json_close_object(json);
}

/* --- objects that were found */

static void
put_hit(struct hn_text *text, const struct hn_look *look, const struct hn_heap_hit *hit)
{
    size_t used = text->size, room;

    hn_text_printf(text, "0x%" PRIx64, hit->address);
    hn_bytes_put(text, hit->bytes, BYTES);
    hn_text_puts(text, "  ");
    used = text->size - used;
    used += hn_look_put(text, look, HN_FUNCTION, hit->type);
    room = look->width > used + 2 ? look->width - used - 2 : 0;
    if (hit->repr && (room || !look->width)) {
        hn_text_puts(text, "  ");
        hn_look_fit(text, look, HN_PLAIN, hit->repr, room, HN_CUT_END);
    }
    hn_text_putc(text, '\n');
    if (hit->trace && hit->trace->frame_count > 0) {
        hn_text_puts(text, "    allocated at ");
        hn_trace_place_put(text, look, hit->trace, &hit->trace->frames[0]);
        hn_text_putc(text, '\n');
    }
}

void
hn_hits_put(struct hn_text *text, const struct hn_look *look,
            const struct hn_heap_hits *hits, bool brief)
{
    if (!brief) {
        hn_number_put(text, hits->total);
        hn_text_printf(text, " object%s, ", hits->total == 1 ? "" : "s");
        hn_bytes_put(text, hits->total_bytes, 0);
        hn_text_putc(text, '\n');
    }
    for (size_t i = 0; i < hits->count; i++) {
        if (brief)
            hn_text_printf(text, "0x%" PRIx64 "\n", hits->items[i].address);
        else
            put_hit(text, look, &hits->items[i]);
    }
    if (!brief)
        hn_rest_put(text, hits->count, hits->total, NULL);
}

void
hn_document_hits(struct hn_json *json, const struct hn_heap_hits *hits)
{
    hn_json_open_list(json, "objects");
    for (size_t i = 0; i < hits->count; i++) {
        const struct hn_heap_hit *hit = &hits->items[i];

        hn_json_open_object(json, NULL);
        hn_json_address(json, "address", hit->address);
        hn_json_string(json, "type", hit->type);
        if (hit->repr)
            hn_json_string(json, "repr", hit->repr);
        hn_json_integer(json, "size", (int64_t)hit->bytes);
        hn_json_integer(json, "allocated", (int64_t)hit->allocated);
        hn_json_bool(json, "tracked", hit->tracked);
        if (hit->generation >= 0)
            hn_json_integer(json, "generation", hit->generation);
        if (hit->is_static)
            hn_json_bool(json, "static", true);
        if (hit->trace)
            hn_document_trace_frames(json, "traceback", hit->trace, hit->trace->frames,
                                     (uint32_t)hit->trace->frame_count);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_integer(json, "total", (int64_t)hits->total);
    hn_json_integer(json, "total_bytes", (int64_t)hits->total_bytes);
}
