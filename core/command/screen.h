/* A terminal that is drawn on again and again: the other page that terminals have for
 * that, so that what was there before is there again afterwards.
 *
 * It is the terminal that the program was started from, whatever its output goes to. */
#ifndef HN_COMMAND_SCREEN_H
#define HN_COMMAND_SCREEN_H

#include <stdbool.h>
#include <termios.h>

#include "base/text.h"

struct hn_screen {
    int fd; /* -1: not drawn on */
    bool keys;
    struct termios before;
};

/* False if there is no terminal. With @keys single keys are read, unseen and without
 * Enter; a debugger keeps its keys for itself. */
bool
hn_screen_begin(struct hn_screen *screen, bool keys);

/* Its size; 80 by 24 where that is not known. */
void
hn_screen_size(const struct hn_screen *screen, unsigned *width_ret,
               unsigned *height_ret);

/* Shows @text from the top left corner on, and nothing else. */
void
hn_screen_draw(struct hn_screen *screen, const struct hn_text *text);

/* The key that was pressed, 0 if none was. */
char
hn_screen_key(const struct hn_screen *screen);

/* Everything as it was. Fine if it never began, and again. */
void
hn_screen_end(struct hn_screen *screen);

#endif
