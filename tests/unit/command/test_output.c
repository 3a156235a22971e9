/* Where results go: the screen, files that appear whole or not at all, pipes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "command/output.h"

struct fixture {
    char folder[64];
    struct hn_text screen;
    struct hn_host host;
    struct hn_error err;
    struct hn_arena arena;
    struct hn_out out;
    bool interrupted;
};

static void
write_screen(void *impl, const char *text, size_t size)
{
    hn_text_add(&((struct fixture *)impl)->screen, text, size);
}

static bool
is_interrupted(void *impl)
{
    return ((struct fixture *)impl)->interrupted;
}

static int
start(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    strcpy(f->folder, "/tmp/hognose-output-XXXXXX");
    f->host = (struct hn_host){ .impl = f,
                                .write = write_screen,
                                .interrupted = is_interrupted };
    hn_text_init(&f->screen);
    hn_arena_init(&f->arena);
    *state = f;
    return mkdtemp(f->folder) && chdir(f->folder) == 0 ? 0 : -1;
}

static int
end(void **state)
{
    struct fixture *f = *state;
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", f->folder);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(system(command), 0);
    hn_text_deinit(&f->screen);
    hn_arena_deinit(&f->arena);
    free(f);
    return 0;
}

static size_t
files_in(const char *folder)
{
    DIR *dir = opendir(folder);
    size_t count = 0;

    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count - 2; /* "." and ".." */
}

static void
assert_contents(const char *path, const char *expected)
{
    char bytes[256];
    FILE *file = fopen(path, "r");
    size_t size;

    assert_non_null(file);
    size = fread(bytes, 1, sizeof(bytes) - 1, file);
    fclose(file);
    bytes[size] = '\0';
    assert_string_equal(bytes, expected);
}

static void
write_file(const char *path, const char *contents)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fputs(contents, file);
    fclose(file);
}

static void
open_out(struct fixture *f, const char *path)
{
    assert_int_equal(hn_out_open(&f->out, &f->host, path, &f->arena, &f->err), HN_OK);
}

static void
save(struct fixture *f, const char *path, const char *contents)
{
    open_out(f, path);
    hn_text_puts(&f->out.text, contents);
    assert_int_equal(hn_out_close(&f->out), HN_OK);
}

static void
without_a_file_the_screen_gets_it(void **state)
{
    struct fixture *f = *state;

    save(f, NULL, "one ");
    save(f, "-", "two");
    assert_string_equal(f->screen.bytes, "one two");
    assert_int_equal(files_in("."), 0);
}

static void
a_file_is_only_for_its_owner(void **state)
{
    struct stat st;

    umask(0);
    save(*state, "out", "text");
    assert_contents("out", "text");
    assert_int_equal(stat("out", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(files_in("."), 1);
}

static void
an_open_file_of_others_becomes_private(void **state)
{
    struct stat st;

    write_file("out", "old");
    assert_int_equal(chmod("out", 0666), 0);
    save(*state, "out", "new");
    assert_contents("out", "new");
    assert_int_equal(stat("out", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0600);
}

static void
the_old_file_stays_until_the_new_one_is_whole(void **state)
{
    struct fixture *f = *state;

    write_file("out", "old");
    open_out(f, "out");
    hn_text_pad(&f->out.text, 'x', 1 << 20);
    assert_true(hn_out_poll(&f->out));
    assert_contents("out", "old");
    hn_out_discard(&f->out);
    assert_contents("out", "old");
    assert_int_equal(files_in("."), 1);
}

static void
symbolic_links_are_followed(void **state)
{
    struct stat st;

    assert_int_equal(mkdir("deep", 0700), 0);
    write_file("deep/real", "old");
    assert_int_equal(symlink("deep/real", "link"), 0);
    assert_int_equal(symlink("link", "link-to-link"), 0);
    save(*state, "link-to-link", "new");
    assert_contents("deep/real", "new");
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
    assert_int_equal(files_in("deep"), 1);
}

static void
dangling_links_are_followed_too(void **state)
{
    struct stat st;

    assert_int_equal(mkdir("deep", 0700), 0);
    assert_int_equal(symlink("deep/not-yet", "link"), 0);
    save(*state, "link", "new");
    assert_contents("deep/not-yet", "new");
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISLNK(st.st_mode));
}

static void
links_in_a_circle_are_refused(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(symlink("b", "a"), 0);
    assert_int_equal(symlink("a", "b"), 0);
    assert_int_equal(hn_out_open(&f->out, &f->host, "a", &f->arena, &f->err),
                     HN_E_SYSTEM);
    assert_int_equal(f->err.system_error, ELOOP);
}

static void
a_folder_that_is_not_there_is_told(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(hn_out_open(&f->out, &f->host, "no/out", &f->arena, &f->err),
                     HN_E_SYSTEM);
    assert_int_equal(f->err.system_error, ENOENT);
    assert_string_equal(f->err.detail, "no/out");
}

static void
a_folder_is_no_file(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(hn_out_open(&f->out, &f->host, ".", &f->arena, &f->err),
                     HN_E_SYSTEM);
    assert_int_equal(f->err.system_error, EISDIR);
}

static void
a_pipe_is_written_directly(void **state)
{
    char bytes[16] = "";
    int reader;

    assert_int_equal(mkfifo("pipe", 0600), 0);
    reader = open("pipe", O_RDONLY | O_NONBLOCK);
    assert_true(reader >= 0);
    save(*state, "pipe", "text");
    assert_int_equal(read(reader, bytes, sizeof(bytes)), 4);
    assert_string_equal(bytes, "text");
    close(reader);
    assert_int_equal(files_in("."), 1);
}

static void
a_reader_that_left_is_an_error_without_a_signal(void **state)
{
    struct fixture *f = *state;
    int reader;

    assert_int_equal(mkfifo("pipe", 0600), 0);
    reader = open("pipe", O_RDONLY | O_NONBLOCK);
    open_out(f, "pipe");
    close(reader);
    hn_text_puts(&f->out.text, "text");
    assert_int_equal(hn_out_close(&f->out), HN_E_SYSTEM);
    assert_int_equal(f->err.system_error, EPIPE);
}

static void
a_full_device_is_told(void **state)
{
    struct fixture *f = *state;

    open_out(f, "/dev/full");
    hn_text_puts(&f->out.text, "text");
    assert_int_equal(hn_out_close(&f->out), HN_E_SYSTEM);
    assert_int_equal(f->err.system_error, ENOSPC);
}

static void
text_is_written_in_blocks(void **state)
{
    struct fixture *f = *state;

    open_out(f, NULL);
    hn_text_puts(&f->out.text, "little");
    assert_true(hn_out_poll(&f->out));
    assert_int_equal(f->screen.size, 0);
    hn_text_pad(&f->out.text, 'x', 1 << 17);
    assert_true(hn_out_poll(&f->out));
    assert_int_equal(f->screen.size, 6 + (1 << 17));
    assert_int_equal(hn_out_close(&f->out), HN_OK);
}

static void
an_interruption_is_seen_between_blocks(void **state)
{
    struct fixture *f = *state;

    open_out(f, NULL);
    f->interrupted = true;
    hn_text_pad(&f->out.text, 'x', 1 << 17);
    assert_false(hn_out_poll(&f->out));
    assert_int_equal(hn_out_close(&f->out), HN_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_file_the_screen_gets_it),
        TEST(a_file_is_only_for_its_owner),
        TEST(an_open_file_of_others_becomes_private),
        TEST(the_old_file_stays_until_the_new_one_is_whole),
        TEST(symbolic_links_are_followed),
        TEST(dangling_links_are_followed_too),
        TEST(links_in_a_circle_are_refused),
        TEST(a_folder_that_is_not_there_is_told),
        TEST(a_folder_is_no_file),
        TEST(a_pipe_is_written_directly),
        TEST(a_reader_that_left_is_an_error_without_a_signal),
        TEST(a_full_device_is_told),
        TEST(text_is_written_in_blocks),
        TEST(an_interruption_is_seen_between_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
