/* Reading a moment from a file that may be damaged, or anybody's: every number is held
 * against what it counts or points to before it is used. See FORMAT.md. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/large.h"
#include "snapshot/database.h"
#include "snapshot/parts.h"
#include "snapshot/schema.h"
#include "snapshot/snapshot.h"
#include "snapshot/totals.h"
#include "snapshot/views.h"

enum {
    /* Rows of the small tables. A process with more types or files than that has no
     * room for anything else. */
    ROWS_MOST = 1 << 24,
    ARGUMENTS_MOST = 1 << 16,
    INTERPRETERS_MOST = 1 << 16
};

/* --- what it is */

/* Of SQLite's header, 100 bytes; numbers are big-endian. */
enum { HEADER = 100, VERSION_AT = 60, APPLICATION_AT = 68 };

static uint32_t
big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8
           | bytes[3];
}

static enum hn_snapshot_guess
guess(const char *path, uint32_t *version_ret)
{
    uint8_t header[HEADER];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    ssize_t got = fd >= 0 ? read(fd, header, sizeof(header)) : -1;

    if (fd >= 0)
        close(fd);
    if (got < (ssize_t)sizeof(header) || memcmp(header, "SQLite format 3", 16) != 0)
        return HN_SNAPSHOT_OTHER;
    *version_ret = big_endian(header + VERSION_AT);
    return big_endian(header + APPLICATION_AT) == HN_SCHEMA_APPLICATION
               ? HN_SNAPSHOT_OURS
               : HN_SNAPSHOT_FOREIGN;
}

enum hn_snapshot_guess
hn_snapshot_guess(const char *path)
{
    uint32_t version;

    return guess(path, &version);
}

/* --- facts and sums */

struct reader {
    struct hn_database db;
    struct hn_moment *moment;
    struct hn_arena *arena;
    uint64_t objects; /* that the file says it keeps */
    bool has_contents;
};

/* 0 where there is no such row: an earlier version did not know it. */
static int64_t
get_number(struct reader *r, const char *key)
{
    sqlite3_stmt *query =
        hn_statement_prepare(&r->db, "SELECT value FROM meta WHERE key = ?");
    int64_t value = 0;

    hn_statement_bind(&r->db, query, "s", key);
    if (hn_statement_row(&r->db, query))
        value = hn_statement_integer(query, 0);
    hn_statement_end(query);
    return value;
}

static const char *
get_text(struct reader *r, const char *key)
{
    sqlite3_stmt *query =
        hn_statement_prepare(&r->db, "SELECT value FROM meta WHERE key = ?");
    const char *value = "";

    hn_statement_bind(&r->db, query, "s", key);
    if (hn_statement_row(&r->db, query))
        value = hn_statement_text(query, 0, r->arena, NULL);
    hn_statement_end(query);
    return value ? value : "";
}

static void
get_facts(struct reader *r)
{
    struct hn_moment_facts *facts = &r->moment->facts;
    const char *birth = get_text(r, "birth");

    facts->kind = HN_MOMENT_SNAPSHOT;
    facts->hognose = get_text(r, "hognose");
    facts->read_from = get_text(r, "read_from");
    facts->version = get_text(r, "python");
    facts->hex = (uint32_t)get_number(r, "python_hex");
    facts->flavour = get_text(r, "flavour");
    facts->allocator = get_text(r, "allocator");
    facts->build_id = get_text(r, "build_id");
    facts->executable = get_text(r, "executable");
    facts->pid = get_number(r, "pid");
    facts->has_birth = *birth != '\0';
    facts->birth = strtoull(birth, NULL, 16);
    facts->time_ns = get_number(r, "time_ns");
    facts->note = get_text(r, "note");
    facts->resident_bytes = (uint64_t)get_number(r, "resident_bytes");
    facts->inconsistent = get_number(r, "inconsistent") != 0;
}

/* Rows of a query that counts, held against a limit. */
static size_t
count_rows(struct reader *r, const char *sql, size_t limit)
{
    sqlite3_stmt *query = hn_statement_prepare(&r->db, sql);
    int64_t count = 0;

    if (hn_statement_row(&r->db, query))
        count = hn_statement_integer(query, 0);
    hn_statement_end(query);
    if (count < 0 || (uint64_t)count > limit)
        hn_database_damaged(&r->db, "a table is too long");
    return r->db.status ? 0 : (size_t)count;
}

static void *
make_array(struct reader *r, size_t count, size_t size)
{
    void *array = hn_arena_array(r->arena, count + 1, size);

    if (!array && !r->db.status)
        r->db.status = hn_fail(r->db.err, HN_E_NOMEM, 0, "no memory for the snapshot");
    return array;
}

static void
get_arguments(struct reader *r)
{
    size_t count = count_rows(r, "SELECT count(*) FROM arguments", ARGUMENTS_MOST),
           i = 0;
    const char **words = make_array(r, count, sizeof(*words));
    sqlite3_stmt *query =
        hn_statement_prepare(&r->db, "SELECT word FROM arguments ORDER BY position");

    while (words && i < count && hn_statement_row(&r->db, query)) {
        const char *word = hn_statement_text(query, 0, r->arena, NULL);

        words[i++] = word ? word : "";
    }
    hn_statement_end(query);
    if (words)
        r->moment->facts.arguments = words;
}

static void
get_totals(struct reader *r)
{
    sqlite3_stmt *query =
        hn_statement_prepare(&r->db, "SELECT value FROM totals WHERE name = ?");

    for (size_t i = 0; i < HN_TOTAL_COUNT && query; i++) {
        hn_statement_bind(&r->db, query, "s", hn_totals[i].name);
        if (hn_statement_row(&r->db, query))
            *hn_total_at(&r->moment->heap.sums, i) =
                (uint64_t)hn_statement_integer(query, 0);
        sqlite3_reset(query);
    }
    hn_statement_end(query);
}

/* --- the heap's tables */

static void
get_types(struct reader *r)
{
    struct hn_moment *moment = r->moment;
    size_t count = count_rows(r, "SELECT count(*) FROM types", ROWS_MOST), i = 0;
    struct hn_heap_type *types = make_array(r, count, sizeof(*types));
    sqlite3_stmt *query = hn_statement_prepare(
        &r->db, "SELECT id, name, module, flags, count, bytes, allocated FROM types"
                " ORDER BY id");

    moment->sums = make_array(r, count, sizeof(*moment->sums));
    while (types && moment->sums && i < count && hn_statement_row(&r->db, query)) {
        if (hn_statement_integer(query, 0) != (int64_t)i) {
            hn_database_damaged(&r->db, "types are not numbered from 0 on");
            break;
        }
        types[i].name = hn_statement_text(query, 1, r->arena, NULL);
        types[i].module = hn_statement_text(query, 2, r->arena, NULL);
        types[i].flags = (uint64_t)hn_statement_integer(query, 3);
        moment->sums[i] = (struct hn_moment_type){
            (uint64_t)hn_statement_integer(query, 4),
            (uint64_t)hn_statement_integer(query, 5),
            (uint64_t)hn_statement_integer(query, 6),
        };
        if (!types[i].name || !types[i].module)
            r->db.status = hn_fail(r->db.err, HN_E_NOMEM, 0, "no memory for the types");
        i++;
    }
    hn_statement_end(query);
    if (!r->db.status && i < count)
        hn_database_damaged(&r->db, "types are missing");
    moment->heap.type = types;
    moment->heap.type_count = r->db.status ? 0 : (uint32_t)count;
}

static void
get_census(struct reader *r, const char *by, struct hn_heap_census *ret)
{
    size_t count = count_rows(r, "SELECT count(*) FROM census", ROWS_MOST);
    sqlite3_stmt *query = hn_statement_prepare(
        &r->db, "SELECT name, count, bytes, allocated FROM census WHERE grouped_by = ?"
                " ORDER BY rowid");

    ret->rows = make_array(r, count, sizeof(*ret->rows));
    hn_statement_bind(&r->db, query, "s", by);
    while (ret->rows && ret->row_count < count && hn_statement_row(&r->db, query)) {
        const char *name = hn_statement_text(query, 0, r->arena, NULL);

        ret->rows[ret->row_count++] = (struct hn_heap_row){
            name ? name : "",
            (uint64_t)hn_statement_integer(query, 1),
            (uint64_t)hn_statement_integer(query, 2),
            (uint64_t)hn_statement_integer(query, 3),
        };
    }
    hn_statement_end(query);
}

static void
get_generations(struct reader *r, struct hn_gc_facts *facts)
{
    sqlite3_stmt *query = hn_statement_prepare(
        &r->db, "SELECT generation, threshold, count, objects, collections, collected,"
                " uncollectable FROM generations WHERE interpreter = ?");

    hn_statement_bind(&r->db, query, "i", facts->interpreter);
    while (hn_statement_row(&r->db, query)) {
        int64_t number = hn_statement_integer(query, 0);
        struct hn_gc_generation_facts *generation;

        if (number < 0 || number >= HN_GC_GENERATIONS_SHOWN)
            continue;
        generation = &facts->generation[number];
        generation->threshold = hn_statement_integer(query, 1);
        generation->count = hn_statement_integer(query, 2);
        generation->objects = (uint64_t)hn_statement_integer(query, 3);
        generation->has_stats = sqlite3_column_type(query, 4) != SQLITE_NULL;
        generation->collections = (uint64_t)hn_statement_integer(query, 4);
        generation->collected = (uint64_t)hn_statement_integer(query, 5);
        generation->uncollectable = (uint64_t)hn_statement_integer(query, 6);
    }
    hn_statement_end(query);
}

static void
get_gc(struct reader *r)
{
    struct hn_gc_report *report = &r->moment->gc;
    size_t count =
        count_rows(r, "SELECT count(*) FROM interpreters", INTERPRETERS_MOST);
    sqlite3_stmt *query = hn_statement_prepare(
        &r->db, "SELECT id, known, enabled, collecting, has_lists, frozen, bad_lists"
                " FROM interpreters ORDER BY id");

    report->items = make_array(r, count, sizeof(*report->items));
    while (report->items && report->count < count && hn_statement_row(&r->db, query)) {
        struct hn_gc_facts *facts = &report->items[report->count++];

        *facts = (struct hn_gc_facts){
            .interpreter = hn_statement_integer(query, 0),
            .known = hn_statement_integer(query, 1) != 0,
            .enabled = hn_statement_integer(query, 2) != 0,
            .collecting = hn_statement_integer(query, 3) != 0,
            .has_lists = hn_statement_integer(query, 4) != 0,
            .frozen = (uint64_t)hn_statement_integer(query, 5),
            .bad_lists = (unsigned)hn_statement_integer(query, 6),
        };
        get_generations(r, facts);
    }
    hn_statement_end(query);
}

/* --- columns */

/* Rows of a column, added up over its chunks. */
static uint64_t
column_rows(struct reader *r, const char *name)
{
    sqlite3_stmt *query = hn_statement_prepare(
        &r->db, "SELECT count FROM columns WHERE name = ? ORDER BY chunk");
    uint64_t rows = 0;
    bool full = true;

    hn_statement_bind(&r->db, query, "s", name);
    while (full && hn_statement_row(&r->db, query)) {
        int64_t count = hn_statement_integer(query, 0);

        if (count <= 0 || count > HN_COLUMN_CHUNK || rows % HN_COLUMN_CHUNK != 0
            || rows + (uint64_t)count > HN_HEAP_NONE) {
            hn_database_damaged(&r->db, "a column has odd chunks");
            break;
        }
        rows += (uint64_t)count;
    }
    hn_statement_end(query);
    return r->db.status ? 0 : rows;
}

static void
get_column(struct reader *r, struct hn_packer *packer, const struct hn_part *part,
           uint64_t rows, void *numbers)
{
    sqlite3_stmt *query = hn_statement_prepare(
        &r->db, "SELECT count, width, data FROM columns WHERE name = ? ORDER BY chunk");
    uint64_t at = 0;

    hn_statement_bind(&r->db, query, "s", part->column.name);
    while (at < rows && hn_statement_row(&r->db, query)) {
        int64_t count = hn_statement_integer(query, 0);
        const uint8_t *bytes = sqlite3_column_blob(query, 2);
        int size = sqlite3_column_bytes(query, 2);

        if (count <= 0 || (uint64_t)count > rows - at
            || hn_statement_integer(query, 1) != part->column.width || !bytes
            || !hn_column_unpack(packer, &part->column, bytes, (size_t)size,
                                 (size_t)count, numbers)) {
            hn_database_damaged(&r->db, part->column.name);
            break;
        }
        part->put(r->moment, at, (size_t)count, numbers);
        at += (uint64_t)count;
    }
    hn_statement_end(query);
    if (!r->db.status && at < rows)
        hn_database_damaged(&r->db, part->column.name);
}

static const char *
first_column(enum hn_part_of of)
{
    for (size_t i = 0; i < hn_part_count; i++)
        if (hn_parts[i].of == of)
            return hn_parts[i].column.name;
    return "";
}

static bool
make_room(struct reader *r, enum hn_part_of of, uint64_t rows)
{
    struct hn_moment *moment = r->moment;
    struct hn_traces *traces = &moment->traces;
    size_t count = (size_t)rows + 1;
    bool made = true;

    switch (of) {
    case HN_PART_OBJECTS:
        moment->contents = calloc(count, sizeof(*moment->contents));
        made = hn_heap_resize(&moment->heap, (uint32_t)rows) && moment->contents;
        break;
    case HN_PART_NODES:
        made = hn_links_make_objects(&moment->links, (uint32_t)rows);
        break;
    case HN_PART_LINKS:
        moment->links.to = hn_large_alloc(count, sizeof(*moment->links.to));
        moment->links.label = hn_large_alloc(count, sizeof(*moment->links.label));
        moment->links.kind = hn_large_alloc(count, sizeof(*moment->links.kind));
        made = moment->links.to && moment->links.label && moment->links.kind;
        break;
    case HN_PART_TRACES:
        traces->traces = calloc(count, sizeof(*traces->traces));
        made = traces->traces != NULL;
        break;
    case HN_PART_TRACEBACKS:
        traces->stacks = calloc(count, sizeof(*traces->stacks));
        made = traces->stacks != NULL;
        break;
    case HN_PART_FRAMES:
        traces->frames = calloc(count, sizeof(*traces->frames));
        made = traces->frames != NULL;
        break;
    }
    if (!made)
        r->db.status = hn_fail(r->db.err, HN_E_NOMEM, 0, "no memory for the snapshot");
    return made;
}

/* All columns of a kind; how many rows they have. */
static uint64_t
get_columns(struct reader *r, struct hn_packer *packer, enum hn_part_of of,
            void *numbers)
{
    uint64_t rows = column_rows(r, first_column(of));

    if (r->db.status || !make_room(r, of, rows))
        return 0;
    for (size_t i = 0; i < hn_part_count && !r->db.status; i++)
        if (hn_parts[i].of == of)
            get_column(r, packer, &hn_parts[i], rows, numbers);
    return r->db.status ? 0 : rows;
}

static void
check_objects(struct reader *r)
{
    const struct hn_heap *heap = &r->moment->heap;
    hn_addr before = 0;

    for (uint32_t i = 0; i < heap->count; i++) {
        hn_addr at = heap->places[i] & ((UINT64_C(1) << HN_HEAP_FLAG_SHIFT) - 1);

        if (at <= before || heap->types[i] >= heap->type_count) {
            hn_database_damaged(&r->db, "objects out of order or without a type");
            return;
        }
        before = at;
    }
}

static void
get_objects(struct reader *r, struct hn_packer *packer, void *numbers)
{
    struct hn_moment *moment = r->moment;

    moment->heap.count = (uint32_t)get_columns(r, packer, HN_PART_OBJECTS, numbers);
    check_objects(r);
    if (!r->db.status && moment->heap.count != r->objects)
        hn_database_damaged(&r->db, "objects are missing");
    moment->has_objects = !r->db.status && moment->heap.count > 0;
}

/* What the graph kept of each object comes first: links are told apart by it. */
static void
get_links(struct reader *r, struct hn_packer *packer, void *numbers)
{
    struct hn_moment *moment = r->moment;
    uint64_t nodes = get_columns(r, packer, HN_PART_NODES, numbers);

    if (r->db.status || nodes != moment->heap.count) {
        hn_database_damaged(&r->db, "the graph is not that of the objects");
        return;
    }
    moment->links.count = (uint32_t)get_columns(r, packer, HN_PART_LINKS, numbers);
    if (!r->db.status)
        hn_views_get_links(&r->db, moment);
    if (!r->db.status && !hn_links_are_sound(moment))
        hn_database_damaged(&r->db, "references that lead nowhere");
    moment->has_links = !r->db.status;
}

/* --- traces */

static void
get_files(struct reader *r)
{
    struct hn_traces *traces = &r->moment->traces;
    size_t count = count_rows(r, "SELECT count(*) FROM files", ROWS_MOST);
    sqlite3_stmt *query =
        hn_statement_prepare(&r->db, "SELECT name FROM files ORDER BY id");

    traces->files = calloc(count + 1, sizeof(*traces->files));
    if (!traces->files)
        r->db.status = hn_fail(r->db.err, HN_E_NOMEM, 0, "no memory for the snapshot");
    while (traces->file_count < count && hn_statement_row(&r->db, query)) {
        struct hn_trace_file *file = &traces->files[traces->file_count++];

        file->name = hn_statement_text(query, 0, r->arena, &file->size);
        if (!file->name)
            r->db.status = hn_fail(r->db.err, HN_E_NOMEM, 0, "no memory for names");
    }
    hn_statement_end(query);
}

static bool
traces_are_sound(struct hn_traces *traces)
{
    size_t first = 0;

    for (size_t i = 0; i < traces->frame_count; i++)
        if (traces->frames[i].file >= traces->file_count)
            return false;
    for (size_t i = 0; i < traces->stack_count; i++) {
        traces->stacks[i].first = first;
        if (traces->stacks[i].count == 0
            || traces->stacks[i].count > traces->frame_count - first)
            return false;
        first += traces->stacks[i].count;
    }
    for (size_t i = 0; i < traces->count; i++) {
        const struct hn_trace *trace = &traces->traces[i], *before = trace - 1;

        if (trace->stack >= traces->stack_count)
            return false;
        if (i > 0
            && (trace->domain < before->domain
                || (trace->domain == before->domain
                    && trace->address < before->address)))
            return false;
    }
    return first == traces->frame_count;
}

static void
get_traces(struct reader *r, struct hn_packer *packer, void *numbers)
{
    struct hn_traces *traces = &r->moment->traces;

    get_files(r);
    traces->count = get_columns(r, packer, HN_PART_TRACES, numbers);
    traces->stack_count = get_columns(r, packer, HN_PART_TRACEBACKS, numbers);
    traces->frame_count = get_columns(r, packer, HN_PART_FRAMES, numbers);
    if (!r->db.status && !traces_are_sound(traces))
        hn_database_damaged(&r->db, "traces and tracebacks do not fit together");
}

static void
get_trace_facts(struct reader *r)
{
    struct hn_traces *traces = &r->moment->traces;

    traces->tracing = get_number(r, "tracing") != 0;
    traces->traced = (uint64_t)get_number(r, "traced");
    traces->peak = (uint64_t)get_number(r, "traced_peak");
    traces->has_peak = traces->peak != 0;
    traces->limit = (uint32_t)get_number(r, "trace_limit");
    traces->has_totals = get_number(r, "trace_totals") != 0;
    traces->lost = (uint64_t)get_number(r, "traces_lost");
}

/* --- the file */

static void
get_bulk(struct reader *r, const struct hn_snapshot_parts *parts)
{
    struct hn_packer *packer = hn_packer_create();
    void *numbers = malloc((size_t)HN_COLUMN_CHUNK * sizeof(uint64_t));

    if (!packer || !numbers)
        r->db.status = hn_fail(r->db.err, HN_E_NOMEM, 0, "no memory for the snapshot");
    if (!r->db.status && parts->objects && r->objects)
        get_objects(r, packer, numbers);
    if (!r->db.status && parts->links && r->moment->has_objects
        && get_number(r, "has_links"))
        get_links(r, packer, numbers);
    if (!r->db.status && parts->traces && r->moment->traces.tracing)
        get_traces(r, packer, numbers);
    free(numbers);
    hn_packer_destroy(packer);
}

static void
get_all(struct reader *r, uint32_t version, const struct hn_snapshot_parts *parts)
{
    int64_t readable_by = get_number(r, "readable_by");

    if (!r->db.status && version > HN_SCHEMA_VERSION
        && (readable_by <= 0 || readable_by > HN_SCHEMA_VERSION)) {
        r->db.status = hn_fail_detail(r->db.err, HN_E_UNSUPPORTED, 0,
                                      "a later hognose wrote this snapshot, in a form "
                                      "that this one does not know",
                                      "version %u", version);
        return;
    }
    get_facts(r);
    get_arguments(r);
    r->moment->has_types = get_number(r, "has_types") != 0;
    r->objects = (uint64_t)get_number(r, "objects_kept");
    get_totals(r);
    get_types(r);
    get_census(r, "size", &r->moment->by_size);
    get_census(r, "generation", &r->moment->by_generation);
    get_gc(r);
    hn_views_get(&r->db, r->moment);
    get_trace_facts(r);
    if (!r->db.status)
        get_bulk(r, parts);
}

static enum hn_status
not_ours(const char *path, enum hn_snapshot_guess what, struct hn_error *err)
{
    if (access(path, R_OK) != 0)
        return hn_fail_system(err, "reading a file", path);
    return hn_fail_detail(err, HN_E_CORRUPT, 0,
                          what == HN_SNAPSHOT_FOREIGN
                              ? "this is an SQLite file, but no snapshot of hognose"
                              : "this is no snapshot",
                          "%s", path);
}

enum hn_status
hn_snapshot_read(const char *path, const struct hn_snapshot_parts *parts,
                 const struct hn_host *host, struct hn_error *err,
                 struct hn_moment *ret)
{
    struct reader r = { .moment = ret, .arena = &ret->arena };
    uint32_t version = 0;
    enum hn_snapshot_guess what = guess(path, &version);
    enum hn_status st;

    ret->heap.host = host;
    ret->heap.err = err;
    if (what != HN_SNAPSHOT_OURS)
        return not_ours(path, what, err);
    st = hn_database_open(&r.db, path, false, host, err);
    if (!st)
        get_all(&r, version, parts);
    st = r.db.status;
    (void)hn_database_close(&r.db);
    return st;
}
