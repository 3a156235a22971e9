/* One command, declared once: the parser, the help, the completion and all hosts read
 * what stands in its struct hn_command. table.c lists them.
 *
 * A handler gets finished options and a struct hn_call. It reads the target, lets it
 * go (hn_call_release), and then writes. */
#ifndef HN_COMMAND_COMMAND_H
#define HN_COMMAND_COMMAND_H

#include "base/arena.h"
#include "command/output.h"
#include "hognose/command.h"
#include "model/process.h"
#include "report/json.h"
#include "report/look.h"

enum hn_arg_kind {
    HN_ARG_FLAG,   /* bool */
    HN_ARG_COUNT,  /* uint64_t */
    HN_ARG_STRING, /* const char * */
    HN_ARG_PATH,   /* const char *; a leading "~/" is the user's home, because no shell
                      has seen what is typed in a debugger */
    HN_ARG_CHOICE, /* unsigned: index of the word among @choices */
    HN_ARG_LIST,   /* const char *const *: every word given, NULL-terminated; NULL if
                      none was */
    HN_ARG_TIME,   /* uint64_t, nanoseconds: "10", "0.5", "500ms", "2m" */
    HN_ARG_RATE,   /* uint64_t, a second: "1000", "10k", "1khz" */
    HN_ARG_BYTES   /* uint64_t: "4096", "10MB", "1.5GiB" */
};

struct hn_arg {
    const char *name; /* without "--"; NULL ends a table */
    char letter;      /* 0: none */
    enum hn_arg_kind kind;
    size_t offset;     /* of the value in the options struct */
    const char *value; /* what stands for it in help: "N"; NULL for flags */
    const char *help;
    const char *const *choices; /* NULL-terminated; CHOICE only */
    bool bare;                  /* only without a debugger */
};

struct hn_example {
    const char *words, *meaning; /* NULL words end a table */
};

struct hn_call;

/* For operands_max: all words together are one expression, of which a debugger that
 * knows the line as it was typed keeps the quotes. Enough words for any. */
enum { HN_OPERANDS_EXPRESSION = 1000 };

/* What a command looks at, which is what the bare host's last word names. */
enum hn_subject {
    HN_SUBJECT_TARGET,  /* a process or a core; in a debugger the selected one */
    HN_SUBJECT_PROCESS, /* a process, in a debugger also one named by -p; in the bare
                           host also a program to start, whose words follow "--" */
    HN_SUBJECT_FILES    /* files that the operands name, and nothing else */
};

struct hn_command {
    struct hn_command_entry entry;   /* a subcommand's name is "sample convert" */
    const struct hn_command *parent; /* of a subcommand; NULL: it stands by itself */
    enum hn_subject subject;
    const char *details; /* what the summary leaves open; one paragraph */
    const struct hn_example *examples;
    const struct hn_arg *args;
    const char *operands; /* for usage: "[N]"; "" for none */
    unsigned operands_max;
    unsigned operands_min; /* of FILES; 0: as many as operands_max */
    size_t options_size;
    const void *defaults; /* what the options are when not given; NULL: zero */
    enum hn_status (*run)(struct hn_call *call, const void *options);
};

/* What every command takes. */
enum hn_colour { HN_COLOUR_AUTO, HN_COLOUR_ALWAYS, HN_COLOUR_NEVER };

struct hn_common {
    bool help, json, no_stop;
    unsigned colour; /* enum hn_colour */
    const char *output, *exe, *sysroot, *lib_path;
    uint64_t pid; /* 0: not given */
};

extern const struct hn_arg hn_common_args[];

/* One run of one command. */
struct hn_call {
    struct hn_session *session;
    const struct hn_command *command;
    struct hn_common common;
    const char *const *operands; /* without the bare host's TARGET */
    size_t operand_count;
    const char *target;         /* the bare host's TARGET; NULL if -p gave it */
    const char *const *program; /* the words behind "--", NULL-terminated; NULL: none */
    const char *doing;          /* completes "cannot ..." should this fail, or NULL */
    bool misused;               /* should this fail, then for the user's words */

    struct hn_arena arena; /* everything that lives as long as the call */
    struct hn_process process;
    struct hn_out out;
    struct hn_look look;
    struct hn_json json;

    const char **notes; /* sentences: what the result lacks */
    size_t note_count;
    bool interrupted; /* the result is partial */
    int program_exit; /* of a program that we started and that has ended; a shell's way:
                         128 and the signal's number if one ended it */
    bool no_target;   /* the result is about files and other processes */
    const char *condition; /* what a --fail-if option was about is the case, in words;
                              NULL: it is not */

    int64_t next_progress_ms;
    bool progress_shown;
};

extern const struct hn_command hn_command_info, hn_command_threads, hn_command_bt,
    hn_command_bt_full, hn_command_dump, hn_command_frame, hn_command_up,
    hn_command_down, hn_command_list, hn_command_locals, hn_command_globals,
    hn_command_print, hn_command_object, hn_command_exc, hn_command_tasks,
    hn_command_locks, hn_command_hang, hn_command_sample, hn_command_sample_convert,
    hn_command_sample_diff, hn_command_top, hn_command_tracemalloc,
    hn_command_tracemalloc_stat, hn_command_tracemalloc_diff,
    hn_command_tracemalloc_save, hn_command_tracemalloc_types, hn_command_heap,
    hn_command_heap_types, hn_command_heap_memory, hn_command_heap_report,
    hn_command_heap_find, hn_command_heap_strings, hn_command_heap_gc,
    hn_command_heap_retained, hn_command_heap_suspects, hn_command_heap_cycles,
    hn_command_refs, hn_command_path, hn_command_snapshot, hn_command_snapshot_save,
    hn_command_snapshot_show, hn_command_snapshot_diff;

/* The command of that name, with or without "py-"; NULL if there is none. */
const struct hn_command *
hn_command_find(const char *name);

/* The @index-th subcommand of @parent, NULL past the last. */
const struct hn_command *
hn_command_sub_at(const struct hn_command *parent, size_t index);

/* The word that names a subcommand behind its parent's name: "convert". */
const char *
hn_command_sub_word(const struct hn_command *command);

/* The subcommand that @word names, NULL if none is. */
const struct hn_command *
hn_command_sub_find(const struct hn_command *parent, const char *word);

#endif
