/* The bare host: `hognose COMMAND [options] [operands] TARGET`, without a debugger.
 *
 * It only lends the core a screen: standard output, its width, and Ctrl-C. All that
 * commands do, and all that they say, is the core's. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hognose/command.h"

static volatile sig_atomic_t interrupt_asked;

struct screen {
    int error; /* errno of the first write that failed, 0 if none did */
};

static void
ask_interrupt(int number)
{
    (void)number;
    interrupt_asked = 1;
}

static void
write_screen(void *impl, const char *text, size_t size)
{
    struct screen *screen = impl;

    while (size > 0 && !screen->error) {
        ssize_t written = write(STDOUT_FILENO, text, size);

        if (written >= 0) {
            text += written;
            size -= (size_t)written;
        } else if (errno != EINTR) {
            screen->error = errno;
        }
    }
}

/* A reader that has gone away (`| head`) is as good as Ctrl-C. */
static bool
interrupted(void *impl)
{
    const struct screen *screen = impl;

    return interrupt_asked || screen->error;
}

static void
show_progress(void *impl, const char *text)
{
    (void)impl;
    fprintf(stderr, "\r%s\033[K", text ? text : "");
}

static unsigned
screen_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0)
        return 0;
    return size.ws_col;
}

static void
set_signals(void)
{
    struct sigaction action = { .sa_handler = ask_interrupt };

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

static enum hn_exit
show_list(struct hn_session *session, struct screen *screen)
{
    const char *list = hn_command_help(session, NULL);

    if (!list)
        return HN_EXIT_CANNOT;
    write_screen(screen, list, strlen(list));
    return HN_EXIT_OK;
}

static void
print_word(void *impl, const char *word)
{
    write_screen(impl, word, strlen(word));
    write_screen(impl, "\n", 1);
}

/* What the words before TARGET ask for. */
static enum hn_exit
run(struct hn_session *session, struct screen *screen, int argc,
    const char *const *argv)
{
    const char *word = argc > 0 ? argv[0] : "--help";

    if (strcmp(word, "--version") == 0) {
        print_word(screen, "hognose " HN_VERSION);
        return HN_EXIT_OK;
    }
    if (strcmp(word, "help") == 0 && argc > 1)
        return hn_run(session, 2, (const char *const[]){ argv[1], "--help", NULL });
    if (strcmp(word, "help") == 0 || strcmp(word, "--help") == 0
        || strcmp(word, "-h") == 0)
        return show_list(session, screen);
    /* For the shell's completion: the words that could end the line in argv[1]. */
    if (strcmp(word, "complete") == 0 && argc == 2) {
        hn_command_complete(session, argv[1], print_word, screen);
        return HN_EXIT_OK;
    }
    return hn_run(session, argc, argv);
}

/* Failures of writing are told here, but for a reader that went away. */
static enum hn_exit
report(const struct hn_session *session, const struct screen *screen, enum hn_exit code)
{
    const char *message = hn_session_message(session);

    if (screen->error == EPIPE)
        return HN_EXIT_CANNOT;
    if (screen->error) {
        fprintf(stderr, "hognose: cannot write: %s\n", strerror(screen->error));
        return HN_EXIT_CANNOT;
    }
    if (code != HN_EXIT_OK && message[0])
        fprintf(stderr, "%s%s\n", code == HN_EXIT_USAGE ? "" : "hognose: ", message);
    return code;
}

int
main(int argc, char **argv)
{
    struct screen screen = { 0 };
    struct hn_host host = {
        .name = "hognose",
        .bare = true,
        .impl = &screen,
        .write = write_screen,
        .interrupted = interrupted,
        .progress = isatty(STDERR_FILENO) ? show_progress : NULL,
        .terminal = isatty(STDOUT_FILENO),
        .width = screen_width(),
    };
    struct hn_session *session = hn_session_create(&host);
    enum hn_exit code;

    if (!session) {
        fputs("hognose: out of memory\n", stderr);
        return HN_EXIT_CANNOT;
    }
    set_signals();
    code = run(session, &screen, argc - 1, (const char *const *)argv + 1);
    code = report(session, &screen, code);
    hn_session_destroy(session);
    if (argc < 2)
        return HN_EXIT_USAGE;
    return code;
}
