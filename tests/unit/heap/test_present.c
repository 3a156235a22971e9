/* Sums of memory that is there, over ranges of every kind. */
#include "heap/present.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static enum hn_status
show_regions(void *impl, hn_region_fn *each, void *arg)
{
    const struct hn_region regions[] = {
        { .start = 0x1000, .end = 0x3000, .readable = true, .path = "" },
        { .start = 0x3000, .end = 0x4000, .readable = true, .path = "" },
        { .start = 0x4000, .end = 0x6000, .path = "" }, /* cannot be read */
        { .start = 0x8000, .end = 0x9000, .readable = true, .path = "" },
    };
    enum hn_status st = HN_OK;

    (void)impl;
    for (size_t i = 0; !st && i < sizeof(regions) / sizeof(regions[0]); i++)
        st = each(arg, &regions[i]);
    return st;
}

static size_t
read_nothing(void *impl, hn_addr at, void *buf, size_t size)
{
    (void)impl;
    (void)at;
    (void)buf;
    (void)size;
    return 0;
}

static void
close_nothing(void *impl)
{
    (void)impl;
}

static const struct hn_target_ops ops = {
    .kind = "built",
    .reader = "test",
    .read = read_nothing,
    .close = close_nothing,
    .regions = show_regions,
};

/* A source that cannot know what is resident: what can be read counts. */
static void
sums_are_of_what_is_there(void **state)
{
    struct hn_present present;
    struct hn_target *target;
    struct hn_error err = { 0 };

    (void)state;
    assert_int_equal(hn_target_open_ops(&ops, NULL, &err, &target), HN_OK);
    assert_int_equal(hn_present_load(target, &present), HN_OK);
    assert_false(present.exact);
    assert_int_equal(present.count, 2); /* neighbours are one run */
    assert_int_equal(present.bytes, 0x4000);
    assert_int_equal(hn_present_bytes(&present, 0, UINT64_MAX), 0x4000);
    assert_int_equal(hn_present_bytes(&present, 0x1800, 0x2000), 0x800);
    assert_int_equal(hn_present_bytes(&present, 0x3800, 0x8800), 0x1000);
    assert_int_equal(hn_present_bytes(&present, 0x4000, 0x8000), 0);
    assert_int_equal(hn_present_bytes(&present, 0x9000, 0xa000), 0);
    assert_int_equal(hn_present_bytes(&present, 0x0, 0x1001), 1);
    assert_int_equal(hn_present_bytes(&present, 0x2000, 0x2000), 0);
    assert_int_equal(hn_present_bytes(&present, 0x2000, 0x1000), 0);
    hn_present_deinit(&present);
    hn_target_close(target);
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(sums_are_of_what_is_there) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
