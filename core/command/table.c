/* The list of commands, in the order that help shows them. */
#include <string.h>

#include "command/command.h"

static const struct hn_command *const commands[] = {
    &hn_command_dump,   &hn_command_bt,     &hn_command_bt_full, &hn_command_threads,
    &hn_command_info,   &hn_command_frame,  &hn_command_up,      &hn_command_down,
    &hn_command_list,   &hn_command_locals, &hn_command_globals, &hn_command_print,
    &hn_command_object, &hn_command_exc,
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

const struct hn_command_entry *
hn_command_at(size_t index)
{
    return index < COMMANDS ? &commands[index]->entry : NULL;
}

const struct hn_command *
hn_command_find(const char *name)
{
    if (strncmp(name, "py-", 3) == 0)
        name += 3;
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(commands[i]->entry.name, name) == 0)
            return commands[i];
    return NULL;
}
