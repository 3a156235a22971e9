/* Reading ahead of who goes through many objects: many pages with one call of the
 * kernel. */
#ifndef HN_WAIT_AHEAD_H
#define HN_WAIT_AHEAD_H

#include "target/target.h"

/* Objects that are read ahead at once. */
enum { HN_AHEAD = 512 };

/* Puts the first HN_AHEAD of the @count objects, of @size bytes each, into the cache.
 */
void
hn_read_ahead(struct hn_target *target, const hn_addr *objects, size_t count,
              size_t size);

/* The same, for who reads all that they are made of: where they lie close together,
 * what lies between them as well. Python's allocator gives what is made at one time
 * neighbouring pools. */
void
hn_read_ahead_dense(struct hn_target *target, const hn_addr *objects, size_t count,
                    size_t size);

#endif
