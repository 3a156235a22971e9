/* The page cache. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "target/cache.h"

static int
setup(void **state)
{
    *state = hn_page_cache_create();
    return *state ? 0 : -1;
}

static int
teardown(void **state)
{
    hn_page_cache_destroy(*state);
    return 0;
}

static void
keep_page(struct hn_page_cache *cache, hn_addr page, int fill, size_t size)
{
    memset(hn_page_cache_claim(cache, page), fill, HN_PAGE_SIZE);
    hn_page_cache_keep(cache, page, size);
}

static void
a_page_is_there_once_it_was_kept(void **state)
{
    struct hn_page_cache *cache = *state;
    const uint8_t *bytes;
    size_t size;

    assert_null(hn_page_cache_find(cache, 0x1000, &size));
    hn_page_cache_claim(cache, 0x1000);
    assert_null(hn_page_cache_find(cache, 0x1000, &size));
    keep_page(cache, 0x1000, 7, 100);
    bytes = hn_page_cache_find(cache, 0x1000, &size);
    assert_non_null(bytes);
    assert_int_equal(bytes[99], 7);
    assert_int_equal(size, 100);
}

static void
a_page_that_could_not_be_read_is_remembered(void **state)
{
    struct hn_page_cache *cache = *state;
    size_t size = 1;

    keep_page(cache, 0x2000, 0, 0);
    assert_non_null(hn_page_cache_find(cache, 0x2000, &size));
    assert_int_equal(size, 0);
}

static void
nothing_is_there_after_clearing(void **state)
{
    struct hn_page_cache *cache = *state;
    size_t size;

    keep_page(cache, 0, 1, HN_PAGE_SIZE);
    hn_page_cache_clear(cache);
    assert_null(hn_page_cache_find(cache, 0, &size));
}

static void
neighbouring_pages_never_meet(void **state)
{
    struct hn_page_cache *cache = *state;
    const hn_addr base = 0x7f0000000000;
    size_t size, found = 0;

    for (hn_addr i = 0; i < HN_CACHE_PAGES; i++)
        keep_page(cache, base + i * HN_PAGE_SIZE, (int)i, HN_PAGE_SIZE);
    for (hn_addr i = 0; i < HN_CACHE_PAGES; i++)
        found += hn_page_cache_find(cache, base + i * HN_PAGE_SIZE, &size) != NULL;
    assert_int_equal(found, HN_CACHE_PAGES);
}

static void
the_tops_of_many_stacks_rarely_meet(void **state)
{
    enum { STACKS = 200, STACK = 8 << 20 };
    struct hn_page_cache *cache = *state;
    const hn_addr base = 0x7f0000000000;
    size_t size, found = 0;

    for (hn_addr i = 0; i < STACKS; i++)
        keep_page(cache, base + i * STACK, 1, HN_PAGE_SIZE);
    for (hn_addr i = 0; i < STACKS; i++)
        found += hn_page_cache_find(cache, base + i * STACK, &size) != NULL;
    assert_in_range(found, STACKS * 9 / 10, STACKS);
}

static void
a_page_that_lost_its_place_is_not_kept(void **state)
{
    struct hn_page_cache *cache = *state;
    hn_addr other = 0x1000;
    uint8_t *place = hn_page_cache_claim(cache, 0x1000);
    size_t size;

    do
        other += HN_PAGE_SIZE;
    while (hn_page_cache_claim(cache, other) != place);
    hn_page_cache_keep(cache, 0x1000, HN_PAGE_SIZE);
    assert_null(hn_page_cache_find(cache, 0x1000, &size));
    assert_null(hn_page_cache_find(cache, other, &size));
    hn_page_cache_keep(cache, other, HN_PAGE_SIZE);
    assert_non_null(hn_page_cache_find(cache, other, &size));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_page_is_there_once_it_was_kept),
        TEST(a_page_that_could_not_be_read_is_remembered),
        TEST(nothing_is_there_after_clearing),
        TEST(neighbouring_pages_never_meet),
        TEST(the_tops_of_many_stacks_rarely_meet),
        TEST(a_page_that_lost_its_place_is_not_kept),
    };

    return cmocka_run_group_tests_name("page cache", tests, NULL, NULL);
}
