/* py-object on a screen. */
#ifndef HN_REPORT_OBJECT_H
#define HN_REPORT_OBJECT_H

#include "model/object.h"
#include "report/look.h"

void
hn_object_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_object_facts *object);

#endif
