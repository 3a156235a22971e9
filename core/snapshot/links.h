/* References as a snapshot keeps them: what each object refers to, with the words for
 * it, so that whoever asks for referrers or paths later needs no process. They are kept
 * with the graph of all objects (holders.h). */
#ifndef HN_SNAPSHOT_LINKS_H
#define HN_SNAPSHOT_LINKS_H

#include "heap/graph.h"
#include "heap/labels.h"
#include "model/heap_graph.h"

enum {
    /* Bits of a reference, enum hn_reference_place behind them. */
    HN_LINK_SCANNED = HN_REFERENCE_SCANNED,
    HN_LINK_WEAK = HN_REFERENCE_WEAK,
    HN_LINK_UNCOUNTED = HN_REFERENCE_UNCOUNTED,
    HN_LINK_PLACE_SHIFT = 3
};

/* A label with that bit is an index: "[3]". */
#define HN_LINK_INDEX (UINT32_C(1) << 31)

/* Something that is no object and refers to one. */
struct hn_link_root {
    uint64_t address; /* of the object */
    uint32_t kind;    /* enum hn_root_kind */
    bool doubtful;    /* as in struct hn_root */
    const char *phrase, *expression;
};

/* A label, or the name of an object that a path may begin at. */
struct hn_link_name {
    uint64_t address; /* 0: a label */
    const char *name;
};

struct hn_links {
    /* References of object i: first[i] to first[i + 1]; weak ones, and those to objects
     * that are never freed, are among them. */
    uint32_t *first;
    uint32_t *to;
    uint32_t *label; /* number in labels, or an index */
    uint8_t *kind;   /* bits, and the place */
    uint32_t count;

    const char **labels; /* in the moment's arena, as roots and names */
    size_t label_count;

    /* By object. */
    uint8_t *bits;         /* HN_NODE_* */
    uint32_t *dominator;   /* number of an object; count of objects: the root, or one
                              more: the garbage; its own: none */
    uint64_t *retained;    /* bytes */
    uint32_t *references;  /* its count; HN_LINK_UNKNOWN: never changes, or not known */
    uint32_t *unexplained; /* of these, found nowhere */

    struct hn_link_root *roots; /* by object, the best first */
    size_t root_count;
    struct hn_link_name *names; /* by address */
    size_t name_count;
};

#define HN_LINK_UNKNOWN UINT32_MAX

struct hn_moment;

/* Fills moment->links from the process at hand, whose graph is @graph. */
HN_MUST_CHECK enum hn_status
hn_links_take(struct hn_moment *moment, const struct hn_process *process,
              const struct hn_graph *graph);

void
hn_links_deinit(struct hn_links *links);

/* Room for @objects and one more; false for want of memory. What was there is lost. */
bool
hn_links_make_objects(struct hn_links *links, uint32_t objects);

/* Whether every number of what was read from a file is within its bounds. */
bool
hn_links_are_sound(const struct hn_moment *moment);

/* The graph as hn_graph_build() makes it, of what was kept. hn_graph_deinit() is due
 * in any case; @moment must outlive it. */
HN_MUST_CHECK enum hn_status
hn_links_graph(const struct hn_moment *moment, struct hn_graph *ret);

/* The words that were kept, for paths in @graph of hn_links_graph(). Both must outlive
 * @ret->words. */
struct hn_link_words {
    const struct hn_moment *moment;
    const struct hn_graph *graph;
    struct hn_words words;
};

void
hn_link_words_init(const struct hn_moment *moment, const struct hn_graph *graph,
                   struct hn_link_words *ret);

/* As hn_refs_in() and hn_refs_out(). */
HN_MUST_CHECK enum hn_status
hn_links_load(const struct hn_moment *moment, uint32_t object, bool outbound,
              uint64_t limit, struct hn_arena *arena, struct hn_graph_links *ret);

#endif
