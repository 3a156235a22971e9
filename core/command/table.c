/* The list of commands, in the order that help shows them. */
#include <string.h>

#include "command/command.h"

static const struct hn_command *const commands[] = {
    &hn_command_dump,
    &hn_command_bt,
    &hn_command_bt_full,
    &hn_command_threads,
    &hn_command_info,
    &hn_command_frame,
    &hn_command_up,
    &hn_command_down,
    &hn_command_list,
    &hn_command_locals,
    &hn_command_globals,
    &hn_command_print,
    &hn_command_object,
    &hn_command_exc,
    &hn_command_tasks,
    &hn_command_locks,
    &hn_command_hang,
    &hn_command_sample,
    &hn_command_sample_convert,
    &hn_command_sample_diff,
    &hn_command_top,
    &hn_command_heap,
    &hn_command_heap_types,
    &hn_command_heap_memory,
    &hn_command_heap_find,
    &hn_command_heap_strings,
    &hn_command_heap_retained,
    &hn_command_heap_suspects,
    &hn_command_heap_cycles,
    &hn_command_heap_gc,
    &hn_command_heap_report,
    &hn_command_refs,
    &hn_command_path,
    &hn_command_snapshot,
    &hn_command_snapshot_save,
    &hn_command_snapshot_show,
    &hn_command_snapshot_diff,
    &hn_command_tracemalloc,
    &hn_command_tracemalloc_stat,
    &hn_command_tracemalloc_diff,
    &hn_command_tracemalloc_save,
    &hn_command_tracemalloc_types,
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

/* The @index-th command under @parent (NULL: of those that stand by themselves). */
static const struct hn_command *
command_at(const struct hn_command *parent, size_t index)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i]->parent == parent && index-- == 0)
            return commands[i];
    return NULL;
}

const struct hn_command_entry *
hn_command_at(size_t index)
{
    const struct hn_command *command = command_at(NULL, index);

    return command ? &command->entry : NULL;
}

const struct hn_command *
hn_command_sub_at(const struct hn_command *parent, size_t index)
{
    return command_at(parent, index);
}

const char *
hn_command_sub_word(const struct hn_command *command)
{
    return command->entry.name + strlen(command->parent->entry.name) + 1;
}

const struct hn_command *
hn_command_sub_find(const struct hn_command *parent, const char *word)
{
    const struct hn_command *command;

    for (size_t i = 0; (command = command_at(parent, i)); i++)
        if (strcmp(hn_command_sub_word(command), word) == 0)
            return command;
    return NULL;
}

const struct hn_command *
hn_command_find(const char *name)
{
    if (strncmp(name, "py-", 3) == 0)
        name += 3;
    for (size_t i = 0; i < COMMANDS; i++)
        if (!commands[i]->parent && strcmp(commands[i]->entry.name, name) == 0)
            return commands[i];
    return NULL;
}
