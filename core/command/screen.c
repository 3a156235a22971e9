/* Drawing with the sequences that all terminals of the last thirty years know. */
#include "command/screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define OTHER_PAGE "\033[?1049h"
#define FIRST_PAGE "\033[?1049l"
#define HIDE_CURSOR "\033[?25l"
#define SHOW_CURSOR "\033[?25h"
#define HOME "\033[H"
#define REST_OF_LINE_EMPTY "\033[K"
#define REST_OF_PAGE_EMPTY "\033[J"

static void
put(const struct hn_screen *screen, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(screen->fd, bytes, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return; /* it is gone: SIGHUP will say so */
        bytes += written;
        size -= (size_t)written;
    }
}

/* Ctrl-C goes on to work; Ctrl-Z does not, since it would leave the terminal like this.
 */
static void
read_single_keys(struct hn_screen *screen)
{
    struct termios raw;

    if (tcgetattr(screen->fd, &screen->before) != 0)
        return;
    raw = screen->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VSUSP] = _POSIX_VDISABLE;
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    screen->keys = tcsetattr(screen->fd, TCSANOW, &raw) == 0;
}

bool
hn_screen_begin(struct hn_screen *screen, bool keys)
{
    static const char begin[] = OTHER_PAGE HIDE_CURSOR;

    *screen = (struct hn_screen){ .fd = -1 };
    if (!isatty(STDOUT_FILENO))
        return false;
    screen->fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (screen->fd < 0)
        return false;
    if (keys)
        read_single_keys(screen);
    put(screen, begin, sizeof(begin) - 1);
    return true;
}

void
hn_screen_size(const struct hn_screen *screen, unsigned *width_ret,
               unsigned *height_ret)
{
    struct winsize size;
    bool known =
        ioctl(screen->fd, TIOCGWINSZ, &size) == 0 && size.ws_col && size.ws_row;

    *width_ret = known ? size.ws_col : 80;
    *height_ret = known ? size.ws_row : 24;
}

void
hn_screen_draw(struct hn_screen *screen, const struct hn_text *text)
{
    struct hn_text out;
    const char *line = text->bytes, *end = text->bytes + text->size;

    if (text->failed || text->size == 0)
        return;
    hn_text_init(&out);
    hn_text_puts(&out, HOME);
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t size = (size_t)((next ? next : end) - line);

        hn_text_add(&out, line, size);
        hn_text_puts(&out, REST_OF_LINE_EMPTY);
        line += size + 1;
        if (line < end)
            hn_text_puts(&out, "\r\n");
    }
    hn_text_puts(&out, REST_OF_PAGE_EMPTY);
    if (!out.failed)
        put(screen, out.bytes, out.size);
    hn_text_deinit(&out);
}

char
hn_screen_key(const struct hn_screen *screen)
{
    struct pollfd ready = { .fd = screen->fd, .events = POLLIN };
    char key;

    if (screen->fd < 0 || !screen->keys || poll(&ready, 1, 0) <= 0
        || read(screen->fd, &key, 1) != 1)
        return '\0';
    return key;
}

void
hn_screen_end(struct hn_screen *screen)
{
    static const char end[] = SHOW_CURSOR FIRST_PAGE;

    if (screen->fd < 0)
        return;
    put(screen, end, sizeof(end) - 1);
    if (screen->keys)
        tcsetattr(screen->fd, TCSAFLUSH, &screen->before);
    close(screen->fd);
    screen->fd = -1;
}
