/* Help, from the table of commands. */
#ifndef HN_COMMAND_HELP_H
#define HN_COMMAND_HELP_H

#include "command/command.h"

/* What --help prints, in the words of @host. */
void
hn_help_put(struct hn_text *text, const struct hn_host *host,
            const struct hn_command *command);

/* The same, and behind it that of the subcommands: the `help` of debuggers knows only
 * one-word commands, and shows theirs also when asked for `py-sample convert`. */
void
hn_help_put_all(struct hn_text *text, const struct hn_host *host,
                const struct hn_command *command);

/* All commands, a line each. */
void
hn_help_put_list(struct hn_text *text, const struct hn_host *host);

/* The whole of COMMANDS.md. */
void
hn_help_put_markdown(struct hn_text *text);

#endif
