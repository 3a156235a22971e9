/* Native frames as text: lines without a number, between the Python frames. */
#ifndef HN_REPORT_NATIVE_H
#define HN_REPORT_NATIVE_H

#include "model/stack.h"
#include "report/look.h"

/* Where the columns of a stack are. */
struct hn_native_columns {
    size_t indent, function, location;
};

/* Whether a frame is shown: the interpreter's own ways only with @all. */
bool
hn_native_shown(const struct hn_native_frame *frame, bool all);

/* What stands for a frame's function: its name, "<signal handler called>" or its
 * address. Lives in @scratch, which is overwritten, or longer. */
const char *
hn_native_label(const struct hn_native_frame *frame, struct hn_text *scratch);

/* One line. */
void
hn_native_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_native_frame *frame,
              const struct hn_native_columns *columns);

/* Why the stack ends here, if it should not. */
void
hn_native_put_end(struct hn_text *text, const struct hn_look *look,
                  const struct hn_native_stack *stack);

/* "Thread without Python (LWP 4250) "worker":" */
void
hn_native_only_put_heading(struct hn_text *text, const struct hn_look *look,
                           const struct hn_native_only *thread);

/* All of a stack, below a line that says what it is: for what is not woven. */
void
hn_native_stack_put(struct hn_text *text, const struct hn_look *look,
                    const struct hn_native_stack *stack, bool all, bool reverse,
                    struct hn_text *scratch);

#endif
