/* Prints core/command/COMMANDS.md from the table of commands; ctest compares. */
#include <stdio.h>

#include "command/help.h"

int
main(void)
{
    struct hn_text text;
    bool done;

    hn_text_init(&text);
    hn_help_put_markdown(&text);
    done = !text.failed && fwrite(text.bytes, 1, text.size, stdout) == text.size
           && fflush(stdout) == 0;
    hn_text_deinit(&text);
    return done ? 0 : 1;
}
