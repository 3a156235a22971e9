/* What allocates small objects in a target, judged by the blocks they sit in.
 *
 * The names of modules in sys.modules are small strings of their own blocks. A block of
 * pymalloc lies in a pool whose header agrees with it; a block of the debug hooks
 * (PYTHONMALLOC=debug, -X dev, debug builds) has their pattern in front; a block of
 * malloc has glibc's size word. No symbol is needed, so stripped builds answer too.
 * CPython: Objects/obmalloc.c, Include/internal/pycore_obmalloc.h. */
#include "objects/objects.h"
#include "runtime/internal.h"

#include <string.h>

enum { SAMPLES = 64, HOOK_BYTES = 16, FORBIDDEN_BYTE = 0xfd, BLOCK_ALIGNMENT = 16 };

/* Blocks of up to 512 bytes come from pools (SMALL_REQUEST_THRESHOLD). */
enum { SIZE_CLASSES = 512 / BLOCK_ALIGNMENT };

/* Pool sizes that were built: 4 KiB up to 3.9, 16 KiB since (bpo-37448). */
static const uint32_t pool_sizes[] = { 16 << 10, 4 << 10 };

struct votes {
    unsigned pymalloc, malloc, hooks, objects;
};

/* Eight bytes of size, one of 'r', 'm' or 'o', seven of the forbidden byte. */
static bool
has_hooks(struct hn_python *py, hn_addr block)
{
    uint8_t bytes[HOOK_BYTES];

    if (hn_target_read_some(py->target, block - HOOK_BYTES, bytes, sizeof(bytes))
        != sizeof(bytes))
        return false;
    for (int i = 9; i < HOOK_BYTES; i++)
        if (bytes[i] != FORBIDDEN_BYTE)
            return false;
    return bytes[8] == 'r' || bytes[8] == 'm' || bytes[8] == 'o';
}

static bool
in_pool(struct hn_python *py, hn_addr block, uint32_t pool_size)
{
    hn_addr pool = block & ~(hn_addr)(pool_size - 1);
    uint32_t header = py->layout.size[HN_STRUCT_POOL], size;
    uint64_t size_class;
    struct hn_record rec;
    struct hn_error saved = *py->err;

    if (hn_record_load(py, HN_STRUCT_POOL, pool, &rec)) {
        *py->err = saved;
        return false;
    }
    /* Memory that is no pool has any number here. */
    size_class = hn_record_u64(&rec, HN_POOL_SIZE_CLASS);
    if (size_class >= SIZE_CLASSES || block < pool + header)
        return false;
    size = ((uint32_t)size_class + 1) * BLOCK_ALIGNMENT;
    return (block - pool - header) % size == 0
           && hn_record_u64(&rec, HN_POOL_NEXT_OFFSET) <= pool_size
           && hn_record_u64(&rec, HN_POOL_COUNT) > 0
           && hn_record_u64(&rec, HN_POOL_COUNT) <= (pool_size - header) / size;
}

/* glibc keeps a chunk's size, with three flag bits, right before the block. */
static bool
in_chunk(struct hn_python *py, hn_addr block)
{
    uint8_t bytes[8];
    uint64_t size;

    if (hn_target_read_some(py->target, block - 8, bytes, sizeof(bytes))
        != sizeof(bytes))
        return false;
    memcpy(&size, bytes, sizeof(size));
    size &= ~UINT64_C(7);
    return size >= 32 && size <= 4096 && size % BLOCK_ALIGNMENT == 0;
}

static void
vote(struct hn_python *py, hn_addr object, struct votes *v)
{
    hn_addr block = object;

    v->objects++;
    if (has_hooks(py, object)) {
        v->hooks++;
        block = object - HOOK_BYTES;
    }
    for (size_t i = 0; i < sizeof(pool_sizes) / sizeof(*pool_sizes); i++)
        if (in_pool(py, block, pool_sizes[i])) {
            v->pymalloc++;
            return;
        }
    if (in_chunk(py, block))
        v->malloc++;
}

static bool
collect(struct hn_runtime *rt, hn_addr interp, struct votes *v)
{
    struct hn_python *py = &rt->py;
    struct hn_dict_iter it;
    hn_addr modules, key, value;

    if (hn_field_read(py, HN_INTERP_MODULES, interp, &modules)
        || hn_dict_iter_init(py, modules, &it))
        return false;
    while (v->objects < SAMPLES && hn_dict_iter_next(&it, &key, &value) == HN_OK)
        vote(py, key, v);
    return v->objects > 0;
}

/* Some names are static or interned in the binary: a quarter of the votes decides, and
 * chance agreement of a pool header is far below that. */
const char *
hn_allocator_name(struct hn_runtime *rt, hn_addr interp)
{
    struct votes v = { 0, 0, 0, 0 };
    bool hooks, free_threaded = rt->py.layout.flavour & HN_FLAVOUR_FREE_THREADED;

    if (!collect(rt, interp, &v))
        return free_threaded ? "mimalloc" : "unknown";
    hooks = v.hooks * 4 >= v.objects;
    if (free_threaded)
        return hooks ? "mimalloc, debug hooks" : "mimalloc";
    if (v.pymalloc * 4 >= v.objects)
        return hooks ? "pymalloc, debug hooks" : "pymalloc";
    if (v.malloc * 4 >= v.objects)
        return hooks ? "malloc, debug hooks" : "malloc";
    return "unknown";
}
