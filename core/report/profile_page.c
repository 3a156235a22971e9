/* The data of profile pages: what was done, word by word; what was counted, as flat
 * lists of numbers, which a browser reads fast and which are a third of the size.
 *
 *   functions  [name, file, first line, kind] each
 *   frames     function, line, ...
 *   nodes      parent, frame, ...
 *   counts     thread, node, state, samples, ...
 *   growth     thread, node, bytes, samples, ...
 *   resident   microseconds since the run began, process, bytes, ...
 *
 * Names are escaped as for a terminal: control characters and marks that turn the
 * direction of text around are as misleading in a browser as there. */
#include "report/profile_page.h"

#include <inttypes.h>
#include <string.h>

static const char *const modes[] = {
    [HN_PROFILE_WALL] = "wall",
    [HN_PROFILE_CPU] = "cpu",
    [HN_PROFILE_GIL] = "gil",
};

/* @spare is room for the escaped form, used again for each name. */
struct writer {
    struct hn_json json;
    struct hn_text spare;
};

static void
put_name(struct writer *writer, const char *key, const char *name)
{
    hn_text_clear(&writer->spare);
    hn_text_put_escaped(&writer->spare, name, strlen(name));
    if (writer->spare.failed)
        writer->json.text->failed = true;
    else
        hn_json_string(&writer->json, key,
                       writer->spare.bytes ? writer->spare.bytes : "");
}

/* An item of a flat list. */
static void
put_number(struct hn_json *json, int64_t number)
{
    hn_text_printf(json->text, "%s%" PRId64, json->comma ? "," : "", number);
    json->comma = true;
}

static void
put_processes(struct writer *writer, const struct hn_profile *profile)
{
    struct hn_json *json = &writer->json;

    hn_json_open_list(json, "processes");
    for (size_t i = 0; i < profile->process_count; i++) {
        const struct hn_profile_process *process = &profile->processes[i];

        hn_json_open_object(json, NULL);
        hn_json_integer(json, "pid", process->pid);
        put_name(writer, "executable", process->executable);
        put_name(writer, "version", process->version);
        hn_json_open_list(json, "arguments");
        for (size_t k = 0; process->arguments[k]; k++)
            put_name(writer, NULL, process->arguments[k]);
        hn_json_close_list(json);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static void
put_threads(struct writer *writer, const struct hn_profile *profile)
{
    struct hn_json *json = &writer->json;

    hn_json_open_list(json, "threads");
    for (size_t i = 0; i < profile->thread_count; i++) {
        const struct hn_profile_thread *thread = &profile->threads[i];

        hn_json_open_object(json, NULL);
        hn_json_integer(json, "process", thread->process);
        hn_json_integer(json, "id", thread->native_id);
        put_name(writer, "name", thread->name);
        hn_json_bool(json, "main", thread->main);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

static void
put_functions(struct writer *writer, const struct hn_profile *profile)
{
    struct hn_json *json = &writer->json;

    hn_json_open_list(json, "functions");
    for (size_t i = 0; i < profile->function_count; i++) {
        const struct hn_profile_function *function = &profile->functions[i];

        hn_json_open_list(json, NULL);
        put_name(writer, NULL, function->name);
        put_name(writer, NULL, function->file);
        put_number(json, function->first_line);
        put_number(json, function->kind);
        hn_json_close_list(json);
    }
    hn_json_close_list(json);
}

static void
put_stacks(struct hn_json *json, const struct hn_profile *profile)
{
    hn_json_open_list(json, "frames");
    for (size_t i = 0; i < profile->frame_count; i++) {
        put_number(json, profile->frames[i].function);
        put_number(json, profile->frames[i].line);
    }
    hn_json_close_list(json);
    hn_json_open_list(json, "nodes");
    for (size_t i = 0; i < profile->node_count; i++) {
        put_number(json, profile->nodes[i].parent);
        put_number(json,
                   i ? profile->nodes[i].frame : 0); /* the empty stack has none */
    }
    hn_json_close_list(json);
    hn_json_open_list(json, "counts");
    for (size_t i = 0; i < profile->count_count; i++) {
        put_number(json, profile->counts[i].thread);
        put_number(json, profile->counts[i].node);
        put_number(json, profile->counts[i].state);
        put_number(json, (int64_t)profile->counts[i].samples);
    }
    hn_json_close_list(json);
}

static void
put_memory(struct hn_json *json, const struct hn_profile *profile)
{
    hn_json_open_list(json, "growth");
    for (size_t i = 0; profile->growth && i < profile->growth_count; i++) {
        put_number(json, profile->growth[i].thread);
        put_number(json, profile->growth[i].node);
        put_number(json, profile->growth[i].bytes);
        put_number(json, (int64_t)profile->growth[i].samples);
    }
    hn_json_close_list(json);
    hn_json_open_list(json, "resident");
    for (size_t i = 0; i < profile->resident_count; i++) {
        put_number(json, (int64_t)(profile->resident[i].at_ns / 1000));
        put_number(json, profile->resident[i].process);
        put_number(json, (int64_t)profile->resident[i].bytes);
    }
    hn_json_close_list(json);
}

static void
put_figures(struct writer *writer, const struct hn_profile *profile)
{
    struct hn_json *json = &writer->json;

    hn_json_string(json, "unit", profile->is_memory ? "bytes" : "samples");
    hn_json_integer(json, "blocks", (int64_t)profile->blocks);
    hn_json_integer(json, "began", profile->began);
    hn_json_integer(json, "duration_ns", (int64_t)profile->duration_ns);
    hn_json_integer(json, "interval_ns", (int64_t)profile->interval_ns);
    hn_json_integer(json, "sample_ns", (int64_t)hn_profile_time_ns(profile, 1));
    hn_json_string(json, "mode", modes[profile->mode]);
    put_name(writer, "ended", profile->ended);
    hn_json_integer(json, "taken", (int64_t)profile->taken);
    hn_json_integer(json, "missed", (int64_t)profile->missed);
    hn_json_integer(json, "on_time", (int64_t)profile->on_time);
    hn_json_integer(json, "stacks", (int64_t)profile->stacks);
    hn_json_integer(json, "discarded", (int64_t)profile->discarded);
    hn_json_integer(json, "stopped_ns", (int64_t)profile->stopped_ns);
    hn_json_open_list(json, "notes");
    for (size_t i = 0; i < profile->note_count; i++)
        put_name(writer, NULL, profile->notes[i]);
    hn_json_close_list(json);
}

static void
put_profile(struct writer *writer, const struct hn_profile *profile)
{
    hn_json_open_object(&writer->json, NULL);
    put_figures(writer, profile);
    put_processes(writer, profile);
    put_threads(writer, profile);
    put_functions(writer, profile);
    put_stacks(&writer->json, profile);
    put_memory(&writer->json, profile);
    hn_json_close_object(&writer->json);
}

void
hn_profile_put_page(struct hn_text *text, const struct hn_page *page,
                    const struct hn_profile *base, const struct hn_profile *profile,
                    const struct hn_profile_options *options)
{
    struct hn_text data;
    struct writer writer = { .json = { .text = &data } };

    hn_text_init(&data);
    hn_text_init(&writer.spare);
    hn_json_open_object(&writer.json, NULL);
    hn_json_string(&writer.json, "by", hn_profile_by_names[options->by]);
    hn_json_open_list(&writer.json, "profiles");
    if (base)
        put_profile(&writer, base);
    put_profile(&writer, profile);
    hn_json_close_list(&writer.json);
    hn_json_close_object(&writer.json);
    hn_page_put(text, page, &data);
    hn_text_deinit(&writer.spare);
    hn_text_deinit(&data);
}
