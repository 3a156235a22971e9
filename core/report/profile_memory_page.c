/* Memory over time: core/report/pages/memory.js draws it from the data. */
#include "report/profile_page.h"

void
hn_profile_write_memory_page(const struct hn_profile *profile,
                             const struct hn_profile_options *options,
                             struct hn_text *text)
{
    hn_profile_put_page(text, &hn_page_memory, NULL, profile, options);
}
