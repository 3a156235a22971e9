/* Lines of the target's source files, read once per file and only when asked for. */
#ifndef HN_COMMAND_SOURCE_H
#define HN_COMMAND_SOURCE_H

#include "model/listing.h"
#include "model/stack.h"
#include "target/target.h"

struct hn_source_file;

struct hn_sources {
    struct hn_target *target; /* opens files as the target would; NULL: as we would */
    struct hn_arena *arena;   /* lines live here */
    struct hn_source_file *files;
};

void
hn_sources_init(struct hn_sources *sources, struct hn_target *target,
                struct hn_arena *arena);

void
hn_sources_deinit(struct hn_sources *sources);

/* Fills in source and indent of every frame whose line can be had. */
void
hn_sources_fill(struct hn_sources *sources, struct hn_stack *stack);

/* Lines @first to @last of @file as far as it goes. HN_DONE, with the reason in the
 * target's error slot, if there are none. */
HN_MUST_CHECK enum hn_status
hn_sources_list(struct hn_sources *sources, const char *file, uint64_t first,
                uint64_t last, struct hn_listing *ret);

#endif
