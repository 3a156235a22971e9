/* Who holds the memory of a moment; see holders.c. */
#ifndef HN_SNAPSHOT_HOLDERS_H
#define HN_SNAPSHOT_HOLDERS_H

#include "snapshot/moment.h"

/* Fills moment->retained, ->places, ->suspects, ->cycles and ->treemap from the graph
 * of its objects, which must have their process behind them; with @links also ->links.
 * HN_E_NOMEM, HN_E_INTERRUPTED. */
HN_MUST_CHECK enum hn_status
hn_holders_take(struct hn_moment *moment, const struct hn_process *process, bool links);

#endif
