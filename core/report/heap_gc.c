/* The collector's state, as text and as JSON. */
#include <inttypes.h>

#include "report/heap.h"
#include "report/number.h"

enum { NAME = 12, NUMBER = 11, WIDE = 15 };

static void
put_generation(struct hn_text *text, const struct hn_gc_facts *gc, unsigned number)
{
    const struct hn_gc_generation_facts *generation = &gc->generation[number];

    hn_text_printf(text, "  %-*u%*" PRId64 "%*" PRId64, NAME, number, NUMBER,
                   generation->threshold, NUMBER, generation->count);
    if (gc->has_lists)
        hn_number_put_right(text, generation->objects, NUMBER);
    else
        hn_text_printf(text, "%*s", NUMBER, "");
    if (generation->has_stats) {
        hn_number_put_right(text, generation->collections, WIDE);
        hn_number_put_right(text, generation->collected, WIDE);
        hn_number_put_right(text, generation->uncollectable, WIDE);
    }
    hn_text_putc(text, '\n');
}

static void
put_one(struct hn_text *text, const struct hn_look *look, const struct hn_gc_facts *gc)
{
    hn_text_printf(text, "interpreter %" PRId64 ": ", gc->interpreter);
    if (!gc->known) {
        hn_text_puts(text, "where its collector keeps what is not known\n");
        return;
    }
    hn_text_puts(text, gc->enabled ? "enabled" : "disabled");
    if (gc->collecting)
        hn_text_puts(text, ", a collection is running");
    hn_text_putc(text, '\n');
    hn_look_start(text, look, HN_HEADING);
    hn_text_printf(text, "  %-*s%*s%*s%*s%*s%*s%*s", NAME, "generation", NUMBER,
                   "threshold", NUMBER, "count", NUMBER, gc->has_lists ? "objects" : "",
                   WIDE, "collections", WIDE, "collected", WIDE, "uncollectable");
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
    for (unsigned i = 0; i < HN_GC_GENERATIONS_SHOWN; i++)
        put_generation(text, gc, i);
    if (gc->has_lists) {
        hn_text_printf(text, "  %-*s%*s%*s", NAME, "frozen", NUMBER, "", NUMBER, "");
        hn_number_put_right(text, gc->frozen, NUMBER);
        hn_text_putc(text, '\n');
    }
}

void
hn_gc_put(struct hn_text *text, const struct hn_look *look,
          const struct hn_gc_report *report)
{
    for (size_t i = 0; i < report->count; i++)
        put_one(text, look, &report->items[i]);
}

static void
document_generation(struct hn_json *json, const struct hn_gc_facts *gc, unsigned number)
{
    const struct hn_gc_generation_facts *generation = &gc->generation[number];

    hn_json_open_object(json, NULL);
    hn_json_integer(json, "threshold", generation->threshold);
    hn_json_integer(json, "count", generation->count);
    if (gc->has_lists)
        hn_json_integer(json, "objects", (int64_t)generation->objects);
    if (generation->has_stats) {
        hn_json_integer(json, "collections", (int64_t)generation->collections);
        hn_json_integer(json, "collected", (int64_t)generation->collected);
        hn_json_integer(json, "uncollectable", (int64_t)generation->uncollectable);
    }
    hn_json_close_object(json);
}

void
hn_document_gc(struct hn_json *json, const struct hn_gc_report *report)
{
    hn_json_open_list(json, "interpreters");
    for (size_t i = 0; i < report->count; i++) {
        const struct hn_gc_facts *gc = &report->items[i];

        hn_json_open_object(json, NULL);
        hn_json_integer(json, "id", gc->interpreter);
        hn_json_bool(json, "known", gc->known);
        if (gc->known) {
            hn_json_bool(json, "enabled", gc->enabled);
            hn_json_bool(json, "collecting", gc->collecting);
            hn_json_open_list(json, "generations");
            for (unsigned g = 0; g < HN_GC_GENERATIONS_SHOWN; g++)
                document_generation(json, gc, g);
            hn_json_close_list(json);
            if (gc->has_lists)
                hn_json_integer(json, "frozen", (int64_t)gc->frozen);
        }
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}
