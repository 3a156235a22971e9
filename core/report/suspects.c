/* Suspects and cycles in sentences. */
#include <inttypes.h>
#include <string.h>

#include "report/graph.h"
#include "report/number.h"

static void
put_parts(struct hn_text *text, const struct hn_look *look,
          const struct hn_suspect_part *parts, size_t count, const char *indent)
{
    for (size_t i = 0; i < count; i++) {
        char buf[HN_NUMBER_SIZE];

        hn_number_format(buf, parts[i].count);
        hn_text_printf(text, "%s%11s ", indent, buf);
        hn_bytes_put(text, parts[i].bytes, 12);
        hn_text_puts(text, "  ");
        hn_look_put(text, look, HN_FUNCTION, parts[i].type);
        hn_text_putc(text, '\n');
    }
}

static void
put_share(struct hn_text *text, uint64_t bytes, uint64_t total)
{
    char buf[HN_NUMBER_SIZE];

    hn_bytes_put(text, bytes, 0);
    hn_share_format(buf, bytes, total);
    hn_text_printf(text, " (%s %%)", buf);
}

static void
put_path(struct hn_text *text, const struct hn_look *look,
         const struct hn_suspect *suspect, const char *lead)
{
    if (!suspect->path)
        return;
    hn_text_puts(text, lead);
    hn_look_put(text, look, HN_MARK, suspect->path);
    if (suspect->root && *suspect->root
        && strncmp(suspect->path, suspect->root, strlen(suspect->root)) != 0) {
        hn_text_puts(text, "   (");
        hn_look_put(text, look, HN_PLAIN, suspect->root);
        hn_text_putc(text, ')');
    }
    hn_text_putc(text, '\n');
}

static void
put_what(struct hn_text *text, const struct hn_look *look,
         const struct hn_suspect *suspect)
{
    hn_look_put(text, look, HN_FUNCTION, suspect->why);
    hn_text_printf(text, " at 0x%" PRIx64, suspect->object.address);
}

static void
put_sentence(struct hn_text *text, const struct hn_look *look,
             const struct hn_suspect *suspect, uint64_t total)
{
    put_share(text, suspect->bytes, total);
    switch (suspect->kind) {
    case HN_SUSPECT_OBJECT:
        hn_text_puts(text, " accumulate in one ");
        put_what(text, look, suspect);
        hn_text_puts(text, ".\n");
        put_path(text, look, suspect, "   It is  ");
        return;
    case HN_SUSPECT_TYPE:
        hn_text_puts(text, " are in ");
        hn_graph_count_put(text, suspect->objects, "object");
        hn_text_puts(text, " of type ");
        if (suspect->part_count > 0)
            hn_look_put(text, look, HN_FUNCTION, suspect->parts[0].type);
        hn_text_puts(text, " that no single object keeps alive.\n");
        put_path(text, look, suspect, "   Most of them, or one, through  ");
        return;
    case HN_SUSPECT_GARBAGE:
        hn_text_puts(text, " are garbage: ");
        hn_graph_count_put(text, suspect->objects, "object");
        hn_text_puts(text, " in cycles that nothing leads to. The collector has not "
                           "freed them (`py-heap gc` shows its state, `py-heap cycles` "
                           "the cycles).\n");
        return;
    case HN_SUSPECT_LOST:
        hn_text_puts(text, " are in ");
        hn_graph_count_put(text, suspect->objects, "object");
        hn_text_puts(text, " of type ");
        if (suspect->part_count > 0)
            hn_look_put(text, look, HN_FUNCTION, suspect->parts[0].type);
        hn_text_puts(text, " that nothing in memory refers to, though they are counted "
                           "as referred to: C code forgot to release them. One is at ");
        hn_text_printf(text, "0x%" PRIx64 ".\n", suspect->object.address);
        return;
    }
}

static void
put_lines(struct hn_text *text, const struct hn_look *look,
          const struct hn_suspect *suspect)
{
    if (suspect->line_count == 0)
        return;
    hn_text_puts(text, "   Allocated at\n");
    for (size_t i = 0; i < suspect->line_count; i++) {
        const struct hn_suspect_line *line = &suspect->lines[i];
        char buf[HN_NUMBER_SIZE];

        hn_number_format(buf, line->count);
        hn_text_printf(text, "      %11s ", buf);
        hn_bytes_put(text, line->bytes, 12);
        hn_text_puts(text, "  ");
        hn_look_put(text, look, HN_FILE, line->file);
        hn_text_printf(text, ":%" PRIu32 "\n", line->line);
    }
}

static void
put_suspect(struct hn_text *text, const struct hn_look *look, size_t number,
            const struct hn_suspect *suspect, uint64_t total)
{
    hn_text_putc(text, '\n');
    hn_look_start(text, look, HN_HEADING);
    hn_text_printf(text, "%zu. ", number);
    hn_look_end(text, look, HN_HEADING);
    put_sentence(text, look, suspect, total);
    if (suspect->object.repr && suspect->kind == HN_SUSPECT_OBJECT) {
        hn_text_puts(text, "   ");
        hn_look_fit(text, look, HN_PLAIN, suspect->object.repr,
                    look->width > 3 ? look->width - 3 : 0, HN_CUT_END);
        hn_text_putc(text, '\n');
    }
    if (suspect->part_count > 0) {
        hn_text_puts(text, "   It is made of\n");
        put_parts(text, look, suspect->parts, suspect->part_count, "      ");
    }
    put_lines(text, look, suspect);
}

void
hn_suspects_put(struct hn_text *text, const struct hn_look *look,
                const struct hn_suspects *suspects)
{
    hn_graph_count_put(text, suspects->objects, "object");
    hn_text_puts(text, ", ");
    hn_bytes_put(text, suspects->total, 0);
    hn_text_putc(text, '\n');
    if (suspects->count == 0) {
        hn_text_puts(text, "No suspect: nothing that is no code keeps more than ");
        hn_bytes_put(text, suspects->threshold, 0);
        hn_text_puts(text, " alive (--share, --min-size)\n");
        return;
    }
    for (size_t i = 0; i < suspects->count; i++)
        put_suspect(text, look, i + 1, &suspects->items[i], suspects->total);
    if (!suspects->traced)
        hn_text_puts(text, "\nWhich lines allocated it is not recorded: that takes "
                           "tracemalloc (PYTHONTRACEMALLOC=1) in the process.\n");
}

/* --- JSON */

static void
document_parts(struct hn_json *json, const struct hn_suspect_part *parts, size_t count)
{
    hn_json_open_list(json, "made_of");
    for (size_t i = 0; i < count; i++) {
        hn_json_open_object(json, NULL);
        hn_json_string(json, "type", parts[i].type);
        hn_json_integer(json, "count", (int64_t)parts[i].count);
        hn_json_integer(json, "bytes", (int64_t)parts[i].bytes);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static const char *const kinds[] = {
    [HN_SUSPECT_OBJECT] = "object",
    [HN_SUSPECT_TYPE] = "type",
    [HN_SUSPECT_GARBAGE] = "garbage",
    [HN_SUSPECT_LOST] = "lost",
};

static void
document_suspect(struct hn_json *json, const struct hn_suspect *suspect)
{
    hn_json_open_object(json, NULL);
    hn_json_string(json, "kind", kinds[suspect->kind]);
    hn_json_integer(json, "bytes", (int64_t)suspect->bytes);
    hn_json_integer(json, "objects", (int64_t)suspect->objects);
    if (suspect->object.address) {
        hn_json_open_object(json, "object");
        hn_document_graph_object(json, &suspect->object);
        hn_json_string(json, "description", suspect->why);
        hn_json_close_object(json);
    }
    if (suspect->path) {
        hn_json_string(json, "path", suspect->path);
        hn_json_string(json, "root", suspect->root);
    }
    document_parts(json, suspect->parts, suspect->part_count);
    hn_json_open_list(json, "lines");
    for (size_t i = 0; i < suspect->line_count; i++) {
        hn_json_open_object(json, NULL);
        hn_json_string(json, "file", suspect->lines[i].file);
        hn_json_integer(json, "line", suspect->lines[i].line);
        hn_json_integer(json, "count", (int64_t)suspect->lines[i].count);
        hn_json_integer(json, "bytes", (int64_t)suspect->lines[i].bytes);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_close_object(json);
}

void
hn_document_suspects(struct hn_json *json, const struct hn_suspects *suspects)
{
    hn_json_open_list(json, "suspects");
    for (size_t i = 0; i < suspects->count; i++)
        document_suspect(json, &suspects->items[i]);
    hn_json_close_list(json);
    hn_json_integer(json, "bytes", (int64_t)suspects->total);
    hn_json_integer(json, "heap_objects", (int64_t)suspects->objects);
    hn_json_integer(json, "threshold", (int64_t)suspects->threshold);
    hn_json_bool(json, "traced", suspects->traced);
}

/* --- py-heap cycles */

static void
put_cycle(struct hn_text *text, const struct hn_look *look,
          const struct hn_graph_cycle *cycle)
{
    char buf[HN_NUMBER_SIZE];

    hn_number_format(buf, cycle->objects);
    hn_text_printf(text, "%11s", buf);
    hn_bytes_put(text, cycle->bytes, 12);
    hn_text_puts(text, "  ");
    hn_graph_object_put(text, look, &cycle->object, 25);
    hn_text_puts(text, "\n                         ");
    hn_look_put(text, look, HN_MARK, cycle->text);
    hn_text_putc(text, '\n');
}

static void
put_lost(struct hn_text *text, const struct hn_look *look,
         const struct hn_graph_cycles *cycles)
{
    if (cycles->lost_total == 0)
        return;
    hn_text_putc(text, '\n');
    hn_graph_count_put(text, cycles->lost_total, "object");
    hn_text_puts(text, ", ");
    hn_bytes_put(text, cycles->lost_bytes, 0);
    hn_text_puts(text, ", counted as referred to more often than memory refers to "
                       "them: C code lost references\n");
    hn_look_start(text, look, HN_HEADING);
    hn_text_puts(text, "    counted   found       keeps  object");
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
    for (size_t i = 0; i < cycles->lost_count; i++) {
        const struct hn_graph_lost *lost = &cycles->lost[i];

        hn_text_printf(text, "%11" PRIu64 "%8" PRIu64, lost->counted, lost->found);
        hn_bytes_put(text, lost->object.retained, 12);
        hn_text_puts(text, "  ");
        hn_graph_object_put(text, look, &lost->object, 33);
        hn_text_putc(text, '\n');
    }
}

void
hn_cycles_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_graph_cycles *cycles)
{
    if (cycles->total == 0) {
        hn_text_puts(text, "No garbage: the roots lead to every object\n");
    } else {
        hn_graph_count_put(text, cycles->objects, "object");
        hn_text_puts(text, ", ");
        hn_bytes_put(text, cycles->bytes, 0);
        hn_text_puts(text, ", that no root leads to, in ");
        hn_graph_count_put(text, cycles->total, "cycle");
        hn_text_putc(text, '\n');
        hn_look_start(text, look, HN_HEADING);
        hn_text_puts(text, "    objects        size  one of them, and the way around");
        hn_look_end(text, look, HN_HEADING);
        hn_text_putc(text, '\n');
    }
    for (size_t i = 0; i < cycles->count; i++)
        put_cycle(text, look, &cycles->items[i]);
    hn_rest_put(text, cycles->count, cycles->total, NULL);
    if (cycles->uncollectable_count > 0)
        hn_text_puts(text, "\ngc.garbage, which the collector gave up on:\n");
    for (size_t i = 0; i < cycles->uncollectable_count; i++) {
        hn_text_puts(text, "  ");
        hn_graph_object_put(text, look, &cycles->uncollectable[i], 2);
        hn_text_putc(text, '\n');
    }
    put_lost(text, look, cycles);
}

void
hn_document_cycles(struct hn_json *json, const struct hn_graph_cycles *cycles)
{
    hn_json_open_list(json, "cycles");
    for (size_t i = 0; i < cycles->count; i++) {
        const struct hn_graph_cycle *cycle = &cycles->items[i];

        hn_json_open_object(json, NULL);
        hn_document_graph_object(json, &cycle->object);
        hn_json_string(json, "way", cycle->text);
        hn_json_integer(json, "objects", (int64_t)cycle->objects);
        hn_json_integer(json, "bytes", (int64_t)cycle->bytes);
        document_parts(json, cycle->parts, cycle->part_count);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_integer(json, "total", (int64_t)cycles->total);
    hn_json_integer(json, "objects", (int64_t)cycles->objects);
    hn_json_integer(json, "bytes", (int64_t)cycles->bytes);
    hn_json_open_list(json, "uncollectable");
    for (size_t i = 0; i < cycles->uncollectable_count; i++) {
        hn_json_open_object(json, NULL);
        hn_document_graph_object(json, &cycles->uncollectable[i]);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_open_list(json, "lost");
    for (size_t i = 0; i < cycles->lost_count; i++) {
        hn_json_open_object(json, NULL);
        hn_document_graph_object(json, &cycles->lost[i].object);
        hn_json_integer(json, "counted", (int64_t)cycles->lost[i].counted);
        hn_json_integer(json, "found", (int64_t)cycles->lost[i].found);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_integer(json, "lost_total", (int64_t)cycles->lost_total);
    hn_json_integer(json, "lost_bytes", (int64_t)cycles->lost_bytes);
}
