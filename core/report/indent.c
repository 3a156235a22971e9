#include "report/indent.h"

#include <string.h>

#include "report/stack.h"

/* The lines of @block, @indent columns in. */
static void
put_lines(struct hn_text *text, const struct hn_text *block, unsigned indent)
{
    const char *at = block->bytes, *end;

    if (!at)
        return;
    end = at + block->size;
    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *next = newline ? newline + 1 : end;

        hn_text_pad(text, ' ', indent);
        hn_text_add(text, at, (size_t)(next - at));
        at = next;
    }
}

void
hn_stack_put_indented(struct hn_text *text, const struct hn_look *look,
                      const struct hn_stack *stack, bool reverse, unsigned indent)
{
    struct hn_stack_view view;
    struct hn_text measure, block;
    struct hn_look narrower = *look;

    if (stack->count == 0 && !stack->problem)
        return;
    narrower.width = look->width > indent ? look->width - indent : look->width;
    hn_text_init(&measure);
    hn_text_init(&block);
    hn_stack_view_init(&view, stack, NULL, &narrower, reverse, false, &measure);
    while (hn_stack_view_next(&view, &block))
        continue;
    put_lines(text, &block, indent);
    hn_text_deinit(&measure);
    hn_text_deinit(&block);
}
