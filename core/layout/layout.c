/* Finding a layout by version. */
#include "layout/layout.h"

#include <string.h>

#include "layout/blocks.h"
#include "layout/formats.h"
#include "layout/rows.h"

/* The release level in a version is 0xa for alphas, 0xb betas, 0xc candidates, 0xf
 * final. Before the candidates structures still move from one to the next. */
static bool
is_settled(uint32_t hex)
{
    return (hex >> 4 & 0xf) >= 0xc;
}

static bool
has_flavour(const struct hn_row *row, const void *context)
{
    const unsigned *flavour = context;

    return row->flavour == *flavour;
}

static const struct hn_row *
find_row(uint32_t hex, unsigned flavour)
{
    const struct hn_row *row = hn_row_find(hex, has_flavour, &flavour);

    if (!row && flavour & HN_FLAVOUR_DEBUG) {
        flavour &= ~(unsigned)HN_FLAVOUR_DEBUG;
        row = hn_row_find(hex, has_flavour, &flavour);
    }
    return row;
}

static enum hn_status
fail_version(struct hn_error *err, uint32_t hex, const char *what)
{
    return hn_fail_detail(err, HN_E_UNSUPPORTED, 0, what, "%u.%u.%u", hex >> 24,
                          HN_HEX_MINOR(hex), HN_HEX_MICRO(hex));
}

enum hn_status
hn_layout_find(uint32_t hex, unsigned flavour, unsigned mutex_bytes,
               struct hn_error *err, struct hn_layout *ret)
{
    const struct hn_row *row = find_row(hex, flavour);
    const struct hn_formats *formats = hn_formats_find(HN_HEX_MINOR(hex), flavour);

    if (mutex_bytes != 40 && mutex_bytes != 48)
        return hn_fail(err, HN_E_ARGUMENT, 0, "no known C library has such mutexes");
    if (!row || !formats)
        return fail_version(err, hex, "no layout is known for this version of CPython");
    if (!is_settled(hex) && !hn_block_find(HN_HEX_MINOR(hex)))
        return fail_version(err, hex, "alphas and betas of this CPython are unknown");

    memset(ret, 0, sizeof(*ret));
    ret->hex = hex;
    ret->flavour = flavour;
    ret->mutex_bytes = mutex_bytes;
    ret->formats = *formats;
    hn_row_apply(row, ret);
    return HN_OK;
}
