/* The index of pages. */
#include "heap/pages.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static int
start(void **state)
{
    *state = hn_heap_pages_create();
    return *state ? 0 : -1;
}

static int
end(void **state)
{
    hn_heap_pages_destroy(*state);
    return 0;
}

static void
pools_are_found_by_any_address_in_them(void **state)
{
    struct hn_heap_pages *pages = *state;
    const hn_addr at = 0x7f0000ffc000; /* its second half lies in the next megabyte */

    assert_true(hn_heap_pages_add_pool(pages, at, 0x8000, 48));
    assert_int_equal(hn_heap_pages_block_size(pages, at - 1), 0);
    assert_int_equal(hn_heap_pages_block_size(pages, at), 48);
    assert_int_equal(hn_heap_pages_block_size(pages, at + 0x7fff), 48);
    assert_int_equal(hn_heap_pages_block_size(pages, at + 0x8000), 0);
    assert_false(hn_heap_pages_in_pool(pages, at - 1));
    assert_true(hn_heap_pages_in_pool(pages, at));
    assert_true(hn_heap_pages_in_pool(pages, at + 0x7fff));
    assert_false(hn_heap_pages_in_pool(pages, at + 0x8000));
    assert_false(hn_heap_pages_in_pool(pages, at | UINT64_C(1) << 60));
}

static void
objects_are_numbered_by_page(void **state)
{
    struct hn_heap_pages *pages = *state;

    assert_true(hn_heap_pages_add_object(pages, 0x10010, 7));
    assert_true(hn_heap_pages_add_object(pages, 0x10ff0, 8));
    assert_true(hn_heap_pages_add_object(pages, 0x11000, 9));
    assert_true(hn_heap_pages_add_object(pages, 0x11a00, 10));
    assert_int_equal(hn_heap_pages_object(pages, 0x10010), 7);
    assert_int_equal(hn_heap_pages_object(pages, 0x10ff0), 8);
    assert_int_equal(hn_heap_pages_object(pages, 0x11000), 9);
    assert_int_equal(hn_heap_pages_object(pages, 0x11a00), 10);
    /* between them, inside one, in another page and another megabyte */
    assert_int_equal(hn_heap_pages_object(pages, 0x10800), UINT32_MAX);
    assert_int_equal(hn_heap_pages_object(pages, 0x10014), UINT32_MAX);
    assert_int_equal(hn_heap_pages_object(pages, 0x12000), UINT32_MAX);
    assert_int_equal(hn_heap_pages_object(pages, 0x10010010), UINT32_MAX);
    hn_heap_pages_clear_objects(pages);
    assert_int_equal(hn_heap_pages_object(pages, 0x10010), UINT32_MAX);
}

static void
objects_that_come_late_are_numbered_with_the_others(void **state)
{
    struct hn_heap_pages *pages = *state;

    assert_true(hn_heap_pages_add_object(pages, 0x7f0000010010, 0));
    assert_true(hn_heap_pages_add_object(pages, 0x7f0000010800, 1));
    assert_true(hn_heap_pages_add_object(pages, 0x7f0000300000, 2));
    /* below them, between them, above */
    assert_true(hn_heap_pages_add_object(pages, 0x55000000, 0));
    assert_true(hn_heap_pages_add_object(pages, 0x7f0000011000, 0));
    assert_true(hn_heap_pages_add_object(pages, 0x7fff00000000, 0));
    hn_heap_pages_number(pages);
    assert_int_equal(hn_heap_pages_object(pages, 0x55000000), 0);
    assert_int_equal(hn_heap_pages_object(pages, 0x7f0000010010), 1);
    assert_int_equal(hn_heap_pages_object(pages, 0x7f0000010800), 2);
    assert_int_equal(hn_heap_pages_object(pages, 0x7f0000011000), 3);
    assert_int_equal(hn_heap_pages_object(pages, 0x7f0000300000), 4);
    assert_int_equal(hn_heap_pages_object(pages, 0x7fff00000000), 5);
}

static void
thousands_of_megabytes_are_kept_apart(void **state)
{
    struct hn_heap_pages *pages = *state;

    for (uint64_t i = 0; i < 3000; i++)
        assert_true(hn_heap_pages_add_pool(pages, i << 21, 4096, 16 + 16 * (i % 32)));
    for (uint64_t i = 0; i < 3000; i++)
        assert_int_equal(hn_heap_pages_block_size(pages, (i << 21) + 4095),
                         16 + 16 * (i % 32));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define PAGE_TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
        PAGE_TEST(pools_are_found_by_any_address_in_them),
        PAGE_TEST(objects_are_numbered_by_page),
        PAGE_TEST(objects_that_come_late_are_numbered_with_the_others),
        PAGE_TEST(thousands_of_megabytes_are_kept_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
