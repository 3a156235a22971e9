/* Books the interpreter's own tables: its state, the threads' states, the memory that
 * frames lie in, tables of arenas. Those that malloc gave are booked with their chunk
 * (ledger_malloc.c). */
#include <stdlib.h>

#include "heap/ledger_private.h"
#include "heap/pages.h"

enum {
    TABLES_MOST = 1 << 20,
    /* Chunks of frames of one thread: each as large as all before it, at least 16 KiB.
     */
    CHUNKS_MOST = 1 << 12,
    CHUNK_LEAST = 1 << 10
};

#define CHUNK_MOST (UINT64_C(1) << 32)

static void
add(struct hn_bookkeeper *b, hn_addr at, uint64_t size, const char *name)
{
    struct hn_table *tables;

    if (at == 0 || size == 0 || b->table_count >= TABLES_MOST)
        return;
    /* Powers of two, one more than there are. */
    if ((b->table_count & (b->table_count + 1)) == 0) {
        tables = reallocarray(b->tables, 2 * b->table_count + 1, sizeof(*tables));
        if (!tables) {
            b->failed = true;
            return;
        }
        b->tables = tables;
    }
    b->tables[b->table_count++] = (struct hn_table){ at, at + size, name };
}

/* Since 3.11 frames lie in chunks of their own. */
static void
add_frames(struct hn_bookkeeper *b, hn_addr thread)
{
    hn_addr at;

    if (!hn_layout_has(&b->py->layout, HN_THREAD_DATASTACK_CHUNK)
        || !hn_layout_has(&b->py->layout, HN_CHUNK_SIZE)
        || hn_field_read(b->py, HN_THREAD_DATASTACK_CHUNK, thread, &at) != HN_OK)
        return;
    for (unsigned i = 0; at != 0 && i < CHUNKS_MOST; i++) {
        uint64_t size;

        if (hn_field_read(b->py, HN_CHUNK_SIZE, at, &size) != HN_OK
            || size < CHUNK_LEAST || size > CHUNK_MOST)
            return;
        add(b, at, size, "frames");
        if (hn_field_read(b->py, HN_CHUNK_PREVIOUS, at, &at) != HN_OK)
            return;
    }
}

static void
add_interpreter(struct hn_bookkeeper *b, const struct hn_interpreter *interpreter)
{
    const struct hn_layout *layout = &b->py->layout;
    hn_addr state;

    add(b, interpreter->addr, layout->size[HN_STRUCT_INTERP], "interpreter states");
    if (hn_layout_has(layout, HN_INTERP_OBMALLOC)
        && hn_target_read_u64(
               b->py->target,
               hn_field_addr(b->py, HN_INTERP_OBMALLOC, interpreter->addr), &state)
               == HN_OK
        && hn_target_region(b->py->target, state) && state % 8 == 0)
        add(b, state, layout->size[HN_STRUCT_OBMALLOC], "allocator states");
    for (size_t i = 0; i < interpreter->thread_count; i++) {
        add(b, interpreter->threads[i].addr, layout->size[HN_STRUCT_THREAD],
            "thread states");
        add_frames(b, interpreter->threads[i].addr);
    }
}

static int
by_start(const void *a, const void *b)
{
    const struct hn_table *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end < y->end) - (x->end > y->end); /* the larger first */
}

const struct hn_table *
hn_book_table_in(const struct hn_bookkeeper *b, hn_addr start, hn_addr end)
{
    size_t low = 0, high = b->table_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (b->tables[middle].start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low < b->table_count && b->tables[low].start < end ? &b->tables[low] : NULL;
}

enum hn_status
hn_book_tables(struct hn_bookkeeper *b)
{
    struct hn_error saved = *b->py->err;
    hn_addr done = 0;

    add(b, b->process->runtime, b->py->layout.size[HN_STRUCT_RUNTIME], "runtime state");
    for (size_t i = 0; i < b->process->interpreter_count; i++)
        add_interpreter(b, &b->process->interpreters[i]);
    for (size_t i = 0; i < b->arenas.table_count; i++)
        add(b, b->arenas.tables[i].at, b->arenas.tables[i].size, "tables of arenas");
    *b->py->err = saved;
    if (b->table_count)
        qsort(b->tables, b->table_count, sizeof(*b->tables), by_start);
    for (size_t i = 0; i < b->table_count; i++) {
        const struct hn_table *table = &b->tables[i];
        hn_addr start = table->start > done ? table->start : done;

        /* The main interpreter is in the runtime state, its thread in it. */
        if (start >= table->end || hn_book_is_malloc(b, table->start)
            || hn_heap_pages_block_size(b->heap->pages, table->start) > 0)
            continue;
        hn_book_part(b, HN_LEDGER_TABLES, table->name, 1,
                     hn_book(b, HN_LEDGER_TABLES, start, table->end));
        hn_book_taken(b, start, table->end);
        done = table->end;
    }
    return HN_OK;
}
