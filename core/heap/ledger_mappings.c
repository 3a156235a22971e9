/* Books what mappings have beside pools, arenas and chunks: files, data, stacks, large
 * blocks of malloc in mappings of their own, and anonymous memory by who points to it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "heap/ledger_private.h"

enum {
    WORD = 8,
    PAGE = 4 << 10,
    /* glibc aligns the block of a thread that its own pointer stands in. */
    THREAD_ALIGNMENT = 64,
    THREAD_SELF = 2 * WORD, /* tcbhead_t.self on x86-64 */
    /* struct pthread, which begins there: 2304 to 2560 bytes. */
    THREAD_BLOCK = 2560,
    GAPS_MOST = 1 << 20,
    DATA_MOST = 1 << 28
};

/* Anonymous memory that nothing has explained yet. */
struct gap {
    hn_addr start, end;
    const char *holder; /* what points to it */
};

struct gaps {
    struct gap *items; /* ascending */
    size_t count, capacity;
    const char *data; /* the file whose data it is that is looked at; else NULL */
    hn_addr done;     /* all below is booked */
    bool failed;
};

/* Calls hn_book for what of [start, end) is not taken; returns how much there was. */
static uint64_t
book_rest(struct hn_bookkeeper *b, enum hn_ledger_row_name row, hn_addr start,
          hn_addr end, size_t taken)
{
    uint64_t bytes = 0;

    for (; start < end && taken < b->taken_count; taken++) {
        const struct hn_taken *t = &b->taken[taken];

        if (t->start >= end)
            break;
        if (t->start > start)
            bytes += hn_book(b, row, start, t->start);
        if (t->end > start)
            start = t->end;
    }
    return start < end ? bytes + hn_book(b, row, start, end) : bytes;
}

/* --- anonymous memory */

static void
add_gap(struct gaps *gaps, hn_addr start, hn_addr end)
{
    if (gaps->count >= GAPS_MOST
        || !HN_GROW(gaps->items, gaps->capacity, gaps->count + 1)) {
        gaps->failed = true;
        return;
    }
    gaps->items[gaps->count++] = (struct gap){ start, end, NULL };
}

/* The end of the thread's block if a thread of glibc has it in [start, end): the word
 * it begins with, and another, are its own address. It stands at the end of the stack.
 */
static hn_addr
find_thread_end(struct hn_bookkeeper *b, hn_addr start, hn_addr end)
{
    hn_addr at = (start + THREAD_ALIGNMENT - 1) & ~(hn_addr)(THREAD_ALIGNMENT - 1);

    while (at + THREAD_ALIGNMENT <= end) {
        size_t size;
        const uint8_t *bytes = hn_target_lend(b->py->target, at, &size);

        if (!bytes || size < THREAD_ALIGNMENT) {
            at = (at | (PAGE - 1)) + 1;
            continue;
        }
        size = size < end - at ? size : (size_t)(end - at);
        for (size_t i = 0; i + THREAD_ALIGNMENT <= size; i += THREAD_ALIGNMENT) {
            uint64_t first, self;

            memcpy(&first, bytes + i, WORD);
            if (first != at + i)
                continue;
            memcpy(&self, bytes + i + THREAD_SELF, WORD);
            if (self == first) {
                hn_addr stop = (first + THREAD_BLOCK + PAGE - 1) & ~(hn_addr)(PAGE - 1);

                return stop < end ? stop : end;
            }
        }
        at += size & ~(size_t)(THREAD_ALIGNMENT - 1);
    }
    return 0;
}

/* Objects' buffers that lie in the gap outside of any chunk. */
static void
book_claims(struct hn_bookkeeper *b, struct gaps *gaps, hn_addr start, hn_addr end)
{
    const struct hn_heap_claims *claims = b->heap->claims;

    for (size_t i = hn_book_claim_from(b, start); i < claims->count && start < end;
         i++) {
        const struct hn_heap_claim *claim = &claims->items[i];
        hn_addr stop = claim->size < end - claim->at ? claim->at + claim->size : end;

        if (claim->at >= end)
            break;
        if (claim->at < start || claim->at >= stop)
            continue;
        if (claim->at > start)
            add_gap(gaps, start, claim->at);
        hn_book_claim(b, claim, claim->at, stop);
        start = stop;
    }
    if (start < end)
        add_gap(gaps, start, end);
}

static void
book_gap(struct hn_bookkeeper *b, struct gaps *gaps, hn_addr start, hn_addr end)
{
    hn_addr stop;

    /* What follows a library's data begins with the rest of it (.bss); the kernel joins
     * that with mappings behind it. */
    if (gaps->data) {
        hn_book_part(b, HN_LEDGER_DATA, gaps->data, 1,
                     hn_book(b, HN_LEDGER_DATA, start, end));
        return;
    }

    while (start < end && hn_present_bytes(&b->present, start, end) > 0
           && (stop = find_thread_end(b, start, end)) != 0) {
        hn_book_part(b, HN_LEDGER_STACKS, "other threads", 1,
                     hn_book(b, HN_LEDGER_STACKS, start, stop));
        b->ledger->rows[HN_LEDGER_STACKS].count++;
        start = stop;
    }
    if (hn_present_bytes(&b->present, start, end) > 0)
        book_claims(b, gaps, start, end);
}

/* A block that malloc gave a mapping of its own, with what may be taken inside. */
static void
book_large(struct hn_bookkeeper *b, hn_addr start, hn_addr end, size_t taken)
{
    const struct hn_heap_claims *claims = b->heap->claims;
    size_t i = hn_book_claim_from(b, start);

    if (i < claims->count && claims->items[i].at < end) {
        hn_book_claim(b, &claims->items[i], start, end);
        return;
    }
    hn_book_part(b, HN_LEDGER_C_USED, "large blocks, each a mapping", 1,
                 book_rest(b, HN_LEDGER_C_USED, start, end, taken));
    b->ledger->rows[HN_LEDGER_C_USED].count++;
}

/* Chunks that are mappings follow one another where the kernel joined them. */
static enum hn_status
book_anonymous(struct hn_bookkeeper *b, struct gaps *gaps, hn_addr start, hn_addr end,
               hn_addr run, size_t taken, hn_addr *done_ret)
{
    hn_addr gap = start, at = start;

    while (at < end) {
        uint64_t size;
        enum hn_status st = hn_book_step(b);

        if (st)
            return st;
        if (!hn_chunk_is_mapping(b->py->target, at, run, &size)) {
            at = (at | (PAGE - 1)) + 1;
            continue;
        }
        if (gap < at)
            book_gap(b, gaps, gap, at);
        book_large(b, at, at + size, taken);
        b->ledger->c_large += size;
        at += size;
        gap = at;
    }
    if (gap < end)
        book_gap(b, gaps, gap, end);
    *done_ret = at > end ? at : end;
    return HN_OK;
}

/* --- mappings */

/* Where all of it goes that is not taken; false for anonymous memory. */
static bool
row_of_region(const struct hn_bookkeeper *b, const struct hn_region *region,
              enum hn_ledger_row_name *row_ret, const char **name_ret)
{
    const char *path = region->path;

    *name_ret = path;
    if (strcmp(path, "[stack]") == 0) {
        *row_ret = HN_LEDGER_STACKS;
        *name_ret = "main thread";
    } else if (strncmp(path, "/dev/zero", 9) == 0 || strncmp(path, "/SYSV", 5) == 0) {
        *row_ret = HN_LEDGER_MAPPINGS;
        *name_ret = "shared anonymous memory (mmap, multiprocessing)";
    } else if (path[0] == '/' && region->writable && !region->shared) {
        *row_ret = HN_LEDGER_DATA;
    } else if (path[0] == '/') {
        *row_ret = HN_LEDGER_FILES;
    } else if (strncmp(path, "[anon", 5) == 0) {
        *row_ret = HN_LEDGER_MAPPINGS;
    } else if (path[0] == '[' && strcmp(path, "[heap]") != 0) {
        *row_ret = HN_LEDGER_FILES; /* the kernel's own: vdso, vvar */
        *name_ret = "the kernel's pages";
    } else if (strcmp(path, "[heap]") == 0 && b->glibc.main_arena == 0) {
        *row_ret = HN_LEDGER_C_USED;
        *name_ret = "the break, not taken apart";
    } else if (!region->readable && !region->writable) {
        *row_ret = HN_LEDGER_MAPPINGS;
        *name_ret = "inaccessible: guard pages, addresses kept";
    } else {
        return false;
    }
    return true;
}

/* How far anonymous memory goes on: the kernel splits mappings where parts of them are
 * treated otherwise (madvise), so that a chunk can be in several. */
static hn_addr
run_end(const struct hn_target *target, const struct hn_region *region)
{
    const struct hn_region *end = target->regions + target->region_count;
    hn_addr at = region->end;

    for (region++;
         region < end && region->start == at && region->writable && !region->path[0];
         region++)
        at = region->end;
    return at;
}

static enum hn_status
book_region(struct hn_bookkeeper *b, struct gaps *gaps, const struct hn_region *region,
            size_t taken)
{
    enum hn_ledger_row_name row;
    const char *name;
    hn_addr at = region->start > gaps->done ? region->start : gaps->done;
    const hn_addr end = run_end(b->py->target, region);

    if (row_of_region(b, region, &row, &name)) {
        hn_book_part(b, row, name, 1,
                     book_rest(b, row, region->start, region->end, taken));
        return HN_OK;
    }
    gaps->data = hn_target_is_data(b->py->target, region) ? region[-1].path : NULL;
    for (; at < region->end; taken++) {
        const struct hn_taken *t = taken < b->taken_count ? &b->taken[taken] : NULL;
        hn_addr stop = t && t->start < region->end ? t->start : region->end;

        if (at < stop && hn_present_bytes(&b->present, at, stop) > 0) {
            enum hn_status st = book_anonymous(b, gaps, at, stop, end, taken, &at);

            if (st)
                return st;
        } else if (stop > at) {
            at = stop;
        }
        if (!t || t->start >= region->end)
            break;
        if (t->end > at)
            at = t->end;
    }
    gaps->done = at;
    return HN_OK;
}

/* --- who points to what is left */

static struct gap *
gap_around(const struct gaps *gaps, hn_addr at)
{
    size_t low = 0, high = gaps->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (gaps->items[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low < gaps->count && at >= gaps->items[low].start ? &gaps->items[low] : NULL;
}

static void
search_data(struct hn_bookkeeper *b, struct gaps *gaps, const struct hn_region *region,
            const char *name)
{
    const hn_addr low = gaps->items[0].start, high = gaps->items[gaps->count - 1].end;

    for (hn_addr at = region->start; at < region->end;) {
        size_t size;
        const uint8_t *bytes = hn_target_lend(b->py->target, at, &size);

        if (!bytes || size < WORD) {
            at = (at | (PAGE - 1)) + 1;
            continue;
        }
        size = size < region->end - at ? size : (size_t)(region->end - at);
        for (size_t i = 0; i + WORD <= size; i += WORD) {
            struct gap *gap;
            uint64_t word;

            memcpy(&word, bytes + i, WORD);
            if (word < low || word >= high)
                continue;
            gap = gap_around(gaps, word);
            if (gap && !gap->holder)
                gap->holder = name;
        }
        at += size & ~(size_t)(WORD - 1);
    }
}

static void
find_holders(struct hn_bookkeeper *b, struct gaps *gaps)
{
    const struct hn_target *target = b->py->target;

    for (size_t i = 0; gaps->count && i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];

        if (region->writable && !region->shared && hn_target_is_data(target, region)
            && region->end - region->start <= DATA_MOST)
            search_data(b, gaps, region,
                        *region->path ? region->path : region[-1].path);
    }
}

static void
book_gaps(struct hn_bookkeeper *b, const struct gaps *gaps)
{
    for (size_t i = 0; i < gaps->count; i++) {
        const struct gap *gap = &gaps->items[i];
        char name[64];

        if (gap->holder) {
            hn_book_part(b, HN_LEDGER_MAPPINGS, gap->holder, 1,
                         hn_book(b, HN_LEDGER_MAPPINGS, gap->start, gap->end));
            continue;
        }
        snprintf(name, sizeof(name), "0x%" PRIx64 ", %" PRIu64 " KiB", gap->start,
                 (gap->end - gap->start) >> 10);
        hn_book_part(b, HN_LEDGER_UNACCOUNTED, name, 1,
                     hn_book(b, HN_LEDGER_UNACCOUNTED, gap->start, gap->end));
    }
}

enum hn_status
hn_book_mappings(struct hn_bookkeeper *b)
{
    const struct hn_target *target = b->py->target;
    struct gaps gaps = { 0 };
    enum hn_status st = HN_OK;
    size_t taken = 0;

    for (size_t i = 0; !st && i < target->region_count; i++) {
        const struct hn_region *region = &target->regions[i];

        while (taken < b->taken_count && b->taken[taken].end <= region->start)
            taken++;
        if (hn_present_bytes(&b->present, region->start, region->end) > 0)
            st = book_region(b, &gaps, region, taken);
    }
    if (!st) {
        find_holders(b, &gaps);
        book_gaps(b, &gaps);
    }
    b->failed |= gaps.failed;
    free(gaps.items);
    return st;
}
