/* A moment that is written is the moment that is read. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

#include "hand_links.h"
#include "hand_made.h"
#include "hand_views.h"
#include "heap/paths.h"
#include "snapshot/snapshot.h"

static struct hn_error err;
static char path[] = "/tmp/hognose-test-XXXXXX";

static const struct hand_object objects[] = {
    { 0x1000, STR, 11, 2 },
    { 0x1040, NODE, 0, 1 },
    { 0x7fff00001000, DICT, 0, 0 },
};

static const struct hn_snapshot_options plain = { 0 };
static const struct hn_snapshot_parts all = { true, true, true };

static void
write_moment(void)
{
    struct hn_moment moment;
    struct hn_arena arena;

    hn_arena_init(&arena);
    hand_made(&moment, objects, 3, &err);
    hand_traced(&moment);
    hand_views(&moment);
    hand_links(&moment);
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
views_are_read_as_they_were(void **state)
{
    struct hn_moment moment;
    const struct hn_suspect *suspect;

    (void)state;
    write_moment();
    hn_moment_init(&moment);
    assert_int_equal(hn_snapshot_read(path, &all, NULL, &err, &moment), HN_OK);

    assert_true(moment.has_suspects);
    assert_int_equal(moment.suspects.count, 2);
    assert_int_equal(moment.suspects.threshold, 100);
    assert_true(moment.suspects.traced);
    suspect = &moment.suspects.items[0];
    assert_string_equal(suspect->path, "app.cache");
    assert_null(suspect->root);
    assert_null(suspect->object.repr);
    assert_int_equal(suspect->part_count, 2);
    assert_string_equal(suspect->parts[1].type, "dict");
    assert_int_equal(suspect->line_count, 1);
    assert_int_equal(suspect->lines[0].line, 7);
    assert_int_equal(suspect[1].kind, HN_SUSPECT_GARBAGE);
    assert_int_equal(suspect[1].part_count, 0);
    assert_string_equal(moment.cycles.items[0].object.repr, "[[...]]");
    assert_int_equal(moment.treemap.count, 2);
    assert_int_equal(moment.treemap.nodes[1].retained, 364);

    assert_true(moment.has_ledger);
    assert_string_equal(moment.ledger.c_allocator, "glibc, 1 arena");
    for (int i = 0; i < HN_LEDGER_ROW_COUNT; i++)
        assert_int_equal(moment.ledger.rows[i].bytes, i + 1);
    assert_string_equal(moment.ledger.rows[HN_LEDGER_OBJECTS].parts[0].name, "int");
    assert_int_equal(moment.ledger.rows[HN_LEDGER_BUFFERS].part_count, 0);
    assert_int_equal(moment.ledger.pins[0].free_bytes, 4000);
    hn_moment_deinit(&moment);
}

static void
references_are_read_as_they_were(void **state)
{
    struct hn_moment moment;
    struct hn_graph_links links;

    (void)state;
    write_moment();
    hn_moment_init(&moment);
    assert_int_equal(hn_snapshot_read(path, &all, NULL, &err, &moment), HN_OK);
    assert_true(moment.has_links);

    assert_int_equal(hn_links_load(&moment, 1, true, 0, &moment.arena, &links), HN_OK);
    assert_int_equal(links.count, 2);
    assert_string_equal(links.items[0].label, ".name");
    assert_int_equal(links.items[0].object.address, 0x1000);
    assert_true(links.items[1].weak);

    assert_int_equal(hn_links_load(&moment, 0, false, 0, &moment.arena, &links), HN_OK);
    assert_int_equal(links.total, 1);
    assert_int_equal(links.references, 2);
    assert_int_equal(links.unexplained, 1);
    assert_string_equal(links.items[0].object.type, "shop.Node");

    assert_int_equal(hn_links_load(&moment, 2, false, 1, &moment.arena, &links), HN_OK);
    assert_int_equal(links.count, 1); /* the limit */
    assert_int_equal(links.total, 2);
    assert_string_equal(links.items[0].label, "local cache of f(), thread 1");
    hn_moment_deinit(&moment);
}

static void
paths_are_made_of_what_was_kept(void **state)
{
    struct hn_moment moment;
    struct hn_graph graph;
    struct hn_link_words words;
    struct hn_paths paths;
    struct hn_graph_paths found;

    (void)state;
    write_moment();
    hn_moment_init(&moment);
    assert_int_equal(hn_snapshot_read(path, &all, NULL, &err, &moment), HN_OK);
    assert_int_equal(hn_links_graph(&moment, &graph), HN_OK);
    hn_link_words_init(&moment, &graph, &words);
    assert_int_equal(hn_paths_find(&graph, &words.words, &paths), HN_OK);
    assert_int_equal(hn_paths_load(&paths, 0, 0, &moment.arena, &found), HN_OK);

    /* The variable says more than that C code has a reference. */
    assert_int_equal(found.count, 1);
    assert_string_equal(found.items[0].text, "cache['first'].name");
    assert_string_equal(found.items[0].root, "local cache of f(), thread 1");
    assert_int_equal(found.items[0].step_count, 3);
    assert_int_equal(found.object.retained, 64);
    /* A weak reference is no way. */
    assert_int_equal(graph.in_first[3] - graph.in_first[2], 0);
    hn_paths_deinit(&paths);
    hn_graph_deinit(&graph);
    hn_moment_deinit(&moment);
}

/* --- what a file says is not taken on trust */

static void
spoil_to(struct hn_links *links)
{
    links->to[2] = 3;
}

static void
spoil_label(struct hn_links *links)
{
    links->label[0] = 4;
}

static void
spoil_kind(struct hn_links *links)
{
    links->kind[1] = (HN_REFERENCE_STATE + 1) << HN_LINK_PLACE_SHIFT;
}

static void
spoil_dominator(struct hn_links *links)
{
    links->dominator[1] = 5;
}

static void
spoil_root(struct hn_links *links)
{
    links->roots[0].address = 0x1001;
}

static void
spoil_first(struct hn_links *links)
{
    links->first[1] = 3;
}

static void
numbers_out_of_bounds_are_damage(void **state)
{
    static void (*const spoil[])(struct hn_links *) = {
        spoil_to, spoil_label, spoil_kind, spoil_dominator, spoil_root, spoil_first,
    };
    struct hn_moment moment;

    (void)state;
    for (size_t i = 0; i < sizeof(spoil) / sizeof(spoil[0]); i++) {
        hand_made(&moment, objects, 3, &err);
        hand_links(&moment);
        assert_true(hn_links_are_sound(&moment));
        spoil[i](&moment.links);
        assert_false(hn_links_are_sound(&moment));
        hn_moment_deinit(&moment);
    }
}

static void
a_suspect_of_no_kind_is_damage(void **state)
{
    struct hn_moment moment;
    sqlite3 *db;

    (void)state;
    write_moment();
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "UPDATE suspects SET kind = 17 WHERE id = 2",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(db);
    hn_moment_init(&moment);
    assert_int_equal(hn_snapshot_read(path, &all, NULL, &err, &moment), HN_E_CORRUPT);
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
        cmocka_unit_test(views_are_read_as_they_were),
        cmocka_unit_test(references_are_read_as_they_were),
        cmocka_unit_test(paths_are_made_of_what_was_kept),
        cmocka_unit_test(numbers_out_of_bounds_are_damage),
        cmocka_unit_test(a_suspect_of_no_kind_is_damage),
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
