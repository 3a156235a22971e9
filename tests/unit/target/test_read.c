/* Reading through the target: errors, strings, the cache before slow hosts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "target/target.h"

/* Memory from @start on; counts what is asked of it. */
struct memory {
    hn_addr start;
    size_t size;
    const char *bytes;
    unsigned reads, closed;
    bool interrupt;
};

static size_t
memory_read(void *impl, hn_addr addr, void *buf, size_t size)
{
    struct memory *memory = impl;

    memory->reads++;
    if (addr < memory->start || addr - memory->start >= memory->size)
        return 0;
    if (size > memory->size - (addr - memory->start))
        size = memory->size - (addr - memory->start);
    memcpy(buf, memory->bytes + (addr - memory->start), size);
    return size;
}

static void
memory_close(void *impl)
{
    ((struct memory *)impl)->closed++;
}

static enum hn_status
memory_regions(void *impl, hn_region_fn *each, void *arg)
{
    const struct memory *memory = impl;
    const struct hn_region upper = { .start = memory->start,
                                     .end = memory->start + memory->size,
                                     .readable = true,
                                     .path = "[heap]" };
    const struct hn_region lower = { .start = 0x10, .end = 0x20, .path = "" };
    const struct hn_region overlapping = { .start = 0x18, .end = 0x28, .path = "" };
    enum hn_status st = each(arg, &upper);

    if (st == HN_OK)
        st = each(arg, &overlapping); /* the lower one wins */
    return st ? st : each(arg, &lower);
}

static enum hn_status
memory_threads(void *impl, hn_thread_fn *each, void *arg)
{
    static const struct hn_native_thread threads[] = { { .tid = 30, .name = "c" },
                                                       { .tid = 10, .name = "a" },
                                                       { .tid = 20, .name = "b" } };
    enum hn_status st = HN_OK;

    (void)impl;
    for (size_t i = 0; i < 3 && st == HN_OK; i++)
        st = each(arg, &threads[i]);
    return st;
}

static const struct hn_target_ops ops = {
    .kind = "remote",
    .reader = "a byte array",
    .read = memory_read,
    .close = memory_close,
    .regions = memory_regions,
    .threads = memory_threads,
};

static struct hn_error err;

static struct hn_target *
open_memory(struct memory *memory)
{
    struct hn_target *target = NULL;

    assert_int_equal(hn_target_open_ops(&ops, memory, &err, &target), HN_OK);
    return target;
}

static void
reports_the_first_missing_byte(void **state)
{
    struct memory memory = { .start = 0x1000, .size = 8, .bytes = "12345678" };
    struct hn_target *target = open_memory(&memory);
    char buf[16];

    (void)state;
    assert_int_equal(hn_target_read(target, 0x1000, buf, 8), HN_OK);
    assert_memory_equal(buf, "12345678", 8);
    assert_int_equal(hn_target_read(target, 0x1004, buf, 8), HN_E_FAULT);
    assert_int_equal(err.addr, 0x1008);
    assert_int_equal(hn_target_read(target, 0xfff, buf, 1), HN_E_FAULT);
    assert_int_equal(err.addr, 0xfff);
    hn_target_close(target);
    assert_int_equal(memory.closed, 1);
}

static void
reads_what_there_is_without_a_word(void **state)
{
    struct memory memory = { .start = 0x1000, .size = 8, .bytes = "12345678" };
    struct hn_target *target = open_memory(&memory);
    char buf[16];

    (void)state;
    hn_fail(&err, HN_E_CORRUPT, 0, "untouched");
    assert_int_equal(hn_target_read_some(target, 0x1004, buf, 16), 4);
    assert_int_equal(hn_target_read_some(target, 0x2000, buf, 16), 0);
    assert_string_equal(err.what, "untouched");
    hn_target_close(target);
}

static void
a_read_at_the_end_of_the_address_space_does_not_wrap(void **state)
{
    struct memory memory = { .start = 0, .size = 8, .bytes = "12345678" };
    struct hn_target *target = open_memory(&memory);
    char buf[16];

    (void)state;
    assert_int_equal(hn_target_read(target, UINT64_MAX - 3, buf, 8), HN_E_FAULT);
    hn_target_close(target);
}

static void
reads_numbers_and_leaves_them_alone_on_failure(void **state)
{
    const uint64_t value = 0x1122334455667788;
    struct memory memory = { .start = 0x1000,
                             .size = 8,
                             .bytes = (const char *)&value };
    struct hn_target *target = open_memory(&memory);
    uint64_t u64 = 1;
    uint32_t u32 = 1;

    (void)state;
    assert_int_equal(hn_target_read_u64(target, 0x1000, &u64), HN_OK);
    assert_true(u64 == value);
    assert_int_equal(hn_target_read_u32(target, 0x1004, &u32), HN_OK);
    assert_int_equal(u32, 0x11223344);
    assert_int_equal(hn_target_read_u64(target, 0x1001, &u64), HN_E_FAULT);
    assert_true(u64 == value);
    hn_target_close(target);
}

static void
a_string_may_end_where_memory_ends(void **state)
{
    struct memory memory = { .start = 0x1000, .size = 6, .bytes = "hello" };
    struct hn_target *target = open_memory(&memory);
    const char *string = NULL;

    (void)state;
    assert_int_equal(
        hn_target_read_cstring(target, 0x1000, 100, &target->arena, &string), HN_OK);
    assert_string_equal(string, "hello");
    assert_int_equal(
        hn_target_read_cstring(target, 0x1005, 100, &target->arena, &string), HN_OK);
    assert_string_equal(string, "");
    hn_target_close(target);
}

static void
a_string_without_an_end_is_an_error(void **state)
{
    struct memory memory = { .start = 0x1000, .size = 5, .bytes = "hello" };
    struct hn_target *target = open_memory(&memory);
    const char *string = NULL;

    (void)state;
    assert_int_equal(
        hn_target_read_cstring(target, 0x1000, 100, &target->arena, &string),
        HN_E_FAULT);
    assert_int_equal(err.addr, 0x1005);
    assert_int_equal(hn_target_read_cstring(target, 0x1000, 3, &target->arena, &string),
                     HN_E_CORRUPT);
    assert_null(string);
    hn_target_close(target);
}

static void
finds_the_mapping_of_an_address(void **state)
{
    struct memory memory = { .start = 0x1000, .size = 8, .bytes = "12345678" };
    struct hn_target *target = open_memory(&memory);

    (void)state;
    assert_int_equal(target->region_count, 2);
    assert_int_equal(target->regions[0].start, 0x10);
    assert_string_equal(hn_target_region(target, 0x1007)->path, "[heap]");
    assert_null(hn_target_region(target, 0x1008));
    assert_null(hn_target_region(target, 0x20));
    assert_null(hn_target_region(target, 0));
    hn_target_close(target);
}

static void
lists_threads_in_order_with_the_main_one_first(void **state)
{
    struct memory memory = { .start = 0x1000, .size = 8, .bytes = "12345678" };
    struct hn_target *target = open_memory(&memory);
    struct hn_native_thread *threads;
    size_t count;

    (void)state;
    target->pid = 20;
    assert_int_equal(hn_target_threads(target, &target->arena, &threads, &count),
                     HN_OK);
    assert_int_equal(count, 3);
    assert_int_equal(threads[0].tid, 20);
    assert_int_equal(threads[1].tid, 10);
    assert_int_equal(threads[2].tid, 30);
    assert_string_equal(threads[2].name, "c");
    hn_target_close(target);
}

/* A host: slow, so every round trip counts. */
static bool
interrupted(void *impl)
{
    return ((struct memory *)impl)->interrupt;
}

static struct hn_host
host_of(struct memory *memory)
{
    return (struct hn_host){
        .name = "test", .impl = memory, .ops = &ops, .interrupted = interrupted
    };
}

static void
a_host_is_asked_once_for_a_page(void **state)
{
    static char page[8192] = "begin";
    struct memory memory = { .start = 0x1000, .size = sizeof(page), .bytes = page };
    struct hn_host host = host_of(&memory);
    struct hn_target *target;
    char buf[8];

    (void)state;
    page[8191] = 'z';
    assert_int_equal(hn_target_open_host(&host, NULL, 42, &err, &target), HN_OK);
    assert_int_equal(target->pid, 42);
    for (hn_addr at = 0x1000; at < 0x2000; at += 8)
        assert_int_equal(hn_target_read(target, at, buf, 8), HN_OK);
    assert_int_equal(memory.reads, 1);
    assert_int_equal(hn_target_read(target, 0x2fff, buf, 1), HN_OK);
    assert_int_equal(buf[0], 'z');
    assert_int_equal(memory.reads, 2);
    assert_int_equal(hn_target_refresh(target), HN_OK);
    assert_int_equal(hn_target_read(target, 0x1000, buf, 8), HN_OK);
    assert_int_equal(memory.reads, 3);
    hn_target_close(target);
    assert_int_equal(memory.closed, 0); /* the host is not ours to close */
}

static void
a_host_may_know_only_part_of_a_page(void **state)
{
    struct memory memory = { .start = 0x1010, .size = 8, .bytes = "12345678" };
    struct hn_host host = host_of(&memory);
    struct hn_target *target;
    char buf[8];

    (void)state;
    assert_int_equal(hn_target_open_host(&host, NULL, 0, &err, &target), HN_OK);
    assert_int_equal(hn_target_read(target, 0x1012, buf, 6), HN_OK);
    assert_memory_equal(buf, "345678", 6);
    assert_int_equal(hn_target_read(target, 0x1012, buf, 7), HN_E_FAULT);
    assert_int_equal(err.addr, 0x1018);
    hn_target_close(target);
}

static void
a_large_read_from_a_host_is_one_call(void **state)
{
    static char bytes[1 << 20], buf[1 << 20];
    struct memory memory = { .start = 0x100000, .size = sizeof(bytes), .bytes = bytes };
    struct hn_host host = host_of(&memory);
    struct hn_target *target;

    (void)state;
    memset(bytes, 'x', sizeof(bytes));
    assert_int_equal(hn_target_open_host(&host, NULL, 0, &err, &target), HN_OK);
    assert_int_equal(hn_target_read(target, 0x100000, buf, sizeof(buf)), HN_OK);
    assert_memory_equal(buf, bytes, sizeof(buf));
    assert_int_equal(memory.reads, 1);
    hn_target_close(target);
}

static void
the_host_says_when_to_stop(void **state)
{
    struct memory memory = { .start = 0x1000, .size = 8, .bytes = "12345678" };
    struct hn_host host = host_of(&memory);
    struct hn_target *target;

    (void)state;
    assert_int_equal(hn_target_open_host(&host, NULL, 0, &err, &target), HN_OK);
    assert_false(hn_target_interrupted(target));
    memory.interrupt = true;
    assert_true(hn_target_interrupted(target));
    hn_target_close(target);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reports_the_first_missing_byte),
        cmocka_unit_test(reads_what_there_is_without_a_word),
        cmocka_unit_test(a_read_at_the_end_of_the_address_space_does_not_wrap),
        cmocka_unit_test(reads_numbers_and_leaves_them_alone_on_failure),
        cmocka_unit_test(a_string_may_end_where_memory_ends),
        cmocka_unit_test(a_string_without_an_end_is_an_error),
        cmocka_unit_test(finds_the_mapping_of_an_address),
        cmocka_unit_test(lists_threads_in_order_with_the_main_one_first),
        cmocka_unit_test(a_host_is_asked_once_for_a_page),
        cmocka_unit_test(a_host_may_know_only_part_of_a_page),
        cmocka_unit_test(a_large_read_from_a_host_is_one_call),
        cmocka_unit_test(the_host_says_when_to_stop),
    };

    return cmocka_run_group_tests_name("reading", tests, NULL, NULL);
}
