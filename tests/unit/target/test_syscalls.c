/* Which system call it was that goes on as restart_syscall. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <cmocka.h>

#include "target/target.h"

enum { CODE_AT = 0x1000, CODE_BYTES = 7 };

static size_t
read_code(void *impl, hn_addr addr, void *buf, size_t size)
{
    if (addr != CODE_AT || size < CODE_BYTES)
        return 0;
    memcpy(buf, impl, CODE_BYTES);
    return CODE_BYTES;
}

/* What a thread waits in whose program counter is behind @code. */
static const char *
call_behind(const uint8_t code[CODE_BYTES], int64_t number)
{
    const struct hn_target_ops ops = { .kind = "core",
                                       .reader = "it",
                                       .read = read_code };
    struct hn_registers registers = { .pc = CODE_AT + CODE_BYTES, .syscall = number };
    struct hn_target *target;
    struct hn_error err;
    uint8_t copy[CODE_BYTES];

    memcpy(copy, code, sizeof copy);
    assert_int_equal(hn_target_open_ops(&ops, copy, &err, &target), HN_OK);
    hn_syscall_see_past_restart(target, &registers);
    hn_target_close(target);
    return hn_syscall_name(registers.syscall);
}

#ifdef __x86_64__
/* mov $0xe6,%eax; syscall */
static const uint8_t sleeps[CODE_BYTES] = { 0xb8, 0xe6, 0, 0, 0, 0x0f, 0x05 };

static void
the_number_is_in_the_code_before_the_call(void **state)
{
    (void)state;
    assert_string_equal(call_behind(sleeps, SYS_restart_syscall), "clock_nanosleep");
}

static void
a_call_that_was_not_restarted_keeps_its_name(void **state)
{
    (void)state;
    assert_string_equal(call_behind(sleeps, SYS_futex), "futex");
}
#endif

/* mov %rdi,%rax and the like: the number is not in the code. */
static void
other_code_tells_nothing(void **state)
{
    const uint8_t code[CODE_BYTES] = { 0x90, 0x90, 0x48, 0x89, 0xf8, 0x0f, 0x05 };

    (void)state;
    assert_string_equal(call_behind(code, SYS_restart_syscall), "restart_syscall");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#ifdef __x86_64__
        cmocka_unit_test(the_number_is_in_the_code_before_the_call),
        cmocka_unit_test(a_call_that_was_not_restarted_keeps_its_name),
#endif
        cmocka_unit_test(other_code_tells_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
