/* What the commands about allocation traces share: their options, reading the traces,
 * and the rows that are shown. */
#ifndef HN_COMMAND_TRACES_H
#define HN_COMMAND_TRACES_H

#include "command/call.h"
#include "tracemalloc/statistics.h"
#include "tracemalloc/tracemalloc.h"

struct hn_trace_options {
    unsigned by; /* enum hn_trace_key */
    bool cumulative;
    const char *const *include, *const *exclude;
    const char *domain;
    uint64_t limit; /* rows, 0: all */
};

extern const char *const hn_trace_by_words[];
extern const struct hn_trace_options hn_trace_defaults;

/* The options as a command's table lists them, first in its options struct. */
#define HN_TRACE_ARGS                                                                   \
    { "by",                                                                             \
      'b',                                                                              \
      HN_ARG_CHOICE,                                                                    \
      offsetof(struct hn_trace_options, by),                                            \
      "KEY",                                                                            \
      "what a row is",                                                                  \
      hn_trace_by_words,                                                                \
      false },                                                                          \
        { "cumulative",                                                                 \
          0,                                                                            \
          HN_ARG_FLAG,                                                                  \
          offsetof(struct hn_trace_options, cumulative),                                \
          NULL,                                                                         \
          "count a block for every frame of its traceback, not only the one "           \
          "that allocated it",                                                          \
          NULL,                                                                         \
          false },                                                                      \
        { "include",                                                                    \
          'i',                                                                          \
          HN_ARG_LIST,                                                                  \
          offsetof(struct hn_trace_options, include),                                   \
          "PATTERN",                                                                    \
          "only blocks allocated in files like PATTERN[:LINE] (repeatable)",            \
          NULL,                                                                         \
          false },                                                                      \
        { "exclude",   'x',                                                             \
          HN_ARG_LIST, offsetof(struct hn_trace_options, exclude),                      \
          "PATTERN",   "no blocks allocated in files like PATTERN[:LINE] (repeatable)", \
          NULL,        false },                                                         \
        { "domain",      0,                                                             \
          HN_ARG_STRING, offsetof(struct hn_trace_options, domain),                     \
          "N",           "only blocks of this domain (0: Python's allocators)",         \
          NULL,          false },                                                       \
    {                                                                                   \
        "limit", 'n', HN_ARG_COUNT, offsetof(struct hn_trace_options, limit), "N",      \
            "show at most N rows, 0: all (default: 10)", NULL, false                    \
    }

/* Turns options into a selection, in call->arena. HN_E_ARGUMENT when they contradict
 * each other. */
HN_MUST_CHECK enum hn_status
hn_call_trace_selection(struct hn_call *call, const struct hn_trace_options *options,
                        struct hn_trace_selection *ret);

/* Reads the traces of the open target. Fails when it does not trace, and says how to
 * make it. What is missing becomes notes. */
HN_MUST_CHECK enum hn_status
hn_call_load_traces(struct hn_call *call, struct hn_runtime *rt, struct hn_traces *ret);

/* Fails when nothing was traced, and says how to make it. */
HN_MUST_CHECK enum hn_status
hn_call_check_tracing(struct hn_call *call, const struct hn_traces *traces);

/* The source lines of frames, by frame, "" where one cannot be had; in call->arena.
 * NULL when memory ran out. */
const char *const *
hn_call_trace_sources(struct hn_call *call, struct hn_target *target,
                      const struct hn_traces *of, const struct hn_trace_frame *frames,
                      uint32_t count);

/* Writes rows, as text or JSON, at most as many as the options say. Source lines come
 * from the files of @target; NULL: there are none. */
void
hn_call_put_trace_rows(struct hn_call *call, const struct hn_trace_options *options,
                       struct hn_target *target, struct hn_trace_rows *rows);

#endif
