/* What an object refers to: every reference it holds, with where in it.
 *
 * One walk serves the graph (who refers to whom), reference counts (which references
 * explain them) and people (labels: .attr, ['key'], [3]). Weak references are told too,
 * marked as such: they keep nothing alive. */
#ifndef HN_HEAP_REFERENCES_H
#define HN_HEAP_REFERENCES_H

#include "heap/heap.h"
#include "heap/plans.h"

enum hn_reference_place {
    HN_REFERENCE_WORD,      /* @index: its offset in the object */
    HN_REFERENCE_DICT,      /* __dict__ */
    HN_REFERENCE_ATTRIBUTE, /* value kept in the instance; @key: its name */
    HN_REFERENCE_ITEM,      /* @index: of a sequence */
    HN_REFERENCE_VALUE,     /* of a dict; @key */
    HN_REFERENCE_KEY,       /* of a dict */
    HN_REFERENCE_MEMBER,    /* of a set */
    HN_REFERENCE_CLASS,     /* the object's type */
    HN_REFERENCE_LOCAL,     /* variable @index of a frame, whose code is @key */
    HN_REFERENCE_STACK,     /* a frame's value stack */
    HN_REFERENCE_FRAME, /* a frame's own: code, function, dict; @index: its offset */
    HN_REFERENCE_ORDER, /* key in the order of an OrderedDict */
    HN_REFERENCE_NAME,  /* of an attribute, in a class's shared keys */
    HN_REFERENCE_CACHE, /* what a code object computed of itself */
    HN_REFERENCE_STATE  /* in what a module's C code keeps for it */
};

enum {
    HN_REFERENCE_SCANNED = 1,  /* found in an opaque object: perhaps none */
    HN_REFERENCE_WEAK = 2,     /* keeps nothing alive */
    HN_REFERENCE_UNCOUNTED = 4 /* keeps alive, or says so, without a count of its own */
};

struct hn_reference {
    uint32_t from; /* HN_HEAP_NONE: a frame of a thread, or C data */
    uint32_t to;
    enum hn_reference_place place;
    unsigned bits;
    uint64_t index;
    hn_addr key;
};

struct hn_referrer {
    const struct hn_heap *heap;
    struct hn_python *py;
    struct hn_plans *plans;
    /* Called for each. It may not read the target. */
    void (*visit)(void *arg, const struct hn_reference *reference);
    void *arg;

    struct hn_reference at; /* being filled in */
    uint64_t words_left; /* that may still be read: no damage makes us read forever */
    bool stop;           /* set by @visit: no more is wanted */
    uint8_t *copy;       /* a piece of the target that could not be lent whole */
};

/* HN_E_NOMEM leaves nothing to deinit. */
HN_MUST_CHECK enum hn_status
hn_referrer_init(struct hn_referrer *r, const struct hn_heap *heap);

void
hn_referrer_deinit(struct hn_referrer *r);

/* Visits the references of object number @object. What cannot be read has none. */
void
hn_references_of(struct hn_referrer *r, uint32_t object);

/* Visits those of a frame on a thread's stack, 3.11 and later. */
void
hn_references_of_frame(struct hn_referrer *r, hn_addr frame);

/* Visits the words of [at, at + count * 8) that are addresses of objects, each a
 * reference of C data with @bits. */
void
hn_references_in(struct hn_referrer *r, hn_addr at, uint64_t count, unsigned bits);

/* --- between the files of this part */

/* One word of the object at hand that may be an address; @place, @index and @key of
 * r->at are set. */
static inline void
hn_refer(struct hn_referrer *r, hn_addr address)
{
    if (address < 4096 || (r->at.to = hn_heap_find(r->heap, address)) == HN_HEAP_NONE)
        return;
    r->visit(r->arg, &r->at);
}

/* At least @wanted bytes at @addr, with how many there are; NULL when there are fewer.
 * Stays until the next call. At most HN_PIECE. */
enum { HN_PIECE = 8 << 10 };
const uint8_t *
hn_piece(struct hn_referrer *r, hn_addr addr, size_t wanted, size_t *size_ret);

/* Visits @count addresses in a row, numbering them from @first on. */
void
hn_refer_array(struct hn_referrer *r, enum hn_reference_place place, hn_addr at,
               uint64_t count, uint64_t first);

/* references_containers.c */
void
hn_refer_list(struct hn_referrer *r, const uint8_t *body, size_t size);
void
hn_refer_dict(struct hn_referrer *r, hn_addr at, const uint8_t *body, size_t size);
void
hn_refer_order(struct hn_referrer *r, const uint8_t *body, size_t size);
void
hn_refer_set(struct hn_referrer *r, const uint8_t *body, size_t size);
void
hn_refer_deque(struct hn_referrer *r, const uint8_t *body, size_t size);
void
hn_refer_numpy(struct hn_referrer *r, const uint8_t *body, size_t size);
void
hn_refer_element(struct hn_referrer *r, const uint8_t *body, size_t size);

/* Names in a keys object that classes share. */
void
hn_refer_keys(struct hn_referrer *r, hn_addr keys);

/* Values at @values (of at most @most), named by @keys. */
void
hn_refer_values(struct hn_referrer *r, hn_addr keys, hn_addr values, uint64_t most);

/* references_frames.c */
void
hn_refer_generator(struct hn_referrer *r, hn_addr at);
void
hn_refer_frame_object(struct hn_referrer *r, hn_addr at);
void
hn_refer_code(struct hn_referrer *r, const uint8_t *body, size_t size);

#endif
