/* Profiles made by hand, a stack at a time, for tests of what is written from them. */
#ifndef TESTS_REPORT_PROFILES_H
#define TESTS_REPORT_PROFILES_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/profile.h"

/* Room for all that a test puts in; a stack beyond it is an error of the test. */
enum {
    MAX_FUNCTIONS = 4096,
    MAX_FRAMES = 16384,
    MAX_NODES = 1 << 17,
    MAX_COUNTS = 1 << 17,
    MAX_POINTS = 8192,
    NODE_SLOTS = 1 << 19
};

struct profile_builder {
    struct hn_profile profile;
    struct hn_profile_process processes[8];
    struct hn_profile_thread threads[64];
    struct hn_profile_function functions[MAX_FUNCTIONS];
    struct hn_profile_frame frames[MAX_FRAMES];
    struct hn_profile_node nodes[MAX_NODES];
    struct hn_profile_count counts[MAX_COUNTS];
    struct hn_profile_growth growth[MAX_COUNTS];
    struct hn_profile_resident resident[MAX_POINTS];
    uint32_t slots[NODE_SLOTS]; /* nodes by parent and frame; 0: free */
};

/* As assert(), in every build. */
static inline void
must(bool holds)
{
    if (holds)
        return;
    fputs("the test needs more room: see tests/unit/report/profiles.h\n", stderr);
    abort();
}

/* Free it with free(). Its profile is empty: no process, no sample. */
static inline struct profile_builder *
profile_builder_create(void)
{
    struct profile_builder *builder = calloc(1, sizeof(*builder));
    struct hn_profile *profile;

    must(builder != NULL);
    profile = &builder->profile;
    profile->ended = "";
    profile->interval_ns = 1000000;
    profile->processes = builder->processes;
    profile->threads = builder->threads;
    profile->functions = builder->functions;
    profile->frames = builder->frames;
    profile->nodes = builder->nodes;
    profile->node_count = 1;
    profile->counts = builder->counts;
    profile->growth = builder->growth;
    profile->resident = builder->resident;
    return builder;
}

static inline uint32_t
add_process(struct profile_builder *builder, int64_t pid, const char *const *arguments)
{
    struct hn_profile *profile = &builder->profile;

    builder->processes[profile->process_count] = (struct hn_profile_process){
        .pid = pid,
        .executable = "/usr/bin/python3.12",
        .arguments = arguments,
        .version = "3.12.7",
    };
    return (uint32_t)profile->process_count++;
}

static inline uint32_t
add_thread(struct profile_builder *builder, uint32_t process, int64_t id,
           const char *name)
{
    struct hn_profile *profile = &builder->profile;

    builder->threads[profile->thread_count] =
        (struct hn_profile_thread){ .process = process,
                                    .native_id = id,
                                    .name = name,
                                    .main = id == builder->processes[process].pid };
    return (uint32_t)profile->thread_count++;
}

static inline uint32_t
add_function(struct profile_builder *builder, const char *name, const char *file,
             int32_t first_line, enum hn_profile_kind kind)
{
    struct hn_profile *profile = &builder->profile;

    must(profile->function_count < MAX_FUNCTIONS);
    builder->functions[profile->function_count] =
        (struct hn_profile_function){ name, file, first_line, kind };
    return (uint32_t)profile->function_count++;
}

static inline uint32_t
add_frame(struct profile_builder *builder, uint32_t function, int32_t line)
{
    struct hn_profile *profile = &builder->profile;

    for (size_t i = profile->frame_count; i > 0; i--)
        if (builder->frames[i - 1].function == function
            && builder->frames[i - 1].line == line)
            return (uint32_t)(i - 1);
    must(profile->frame_count < MAX_FRAMES);
    builder->frames[profile->frame_count] = (struct hn_profile_frame){ function, line };
    return (uint32_t)profile->frame_count++;
}

/* The stack of @parent with @frame called by it. */
static inline uint32_t
add_node(struct profile_builder *builder, uint32_t parent, uint32_t frame)
{
    struct hn_profile *profile = &builder->profile;
    uint32_t slot = (parent * 2654435761u ^ frame * 40503u) % NODE_SLOTS;

    for (; builder->slots[slot]; slot = (slot + 1) % NODE_SLOTS) {
        const struct hn_profile_node *node = &builder->nodes[builder->slots[slot]];

        if (node->parent == parent && node->frame == frame)
            return builder->slots[slot];
    }
    must(profile->node_count < MAX_NODES);
    builder->slots[slot] = (uint32_t)profile->node_count;
    builder->nodes[profile->node_count] = (struct hn_profile_node){ parent, frame };
    return (uint32_t)profile->node_count++;
}

static inline void
add_count(struct profile_builder *builder, uint32_t thread, uint32_t node,
          uint32_t state, uint64_t samples)
{
    struct hn_profile *profile = &builder->profile;

    must(profile->count_count < MAX_COUNTS);
    builder->counts[profile->count_count++] =
        (struct hn_profile_count){ thread, node, state, samples };
    profile->stacks += samples;
}

static inline void
add_growth(struct profile_builder *builder, uint32_t thread, uint32_t node,
           int64_t bytes, uint64_t samples)
{
    struct hn_profile *profile = &builder->profile;

    must(profile->growth_count < MAX_COUNTS);
    builder->growth[profile->growth_count++] =
        (struct hn_profile_growth){ thread, node, bytes, samples };
}

static inline void
add_resident(struct profile_builder *builder, uint64_t at_ns, uint32_t process,
             uint64_t bytes)
{
    struct hn_profile *profile = &builder->profile;

    must(profile->resident_count < MAX_POINTS);
    builder->resident[profile->resident_count++] =
        (struct hn_profile_resident){ at_ns, process, bytes };
}

#endif
