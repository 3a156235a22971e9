/* The block of the allocator that an object sits in. */
#ifndef HN_HEAP_WHERE_H
#define HN_HEAP_WHERE_H

#include "layout/python.h"
#include "model/object.h"

/* Looks for the pool or page around @object; HN_DONE when it is in neither: in memory
 * of malloc, or in the data of a program. */
enum hn_status
hn_heap_block_find(struct hn_python *py, hn_addr object, struct hn_object_block *ret);

#endif
