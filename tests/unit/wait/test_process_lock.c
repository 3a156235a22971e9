/* Who shares memory, among real processes. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "wait/process_lock.h"

enum { SIZE = 4096 };

static void
finds_the_child_that_shares_the_memory(void **state)
{
    struct hn_target target = { .kind = HN_PLACE_LIVE, .pid = getpid() };
    int fd = memfd_create("shared", MFD_CLOEXEC);
    int64_t pids[2] = { 0 };
    size_t count;
    void *memory;
    pid_t sharing, other;

    (void)state;
    assert_int_equal(ftruncate(fd, SIZE), 0);
    memory = mmap(NULL, SIZE, PROT_READ, MAP_SHARED, fd, 0);
    assert_true(memory != MAP_FAILED);
    sharing = fork();
    if (sharing == 0) {
        pause();
        _exit(1);
    }
    other = fork();
    if (other == 0) {
        munmap(memory, SIZE);
        pause();
        _exit(1);
    }
    while (hn_sharing_processes(&target, (hn_addr)(uintptr_t)memory, pids, 2) == 2)
        usleep(1000); /* the other has yet to run */
    count = hn_sharing_processes(&target, (hn_addr)(uintptr_t)memory, pids, 2);
    kill(sharing, SIGKILL);
    kill(other, SIGKILL);
    waitpid(sharing, NULL, 0);
    waitpid(other, NULL, 0);
    assert_int_equal(count, 1);
    assert_int_equal(pids[0], sharing);
    munmap(memory, SIZE);
    close(fd);
}

static void
nobody_shares_memory_of_no_file(void **state)
{
    struct hn_target target = { .kind = HN_PLACE_LIVE, .pid = getpid() };
    int64_t pids[2];
    int here = 0;

    (void)state;
    assert_int_equal(hn_sharing_processes(&target, (hn_addr)(uintptr_t)&here, pids, 2),
                     0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_child_that_shares_the_memory),
        cmocka_unit_test(nobody_shares_memory_of_no_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
