/* Locks on a real file, of this process and of a child. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "wait/file_lock.h"

static struct hn_arena arena;

/* This process, of which nothing but its number is looked at. */
static struct hn_target
self(void)
{
    return (struct hn_target){ .kind = HN_PLACE_LIVE, .pid = getpid() };
}

struct files {
    char path[32];
    int first, second; /* two descriptions of one file */
};

static int
set_up(void **state)
{
    static struct files files;

    memcpy(files.path, "/tmp/hognose-lock-XXXXXX", sizeof "/tmp/hognose-lock-XXXXXX");
    files.first = mkstemp(files.path);
    files.second = open(files.path, O_RDWR | O_CLOEXEC);
    *state = &files;
    return files.first < 0 || files.second < 0;
}

static int
tear_down(void **state)
{
    struct files *files = *state;

    close(files->first);
    close(files->second);
    unlink(files->path);
    return 0;
}

static void
finds_the_descriptor_by_which_the_process_has_it_itself(void **state)
{
    struct files *files = *state;
    struct hn_target target = self();
    struct hn_file_lock lock;

    assert_int_equal(flock(files->first, LOCK_EX), 0);
    assert_int_equal(hn_file_lock_find(&target, files->second, true, &arena, &lock),
                     HN_OK);
    assert_int_equal(lock.fd, files->first);
    assert_int_equal(lock.pid, getpid());
}

static void
nobody_has_what_is_not_locked(void **state)
{
    struct files *files = *state;
    struct hn_target target = self();
    struct hn_file_lock lock;

    assert_int_equal(hn_file_lock_find(&target, files->second, true, &arena, &lock),
                     HN_DONE);
    assert_int_equal(hn_file_lock_find(&target, -1, true, &arena, &lock), HN_DONE);
    target.kind = HN_PLACE_CORE;
    assert_int_equal(flock(files->first, LOCK_EX), 0);
    assert_int_equal(hn_file_lock_find(&target, files->second, true, &arena, &lock),
                     HN_DONE);
}

/* A child that has the lock until it is killed. */
static pid_t
child_with_lock(const char *path)
{
    int ready[2];
    char byte;
    pid_t child;

    assert_int_equal(pipe(ready), 0);
    child = fork();
    if (child == 0) {
        struct flock all = { .l_type = F_WRLCK };
        int fd = open(path, O_RDWR | O_CLOEXEC);

        if (fcntl(fd, F_SETLKW, &all) == 0 && write(ready[1], "", 1) == 1)
            pause();
        _exit(1);
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return child;
}

static void
finds_the_process_that_has_it(void **state)
{
    struct files *files = *state;
    struct hn_target target = self();
    struct hn_file_lock lock;
    pid_t child = child_with_lock(files->path);
    enum hn_status st = hn_file_lock_find(&target, files->second, false, &arena, &lock);

    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_int_equal(st, HN_OK);
    assert_int_equal(lock.pid, child);
    assert_int_equal(lock.fd, -1);
    assert_false(lock.ended);
    assert_true(lock.name[0] != '\0');
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
        cmocka_unit_test_setup_teardown(
            finds_the_descriptor_by_which_the_process_has_it_itself, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nobody_has_what_is_not_locked, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(finds_the_process_that_has_it, set_up,
                                        tear_down),
    };

    hn_arena_init(&arena);
    return cmocka_run_group_tests(tests, NULL, end);
}
