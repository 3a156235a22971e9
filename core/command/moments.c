/* Moments of processes, cores and files: see moments.h. */
#include "command/moments.h"

#include <inttypes.h>
#include <string.h>

#include "command/heap.h"
#include "command/traces.h"
#include "report/snapshot.h"

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
    if (st)
        return st;
    hn_call_release(call);
    call->doing = NULL;
    return HN_OK;
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
