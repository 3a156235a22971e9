/* Usage, help and the manual page of commands: all from the table. */
#include "command/help.h"

#include <string.h>

#include "command/parse.h"

/* The column that explanations begin at. */
enum { EXPLANATIONS = 24, SUMMARIES = 14, MEANINGS = 36 };

/* Prose is broken at this width. */
enum { PROSE = 80 };

static void
put_usage(struct hn_text *text, const struct hn_host *host,
          const struct hn_command *command)
{
    hn_command_put_name(text, host, command);
    hn_text_puts(text, " [options]");
    if (command->operands[0])
        hn_text_printf(text, " %s", command->operands);
    if (host->bare && command->subject != HN_SUBJECT_FILES)
        hn_text_puts(text, " TARGET");
}

static void
put_pad(struct hn_text *text, size_t from, size_t columns)
{
    size_t used = text->size - from;

    hn_text_pad(text, ' ', used + 2 <= columns ? columns - used : 2);
}

static void
put_choices(struct hn_text *text, const struct hn_arg *arg)
{
    for (size_t i = 0; arg->choices && arg->choices[i]; i++)
        hn_text_printf(text, "%s%s", i ? ", " : ": ", arg->choices[i]);
}

static void
put_option(struct hn_text *text, const struct hn_arg *arg)
{
    size_t from = text->size;

    if (arg->letter)
        hn_text_printf(text, "  -%c, ", arg->letter);
    else
        hn_text_puts(text, "      ");
    hn_text_printf(text, "--%s", arg->name);
    if (arg->value)
        hn_text_printf(text, " %s", arg->value);
    put_pad(text, from, EXPLANATIONS);
    hn_text_puts(text, arg->help);
    put_choices(text, arg);
    hn_text_putc(text, '\n');
}

static void
put_options(struct hn_text *text, const struct hn_host *host,
            const struct hn_command *command)
{
    const struct hn_arg *arg;

    hn_text_puts(text, "\nOptions:\n");
    for (size_t i = 0; (arg = hn_arg_at(command, host, i, NULL)); i++)
        put_option(text, arg);
}

static void
put_prose(struct hn_text *text, const char *prose)
{
    size_t column = 0;

    while (*prose) {
        size_t word = strcspn(prose, " ");

        if (column > 0 && column + 1 + word > PROSE) {
            hn_text_putc(text, '\n');
            column = 0;
        }
        hn_text_pad(text, ' ', column > 0);
        hn_text_add(text, prose, word);
        column += (column > 0) + word;
        prose += word;
        prose += *prose == ' ';
    }
    hn_text_putc(text, '\n');
}

static void
put_example(struct hn_text *text, const struct hn_host *host,
            const struct hn_command *command, const struct hn_example *example)
{
    size_t from = text->size;

    hn_text_puts(text, "  ");
    hn_command_put_name(text, host, command);
    if (example->words[0])
        hn_text_printf(text, " %s", example->words);
    /* An example that starts a program has its subject already. */
    if (host->bare && command->subject != HN_SUBJECT_FILES
        && !strstr(example->words, "-- "))
        hn_text_puts(text, " 4242");
    put_pad(text, from, MEANINGS);
    hn_text_puts(text, example->meaning);
    hn_text_putc(text, '\n');
}

static void
put_target(struct hn_text *text, const struct hn_host *host,
           const struct hn_command *command)
{
    if (!host->bare || command->subject == HN_SUBJECT_FILES)
        return;
    hn_text_puts(text,
                 command->subject == HN_SUBJECT_PROCESS
                     ? "TARGET is a pid, or -- COMMAND [ARGUMENTS] to start one.\n"
                     : "TARGET is a pid (all digits) or a core file.\n");
}

static void
put_subcommands(struct hn_text *text, const struct hn_host *host,
                const struct hn_command *command)
{
    const struct hn_command *sub;

    for (size_t i = 0; (sub = hn_command_sub_at(command, i)); i++) {
        size_t from;

        hn_text_puts(text, i == 0 ? "\nSubcommands (each has its own --help):\n" : "");
        from = text->size;
        hn_text_puts(text, "  ");
        hn_command_put_name(text, host, sub);
        if (sub->operands[0])
            hn_text_printf(text, " %s", sub->operands);
        put_pad(text, from, MEANINGS);
        hn_text_printf(text, "%s\n", sub->entry.summary);
    }
}

void
hn_help_put(struct hn_text *text, const struct hn_host *host,
            const struct hn_command *command)
{
    hn_text_puts(text, command->entry.summary);
    hn_text_puts(text, ".\n\nUsage: ");
    put_usage(text, host, command);
    hn_text_putc(text, '\n');
    put_target(text, host, command);
    hn_text_putc(text, '\n');
    put_prose(text, command->details);
    put_options(text, host, command);
    put_subcommands(text, host, command);
    hn_text_puts(text, "\nExamples:\n");
    for (const struct hn_example *e = command->examples; e->words; e++)
        put_example(text, host, command, e);
}

void
hn_help_put_all(struct hn_text *text, const struct hn_host *host,
                const struct hn_command *command)
{
    const struct hn_command *sub;

    hn_help_put(text, host, command);
    for (size_t i = 0; (sub = hn_command_sub_at(command, i)); i++) {
        hn_text_puts(text, "\n--- ");
        hn_command_put_name(text, host, sub);
        hn_text_puts(text, " ---\n\n");
        hn_help_put(text, host, sub);
    }
}

void
hn_help_put_list(struct hn_text *text, const struct hn_host *host)
{
    const struct hn_command_entry *entry;

    if (host->bare)
        hn_text_puts(text, "Usage: hognose COMMAND [options] [operands] TARGET\n"
                           "TARGET is a pid (all digits) or a core file.\n\n");
    for (size_t i = 0; (entry = hn_command_at(i)); i++) {
        size_t from = text->size;

        hn_text_printf(text, "  %s%s", host->bare ? "" : "py-", entry->name);
        put_pad(text, from, SUMMARIES);
        hn_text_printf(text, "%s\n", entry->summary);
    }
    if (host->bare)
        hn_text_puts(text, "\n`hognose COMMAND --help` shows the options of one, "
                           "`hognose --version` the version.\n");
}

static void
put_markdown_option(struct hn_text *text, const struct hn_arg *arg)
{
    hn_text_puts(text, "| `");
    if (arg->letter)
        hn_text_printf(text, "-%c`, `", arg->letter);
    hn_text_printf(text, "--%s", arg->name);
    if (arg->value)
        hn_text_printf(text, " %s", arg->value);
    hn_text_printf(text, "` | %s", arg->help);
    put_choices(text, arg);
    hn_text_puts(text, arg->bare ? " (bare host only) |\n" : " |\n");
}

static void
put_markdown_options(struct hn_text *text, const struct hn_arg *args)
{
    if (!args->name)
        return;
    hn_text_puts(text, "\n| option | meaning |\n|---|---|\n");
    for (; args->name; args++)
        put_markdown_option(text, args);
}

static void
put_markdown_command(struct hn_text *text, const struct hn_command *command)
{
    static const struct hn_host debugger = { .name = "gdb" };
    static const struct hn_host bare = { .name = "hognose", .bare = true };

    hn_text_printf(text, "\n## py-%s\n\n%s.\n\n", command->entry.name,
                   command->entry.summary);
    hn_text_puts(text, "`");
    put_usage(text, &debugger, command);
    hn_text_puts(text, "`, or `");
    put_usage(text, &bare, command);
    hn_text_printf(text, "`\n\n%s\n", command->details);
    put_markdown_options(text, command->args);
    hn_text_puts(text, "\n```\n");
    for (const struct hn_example *e = command->examples; e->words; e++)
        put_example(text, &debugger, command, e);
    hn_text_puts(text, "```\n");
}

void
hn_help_put_markdown(struct hn_text *text)
{
    const struct hn_command_entry *entry;

    hn_text_puts(text,
                 "# Commands\n\n"
                 "Printed from the table of commands; a test fails when this page is "
                 "stale (its output says how to renew it).\n\n"
                 "`py-bt` and the others are typed in GDB and LLDB. The bare program "
                 "drops the `py-` and takes a TARGET as its last word: a pid (all "
                 "digits) or a core file.\n\n"
                 "## Every command\n");
    put_markdown_options(text, hn_common_args);
    hn_text_puts(text,
                 "\nOptions may stand anywhere; `--` ends them. The exit status of the "
                 "bare program is 0, 1 (cannot) or 2 (the words are off). JSON is "
                 "described in [JSON.md](JSON.md).\n");
    for (size_t i = 0; (entry = hn_command_at(i)); i++) {
        const struct hn_command *command = hn_command_find(entry->name), *sub;

        put_markdown_command(text, command);
        for (size_t j = 0; (sub = hn_command_sub_at(command, j)); j++)
            put_markdown_command(text, sub);
    }
}
