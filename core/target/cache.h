/* A bounded cache of the target's pages.
 *
 * A table with one place per page, so the newer of two pages that meet evicts the
 * older; no lists to keep. Pages that could not be read are remembered too, with
 * size 0. Holds at most HN_CACHE_PAGES pages, and costs only those in use. */
#ifndef HN_TARGET_CACHE_H
#define HN_TARGET_CACHE_H

#include <stdbool.h>

#include "hognose/status.h"

/* 64 MiB: more than the thread states, frames and code objects of any process seen;
 * walks over a whole heap go through it once and do not come back. */
enum { HN_PAGE_SIZE = 4096, HN_CACHE_PAGES = 16384 };

struct hn_page_cache;

/* NULL when the machine has no memory left. */
struct hn_page_cache *
hn_page_cache_create(void);

void
hn_page_cache_destroy(struct hn_page_cache *cache);

void
hn_page_cache_clear(struct hn_page_cache *cache);

/* The page at @page (a multiple of HN_PAGE_SIZE) and how much of it is there, from
 * its beginning; NULL if it was never put in, or evicted. */
const uint8_t *
hn_page_cache_find(const struct hn_page_cache *cache, hn_addr page, size_t *size_ret);

/* Room for the page, HN_PAGE_SIZE bytes; it counts as there with hn_page_cache_keep(),
 * unless another page took the place in between. */
uint8_t *
hn_page_cache_claim(struct hn_page_cache *cache, hn_addr page);
void
hn_page_cache_keep(struct hn_page_cache *cache, hn_addr page, size_t size);

#endif
