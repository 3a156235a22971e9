/* Which memory of a live process takes room in RAM, run by run: what adds up to the
 * resident size that the kernel reports. */
#ifndef HN_TARGET_RESIDENT_H
#define HN_TARGET_RESIDENT_H

#include "target/target.h"

/* Both files are of /proc/PID: @pagemap has a word for each page, smaps says how many
 * bytes of each mapping count. False when they cannot be read. Nothing is touched. */
bool
hn_resident_walk(int proc, int pagemap, hn_run_fn *each, void *arg);

#endif
