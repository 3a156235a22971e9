/* What cannot change in an object, as a number: by it an object is known again at a
 * later moment, and told from another that got its address. */
#ifndef HN_SNAPSHOT_CONTENT_H
#define HN_SNAPSHOT_CONTENT_H

#include "heap/heap.h"

/* Whether objects of the type have a content: they are immutable and hold no other
 * objects (str and its subclasses, int, float, complex, bytes). */
bool
hn_content_is_of(const struct hn_heap_type *type);

/* One number an object; 0 where there is none or it cannot be read. @ret has room for
 * heap->count. HN_E_INTERRUPTED on Ctrl-C. */
HN_MUST_CHECK enum hn_status
hn_contents_load(const struct hn_heap *heap, uint32_t *ret);

#endif
