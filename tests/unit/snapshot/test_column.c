/* Columns come back as they went in, and damage is told. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "snapshot/column.h"

enum { COUNT = 5000 };

static const struct hn_column addresses = { "object.address", 8, true };
static const struct hn_column types = { "object.type", 4, false };

static void
ascending_numbers_come_back(void **state)
{
    struct hn_packer *packer = hn_packer_create();
    uint64_t numbers[COUNT], read[COUNT] = { 0 };
    const uint8_t *bytes;
    uint8_t *copy;
    size_t size;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        numbers[i] = 0x7f0000000000 + i * 48 + i % 7;
    numbers[COUNT - 1] = UINT64_MAX;
    assert_true(hn_column_pack(packer, &addresses, numbers, COUNT, &bytes, &size));
    assert_true(size < COUNT); /* less than a byte a number: they ascend evenly */
    copy = malloc(size);
    memcpy(copy, bytes, size);
    assert_true(hn_column_unpack(packer, &addresses, copy, size, COUNT, read));
    assert_memory_equal(numbers, read, sizeof(numbers));
    free(copy);
    hn_packer_destroy(packer);
}

static void
damage_and_other_lengths_are_told(void **state)
{
    struct hn_packer *packer = hn_packer_create();
    uint32_t numbers[COUNT], read[COUNT];
    const uint8_t *bytes;
    uint8_t copy[COUNT * 8];
    size_t size;

    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        numbers[i] = (uint32_t)(i * 2654435761u);
    assert_true(hn_column_pack(packer, &types, numbers, COUNT, &bytes, &size));
    assert_true(size <= sizeof(copy));
    memcpy(copy, bytes, size);
    assert_true(hn_column_unpack(packer, &types, copy, size, COUNT, read));
    assert_false(hn_column_unpack(packer, &types, copy, size, COUNT - 1, read));
    assert_false(hn_column_unpack(packer, &types, copy, size - 1, COUNT, read));
    copy[0] ^= 1;
    assert_false(hn_column_unpack(packer, &types, copy, size, COUNT, read));
    assert_false(
        hn_column_unpack(packer, &types, copy, size, HN_COLUMN_CHUNK + 1, read));
    hn_packer_destroy(packer);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascending_numbers_come_back),
        cmocka_unit_test(damage_and_other_lengths_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
