/* Lays out exceptions, each once: below its traceback stand its cause, or the exception
 * that was being handled when it was raised, and the members of a group. */
#include "report/exception.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/indent.h"
#include "report/stack.h"

/* Numbers of exceptions are below this (runtime/exceptions.c reads 1000 a thread). */
enum { MAX_NUMBER = 1 << 12 };

/* Members of groups inside groups stand further right, but not for ever. */
enum { INDENT = 2, MAX_INDENT = 40 };

enum stage { GROUP, CONTEXT, END };

struct open {
    const struct hn_exception *exception;
    enum stage stage;
    size_t member;
    unsigned indent;
};

struct writer {
    struct hn_text *text;
    const struct hn_look *look;
    bool reverse;
    struct open open[MAX_NUMBER]; /* each exception is open once at most */
    size_t depth;
    bool written[MAX_NUMBER];
};

/* "ValueError: no such item" */
static void
put_words(struct writer *w, const struct hn_exception *exception)
{
    hn_look_put(w->text, w->look, HN_HEADING,
                exception->type[0] ? exception->type : "<unknown type>");
    if (exception->message[0]) {
        hn_text_puts(w->text, ": ");
        hn_look_put(w->text, w->look, HN_PLAIN, exception->message);
    }
}

static void
put_notes(struct writer *w, const struct hn_exception *exception, unsigned indent)
{
    for (size_t i = 0; i < exception->note_count; i++) {
        hn_text_pad(w->text, ' ', indent + INDENT);
        hn_text_puts(w->text, "note: ");
        hn_look_put(w->text, w->look, HN_PLAIN, exception->notes[i]);
        hn_text_putc(w->text, '\n');
    }
    if (!exception->problem)
        return;
    hn_text_pad(w->text, ' ', indent + INDENT);
    hn_problem_put(w->text, w->look, exception->problem, exception->problem_at);
    hn_text_putc(w->text, '\n');
}

/* One exception behind the words that say how it comes here. */
static void
enter(struct writer *w, const struct hn_exception *exception, unsigned indent)
{
    put_words(w, exception);
    if (exception->number >= MAX_NUMBER || w->written[exception->number]) {
        hn_text_puts(w->text, " (shown above)\n");
        return;
    }
    hn_text_putc(w->text, '\n');
    w->written[exception->number] = true;
    put_notes(w, exception, indent);
    hn_stack_put_indented(w->text, w->look, &exception->traceback, w->reverse, indent);
    w->open[w->depth++] = (struct open){ exception, GROUP, 0, indent };
}

static void
enter_member(struct writer *w, struct open *open)
{
    size_t number = ++open->member;
    unsigned indent =
        open->indent < MAX_INDENT ? open->indent + 2 * INDENT : MAX_INDENT;

    hn_text_pad(w->text, ' ', indent);
    hn_text_printf(w->text, "%zu of %zu: ", number, open->exception->group_total);
    enter(w, open->exception->group[number - 1], indent);
}

static void
enter_related(struct writer *w, const struct open *open, const char *how,
              const struct hn_exception *exception)
{
    hn_text_pad(w->text, ' ', open->indent);
    hn_text_puts(w->text, how);
    enter(w, exception, open->indent);
}

/* As Python does: the cause where there is one, else the context unless the program
 * said not to. */
static void
step(struct writer *w)
{
    struct open *open = &w->open[w->depth - 1];
    const struct hn_exception *exception = open->exception;

    switch (open->stage) {
    case GROUP:
        if (open->member < exception->group_count)
            enter_member(w, open);
        else
            open->stage = CONTEXT;
        break;
    case CONTEXT:
        open->stage = END;
        if (exception->cause)
            enter_related(w, open, "caused by ", exception->cause);
        else if (exception->context && !exception->suppress_context)
            enter_related(w, open, "raised while handling ", exception->context);
        break;
    case END: w->depth--; break;
    }
}

static void
put_held(struct writer *w, const struct hn_exception_held *held)
{
    static const char *const states[] = { [HN_EXCEPTION_RAISED] = "raising ",
                                          [HN_EXCEPTION_HANDLED] = "handling ",
                                          [HN_EXCEPTION_SUSPENDED] = "handling ",
                                          [HN_EXCEPTION_LAST] = "nobody caught " };

    hn_text_pad(w->text, ' ', INDENT);
    if (held->holder) {
        hn_look_put(w->text, w->look, HN_PLAIN, held->holder);
        hn_text_puts(w->text, ", suspended, ");
    }
    hn_text_puts(w->text, states[held->state]);
    enter(w, held->exception, INDENT);
    while (w->depth > 0)
        step(w);
}

static void
put_end(struct writer *w, const struct hn_exceptions *exceptions)
{
    if (exceptions->cut)
        hn_text_puts(w->text, "  ... more exceptions that these refer to\n");
    if (!exceptions->problem)
        return;
    hn_text_puts(w->text, "  ");
    hn_problem_put(w->text, w->look, exceptions->problem, exceptions->problem_at);
    hn_text_putc(w->text, '\n');
}

void
hn_exceptions_put(struct hn_text *text, const struct hn_look *look,
                  const struct hn_exceptions *exceptions, bool reverse)
{
    struct writer *w = calloc(1, sizeof(*w));

    if (!w) {
        text->failed = true;
        return;
    }
    w->text = text;
    w->look = look;
    w->reverse = reverse;
    for (size_t i = 0; i < exceptions->count; i++)
        put_held(w, &exceptions->items[i]);
    put_end(w, exceptions);
    free(w);
}
