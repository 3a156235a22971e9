/* Names of the system calls that threads are found blocked in. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

#include "target/target.h"

#define NAME(call) [SYS_##call] = #call

/* Numbers are this machine's; registers of a core from another architecture do not
 * claim to know theirs. */
static const char *const names[] = {
    NAME(accept),
    NAME(accept4),
    NAME(clock_nanosleep),
    NAME(clone),
    NAME(clone3),
    NAME(close),
    NAME(connect),
    NAME(copy_file_range),
    NAME(epoll_pwait),
    NAME(execve),
    NAME(exit),
    NAME(exit_group),
    NAME(fallocate),
    NAME(fcntl),
    NAME(fdatasync),
    NAME(flock),
    NAME(fsync),
    NAME(ftruncate),
    NAME(futex),
    NAME(getdents64),
    NAME(getrandom),
    NAME(io_getevents),
    NAME(ioctl),
    NAME(madvise),
    NAME(mmap),
    NAME(mprotect),
    NAME(mq_timedreceive),
    NAME(mq_timedsend),
    NAME(msgrcv),
    NAME(msgsnd),
    NAME(msync),
    NAME(munmap),
    NAME(nanosleep),
    NAME(openat),
    NAME(ppoll),
    NAME(pread64),
    NAME(preadv),
    NAME(pselect6),
    NAME(pwrite64),
    NAME(pwritev),
    NAME(read),
    NAME(readv),
    NAME(recvfrom),
    NAME(recvmmsg),
    NAME(recvmsg),
    NAME(restart_syscall),
    NAME(rt_sigsuspend),
    NAME(rt_sigtimedwait),
    NAME(sched_yield),
    NAME(semop),
    NAME(semtimedop),
    NAME(sendfile),
    NAME(sendmmsg),
    NAME(sendmsg),
    NAME(sendto),
    NAME(splice),
    NAME(sync),
    NAME(tee),
    NAME(tgkill),
    NAME(vmsplice),
    NAME(wait4),
    NAME(waitid),
    NAME(write),
    NAME(writev),
#ifdef SYS_epoll_pwait2
    NAME(epoll_pwait2),
#endif
#ifdef SYS_io_uring_enter
    NAME(io_uring_enter),
#endif
#ifdef SYS_futex_waitv
    NAME(futex_waitv),
#endif
#ifdef SYS_process_vm_readv
    NAME(process_vm_readv),
#endif
#ifdef SYS_open /* calls that aarch64 never had */
    NAME(epoll_wait),
    NAME(fork),
    NAME(getdents),
    NAME(mkdir),
    NAME(open),
    NAME(pause),
    NAME(poll),
    NAME(rename),
    NAME(select),
    NAME(stat),
    NAME(unlink),
    NAME(vfork),
#endif
};

const char *
hn_syscall_name(int64_t number)
{
    if (number < 0 || (uint64_t)number >= sizeof(names) / sizeof(*names))
        return NULL;
    return names[number];
}

bool
hn_syscall_is_futex(int64_t number)
{
    return number == SYS_futex;
}

#ifdef __x86_64__
/* mov $number,%eax; syscall */
enum { MOV_EAX = 0xb8, CALL_BYTES = 7 };

void
hn_syscall_see_past_restart(struct hn_target *target, struct hn_registers *registers)
{
    uint8_t code[CALL_BYTES];
    uint32_t number;

    if (registers->syscall != SYS_restart_syscall
        || hn_target_read_some(target, registers->pc - CALL_BYTES, code, sizeof code)
               != sizeof code)
        return;
    memcpy(&number, code + 1, sizeof number);
    if (code[0] == MOV_EAX && code[5] == 0x0f && code[6] == 0x05
        && hn_syscall_name(number))
        registers->syscall = number;
}
#else
void
hn_syscall_see_past_restart(struct hn_target *target, struct hn_registers *registers)
{
    (void)target, (void)registers;
}
#endif
