/* Dominators and retained sizes against their definition: what is not reachable any
 * more once a node is gone. Thousands of small random graphs, with cycles, diamonds,
 * references to oneself, several entries, and parts that no entry leads to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heap/components.h"
#include "heap/dominators.h"

enum { NODES_MOST = 24, EDGES_MOST = 96, GRAPHS = 4000 };

struct graph {
    uint32_t count, edge_count;
    uint32_t from[EDGES_MOST], to[EDGES_MOST];
    uint32_t out_first[NODES_MOST + 1], out[EDGES_MOST];
    uint32_t in_first[NODES_MOST + 1], in[EDGES_MOST];
    enum hn_entry entry[NODES_MOST];
    uint64_t weight[NODES_MOST];
};

static void
sort_edges(const struct graph *g, const uint32_t *key, const uint32_t *value,
           uint32_t *first, uint32_t *items)
{
    uint32_t at = 0;

    for (uint32_t node = 0; node < g->count; node++) {
        first[node] = at;
        for (uint32_t e = 0; e < g->edge_count; e++)
            if (key[e] == node)
                items[at++] = value[e];
    }
    first[g->count] = at;
}

static void
finish(struct graph *g)
{
    sort_edges(g, g->from, g->to, g->out_first, g->out);
    sort_edges(g, g->to, g->from, g->in_first, g->in);
}

static void
connect(struct graph *g, uint32_t from, uint32_t to)
{
    g->from[g->edge_count] = from;
    g->to[g->edge_count++] = to;
}

/* What is reachable from the entries of @kind, and from those of ROOT as well, without
 * passing @without. */
static void
reach(const struct graph *g, uint32_t without, enum hn_entry kind, bool *reached)
{
    bool changed = true;

    memset(reached, 0, NODES_MOST);
    for (uint32_t i = 0; i < g->count; i++)
        reached[i] =
            i != without && (g->entry[i] == HN_ENTRY_ROOT || g->entry[i] == kind);
    while (changed) {
        changed = false;
        for (uint32_t e = 0; e < g->edge_count; e++)
            if (reached[g->from[e]] && !reached[g->to[e]] && g->to[e] != without)
                changed = reached[g->to[e]] = true;
    }
}

static enum hn_entry
entry_of(void *arg, uint32_t node)
{
    return ((const struct graph *)arg)->entry[node];
}

static uint64_t
weight_of(void *arg, uint32_t node)
{
    return ((const struct graph *)arg)->weight[node];
}

static struct hn_digraph
digraph_of(const struct graph *g)
{
    return (struct hn_digraph){ g->count, g->out_first, g->out, g->in_first, g->in };
}

static struct hn_dominators
dominators_of(struct graph *g)
{
    struct hn_pace pace = { 0 };
    /* A part of the graphs gives memory that was used before. */
    uint32_t *spare = g->count % 2 ? malloc((g->count + 2) * sizeof(*spare)) : NULL;
    const struct hn_dominators_input input = { digraph_of(g), entry_of, weight_of, g,
                                               spare };
    struct hn_dominators ret;

    if (spare)
        memset(spare, 0x5a, (g->count + 2) * sizeof(*spare));
    assert_int_equal(hn_dominators_find(&input, &pace, &ret), HN_OK);
    return ret;
}

/* Without @node everything that is not reached any more is what it retained. */
static void
check_node(const struct graph *g, const struct hn_dominators *found, uint32_t node)
{
    bool before[NODES_MOST], after[NODES_MOST];
    uint64_t sum = 0;

    reach(g, UINT32_MAX, HN_ENTRY_STRAY, before);
    reach(g, node, HN_ENTRY_STRAY, after);
    if (!before[node]) {
        assert_int_equal(found->dominator[node], node);
        return;
    }
    for (uint32_t i = 0; i < g->count; i++)
        sum += before[i] && !after[i] ? g->weight[i] : 0;
    assert_int_equal(found->sum[node], sum);
}

/* Each node's dominator dominates it, and nothing between them does. */
static void
check_dominator(const struct graph *g, const struct hn_dominators *found, uint32_t node)
{
    bool before[NODES_MOST], after[NODES_MOST];
    uint32_t dominators = 0, up = found->dominator[node], steps = 0;

    reach(g, UINT32_MAX, HN_ENTRY_STRAY, before);
    if (!before[node])
        return;
    for (uint32_t i = 0; i < g->count; i++) {
        reach(g, i, HN_ENTRY_STRAY, after);
        dominators += i != node && before[i] && !after[node];
    }
    for (; up < g->count; up = found->dominator[up]) {
        reach(g, up, HN_ENTRY_STRAY, after);
        assert_false(after[node]);
        assert_true(++steps <= g->count);
    }
    assert_int_equal(steps, dominators);
}

static void
check(struct graph *g)
{
    struct hn_dominators found;

    finish(g);
    found = dominators_of(g);
    for (uint32_t node = 0; node < g->count; node++) {
        check_node(g, &found, node);
        check_dominator(g, &found, node);
    }
    free(found.dominator);
    free(found.sum);
}

/* A generator of its own: the same graphs on every machine. */
static uint32_t
draw(uint64_t *state, uint32_t below)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((*state >> 33) % below);
}

static void
make_random(struct graph *g, uint64_t seed)
{
    uint64_t state = seed * 2654435761u + 17;
    uint32_t edges;

    memset(g, 0, sizeof(*g));
    g->count = 1 + draw(&state, NODES_MOST);
    edges = draw(&state, EDGES_MOST * g->count / NODES_MOST + 1);
    for (uint32_t i = 0; i < edges; i++)
        connect(g, draw(&state, g->count), draw(&state, g->count));
    for (uint32_t i = 0; i < g->count; i++) {
        uint32_t die = draw(&state, 10);

        g->weight[i] = 1 + draw(&state, 1000);
        g->entry[i] = die < 2    ? HN_ENTRY_ROOT
                      : die == 2 ? HN_ENTRY_STRAY
                                 : HN_ENTRY_NONE;
    }
}

static void
random_graphs_agree_with_the_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        struct graph g;

        make_random(&g, seed);
        check(&g);
    }
}

static bool
belongs(void *arg, uint32_t node)
{
    return ((const struct graph *)arg)->entry[node] != HN_ENTRY_ROOT;
}

/* Whether @to can be reached from @from by nodes of the part. */
static bool
leads(struct graph *g, uint32_t from, uint32_t to)
{
    bool reached[NODES_MOST] = { false }, changed = true;

    reached[from] = true;
    while (changed) {
        changed = false;
        for (uint32_t e = 0; e < g->edge_count; e++)
            if (reached[g->from[e]] && !reached[g->to[e]] && belongs(g, g->from[e])
                && belongs(g, g->to[e]))
                changed = reached[g->to[e]] = true;
    }
    return reached[to];
}

static void
nodes_that_lead_to_each_other_are_one_component(void **state)
{
    struct hn_pace pace = { 0 };

    (void)state;
    for (uint64_t seed = 0; seed < GRAPHS; seed++) {
        struct hn_digraph digraph;
        struct hn_components c;
        struct graph g;

        make_random(&g, seed);
        finish(&g);
        digraph = digraph_of(&g);
        assert_int_equal(hn_components_find(&digraph, belongs, &g, &pace, &c), HN_OK);
        for (uint32_t i = 0; i < c.node_count; i++)
            for (uint32_t j = 0; j < c.node_count; j++)
                assert_int_equal(c.component[i] == c.component[j],
                                 leads(&g, c.nodes[i], c.nodes[j])
                                     && leads(&g, c.nodes[j], c.nodes[i]));
        hn_components_deinit(&c);
    }
}

static void
a_diamond_belongs_to_its_top(void **state)
{
    struct graph g = { .count = 4,
                       .entry = { HN_ENTRY_ROOT },
                       .weight = { 1, 10, 100, 1000 } };
    struct hn_dominators found;

    (void)state;
    connect(&g, 0, 1);
    connect(&g, 0, 2);
    connect(&g, 1, 3);
    connect(&g, 2, 3);
    finish(&g);
    found = dominators_of(&g);
    assert_int_equal(found.dominator[3], 0);
    assert_int_equal(found.sum[0], 1111);
    assert_int_equal(found.sum[1], 10);
    assert_int_equal(found.sum[4], 1111); /* the root */
    free(found.dominator);
    free(found.sum);
}

static void
garbage_hangs_under_its_own_node(void **state)
{
    struct graph g = { .count = 3,
                       .entry = { HN_ENTRY_ROOT, HN_ENTRY_STRAY, HN_ENTRY_NONE },
                       .weight = { 1, 10, 100 } };
    struct hn_dominators found;

    (void)state;
    connect(&g, 1, 2);
    connect(&g, 2, 1);
    connect(&g, 2, 0);
    finish(&g);
    found = dominators_of(&g);
    assert_int_equal(found.dominator[0], 3);
    assert_int_equal(found.dominator[1], 4); /* the garbage's node */
    assert_int_equal(found.dominator[2], 1);
    assert_int_equal(found.sum[4], 110);
    free(found.dominator);
    free(found.sum);
}

static enum hn_entry
first_is_entry(void *arg, uint32_t node)
{
    (void)arg;
    return node == 0 ? HN_ENTRY_ROOT : HN_ENTRY_NONE;
}

static uint64_t
one(void *arg, uint32_t node)
{
    (void)arg;
    (void)node;
    return 1;
}

/* A ring of a million links: nothing recurses. */
static void
a_long_chain_needs_no_stack(void **state)
{
    enum { LINKS = 1000000 };
    uint32_t *first = calloc(LINKS + 1, sizeof(*first)), *in_first, *out, *in;
    struct hn_pace pace = { 0 };
    struct hn_dominators_input input = { .entry = first_is_entry, .weight = one };
    struct hn_dominators found;

    (void)state;
    in_first = calloc(LINKS + 1, sizeof(*in_first));
    out = calloc(LINKS, sizeof(*out));
    in = calloc(LINKS, sizeof(*in));
    assert_true(first && in_first && out && in);
    for (uint32_t i = 0; i < LINKS; i++) {
        first[i] = i;
        out[i] = i + 1 < LINKS ? i + 1 : 0; /* a ring */
        in_first[i] = i;
        in[i] = i ? i - 1 : LINKS - 1;
    }
    first[LINKS] = in_first[LINKS] = LINKS;
    input.graph = (struct hn_digraph){ LINKS, first, out, in_first, in };
    assert_int_equal(hn_dominators_find(&input, &pace, &found), HN_OK);
    assert_int_equal(found.sum[0], LINKS);
    assert_int_equal(found.sum[LINKS - 1], 1);
    free(found.dominator);
    free(found.sum);
    free(first);
    free(in_first);
    free(out);
    free(in);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_graphs_agree_with_the_definition),
        cmocka_unit_test(nodes_that_lead_to_each_other_are_one_component),
        cmocka_unit_test(a_diamond_belongs_to_its_top),
        cmocka_unit_test(garbage_hangs_under_its_own_node),
        cmocka_unit_test(a_long_chain_needs_no_stack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
