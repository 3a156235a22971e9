/* The code objects that were seen on stacks, resolved as soon as they were.
 *
 * A code object may be freed and its memory used for another one while a run goes on,
 * so an address alone says little: with it we keep the words that tell a code object
 * from others (names, file, line, table), to be held against the memory again and
 * again. What a profile counts are contents: the same function made anew in a loop
 * stays one. */
#ifndef HN_SAMPLE_CODES_H
#define HN_SAMPLE_CODES_H

#include "runtime/runtime.h"
#include "sample/shape.h"

/* Far above the functions of any program; one that makes code without end stops being
 * resolved here. */
enum { HN_CODES_MOST = 1 << 20 };
#define HN_CODES_NONE UINT32_MAX

/* What the memory of a code object says of its identity. */
struct hn_code_print {
    hn_addr type, file, name, qualname, table;
    uint32_t line, units, slots, stack;
};

/* One address in one process; free-threaded builds have a copy of the bytecode for
 * each thread, and an entry here for each copy. */
struct hn_code_entry {
    hn_addr addr;
    uint32_t process, tlbc;
    uint32_t content;     /* index into contents */
    hn_addr bytecode;     /* instruction pointers count from here; 0 up to 3.10 */
    uint32_t frame_bytes; /* of its frames on the data stack, 0 up to 3.10 */
    bool internal;        /* the interpreter's own: not shown */
    bool changes;         /* this address had another code object before */
    struct hn_code_print print;
    uint64_t checked_ns; /* when the print was last found to hold */
    uint64_t wished_in;  /* the sample for which the print is being copied */
    size_t wish;
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

/* Reads the code object at @addr now, whether it was known or not; HN_CODES_NONE when
 * that is none, or there is no room. */
uint32_t
hn_codes_load(struct hn_codes *codes, struct hn_runtime *rt,
              const struct hn_shape *shape, uint32_t process, hn_addr addr,
              uint32_t tlbc, uint64_t now_ns);

/* Reads no more than its print if that is still the one we know. */
uint32_t
hn_codes_check(struct hn_codes *codes, struct hn_runtime *rt,
               const struct hn_shape *shape, uint32_t process, hn_addr addr,
               uint32_t tlbc, uint64_t now_ns);

/* Whether @bytes (the span shape->code) are still the same code object. */
bool
hn_code_print_holds(const struct hn_shape *shape, const struct hn_code_print *print,
                    const uint8_t *bytes);

#endif
