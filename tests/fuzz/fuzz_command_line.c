/* Command lines: random text is split, parsed for every command in both kinds of host,
 * and completed. Nothing is run, so that no file is written.
 *
 * Beside not crashing, a refusal must be one clean line, and options that were
 * understood must lie in their ranges. */
#include <stdlib.h>
#include <string.h>

#include "command/parse.h"
#include "command/split.h"

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void
check_message(const struct hn_text *message)
{
    if (message->size == 0)
        abort();
    for (size_t i = 0; i < message->size; i++)
        if ((unsigned char)message->bytes[i] < 0x20 || message->bytes[i] == 0x7f)
            abort();
}

static void
parse(const struct hn_command *command, const struct hn_host *host,
      const struct hn_words *words, struct hn_arena *arena)
{
    struct hn_text message;
    struct hn_parsed parsed;
    enum hn_status st;

    hn_text_init(&message);
    st = hn_parse(command, host, (int)words->count, words->word, arena, &message,
                  &parsed);
    if (st == HN_E_ARGUMENT)
        check_message(&message);
    else if (st == HN_OK && !parsed.common.help
             && (parsed.common.colour > HN_COLOUR_NEVER
                 || parsed.operand_count > command->operands_max))
        abort();
    hn_text_deinit(&message);
}

static void
ignore(void *arg, const char *word)
{
    (void)arg;
    (void)word;
}

static void
try_host(const struct hn_host *host, const char *line)
{
    struct hn_session *session = hn_session_create(host);
    const struct hn_command_entry *entry;
    struct hn_arena arena;
    struct hn_words words;

    hn_arena_init(&arena);
    if (hn_split(line, &arena, &words) == HN_OK && words.count > 0)
        for (size_t i = 0; (entry = hn_command_at(i)); i++)
            parse(hn_command_find(entry->name), host, &words, &arena);
    if (session)
        hn_command_complete(session, line, ignore, NULL);
    hn_session_destroy(session);
    hn_arena_deinit(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct hn_host debugger = { .name = "gdb" };
    static const struct hn_host bare = { .name = "hognose", .bare = true };
    char *line = malloc(size + 1);

    if (!line)
        return 0;
    if (size > 0)
        memcpy(line, bytes, size);
    line[size] = '\0';
    try_host(&debugger, line);
    try_host(&bare, line);
    free(line);
    return 0;
}
