/* A line as it was typed in a debugger, taken apart for its command. */
#ifndef HN_COMMAND_LINE_H
#define HN_COMMAND_LINE_H

#include "command/command.h"
#include "command/split.h"

/* As hn_split(), but where the command takes an expression that is one word, with the
 * quotes that were typed: it begins at the first word that is no option and ends where
 * options begin again, outside of quotes and brackets. */
HN_MUST_CHECK enum hn_status
hn_line_split(const char *line, const struct hn_host *host, struct hn_arena *arena,
              struct hn_words *ret);

#endif
