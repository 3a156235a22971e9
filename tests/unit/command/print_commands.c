/* Prints core/command/COMMANDS.md from the table of commands; ctest compares. */
#include <stdio.h>

#include "command/help.h"

int
main(void)
{
    struct hn_text text;
    size_t written;

    hn_text_init(&text);
    hn_help_put_markdown(&text);
    if (text.failed)
        return 1;
    written = fwrite(text.bytes, 1, text.size, stdout);
    return written == text.size && fflush(stdout) == 0 ? 0 : 1;
}
