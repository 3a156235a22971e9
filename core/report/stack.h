/* Stacks and threads as text: headings, frames in aligned columns, the thread table.
 *
 * A stack is shown line by line, so that the caller can write out what there is, and
 * stop, in the middle of a million frames. */
#ifndef HN_REPORT_STACK_H
#define HN_REPORT_STACK_H

#include "model/process.h"
#include "report/fold.h"
#include "report/look.h"
#include "report/native.h"

/* Native frames that go with a stack. */
struct hn_native_view {
    const struct hn_native_stack *stack; /* NULL: none were asked for */
    bool all;                            /* the interpreter's own, too */
};

struct hn_stack_view {
    struct hn_fold fold;
    struct hn_native_view native;
    const struct hn_look *look;
    size_t digits, function, location; /* widths of the columns */
    bool below;                        /* the source line has a line of its own */
    bool end_shown;
};

/* @native: NULL if there is nothing native to show. @scratch is used while measuring
 * and may be given up afterwards. */
void
hn_stack_view_init(struct hn_stack_view *view, const struct hn_stack *stack,
                   const struct hn_native_view *native, const struct hn_look *look,
                   bool reverse, bool columns, struct hn_text *scratch);

/* Adds the next frame, or what stands for many; false when nothing was left. */
bool
hn_stack_view_next(struct hn_stack_view *view, struct hn_text *text);

/* One frame as `py-frame` shows it. */
void
hn_frame_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_frame *frame, size_t number);

/* "Thread 1 (LWP 4242) "MainThread": has GIL, on CPU", and why nothing follows if its
 * state could not be read. */
void
hn_thread_put_heading(struct hn_text *text, const struct hn_look *look,
                      const struct hn_process *process, const struct hn_thread *thread);

/* The table of py-threads, at most @limit rows (0: all). The threads' stacks hold their
 * top frame. */
void
hn_threads_put(struct hn_text *text, const struct hn_look *look,
               const struct hn_process *process, size_t limit, struct hn_text *scratch);

/* The line for @count threads that a limit left out. */
void
hn_threads_put_rest(struct hn_text *text, size_t count);

/* "file:line", with the start of the file left out where it would be wider than
 * @columns (0: as wide as it is). Returns the columns it takes. */
size_t
hn_location_put(struct hn_text *text, const struct hn_look *look,
                const struct hn_frame *frame, size_t columns);

/* The native id, or "?". */
void
hn_native_id_put(struct hn_text *text, const struct hn_thread *thread);

/* "<unreadable 0x7f...: why>" */
void
hn_problem_put(struct hn_text *text, const struct hn_look *look, const char *why,
               hn_addr at);

#endif
