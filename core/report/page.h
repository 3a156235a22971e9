/* Pages: one HTML file each, complete in itself, which shows data that it carries.
 *
 * How a page looks and what it does is in core/report/pages/; it is put together when
 * the library is built (cmake/Embed.cmake). Here the data is put into it, so that no
 * name in the data can end the element it is in, or run. */
#ifndef HN_REPORT_PAGE_H
#define HN_REPORT_PAGE_H

#include "base/text.h"

struct hn_page {
    const char *before; /* the data */
    size_t before_size;
    const char *after;
    size_t after_size;
};

extern const struct hn_page hn_page_flamegraph;
extern const struct hn_page hn_page_memory;
extern const struct hn_page hn_page_heap;
extern const struct hn_page hn_page_growth;

/* The whole page with @json, a complete document of hn_json, in its place. */
void
hn_page_put(struct hn_text *text, const struct hn_page *page,
            const struct hn_text *json);

#endif
