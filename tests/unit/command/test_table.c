/* Every command declares all that help, parsing and completion count on. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "command/help.h"
#include "command/parse.h"

static const struct hn_host debugger = { .name = "gdb" };
static const struct hn_host bare = { .name = "hognose", .bare = true };

/* Calls @check for each command. */
static void
for_each(void (*check)(const struct hn_command *command))
{
    const struct hn_command_entry *entry;

    for (size_t i = 0; (entry = hn_command_at(i)); i++)
        check(hn_command_find(entry->name));
}

static void
check_words(const struct hn_command *c)
{
    assert_non_null(c);
    assert_true(strlen(c->entry.summary) < 70);
    assert_true(strlen(c->details) > 20);
    assert_non_null(c->operands);
    assert_non_null(c->examples[0].words);
    assert_int_equal(c->operands_max > 0, c->operands[0] != '\0');
}

static void
check_args(const struct hn_command *c)
{
    const struct hn_arg *one, *other;

    for (size_t i = 0; (one = hn_arg_at(c, &bare, i, NULL)); i++) {
        assert_int_equal(one->kind == HN_ARG_FLAG, one->value == NULL);
        assert_int_equal(one->kind == HN_ARG_CHOICE, one->choices != NULL);
        for (size_t j = 0; (other = hn_arg_at(c, &bare, j, NULL)); j++) {
            if (i == j)
                continue;
            assert_string_not_equal(one->name, other->name);
            assert_true(one->letter == 0 || one->letter != other->letter);
        }
    }
}

/* Whatever an example shows must be understood. */
static void
check_examples(const struct hn_command *c)
{
    for (const struct hn_example *e = c->examples; e->words; e++) {
        struct hn_arena arena;
        struct hn_text message;
        struct hn_parsed parsed;
        const char *argv[16] = { c->entry.name };
        int argc = 1;
        char words[128];

        assert_true(strlen(e->words) < sizeof(words));
        strcpy(words, e->words);
        for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
            argv[argc++] = w;
        hn_arena_init(&arena);
        hn_text_init(&message);
        assert_int_equal(hn_parse(c, &debugger, argc, argv, &arena, &message, &parsed),
                         HN_OK);
        hn_text_deinit(&message);
        hn_arena_deinit(&arena);
    }
}

static void
check_help(const struct hn_command *c)
{
    const struct hn_arg *arg;
    struct hn_text text;

    hn_text_init(&text);
    hn_help_put(&text, &bare, c);
    assert_false(text.failed);
    assert_non_null(strstr(text.bytes, c->entry.summary));
    for (size_t i = 0; (arg = hn_arg_at(c, &bare, i, NULL)); i++)
        assert_non_null(strstr(text.bytes, arg->name));
    hn_text_deinit(&text);
}

static void
words_are_all_there(void **state)
{
    (void)state;
    for_each(check_words);
}

static void
options_are_told_apart(void **state)
{
    (void)state;
    for_each(check_args);
}

static void
examples_work(void **state)
{
    (void)state;
    for_each(check_examples);
}

static void
help_shows_every_option(void **state)
{
    (void)state;
    for_each(check_help);
}

static void
help_speaks_the_words_of_its_host(void **state)
{
    const struct hn_command *up = hn_command_find("up");
    struct hn_text text;

    (void)state;
    hn_text_init(&text);
    hn_help_put(&text, &debugger, up);
    assert_non_null(strstr(text.bytes, "Usage: py-up [options] [N]\n"));
    assert_null(strstr(text.bytes, "TARGET"));
    assert_null(strstr(text.bytes, "--no-stop"));
    hn_text_clear(&text);
    hn_help_put(&text, &bare, up);
    assert_non_null(strstr(text.bytes, "Usage: hognose up [options] [N] TARGET\n"));
    assert_non_null(strstr(text.bytes, "--no-stop"));
    hn_text_deinit(&text);
}

static void
names_are_found_with_and_without_their_prefix(void **state)
{
    (void)state;
    assert_ptr_equal(hn_command_find("py-bt"), hn_command_find("bt"));
    assert_non_null(hn_command_find("bt"));
    assert_null(hn_command_find("py-"));
    assert_null(hn_command_find(""));
    assert_null(hn_command_find("py-py-bt"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_all_there),
        cmocka_unit_test(options_are_told_apart),
        cmocka_unit_test(examples_work),
        cmocka_unit_test(help_shows_every_option),
        cmocka_unit_test(help_speaks_the_words_of_its_host),
        cmocka_unit_test(names_are_found_with_and_without_their_prefix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
