/* A moment that is written is the moment that is read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "hand_made.h"
#include "snapshot/snapshot.h"

static struct hn_error err;
static char path[] = "/tmp/hognose-test-XXXXXX";

static const struct hand_object objects[] = {
    { 0x1000, STR, 11, 2 },
    { 0x1040, NODE, 0, 1 },
    { 0x7fff00001000, DICT, 0, 0 },
};

static const struct hn_snapshot_options plain = { 0 };
static const struct hn_snapshot_parts all = { true, true };

static void
write_moment(void)
{
    struct hn_moment moment;
    struct hn_arena arena;

    hn_arena_init(&arena);
    hand_made(&moment, objects, 3, &err);
    hand_traced(&moment);
    moment.facts.note = "before";
    assert_int_equal(hn_snapshot_write(&moment, path, &plain, NULL, &arena, &err),
                     HN_OK);
    hn_moment_deinit(&moment);
    hn_arena_deinit(&arena);
}

static void
what_is_written_is_read(void **state)
{
    struct hn_moment moment;
    struct stat info;

    (void)state;
    write_moment();
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    assert_int_equal(hn_snapshot_guess(path), HN_SNAPSHOT_OURS);

    hn_moment_init(&moment);
    assert_int_equal(hn_snapshot_read(path, &all, NULL, &err, &moment), HN_OK);
    assert_string_equal(moment.facts.note, "before");
    assert_int_equal(moment.facts.birth, 17);
    assert_int_equal(moment.heap.type_count, TYPES);
    assert_string_equal(moment.heap.type[NODE].name, "shop.Node");
    assert_int_equal(moment.sums[STR].count, 1);
    assert_int_equal(moment.heap.count, 3);
    assert_int_equal(hn_heap_address(&moment.heap, 2), 0x7fff00001000);
    assert_int_equal(moment.heap.types[1], NODE);
    assert_int_equal(hn_heap_generation(&moment.heap, 1), 1);
    assert_int_equal(moment.contents[0], 11);
    assert_int_equal(moment.traces.count, 3);
    assert_int_equal(moment.traces.frames[moment.traces.stacks[1].first].line, 7);
    assert_string_equal(moment.traces.files[0].name, "app.py");
    hn_moment_deinit(&moment);
}

static void
a_file_cut_short_is_damaged(void **state)
{
    struct hn_moment moment;
    struct stat info;

    (void)state;
    write_moment();
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(truncate(path, info.st_size / 2), 0);
    hn_moment_init(&moment);
    assert_int_equal(hn_snapshot_read(path, &all, NULL, &err, &moment), HN_E_CORRUPT);
    hn_moment_deinit(&moment);
}

static void
what_cannot_be_written_leaves_nothing(void **state)
{
    struct hn_moment moment;
    struct hn_arena arena;

    (void)state;
    hn_arena_init(&arena);
    hand_made(&moment, objects, 3, &err);
    assert_int_equal(
        hn_snapshot_write(&moment, "/nowhere/at/all", &plain, NULL, &arena, &err),
        HN_E_SYSTEM);
    hn_moment_deinit(&moment);
    hn_arena_deinit(&arena);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_file_cut_short_is_damaged),
        cmocka_unit_test(what_cannot_be_written_leaves_nothing),
    };
    int fd = mkstemp(path), failed;

    if (fd < 0)
        return 1;
    close(fd);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    unlink(path);
    return failed;
}
