/* Registers by DWARF number, and system calls, per architecture. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/syscall.h>

#include "target/arch.h"
#include "target/target.h"

/* struct user_regs_struct with 100 + its index in each word. */
static void
x86_64_words(uint64_t words[27])
{
    for (uint64_t i = 0; i < 27; i++)
        words[i] = 100 + i;
}

static void
x86_64_registers_have_their_dwarf_numbers(void **state)
{
    /* rax rdx rcx rbx rsi rdi rbp rsp r8..r15 rip, by index in the struct */
    static const uint64_t expected[] = { 110, 112, 111, 105, 113, 114, 104, 119, 109,
                                         108, 107, 106, 103, 102, 101, 100, 116 };
    struct hn_registers registers;
    uint64_t words[27];

    (void)state;
    x86_64_words(words);
    hn_arch_find(EM_X86_64)->decode(words, &registers);
    assert_memory_equal(registers.dwarf, expected, sizeof(expected));
    assert_int_equal(registers.valid, (1 << 17) - 1);
    assert_int_equal(registers.pc, 116);
    assert_int_equal(registers.sp, 119);
    assert_int_equal(registers.thread_pointer, 121);
}

static void
x86_64_tells_an_interrupted_call_from_one_that_returned(void **state)
{
    enum { RAX = 10, ORIG_RAX = 15 };
    static const int64_t interrupted[] = { -512,   -513,    -514,      -516,
                                           -EINTR, -ENOSYS, -ETIMEDOUT };
    static const int64_t returned[] = { 0, 1, -EAGAIN };
    const struct hn_arch *arch = hn_arch_find(EM_X86_64);
    struct hn_registers registers;
    uint64_t words[27];

    (void)state;
    x86_64_words(words);
    words[ORIG_RAX] = 202;
    for (size_t i = 0; i < sizeof(interrupted) / sizeof(*interrupted); i++) {
        words[RAX] = (uint64_t)interrupted[i];
        arch->decode(words, &registers);
        assert_int_equal(registers.syscall, 202);
        assert_int_equal(registers.argument[0], 114); /* rdi */
        assert_int_equal(registers.argument[3], 107); /* r10 */
    }
    for (size_t i = 0; i < sizeof(returned) / sizeof(*returned); i++) {
        words[RAX] = (uint64_t)returned[i];
        arch->decode(words, &registers);
        assert_int_equal(registers.syscall, -1);
    }
    words[RAX] = (uint64_t)-512;
    words[ORIG_RAX] = UINT64_MAX;
    arch->decode(words, &registers);
    assert_int_equal(registers.syscall, -1);
}

static void
aarch64_registers_have_their_dwarf_numbers(void **state)
{
    const struct hn_arch *arch = hn_arch_find(EM_AARCH64);
    const uint64_t tls = 0x1234, call = 98;
    struct hn_registers registers;
    uint64_t words[34];

    (void)state;
    for (uint64_t i = 0; i < 34; i++)
        words[i] = 100 + i;
    words[0] = (uint64_t)-512;
    arch->decode(words, &registers);
    assert_int_equal(registers.dwarf[30], 130);
    assert_int_equal(registers.sp, 131);
    assert_int_equal(registers.dwarf[31], 131);
    assert_int_equal(registers.pc, 132);
    assert_int_equal(registers.syscall, -2);
    arch->decode_extra(NT_ARM_TLS, &tls, 1, &registers);
    arch->decode_extra(NT_ARM_SYSTEM_CALL, &call, 1, &registers);
    assert_int_equal(registers.thread_pointer, 0x1234);
    assert_int_equal(registers.syscall, 98);
    assert_int_equal(registers.argument[1], 101);
}

static void
other_architectures_are_unknown(void **state)
{
    (void)state;
    assert_null(hn_arch_find(EM_S390));
}

static void
system_calls_have_names(void **state)
{
    (void)state;
    assert_string_equal(hn_syscall_name(SYS_futex), "futex");
    assert_string_equal(hn_syscall_name(SYS_clock_nanosleep), "clock_nanosleep");
    assert_null(hn_syscall_name(-1));
    assert_null(hn_syscall_name(100000));
    assert_true(hn_syscall_is_futex(SYS_futex));
    assert_false(hn_syscall_is_futex(SYS_read));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x86_64_registers_have_their_dwarf_numbers),
        cmocka_unit_test(x86_64_tells_an_interrupted_call_from_one_that_returned),
        cmocka_unit_test(aarch64_registers_have_their_dwarf_numbers),
        cmocka_unit_test(other_architectures_are_unknown),
        cmocka_unit_test(system_calls_have_names),
    };

    return cmocka_run_group_tests_name("architectures", tests, NULL, NULL);
}
