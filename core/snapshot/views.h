/* What the heap's views found when the moment was taken: texts, the ledger, and with
 * the graph of all objects what retains most, suspects, cycles and the map of what
 * keeps what alive. Their tables are those of the views' own results (model/). */
#ifndef HN_SNAPSHOT_VIEWS_H
#define HN_SNAPSHOT_VIEWS_H

#include "snapshot/database.h"
#include "snapshot/moment.h"

void
hn_views_put(struct hn_database *db, const struct hn_moment *moment);

/* Of what a file lacks, moment->has_graph, ->has_ledger and ->has_suspects stay false.
 */
void
hn_views_get(struct hn_database *db, struct hn_moment *moment);

/* Labels, roots and names of moment->links. */
void
hn_views_get_links(struct hn_database *db, struct hn_moment *moment);

#endif
