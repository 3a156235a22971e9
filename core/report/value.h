/* Values and variables as text. */
#ifndef HN_REPORT_VALUE_H
#define HN_REPORT_VALUE_H

#include "model/value.h"
#include "report/look.h"

/* "name = value" below a frame of a stack, @indent columns in, a line each and no wider
 * than the screen; names without a value are left out. */
void
hn_variables_put(struct hn_text *text, const struct hn_look *look,
                 const struct hn_variables *variables, size_t indent);

/* The list of py-locals and py-globals: every name with its kind, values in full. */
void
hn_variables_put_list(struct hn_text *text, const struct hn_look *look,
                      const struct hn_variables *variables);

/* The repr and nothing else, or why there is none. */
void
hn_value_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_value *value);

/* "argument", "local", "cell", "free", "global". */
const char *
hn_variable_kind_name(enum hn_variable_kind kind);

#endif
