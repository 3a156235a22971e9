/* Small files of /proc/PID, read through a descriptor of that directory: it stays
 * with the one process, even when its number is given to another. */
#ifndef HN_TARGET_PROC_H
#define HN_TARGET_PROC_H

#include <stdbool.h>

#include "base/text.h"
#include "hognose/target.h"

/* Opens /proc/PID; -1 with errno. */
int
hn_proc_open(int64_t pid);

/* Reads a file whole into @text (which it clears first); false with errno. */
bool
hn_proc_read(int proc, const char *path, struct hn_text *text);

/* The line behind this one, or NULL. */
const char *
hn_proc_next_line(const char *line);

/* The text behind "NAME:" in a status file, or NULL. Ends at the line's end. */
const char *
hn_proc_field(const struct hn_text *status, const char *name);

/* The number there; @missing if there is none. */
int64_t
hn_proc_number(const struct hn_text *status, const char *name, int64_t missing);

/* The last of several numbers in the field: NSpid and NStgid list one for each pid
 * namespace, the innermost last. */
int64_t
hn_proc_last_number(const struct hn_text *status, const char *name, int64_t missing);

/* Calls @each for every entry of the directory @path that is a number, until it returns
 * false: "task" has threads, "fdinfo" descriptors, ".." processes. False when the
 * directory cannot be read. */
typedef bool
hn_proc_number_fn(void *arg, int64_t number);
bool
hn_proc_numbers(int proc, const char *path, hn_proc_number_fn *each, void *arg);

/* The target of a link, without " (deleted)"; false with errno. */
bool
hn_proc_link(int proc, const char *path, struct hn_text *ret);

#endif
