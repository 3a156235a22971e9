/* Opening, reading and closing a target. */
#include "target/target.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "base/index.h"
#include "target/files.h"
#include "target/lend.h"
#include "target/source.h"

enum {
    /* Above this a read goes past the cache: one call is then cheap per byte, and
     * the cache is kept for what is read again. */
    UNCACHED_BYTES = 1 << 16,
    /* Pages per batch of hn_target_prefetch(); Linux takes 1024 ranges per call. */
    BATCH_PAGES = 512,
    STRING_STEP = 128, /* most names and paths are shorter */
};

static const struct hn_source_ops no_source_ops = { .gather = NULL };

static char *
copy_string(struct hn_arena *arena, const char *string)
{
    return hn_arena_copy(arena, string, strlen(string));
}

static bool
keep_options(struct hn_target *target, const struct hn_open_options *options)
{
    struct hn_target_parts *parts = target->parts;

    if (!options)
        return true;
    if (options->exe)
        parts->exe = copy_string(&target->arena, options->exe);
    if (options->sysroot)
        parts->sysroot = copy_string(&target->arena, options->sysroot);
    if (options->lib_path)
        parts->lib_path = copy_string(&target->arena, options->lib_path);
    return (!options->exe || parts->exe) && (!options->sysroot || parts->sysroot)
           && (!options->lib_path || parts->lib_path);
}

static void
close_source(const struct hn_target_ops *ops, const struct hn_source_ops *source,
             void *impl)
{
    if (ops->close && !source->borrowed)
        ops->close(impl);
}

static bool
make_parts(struct hn_target *target, const struct hn_source_ops *source)
{
    struct hn_target_parts *parts = calloc(1, sizeof(*parts));

    if (!parts)
        return false;
    target->parts = parts;
    parts->source = source;
    parts->cache = hn_page_cache_create();
    hn_arena_init(&parts->map);
    return parts->cache != NULL;
}

static void
destroy_parts(struct hn_target_parts *parts)
{
    if (!parts)
        return;
    hn_modules_destroy(parts->modules);
    hn_page_cache_destroy(parts->cache);
    hn_windows_destroy(parts->windows);
    hn_arena_deinit(&parts->map);
    free(parts);
}

enum hn_status
hn_target_create(const struct hn_target_ops *ops, const struct hn_source_ops *source,
                 void *impl, const struct hn_open_options *options,
                 const struct hn_host *host, struct hn_error *err,
                 struct hn_target **ret)
{
    static const char *const no_arguments[] = { NULL };
    struct hn_target *target = calloc(1, sizeof(*target));

    if (!target || !make_parts(target, source)) {
        close_source(ops, source, impl);
        if (target)
            destroy_parts(target->parts);
        free(target);
        return hn_fail(err, HN_E_NOMEM, 0, "opening a target");
    }
    target->ops = ops;
    target->impl = impl;
    target->err = err;
    target->host = host;
    target->exe = "";
    target->argv = no_arguments;
    target->consistent = true;
    hn_arena_init(&target->arena);
    if (!keep_options(target, options)) {
        hn_target_close(target);
        return hn_fail(err, HN_E_NOMEM, 0, "opening a target");
    }
    *ret = target;
    return HN_OK;
}

enum hn_status
hn_target_open_ops(const struct hn_target_ops *ops, void *impl, struct hn_error *err,
                   struct hn_target **ret)
{
    struct hn_target *target;
    enum hn_status st;
    bool changed;

    st = hn_target_create(ops, &no_source_ops, impl, NULL, NULL, err, &target);
    if (st)
        return st;
    target->kind = HN_PLACE_HOST;
    st = hn_regions_load(target, &changed);
    if (st) {
        hn_target_close(target);
        return st;
    }
    *ret = target;
    return HN_OK;
}

void
hn_target_close(struct hn_target *target)
{
    if (!target)
        return;
    close_source(target->ops, target->parts->source, target->impl);
    destroy_parts(target->parts);
    hn_arena_deinit(&target->arena);
    free(target);
}

void
hn_target_release(struct hn_target *target)
{
    const struct hn_source_ops *source = target->parts->source;

    if (source->release)
        target->stopped_ns += source->release(target->impl);
}

enum hn_status
hn_target_refresh(struct hn_target *target)
{
    struct hn_target_parts *parts = target->parts;
    bool files_changed;
    enum hn_status st;

    hn_page_cache_clear(parts->cache);
    hn_windows_destroy(parts->windows);
    parts->windows = NULL;
    if (parts->source->gone && parts->source->gone(target->impl))
        return hn_fail(target->err, HN_E_GONE, 0, "the process has ended");
    st = hn_regions_load(target, &files_changed);
    if (st || !files_changed)
        return st;
    hn_modules_destroy(parts->modules);
    parts->modules = NULL;
    return HN_OK;
}

void
hn_target_forget(struct hn_target *target)
{
    hn_page_cache_clear(target->parts->cache);
    hn_windows_destroy(target->parts->windows);
    target->parts->windows = NULL;
}

bool
hn_target_gone(const struct hn_target *target)
{
    const struct hn_source_ops *source = target->parts->source;

    return source->gone && source->gone(target->impl);
}

bool
hn_target_birth(struct hn_target *target, uint64_t *ret)
{
    const struct hn_source_ops *source = target->parts->source;
    uint8_t bytes[16];
    uint64_t at;

    if (!source->auxv || !source->auxv(target->impl, AT_RANDOM, &at)
        || hn_target_read_some(target, at, bytes, sizeof(bytes)) != sizeof(bytes))
        return false;
    *ret = hn_index_hash(bytes, sizeof(bytes));
    return true;
}

size_t
hn_target_read_source(struct hn_target *target, hn_addr addr, void *buf, size_t size)
{
    size_t n = target->ops->read(target->impl, addr, buf, size);

    target->reads++;
    target->bytes_read += n;
    return n < size ? n : size;
}

/* Puts a page into the cache: from its file, else from the source. */
static const uint8_t *
fill_page(struct hn_target *target, hn_addr page, size_t *size_ret)
{
    struct hn_page_cache *cache = target->parts->cache;
    size_t size = 0;
    uint8_t *bytes;

    bytes = hn_page_cache_claim(cache, page);
    if (hn_modules_hold(target, page))
        size = hn_modules_read(target, page, bytes, HN_PAGE_SIZE);
    if (size == 0 && target->parts->paged) {
        size = hn_untouched_read(target, page, bytes);
        if (size == 0)
            size = hn_target_read_source(target, page, bytes, HN_PAGE_SIZE);
    }
    hn_page_cache_keep(cache, page, size);
    *size_ret = size;
    return bytes;
}

static size_t
min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Copies from the one page that holds @addr. */
static size_t
read_page(struct hn_target *target, hn_addr addr, uint8_t *buf, size_t size)
{
    hn_addr page = addr & ~(hn_addr)(HN_PAGE_SIZE - 1);
    size_t offset = (size_t)(addr - page), there;
    const uint8_t *bytes = hn_page_cache_find(target->parts->cache, page, &there);

    size = min_size(size, HN_PAGE_SIZE - offset);
    if (!bytes)
        bytes = fill_page(target, page, &there);
    if (offset < there) {
        size = min_size(size, there - offset);
        memcpy(buf, bytes + offset, size);
        return size;
    }
    /* A host may know only a part of the page, and not its beginning. */
    if (target->parts->paged && target->kind == HN_PLACE_HOST)
        return hn_target_read_source(target, addr, buf, size);
    return 0;
}

static size_t
read_paged(struct hn_target *target, hn_addr addr, uint8_t *buf, size_t size)
{
    struct hn_range range = { addr, size };
    size_t n;

    if (size >= UNCACHED_BYTES && !hn_modules_hold(target, addr)) {
        n = hn_target_read_source(target, addr, buf, size);
        if (n > 0)
            return n;
    } else if (size > HN_PAGE_SIZE) {
        hn_target_prefetch(target, &range, 1);
    }
    return read_page(target, addr, buf, size);
}

/* What the source has is copied straight; the rest may be in a file. */
static size_t
read_direct(struct hn_target *target, hn_addr addr, uint8_t *buf, size_t size)
{
    size_t n = hn_target_read_source(target, addr, buf, size);

    return n > 0 ? n : read_page(target, addr, buf, size);
}

/* The usual case, in few instructions: a small structure in one page that was read
 * before. */
static bool
copy_cached(const struct hn_target *target, hn_addr addr, void *buf, size_t size)
{
    hn_addr page = addr & ~(hn_addr)(HN_PAGE_SIZE - 1);
    size_t offset = (size_t)(addr - page), there;
    const uint8_t *bytes;

    if (!target->parts->paged || size > HN_PAGE_SIZE - offset)
        return false;
    bytes = hn_page_cache_find(target->parts->cache, page, &there);
    if (!bytes) {
        bytes = hn_windows_page(target->parts->windows, page);
        there = HN_PAGE_SIZE;
    }
    if (!bytes || there < offset + size)
        return false;
    memcpy(buf, bytes + offset, size);
    return true;
}

size_t
hn_target_read_some(struct hn_target *target, hn_addr addr, void *buf, size_t size)
{
    uint8_t *out = buf;
    size_t done = 0;

    if (copy_cached(target, addr, buf, size))
        return size;
    if (size > UINT64_MAX - addr)
        size = (size_t)(UINT64_MAX - addr);
    while (done < size) {
        size_t n = target->parts->paged
                       ? read_paged(target, addr + done, out + done, size - done)
                       : read_direct(target, addr + done, out + done, size - done);

        if (n == 0)
            break;
        done += n;
    }
    return done;
}

static enum hn_status
fail_at(struct hn_target *target, hn_addr addr)
{
    const struct hn_source_ops *source = target->parts->source;

    if (source->gone && source->gone(target->impl))
        return hn_fail(target->err, HN_E_GONE, 0, "the process has ended");
    return hn_fail(target->err, HN_E_FAULT, addr, "no memory");
}

enum hn_status
hn_target_read(struct hn_target *target, hn_addr addr, void *buf, size_t size)
{
    size_t done;

    if (copy_cached(target, addr, buf, size))
        return HN_OK;
    done = hn_target_read_some(target, addr, buf, size);
    return done == size ? HN_OK : fail_at(target, addr + done);
}

enum hn_status
hn_target_read_u64(struct hn_target *target, hn_addr addr, uint64_t *ret)
{
    uint64_t value;
    enum hn_status st = hn_target_read(target, addr, &value, sizeof(value));

    if (st == HN_OK)
        *ret = value;
    return st;
}

enum hn_status
hn_target_read_u32(struct hn_target *target, hn_addr addr, uint32_t *ret)
{
    uint32_t value;
    enum hn_status st = hn_target_read(target, addr, &value, sizeof(value));

    if (st == HN_OK)
        *ret = value;
    return st;
}

/* Counts the bytes before the '\0', in steps: the string may end where memory does. */
static enum hn_status
measure_string(struct hn_target *target, hn_addr addr, size_t limit, size_t *ret)
{
    char step[STRING_STEP];
    size_t done = 0;

    while (done < limit) {
        size_t wanted = min_size(sizeof(step), limit - done);
        size_t n = hn_target_read_some(target, addr + done, step, wanted);
        const char *end = memchr(step, '\0', n);

        if (end) {
            *ret = done + (size_t)(end - step);
            return HN_OK;
        }
        if (n < wanted)
            return fail_at(target, addr + done + n);
        done += n;
    }
    return hn_fail(target->err, HN_E_CORRUPT, addr, "string without an end");
}

enum hn_status
hn_target_read_cstring(struct hn_target *target, hn_addr addr, size_t limit,
                       struct hn_arena *arena, const char **ret)
{
    size_t size = 0;
    char *text;
    enum hn_status st = measure_string(target, addr, limit, &size);

    if (st)
        return st;
    text = hn_arena_alloc(arena, size + 1);
    if (!text)
        return hn_fail(target->err, HN_E_NOMEM, 0, "reading a string");
    st = hn_target_read(target, addr, text, size);
    if (st)
        return st;
    *ret = text;
    return HN_OK;
}

/* A batch of pages on its way into the cache. */
struct batch {
    struct hn_wish pieces[BATCH_PAGES];
    size_t count;
};

static void
run_batch(struct hn_target *target, struct batch *batch)
{
    struct hn_target_parts *parts = target->parts;

    if (batch->count == 0)
        return;
    parts->source->gather(target->impl, batch->pieces, batch->count);
    target->reads++;
    for (size_t i = 0; i < batch->count; i++) {
        hn_page_cache_keep(parts->cache, batch->pieces[i].addr, batch->pieces[i].got);
        target->bytes_read += batch->pieces[i].got;
    }
    batch->count = 0;
}

static void
add_page(struct hn_target *target, struct batch *batch, hn_addr page)
{
    struct hn_page_cache *cache = target->parts->cache;
    size_t size;

    /* Ranges often come in order, many to a page. */
    if (batch->count > 0 && batch->pieces[batch->count - 1].addr == page)
        return;
    if (hn_page_cache_find(cache, page, &size) || hn_modules_hold(target, page))
        return;
    if (batch->count == BATCH_PAGES)
        run_batch(target, batch);
    batch->pieces[batch->count++] = (struct hn_wish){
        .addr = page,
        .buf = hn_page_cache_claim(cache, page),
        .size = HN_PAGE_SIZE,
    };
}

void
hn_target_prefetch(struct hn_target *target, const struct hn_range *ranges,
                   size_t count)
{
    size_t pages_left = HN_CACHE_PAGES / 2; /* more would evict itself */
    struct batch batch;

    if (!target->parts->paged || !target->parts->source->gather)
        return;
    batch.count = 0;
    for (size_t i = 0; i < count; i++) {
        hn_addr page = ranges[i].addr & ~(hn_addr)(HN_PAGE_SIZE - 1);
        hn_addr end = ranges[i].addr + ranges[i].size;

        for (; page < end && pages_left > 0; page += HN_PAGE_SIZE, pages_left--)
            add_page(target, &batch, page);
    }
    run_batch(target, &batch);
}

void
hn_target_gather(struct hn_target *target, struct hn_wish *pieces, size_t count)
{
    const struct hn_source_ops *source = target->parts->source;

    if (source->gather) {
        source->gather(target->impl, pieces, count);
        target->reads++;
    } else {
        for (size_t i = 0; i < count; i++)
            pieces[i].got = hn_target_read_source(target, pieces[i].addr, pieces[i].buf,
                                                  pieces[i].size);
    }
    for (size_t i = 0; i < count; i++)
        target->bytes_read += pieces[i].got;
}

static bool
is_interrupted(const struct hn_host *host)
{
    return host && host->interrupted && host->interrupted(host->impl);
}

bool
hn_target_interrupted(const struct hn_target *target)
{
    return is_interrupted(target->host);
}

enum hn_status
hn_host_poll(const struct hn_host *host, struct hn_error *err)
{
    return is_interrupted(host) ? hn_fail(err, HN_E_INTERRUPTED, 0, "interrupted")
                                : HN_OK;
}

enum hn_status
hn_target_poll(struct hn_target *target)
{
    return hn_host_poll(target->host, target->err);
}

int
hn_target_open_file(struct hn_target *target, const char *path)
{
    return hn_files_open(target, path);
}

enum hn_status
hn_target_resident(struct hn_target *target, hn_run_fn *each, void *arg)
{
    const struct hn_source_ops *source = target->parts->source;

    if (source->resident && source->resident(target->impl, each, arg))
        return HN_OK;
    return hn_fail(target->err, HN_E_UNSUPPORTED, 0, "which memory is resident");
}
