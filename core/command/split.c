/* One pass over the line; words are built in place in one buffer, because quotes only
 * ever make text shorter. */
#include "command/split.h"

#include <string.h>

struct splitter {
    const char *at; /* what comes next of the line */
    char *out;      /* where the next byte of a word goes */
    bool open;
};

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
copy_single_quoted(struct splitter *s)
{
    for (s->at++; *s->at && *s->at != '\''; s->at++)
        *s->out++ = *s->at;
    s->open = !*s->at;
    s->at += !s->open;
}

/* Inside double quotes a backslash keeps its place before all but these. */
static void
copy_double_quoted(struct splitter *s)
{
    for (s->at++; *s->at && *s->at != '"'; s->at++) {
        if (*s->at == '\\' && s->at[1] && strchr("\"\\$`", s->at[1]))
            s->at++;
        *s->out++ = *s->at;
    }
    s->open = !*s->at;
    s->at += !s->open;
}

static void
copy_escaped(struct splitter *s)
{
    s->at++;
    s->open = !*s->at;
    if (!s->open)
        *s->out++ = *s->at++;
}

static void
copy_word(struct splitter *s)
{
    while (*s->at && !is_blank(*s->at)) {
        switch (*s->at) {
        case '\'': copy_single_quoted(s); break;
        case '"': copy_double_quoted(s); break;
        case '\\': copy_escaped(s); break;
        default: *s->out++ = *s->at++;
        }
    }
    *s->out++ = '\0';
}

enum hn_status
hn_split(const char *line, struct hn_arena *arena, struct hn_words *ret)
{
    size_t size = strlen(line), count = 0;
    struct splitter s = { .at = line };
    const char *end_of_word = "";
    /* Every word but the last is followed by a blank, so that half as many fit. */
    const char **words = hn_arena_array(arena, size / 2 + 2, sizeof(*words));
    size_t *starts = hn_arena_array(arena, size / 2 + 2, sizeof(*starts));

    s.out = hn_arena_alloc(arena, size + 1);
    if (!words || !starts || !s.out)
        return HN_E_NOMEM;
    for (;;) {
        while (is_blank(*s.at))
            s.at++;
        if (!*s.at)
            break;
        starts[count] = (size_t)(s.at - line);
        words[count++] = s.out;
        copy_word(&s);
        end_of_word = s.at;
    }
    *ret =
        (struct hn_words){ words, count, starts, s.open, count == 0 || *end_of_word };
    return HN_OK;
}
