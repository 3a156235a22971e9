/* What py-bt and py-dump share: options, and writing stacks. */
#ifndef HN_COMMAND_STACKS_H
#define HN_COMMAND_STACKS_H

#include "command/call.h"

struct hn_stack_options {
    bool all_threads, reverse, columns, locals, native, native_all, debuginfod;
    uint64_t depth, limit; /* 0: all */
    uint64_t width;        /* of values, 0: all */
    const char *thread;
};

/* Rows of option tables. */
#define HN_STACK_ARGS                                                            \
    { "locals",    'l',                                                          \
      HN_ARG_FLAG, offsetof(struct hn_stack_options, locals),                    \
      NULL,        "the variables of each frame, with their values",             \
      NULL,        false },                                                      \
        { "width",                                                               \
          0,                                                                     \
          HN_ARG_COUNT,                                                          \
          offsetof(struct hn_stack_options, width),                              \
          "N",                                                                   \
          "with --locals: N characters of a str, bytes of a bytes (0: all)",     \
          NULL,                                                                  \
          false },                                                               \
        { "depth",      0,                                                       \
          HN_ARG_COUNT, offsetof(struct hn_stack_options, depth),                \
          "N",          "only the innermost N frames of a thread (0: all)",      \
          NULL,         false },                                                 \
        { "reverse",   0,                                                        \
          HN_ARG_FLAG, offsetof(struct hn_stack_options, reverse),               \
          NULL,        "outermost frame first, as Python's tracebacks",          \
          NULL,        false },                                                  \
        { "columns",   0,                                                        \
          HN_ARG_FLAG, offsetof(struct hn_stack_options, columns),               \
          NULL,        "mark the expression that runs (3.11 and later)",         \
          NULL,        false },                                                  \
        { "native",    'n',                                                      \
          HN_ARG_FLAG, offsetof(struct hn_stack_options, native),                \
          NULL,        "C functions between the Python frames",                  \
          NULL,        false },                                                  \
        { "native-all", 0,                                                       \
          HN_ARG_FLAG,  offsetof(struct hn_stack_options, native_all),           \
          NULL,         "all of them, the interpreter's own too",                \
          NULL,         false },                                                 \
        { "debuginfod",                                                          \
          0,                                                                     \
          HN_ARG_FLAG,                                                           \
          offsetof(struct hn_stack_options, debuginfod),                         \
          NULL,                                                                  \
          "with --native: fetch debug information that is not here from "        \
          "DEBUGINFOD_URLS",                                                     \
          NULL,                                                                  \
          false },                                                               \
    {                                                                            \
        "limit", 0, HN_ARG_COUNT, offsetof(struct hn_stack_options, limit), "N", \
            "only the first N threads (0: all)", NULL, false                     \
    }

/* What the options are when not given. */
extern const struct hn_stack_options hn_stack_defaults;

/* With --locals, reads the variables of all stacks that were loaded. */
HN_MUST_CHECK enum hn_status
hn_stacks_load_locals(struct hn_call *call, const struct hn_stack_options *options);

/* Whether native frames are wanted. */
bool
hn_stacks_native(const struct hn_stack_options *options);

/* Threads with their headings and stacks. */
void
hn_stacks_write_text(struct hn_call *call, const struct hn_stack_options *options);

/* One stack without a heading. */
void
hn_stacks_write_one(struct hn_call *call, const struct hn_stack_options *options,
                    const struct hn_thread *thread);

/* The result of py-dump; of py-bt when @only is not NULL. */
void
hn_stacks_write_json(struct hn_call *call, const struct hn_stack_options *options,
                     const struct hn_thread *only);

#endif
