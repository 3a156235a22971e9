/* C++ names made readable, by the C++ runtime's own function. */
#include <stdlib.h>
#include <string.h>

#include "unwind/private.h"

enum {
    /* Names of real programs seldom reach 2,000 characters, and nobody reads them. */
    MAX_MANGLED = 4096,
    /* Each use of an earlier part may double what comes out, so a short name can mean
     * gigabytes: n uses give 3^(n/3) times as much at most. */
    MAX_REFERENCES = 28,
    MAX_READABLE = 4096,
};

/* <cxxabi.h>, for C. */
extern char *
__cxa_demangle(const char *mangled, char *buf, size_t *size, int *status);

static bool
is_harmless(const char *symbol)
{
    size_t size = strlen(symbol), references = 0;

    for (size_t i = 0; i < size; i++)
        references += symbol[i] == '_' && i > 0
                      && (symbol[i - 1] == 'S' || symbol[i - 1] == 'T'
                          || (i > 1 && (symbol[i - 2] == 'S' || symbol[i - 2] == 'T')));
    return size <= MAX_MANGLED && references <= MAX_REFERENCES;
}

const char *
hn_demangle(const char *symbol, struct hn_arena *arena)
{
    const char *readable = symbol;
    char *text;
    size_t size;
    int status;

    if (symbol[0] != '_' || symbol[1] != 'Z' || !is_harmless(symbol))
        return symbol;
    text = __cxa_demangle(symbol, NULL, NULL, &status);
    size = text ? strlen(text) : 0;
    if (text && status == 0 && size <= MAX_READABLE)
        readable = hn_arena_copy(arena, text, size);
    free(text);
    return readable ? readable : symbol;
}
