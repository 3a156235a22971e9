/* Prints the heap's page with a report made up here, to look at, and for the test that
 * walks through pages in a browser:
 *
 *   print_heap_page heap|hostile|empty > page.html
 */
#include <stdio.h>
#include <string.h>

#include "report/heap_page.h"

enum { MIB = 1 << 20, TEXTS = 12 };

/* Names that would like to be more than names. Each sets window.hostile if it runs. */
static const char *const hostile[TEXTS] = {
    "</script><script>window.hostile=1</script>",
    "</script><img src=x onerror=\"window.hostile=1\">",
    "<!--<script>",
    "\" onmouseover=\"window.hostile=1\" x=\"",
    "'-(window.hostile=1)-'",
    "\\\"};window.hostile=1;//",
    "a\u2028b\u2029c",
    "right\u202eto\u202dleft\u2066x\u2069\u200f",
    "\x01\x1b[31mred\x7f\n\r\ttab",
    "caf\xe9 \xff\xfe \xed\xa0\x80 cut \xe6\x96",
    "__proto__",
    "constructor",
};

static const char *const plain[TEXTS] = {
    "shop.Order", "dict", "str",   "list", "shop.Cache", "bytes",
    "tuple",      "int",  "float", "set",  "module",     "function",
};

static struct hn_ledger_part parts[] = {
    { "", 1000, 20 * MIB },
    { "", 500, 10 * MIB },
};

static struct hn_ledger_pin pins[] = {
    { 0x7f0000000000, MIB, MIB - 4096, 3, "" },
};

static void
fill_ledger(const char *const *names, struct hn_ledger *ret)
{
    *ret = (struct hn_ledger){
        .total = 100 * MIB,
        .kind = "resident",
        .c_allocator = "glibc's, 2 arenas",
        .arenas = 40,
        .pinned = 1,
        .pinned_bytes = MIB - 4096,
        .pins = pins,
        .pin_count = 1,
    };
    parts[0].name = names[0];
    parts[1].name = names[1];
    pins[0].holders = names[2];
    ret->rows[HN_LEDGER_OBJECTS] = (struct hn_ledger_row){ 200000, 50 * MIB, parts, 2 };
    ret->rows[HN_LEDGER_BUFFERS].bytes = 30 * MIB;
    ret->rows[HN_LEDGER_C_FREE].bytes = 15 * MIB;
    ret->rows[HN_LEDGER_FILES].bytes = 4 * MIB;
    ret->rows[HN_LEDGER_UNACCOUNTED].bytes = MIB;
}

int
main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "heap";
    const char *const *names = strcmp(kind, "hostile") == 0 ? hostile : plain;
    const char *const arguments[] = { "python3", names[0], NULL };
    const struct hn_process process = {
        .kind = "live",
        .pid = 4242,
        .executable = "/usr/bin/python3",
        .arguments = arguments,
        .consistent = true,
        .version = "3.12.1",
        .flavour = { "release" },
        .allocator = "pymalloc",
    };
    struct hn_heap_row rows[TEXTS];
    struct hn_heap_copies texts[TEXTS];
    /* Everything: a cache of 40 MiB with a dict, a list, and many of one type. */
    struct hn_treemap_node nodes[] = {
        { 0, 0, "all that is kept alive", NULL, 1000, 0, 80 * MIB },
        { 0, 0x1000, names[4], names[0], 1, 100, 40 * MIB },
        { 0, 0x2000, names[3], names[1], 1, 100, 20 * MIB },
        { 0, 0, names[2], NULL, 5000, 10 * MIB, 10 * MIB },
        { 1, 0x3000, names[1], names[6], 1, 4 * MIB, 39 * MIB },
        { 4, 0, names[0], NULL, 20000, 30 * MIB, 35 * MIB },
        { 2, 0, names[5], NULL, 60, 19 * MIB, 19 * MIB },
    };
    struct hn_suspect_part made[] = { { names[0], 20000, 30 * MIB } };
    struct hn_suspect_line lines[] = { { names[1], 12, 20000, 30 * MIB } };
    struct hn_suspect suspect = {
        .kind = HN_SUSPECT_OBJECT,
        .object = { 0x3000, names[1], names[6], 4 * MIB, 39 * MIB },
        .why = names[1],
        .bytes = 39 * MIB,
        .objects = 20001,
        .path = names[3],
        .root = names[4],
        .parts = made,
        .part_count = 1,
        .lines = lines,
        .line_count = 1,
    };
    struct hn_suspects suspects = { &suspect, 1, 80 * MIB, 200000, 8 * MIB, true };
    struct hn_treemap treemap = { nodes, sizeof(nodes) / sizeof(nodes[0]), MIB };
    struct hn_heap_strings strings = { texts, TEXTS, TEXTS, 90000, 9 * MIB, MIB };
    struct hn_heap_census census = { rows, TEXTS, { 0 } };
    struct hn_ledger ledger;
    struct hn_text text;
    struct hn_heap_report report = { &process,  &ledger,  &census,   &treemap,
                                     &suspects, &strings, 1700000000 };

    for (unsigned i = 0; i < TEXTS; i++) {
        rows[i] = (struct hn_heap_row){ names[i], 1000 - i, (50 - i) * MIB / 10,
                                        (60 - i) * MIB / 10 };
        texts[i] =
            (struct hn_heap_copies){ names[i], 100 - i, 64, 64 * (99 - i), 0x5000 };
        census.sums.objects += rows[i].count;
        census.sums.counted += rows[i].bytes;
        census.sums.spent += rows[i].allocated;
    }
    fill_ledger(names, &ledger);
    if (strcmp(kind, "empty") == 0) {
        report.treemap = NULL;
        report.suspects = NULL;
        census.row_count = strings.count = 0;
        ledger = (struct hn_ledger){ .kind = "mapped", .c_allocator = "?" };
    }
    hn_text_init(&text);
    hn_heap_page_put(&text, &report);
    if (text.failed || fwrite(text.bytes, 1, text.size, stdout) != text.size)
        return 1;
    hn_text_deinit(&text);
    return 0;
}
