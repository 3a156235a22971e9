/* The commands, as hosts see them: names to register, and one function to run a line.
 *
 * Hosts do not parse options, print usage or decode anything: they register what
 * hn_command_at() lists and forward what the user typed. */
#ifndef HOGNOSE_COMMAND_H
#define HOGNOSE_COMMAND_H

#include "hognose/session.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HN_VERSION "0.1.0"

/* What hn_run() returns; the bare host's exit status. */
enum hn_exit {
    HN_EXIT_OK = 0,
    HN_EXIT_CANNOT = 1,
    HN_EXIT_USAGE = 2,
    HN_EXIT_CONDITION = 3
};

/* The name ("bt", without "py-"), one-line summary and full help of the command
 * at @index, NULL past the last. Static text. */
struct hn_command_entry {
    const char *name, *summary;
};
const struct hn_command_entry *
hn_command_at(size_t index);

/* Runs one command. argv[0] is its name, with or without "py-". Output goes to
 * the host's write(); a failure is one line that hn_session_message() returns
 * (usage errors included), without a newline and valid until the next hn_run(). */
enum hn_exit
hn_run(struct hn_session *session, int argc, const char *const *argv);

/* The same for a raw line, split as a POSIX shell would but for no expansion. */
enum hn_exit
hn_run_line(struct hn_session *session, const char *line);

const char *
hn_session_message(const struct hn_session *session);

/* The help of a command, as --help prints it, and that of its subcommands, in the words
 * of the session's host; with @name NULL the list of all commands. Owned by the
 * session, valid until the next call on it. NULL for an unknown name. */
const char *
hn_command_help(struct hn_session *session, const char *name);

/* Completion of @line (without the cursor's right side): calls @each with full
 * words that could stand in place of its last word. */
void
hn_command_complete(struct hn_session *session, const char *line,
                    void (*each)(void *arg, const char *word), void *arg);

#ifdef __cplusplus
}
#endif
#endif
