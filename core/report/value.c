/* Lays out variables: a line each. */
#include "report/value.h"

#include <string.h>

#include "report/stack.h"

/* "argument" and two blanks. */
enum { KIND_COLUMNS = 10 };

const char *
hn_variable_kind_name(enum hn_variable_kind kind)
{
    static const char *const names[] = { [HN_VARIABLE_ARGUMENT] = "argument",
                                         [HN_VARIABLE_LOCAL] = "local",
                                         [HN_VARIABLE_CELL] = "cell",
                                         [HN_VARIABLE_FREE] = "free",
                                         [HN_VARIABLE_GLOBAL] = "global" };

    return names[kind];
}

void
hn_value_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_value *value)
{
    hn_look_put(text, look, value->problem ? HN_PROBLEM : HN_PLAIN, value->repr);
}

static void
put_end(struct hn_text *text, const struct hn_look *look,
        const struct hn_variables *variables, size_t indent)
{
    if (!variables->problem)
        return;
    hn_text_pad(text, ' ', indent);
    hn_problem_put(text, look, variables->problem, variables->problem_at);
    hn_text_putc(text, '\n');
}

void
hn_variables_put(struct hn_text *text, const struct hn_look *look,
                 const struct hn_variables *variables, size_t indent)
{
    for (size_t i = 0; i < variables->count; i++) {
        const struct hn_variable *variable = &variables->items[i];
        size_t used = indent + 3;

        if (!variable->bound)
            continue;
        hn_text_pad(text, ' ', indent);
        used += hn_look_put(text, look, HN_PLAIN, variable->name);
        hn_text_puts(text, " = ");
        if (variable->value.problem)
            hn_value_put(text, look, &variable->value);
        else
            hn_look_fit(text, look, HN_PLAIN, variable->value.repr,
                        look->width > used ? look->width - used : 0, HN_CUT_END);
        hn_text_putc(text, '\n');
    }
    put_end(text, look, variables, indent);
}

void
hn_variables_put_list(struct hn_text *text, const struct hn_look *look,
                      const struct hn_variables *variables)
{
    for (size_t i = 0; i < variables->count; i++) {
        const struct hn_variable *variable = &variables->items[i];
        const char *kind = hn_variable_kind_name(variable->kind);

        hn_text_puts(text, "  ");
        hn_text_puts(text, kind);
        hn_text_pad(text, ' ', KIND_COLUMNS - strlen(kind));
        hn_look_put(text, look, HN_FUNCTION, variable->name);
        if (variable->bound) {
            hn_text_puts(text, " = ");
            hn_value_put(text, look, &variable->value);
        } else {
            hn_text_puts(text, " (no value at this point)");
        }
        hn_text_putc(text, '\n');
    }
    put_end(text, look, variables, 2);
    if (variables->count == 0 && !variables->problem)
        hn_text_puts(text, "  (no variables)\n");
}
