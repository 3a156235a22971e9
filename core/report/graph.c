/* References, paths and retained memory. */
#include "report/graph.h"

#include <inttypes.h>
#include <string.h>

#include "report/number.h"

enum { COUNT = 11, BYTES = 12, SHARE = 6, LABEL = 24 };

void
hn_graph_count_put(struct hn_text *text, uint64_t count, const char *one)
{
    hn_number_put(text, count);
    hn_text_printf(text, " %s%s", one, count == 1 ? "" : "s");
}

void
hn_graph_object_put(struct hn_text *text, const struct hn_look *look,
                    const struct hn_graph_object *object, size_t used)
{
    size_t before = text->size, room;

    if (object->address)
        hn_text_printf(text, "0x%" PRIx64 " ", object->address);
    used += text->size - before;
    used += hn_look_put(text, look, HN_FUNCTION, object->type);
    room = look->width > used + 2 ? look->width - used - 2 : 0;
    if (object->repr && (room || !look->width)) {
        hn_text_puts(text, "  ");
        hn_look_fit(text, look, HN_PLAIN, object->repr, room, HN_CUT_END);
    }
}

void
hn_document_graph_object(struct hn_json *json, const struct hn_graph_object *object)
{
    if (object->address)
        hn_json_address(json, "address", object->address);
    hn_json_string(json, "type", object->type);
    if (object->repr)
        hn_json_string(json, "repr", object->repr);
    hn_json_integer(json, "size", (int64_t)object->bytes);
    if (object->retained)
        hn_json_integer(json, "retained", (int64_t)object->retained);
}

static void
put_heading(struct hn_text *text, const struct hn_look *look, const char *heading)
{
    hn_look_start(text, look, HN_HEADING);
    hn_text_puts(text, heading);
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
}

/* --- py-refs */

static void
put_link(struct hn_text *text, const struct hn_look *look,
         const struct hn_graph_link *link)
{
    size_t used = 2;

    hn_text_puts(text, "  ");
    used += hn_look_put(text, look, HN_MARK, link->label);
    if (link->weak)
        used += hn_look_put(text, look, HN_PLAIN, " (weak)");
    if (link->scanned)
        used += hn_look_put(text, look, HN_PLAIN, " (scanned)");
    if (link->object.address) {
        hn_look_pad(text, used, LABEL, 2);
        used = used + 2 > LABEL ? used + 2 : LABEL;
        hn_graph_object_put(text, look, &link->object, used);
    }
    hn_text_putc(text, '\n');
}

static void
put_count(struct hn_text *text, const struct hn_graph_links *links)
{
    if (links->counted) {
        hn_text_puts(text, "reference count ");
        hn_number_put(text, (uint64_t)links->references);
    } else {
        hn_text_puts(text, "references are not counted");
    }
    hn_text_putc(text, '\n');
}

void
hn_links_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_graph_links *links)
{
    hn_graph_object_put(text, look, &links->object, 0);
    hn_text_putc(text, '\n');
    put_count(text, links);
    if (links->total > 0)
        put_heading(text, look, links->outbound ? "refers to:" : "referred to by:");
    else
        hn_text_puts(text, links->outbound ? "refers to nothing\n"
                                           : "no reference was found\n");
    for (size_t i = 0; i < links->count; i++)
        put_link(text, look, &links->items[i]);
    if (links->count < links->total) {
        hn_text_puts(text, "  ");
        hn_rest_put(text, links->count, links->total, NULL);
    }
    if (links->unexplained) {
        hn_graph_count_put(text, links->unexplained, "more reference");
        hn_text_printf(text, " %s counted: C code holds %s\n",
                       links->unexplained == 1 ? "is" : "are",
                       links->unexplained == 1 ? "it" : "them");
    }
}

void
hn_document_links(struct hn_json *json, const struct hn_graph_links *links)
{
    hn_json_open_object(json, "object");
    hn_document_graph_object(json, &links->object);
    if (links->counted)
        hn_json_integer(json, "references", links->references);
    hn_json_close_object(json);
    hn_json_open_list(json, links->outbound ? "refers_to" : "referred_to_by");
    for (size_t i = 0; i < links->count; i++) {
        const struct hn_graph_link *link = &links->items[i];

        hn_json_open_object(json, NULL);
        if (link->object.address)
            hn_document_graph_object(json, &link->object);
        hn_json_string(json, "label", link->label);
        if (link->scanned)
            hn_json_bool(json, "scanned", true);
        if (link->weak)
            hn_json_bool(json, "weak", true);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_integer(json, "total", (int64_t)links->total);
    if (!links->outbound)
        hn_json_integer(json, "unexplained", (int64_t)links->unexplained);
}

/* --- py-path */

static void
put_path(struct hn_text *text, const struct hn_look *look,
         const struct hn_graph_path *path, bool of_type)
{
    if (of_type) {
        char buf[HN_NUMBER_SIZE];

        hn_number_format(buf, path->objects);
        hn_text_printf(text, "%*s", COUNT, buf);
        hn_bytes_put(text, path->bytes, BYTES);
    }
    hn_text_puts(text, "  ");
    hn_look_put(text, look, HN_MARK, path->text);
    if (*path->root && strncmp(path->text, path->root, strlen(path->root)) != 0) {
        hn_text_puts(text, "   (");
        hn_look_put(text, look, HN_PLAIN, path->root);
        hn_text_puts(text, ")");
    }
    hn_text_putc(text, '\n');
}

void
hn_paths_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_graph_paths *paths)
{
    const bool of_type = paths->object.address == 0;

    if (of_type) {
        hn_graph_count_put(text, paths->total, "object");
        hn_text_putc(text, '\n');
    } else {
        hn_graph_object_put(text, look, &paths->object, 0);
        hn_text_puts(text, "\nkeeps ");
        hn_bytes_put(text, paths->object.retained, 0);
        hn_text_puts(text, " alive\n");
    }
    if (paths->garbage)
        hn_text_puts(text, "Nothing leads there: it is garbage that the collector has "
                           "not freed yet\n");
    else if (paths->count > 0)
        put_heading(text, look,
                    of_type ? "    objects        size  where they are"
                            : "is kept alive by:");
    for (size_t i = 0; i < paths->count; i++)
        put_path(text, look, &paths->items[i], of_type);
}

static void
document_path(struct hn_json *json, const struct hn_graph_path *path)
{
    hn_json_open_object(json, NULL);
    hn_json_string(json, "path", path->text);
    hn_json_string(json, "root", path->root);
    hn_json_integer(json, "objects", (int64_t)path->objects);
    hn_json_integer(json, "bytes", (int64_t)path->bytes);
    hn_json_open_list(json, "steps");
    for (size_t i = 0; i < path->step_count; i++) {
        hn_json_open_object(json, NULL);
        hn_document_graph_object(json, &path->steps[i]);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_close_object(json);
}

void
hn_document_paths(struct hn_json *json, const struct hn_graph_paths *paths)
{
    if (paths->object.address) {
        hn_json_open_object(json, "object");
        hn_document_graph_object(json, &paths->object);
        hn_json_close_object(json);
    }
    hn_json_open_list(json, "paths");
    for (size_t i = 0; i < paths->count; i++)
        document_path(json, &paths->items[i]);
    hn_json_close_list(json);
    hn_json_bool(json, "garbage", paths->garbage);
    hn_json_integer(json, "objects", (int64_t)paths->total);
}

/* --- py-heap retained */

static void
put_row(struct hn_text *text, const struct hn_look *look,
        const struct hn_graph_table *table, const struct hn_graph_row *row)
{
    char buf[HN_NUMBER_SIZE];
    size_t used = BYTES + SHARE + BYTES + 2, before = text->size;

    hn_bytes_put(text, row->object.retained, BYTES);
    hn_share_format(buf, row->object.retained, table->total);
    hn_text_printf(text, "%*s", SHARE, buf);
    hn_bytes_put(text, row->object.bytes, BYTES);
    hn_text_puts(text, "  ");
    if (table->is_tree)
        hn_text_pad(text, ' ', (size_t)row->depth * 2);
    if (!row->object.address) {
        hn_graph_count_put(text, row->count, "object");
        hn_text_puts(text, " of ");
    }
    used = text->size - before > used ? text->size - before : used;
    hn_graph_object_put(text, look, &row->object, used);
    hn_text_putc(text, '\n');
    if (row->path) {
        hn_text_pad(text, ' ', BYTES + SHARE + BYTES + 4);
        hn_look_fit(text, look, HN_MARK, row->path,
                    look->width > BYTES + SHARE + BYTES + 4
                        ? look->width - (BYTES + SHARE + BYTES + 4)
                        : 0,
                    HN_CUT_START);
        hn_text_putc(text, '\n');
    }
}

void
hn_retained_put(struct hn_text *text, const struct hn_look *look,
                const struct hn_graph_table *table)
{
    hn_graph_count_put(text, table->objects, "object");
    hn_text_puts(text, ", ");
    hn_graph_count_put(text, table->references, "reference");
    hn_text_puts(text, ", ");
    hn_bytes_put(text, table->total, 0);
    hn_text_putc(text, '\n');
    if (table->garbage_objects) {
        hn_graph_count_put(text, table->garbage_objects, "object");
        hn_text_puts(text, " of it, ");
        hn_bytes_put(text, table->garbage_bytes, 0);
        hn_text_puts(text, ", garbage that the collector has not freed yet\n");
    }
    put_heading(text, look, "       keeps     %      itself  object");
    for (size_t i = 0; i < table->row_count; i++)
        put_row(text, look, table, &table->rows[i]);
}

void
hn_document_retained(struct hn_json *json, const struct hn_graph_table *table)
{
    hn_json_open_list(json, table->by_type ? "types" : "objects");
    for (size_t i = 0; i < table->row_count; i++) {
        const struct hn_graph_row *row = &table->rows[i];

        hn_json_open_object(json, NULL);
        hn_document_graph_object(json, &row->object);
        hn_json_integer(json, "count", (int64_t)row->count);
        if (table->is_tree)
            hn_json_integer(json, "depth", row->depth);
        if (row->path)
            hn_json_string(json, "path", row->path);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_integer(json, "bytes", (int64_t)table->total);
    hn_json_integer(json, "heap_objects", (int64_t)table->objects);
    hn_json_integer(json, "references", (int64_t)table->references);
    hn_json_open_object(json, "garbage");
    hn_json_integer(json, "objects", (int64_t)table->garbage_objects);
    hn_json_integer(json, "bytes", (int64_t)table->garbage_bytes);
    hn_json_close_object(json);
}
