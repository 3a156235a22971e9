#include "sample/recognize.h"

#include "base/grow.h"

enum {
    /* Those that were never seen to change are looked at a hundred times a second. */
    CODES_EVERY_NS = 10 * 1000 * 1000,
    /* How many times one that changes was on a stack, and how many looks ago at most,
     * for it to be copied at every look. */
    CHANGING_TIMES = 3,
    CHANGING_LOOKS = 100,
};

/* --- wishes */

static size_t
wish_for_print(struct hn_watch *w, hn_addr addr, const struct hn_code_print *print)
{
    struct hn_range pieces[HN_PRINT_PIECES];
    size_t first = w->plan.count,
           count = hn_print_pieces(&w->shape, addr, print, pieces);

    for (size_t i = 0; i < count; i++)
        hn_plan_add(&w->plan, pieces[i].addr, pieces[i].size);
    return first;
}

void
hn_wish_for_code(struct hn_watch *w, uint32_t index)
{
    struct hn_code_entry *entry = &w->codes->entries[index];

    if (entry->wished_ns == w->now_ns
        || (!entry->changes && w->now_ns - entry->checked_ns < CODES_EVERY_NS))
        return;
    if (!HN_GROW(w->wished, w->wished_capacity, w->wished_count + 1))
        return;
    entry->wished_ns = w->now_ns;
    entry->wish = wish_for_print(w, entry->addr, &entry->now.print);
    if (entry->changes)
        entry->wish_before = wish_for_print(w, entry->addr, &entry->before.print);
    w->wished[w->wished_count++] = index;
}

/* Reading a code object takes so long that a short function is over by then. Where each
 * is at an address of its own, copying those that were helps nobody. */
void
hn_wish_for_changing(struct hn_watch *w)
{
    for (size_t i = 0; i < HN_CHANGING_CODES; i++)
        if (w->changing[i].times >= CHANGING_TIMES
            && w->sample - w->changing[i].seen_in < CHANGING_LOOKS)
            hn_wish_for_code(w, w->changing[i].entry);
}

/* The one that was seen the longest ago gives way. */
void
hn_note_changing(struct hn_watch *w, uint32_t entry)
{
    struct hn_changing_code *oldest = &w->changing[0];

    for (size_t i = 0; i < HN_CHANGING_CODES; i++) {
        struct hn_changing_code *one = &w->changing[i];

        if (one->seen_in != 0 && one->entry == entry) {
            one->times += one->seen_in != w->sample;
            one->seen_in = w->sample;
            return;
        }
        if (one->seen_in < oldest->seen_in)
            oldest = one;
    }
    *oldest = (struct hn_changing_code){ entry, 1, w->sample };
}

/* --- what came */

static enum hn_likeness
compare_print(const struct hn_watch *w, hn_addr addr, const struct hn_code_print *print,
              size_t wish)
{
    const uint8_t *bytes[HN_PRINT_PIECES];

    for (size_t i = 0; i < HN_PRINT_PIECES; i++)
        bytes[i] = hn_plan_bytes(&w->plan, wish + i);
    return hn_print_compare(&w->shape, addr, print, bytes);
}

static bool
was_there(const struct hn_watch *w, const struct hn_code_entry *entry)
{
    const uint8_t *bytes = hn_plan_bytes(&w->plan, entry->wish);

    return bytes && hn_print_was_there(&w->shape, &entry->now.print, bytes);
}

/* What was there before is there again. */
static void
swap(struct hn_code_entry *entry)
{
    struct hn_code_state now = entry->before;

    entry->before = entry->now;
    entry->now = now;
}

/* Which of the two that were there is there now. Who reads it again does so later, and
 * may find that it is gone. */
static void
recognize(struct hn_watch *w, struct hn_code_entry *entry)
{
    enum hn_likeness now, before = HN_PRINT_DIFFERS;
    uint32_t likely;
    bool is_code;

    now = compare_print(w, entry->addr, &entry->now.print, entry->wish);
    if (now != HN_PRINT_HOLDS && entry->changes)
        before =
            compare_print(w, entry->addr, &entry->before.print, entry->wish_before);
    if (before > now) {
        swap(entry);
        now = before;
    }
    likely = entry->now.content;
    entry->checked_ns = w->now_ns;
    entry->doubted = false;
    if (now == HN_PRINT_HOLDS)
        return;
    is_code = hn_codes_check(w->codes, w->rt, &w->shape, w->index, entry->addr,
                             entry->tlbc, w->now_ns)
              != HN_CODES_NONE;
    if (now == HN_PRINT_DIFFERS)
        entry->doubted = !is_code || !was_there(w, entry);
    else if (entry->now.content != likely)
        swap(entry);
}

static bool
stays_the_same(struct hn_watch *w, struct hn_code_entry *entry)
{
    uint32_t content = entry->now.content;

    recognize(w, entry);
    return entry->now.content == content;
}

bool
hn_recognize_codes(struct hn_watch *w)
{
    bool same = true;

    for (size_t i = 0; i < w->wished_count; i++)
        same &= stays_the_same(w, &w->codes->entries[w->wished[i]]);
    w->wished_count = 0;
    return same;
}
