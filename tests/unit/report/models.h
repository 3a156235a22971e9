/* Hand-made results, as the runtime would have found them. */
#ifndef TESTS_REPORT_MODELS_H
#define TESTS_REPORT_MODELS_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/text.h"
#include "model/process.h"
#include "report/look.h"

static const struct hn_look plain = { 0 };

/* A code object; @at tells it from others. */
#define CODE(at, function, path)                      \
    (&(const struct hn_code){ .addr = (at),           \
                              .name = (function),     \
                              .qualname = (function), \
                              .qualified = true,      \
                              .file = (path) })

#define FRAME(the_code, the_line, the_source)                          \
    {                                                                  \
        .kind = HN_FRAME_PYTHON, .code = (the_code),                   \
        .position = { (the_line), -1, -1, -1 }, .source = (the_source) \
    }

#define UNREADABLE(why, where)                                               \
    {                                                                        \
        .kind = HN_FRAME_UNREADABLE, .problem = (why), .problem_at = (where) \
    }

static inline void
assert_text(struct hn_text *text, const char *expected)
{
    assert_false(text->failed);
    if (!text->bytes || strcmp(text->bytes, expected) != 0)
        fprintf(stderr, "--- found\n%s--- expected\n%s---\n",
                text->bytes ? text->bytes : "(nothing)\n", expected);
    assert_non_null(text->bytes);
    assert_string_equal(text->bytes, expected);
    hn_text_deinit(text);
}

#endif
