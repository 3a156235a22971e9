/* All objects of a process, alive or dead: where they are, of which type, how large.
 *
 * The source is the allocator, not the collector: the collector's lists know containers
 * only, less than a third of the objects of most programs. Small objects lie in pools
 * of pymalloc, whose blocks are in use or on a chain of free ones; a block in use is an
 * object if a type pointer stands where its type says that it stands. Objects that are
 * too large for pools are found through the collector's lists and through references
 * from objects that are known.
 *
 * Read in this order: pools.h (blocks), kinds.h (types, and which block is an object),
 * lists.h (the collector), large.h (what lies outside of pools), and heap.c, which does
 * one after the other.
 *
 * Objects are numbered by ascending address: the number is the index into every array.
 * Numbers have 32 bits, also in what later steps (references, dominators) add. */
#ifndef HN_HEAP_HEAP_H
#define HN_HEAP_HEAP_H

#include "model/heap.h"
#include "runtime/sizes.h"

/* No object; also the limit on their number. */
#define HN_HEAP_NONE UINT32_MAX

/* Of what @spent counts. */
enum { HN_HEAP_UNIT = 8 };

/* What is known of each type that has objects, by its number. */
struct hn_heap_type {
    struct hn_size_type size;
    const char *name;   /* qualified; "<type at 0x...>" if that cannot be read */
    const char *module; /* "" for none */
    uint64_t flags;     /* tp_flags */
};

/* Bits of an object beside its address. */
enum {
    HN_HEAP_TRACKED = 1, /* the collector knows of it */
    HN_HEAP_OUTSIDE = 2, /* not in a pool: in memory of malloc or mmap */
    HN_HEAP_STATIC = 4,  /* in the data of a program or library */
    HN_HEAP_LISTED = 8,  /* met in a list of the collector: it has a generation */
    HN_HEAP_GENERATION_SHIFT = 4, /* two bits: 0, 1, 2; 3 is frozen (gc.freeze) */
    HN_HEAP_FLAG_SHIFT = 48
};

struct hn_heap_pages;
struct hn_heap_kinds;

/* A pool of pymalloc, or a page of mimalloc. */
struct hn_found_pool {
    hn_addr at; /* of the pool, or of the page's segment */
    union {
        uint32_t index; /* of the page's first slice in it */
        struct {
            /* While objects are found: see heap/pointers.h. */
            uint16_t searched_bytes, words;
        };
    };
    bool is_page;
};

/* Memory outside of pools that belongs to an object: its own, or a buffer. */
struct hn_heap_claim {
    hn_addr at;
    uint64_t size; /* that it needs; the chunk around it may be larger */
    uint32_t kind; /* the owner's */
    bool is_object;
};

/* What only the ledger wants: see ledger.h. */
struct hn_heap_claims {
    struct hn_heap_claim *items; /* in no order */
    size_t count, capacity;
    uint64_t *buffer_bytes; /* by kind: buffers in pools, each once */
    size_t kind_capacity;
    bool failed; /* memory ran out */
};

struct hn_heap {
    struct hn_runtime *rt; /* NULL: from a snapshot, whose process is not at hand */
    const struct hn_host *host; /* asked for interruption; may be NULL */
    struct hn_error *err;
    bool no_values; /* set by who wants contents left out of labels and lists */

    /* One entry an object, 20 bytes together. */
    uint64_t *places;  /* address; flags above bit 48 */
    uint32_t *types;   /* number of its type */
    uint32_t *counted; /* bytes as sys.getsizeof() counts; NULL: dropped */
    uint32_t *spent;   /* units of 8 bytes that its block and its buffers take */
    uint32_t count, capacity;

    const struct hn_heap_type *type;
    uint32_t type_count;

    struct hn_heap_sums sums;

    struct hn_found_pool *pools; /* of pymalloc by address, then of mimalloc */
    size_t pool_count;
    struct hn_heap_claims *claims; /* NULL unless asked for */

    struct hn_arena arena;       /* names, problems */
    struct hn_heap_pages *pages; /* index by address */
    struct hn_heap_kinds *kinds;
};

/* Finds all objects of all interpreters. Takes 0.1 s per million, more or less; says
 * through the host how far it is, and ends with HN_E_INTERRUPTED on Ctrl-C; what was
 * found until then is in @ret, without what lies outside of pools. Damage in the
 * target ends nothing: it is counted in ret->sums. hn_heap_deinit() is due in any
 * case. */
HN_MUST_CHECK enum hn_status
hn_heap_load(struct hn_runtime *rt, const struct hn_process *process,
             struct hn_heap *ret);

/* The same, and whose memory is what: blocks that are buffers or dead objects are
 * marked in ret->pages, and ret->claims is there. */
HN_MUST_CHECK enum hn_status
hn_heap_load_claims(struct hn_runtime *rt, const struct hn_process *process,
                    struct hn_heap *ret);

void
hn_heap_deinit(struct hn_heap *heap);

/* The object that begins at @address, or HN_HEAP_NONE. */
uint32_t
hn_heap_find(const struct hn_heap *heap, hn_addr address);

static inline hn_addr
hn_heap_address(const struct hn_heap *heap, uint32_t object)
{
    return heap->places[object] & ((UINT64_C(1) << HN_HEAP_FLAG_SHIFT) - 1);
}

/* How many of the first @count objects begin below @at. */
static inline uint32_t
hn_heap_below(const struct hn_heap *heap, uint32_t count, hn_addr at)
{
    uint32_t low = 0, high = count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (hn_heap_address(heap, middle) < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static inline unsigned
hn_heap_flags(const struct hn_heap *heap, uint32_t object)
{
    return (unsigned)(heap->places[object] >> HN_HEAP_FLAG_SHIFT);
}

/* 0, 1, 2, 3 for frozen; only with HN_HEAP_LISTED. */
static inline unsigned
hn_heap_generation(const struct hn_heap *heap, uint32_t object)
{
    return hn_heap_flags(heap, object) >> HN_HEAP_GENERATION_SHIFT & 3;
}

/* Bytes as sys.getsizeof() counts; UINT32_MAX and above only for single objects. Not to
 * be asked for once it was dropped. */
uint64_t
hn_heap_counted(const struct hn_heap *heap, uint32_t object);

/* Frees the memory of that, of which the graph takes enough. The sum stays. */
void
hn_heap_drop_counted(struct hn_heap *heap);

/* Bytes of memory that it takes: its block, whole, and those of its buffers. */
uint64_t
hn_heap_spent(const struct hn_heap *heap, uint32_t object);

/* Makes the arrays hold @capacity objects, for who fills them; false when memory ran
 * out.
 */
bool
hn_heap_resize(struct hn_heap *heap, uint32_t capacity);

#endif
