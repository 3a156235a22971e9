/* References of a hand-made moment: a variable holds the dict (object 2), which has the
 * node (1) under a key, which has the str (0) as an attribute, and the dict weakly. */
#ifndef HN_TESTS_HAND_LINKS_H
#define HN_TESTS_HAND_LINKS_H

#include <stdlib.h>
#include <string.h>

#include "snapshot/moment.h"

static void
hand_links(struct hn_moment *moment)
{
    enum { OBJECTS = 3, LINKS = 3 };
    static const uint32_t first[] = { 0, 0, 2, 3 }, to[] = { 0, 2, 1 },
                          label[] = { 1, 2, 3 }, dominator[] = { 1, 2, OBJECTS },
                          references[] = { 2, 1, 1 }, unexplained[] = { 1, 0, 0 };
    static const uint64_t retained[] = { 64, 128, 192 };
    static const uint8_t kind[] = {
        HN_REFERENCE_ATTRIBUTE << HN_LINK_PLACE_SHIFT,
        HN_LINK_WEAK | HN_REFERENCE_WORD << HN_LINK_PLACE_SHIFT,
        HN_REFERENCE_VALUE << HN_LINK_PLACE_SHIFT,
    };
    static const uint8_t bits[] = { HN_NODE_C | HN_NODE_ROOT, 0, HN_NODE_ROOT };
    static const char *labels[] = { "[...]", ".name", ".seen_by", "['first']" };
    static struct hn_link_name names[1];
    static struct hn_link_root roots[] = {
        { 0, HN_ROOT_LOCAL, false, "local cache of f(), thread 1", "cache" }
    };
    struct hn_links *links = &moment->links;

    if (!hn_links_make_objects(links, OBJECTS))
        abort();
    links->to = malloc(sizeof(to));
    links->label = malloc(sizeof(label));
    links->kind = malloc(sizeof(kind));
    if (!links->to || !links->label || !links->kind)
        abort();
    memcpy(links->first, first, sizeof(first));
    memcpy(links->to, to, sizeof(to));
    memcpy(links->label, label, sizeof(label));
    memcpy(links->kind, kind, sizeof(kind));
    memcpy(links->bits, bits, sizeof(bits));
    memcpy(links->dominator, dominator, sizeof(dominator));
    memcpy(links->retained, retained, sizeof(retained));
    memcpy(links->references, references, sizeof(references));
    memcpy(links->unexplained, unexplained, sizeof(unexplained));
    roots[0].address = hn_heap_address(&moment->heap, 2);
    names[0] = (struct hn_link_name){ hn_heap_address(&moment->heap, 0), "word" };
    links->count = LINKS;
    links->labels = labels;
    links->label_count = 4;
    links->roots = roots;
    links->names = names;
    links->root_count = links->name_count = 1;
    moment->has_links = moment->has_graph = true;
    moment->retained.total = 192;
}

#endif
