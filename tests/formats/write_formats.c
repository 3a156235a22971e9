/* Writes made-up profiles in every format for tests/formats/run, and what is true of
 * them in a format of its own, which nothing but that test reads:
 *
 *   write_formats DIRECTORY
 *
 * DIRECTORY/PROFILE.FORMAT; table, folded and lines as PROFILE.FORMAT-BY; and
 * PROFILE.truth, made from the profile itself by code that no writer shares. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "profiles.h"
#include "report/profile.h"
#include "report/profile_diff.h"

/* Numbered lines, so that the test can tell whether the right one stands there. */
enum { SOURCE_LINES = 320 };

static bool
source_lines(void *impl, const char *file, uint64_t first, uint64_t last,
             struct hn_listing *ret)
{
    static char text[SOURCE_LINES][64];
    static const char *lines[SOURCE_LINES];

    (void)impl;
    if (strcmp(file, "/srv/app.py") != 0 || first > SOURCE_LINES)
        return false;
    for (uint64_t i = 0; i < SOURCE_LINES; i++) {
        snprintf(text[i], sizeof(text[i]), "%ssource line %" PRIu64 " <\033>",
                 i % 10 == 9 || i == 0 ? "" : "    ", i + 1);
        lines[i] = text[i];
    }
    *ret = (struct hn_listing){
        .file = file,
        .first = first,
        .lines = lines + first - 1,
        .count = (last < SOURCE_LINES ? last : SOURCE_LINES) - first + 1,
    };
    return true;
}

static void
save(const char *directory, const char *name, const char *format, const char *by,
     const struct hn_text *text)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.%s%s%s", directory, name, format, by ? "-" : "",
             by ? by : "");
    file = fopen(path, "wb");
    if (!file || text->failed
        || fwrite(text->bytes ? text->bytes : "", 1, text->size, file) != text->size
        || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
}

static void
put_hex(struct hn_text *text, const char *string)
{
    for (; *string; string++)
        hn_text_printf(text, "%02x", (unsigned char)*string);
    hn_text_putc(text, '.'); /* so that no field is empty */
}

/* Frames outermost first, as NAME:FILE:FIRST:LINE:KIND. */
static void
put_frames(struct hn_text *text, const struct hn_profile *p, uint32_t node)
{
    const struct hn_profile_frame *frame;
    const struct hn_profile_function *function;

    if (node == 0)
        return;
    put_frames(text, p, p->nodes[node].parent);
    frame = &p->frames[p->nodes[node].frame];
    function = &p->functions[frame->function];
    hn_text_putc(text, ' ');
    put_hex(text, function->name);
    hn_text_putc(text, ':');
    put_hex(text, function->file);
    hn_text_printf(text, ":%" PRId32 ":%" PRId32 ":%d", function->first_line,
                   frame->line, (int)function->kind);
}

static void
save_truth(const char *directory, const char *name, const struct hn_profile *p)
{
    struct hn_text text;

    hn_text_init(&text);
    hn_text_printf(&text,
                   "run %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                   p->duration_ns, p->interval_ns, p->taken, p->missed, p->stacks);
    for (size_t i = 0; i < p->thread_count; i++) {
        hn_text_printf(&text, "thread %" PRId64 " %" PRId64 " ",
                       p->processes[p->threads[i].process].pid,
                       p->threads[i].native_id);
        put_hex(&text, p->threads[i].name);
        hn_text_putc(&text, '\n');
    }
    for (size_t i = 0; i < p->count_count; i++) {
        hn_text_printf(&text, "stack %" PRIu32 " %" PRIu32 " %" PRIu64,
                       p->counts[i].thread, p->counts[i].state, p->counts[i].samples);
        put_frames(&text, p, p->counts[i].node);
        hn_text_putc(&text, '\n');
    }
    for (size_t i = 0; i < p->span_count; i++) {
        hn_text_printf(&text, "span %" PRIu32 " %" PRIu64 " %" PRIu64 " %" PRIu32,
                       p->spans[i].thread, p->spans[i].begin_ns, p->spans[i].end_ns,
                       p->spans[i].samples);
        put_frames(&text, p, p->spans[i].node);
        hn_text_putc(&text, '\n');
    }
    for (size_t i = 0; i < p->growth_count; i++) {
        hn_text_printf(&text, "growth %" PRIu32 " %" PRId64 " %" PRIu64,
                       p->growth[i].thread, p->growth[i].bytes, p->growth[i].samples);
        put_frames(&text, p, p->growth[i].node);
        hn_text_putc(&text, '\n');
    }
    save(directory, name, "truth", NULL, &text);
    hn_text_deinit(&text);
}

static void
save_all(const char *directory, const char *name, const struct hn_profile *p)
{
    static const struct hn_profile_sources sources = { source_lines, NULL };
    struct hn_text text;

    hn_text_init(&text);
    save_truth(directory, name, p);
    for (const struct hn_profile_writer *w = hn_profile_writers; w->name; w++) {
        struct hn_profile_options options = { .sources = &sources };

        hn_text_clear(&text);
        w->write(p, &options, &text);
        save(directory, name, w->name, NULL, &text);
        if (strcmp(w->name, "table") != 0 && strcmp(w->name, "folded") != 0)
            continue;
        for (int by = 0; hn_profile_by_names[by]; by++) {
            options.by = (enum hn_profile_by)by;
            hn_text_clear(&text);
            w->write(p, &options, &text);
            save(directory, name, w->name, hn_profile_by_names[by], &text);
        }
    }
    hn_text_deinit(&text);
}

static void
save_diff(const char *directory, const struct hn_profile *before,
          const struct hn_profile *after)
{
    const struct hn_profile_options options = { .sort = HN_PROFILE_SELF };
    struct hn_text text;
    struct hn_json json = { .text = &text };

    hn_text_init(&text);
    hn_profile_diff_put(&text, before, after, &options);
    save(directory, "rich-second", "diff", NULL, &text);
    hn_text_clear(&text);
    hn_json_open_object(&json, NULL);
    hn_document_profile_diff(&json, before, after);
    hn_json_close_object(&json);
    save(directory, "rich-second", "diff", "json", &text);
    hn_text_deinit(&text);
}

int
main(int argc, char **argv)
{
    struct profile_builder rich, second, huge, empty;

    if (argc != 2) {
        fprintf(stderr, "usage: write_formats DIRECTORY\n");
        return 2;
    }
    build_rich(&rich);
    build_second(&second);
    build_huge(&huge);
    profile_builder_init(&empty);
    save_all(argv[1], "rich", &rich.profile);
    save_all(argv[1], "second", &second.profile);
    save_all(argv[1], "huge", &huge.profile);
    save_all(argv[1], "empty", &empty.profile);
    save_diff(argv[1], &rich.profile, &second.profile);
    profile_builder_deinit(&rich);
    profile_builder_deinit(&second);
    profile_builder_deinit(&huge);
    profile_builder_deinit(&empty);
    return 0;
}
