/* Moments of processes, cores and files: see moments.h. */
#include "command/moments.h"

#include <inttypes.h>
#include <string.h>

#include "command/heap.h"
#include "command/side.h"
#include "command/traces.h"
#include "report/snapshot.h"

const char *const hn_moment_graph_words[] = { "auto", "yes", "no", NULL };

enum hn_status
hn_call_take_moment(struct hn_call *call, const struct hn_moment_options *options,
                    struct hn_moment *ret)
{
    enum hn_status st = hn_call_open(call);

    if (st)
        return st;
    call->doing = "look through the heap";
    st = hn_moment_take(call->session->runtime, &call->process, options, ret);
    hn_call_note_heap(call, &ret->heap.sums);
    if (!st)
        call->doing = NULL;
    return st;
}

/* Objects and traces of a snapshot file are read as far as they are wanted. */
static enum hn_status
take_side(struct hn_call *call, const struct hn_side *side,
          const struct hn_moment_options *options, struct hn_moment *ret)
{
    struct hn_process process = { 0 };
    enum hn_status st = HN_OK;

    call->doing =
        hn_arena_format(&call->arena, "look through the heap of %s", side->name);
    if (side->kind == HN_SIDE_OTHER)
        st = hn_process_load(side->session->runtime, 0, &call->arena, &process);
    if (!st)
        st = hn_moment_take(side->session->runtime,
                            side->kind == HN_SIDE_OTHER ? &process : &call->process,
                            options, ret);
    hn_call_note_heap(call, &ret->heap.sums);
    if (st) {
        call->session->err = side->session->err;
        return st;
    }
    hn_side_release(call, side);
    ret->facts.inconsistent = !side->session->target->consistent;
    call->doing = NULL;
    return HN_OK;
}

static enum hn_status
read_pickle(struct hn_call *call, const struct hn_side *side, struct hn_moment *ret)
{
    ret->facts.kind = HN_MOMENT_TRACES;
    return hn_side_read_pickle(call, side, &ret->arena, &ret->traces);
}

enum hn_status
hn_call_open_moment(struct hn_call *call, const char *word,
                    const struct hn_moment_options *options, struct hn_moment *ret)
{
    const struct hn_snapshot_parts parts = { .objects = options->objects,
                                             .traces = true };
    struct hn_side side;
    enum hn_status st = hn_side_open(call, word, &side);

    if (!st && side.kind == HN_SIDE_SNAPSHOT)
        st = hn_call_read_snapshot(call, side.path, &parts, ret);
    else if (!st && side.kind == HN_SIDE_PICKLE)
        st = read_pickle(call, &side, ret);
    else if (!st)
        st = take_side(call, &side, options, ret);
    ret->name = side.name;
    /* Names and values were copied; the process or core is not needed any more. */
    hn_moment_detach(ret, call->session->host, &call->session->err);
    hn_side_close(&side);
    return st;
}

enum hn_status
hn_call_read_snapshot(struct hn_call *call, const char *path,
                      const struct hn_snapshot_parts *parts, struct hn_moment *ret)
{
    enum hn_status st;

    call->doing = hn_arena_format(&call->arena, "read snapshot %s", path);
    ret->name = path;
    st = hn_snapshot_read(path, parts, call->session->host, &call->session->err, ret);
    if (!st)
        call->doing = NULL;
    return st;
}

void
hn_call_put_moment(struct hn_call *call, const struct hn_moment *moment)
{
    if (call->common.json) {
        hn_json_open_object(&call->json, "snapshot");
        hn_document_moment(&call->json, &moment->facts);
        hn_json_close_object(&call->json);
    } else {
        hn_moment_put(&call->out.text, &call->look, &moment->facts);
        hn_text_putc(&call->out.text, '\n');
    }
}
