/* Statistic.__str__, StatisticDiff.__str__ and Traceback.format, to the letter. */
#include "report/traces.h"

#include <inttypes.h>
#include <math.h>

/* _format_size() of Lib/tracemalloc.py. */
static void
put_size(struct hn_text *text, double size, bool sign)
{
    static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB" };
    enum { UNITS = sizeof(units) / sizeof(*units) };

    for (size_t i = 0;; i++, size /= 1024) {
        bool last = i == UNITS - 1;

        if (fabs(size) < 100 && i > 0) {
            hn_text_printf(text, sign ? "%+.1f %s" : "%.1f %s", size, units[i]);
            return;
        }
        if (fabs(size) < 10 * 1024 || last) {
            hn_text_printf(text, sign ? "%+.0f %s" : "%.0f %s", size, units[i]);
            return;
        }
    }
}

/* Lone surrogates, which a file name may have, are no UTF-8: they are shown as Python
 * shows them, \udc80. What is between them goes through @put. */
static void
put_name(struct hn_text *text, const struct hn_trace_file *file,
         void (*put)(struct hn_text *text, const char *bytes, size_t size))
{
    size_t from = 0, at = 0;

    while (at + 3 <= file->size) {
        const uint8_t *byte = (const uint8_t *)file->name + at;

        if (byte[0] != 0xed || (byte[1] & 0xe0) != 0xa0 || (byte[2] & 0xc0) != 0x80) {
            at++;
            continue;
        }
        put(text, file->name + from, at - from);
        hn_text_put_code_point(text,
                               0xd000u | (byte[1] & 0x3fu) << 6 | (byte[2] & 0x3fu));
        from = at += 3;
    }
    put(text, file->name + from, file->size - from);
}

static void
put_file(struct hn_text *text, const struct hn_look *look, const struct hn_traces *of,
         const struct hn_trace_frame *frame)
{
    const struct hn_trace_file *file = &of->files[frame->file];

    hn_look_start(text, look, HN_FILE);
    put_name(text, file, hn_text_put_escaped);
    hn_look_end(text, look, HN_FILE);
}

void
hn_trace_place_put(struct hn_text *text, const struct hn_look *look,
                   const struct hn_traces *of, const struct hn_trace_frame *frame)
{
    put_file(text, look, of, frame);
    hn_text_printf(text, ":%" PRIu32, frame->line);
}

void
hn_traces_put_total(struct hn_text *text, const struct hn_look *look,
                    const struct hn_traces *traces)
{
    hn_look_start(text, look, HN_HEADING);
    put_size(text, (double)traces->traced, false);
    hn_text_printf(text, " traced in %zu block%s", traces->count,
                   traces->count == 1 ? "" : "s");
    if (traces->has_peak) {
        hn_text_puts(text, ", peak ");
        put_size(text, (double)traces->peak, false);
    }
    hn_text_printf(text, "; %" PRIu32 " frame%s kept of each traceback\n",
                   traces->limit, traces->limit == 1 ? "" : "s");
    hn_look_end(text, look, HN_HEADING);
}

void
hn_trace_frames_put(struct hn_text *text, const struct hn_look *look,
                    const struct hn_traces *of, const struct hn_trace_frame *frames,
                    uint32_t count, const char *const *sources)
{
    for (uint32_t i = count; i-- > 0;) {
        hn_text_puts(text, "  File \"");
        put_file(text, look, of, &frames[i]);
        hn_text_printf(text, "\", line %" PRIu32 "\n", frames[i].line);
        if (!sources || !sources[i][0])
            continue;
        hn_text_puts(text, "    ");
        hn_look_put(text, look, HN_PLAIN, sources[i]);
        hn_text_putc(text, '\n');
    }
}

/* A traceback stands for its oldest call. */
static void
put_statistic(struct hn_text *text, const struct hn_look *look,
              const struct hn_trace_row *row, bool compared)
{
    const struct hn_trace_frame *first = &row->frames[row->frame_count - 1];

    put_file(text, look, row->of, first);
    hn_text_printf(text, ":%" PRIu32 ": size=", first->line);
    put_size(text, (double)row->size, false);
    if (compared) {
        hn_text_puts(text, " (");
        put_size(text, (double)row->size_diff, true);
        hn_text_puts(text, ")");
    }
    hn_text_printf(text, ", count=%" PRIu64, row->count);
    if (compared)
        hn_text_printf(text, " (%+" PRId64 ")", row->count_diff);
    if (row->count) {
        hn_text_puts(text, ", average=");
        put_size(text, (double)row->size / (double)row->count, false);
    }
    hn_text_putc(text, '\n');
}

void
hn_trace_row_put(struct hn_text *text, const struct hn_look *look,
                 const struct hn_trace_row *row, bool compared, bool format)
{
    put_statistic(text, look, row, compared);
    if (format)
        hn_trace_frames_put(text, look, row->of, row->frames, row->frame_count,
                            row->sources);
}

/* --- JSON */

void
hn_document_traces(struct hn_json *json, const struct hn_traces *traces)
{
    hn_json_integer(json, "traced", (int64_t)traces->traced);
    if (traces->has_peak)
        hn_json_integer(json, "peak", (int64_t)traces->peak);
    else
        hn_json_null(json, "peak");
    hn_json_integer(json, "limit", traces->limit);
    hn_json_integer(json, "blocks", (int64_t)traces->count);
}

void
hn_document_trace_frames(struct hn_json *json, const char *key,
                         const struct hn_traces *of,
                         const struct hn_trace_frame *frames, uint32_t count)
{
    struct hn_text name;

    hn_text_init(&name);
    hn_json_open_list(json, key);
    for (uint32_t i = count; i-- > 0;) {
        hn_text_clear(&name);
        put_name(&name, &of->files[frames[i].file], hn_text_add);
        hn_json_open_object(json, NULL);
        hn_json_string(json, "file", name.bytes ? name.bytes : "");
        hn_json_integer(json, "line", frames[i].line);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_text_deinit(&name);
}

void
hn_document_trace_row(struct hn_json *json, const struct hn_trace_row *row,
                      bool compared)
{
    hn_json_open_object(json, NULL);
    hn_json_integer(json, "size", (int64_t)row->size);
    if (compared)
        hn_json_integer(json, "size_diff", row->size_diff);
    hn_json_integer(json, "count", (int64_t)row->count);
    if (compared)
        hn_json_integer(json, "count_diff", row->count_diff);
    hn_document_trace_frames(json, "traceback", row->of, row->frames, row->frame_count);
    hn_json_close_object(json);
}
