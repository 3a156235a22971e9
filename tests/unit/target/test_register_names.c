/* Registers from a debugger that knows them by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "hognose/target.h"

struct named {
    const char *name;
    uint64_t value;
};

/* What GDB shows of an x86-64 thread that is blocked in futex(0x1000, ...). */
static const struct named x86_64[] = {
    { "rax", (uint64_t)-512 },
    { "rdx", 1 },
    { "rcx", 2 },
    { "rbx", 3 },
    { "rsi", 4 },
    { "rdi", 0x1000 },
    { "rbp", 6 },
    { "rsp", 7 },
    { "r8", 8 },
    { "r9", 9 },
    { "r10", 10 },
    { "r11", 11 },
    { "r12", 12 },
    { "r13", 13 },
    { "r14", 14 },
    { "r15", 15 },
    { "rip", 16 },
    { "fs_base", 0x7000 },
    { "orig_rax", 202 },
    { NULL, 0 },
};

struct debugger {
    const struct named *registers;
    const char *lacks; /* a name that it does not know, or NULL */
};

static bool
lookup(void *arg, const char *name, uint64_t *value)
{
    const struct debugger *debugger = arg;

    if (debugger->lacks && strcmp(name, debugger->lacks) == 0)
        return false;
    for (const struct named *r = debugger->registers; r->name; r++)
        if (strcmp(r->name, name) == 0) {
            *value = r->value;
            return true;
        }
    return false;
}

/* x0 to x30, sp and pc by their numbers; the debugger does not tell the system call. */
static bool
lookup_aarch64(void *arg, const char *name, uint64_t *value)
{
    unsigned number;

    (void)arg;
    if (sscanf(name, "x%u", &number) == 1)
        *value = number;
    else if (strcmp(name, "sp") == 0)
        *value = 31;
    else if (strcmp(name, "pc") == 0)
        *value = 32;
    else if (strcmp(name, "cpsr") == 0)
        *value = 0;
    else if (strcmp(name, "tpidr") == 0)
        *value = 0x7000;
    else
        return false;
    return true;
}

static void
x86_64_names_reach_their_dwarf_numbers(void **state)
{
    struct debugger gdb = { x86_64, NULL };
    struct hn_registers r;

    (void)state;
    assert_true(hn_registers_by_name(lookup, &gdb, &r));
    for (size_t i = 0; i <= 16; i++)
        assert_int_equal(r.dwarf[i], x86_64[i].value);
    assert_int_equal(r.pc, 16);
    assert_int_equal(r.sp, 7);
    assert_int_equal(r.thread_pointer, 0x7000);
    assert_int_equal(r.syscall, 202);
    assert_int_equal(r.argument[0], 0x1000);
}

static void
without_orig_rax_the_system_call_is_not_known(void **state)
{
    struct debugger lldb = { x86_64, "orig_rax" };
    struct hn_registers r;

    (void)state;
    assert_true(hn_registers_by_name(lookup, &lldb, &r));
    assert_int_equal(r.syscall, -2);
    assert_int_equal(r.pc, 16);
}

static void
without_fs_base_the_thread_pointer_is_not_known(void **state)
{
    struct debugger lldb = { x86_64, "fs_base" };
    struct hn_registers r;

    (void)state;
    assert_true(hn_registers_by_name(lookup, &lldb, &r));
    assert_int_equal(r.thread_pointer, 0);
    assert_int_equal(r.syscall, 202);
}

static void
aarch64_names_reach_their_dwarf_numbers(void **state)
{
    struct hn_registers r;

    (void)state;
    assert_true(hn_registers_by_name(lookup_aarch64, NULL, &r));
    for (size_t i = 0; i <= 32; i++)
        assert_int_equal(r.dwarf[i], i);
    assert_int_equal(r.pc, 32);
    assert_int_equal(r.sp, 31);
    assert_int_equal(r.thread_pointer, 0x7000);
    assert_int_equal(r.syscall, -2);
}

static void
a_machine_without_these_names_is_refused(void **state)
{
    static const struct named i386[] = {
        { "eip", 1 }, { "sp", 2 }, { "pc", 1 }, { 0 }
    };
    struct debugger gdb = { i386, NULL };
    struct hn_registers r = { .pc = 77 };

    (void)state;
    assert_false(hn_registers_by_name(lookup, &gdb, &r));
    assert_int_equal(r.pc, 77);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x86_64_names_reach_their_dwarf_numbers),
        cmocka_unit_test(without_orig_rax_the_system_call_is_not_known),
        cmocka_unit_test(without_fs_base_the_thread_pointer_is_not_known),
        cmocka_unit_test(aarch64_names_reach_their_dwarf_numbers),
        cmocka_unit_test(a_machine_without_these_names_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
