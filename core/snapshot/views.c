/* The tables of the heap's views: see views.h. */
#include "snapshot/views.h"

#include <string.h>

#include "snapshot/table.h"

/* --- which of them there are */

static const struct hn_member views_members[] = {
    HN_MEMBER(BOOL, "has_graph", struct hn_moment, has_graph),
    HN_MEMBER(BOOL, "has_ledger", struct hn_moment, has_ledger),
    HN_MEMBER(BOOL, "has_suspects", struct hn_moment, has_suspects),
};
static const struct hn_table views =
    HN_TABLE("meta", NULL, struct hn_moment, views_members);

/* --- texts */

#define STRINGS(name, member) HN_MEMBER(U64, name, struct hn_heap_strings, member)
static const struct hn_member strings_members[] = {
    STRINGS("strings", strings),
    STRINGS("strings_bytes", bytes),
    STRINGS("strings_saved", saved),
    STRINGS("strings_groups", groups),
};
static const struct hn_table strings_record =
    HN_TABLE("meta", NULL, struct hn_heap_strings, strings_members);

static const struct hn_member copies_members[] = {
    HN_MEMBER(TEXT, "repr", struct hn_heap_copies, repr),
    HN_MEMBER(U64, "count", struct hn_heap_copies, count),
    HN_MEMBER(U64, "bytes", struct hn_heap_copies, bytes),
    HN_MEMBER(U64, "saved", struct hn_heap_copies, saved),
    HN_MEMBER(U64, "address", struct hn_heap_copies, address),
};
static const struct hn_table copies =
    HN_TABLE("strings", NULL, struct hn_heap_copies, copies_members);

static const struct hn_member value_members[] = {
    HN_MEMBER(U64, "address", struct hn_moment_value, address),
    HN_MEMBER(TEXT, "repr", struct hn_moment_value, repr),
};
static const struct hn_table largest =
    HN_TABLE("largest", NULL, struct hn_moment_value, value_members);

static void
put_texts(struct hn_database *db, const struct hn_moment *moment)
{
    hn_record_put(db, &strings_record, &moment->strings);
    hn_table_put(db, &copies, HN_TABLE_TOP, moment->strings.items,
                 moment->strings.count);
    hn_table_put(db, &largest, HN_TABLE_TOP, moment->values, moment->value_count);
}

static void
get_texts(struct hn_database *db, struct hn_arena *arena, struct hn_moment *moment)
{
    hn_record_get(db, &strings_record, arena, &moment->strings);
    moment->strings.count =
        hn_table_get(db, &copies, HN_TABLE_TOP, arena, &moment->strings.items);
    moment->value_count =
        hn_table_get(db, &largest, HN_TABLE_TOP, arena, &moment->values);
}

/* --- the ledger */

#define LEDGER(kind, member) \
    HN_MEMBER(kind, "ledger_" #member, struct hn_ledger, member)
static const struct hn_member ledger_members[] = {
    LEDGER(U64, total),         LEDGER(TEXT, kind),        LEDGER(U64, swapped),
    LEDGER(U64, absent),        LEDGER(TEXT, c_allocator), LEDGER(U64, c_system),
    LEDGER(U64, c_free),        LEDGER(U64, c_cached),     LEDGER(U64, c_large),
    LEDGER(BOOL, arenas_known), LEDGER(U64, arenas),       LEDGER(U64, arena_bytes),
    LEDGER(U64, pinned),        LEDGER(U64, pinned_bytes), LEDGER(U64, damaged),
};
static const struct hn_table ledger_record =
    HN_TABLE("meta", NULL, struct hn_ledger, ledger_members);

/* Rows of the ledger and their parts stand in one table, as struct hn_ledger_part. */
static const struct hn_member part_members[] = {
    HN_MEMBER(TEXT, "name", struct hn_ledger_part, name),
    HN_MEMBER(U64, "bytes", struct hn_ledger_part, bytes),
    HN_MEMBER(U64, "count", struct hn_ledger_part, count),
};
static const struct hn_table ledger_table =
    HN_TABLE("ledger", "parent", struct hn_ledger_part, part_members);

static const struct hn_member pin_members[] = {
    HN_MEMBER(U64, "address", struct hn_ledger_pin, address),
    HN_MEMBER(U64, "bytes", struct hn_ledger_pin, bytes),
    HN_MEMBER(U64, "free_bytes", struct hn_ledger_pin, free_bytes),
    HN_MEMBER(U64, "blocks", struct hn_ledger_pin, blocks),
    HN_MEMBER(TEXT, "holders", struct hn_ledger_pin, holders),
};
static const struct hn_table pins =
    HN_TABLE("ledger_pins", NULL, struct hn_ledger_pin, pin_members);

static const char *const row_keys[HN_LEDGER_ROW_COUNT] = {
#define ROW_KEY(name, key, words) key,
    HN_LEDGER_ROWS(ROW_KEY)
#undef ROW_KEY
};

/* SQLite numbers the rows from 1 on, in the order they are written. */
static void
put_ledger(struct hn_database *db, const struct hn_ledger *ledger)
{
    hn_record_put(db, &ledger_record, ledger);
    for (int i = 0; i < HN_LEDGER_ROW_COUNT; i++) {
        const struct hn_ledger_part row = { row_keys[i], ledger->rows[i].count,
                                            ledger->rows[i].bytes };

        hn_table_put(db, &ledger_table, HN_TABLE_TOP, &row, 1);
    }
    for (int i = 0; i < HN_LEDGER_ROW_COUNT; i++)
        hn_table_put(db, &ledger_table, i + 1, ledger->rows[i].parts,
                     ledger->rows[i].part_count);
    hn_table_put(db, &pins, HN_TABLE_TOP, ledger->pins, ledger->pin_count);
}

static struct hn_ledger_row *
row_named(struct hn_ledger *ledger, const char *key)
{
    for (int i = 0; i < HN_LEDGER_ROW_COUNT; i++)
        if (strcmp(row_keys[i], key) == 0)
            return &ledger->rows[i];
    return NULL;
}

/* Rows are known by their keys: another version may have others, or another order. */
static void
get_ledger(struct hn_database *db, struct hn_arena *arena, struct hn_ledger *ledger)
{
    struct hn_ledger_part *rows;
    size_t count = hn_table_get(db, &ledger_table, HN_TABLE_TOP, arena, &rows);

    hn_record_get(db, &ledger_record, arena, ledger);
    for (size_t i = 0; i < count && i < HN_LEDGER_ROW_COUNT; i++) {
        struct hn_ledger_row *row = row_named(ledger, rows[i].name);

        if (!row)
            continue;
        row->count = rows[i].count;
        row->bytes = rows[i].bytes;
        row->part_count =
            hn_table_get(db, &ledger_table, (int64_t)i + 1, arena, &row->parts);
    }
    ledger->pin_count = hn_table_get(db, &pins, HN_TABLE_TOP, arena, &ledger->pins);
}

/* --- who holds what */

static const struct hn_member place_members[] = {
    HN_MEMBER(TEXT, "type", struct hn_moment_place, type),
    HN_MEMBER(TEXT, "path", struct hn_moment_place, path),
    HN_MEMBER(U64, "count", struct hn_moment_place, count),
    HN_MEMBER(U64, "bytes", struct hn_moment_place, bytes),
};
static const struct hn_table places =
    HN_TABLE("paths", NULL, struct hn_moment_place, place_members);

static const struct hn_member retained_members[] = {
    HN_MEMBER(U64, "retained_total", struct hn_graph_table, total),
    HN_MEMBER(U64, "retained_objects", struct hn_graph_table, objects),
    HN_MEMBER(U64, "retained_references", struct hn_graph_table, references),
    HN_MEMBER(U64, "garbage_objects", struct hn_graph_table, garbage_objects),
    HN_MEMBER(U64, "garbage_bytes", struct hn_graph_table, garbage_bytes),
};
static const struct hn_table retained_record =
    HN_TABLE("meta", NULL, struct hn_graph_table, retained_members);

static const struct hn_member holder_members[] = {
    HN_MEMBER(U64, "address", struct hn_graph_row, object.address),
    HN_MEMBER(TEXT, "type", struct hn_graph_row, object.type),
    HN_MEMBER(TEXT, "repr", struct hn_graph_row, object.repr),
    HN_MEMBER(U64, "size", struct hn_graph_row, object.bytes),
    HN_MEMBER(U64, "retained", struct hn_graph_row, object.retained),
    HN_MEMBER(TEXT, "path", struct hn_graph_row, path),
};
static const struct hn_table holders =
    HN_TABLE("retained", NULL, struct hn_graph_row, holder_members);

static void
put_graph(struct hn_database *db, const struct hn_moment *moment)
{
    const struct hn_graph_table *retained = &moment->retained;

    hn_table_put(db, &places, HN_TABLE_TOP, moment->places, moment->place_count);
    hn_record_put(db, &retained_record, retained);
    hn_table_put(db, &holders, HN_TABLE_TOP, retained->rows, retained->row_count);
}

static void
get_graph(struct hn_database *db, struct hn_arena *arena, struct hn_moment *moment)
{
    struct hn_graph_table *retained = &moment->retained;

    moment->place_count =
        hn_table_get(db, &places, HN_TABLE_TOP, arena, &moment->places);
    hn_record_get(db, &retained_record, arena, retained);
    retained->row_count =
        hn_table_get(db, &holders, HN_TABLE_TOP, arena, &retained->rows);
    for (size_t i = 0; i < retained->row_count; i++)
        retained->rows[i].count = 1;
}

/* --- suspects */

#define OBJECT_MEMBERS(owner)                            \
    HN_MEMBER(U64, "address", owner, object.address),    \
        HN_MEMBER(TEXT, "type", owner, object.type),     \
        HN_MEMBER(OPTIONAL, "repr", owner, object.repr), \
        HN_MEMBER(U64, "size", owner, object.bytes),     \
        HN_MEMBER(U64, "retained", owner, object.retained)

#define SUSPECTS(kind, member) \
    HN_MEMBER(kind, "suspects_" #member, struct hn_suspects, member)
static const struct hn_member suspects_members[] = {
    SUSPECTS(U64, total),
    SUSPECTS(U64, objects),
    SUSPECTS(U64, threshold),
    SUSPECTS(BOOL, traced),
};
static const struct hn_table suspects_record =
    HN_TABLE("meta", NULL, struct hn_suspects, suspects_members);

static const struct hn_member suspect_members[] = {
    HN_MEMBER(U32, "kind", struct hn_suspect, kind),
    OBJECT_MEMBERS(struct hn_suspect),
    HN_MEMBER(OPTIONAL, "why", struct hn_suspect, why),
    HN_MEMBER(U64, "bytes", struct hn_suspect, bytes),
    HN_MEMBER(U64, "objects", struct hn_suspect, objects),
    HN_MEMBER(OPTIONAL, "path", struct hn_suspect, path),
    HN_MEMBER(OPTIONAL, "root", struct hn_suspect, root),
};
static const struct hn_table suspects_table =
    HN_TABLE("suspects", NULL, struct hn_suspect, suspect_members);

static const struct hn_member made_members[] = {
    HN_MEMBER(TEXT, "type", struct hn_suspect_part, type),
    HN_MEMBER(U64, "count", struct hn_suspect_part, count),
    HN_MEMBER(U64, "bytes", struct hn_suspect_part, bytes),
};
static const struct hn_table suspect_parts =
    HN_TABLE("suspect_parts", "suspect", struct hn_suspect_part, made_members);

static const struct hn_member line_members[] = {
    HN_MEMBER(TEXT, "file", struct hn_suspect_line, file),
    HN_MEMBER(U32, "line", struct hn_suspect_line, line),
    HN_MEMBER(U64, "count", struct hn_suspect_line, count),
    HN_MEMBER(U64, "bytes", struct hn_suspect_line, bytes),
};
static const struct hn_table suspect_lines =
    HN_TABLE("suspect_lines", "suspect", struct hn_suspect_line, line_members);

static void
put_suspects(struct hn_database *db, const struct hn_suspects *suspects)
{
    hn_record_put(db, &suspects_record, suspects);
    hn_table_put(db, &suspects_table, HN_TABLE_TOP, suspects->items, suspects->count);
    for (size_t i = 0; i < suspects->count; i++) {
        const struct hn_suspect *suspect = &suspects->items[i];
        int64_t id = (int64_t)i + 1;

        hn_table_put(db, &suspect_parts, id, suspect->parts, suspect->part_count);
        hn_table_put(db, &suspect_lines, id, suspect->lines, suspect->line_count);
    }
}

/* More than are ever found have no parts: each takes a look through their tables. */
enum { GROUPS_MOST = 1000 };

static void
get_suspects(struct hn_database *db, struct hn_arena *arena, struct hn_suspects *ret)
{
    hn_record_get(db, &suspects_record, arena, ret);
    ret->count = hn_table_get(db, &suspects_table, HN_TABLE_TOP, arena, &ret->items);
    for (size_t i = 0; i < ret->count && i < GROUPS_MOST; i++) {
        struct hn_suspect *suspect = &ret->items[i];
        int64_t id = (int64_t)i + 1;

        if (suspect->kind > HN_SUSPECT_LOST)
            hn_database_damaged(db, "a suspect of no kind");
        suspect->part_count =
            hn_table_get(db, &suspect_parts, id, arena, &suspect->parts);
        suspect->line_count =
            hn_table_get(db, &suspect_lines, id, arena, &suspect->lines);
    }
}

/* --- cycles */

#define CYCLES(member) HN_MEMBER(U64, "cycles_" #member, struct hn_graph_cycles, member)
static const struct hn_member cycles_members[] = {
    CYCLES(total),      CYCLES(objects),    CYCLES(bytes),
    CYCLES(lost_total), CYCLES(lost_bytes),
};
static const struct hn_table cycles_record =
    HN_TABLE("meta", NULL, struct hn_graph_cycles, cycles_members);

static const struct hn_member cycle_members[] = {
    OBJECT_MEMBERS(struct hn_graph_cycle),
    HN_MEMBER(OPTIONAL, "text", struct hn_graph_cycle, text),
    HN_MEMBER(U64, "objects", struct hn_graph_cycle, objects),
    HN_MEMBER(U64, "bytes", struct hn_graph_cycle, bytes),
};
static const struct hn_table cycles_table =
    HN_TABLE("cycles", NULL, struct hn_graph_cycle, cycle_members);

static const struct hn_table cycle_parts =
    HN_TABLE("cycle_parts", "cycle", struct hn_suspect_part, made_members);

static const struct hn_member lost_members[] = {
    OBJECT_MEMBERS(struct hn_graph_lost),
    HN_MEMBER(U64, "counted", struct hn_graph_lost, counted),
    HN_MEMBER(U64, "found", struct hn_graph_lost, found),
};
static const struct hn_table lost =
    HN_TABLE("lost", NULL, struct hn_graph_lost, lost_members);

static const struct hn_member plain_members[] = {
    HN_MEMBER(U64, "address", struct hn_graph_object, address),
    HN_MEMBER(TEXT, "type", struct hn_graph_object, type),
    HN_MEMBER(OPTIONAL, "repr", struct hn_graph_object, repr),
    HN_MEMBER(U64, "size", struct hn_graph_object, bytes),
    HN_MEMBER(U64, "retained", struct hn_graph_object, retained),
};
static const struct hn_table uncollectable =
    HN_TABLE("uncollectable", NULL, struct hn_graph_object, plain_members);

static void
put_cycles(struct hn_database *db, const struct hn_graph_cycles *cycles)
{
    hn_record_put(db, &cycles_record, cycles);
    hn_table_put(db, &cycles_table, HN_TABLE_TOP, cycles->items, cycles->count);
    for (size_t i = 0; i < cycles->count; i++)
        hn_table_put(db, &cycle_parts, (int64_t)i + 1, cycles->items[i].parts,
                     cycles->items[i].part_count);
    hn_table_put(db, &uncollectable, HN_TABLE_TOP, cycles->uncollectable,
                 cycles->uncollectable_count);
    hn_table_put(db, &lost, HN_TABLE_TOP, cycles->lost, cycles->lost_count);
}

static void
get_cycles(struct hn_database *db, struct hn_arena *arena, struct hn_graph_cycles *ret)
{
    hn_record_get(db, &cycles_record, arena, ret);
    ret->count = hn_table_get(db, &cycles_table, HN_TABLE_TOP, arena, &ret->items);
    for (size_t i = 0; i < ret->count && i < GROUPS_MOST; i++)
        ret->items[i].part_count =
            hn_table_get(db, &cycle_parts, (int64_t)i + 1, arena, &ret->items[i].parts);
    ret->uncollectable_count =
        hn_table_get(db, &uncollectable, HN_TABLE_TOP, arena, &ret->uncollectable);
    ret->lost_count = hn_table_get(db, &lost, HN_TABLE_TOP, arena, &ret->lost);
}

/* --- the map */

static const struct hn_member map_members[] = {
    HN_MEMBER(U64, "treemap_least", struct hn_treemap, least),
};
static const struct hn_table map_record =
    HN_TABLE("meta", NULL, struct hn_treemap, map_members);

static const struct hn_member node_members[] = {
    HN_MEMBER(U32, "parent", struct hn_treemap_node, parent),
    HN_MEMBER(U64, "address", struct hn_treemap_node, address),
    HN_MEMBER(TEXT, "type", struct hn_treemap_node, type),
    HN_MEMBER(OPTIONAL, "repr", struct hn_treemap_node, repr),
    HN_MEMBER(U64, "count", struct hn_treemap_node, count),
    HN_MEMBER(U64, "own", struct hn_treemap_node, own),
    HN_MEMBER(U64, "retained", struct hn_treemap_node, retained),
};
static const struct hn_table nodes =
    HN_TABLE("treemap", NULL, struct hn_treemap_node, node_members);

static void
get_map(struct hn_database *db, struct hn_arena *arena, struct hn_treemap *ret)
{
    hn_record_get(db, &map_record, arena, ret);
    ret->count = hn_table_get(db, &nodes, HN_TABLE_TOP, arena, &ret->nodes);
    for (size_t i = 0; i < ret->count; i++)
        if (ret->nodes[i].parent > i || (i > 0 && ret->nodes[i].parent == i))
            hn_database_damaged(db, "the map's nodes are out of order");
}

/* --- words of references */

static const struct hn_member label_members[] = {
    { "text", HN_MEMBER_TEXT, 0 },
};
static const struct hn_table labels =
    HN_TABLE("labels", NULL, const char *, label_members);

static const struct hn_member root_members[] = {
    HN_MEMBER(U64, "address", struct hn_link_root, address),
    HN_MEMBER(U32, "kind", struct hn_link_root, kind),
    HN_MEMBER(BOOL, "doubtful", struct hn_link_root, doubtful),
    HN_MEMBER(TEXT, "phrase", struct hn_link_root, phrase),
    HN_MEMBER(TEXT, "expression", struct hn_link_root, expression),
};
static const struct hn_table roots =
    HN_TABLE("roots", NULL, struct hn_link_root, root_members);

static const struct hn_member name_members[] = {
    HN_MEMBER(U64, "address", struct hn_link_name, address),
    HN_MEMBER(TEXT, "name", struct hn_link_name, name),
};
static const struct hn_table names =
    HN_TABLE("names", NULL, struct hn_link_name, name_members);

static void
put_links(struct hn_database *db, const struct hn_links *links)
{
    hn_table_put(db, &labels, HN_TABLE_TOP, links->labels, links->label_count);
    hn_table_put(db, &roots, HN_TABLE_TOP, links->roots, links->root_count);
    hn_table_put(db, &names, HN_TABLE_TOP, links->names, links->name_count);
}

void
hn_views_get_links(struct hn_database *db, struct hn_moment *moment)
{
    struct hn_links *links = &moment->links;
    struct hn_arena *arena = &moment->arena;

    links->label_count = hn_table_get(db, &labels, HN_TABLE_TOP, arena, &links->labels);
    links->root_count = hn_table_get(db, &roots, HN_TABLE_TOP, arena, &links->roots);
    links->name_count = hn_table_get(db, &names, HN_TABLE_TOP, arena, &links->names);
}

/* --- all */

void
hn_views_put(struct hn_database *db, const struct hn_moment *moment)
{
    hn_record_put(db, &views, moment);
    put_texts(db, moment);
    if (moment->has_graph)
        put_graph(db, moment);
    if (moment->has_links)
        put_links(db, &moment->links);
    if (moment->has_ledger)
        put_ledger(db, &moment->ledger);
    if (!moment->has_suspects)
        return;
    put_suspects(db, &moment->suspects);
    put_cycles(db, &moment->cycles);
    hn_record_put(db, &map_record, &moment->treemap);
    hn_table_put(db, &nodes, HN_TABLE_TOP, moment->treemap.nodes,
                 moment->treemap.count);
}

void
hn_views_get(struct hn_database *db, struct hn_moment *moment)
{
    struct hn_arena *arena = &moment->arena;

    hn_record_get(db, &views, arena, moment);
    get_texts(db, arena, moment);
    if (!db->status && moment->has_graph)
        get_graph(db, arena, moment);
    if (!db->status && moment->has_ledger)
        get_ledger(db, arena, &moment->ledger);
    if (db->status || !moment->has_suspects)
        return;
    get_suspects(db, arena, &moment->suspects);
    get_cycles(db, arena, &moment->cycles);
    get_map(db, arena, &moment->treemap);
}
