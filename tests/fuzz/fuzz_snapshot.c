/* The reader of snapshot files: bytes as a file, or changes to a good one.
 *
 * An even first byte: the rest is the file. An odd one: the rest are changes of five
 * bytes each, a place and what stands there then, to a file that was written here. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../unit/snapshot/hand_links.h"
#include "../unit/snapshot/hand_made.h"
#include "../unit/snapshot/hand_views.h"
#include "heap/paths.h"
#include "snapshot/snapshot.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CHANGE = 5, GOOD_MOST = 1 << 20 };

static uint8_t good[GOOD_MOST];
static size_t good_size;

static void
make_good(void)
{
    static const struct hand_object objects[] = {
        { 0x1000, STR, 11, 2 },
        { 0x1040, NODE, 0, 1 },
        { 0x1080, DICT, 0, 0 },
    };
    static const struct hn_snapshot_options plain = { 0 };
    char path[] = "/tmp/hognose-fuzz-XXXXXX";
    struct hn_error err = { 0 };
    struct hn_moment moment;
    struct hn_arena arena;
    int fd = mkstemp(path);
    FILE *file;

    hn_arena_init(&arena);
    hand_made(&moment, objects, 3, &err);
    hand_traced(&moment);
    hand_views(&moment);
    hand_links(&moment);
    if (fd < 0 || hn_snapshot_write(&moment, path, &plain, NULL, &arena, &err) != HN_OK
        || !(file = fopen(path, "rb")))
        abort();
    good_size = fread(good, 1, sizeof(good), file);
    fclose(file);
    close(fd);
    unlink(path);
    hn_moment_deinit(&moment);
    hn_arena_deinit(&arena);
}

static void
put_changed(int fd, const uint8_t *data, size_t size)
{
    static uint8_t copy[GOOD_MOST];

    memcpy(copy, good, good_size);
    for (; size >= CHANGE; data += CHANGE, size -= CHANGE) {
        uint32_t at;

        memcpy(&at, data, sizeof(at));
        copy[at % good_size] = data[4];
    }
    if (write(fd, copy, good_size) != (ssize_t)good_size)
        abort();
}

/* What was read must serve every view. */
static void
use_links(struct hn_moment *moment)
{
    struct hn_graph graph;
    struct hn_link_words words;
    struct hn_paths paths;
    struct hn_graph_paths found;
    struct hn_graph_links links;

    for (uint32_t i = 0; i < moment->heap.count && i < 4; i++) {
        (void)!hn_links_load(moment, i, true, 10, &moment->arena, &links);
        (void)!hn_links_load(moment, i, false, 10, &moment->arena, &links);
    }
    if (hn_links_graph(moment, &graph) == HN_OK) {
        hn_link_words_init(moment, &graph, &words);
        if (hn_paths_find(&graph, &words.words, &paths) == HN_OK) {
            for (uint32_t i = 0; i < graph.count && i < 4; i++)
                (void)!hn_paths_load(&paths, i, 10, &moment->arena, &found);
            (void)!hn_paths_of_type(&paths, "*", 10, &moment->arena, &found);
        }
        hn_paths_deinit(&paths);
    }
    hn_graph_deinit(&graph);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct hn_snapshot_parts all = { true, true, true };
    struct hn_error err = { 0 };
    struct hn_moment moment;
    char path[64];
    int fd;

    if (size == 0)
        return 0;
    if (good_size == 0)
        make_good();
    fd = memfd_create("snapshot", MFD_CLOEXEC);
    if (fd < 0)
        return 0;
    if (data[0] % 2)
        put_changed(fd, data + 1, size - 1);
    else if (write(fd, data + 1, size - 1) != (ssize_t)(size - 1))
        abort();
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    hn_moment_init(&moment);
    if (hn_snapshot_read(path, &all, NULL, &err, &moment) == HN_OK && moment.has_links)
        use_links(&moment);
    hn_moment_deinit(&moment);
    close(fd);
    return 0;
}
