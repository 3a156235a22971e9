/* What the larger views found in a hand-made moment. */
#ifndef HN_TESTS_HAND_VIEWS_H
#define HN_TESTS_HAND_VIEWS_H

#include "snapshot/moment.h"

/* One suspect, one cycle and a map of two areas; a ledger whose rows are 1, 2, 3... */
static void
hand_views(struct hn_moment *moment)
{
    static struct hn_suspect_part made[] = { { "str", 3, 300 }, { "dict", 1, 64 } };
    static struct hn_suspect_line lines[] = { { "app.py", 7, 4, 364 } };
    static struct hn_suspect suspects[] = {
        { .kind = HN_SUSPECT_OBJECT,
          .object = { 0x1000, "dict", NULL, 64, 364 },
          .why = "dict of 3 items",
          .path = "app.cache",
          .parts = made,
          .part_count = 2,
          .lines = lines,
          .line_count = 1 },
        { .kind = HN_SUSPECT_GARBAGE, .bytes = 9 },
    };
    static struct hn_graph_cycle cycles[] = {
        { .object = { 0x2000, "list", "[[...]]", 56, 56 },
          .text = "a[0]",
          .objects = 1 },
    };
    static struct hn_treemap_node nodes[] = {
        { 0, 0, "", NULL, 0, 0, 999 },
        { 0, 0x1000, "dict", "{...}", 1, 64, 364 },
    };
    static struct hn_ledger_part parts[] = { { "int", 5, 140 } };
    static struct hn_ledger_pin pins[] = { { 0x7f000000, 4096, 4000, 1,
                                             "str 0x7f0010" } };

    moment->has_graph = moment->has_suspects = moment->has_ledger = true;
    moment->suspects = (struct hn_suspects){ suspects, 2, 1000, 10, 100, true };
    moment->cycles =
        (struct hn_graph_cycles){ .items = cycles, .count = 1, .total = 1 };
    moment->treemap = (struct hn_treemap){ nodes, 2, 50 };
    moment->ledger = (struct hn_ledger){ .total = 120,
                                         .kind = "resident",
                                         .c_allocator = "glibc, 1 arena",
                                         .pins = pins,
                                         .pin_count = 1 };
    for (int i = 0; i < HN_LEDGER_ROW_COUNT; i++)
        moment->ledger.rows[i].bytes = (uint64_t)i + 1;
    moment->ledger.rows[HN_LEDGER_OBJECTS].parts = parts;
    moment->ledger.rows[HN_LEDGER_OBJECTS].part_count = 1;
}

#endif
