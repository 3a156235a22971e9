/* The screen, on a pseudo terminal whose other side the test holds. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <poll.h>
#include <pty.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command/screen.h"

enum { PATIENCE_MS = 10000 };

struct scene {
    int master;
    struct hn_screen screen;
};

static void
begin(struct scene *s)
{
    struct termios raw;
    int slave;

    assert_int_equal(openpty(&s->master, &slave, NULL, NULL, NULL), 0);
    assert_int_equal(tcgetattr(slave, &raw), 0);
    cfmakeraw(&raw); /* what is written comes as it is */
    assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
    s->screen = (struct hn_screen){ .fd = slave, .keys = true, .before = raw };
}

static void
end(struct scene *s)
{
    hn_screen_end(&s->screen);
    close(s->master);
}

/* What came out of it, up to @last. */
static const char *
shown(int master, const char *last, char *buf, size_t size)
{
    struct pollfd ready = { .fd = master, .events = POLLIN };
    size_t used = 0;

    buf[0] = '\0';
    while (!strstr(buf, last) && used + 1 < size) {
        ssize_t n;

        assert_true(poll(&ready, 1, PATIENCE_MS) > 0);
        n = read(master, buf + used, size - 1 - used);
        assert_true(n > 0);
        used += (size_t)n;
        buf[used] = '\0';
    }
    return buf;
}

static void
draws_from_the_top_and_clears_the_rest(void **state)
{
    struct scene s;
    struct hn_text text;
    char buf[200];

    (void)state;
    begin(&s);
    hn_text_init(&text);
    hn_text_puts(&text, "one\ntwo");
    hn_screen_draw(&s.screen, &text);
    assert_string_equal(shown(s.master, "\033[J", buf, sizeof(buf)),
                        "\033[Hone\033[K\r\ntwo\033[K\033[J");
    hn_text_deinit(&text);
    end(&s);
}

static void
an_unfinished_text_is_not_drawn(void **state)
{
    struct scene s;
    struct hn_text text;
    struct pollfd ready;

    (void)state;
    begin(&s);
    hn_text_init(&text);
    hn_text_puts(&text, "half of i");
    text.failed = true;
    hn_screen_draw(&s.screen, &text);
    ready = (struct pollfd){ .fd = s.master, .events = POLLIN };
    assert_int_equal(poll(&ready, 1, 0), 0);
    hn_text_deinit(&text);
    end(&s);
}

static void
knows_its_size(void **state)
{
    struct scene s;
    struct winsize size = { .ws_col = 132, .ws_row = 43 };
    unsigned width, height;

    (void)state;
    begin(&s);
    hn_screen_size(&s.screen, &width, &height);
    assert_int_equal(width, 80); /* a terminal that does not say */
    assert_int_equal(height, 24);
    assert_int_equal(ioctl(s.master, TIOCSWINSZ, &size), 0);
    hn_screen_size(&s.screen, &width, &height);
    assert_int_equal(width, 132);
    assert_int_equal(height, 43);
    end(&s);
}

static void
keys_come_one_by_one(void **state)
{
    struct scene s;
    struct pollfd ready;

    (void)state;
    begin(&s);
    assert_int_equal(hn_screen_key(&s.screen), 0);
    assert_int_equal(write(s.master, "2q", 2), 2);
    ready = (struct pollfd){ .fd = s.screen.fd, .events = POLLIN };
    assert_true(poll(&ready, 1, PATIENCE_MS) > 0);
    assert_int_equal(hn_screen_key(&s.screen), '2');
    assert_int_equal(hn_screen_key(&s.screen), 'q');
    assert_int_equal(hn_screen_key(&s.screen), 0);
    end(&s);
}

/* In a child of its own, whose terminal this is. */
static int
take_and_give_back(void)
{
    struct hn_screen screen;
    struct termios before, during, after;

    if (tcgetattr(STDIN_FILENO, &before) || !hn_screen_begin(&screen, true)
        || tcgetattr(STDIN_FILENO, &during))
        return 1;
    if (during.c_lflag & (ICANON | ECHO) || !(during.c_lflag & ISIG))
        return 2; /* single keys, unseen; Ctrl-C still works */
    hn_screen_end(&screen);
    hn_screen_end(&screen);
    if (tcgetattr(STDIN_FILENO, &after) || after.c_lflag != before.c_lflag)
        return 3;
    return screen.fd == -1 ? 0 : 4;
}

static void
leaves_the_terminal_as_it_was(void **state)
{
    char buf[200];
    int master, status;
    pid_t child = forkpty(&master, NULL, NULL, NULL);

    (void)state;
    assert_true(child >= 0);
    if (child == 0)
        _exit(take_and_give_back());
    shown(master, "\033[?1049l", buf, sizeof(buf));
    assert_string_equal(buf, "\033[?1049h\033[?25l\033[?25h\033[?1049l");
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(master);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_from_the_top_and_clears_the_rest),
        cmocka_unit_test(an_unfinished_text_is_not_drawn),
        cmocka_unit_test(knows_its_size),
        cmocka_unit_test(keys_come_one_by_one),
        cmocka_unit_test(leaves_the_terminal_as_it_was),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
