/* Lines and types: see sites.h. */
#include "report/sites.h"

#include <inttypes.h>

#include "report/number.h"
#include "report/traces.h"

enum { COUNT = 11, BYTES = 12 };

static void
put_columns(struct hn_text *text, const struct hn_sites *sites,
            const struct hn_site *site)
{
    char buf[HN_NUMBER_SIZE];

    hn_number_format(buf, site->count);
    hn_text_printf(text, "%*s", COUNT, buf);
    hn_bytes_format(buf, site->bytes);
    hn_text_printf(text, "%*s", BYTES, buf);
    if (sites->has_retained) {
        hn_bytes_format(buf, site->retained);
        hn_text_printf(text, "%*s", BYTES, buf);
    }
    hn_text_puts(text, "  ");
}

static void
put_site(struct hn_text *text, const struct hn_look *look, const struct hn_sites *sites,
         const struct hn_site *site, bool whole)
{
    put_columns(text, sites, site);
    hn_look_put(text, look, HN_FUNCTION, site->type);
    hn_text_puts(text, "  ");
    hn_trace_place_put(text, look, sites->of, &site->frames[0]);
    hn_text_putc(text, '\n');
    if (whole)
        hn_trace_frames_put(text, look, sites->of, site->frames, site->frame_count,
                            NULL);
}

static void
put_total(struct hn_text *text, const struct hn_look *look,
          const struct hn_sites *sites)
{
    char buf[HN_NUMBER_SIZE];

    hn_look_start(text, look, HN_HEADING);
    hn_number_put(text, sites->objects);
    hn_bytes_format(buf, sites->bytes);
    hn_text_printf(text, " traced object%s, %s", sites->objects == 1 ? "" : "s", buf);
    if (sites->untraced) {
        hn_text_puts(text, "; ");
        hn_number_put(text, sites->untraced);
        hn_text_puts(text, " others were allocated when nothing was traced");
    }
    hn_text_printf(text, "\n%*s%*s", COUNT, "count", BYTES, "size");
    if (sites->has_retained)
        hn_text_printf(text, "%*s", BYTES, "retained");
    hn_text_puts(text, "  type, and where it was allocated\n");
    hn_look_end(text, look, HN_HEADING);
}

void
hn_sites_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_sites *sites, bool whole, uint64_t limit)
{
    size_t shown = limit && limit < sites->count ? (size_t)limit : sites->count;

    put_total(text, look, sites);
    for (size_t i = 0; i < shown; i++)
        put_site(text, look, sites, &sites->items[i], whole);
    if (shown < sites->count)
        hn_text_printf(text, "... %zu more (--limit 0)\n", sites->count - shown);
}

void
hn_document_sites(struct hn_json *json, const struct hn_sites *sites, uint64_t limit)
{
    size_t shown = limit && limit < sites->count ? (size_t)limit : sites->count;

    hn_json_integer(json, "objects", (int64_t)sites->objects);
    hn_json_integer(json, "bytes", (int64_t)sites->bytes);
    hn_json_integer(json, "untraced", (int64_t)sites->untraced);
    hn_json_integer(json, "rows", (int64_t)sites->count);
    hn_json_open_list(json, "sites");
    for (size_t i = 0; i < shown; i++) {
        const struct hn_site *site = &sites->items[i];

        hn_json_open_object(json, NULL);
        hn_json_string(json, "type", site->type);
        hn_json_integer(json, "count", (int64_t)site->count);
        hn_json_integer(json, "bytes", (int64_t)site->bytes);
        hn_json_integer(json, "allocated", (int64_t)site->allocated);
        if (sites->has_retained)
            hn_json_unsigned(json, "retained", site->retained);
        hn_document_trace_frames(json, "traceback", sites->of, site->frames,
                                 site->frame_count);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}
