/* What the snapshot commands share: which moment a word names, and reading it. */
#ifndef HN_COMMAND_MOMENTS_H
#define HN_COMMAND_MOMENTS_H

#include "command/call.h"
#include "snapshot/moment.h"
#include "snapshot/snapshot.h"

/* enum hn_moment_graph, in the words of the option. */
extern const char *const hn_moment_graph_words[];

/* Takes the moment of the call's own target, which stands still until
 * hn_call_release(). Damage becomes notes. @ret was initialised. */
HN_MUST_CHECK enum hn_status
hn_call_take_moment(struct hn_call *call, const struct hn_moment_options *options,
                    struct hn_moment *ret);

/* The moment that @word names: "." the current target, digits a process, else a file:
 * a snapshot, what Snapshot.dump() of the tracemalloc module wrote, or a core. Other
 * processes and cores are opened in a session of their own and closed again. @ret was
 * initialised; its heap has no runtime behind it afterwards. */
HN_MUST_CHECK enum hn_status
hn_call_open_moment(struct hn_call *call, const char *word,
                    const struct hn_moment_options *options, struct hn_moment *ret);

/* The same with a file that must be a snapshot. */
HN_MUST_CHECK enum hn_status
hn_call_read_snapshot(struct hn_call *call, const char *path,
                      const struct hn_snapshot_parts *parts, struct hn_moment *ret);

/* Says of what the moment is, in text or as the member "snapshot". */
void
hn_call_put_moment(struct hn_call *call, const struct hn_moment *moment);

#endif
