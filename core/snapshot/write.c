/* Writing a moment into a file: see FORMAT.md for what stands where. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/beside.h"
#include "base/text.h"
#include "snapshot/database.h"
#include "snapshot/parts.h"
#include "snapshot/schema.h"
#include "snapshot/snapshot.h"
#include "snapshot/totals.h"
#include "snapshot/views.h"

/* Frames in the text of a traceback: enough to know it by; all are in the columns. */
enum { TEXT_FRAMES = 8 };

/* --- facts and sums */

static void
put_text(struct hn_database *db, const char *key, const char *value)
{
    sqlite3_stmt *insert = hn_statement_prepare(db, "INSERT INTO meta VALUES (?, ?)");

    hn_statement_insert(db, insert, "ss", key, value);
    hn_statement_end(insert);
}

static void
put_number(struct hn_database *db, const char *key, int64_t value)
{
    sqlite3_stmt *insert = hn_statement_prepare(db, "INSERT INTO meta VALUES (?, ?)");

    hn_statement_insert(db, insert, "si", key, value);
    hn_statement_end(insert);
}

/* For people: hognose reads time_ns. */
static void
put_time(struct hn_database *db, int64_t time_ns)
{
    time_t seconds = (time_t)(time_ns / INT64_C(1000000000));
    struct tm utc;
    char text[64];

    if (time_ns && gmtime_r(&seconds, &utc)
        && strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &utc) > 0)
        put_text(db, "time", text);
}

static void
put_facts(struct hn_database *db, const struct hn_moment_facts *facts)
{
    char birth[32];

    put_text(db, "hognose", facts->hognose);
    put_text(db, "read_from", facts->read_from);
    put_text(db, "python", facts->version);
    put_number(db, "python_hex", facts->hex);
    put_text(db, "flavour", facts->flavour);
    put_text(db, "allocator", facts->allocator);
    put_text(db, "build_id", facts->build_id);
    put_text(db, "executable", facts->executable);
    put_number(db, "pid", facts->pid);
    if (facts->has_birth) {
        snprintf(birth, sizeof(birth), "%016" PRIx64, facts->birth);
        put_text(db, "birth", birth);
    }
    put_number(db, "time_ns", facts->time_ns);
    put_time(db, facts->time_ns);
    put_text(db, "note", facts->note);
    put_number(db, "resident_bytes", (int64_t)facts->resident_bytes);
    put_number(db, "inconsistent", facts->inconsistent);
}

static void
put_arguments(struct hn_database *db, const struct hn_moment_facts *facts)
{
    sqlite3_stmt *insert =
        hn_statement_prepare(db, "INSERT INTO arguments VALUES (?, ?)");

    for (int64_t i = 0; facts->arguments[i] && !db->status; i++)
        hn_statement_insert(db, insert, "is", i, facts->arguments[i]);
    hn_statement_end(insert);
}

static void
put_totals(struct hn_database *db, const struct hn_heap_sums *sums)
{
    sqlite3_stmt *insert = hn_statement_prepare(db, "INSERT INTO totals VALUES (?, ?)");

    for (size_t i = 0; i < HN_TOTAL_COUNT; i++)
        hn_statement_insert(db, insert, "si", hn_totals[i].name,
                            (int64_t)*hn_total_at(sums, i));
    hn_statement_end(insert);
}

/* --- the heap's tables */

static void
put_types(struct hn_database *db, const struct hn_moment *moment)
{
    sqlite3_stmt *insert =
        hn_statement_prepare(db, "INSERT INTO types VALUES (?, ?, ?, ?, ?, ?, ?)");

    for (uint32_t i = 0; i < moment->heap.type_count && !db->status; i++) {
        const struct hn_heap_type *type = &moment->heap.type[i];
        const struct hn_moment_type *sums = &moment->sums[i];

        hn_statement_insert(db, insert, "issiiii", (int64_t)i, type->name, type->module,
                            (int64_t)type->flags, (int64_t)sums->count,
                            (int64_t)sums->bytes, (int64_t)sums->allocated);
    }
    hn_statement_end(insert);
}

static void
put_census(struct hn_database *db, const char *by, const struct hn_heap_census *census)
{
    sqlite3_stmt *insert =
        hn_statement_prepare(db, "INSERT INTO census VALUES (?, ?, ?, ?, ?)");

    for (size_t i = 0; i < census->row_count; i++) {
        const struct hn_heap_row *row = &census->rows[i];

        hn_statement_insert(db, insert, "ssiii", by, row->name, (int64_t)row->count,
                            (int64_t)row->bytes, (int64_t)row->allocated);
    }
    hn_statement_end(insert);
}

static void
put_generations(struct hn_database *db, const struct hn_gc_facts *facts)
{
    sqlite3_stmt *insert = hn_statement_prepare(
        db, "INSERT INTO generations VALUES (?, ?, ?, ?, ?, ?, ?, ?)");

    for (int64_t i = 0; i < HN_GC_GENERATIONS_SHOWN; i++) {
        const struct hn_gc_generation_facts *generation = &facts->generation[i];

        if (generation->has_stats)
            hn_statement_insert(
                db, insert, "iiiiiiii", facts->interpreter, i, generation->threshold,
                generation->count, (int64_t)generation->objects,
                (int64_t)generation->collections, (int64_t)generation->collected,
                (int64_t)generation->uncollectable);
        else
            hn_statement_insert(db, insert, "iiiii", facts->interpreter, i,
                                generation->threshold, generation->count,
                                (int64_t)generation->objects);
        if (insert)
            sqlite3_clear_bindings(insert);
    }
    hn_statement_end(insert);
}

static void
put_gc(struct hn_database *db, const struct hn_gc_report *report)
{
    sqlite3_stmt *insert = hn_statement_prepare(
        db, "INSERT INTO interpreters VALUES (?, ?, ?, ?, ?, ?, ?)");

    for (size_t i = 0; i < report->count; i++) {
        const struct hn_gc_facts *facts = &report->items[i];

        hn_statement_insert(db, insert, "iiiiiii", facts->interpreter,
                            (int64_t)facts->known, (int64_t)facts->enabled,
                            (int64_t)facts->collecting, (int64_t)facts->has_lists,
                            (int64_t)facts->frozen, (int64_t)facts->bad_lists);
        put_generations(db, facts);
    }
    hn_statement_end(insert);
}

/* --- traces */

static void
put_files(struct hn_database *db, const struct hn_traces *traces)
{
    sqlite3_stmt *insert = hn_statement_prepare(db, "INSERT INTO files VALUES (?, ?)");

    for (size_t i = 0; i < traces->file_count && !db->status; i++) {
        hn_statement_bind(db, insert, "i", (int64_t)i);
        /* Names may hold lone surrogates, which are no UTF-8, and more. */
        if (insert)
            sqlite3_bind_text(insert, 2, traces->files[i].name,
                              (int)traces->files[i].size, SQLITE_STATIC);
        hn_statement_insert(db, insert, "");
    }
    hn_statement_end(insert);
}

static const char *
text_of(struct hn_text *text, const struct hn_traces *traces,
        const struct hn_trace_stack *stack)
{
    hn_text_clear(text);
    for (uint32_t i = 0; i < stack->count && i < TEXT_FRAMES; i++) {
        const struct hn_trace_frame *frame = &traces->frames[stack->first + i];

        hn_text_printf(text, "%s%s:%" PRIu32, i ? " < " : "",
                       traces->files[frame->file].name, frame->line);
    }
    if (stack->count > TEXT_FRAMES)
        hn_text_puts(text, " < ...");
    return text->bytes ? text->bytes : "";
}

struct stack_sums {
    uint64_t count, bytes;
};

static void
put_tracebacks(struct hn_database *db, const struct hn_traces *traces,
               const struct stack_sums *sums)
{
    sqlite3_stmt *insert = hn_statement_prepare(
        db, "INSERT INTO tracebacks VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    struct hn_text text;

    hn_text_init(&text);
    for (size_t i = 0; i < traces->stack_count && !db->status; i++) {
        const struct hn_trace_stack *stack = &traces->stacks[i];
        const struct hn_trace_frame *frame = &traces->frames[stack->first];

        hn_statement_insert(
            db, insert, "iiiiiiis", (int64_t)i, stack->count ? (int64_t)frame->file : 0,
            stack->count ? (int64_t)frame->line : 0, (int64_t)stack->count,
            (int64_t)stack->total, (int64_t)sums[i].count, (int64_t)sums[i].bytes,
            text_of(&text, traces, stack));
    }
    hn_text_deinit(&text);
    hn_statement_end(insert);
}

static void
put_traces(struct hn_database *db, const struct hn_traces *traces)
{
    struct stack_sums *sums = calloc(traces->stack_count + 1, sizeof(*sums));

    if (!sums) {
        db->status = hn_fail(db->err, HN_E_NOMEM, 0, "no memory for the traces");
        return;
    }
    for (size_t i = 0; i < traces->count; i++) {
        sums[traces->traces[i].stack].count++;
        sums[traces->traces[i].stack].bytes += traces->traces[i].size;
    }
    put_number(db, "tracing", traces->tracing);
    put_number(db, "traced", (int64_t)traces->traced);
    if (traces->has_peak)
        put_number(db, "traced_peak", (int64_t)traces->peak);
    put_number(db, "trace_limit", traces->limit);
    put_number(db, "trace_totals", traces->has_totals);
    put_number(db, "traces_lost", (int64_t)traces->lost);
    put_files(db, traces);
    put_tracebacks(db, traces, sums);
    free(sums);
}

/* --- columns */

static void
put_chunk(struct hn_database *db, sqlite3_stmt *insert, struct hn_packer *packer,
          const struct hn_column *column, const void *numbers, size_t chunk,
          size_t count)
{
    const uint8_t *bytes;
    size_t size;

    if (!hn_column_pack(packer, column, numbers, count, &bytes, &size)) {
        db->status = hn_fail(db->err, HN_E_NOMEM, 0, "no memory to compress");
        return;
    }
    hn_statement_bind(db, insert, "siii", column->name, (int64_t)chunk, (int64_t)count,
                      (int64_t)column->width);
    sqlite3_bind_blob(insert, 5, bytes, (int)size, SQLITE_STATIC);
    hn_statement_insert(db, insert, "");
}

static void
put_column(struct hn_database *db, sqlite3_stmt *insert, struct hn_packer *packer,
           const struct hn_moment *moment, const struct hn_part *part, void *numbers)
{
    size_t rows = hn_part_rows(moment, part->of);

    for (size_t at = 0; at < rows && !db->status; at += HN_COLUMN_CHUNK) {
        size_t count = rows - at < HN_COLUMN_CHUNK ? rows - at : HN_COLUMN_CHUNK;

        part->get(moment, at, count, numbers);
        put_chunk(db, insert, packer, &part->column, numbers, at / HN_COLUMN_CHUNK,
                  count);
    }
}

static void
put_columns(struct hn_database *db, const struct hn_moment *moment)
{
    sqlite3_stmt *insert =
        hn_statement_prepare(db, "INSERT INTO columns VALUES (?, ?, ?, ?, ?)");
    struct hn_packer *packer = hn_packer_create();
    void *numbers = malloc((size_t)HN_COLUMN_CHUNK * sizeof(uint64_t));

    if (!packer || !numbers)
        db->status = hn_fail(db->err, HN_E_NOMEM, 0, "no memory to compress");
    for (size_t i = 0; i < hn_part_count && !db->status; i++)
        put_column(db, insert, packer, moment, &hn_parts[i], numbers);
    free(numbers);
    hn_packer_destroy(packer);
    hn_statement_end(insert);
}

/* --- a row an object */

static void
put_objects(struct hn_database *db, const struct hn_moment *moment)
{
    const struct hn_heap *heap = &moment->heap;
    sqlite3_stmt *insert;

    hn_database_run(db, hn_schema_objects);
    insert =
        hn_statement_prepare(db, "INSERT INTO objects VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (uint32_t i = 0; i < heap->count && !db->status; i++) {
        unsigned flags = hn_heap_flags(heap, i);
        const struct hn_trace *trace = hn_moment_trace(moment, i);

        hn_statement_bind(db, insert, "iiiii", (int64_t)hn_heap_address(heap, i),
                          (int64_t)heap->types[i], (int64_t)hn_heap_counted(heap, i),
                          (int64_t)hn_heap_spent(heap, i),
                          (int64_t)((flags & HN_HEAP_TRACKED) != 0));
        if (insert && flags & HN_HEAP_LISTED)
            sqlite3_bind_int(insert, 6, (int)hn_heap_generation(heap, i));
        if (insert && trace)
            sqlite3_bind_int64(insert, 7, trace->stack);
        hn_statement_insert(db, insert, "");
        if (insert)
            sqlite3_clear_bindings(insert);
    }
    hn_statement_end(insert);
}

/* --- the file */

static void
put_all(struct hn_database *db, const struct hn_moment *moment,
        const struct hn_snapshot_options *options)
{
    char pragmas[96];

    snprintf(pragmas, sizeof(pragmas),
             "PRAGMA application_id=%d; PRAGMA user_version=%d;", HN_SCHEMA_APPLICATION,
             HN_SCHEMA_VERSION);
    hn_database_run(db, pragmas);
    hn_database_run(db, hn_schema_tables);
    put_number(db, "readable_by", HN_SCHEMA_READABLE_BY);
    put_facts(db, &moment->facts);
    put_arguments(db, &moment->facts);
    put_number(db, "has_types", moment->has_types);
    put_number(db, "has_links", moment->has_links);
    put_number(db, "objects_kept", (int64_t)hn_part_rows(moment, HN_PART_OBJECTS));
    put_totals(db, &moment->heap.sums);
    put_types(db, moment);
    put_census(db, "size", &moment->by_size);
    put_census(db, "generation", &moment->by_generation);
    put_gc(db, &moment->gc);
    hn_views_put(db, moment);
    put_traces(db, &moment->traces);
    put_columns(db, moment);
    if (options->objects_table)
        put_objects(db, moment);
}

/* A limit on the size of files is told by a signal that would end the debugger around
 * us; blocked, it is an error of write(). */
static void
block_limit_signal(sigset_t *before)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &set, before);
}

static void
restore_signals(const sigset_t *before)
{
    const struct timespec now = { 0, 0 };
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGXFSZ);
    if (!sigismember(before, SIGXFSZ))
        while (sigtimedwait(&set, NULL, &now) < 0 && errno == EINTR)
            continue;
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

static enum hn_status
write_database(const struct hn_moment *moment, const char *path,
               const struct hn_snapshot_options *options, const struct hn_host *host,
               struct hn_error *err)
{
    struct hn_database db;
    enum hn_status st = hn_database_open(&db, path, true, host, err);

    if (!st)
        put_all(&db, moment, options);
    return hn_database_close(&db);
}

enum hn_status
hn_snapshot_write(const struct hn_moment *moment, const char *path,
                  const struct hn_snapshot_options *options, const struct hn_host *host,
                  struct hn_arena *arena, struct hn_error *err)
{
    struct hn_beside beside;
    sigset_t before;
    enum hn_status st = hn_beside_open(&beside, path, arena, err);

    if (st)
        return st;
    block_limit_signal(&before);
    st = write_database(moment, beside.temporary, options, host, err);
    if (!st)
        st = hn_beside_commit(&beside, err);
    hn_beside_discard(&beside);
    restore_signals(&before);
    return st;
}
