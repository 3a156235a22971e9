/* The process as text: the header over stacks, and py-info. */
#ifndef HN_REPORT_PROCESS_H
#define HN_REPORT_PROCESS_H

#include "model/process.h"
#include "report/look.h"

/* Two or more lines: which Python, which process or core, who holds the GIL, how it was
 * read, and what a core lacks. All that depends on the host stands here. */
void
hn_process_put_header(struct hn_text *text, const struct hn_look *look,
                      const struct hn_process *process);

/* What py-info says beyond the header. */
void
hn_process_put_info(struct hn_text *text, const struct hn_look *look,
                    const struct hn_process *process);

/* "3.12.1 (release)", the words in parentheses as process->flavour has them. */
void
hn_process_put_version(struct hn_text *text, const struct hn_process *process);

/* The arguments as a shell would take them, cut when they are long; of @process only
 * its executable and arguments are looked at. */
void
hn_process_put_command_line(struct hn_text *text, const struct hn_process *process);

#endif
