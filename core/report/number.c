/* Grouped digits and percentages. */
#include "report/number.h"

#include <inttypes.h>
#include <stdio.h>

size_t
hn_number_format(char buf[HN_NUMBER_SIZE], uint64_t number)
{
    char digits[24];
    size_t count =
        (size_t)snprintf(digits, sizeof(digits), "%" PRIu64, number); /* at most 20 */
    size_t size = 0;

    for (size_t i = 0; i < count; i++) {
        if (i > 0 && (count - i) % 3 == 0)
            buf[size++] = ',';
        buf[size++] = digits[i];
    }
    buf[size] = '\0';
    return size;
}

size_t
hn_share_format(char buf[HN_NUMBER_SIZE], uint64_t part, uint64_t whole)
{
    /* in tenths of a percent; a locale's decimal comma has no say in integers */
    uint64_t tenths =
        whole ? (uint64_t)(1000.0 * (double)part / (double)whole + 0.5) : 0;

    return (size_t)snprintf(buf, HN_NUMBER_SIZE, "%" PRIu64 ".%" PRIu64, tenths / 10,
                            tenths % 10);
}

void
hn_number_put(struct hn_text *text, uint64_t number)
{
    char buf[HN_NUMBER_SIZE];

    hn_text_add(text, buf, hn_number_format(buf, number));
}

void
hn_number_put_right(struct hn_text *text, uint64_t number, int columns)
{
    char buf[HN_NUMBER_SIZE];

    hn_number_format(buf, number);
    hn_text_printf(text, "%*s", columns, buf);
}

size_t
hn_bytes_format(char buf[HN_NUMBER_SIZE], uint64_t bytes)
{
    static const char *const units[] = { "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
    unsigned unit = 0;
    double value = (double)bytes / 1024;

    if (bytes < 1024)
        return (size_t)snprintf(buf, HN_NUMBER_SIZE, "%u B", (unsigned)bytes);
    for (; value >= 1023.95; unit++)
        value /= 1024;
    return (size_t)snprintf(buf, HN_NUMBER_SIZE, "%.1f %s", value, units[unit]);
}

void
hn_bytes_put(struct hn_text *text, uint64_t bytes, int columns)
{
    char buf[HN_NUMBER_SIZE];

    hn_bytes_format(buf, bytes);
    hn_text_printf(text, "%*s", columns, buf);
}

void
hn_rest_put(struct hn_text *text, uint64_t shown, uint64_t total, const char *what)
{
    if (shown >= total)
        return;
    hn_text_puts(text, "... ");
    hn_number_put(text, total - shown);
    hn_text_printf(text, " more%s%s (--limit 0)\n", what ? " " : "", what ? what : "");
}
