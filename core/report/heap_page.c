/* The data of the heap's page: the documents of the commands, side by side, and the
 * treemap as rows of [parent, type, repr, address, count, own, retained].
 *
 * Names are what the target says; the page shows them as text, with what would turn its
 * direction around made visible (pages/heap.js). */
#include "report/heap_page.h"

#include "report/graph.h"
#include "report/heap.h"
#include "report/ledger.h"
#include "report/page.h"
#include "report/process.h"

/* More rows than anybody reads; the page sorts these. */
enum { TYPES_MOST = 2000 };

static void
put_target(struct hn_json *json, const struct hn_heap_report *report)
{
    const struct hn_process *process = report->process;
    struct hn_text version;

    hn_text_init(&version);
    hn_process_put_version(&version, process);
    hn_text_putc(&version, '\0');
    hn_json_open_object(json, "target");
    hn_json_string(json, "version", version.failed ? "" : version.bytes);
    hn_json_integer(json, "pid", process->pid);
    hn_json_string(json, "executable", process->executable);
    hn_json_open_list(json, "arguments");
    for (size_t i = 0; process->arguments && process->arguments[i]; i++)
        hn_json_string(json, NULL, process->arguments[i]);
    hn_json_close_list(json);
    hn_json_string(json, "kind", process->kind);
    if (process->core_path) {
        hn_json_string(json, "core", process->core_path);
        hn_json_integer(json, "time", process->core_time);
        if (process->signal_name)
            hn_json_string(json, "signal", process->signal_name);
    }
    hn_json_bool(json, "consistent", process->consistent);
    hn_json_string(json, "allocator", process->allocator);
    hn_json_open_list(json, "missing");
    for (size_t i = 0; i < process->missing_count; i++)
        hn_json_string(json, NULL, process->missing[i]);
    hn_json_close_list(json);
    hn_json_close_object(json);
    hn_text_deinit(&version);
}

static void
put_node(struct hn_json *json, const struct hn_treemap_node *node)
{
    hn_json_open_list(json, NULL);
    hn_json_unsigned(json, NULL, node->parent);
    hn_json_string(json, NULL, node->type);
    hn_json_string(json, NULL, node->repr);
    hn_json_address(json, NULL, node->address);
    hn_json_unsigned(json, NULL, node->count);
    hn_json_unsigned(json, NULL, node->own);
    hn_json_unsigned(json, NULL, node->retained);
    hn_json_close_list(json);
}

static void
put_treemap(struct hn_json *json, const struct hn_treemap *map)
{
    hn_json_open_object(json, "treemap");
    hn_json_unsigned(json, "least", map->least);
    hn_json_open_list(json, "nodes");
    for (size_t i = 0; i < map->count; i++)
        put_node(json, &map->nodes[i]);
    hn_json_close_list(json);
    hn_json_close_object(json);
}

void
hn_heap_page_put(struct hn_text *text, const struct hn_heap_report *report)
{
    struct hn_text data;
    struct hn_json json = { .text = &data };

    hn_text_init(&data);
    hn_json_open_object(&json, NULL);
    hn_json_integer(&json, "made", report->made);
    put_target(&json, report);
    hn_json_open_object(&json, "ledger");
    hn_document_ledger(&json, report->ledger);
    hn_json_close_object(&json);
    hn_json_open_object(&json, "types");
    hn_document_census(&json, report->census, "type", TYPES_MOST);
    hn_json_close_object(&json);
    if (report->treemap)
        put_treemap(&json, report->treemap);
    if (report->suspects) {
        hn_json_open_object(&json, "suspects");
        hn_document_suspects(&json, report->suspects);
        hn_json_close_object(&json);
    }
    hn_json_open_object(&json, "strings");
    hn_document_strings(&json, report->strings);
    hn_json_close_object(&json);
    hn_json_close_object(&json);
    hn_page_put(text, &hn_page_heap, &data);
    hn_text_deinit(&data);
}
