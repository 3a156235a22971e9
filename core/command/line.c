/* Finds the expression among the words of a line. */
#include "command/line.h"

#include <string.h>

#include "command/parse.h"

static const struct hn_arg *
find_option(const struct hn_command *command, const struct hn_host *host,
            const char *word)
{
    const struct hn_arg *arg;

    for (size_t i = 0; (arg = hn_arg_at(command, host, i, NULL)); i++)
        if (strncmp(word, "--", 2) == 0 ? strcmp(word + 2, arg->name) == 0
                                        : word[1] == arg->letter && !word[2])
            return arg;
    return NULL;
}

/* The index of the first word that is no option, nor an option's value. */
static size_t
skip_options(const struct hn_words *words, const struct hn_command *command,
             const struct hn_host *host)
{
    size_t i = 1;

    while (i < words->count && words->word[i][0] == '-') {
        const struct hn_arg *arg = find_option(command, host, words->word[i]);

        if (strcmp(words->word[i++], "--") == 0)
            break;
        if (arg && arg->kind != HN_ARG_FLAG)
            i++;
    }
    return i;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* How much of @text is the expression. */
static size_t
expression_size(const char *text)
{
    char quote = 0;
    size_t i, depth = 0;

    for (i = 0; text[i]; i++) {
        if (quote) {
            if (text[i] == '\\' && text[i + 1])
                i++;
            else if (text[i] == quote)
                quote = 0;
        } else if (text[i] == '\'' || text[i] == '"') {
            quote = text[i];
        } else if (text[i] == '[') {
            depth++;
        } else if (text[i] == ']') {
            depth -= depth > 0;
        } else if (is_blank(text[i]) && text[i + 1] == '-' && depth == 0) {
            break;
        }
    }
    return i;
}

static const char *
copy_trimmed(struct hn_arena *arena, const char *text, size_t size)
{
    while (size > 0 && is_blank(text[size - 1]))
        size--;
    return hn_arena_copy(arena, text, size);
}

/* The options before and behind the expression, and it last. */
static enum hn_status
join(const struct hn_words *before, size_t options, const struct hn_words *behind,
     const char *expression, struct hn_arena *arena, struct hn_words *ret)
{
    size_t count = 0;
    const char **words =
        hn_arena_array(arena, options + behind->count + 3, sizeof(*words));

    if (!words || !expression)
        return HN_E_NOMEM;
    for (size_t i = 0; i < options; i++)
        if (strcmp(before->word[i], "--") != 0)
            words[count++] = before->word[i];
    for (size_t i = 0; i < behind->count; i++)
        words[count++] = behind->word[i];
    words[count++] = "--";
    words[count++] = expression;
    *ret = (struct hn_words){
        .word = words, .count = count, .open = behind->open, .blank = behind->blank
    };
    return HN_OK;
}

enum hn_status
hn_line_split(const char *line, const struct hn_host *host, struct hn_arena *arena,
              struct hn_words *ret)
{
    struct hn_words behind;
    const struct hn_command *command;
    const char *text;
    size_t options, size;
    enum hn_status st = hn_split(line, arena, ret);

    if (st || ret->count == 0)
        return st;
    command = hn_command_find(ret->word[0]);
    if (!command || command->operands_max != HN_OPERANDS_EXPRESSION)
        return HN_OK;
    options = skip_options(ret, command, host);
    if (options >= ret->count)
        return HN_OK;
    text = line + ret->starts[options];
    size = expression_size(text);
    st = hn_split(text + size, arena, &behind);
    if (st)
        return st;
    return join(ret, options, &behind, copy_trimmed(arena, text, size), arena, ret);
}
