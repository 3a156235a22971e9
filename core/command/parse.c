/* Options through popt, whose table is built from ours. popt splits words, bundles
 * letters and ends at "--"; types, ranges and near words are seen to here. Its own
 * --help is not used, because it leaves the process. */
#include "command/parse.h"

#include <popt.h>
#include <stdlib.h>
#include <string.h>

#include "base/near.h"

static const char *const colour_words[] = { "auto", "always", "never", NULL };

const struct hn_arg hn_common_args[] = {
    { "json", 0, HN_ARG_FLAG, offsetof(struct hn_common, json), NULL,
      "one JSON document instead of text", NULL, false },
    { "output", 'o', HN_ARG_PATH, offsetof(struct hn_common, output), "FILE",
      "write to FILE (mode 0600), pipe or device instead of the screen", NULL, false },
    { "color", 0, HN_ARG_CHOICE, offsetof(struct hn_common, colour), "WHEN",
      "colours (auto: on a terminal, unless NO_COLOR is set)", colour_words, false },
    { "exe", 0, HN_ARG_PATH, offsetof(struct hn_common, exe), "FILE",
      "executable that a core is of, when it is not where it was", NULL, false },
    { "sysroot", 0, HN_ARG_PATH, offsetof(struct hn_common, sysroot), "DIR",
      "directory that stands for the / of a core's machine", NULL, false },
    { "lib-path", 0, HN_ARG_STRING, offsetof(struct hn_common, lib_path), "A:B",
      "directories to look for a core's libraries in", NULL, false },
    { "pid", 'p', HN_ARG_COUNT, offsetof(struct hn_common, pid), "PID",
      "the process to read, in place of TARGET", NULL, true },
    { "no-stop", 0, HN_ARG_FLAG, offsetof(struct hn_common, no_stop), NULL,
      "read the process while it runs; the result may contradict itself", NULL, true },
    { "help", 'h', HN_ARG_FLAG, offsetof(struct hn_common, help), NULL,
      "show this help", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

struct parser {
    const struct hn_command *command;
    const struct hn_host *host;
    struct hn_arena *arena;
    struct hn_text *message;
    struct hn_parsed *ret;
    poptContext context;
};

/* Whether an option means something for @command in @host. Of the common ones, those
 * about binaries are for what may be a core; the sampler finds them by itself. */
static bool
applies(const struct hn_command *command, const struct hn_host *host,
        const struct hn_arg *arg, bool common)
{
    if (common && arg->offset == offsetof(struct hn_common, pid))
        return command->subject == HN_SUBJECT_PROCESS
               || (host->bare && command->subject == HN_SUBJECT_TARGET);
    if (common
        && (arg->offset == offsetof(struct hn_common, exe)
            || arg->offset == offsetof(struct hn_common, sysroot)
            || arg->offset == offsetof(struct hn_common, lib_path)
            || arg->offset == offsetof(struct hn_common, no_stop)))
        return command->subject == HN_SUBJECT_TARGET && (host->bare || !arg->bare);
    return host->bare || !arg->bare;
}

const struct hn_arg *
hn_arg_at(const struct hn_command *command, const struct hn_host *host, size_t index,
          bool *common_ret)
{
    const struct hn_arg *arg = command->args;
    bool common = false;

    for (;; arg++) {
        if (!arg->name && common)
            return NULL;
        if (!arg->name) {
            arg = hn_common_args;
            common = true;
        }
        if (!applies(command, host, arg, common))
            continue;
        if (index-- == 0)
            break;
    }
    if (common_ret)
        *common_ret = common;
    return arg;
}

void
hn_command_put_name(struct hn_text *text, const struct hn_host *host,
                    const struct hn_command *command)
{
    hn_text_puts(text, host->bare ? "hognose " : "py-");
    hn_text_puts(text, command->entry.name);
}

void
hn_command_put_unknown(struct hn_text *text, const struct hn_host *host,
                       const char *name)
{
    const char *prefix = host->bare ? "" : "py-", *bare_name = name;
    const struct hn_command_entry *entry;
    const char *before = "; near: ";

    if (strncmp(name, "py-", 3) == 0)
        bare_name += 3;
    hn_text_puts(text, "unknown command ");
    hn_text_put_escaped(text, name, strlen(name));
    for (size_t i = 0; (entry = hn_command_at(i)); i++) {
        if (!hn_near(bare_name, entry->name))
            continue;
        hn_text_printf(text, "%s%s%s", before, prefix, entry->name);
        before = ", ";
    }
    if (host->bare)
        hn_text_puts(text, " (hognose --help lists them)");
}

/* Starts a usage error; the caller adds what is wrong and ends with usage_end(). */
static void
usage_begin(struct parser *p)
{
    hn_text_clear(p->message);
    hn_command_put_name(p->message, p->host, p->command);
    hn_text_puts(p->message, ": ");
}

static enum hn_status
usage_end(struct parser *p)
{
    hn_text_puts(p->message, " (");
    hn_command_put_name(p->message, p->host, p->command);
    hn_text_puts(p->message, " --help shows how)");
    return HN_E_ARGUMENT;
}

static void
put_word(struct parser *p, const char *word)
{
    hn_text_put_escaped(p->message, word, strlen(word));
}

static enum hn_status
fail_unknown_option(struct parser *p, const char *word)
{
    const char *name = word + strspn(word, "-");
    size_t size = strcspn(name, "=");
    const char *plain = hn_arena_copy(p->arena, name, size);
    const char *before = "; near: ";
    const struct hn_arg *arg;

    usage_begin(p);
    hn_text_puts(p->message, "unknown option ");
    put_word(p, word);
    for (size_t i = 0; (arg = hn_arg_at(p->command, p->host, i, NULL)); i++) {
        if (!plain || !hn_near(plain, arg->name))
            continue;
        hn_text_printf(p->message, "%s--%s", before, arg->name);
        before = ", ";
    }
    return usage_end(p);
}

static enum hn_status
fail_value(struct parser *p, const struct hn_arg *arg, const char *word)
{
    usage_begin(p);
    hn_text_printf(p->message, "--%s takes ", arg->name);
    if (arg->kind == HN_ARG_COUNT)
        hn_text_puts(p->message, "a number");
    if (arg->kind == HN_ARG_TIME)
        hn_text_puts(p->message, "seconds (10, 0.5) or a time like 500ms, 2m");
    if (arg->kind == HN_ARG_RATE)
        hn_text_puts(p->message, "a rate like 100, 10k or 1khz");
    if (arg->kind == HN_ARG_BYTES)
        hn_text_puts(p->message, "a size like 4096, 100KB, 10MB or 1GiB");
    for (size_t i = 0; arg->kind == HN_ARG_CHOICE && arg->choices[i]; i++)
        hn_text_printf(p->message, "%s%s", i ? " or " : "", arg->choices[i]);
    hn_text_puts(p->message, ", not ");
    put_word(p, word);
    return usage_end(p);
}

bool
hn_parse_count(const char *word, uint64_t *ret)
{
    uint64_t value = 0;

    if (!*word)
        return false;
    for (; *word; word++) {
        if (*word < '0' || *word > '9')
            return false;
        if (__builtin_mul_overflow(value, 10, &value)
            || __builtin_add_overflow(value, (uint64_t)(*word - '0'), &value))
            return false;
    }
    *ret = value;
    return true;
}

static bool
find_choice(const struct hn_arg *arg, const char *word, unsigned *ret)
{
    for (unsigned i = 0; arg->choices[i]; i++) {
        if (strcmp(arg->choices[i], word) == 0) {
            *ret = i;
            return true;
        }
    }
    return false;
}

/* Inside a debugger nobody has put the home directory in the place of "~". */
const char *
hn_parse_path(const char *path, struct hn_arena *arena)
{
    const char *home = getenv("HOME");

    if (strncmp(path, "~/", 2) != 0 || !home)
        return path;
    return hn_arena_format(arena, "%s%s", home, path + 1);
}

/* Lists are short and rare: each word makes a new one. */
static enum hn_status
store_in_list(struct parser *p, const char *const **list, const char *word)
{
    size_t count = 0;
    const char **longer;

    while (*list && (*list)[count])
        count++;
    longer = hn_arena_array(p->arena, count + 2, sizeof(*longer));
    if (!longer)
        return HN_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        longer[i] = (*list)[i];
    longer[count] = word;
    *list = longer;
    return HN_OK;
}

static enum hn_status
store(struct parser *p, const struct hn_arg *arg, void *options, const char *word)
{
    void *value = (char *)options + arg->offset;

    switch (arg->kind) {
    case HN_ARG_FLAG: *(bool *)value = true; return HN_OK;
    case HN_ARG_COUNT:
        return hn_parse_count(word, value) ? HN_OK : fail_value(p, arg, word);
    case HN_ARG_CHOICE:
        return find_choice(arg, word, value) ? HN_OK : fail_value(p, arg, word);
    case HN_ARG_LIST: return store_in_list(p, value, word);
    case HN_ARG_TIME:
        return hn_parse_time(word, value) ? HN_OK : fail_value(p, arg, word);
    case HN_ARG_RATE:
        return hn_parse_rate(word, value) ? HN_OK : fail_value(p, arg, word);
    case HN_ARG_BYTES:
        return hn_parse_bytes(word, value) ? HN_OK : fail_value(p, arg, word);
    case HN_ARG_PATH: word = hn_parse_path(word, p->arena); break;
    case HN_ARG_STRING: break;
    }
    *(const char **)value = word;
    return word ? HN_OK : HN_E_NOMEM;
}

/* popt's table; an option's value in it is its index and one. */
static struct poptOption *
make_table(const struct parser *p)
{
    size_t count = 0;
    struct poptOption *table;

    while (hn_arg_at(p->command, p->host, count, NULL))
        count++;
    table = hn_arena_array(p->arena, count + 1, sizeof(*table));
    for (size_t i = 0; table && i < count; i++) {
        const struct hn_arg *arg = hn_arg_at(p->command, p->host, i, NULL);

        table[i].longName = arg->name;
        table[i].shortName = arg->letter;
        table[i].argInfo = arg->kind == HN_ARG_FLAG ? POPT_ARG_NONE : POPT_ARG_STRING;
        table[i].val = (int)i + 1;
    }
    return table;
}

static enum hn_status
take_option(struct parser *p, int index)
{
    bool common = false;
    const struct hn_arg *arg = hn_arg_at(p->command, p->host, (size_t)index, &common);
    char *popped = poptGetOptArg(p->context);
    const char *word =
        hn_arena_copy(p->arena, popped ? popped : "", popped ? strlen(popped) : 0);

    free(popped);
    if (!word)
        return HN_E_NOMEM;
    return store(p, arg, common ? (void *)&p->ret->common : p->ret->options, word);
}

static enum hn_status
fail_popt(struct parser *p, int code)
{
    const char *word = poptBadOption(p->context, POPT_BADOPTION_NOALIAS);

    if (code == POPT_ERROR_BADOPT)
        return fail_unknown_option(p, word ? word : "");
    usage_begin(p);
    put_word(p, word ? word : "");
    hn_text_puts(p->message, ": ");
    hn_text_puts(p->message, poptStrerror(code));
    return usage_end(p);
}

static enum hn_status
take_options(struct parser *p)
{
    int code;

    while ((code = poptGetNextOpt(p->context)) > 0) {
        enum hn_status st = take_option(p, code - 1);

        if (st)
            return st;
    }
    return code < -1 ? fail_popt(p, code) : HN_OK;
}

/* Whatever popt left is operands; they must outlive its context. */
static enum hn_status
take_operands(struct parser *p)
{
    const char **words = poptGetArgs(p->context), **copies;
    size_t count = 0;

    while (words && words[count])
        count++;
    copies = hn_arena_array(p->arena, count + 1, sizeof(*copies));
    for (size_t i = 0; copies && i < count; i++) {
        copies[i] = hn_arena_copy(p->arena, words[i], strlen(words[i]));
        if (!copies[i])
            return HN_E_NOMEM;
    }
    p->ret->operands = copies;
    p->ret->operand_count = count;
    return copies ? HN_OK : HN_E_NOMEM;
}

static enum hn_status
fail_usage(struct parser *p, const char *what)
{
    usage_begin(p);
    hn_text_puts(p->message, what);
    return usage_end(p);
}

/* The bare host's last word, or what stands for it. */
static enum hn_status
take_target(struct parser *p)
{
    struct hn_parsed *ret = p->ret;
    bool process = p->command->subject == HN_SUBJECT_PROCESS;

    if (ret->program && ret->common.pid)
        return fail_usage(p, "either -p PID or a program behind --, not both");
    if (ret->program || ret->common.pid || p->command->subject == HN_SUBJECT_FILES)
        return HN_OK;
    if (ret->operand_count == 0)
        return fail_usage(p, process
                                 ? "no TARGET: a pid comes last, or -- and a program"
                                 : "no TARGET: a pid or a core file comes last");
    ret->target = ret->operands[--ret->operand_count];
    return HN_OK;
}

static enum hn_status
fail_too_many(struct parser *p, const char *word)
{
    const char *before = "; near: ";
    const struct hn_command *sub;

    usage_begin(p);
    put_word(p, word);
    hn_text_puts(p->message, " is one word too many");
    for (size_t i = 0; (sub = hn_command_sub_at(p->command, i)); i++) {
        if (!hn_near(word, hn_command_sub_word(sub)))
            continue;
        hn_text_printf(p->message, "%s%s", before, hn_command_sub_word(sub));
        before = ", ";
    }
    return usage_end(p);
}

static enum hn_status
check_operands(struct parser *p)
{
    const struct hn_command *command = p->command;
    enum hn_status st = HN_OK;

    if (p->host->bare)
        st = take_target(p);
    if (st)
        return st;
    if (p->ret->operand_count > command->operands_max)
        return fail_too_many(p, p->ret->operands[command->operands_max]);
    if (command->subject == HN_SUBJECT_FILES
        && p->ret->operand_count < (command->operands_min ? command->operands_min
                                                          : command->operands_max))
        return fail_usage(p, "a file is missing");
    return HN_OK;
}

/* What follows "--" is somebody else's command line: popt must not see it. Returns how
 * many words are ours. */
static int
take_program(struct parser *p, int argc, const char *const *argv)
{
    if (!p->host->bare || p->command->subject != HN_SUBJECT_PROCESS)
        return argc;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--") != 0)
            continue;
        if (i + 1 < argc)
            p->ret->program = argv + i + 1;
        return i;
    }
    return argc;
}

enum hn_status
hn_parse(const struct hn_command *command, const struct hn_host *host, int argc,
         const char *const *argv, struct hn_arena *arena, struct hn_text *message,
         struct hn_parsed *ret)
{
    struct parser p = { command, host, arena, message, ret, NULL };
    struct poptOption *table = make_table(&p);
    enum hn_status st;

    *ret = (struct hn_parsed){ 0 };
    ret->options = hn_arena_alloc(arena, command->options_size);
    if (!table || !ret->options)
        return HN_E_NOMEM;
    if (command->defaults)
        memcpy(ret->options, command->defaults, command->options_size);
    argc = take_program(&p, argc, argv);
    /* popt's prototype lacks a const; it copies what it keeps. */
    p.context = poptGetContext(NULL, argc, (const char **)argv, table, 0);
    if (!p.context)
        return HN_E_NOMEM;
    st = take_options(&p);
    if (st == HN_OK)
        st = take_operands(&p);
    poptFreeContext(p.context);
    return st || ret->common.help ? st : check_operands(&p);
}
