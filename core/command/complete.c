/* Completion: which words could stand in place of the last one of a line. */
#include <string.h>

#include "command/parse.h"
#include "command/session.h"
#include "command/split.h"

struct completion {
    const struct hn_host *host;
    struct hn_arena *arena;
    void (*each)(void *arg, const char *word);
    void *arg;
};

static bool
starts_with(const char *word, const char *start)
{
    return strncmp(word, start, strlen(start)) == 0;
}

static void
offer(const struct completion *c, const char *start, const char *prefix,
      const char *word)
{
    const char *whole = hn_arena_format(c->arena, "%s%s", prefix, word);

    if (whole && starts_with(whole, start))
        c->each(c->arg, whole);
}

static void
offer_commands(const struct completion *c, const char *start)
{
    const struct hn_command_entry *entry;

    for (size_t i = 0; (entry = hn_command_at(i)); i++)
        offer(c, start, c->host->bare ? "" : "py-", entry->name);
}

static void
offer_options(const struct completion *c, const struct hn_command *command,
              const char *start)
{
    const struct hn_arg *arg;

    for (size_t i = 0; (arg = hn_arg_at(command, c->host, i, NULL)); i++)
        offer(c, start, "--", arg->name);
}

static void
offer_choices(const struct completion *c, const struct hn_arg *arg, const char *start,
              const char *prefix)
{
    for (size_t i = 0; arg->kind == HN_ARG_CHOICE && arg->choices[i]; i++)
        offer(c, start, prefix, arg->choices[i]);
}

/* The option that @word spells, up to its "="; NULL if it is none. */
static const struct hn_arg *
find_arg(const struct completion *c, const struct hn_command *command, const char *word)
{
    const struct hn_arg *arg;

    for (size_t i = 0; (arg = hn_arg_at(command, c->host, i, NULL)); i++) {
        size_t size = strlen(arg->name);

        if (starts_with(word, "--") && strncmp(word + 2, arg->name, size) == 0
            && (word[2 + size] == '\0' || word[2 + size] == '='))
            return arg;
        if (word[0] == '-' && word[1] && word[1] == arg->letter && !word[2])
            return arg;
    }
    return NULL;
}

static void
offer_words(const struct completion *c, const struct hn_command *command,
            const char *before, const char *last)
{
    const struct hn_arg *arg = find_arg(c, command, before);
    const struct hn_command *sub;
    const char *equals = strchr(last, '=');

    if (arg && arg->kind != HN_ARG_FLAG && !strchr(before, '=')) {
        offer_choices(c, arg, last, "");
    } else if (equals) {
        arg = find_arg(c, command, last);
        if (arg)
            offer_choices(c, arg, last, hn_arena_format(c->arena, "--%s=", arg->name));
    } else if (last[0] == '-') {
        offer_options(c, command, last);
    } else if (!before[0]) {
        for (size_t i = 0; (sub = hn_command_sub_at(command, i)); i++)
            offer(c, last, "", hn_command_sub_word(sub));
    }
}

/* The command that the first words name, and how many of them do. */
static const struct hn_command *
find_command(const struct hn_words *words, size_t before, size_t *named_ret)
{
    const struct hn_command *command, *sub;

    *named_ret = 1;
    command = before > 0 ? hn_command_find(words->word[0]) : NULL;
    sub = command && before > 1 ? hn_command_sub_find(command, words->word[1]) : NULL;
    *named_ret += sub != NULL;
    return sub ? sub : command;
}

void
hn_command_complete(struct hn_session *session, const char *line,
                    void (*each)(void *arg, const char *word), void *arg)
{
    struct hn_arena arena;
    struct completion c = { session->host, &arena, each, arg };
    struct hn_words words;
    const struct hn_command *command;
    size_t named;

    hn_arena_init(&arena);
    if (hn_split(line, &arena, &words) == HN_OK) {
        size_t before = words.count - (words.count > 0 && !words.blank);
        const char *last = words.blank ? "" : words.word[words.count - 1];

        command = find_command(&words, before, &named);
        if (before == 0)
            offer_commands(&c, last);
        else if (command)
            offer_words(&c, command, before > named ? words.word[before - 1] : "",
                        last);
    }
    hn_arena_deinit(&arena);
}
