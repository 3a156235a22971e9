/* Code objects that a look copies, to see whether they are what they were. One that is
 * on a stack is alive; between two looks it may have been replaced. */
#ifndef HN_SAMPLE_RECOGNIZE_H
#define HN_SAMPLE_RECOGNIZE_H

#include "sample/watch.h"

/* Wishes for what tells entry @index, once for each moment, if it is time to. */
void
hn_wish_for_code(struct hn_watch *watch, uint32_t index);

/* Wishes for those that change and were on a stack lately, whether they are or not. */
void
hn_wish_for_changing(struct hn_watch *watch);

/* @entry, which changes, is on a stack. */
void
hn_note_changing(struct hn_watch *watch, uint32_t entry);

/* Takes what the run brought. False if some of the code objects are others now. */
bool
hn_recognize_codes(struct hn_watch *watch);

#endif
