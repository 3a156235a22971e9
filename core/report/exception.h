/* Exceptions as text: what was raised, where it came through, what it came from. */
#ifndef HN_REPORT_EXCEPTION_H
#define HN_REPORT_EXCEPTION_H

#include "model/exception.h"
#include "report/look.h"

/* All of one thread's, without a heading. @reverse: the outermost frame first. */
void
hn_exceptions_put(struct hn_text *text, const struct hn_look *look,
                  const struct hn_exceptions *exceptions, bool reverse);

#endif
