/* The code objects that were seen on stacks, resolved as soon as they were.
 *
 * A code object may be freed and its memory used for another one while a run goes on,
 * so an address alone says little: with it we keep its print, to be held against the
 * memory again and again. What a profile counts are contents: the same function made
 * anew in a loop stays one, and is known by its print. */
#ifndef HN_SAMPLE_CODES_H
#define HN_SAMPLE_CODES_H

#include "base/index.h"
#include "runtime/runtime.h"
#include "sample/print.h"

/* Far above the functions of any program; one that makes code without end stops being
 * resolved here. */
enum { HN_CODES_MOST = 1 << 20 };
#define HN_CODES_NONE UINT32_MAX

/* What is at an address. */
struct hn_code_state {
    struct hn_code_print print;
    hn_addr bytecode;     /* instruction pointers count from here; 0 up to 3.10 */
    uint32_t content;     /* index into contents */
    uint32_t frame_bytes; /* of its frames on the data stack, 0 up to 3.10 */
    bool internal;        /* the interpreter's own: not shown */
};

/* One address in one process; free-threaded builds have a copy of the bytecode for
 * each thread, and an entry here for each copy. Where code objects are made in a loop,
 * two may have one address in turn. */
struct hn_code_entry {
    hn_addr addr;
    uint32_t process, tlbc;
    struct hn_code_state now, before;
    bool changes; /* it went away, or there was another code object @before */
    bool doubted; /* when a stack was copied, another one was there than is now */
    uint64_t checked_ns;      /* when the print was last found to hold */
    uint64_t wished_ns;       /* when the pieces of prints were last wished for */
    size_t wish, wish_before; /* their first ones, the others behind them */
};

struct hn_codes {
    struct hn_code_entry *entries;
    uint32_t count, capacity;
    uint32_t *slots; /* entry + 1, by address */
    uint32_t slot_count;

    const struct hn_code **contents; /* distinct; live in their runtimes' arenas */
    uint32_t content_count, content_capacity;
    uint32_t *content_slots;
    uint32_t content_slot_count;
    struct hn_index digests; /* contents by what prints say */
    hn_addr type;            /* of the code object that was read last */
    bool full;
};

bool
hn_codes_init(struct hn_codes *codes);

void
hn_codes_deinit(struct hn_codes *codes);

/* HN_CODES_NONE if it was never loaded. */
uint32_t
hn_codes_find(const struct hn_codes *codes, uint32_t process, hn_addr addr,
              uint32_t tlbc);

/* The code object that is at @addr now: the one we know, if its print still holds, or
 * what is read. HN_CODES_NONE when that is none, or there is no room. */
uint32_t
hn_codes_check(struct hn_codes *codes, struct hn_runtime *rt,
               const struct hn_shape *shape, uint32_t process, hn_addr addr,
               uint32_t tlbc, uint64_t now_ns);

#endif
