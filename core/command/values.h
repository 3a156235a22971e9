/* What the commands that show values share: options, limits, and which frame is meant.
 */
#ifndef HN_COMMAND_VALUES_H
#define HN_COMMAND_VALUES_H

#include "command/call.h"
#include "objects/preview.h"
#include "runtime/evaluate.h"

struct hn_value_options {
    const char *thread, *frame;
    uint64_t limit, depth, width; /* 0: no limit */
};

/* Rows of option tables. */
#define HN_FRAME_ARGS                                                               \
    { "thread",      't',                                                           \
      HN_ARG_STRING, offsetof(struct hn_value_options, thread),                     \
      "THREAD",      "another thread, " HN_THREAD_WORDS,                            \
      NULL,          false },                                                       \
    {                                                                               \
        "frame", 'f', HN_ARG_STRING, offsetof(struct hn_value_options, frame), "N", \
            "another Python frame than the chosen one, by its number", NULL, false  \
    }

#define HN_VALUE_ARGS                                                                \
    { "limit",      0,                                                               \
      HN_ARG_COUNT, offsetof(struct hn_value_options, limit),                        \
      "N",          "only the first N items of a container (0: all)",                \
      NULL,         false },                                                         \
        { "depth",      0,                                                           \
          HN_ARG_COUNT, offsetof(struct hn_value_options, depth),                    \
          "N",          "containers inside containers, N deep (0: all)",             \
          NULL,         false },                                                     \
    {                                                                                \
        "width", 0, HN_ARG_COUNT, offsetof(struct hn_value_options, width), "N",     \
            "only the first N characters of a str, bytes of a bytes (0: all)", NULL, \
            false                                                                    \
    }

/* What is shown unless the user says otherwise: of one value, and of each of many. */
extern const struct hn_value_options hn_one_value, hn_many_values;

struct hn_preview_limits
hn_value_limits(const struct hn_value_options *options);

/* The frame that @options mean: of the thread and of the number given, or the chosen
 * one. Loads the thread's stack as far as that. */
HN_MUST_CHECK enum hn_status
hn_call_frame(struct hn_call *call, const struct hn_value_options *options,
              struct hn_thread **thread_ret, const struct hn_frame **ret);

/* The interpreter that @thread belongs to. */
const struct hn_interpreter *
hn_call_interpreter(const struct hn_call *call, const struct hn_thread *thread);

/* The operands as the one expression that they are, evaluated. */
HN_MUST_CHECK enum hn_status
hn_call_evaluate(struct hn_call *call, const struct hn_value_options *options,
                 const char **expression_ret, struct hn_lookup *lookup_ret,
                 struct hn_found *ret);

/* Variables of every frame in the stacks that were loaded. What cannot be read becomes
 * part of the frame. */
HN_MUST_CHECK enum hn_status
hn_call_load_locals(struct hn_call *call, const struct hn_preview_limits *limits);

#endif
