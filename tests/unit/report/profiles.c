/* Profiles made by hand. */
#include "profiles.h"

#include <stdlib.h>
#include <string.h>

enum { USUAL_ROOM = 4096 };

static void *
room_for(struct profile_builder *builder, size_t item_size)
{
    void *items = hn_arena_array(&builder->arena, builder->room, item_size);

    if (!items)
        abort();
    return items;
}

static size_t
one_more(const struct profile_builder *builder, size_t *count)
{
    if (*count >= builder->room)
        abort();
    return (*count)++;
}

void
profile_builder_init(struct profile_builder *builder)
{
    profile_builder_init_large(builder, USUAL_ROOM);
}

void
profile_builder_init_large(struct profile_builder *builder, size_t room)
{
    struct hn_profile *p = &builder->profile;

    *builder = (struct profile_builder){
        .room = room,
        .profile = { .began = 1700000000, .interval_ns = 10000000, .ended = "" }
    };
    hn_arena_init(&builder->arena);
    p->processes = room_for(builder, sizeof(*p->processes));
    p->threads = room_for(builder, sizeof(*p->threads));
    p->functions = room_for(builder, sizeof(*p->functions));
    p->frames = room_for(builder, sizeof(*p->frames));
    p->nodes = room_for(builder, sizeof(*p->nodes));
    p->counts = room_for(builder, sizeof(*p->counts));
    p->spans = room_for(builder, sizeof(*p->spans));
    p->notes = room_for(builder, sizeof(*p->notes));
    p->node_count = 1;
    builder->nodes = room_for(builder, 2 * sizeof(*builder->nodes));
}

void
profile_builder_deinit(struct profile_builder *builder)
{
    hn_arena_deinit(&builder->arena);
}

uint32_t
add_process(struct profile_builder *builder, int64_t pid, const char *executable)
{
    struct hn_profile *p = &builder->profile;
    size_t i = one_more(builder, &p->process_count);
    const char **arguments = room_for(builder, sizeof(*arguments));

    arguments[0] = executable;
    arguments[1] = "app.py";
    p->processes[i] =
        (struct hn_profile_process){ pid, executable, arguments, "3.12.1" };
    return (uint32_t)i;
}

uint32_t
add_thread(struct profile_builder *builder, uint32_t process, int64_t native_id,
           const char *name)
{
    struct hn_profile *p = &builder->profile;
    size_t i = one_more(builder, &p->thread_count);

    p->threads[i] =
        (struct hn_profile_thread){ process, native_id, 0, name,
                                    native_id == p->processes[process].pid };
    return (uint32_t)i;
}

uint32_t
add_function(struct profile_builder *builder, const char *name, const char *file,
             int32_t first_line, enum hn_profile_kind kind)
{
    struct hn_profile *p = &builder->profile;
    size_t i = one_more(builder, &p->function_count);

    p->functions[i] = (struct hn_profile_function){ name, file, first_line, kind };
    return (uint32_t)i;
}

void
add_note(struct profile_builder *builder, const char *note)
{
    struct hn_profile *p = &builder->profile;
    const char **notes = (const char **)p->notes;

    notes[one_more(builder, &p->note_count)] = note;
}

static uint32_t
find_frame(struct profile_builder *builder, struct place place)
{
    struct hn_profile *p = &builder->profile;
    size_t i;

    for (i = 0; i < p->frame_count; i++)
        if (p->frames[i].function == place.function && p->frames[i].line == place.line)
            return (uint32_t)i;
    i = one_more(builder, &p->frame_count);
    p->frames[i] = (struct hn_profile_frame){ place.function, place.line };
    return (uint32_t)i;
}

static uint32_t
find_node(struct profile_builder *builder, uint32_t parent, uint32_t frame)
{
    struct hn_profile *p = &builder->profile;
    size_t slots = 2 * builder->room; /* never more than half full */
    size_t slot = (parent * 2654435761u ^ frame * 40503u) % slots;
    size_t i;

    for (; builder->nodes[slot]; slot = (slot + 1) % slots) {
        const struct hn_profile_node *node = &p->nodes[builder->nodes[slot]];

        if (node->parent == parent && node->frame == frame)
            return builder->nodes[slot];
    }
    i = one_more(builder, &p->node_count);
    p->nodes[i] = (struct hn_profile_node){ parent, frame };
    builder->nodes[slot] = (uint32_t)i;
    return (uint32_t)i;
}

uint32_t
find_stack(struct profile_builder *builder, const struct place *places, size_t depth)
{
    uint32_t node = 0;

    for (size_t i = 0; i < depth; i++)
        node = find_node(builder, node, find_frame(builder, places[i]));
    return node;
}

void
add_samples(struct profile_builder *builder, uint32_t thread, uint32_t state,
            uint32_t samples, const struct place *places, size_t depth)
{
    struct hn_profile *p = &builder->profile;
    uint32_t node = find_stack(builder, places, depth);
    uint64_t end = builder->now_ns + samples * p->interval_ns;

    p->counts[one_more(builder, &p->count_count)] =
        (struct hn_profile_count){ thread, node, state, samples };
    p->spans[one_more(builder, &p->span_count)] =
        (struct hn_profile_span){ builder->now_ns, end, thread, node, state, samples };
    builder->now_ns = end;
    p->duration_ns = end;
    p->stacks += samples;
    p->taken += samples;
    p->on_time += samples;
}

void
add_growth(struct profile_builder *builder, uint32_t thread, int64_t bytes,
           uint64_t samples, const struct place *places, size_t depth)
{
    struct hn_profile *p = &builder->profile;

    if (!p->growth)
        p->growth = room_for(builder, sizeof(*p->growth));
    p->growth[one_more(builder, &p->growth_count)] =
        (struct hn_profile_growth){ thread, find_stack(builder, places, depth), bytes,
                                    samples };
}

void
add_resident(struct profile_builder *builder, uint64_t at_ns, uint32_t process,
             uint64_t bytes)
{
    struct hn_profile *p = &builder->profile;

    if (!p->resident)
        p->resident = room_for(builder, sizeof(*p->resident));
    p->resident[one_more(builder, &p->resident_count)] =
        (struct hn_profile_resident){ at_ns, process, bytes };
}
