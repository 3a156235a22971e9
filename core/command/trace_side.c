/* The traces of a process, a core, a snapshot or a file of Snapshot.dump(). */
#include "command/trace_side.h"

#include <string.h>

#include "command/moments.h"

/* The moment's names go with it, so they move to the call's arena. */
static enum hn_status
load_snapshot(struct hn_call *call, struct hn_trace_side *ret)
{
    const struct hn_snapshot_parts parts = { .traces = true };
    struct hn_moment moment;
    enum hn_status st;

    hn_moment_init(&moment);
    st = hn_call_read_snapshot(call, ret->side.path, &parts, &moment);
    if (!st && !moment.traces.tracing)
        st = hn_fail(&call->session->err, HN_DONE, 0,
                     "tracemalloc did not trace in that process");
    for (size_t i = 0; !st && i < moment.traces.file_count; i++) {
        struct hn_trace_file *file = &moment.traces.files[i];

        file->name = hn_arena_copy(&call->arena, file->name, file->size);
        if (!file->name)
            st = HN_E_NOMEM;
    }
    if (!st) {
        ret->traces = moment.traces;
        moment.traces = (struct hn_traces){ 0 };
    }
    hn_moment_deinit(&moment);
    return st;
}

enum hn_status
hn_trace_side_open(struct hn_call *call, const char *word, struct hn_trace_side *ret)
{
    enum hn_status st;

    ret->traces = (struct hn_traces){ 0 };
    st = hn_side_open(call, word, &ret->side);
    if (st)
        return st;
    if (ret->side.kind == HN_SIDE_PICKLE)
        return hn_side_read_pickle(call, &ret->side, &call->arena, &ret->traces);
    if (ret->side.kind == HN_SIDE_SNAPSHOT)
        return load_snapshot(call, ret);
    if (ret->side.kind == HN_SIDE_OTHER)
        call->doing = hn_arena_format(&call->arena, "read %s", ret->side.name);
    st = hn_call_load_traces(call, ret->side.session->runtime, &ret->traces);
    if (!st)
        hn_side_release(call, &ret->side);
    return st;
}

void
hn_trace_side_close(struct hn_trace_side *side)
{
    hn_traces_deinit(&side->traces);
    hn_side_close(&side->side);
}
