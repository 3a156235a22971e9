/* The user's words, checked against a command's tables. */
#ifndef HN_COMMAND_PARSE_H
#define HN_COMMAND_PARSE_H

#include "command/command.h"

struct hn_parsed {
    void *options; /* the command's options struct */
    struct hn_common common;
    const char *target;         /* the bare host's TARGET; NULL if -p gave it */
    const char *const *program; /* what follows "--", where that is a program to start;
                                   NULL: none does */
    const char *const *operands;
    size_t operand_count;
};

/* argv[0] is the command's name. Results live in @arena. HN_E_ARGUMENT leaves one line
 * in @message that says which word is off, and what is near it. With --help nothing
 * else is checked. */
HN_MUST_CHECK enum hn_status
hn_parse(const struct hn_command *command, const struct hn_host *host, int argc,
         const char *const *argv, struct hn_arena *arena, struct hn_text *message,
         struct hn_parsed *ret);

/* "py-bt", or "hognose bt" in the bare host. */
void
hn_command_put_name(struct hn_text *text, const struct hn_host *host,
                    const struct hn_command *command);

/* The message for a word that is no command. */
void
hn_command_put_unknown(struct hn_text *text, const struct hn_host *host,
                       const char *name);

/* A number in decimal digits and nothing else. */
bool
hn_parse_count(const char *word, uint64_t *ret);

/* A time in nanoseconds: seconds with or without a fraction, or with one of the units
 * ms, s, m, h behind. Not zero. */
bool
hn_parse_time(const char *word, uint64_t *ret);

/* So many a second: "1000", "10k", "1khz", "250hz". Not zero. */
bool
hn_parse_rate(const char *word, uint64_t *ret);

/* So many bytes: "4096", "10MB", "1.5GiB"; KB and KiB are both 1024 bytes, as sizes are
 * shown. Not zero. */
bool
hn_parse_bytes(const char *word, uint64_t *ret);

/* @path, with the user's home in place of "~/"; NULL when memory ran out. */
const char *
hn_parse_path(const char *path, struct hn_arena *arena);

/* The @index-th option that a command has in this host, its own before the common
 * ones; NULL past the last. @common_ret (may be NULL) says which of the two. */
const struct hn_arg *
hn_arg_at(const struct hn_command *command, const struct hn_host *host, size_t index,
          bool *common_ret);

#endif
