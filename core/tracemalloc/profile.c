/* A tree of the tracebacks, told from outside in: see profile.h. */
#include "tracemalloc/profile.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/index.h"

struct tree {
    const struct hn_traces *traces;
    struct hn_arena *arena;
    struct hn_profile *profile;
    struct hn_index frames, nodes; /* by (file, line); by (parent, frame) */
    size_t node_room;
    uint64_t *bytes; /* by traceback */
};

static const char *
base_name(const char *file)
{
    const char *slash = strrchr(file, '/');

    return slash && slash[1] ? slash + 1 : file;
}

/* There are at most as many distinct frames as frames: room was made for all. */
static uint32_t
frame_number(struct tree *t, const struct hn_trace_frame *frame)
{
    struct hn_profile *profile = t->profile;
    uint64_t word = (uint64_t)frame->file << 32 | frame->line;
    uint32_t number = hn_index_find(&t->frames, word, NULL, NULL);
    const char *file = t->traces->files[frame->file].name;

    if (number != HN_INDEX_NONE)
        return number;
    number = (uint32_t)profile->frame_count;
    if (!hn_index_add(&t->frames, word, number))
        return HN_INDEX_NONE;
    profile->functions[number] = (struct hn_profile_function){
        .name = hn_arena_format(t->arena, "%s:%" PRIu32, base_name(file), frame->line),
        .file = file,
        .first_line = (int32_t)frame->line,
        .kind = HN_PROFILE_PYTHON,
    };
    profile->frames[number] = (struct hn_profile_frame){ number, (int32_t)frame->line };
    profile->frame_count = profile->function_count = (size_t)number + 1;
    return profile->functions[number].name ? number : HN_INDEX_NONE;
}

static uint32_t
node_number(struct tree *t, uint32_t parent, uint32_t frame)
{
    struct hn_profile *profile = t->profile;
    uint64_t word = (uint64_t)parent << 32 | frame;
    uint32_t number = hn_index_find(&t->nodes, word, NULL, NULL);

    if (number != HN_INDEX_NONE)
        return number;
    number = (uint32_t)profile->node_count;
    if (!hn_index_add(&t->nodes, word, number))
        return HN_INDEX_NONE;
    profile->nodes[number] = (struct hn_profile_node){ parent, frame };
    profile->node_count++;
    return number;
}

/* The most recent call comes first in a traceback and last in the tree. */
static bool
add_stack(struct tree *t, const struct hn_trace_stack *stack, uint64_t bytes)
{
    struct hn_profile *profile = t->profile;
    uint32_t node = 0;

    for (uint32_t i = stack->count; i-- > 0;) {
        uint32_t frame = frame_number(t, &t->traces->frames[stack->first + i]);

        if (frame == HN_INDEX_NONE)
            return false;
        node = node_number(t, node, frame);
        if (node == HN_INDEX_NONE)
            return false;
    }
    profile->counts[profile->count_count++] =
        (struct hn_profile_count){ .node = node, .samples = bytes };
    profile->stacks++;
    profile->taken += bytes;
    return true;
}

static bool
add_up(struct tree *t, const struct hn_trace_selection *selection)
{
    const struct hn_traces *traces = t->traces;

    t->bytes = calloc(traces->stack_count + 1, sizeof(*t->bytes));
    if (!t->bytes)
        return false;
    for (size_t i = 0; i < traces->count; i++) {
        const struct hn_trace *trace = &traces->traces[i];
        const struct hn_trace_stack *stack = &traces->stacks[trace->stack];

        if ((selection->has_domain && selection->domain != trace->domain)
            || (stack->count
                && !hn_trace_is_selected(traces, selection,
                                         &traces->frames[stack->first])))
            continue;
        t->bytes[trace->stack] += trace->size;
        t->profile->blocks++;
    }
    return true;
}

static bool
make_room(struct tree *t)
{
    const struct hn_traces *traces = t->traces;
    struct hn_profile *profile = t->profile;
    size_t frames = traces->frame_count + 1;

    profile->functions = hn_arena_array(t->arena, frames, sizeof(*profile->functions));
    profile->frames = hn_arena_array(t->arena, frames, sizeof(*profile->frames));
    profile->nodes = hn_arena_array(t->arena, frames, sizeof(*profile->nodes));
    profile->counts =
        hn_arena_array(t->arena, traces->stack_count + 1, sizeof(*profile->counts));
    profile->node_count = 1;
    return profile->functions && profile->frames && profile->nodes && profile->counts;
}

static bool
describe(struct tree *t, const struct hn_process *process)
{
    struct hn_profile *profile = t->profile;
    struct hn_profile_process *of = hn_arena_alloc(t->arena, sizeof(*of));
    struct hn_profile_thread *thread = hn_arena_alloc(t->arena, sizeof(*thread));

    if (!of || !thread)
        return false;
    *of = (struct hn_profile_process){ process->pid, process->executable,
                                       process->arguments, process->version };
    *thread = (struct hn_profile_thread){ .name = "", .main = true };
    profile->is_memory = true;
    profile->interval_ns = 1;
    profile->ended = "";
    profile->began = process->core_path ? process->core_time : (int64_t)time(NULL);
    profile->processes = of;
    profile->threads = thread;
    profile->process_count = profile->thread_count = 1;
    return true;
}

static bool
build(struct tree *t, const struct hn_trace_selection *selection,
      const struct hn_process *process)
{
    const struct hn_traces *traces = t->traces;

    if (!describe(t, process) || !make_room(t) || !add_up(t, selection))
        return false;
    for (size_t i = 0; i < traces->stack_count; i++)
        if (t->bytes[i] && !add_stack(t, &traces->stacks[i], t->bytes[i]))
            return false;
    return true;
}

enum hn_status
hn_traces_profile(const struct hn_traces *traces,
                  const struct hn_trace_selection *selection,
                  const struct hn_process *process, struct hn_arena *arena,
                  struct hn_profile *ret)
{
    struct tree t = { .traces = traces, .arena = arena, .profile = ret };
    bool built;

    memset(ret, 0, sizeof(*ret));
    hn_index_init(&t.frames);
    hn_index_init(&t.nodes);
    built = build(&t, selection, process);
    hn_index_deinit(&t.frames);
    hn_index_deinit(&t.nodes);
    free(t.bytes);
    return built ? HN_OK : HN_E_NOMEM;
}
