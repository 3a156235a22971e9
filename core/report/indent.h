/* A stack further right, below what it belongs to. */
#ifndef HN_REPORT_INDENT_H
#define HN_REPORT_INDENT_H

#include "model/stack.h"
#include "report/look.h"

/* The frames of @stack, @indent columns in and no wider than the screen. */
void
hn_stack_put_indented(struct hn_text *text, const struct hn_look *look,
                      const struct hn_stack *stack, bool reverse, unsigned indent);

#endif
