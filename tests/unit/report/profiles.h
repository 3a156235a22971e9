/* Profiles made by hand: stacks are told frame by frame, and the tree is made of them
 * as a sampler would. Tests only: memory that runs out ends the program. */
#ifndef TESTS_REPORT_PROFILES_H
#define TESTS_REPORT_PROFILES_H

#include "base/arena.h"
#include "model/profile.h"

struct profile_builder {
    struct hn_arena arena;
    struct hn_profile profile;
    uint64_t now_ns; /* where the next span begins */
    size_t room;     /* of every list */
    uint32_t *nodes; /* found by parent and frame: a hash table; 0 is free */
};

/* A frame of a stack: a line of a function. */
struct place {
    uint32_t function;
    int32_t line;
};

/* 100 samples a second, wall mode, nothing sampled yet. */
void
profile_builder_init(struct profile_builder *builder);

/* With room for @room of everything; the other has enough for a small test. */
void
profile_builder_init_large(struct profile_builder *builder, size_t room);
void
profile_builder_deinit(struct profile_builder *builder);

/* Each returns the index of what it added. */
uint32_t
add_process(struct profile_builder *builder, int64_t pid, const char *executable);
uint32_t
add_thread(struct profile_builder *builder, uint32_t process, int64_t native_id,
           const char *name);
uint32_t
add_function(struct profile_builder *builder, const char *name, const char *file,
             int32_t first_line, enum hn_profile_kind kind);

void
add_note(struct profile_builder *builder, const char *note);

/* The node of a stack, outermost frame first. */
uint32_t
find_stack(struct profile_builder *builder, const struct place *places, size_t depth);

/* @samples stacks of @thread; a span as long is added to the time line. */
void
add_samples(struct profile_builder *builder, uint32_t thread, uint32_t state,
            uint32_t samples, const struct place *places, size_t depth);

void
add_growth(struct profile_builder *builder, uint32_t thread, int64_t bytes,
           uint64_t samples, const struct place *places, size_t depth);

void
add_resident(struct profile_builder *builder, uint64_t at_ns, uint32_t process,
             uint64_t bytes);

/* Whole profiles, in profiles_rich.c: one with everything that makes formats break; a
 * later run of the same program; one with more samples than 32 bits hold, and without a
 * time line. They init the builder. */
void
build_rich(struct profile_builder *builder);
void
build_second(struct profile_builder *builder);
void
build_huge(struct profile_builder *builder);

#define STACK(...)                         \
    (const struct place[]){ __VA_ARGS__ }, \
        sizeof((const struct place[]){ __VA_ARGS__ }) / sizeof(struct place)

#endif
