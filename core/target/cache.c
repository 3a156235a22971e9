/* The page cache: a direct-mapped table over one lazily populated mapping. */
#include "target/cache.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct slot {
    hn_addr page;
    uint32_t size;
    uint32_t kept_in; /* the age of the cache; 0: not kept */
};

/* Samplers clear it at every look: what was kept at another age does not count. */
struct hn_page_cache {
    uint32_t age;
    struct slot slots[HN_CACHE_PAGES];
    uint8_t *bytes; /* HN_CACHE_PAGES pages; the kernel supplies those we write */
};

static size_t
index_of(hn_addr page)
{
    hn_addr number = page / HN_PAGE_SIZE;

    /* Thread stacks and malloc's arenas lie at multiples of 8 and 64 MiB: without
     * the second term they would all meet in a few places. */
    return (number + number / HN_CACHE_PAGES * 0x9e5) % HN_CACHE_PAGES;
}

struct hn_page_cache *
hn_page_cache_create(void)
{
    struct hn_page_cache *cache = malloc(sizeof(*cache));
    void *bytes;

    if (!cache)
        return NULL;
    bytes = mmap(NULL, (size_t)HN_CACHE_PAGES * HN_PAGE_SIZE, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bytes == MAP_FAILED) {
        free(cache);
        return NULL;
    }
    cache->bytes = bytes;
    cache->age = UINT32_MAX;
    hn_page_cache_clear(cache);
    return cache;
}

void
hn_page_cache_destroy(struct hn_page_cache *cache)
{
    if (!cache)
        return;
    munmap(cache->bytes, (size_t)HN_CACHE_PAGES * HN_PAGE_SIZE);
    free(cache);
}

void
hn_page_cache_clear(struct hn_page_cache *cache)
{
    if (++cache->age > 0)
        return;
    memset(cache->slots, 0, sizeof(cache->slots));
    cache->age = 1;
}

const uint8_t *
hn_page_cache_find(const struct hn_page_cache *cache, hn_addr page, size_t *size_ret)
{
    size_t i = index_of(page);
    const struct slot *slot = &cache->slots[i];

    if (slot->page != page || slot->kept_in != cache->age)
        return NULL;
    *size_ret = slot->size;
    return cache->bytes + i * HN_PAGE_SIZE;
}

uint8_t *
hn_page_cache_claim(struct hn_page_cache *cache, hn_addr page)
{
    size_t i = index_of(page);

    cache->slots[i] = (struct slot){ .page = page };
    return cache->bytes + i * HN_PAGE_SIZE;
}

void
hn_page_cache_keep(struct hn_page_cache *cache, hn_addr page, size_t size)
{
    struct slot *slot = &cache->slots[index_of(page)];

    if (slot->page != page)
        return;
    slot->size = (uint32_t)size;
    slot->kept_in = cache->age;
}
