/* A target whose memory a test builds: Python objects, laid out as one CPython does.
 *
 * run_for_each_layout() runs every test once for every CPython in the layout tables,
 * each time with a fresh builder as its state and that CPython in its name. Between
 * allocations lies filler, so a decoder that strays reads nonsense. */
#ifndef HN_TESTS_MEMORY_BUILDER_H
#define HN_TESTS_MEMORY_BUILDER_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/arena.h"
#include "layout/python.h"

enum { MEMORY_BASE = 0x10000, MEMORY_SIZE = 1 << 18, MEMORY_FILLER = 0xdb };

struct memory_builder {
    struct hn_python py;
    struct hn_error err;
    struct hn_arena arena; /* for what the test loads */
    uint8_t *bytes;        /* of the target, from MEMORY_BASE on */
    size_t used;
    hn_addr type, object, str, integer, bytes_type, tuple, list, dict; /* types */
};

/* For tests that want one CPython only. */
void
memory_builder_init(struct memory_builder *m, uint32_t hex, unsigned flavour);

void
memory_builder_deinit(struct memory_builder *m);

/* The tests of @group, each once per layout; returns main()'s status. */
struct layout_test {
    const char *name;
    void (*run)(void **state); /* *state is a struct memory_builder */
};
int
run_for_each_layout(const char *group, const struct layout_test *tests, size_t count);
#define LAYOUT_TEST(function) \
    {                         \
#function, function   \
    }

/* A test to which it is all the same which CPython; its state as above. */
int
memory_set_up(void **state);
int
memory_tear_down(void **state);
#define MEMORY_TEST(function) \
    cmocka_unit_test_setup_teardown(function, memory_set_up, memory_tear_down)

/* Zeroed memory, 16-byte aligned, with some before it that put() may write too. */
hn_addr
memory_alloc(struct memory_builder *m, size_t size);

void
memory_put(struct memory_builder *m, hn_addr at, const void *bytes, size_t size);

void
memory_put_u64(struct memory_builder *m, hn_addr at, uint64_t value);

/* Sets a field, which this CPython must have. */
void
memory_set(struct memory_builder *m, enum hn_field field, hn_addr base, uint64_t value);

/* From here to the end of the memory there is none: reads of it fault. */
void
memory_end_at(struct memory_builder *m, hn_addr at);

/* Sets how many references there are; false where it is not known how this CPython
 * counts them. */
bool
memory_set_refcount(struct memory_builder *m, hn_addr object, uint32_t count);

/* An object of @size bytes, at least, with its type and one reference. */
hn_addr
build_object(struct memory_builder *m, hn_addr type, size_t size);

hn_addr
build_type(struct memory_builder *m, const char *name, uint64_t flags);

hn_addr
build_int(struct memory_builder *m, bool negative, const uint32_t *digits,
          size_t count);

/* An int of 0 to 2^30 - 1. */
hn_addr
build_small_int(struct memory_builder *m, uint32_t value);

hn_addr
build_bytes(struct memory_builder *m, const void *bytes, size_t size);

hn_addr
build_tuple(struct memory_builder *m, const hn_addr *items, size_t count);

hn_addr
build_list(struct memory_builder *m, const hn_addr *items, size_t count);

/* A str of @count characters, @width bytes each. */
enum str_form { STR_ASCII, STR_COMPACT, STR_LEGACY, STR_NOT_READY /* to 3.11 */ };
hn_addr
build_str(struct memory_builder *m, enum str_form form, unsigned width,
          const void *characters, size_t count);

hn_addr
build_ascii(struct memory_builder *m, const char *text);

/* One entry of a dict; deleted ones have neither key nor value. */
struct entry {
    hn_addr key, value;
};

/* Dicts since 3.11 say what their keys are; before, all are general. */
enum keys_kind { KEYS_GENERAL, KEYS_UNICODE, KEYS_SPLIT };
hn_addr
build_keys(struct memory_builder *m, enum keys_kind kind, const struct entry *entries,
           size_t count);

hn_addr
build_dict(struct memory_builder *m, enum keys_kind kind, const struct entry *entries,
           size_t count);

/* What ma_values points to: @count values, of which those in @order (indices) came in
 * that order; before 3.11 the order is that of the keys. */
hn_addr
build_values(struct memory_builder *m, const hn_addr *values, size_t count,
             const uint8_t *order, size_t used);

/* The same at a place of its own, for values inside an object. */
void
put_values(struct memory_builder *m, hn_addr at, const hn_addr *values, size_t count,
           const uint8_t *order, size_t used);
size_t
size_of_values(const struct memory_builder *m, size_t count);

hn_addr
build_split_dict(struct memory_builder *m, hn_addr keys, hn_addr values);

#endif
