/* Names of functions: C++ ones made readable, and bombs left alone. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "unwind/private.h"

static struct hn_arena arena;

static void
makes_cpp_names_readable(void **state)
{
    (void)state;
    assert_string_equal(hn_demangle("_ZN4shop6BasketIiE5priceEPFiiEi", &arena),
                        "shop::Basket<int>::price(int (*)(int), int)");
}

static void
leaves_other_names_alone(void **state)
{
    (void)state;
    assert_string_equal(hn_demangle("PyObject_Call", &arena), "PyObject_Call");
    assert_string_equal(hn_demangle("_Znotmangled!", &arena), "_Znotmangled!");
    assert_string_equal(hn_demangle("", &arena), "");
}

/* pair<pair<...>> of what came before, again and again: each step doubles it, and 30 of
 * them would be gigabytes. */
static void
leaves_names_alone_that_would_fill_memory(void **state)
{
    char name[2048] = "_Z1fI1aS_";

    (void)state;
    for (int i = 0; i < 60; i++)
        strcat(name, "SS_ES_IS0_");
    assert_ptr_equal(hn_demangle(name, &arena), name);
}

static void
finds_a_frame_by_its_symbol(void **state)
{
    struct hn_native_frame frames[] = { { .symbol = NULL },
                                        { .symbol = "readlink" },
                                        { .symbol = "read@@GLIBC_2.2.5" },
                                        { .symbol = "read" } };
    const struct hn_native_stack stack = { .frames = frames, .count = 4 };

    (void)state;
    assert_ptr_equal(hn_native_stack_find(&stack, "read"), &frames[2]);
    assert_null(hn_native_stack_find(&stack, "poll"));
}

static int
begin(void **state)
{
    (void)state;
    hn_arena_init(&arena);
    return 0;
}

static int
end(void **state)
{
    (void)state;
    hn_arena_deinit(&arena);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_cpp_names_readable),
        cmocka_unit_test(leaves_other_names_alone),
        cmocka_unit_test(leaves_names_alone_that_would_fill_memory),
        cmocka_unit_test(finds_a_frame_by_its_symbol),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
