/* pagemap says of each page whether it is there; smaps says how much of a mapping
 * counts as resident. The two differ by one thing: where a program only read memory
 * that it never wrote, the kernel shows one page of zeros to everybody, which pagemap
 * has and the resident size has not. Such a page is neither of a file nor exclusive to
 * the process; so is one that is shared with a forked child. As many of these count as
 * are missing from the mapping's resident size.
 * Linux: Documentation/admin-guide/mm/pagemap.rst, Documentation/filesystems/proc.rst.
 */
#include "target/resident.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "target/cache.h"
#include "target/proc.h"

enum { WORDS = 4096 };

#define PRESENT (UINT64_C(1) << 63)
#define SWAPPED (UINT64_C(1) << 62)
#define OF_FILE (UINT64_C(1) << 61)
#define EXCLUSIVE (UINT64_C(1) << 56)

struct walk {
    int pagemap;
    hn_run_fn *each;
    void *arg;
    hn_addr start, end; /* of the run so far */
    bool swapped;
    uint64_t unsure; /* bytes of shared anonymous pages that still count */
};

static void
end_run(struct walk *w)
{
    if (w->end > w->start)
        w->each(w->arg, w->start, w->end, w->swapped);
    w->start = w->end = 0;
}

static void
add_page(struct walk *w, hn_addr at, bool swapped)
{
    if (at != w->end || swapped != w->swapped) {
        end_run(w);
        w->start = at;
        w->swapped = swapped;
    }
    w->end = at + HN_PAGE_SIZE;
}

static bool
is_unsure(uint64_t word)
{
    return (word & (PRESENT | OF_FILE | EXCLUSIVE)) == PRESENT;
}

static void
take(struct walk *w, hn_addr at, uint64_t word)
{
    if (is_unsure(word)) {
        if (w->unsure < HN_PAGE_SIZE)
            return;
        w->unsure -= HN_PAGE_SIZE;
    }
    if (word & PRESENT)
        add_page(w, at, false);
    else if (word & SWAPPED)
        add_page(w, at, true);
}

/* Calls @each word of the mapping; false when pagemap has none. */
static bool
read_words(int pagemap, hn_addr at, uint64_t *words, size_t count)
{
    return pread(pagemap, words, count * sizeof(*words),
                 (off_t)(at / HN_PAGE_SIZE * sizeof(*words)))
           == (ssize_t)(count * sizeof(*words));
}

/* Bytes of the mapping that surely count; those that may are in *unsure_ret. */
static uint64_t
count_sure(const struct walk *w, hn_addr start, hn_addr end, uint64_t *unsure_ret)
{
    uint64_t words[WORDS], sure = 0, unsure = 0;

    for (hn_addr at = start; at < end;) {
        size_t n = (end - at) / HN_PAGE_SIZE;

        n = n < WORDS ? n : WORDS;
        if (!read_words(w->pagemap, at, words, n))
            break;
        for (size_t i = 0; i < n; i++) {
            unsure += is_unsure(words[i]);
            sure += (words[i] & PRESENT) && !is_unsure(words[i]);
        }
        at += n * HN_PAGE_SIZE;
    }
    *unsure_ret = unsure * HN_PAGE_SIZE;
    return sure * HN_PAGE_SIZE;
}

static bool
walk_mapping(struct walk *w, hn_addr start, hn_addr end, uint64_t resident,
             uint64_t swapped)
{
    uint64_t words[WORDS], unsure, sure;

    if (resident == 0 && swapped == 0)
        return true;
    sure = count_sure(w, start, end, &unsure);
    w->unsure = resident > sure ? resident - sure : 0;
    for (hn_addr at = start; at < end;) {
        size_t n = (end - at) / HN_PAGE_SIZE;

        n = n < WORDS ? n : WORDS;
        if (!read_words(w->pagemap, at, words, n))
            return false;
        for (size_t i = 0; i < n; i++)
            take(w, at + i * HN_PAGE_SIZE, words[i]);
        at += n * HN_PAGE_SIZE;
    }
    end_run(w);
    return true;
}

static bool
parse_kilobytes(const char *line, const char *name, uint64_t *ret)
{
    size_t length = strlen(name);

    return strncmp(line, name, length) == 0
           && sscanf(line + length, "%" SCNu64, ret) == 1;
}

static bool
parse_addresses(const char *line, hn_addr *start_ret, hn_addr *end_ret)
{
    uint64_t start, end;

    /* "Anonymous: ..." begins with a number, too. */
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) != 2 || start >= end
        || start % HN_PAGE_SIZE != 0 || end % HN_PAGE_SIZE != 0)
        return false;
    *start_ret = start;
    *end_ret = end;
    return true;
}

/* A line of addresses begins each mapping; VmFlags ends it. */
bool
hn_resident_walk(int proc, int pagemap, hn_run_fn *each, void *arg)
{
    struct walk w = { .pagemap = pagemap, .each = each, .arg = arg };
    uint64_t start = 0, end = 0, kilobytes, resident = 0, swapped = 0;
    struct hn_text smaps;
    bool ok;

    hn_text_init(&smaps);
    ok = pagemap >= 0 && hn_proc_read(proc, "smaps", &smaps);
    hn_text_putc(&smaps, '\0');
    ok = ok && !smaps.failed;
    for (char *line = smaps.bytes, *next; ok && line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (parse_kilobytes(line, "Rss:", &kilobytes))
            resident = kilobytes << 10;
        else if (parse_kilobytes(line, "Swap:", &kilobytes))
            swapped = kilobytes << 10;
        else if (strncmp(line, "VmFlags:", 8) == 0)
            ok = walk_mapping(&w, start, end, resident, swapped);
        else if (parse_addresses(line, &start, &end))
            resident = swapped = 0;
    }
    hn_text_deinit(&smaps);
    return ok;
}
