/* Looking for suspects, with the lines that allocated them where those are traced. */
#include "heap/suspects.h"

#include "command/heap.h"
#include "tracemalloc/tracemalloc.h"

/* Without traces suspects have no lines, that is all. */
static void
load_traces(struct hn_call *call, struct hn_traces *ret)
{
    struct hn_error saved = call->session->err;

    if (hn_traces_load(call->session->runtime, &call->arena, ret) != HN_OK)
        hn_traces_deinit(ret);
    hn_traces_sort(ret);
    call->session->err = saved;
}

enum hn_status
hn_call_find_suspects(struct hn_call *call, const struct hn_domtree *tree,
                      const struct hn_suspects_wish *wish, struct hn_suspects *ret)
{
    struct hn_traces traces = { 0 };
    struct hn_suspects_options options = {
        .process = &call->process,
        .share = wish->share,
        .least = wish->least,
        .limit = wish->limit,
        .traces = &traces,
        .find_trace = hn_traces_find,
    };
    struct hn_paths paths = { 0 };
    enum hn_status st;

    call->doing = "look for suspects";
    st = hn_paths_find(tree->graph, NULL, &paths);
    if (!st) {
        load_traces(call, &traces);
        st = hn_suspects_find(tree, &paths, &options, &call->arena, ret);
    }
    hn_traces_deinit(&traces);
    if (paths.graph)
        hn_paths_deinit(&paths);
    return st;
}
