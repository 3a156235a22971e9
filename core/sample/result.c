/* From raw counts to a profile: functions, lines and stacks that differ by them.
 *
 * What was counted is copied while the mutex is held, and put in order after that, so
 * that a sampler which goes on misses next to nothing. */
#include "sample/state.h"

#include <stdlib.h>
#include <string.h>

#include "objects/linetable.h"

/* One sample in so many that was held up is worth a note. */
enum { HELD_UP_TOLD = 100 };

/* What the sampler had, as of one moment. Node numbers and thread numbers are its. */
struct copy {
    struct hn_code *contents;
    uint32_t content_count;
    struct hn_tree_node *nodes;
    uint32_t node_count, pair_count;
    struct hn_native_place *places;
    uint32_t place_count;
    const char **names; /* of tasks */
    uint32_t name_count;
    struct hn_tree_node *chains, *marked; /* see tasks.h */
    uint32_t chain_count, marked_count;
    struct hn_tally *tallies;
    uint32_t tally_count;
    struct hn_profile_span *spans;
    enum hn_linetable_format linetable;
    bool tree_full;
    uint64_t lost;
};

/* Old numbers to new ones, and what is made. */
struct build {
    struct hn_arena *arena;
    struct hn_profile *profile;
    struct copy copy;
    struct hn_tree functions; /* (name, file, line) by content; see map_contents() */
    struct hn_tree frames;    /* (function, line) */
    struct hn_tree nodes;     /* (parent, frame) */
    struct hn_counts counts;
    uint32_t *function_of;    /* by content */
    uint32_t first_native;    /* function of place 0 */
    uint32_t first_task;      /* function of name 0 */
    uint32_t *node_of;        /* by old node */
    uint32_t *marked_of;      /* by marked stack */
    struct hn_judged *judged; /* by old node */
    uint32_t lost_node;
};

static void *
duplicate(const void *bytes, size_t count, size_t size)
{
    void *copy = malloc(count * size + 1);

    if (copy && count > 0)
        memcpy(copy, bytes, count * size);
    return copy;
}

static void
free_copy(struct copy *c)
{
    free(c->contents);
    free(c->nodes);
    free(c->tallies);
    free(c->places);
    free(c->names);
    free(c->chains);
    free(c->marked);
}

/* --- with the mutex held */

static bool
copy_contents(const struct hn_sampler *s, struct copy *c)
{
    c->content_count = s->codes.content_count;
    c->contents = malloc(c->content_count * sizeof(*c->contents) + 1);
    if (!c->contents)
        return false;
    /* By value: a qualified name may be found later, by the sampling thread. */
    for (uint32_t i = 0; i < c->content_count; i++)
        c->contents[i] = *s->codes.contents[i];
    return true;
}

static bool
copy_threads(const struct hn_sampler *s, struct hn_arena *arena, struct hn_profile *p)
{
    p->threads = hn_arena_array(arena, s->thread_count, sizeof(*p->threads));
    if (!p->threads)
        return false;
    for (uint32_t i = 0; i < s->thread_count; i++) {
        const struct hn_sampled_thread *t = &s->threads[i];

        p->threads[i] = (struct hn_profile_thread){
            .process = t->process,
            .native_id = t->native_id,
            .interpreter = t->interpreter,
            .name = hn_arena_copy(arena, t->name, strlen(t->name)),
            .main = t->main,
        };
        if (!p->threads[i].name)
            return false;
    }
    p->thread_count = s->thread_count;
    return true;
}

/* With room for one more. */
static const char **
copy_strings(struct hn_arena *arena, const char *const *strings, size_t count)
{
    const char **copy = hn_arena_array(arena, count + 1, sizeof(*copy));

    for (size_t i = 0; copy && i < count; i++) {
        copy[i] = hn_arena_copy(arena, strings[i], strlen(strings[i]));
        if (!copy[i])
            return NULL;
    }
    return copy;
}

/* What the sampler noted, and what is to be known of all samples. */
static bool
copy_notes(const struct hn_sampler *s, struct hn_arena *arena, struct hn_profile *p)
{
    uint64_t taken = atomic_load_explicit(&s->taken, memory_order_relaxed);
    const char **notes = copy_strings(arena, s->notes, s->note_count);

    p->notes = notes;
    p->note_count = s->note_count;
    if (notes && s->held_up * HELD_UP_TOLD >= taken && s->held_up > 0) {
        notes[p->note_count] = hn_arena_format(
            arena,
            "%.1f %% of the samples were held up, as while a process maps or unmaps "
            "memory: what it did then is counted as what it did right afterwards",
            100.0 * (double)s->held_up / (double)(taken ? taken : 1));
        if (!notes[p->note_count++])
            return false;
    }
    return notes != NULL;
}

static bool
copy_processes(const struct hn_sampler *s, struct hn_arena *arena, struct hn_profile *p)
{
    p->processes = hn_arena_array(arena, s->process_count, sizeof(*p->processes));
    if (!p->processes)
        return false;
    for (uint32_t i = 0; i < s->process_count; i++) {
        const struct hn_sampled_process *from = &s->processes[i];
        const struct hn_target *target = from->watch->target;
        const char *version = from->version ? from->version : "";
        size_t count = 0;

        while (target->argv[count])
            count++;
        p->processes[i] = (struct hn_profile_process){
            .pid = from->pid,
            .executable = hn_arena_copy(arena, target->exe, strlen(target->exe)),
            .arguments = copy_strings(arena, target->argv, count),
            .version = hn_arena_copy(arena, version, strlen(version)),
        };
        if (!p->processes[i].executable || !p->processes[i].arguments
            || !p->processes[i].version)
            return false;
    }
    p->process_count = s->process_count;
    return true;
}

static bool
copy_series(const struct hn_sampler *s, struct hn_arena *arena, struct hn_profile *p)
{
    p->resident = hn_arena_array(arena, s->resident_count, sizeof(*p->resident));
    p->spans = hn_arena_array(arena, s->span_count, sizeof(*p->spans));
    if (!p->resident || !p->spans || !copy_notes(s, arena, p))
        return false;
    if (s->resident_count > 0)
        memcpy(p->resident, s->resident, s->resident_count * sizeof(*p->resident));
    if (s->span_count > 0)
        memcpy(p->spans, s->spans, s->span_count * sizeof(*p->spans));
    p->resident_count = s->resident_count;
    p->span_count = s->span_count;
    p->timeline_cut = s->spans_cut;
    return true;
}

static void
copy_numbers(const struct hn_sampler *s, struct hn_profile *p)
{
    p->began = s->began;
    p->duration_ns = s->end_ns - s->begin_ns;
    p->interval_ns = s->options.interval_ns;
    p->mode = s->options.mode;
    p->ended = s->ended;
    p->taken = atomic_load_explicit(&s->taken, memory_order_relaxed);
    p->missed = atomic_load_explicit(&s->missed, memory_order_relaxed);
    p->stacks = atomic_load_explicit(&s->stacks, memory_order_relaxed);
    p->discarded = atomic_load_explicit(&s->discarded, memory_order_relaxed);
    p->on_time = s->on_time;
    p->stopped_ns = s->stopped_ns;
}

static bool
copy_marks(const struct hn_task_marks *m, struct copy *c)
{
    c->name_count = m->name_count; /* names themselves stay where they are */
    c->names = duplicate(m->names, m->name_count, sizeof(*c->names));
    c->chain_count = m->chains.count;
    c->chains = duplicate(m->chains.nodes, m->chains.count, sizeof(*c->chains));
    c->marked_count = m->marked.count;
    c->marked = duplicate(m->marked.nodes, m->marked.count, sizeof(*c->marked));
    return c->names && c->chains && c->marked;
}

static bool
any_wanted(const struct hn_sampler *s)
{
    for (uint32_t i = 0; i < s->thread_count; i++)
        if (!s->threads[i].unwanted)
            return true;
    return false;
}

static bool
copy_all(struct hn_sampler *s, struct hn_arena *arena, struct hn_profile *p,
         struct copy *c)
{
    if (s->processes[0].watch && !s->processes[0].ended)
        hn_sampler_name_threads(s, &s->processes[0], hn_sampler_clock(), true);
    if (s->tree.full || s->lost > 0)
        hn_sampler_note(s, "there were more distinct stacks than are kept: new ones "
                           "were counted as one");
    if (s->codes.full)
        hn_sampler_note(s, "there were more distinct code objects than are kept");
    if (s->wanted && !any_wanted(s))
        hn_sampler_note(s, "no thread has the number, native id or name that was asked "
                           "for");
    if (s->marks.names_full)
        hn_sampler_note(s, "there were more names of tasks than are told apart: later "
                           "ones go by their function");
    c->linetable = s->processes[0].watch->rt->py.layout.formats.linetable;
    c->tree_full = s->tree.full;
    c->lost = s->lost;
    c->node_count = s->tree.count;
    c->pair_count = s->pairs.index.count;
    c->nodes = duplicate(s->tree.nodes, s->tree.count, sizeof(*c->nodes));
    c->tally_count = s->counts.count;
    c->tallies = duplicate(s->counts.items, s->counts.count, sizeof(*c->tallies));
    c->place_count = s->natives.count;
    c->places = duplicate(s->natives.places, s->natives.count, sizeof(*c->places));
    copy_numbers(s, p);
    return c->nodes && c->tallies && c->places && copy_marks(&s->marks, c)
           && copy_contents(s, c) && copy_threads(s, arena, p)
           && copy_processes(s, arena, p) && copy_series(s, arena, p);
}

/* --- functions */

static uint64_t
hash_function(const struct hn_code *code)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint32_t)code->first_line;
    const char *texts[] = { code->qualname, code->file };

    for (size_t i = 0; i < 2; i++)
        for (const char *c = texts[i]; *c; c++)
            hash = (hash ^ (uint8_t)*c) * UINT64_C(1099511628211);
    return hash;
}

static bool
same_function(const struct hn_code *a, const struct hn_code *b)
{
    return a->first_line == b->first_line && strcmp(a->qualname, b->qualname) == 0
           && strcmp(a->file, b->file) == 0;
}

static bool
fill_function(struct build *b, uint32_t index, const struct hn_code *code)
{
    struct hn_profile_function *f = &b->profile->functions[index];

    f->name = hn_arena_copy(b->arena, code->qualname, strlen(code->qualname));
    f->file = hn_arena_copy(b->arena, code->file, strlen(code->file));
    f->first_line = code->first_line;
    f->kind = HN_PROFILE_PYTHON;
    return f->name && f->file;
}

static bool
fill_native(struct build *b, uint32_t index, const struct hn_native_place *place)
{
    struct hn_profile_function *f = &b->profile->functions[index];

    f->name = hn_arena_copy(b->arena, place->name, strlen(place->name));
    f->file = hn_arena_copy(b->arena, place->file, strlen(place->file));
    f->kind = HN_PROFILE_NATIVE;
    return f->name && f->file;
}

static bool
fill_task(struct build *b, uint32_t index, const char *name)
{
    struct hn_profile_function *f = &b->profile->functions[index];

    f->name = hn_arena_copy(b->arena, name, strlen(name));
    f->file = "";
    f->kind = HN_PROFILE_TASK;
    return f->name != NULL;
}

/* Contents may differ and yet be one function: made by the same lines of source with
 * other constants, or in another process. */
static bool
map_contents(struct build *b)
{
    const struct copy *c = &b->copy;
    size_t slot_count = 64;
    uint32_t *slots, count = 0;
    bool fine = true;

    while (slot_count < (size_t)c->content_count * 2)
        slot_count *= 2;
    slots = calloc(slot_count, sizeof(*slots)); /* content + 1 */
    b->function_of = calloc((size_t)c->content_count + 1, sizeof(*b->function_of));
    b->profile->functions = hn_arena_array(
        b->arena, (size_t)c->content_count + c->place_count + c->name_count + 1,
        sizeof(*b->profile->functions));
    fine = slots && b->function_of && b->profile->functions;
    for (uint32_t i = 0; fine && i < c->content_count; i++) {
        size_t at = hash_function(&c->contents[i]) & (slot_count - 1);

        while (slots[at] != 0
               && !same_function(&c->contents[slots[at] - 1], &c->contents[i]))
            at = (at + 1) & (slot_count - 1);
        if (slots[at] != 0) {
            b->function_of[i] = b->function_of[slots[at] - 1];
            continue;
        }
        slots[at] = i + 1;
        b->function_of[i] = count;
        fine = fill_function(b, count++, &c->contents[i]);
    }
    free(slots);
    b->first_native = count;
    for (uint32_t i = 0; fine && i < c->place_count; i++)
        fine = fill_native(b, count++, &c->places[i]);
    b->first_task = count;
    for (uint32_t i = 0; fine && i < c->name_count; i++)
        fine = fill_task(b, count++, c->names[i]);
    b->profile->function_count = count;
    return fine;
}

/* --- what is believed */

static uint32_t
unmarked(const struct copy *c, uint32_t node)
{
    return hn_is_marked(node) ? hn_marked_stack(c->marked, node)->parent : node;
}

/* What looks torn now that all is known. */
static bool
judge_stacks(struct build *b, bool native)
{
    const struct copy *c = &b->copy;
    struct hn_tree tree = { .nodes = c->nodes, .count = c->node_count };
    uint64_t *samples;
    bool fine;

    b->judged = calloc((size_t)c->node_count + 1, sizeof(*b->judged));
    if (native) /* nothing is torn where all stands still */
        return b->judged != NULL;
    samples = calloc((size_t)c->node_count + 1, sizeof(*samples));
    for (uint32_t i = 0; samples && i < c->tally_count; i++)
        if (c->tallies[i].node != HN_TREE_NONE)
            samples[unmarked(c, c->tallies[i].node)] += c->tallies[i].samples;
    fine = samples && b->judged
           && hn_pairs_judge(&tree, c->pair_count, samples, b->judged);
    free(samples);
    return fine;
}

/* --- frames and nodes */

static int32_t
line_of(const struct copy *c, uint32_t content, int32_t at)
{
    const struct hn_code *code = &c->contents[content];
    struct hn_position position;

    if (!hn_linetable_find(c->linetable, code->linetable, code->linetable_size,
                           code->first_line, at, &position))
        return -1;
    return position.line;
}

static uint32_t
frame_at(struct build *b, const struct hn_tree_node *node)
{
    if (node->code >= HN_TREE_NATIVE)
        return hn_tree_step(&b->frames, 0,
                            b->first_native + node->code - HN_TREE_NATIVE, -1);
    if (node->code >= HN_TREE_TASK)
        return hn_tree_step(&b->frames, 0, b->first_task + node->code - HN_TREE_TASK,
                            -1);
    return hn_tree_step(&b->frames, 0, b->function_of[node->code],
                        line_of(&b->copy, node->code, node->at));
}

/* The caller of an old node, where it stood when it called. */
static uint32_t
moved_caller(struct build *b, uint32_t node)
{
    uint32_t caller = b->copy.nodes[node].parent;
    struct hn_tree_node moved = b->copy.nodes[caller];
    uint32_t frame;

    moved.at = b->judged[node].at;
    frame = frame_at(b, &moved);
    if (frame == HN_TREE_NONE)
        return HN_TREE_NONE;
    return hn_tree_step(&b->nodes, b->nodes.nodes[b->node_of[caller]].parent, frame - 1,
                        0);
}

/* The new stack for each old one; parents come first in both. */
static bool
map_nodes(struct build *b)
{
    const struct copy *c = &b->copy;
    struct hn_tree lines; /* (content, at) asked for already, with the frame */
    uint32_t *frame_of;

    b->node_of = calloc((size_t)c->node_count + 1, sizeof(*b->node_of));
    frame_of = calloc((size_t)c->node_count + 1, sizeof(*frame_of));
    if (!hn_tree_init(&lines) || !b->node_of || !frame_of) {
        free(frame_of);
        return false;
    }
    for (uint32_t i = 1; i < c->node_count; i++) {
        const struct hn_tree_node *node = &c->nodes[i];
        uint32_t known = lines.count, caller = b->node_of[node->parent];
        uint32_t place = hn_tree_step(&lines, 0, node->code, node->at);

        if (place == known)
            frame_of[place] = frame_at(b, node);
        if (b->judged[i].moved)
            caller = moved_caller(b, i);
        if (place == HN_TREE_NONE || caller == HN_TREE_NONE)
            break;
        b->node_of[i] = hn_tree_step(&b->nodes, caller, frame_of[place] - 1, 0);
    }
    hn_tree_deinit(&lines);
    free(frame_of);
    return !b->frames.full && !b->nodes.full;
}

/* --- marked stacks */

/* @path: its nodes, the innermost first; returns how many. */
static uint32_t
path_to(const struct hn_tree_node *nodes, uint32_t node, uint32_t *path)
{
    uint32_t count = 0;

    for (; node != 0; node = nodes[node].parent)
        path[count++] = node;
    return count;
}

/* Puts the steps of a chain under @node. */
static uint32_t
put_chain(struct build *b, uint32_t node, uint32_t chain, uint32_t *path)
{
    uint32_t count = path_to(b->copy.chains, chain, path);

    while (count-- > 0 && node != HN_TREE_NONE) {
        uint32_t frame = frame_at(b, &b->copy.chains[path[count]]);

        node = frame == HN_TREE_NONE ? HN_TREE_NONE
                                     : hn_tree_step(&b->nodes, node, frame - 1, 0);
    }
    return node;
}

struct paths {
    uint32_t *old, *now, *chain;
};

/* @stack: (node, chain, how many functions of Python stand outside of it). Each of its
 * old nodes became one new node, callers that had gone on one where they called from.
 */
static uint32_t
map_marked(struct build *b, const struct hn_tree_node *stack, const struct paths *paths)
{
    const struct copy *c = &b->copy;
    uint32_t count = path_to(c->nodes, stack->parent, paths->old), node = 0;
    int32_t outside = 0;

    path_to(b->nodes.nodes, b->node_of[stack->parent], paths->now);
    while (count-- > 0 && node != HN_TREE_NONE) {
        bool python = c->nodes[paths->old[count]].code < HN_TREE_TASK;

        if (python && outside++ == stack->at)
            node = put_chain(b, node, stack->code, paths->chain);
        if (node != HN_TREE_NONE)
            node = hn_tree_step(&b->nodes, node, b->nodes.nodes[paths->now[count]].code,
                                0);
    }
    return node;
}

static bool
map_all_marked(struct build *b)
{
    const struct copy *c = &b->copy;
    struct paths paths = {
        .old = calloc((size_t)c->node_count + 1, sizeof(*paths.old)),
        .now = calloc((size_t)c->node_count + 1, sizeof(*paths.now)),
        .chain = calloc((size_t)c->chain_count + 1, sizeof(*paths.chain)),
    };
    bool fine = paths.old && paths.now && paths.chain;

    b->marked_of = calloc((size_t)c->marked_count + 1, sizeof(*b->marked_of));
    fine = fine && b->marked_of;
    for (uint32_t i = 1; fine && i < c->marked_count; i++) {
        b->marked_of[i] = map_marked(b, &c->marked[i], &paths);
        fine = b->marked_of[i] != HN_TREE_NONE;
    }
    free(paths.old);
    free(paths.now);
    free(paths.chain);
    return fine;
}

/* Stacks there was no room for stand under one name. */
static bool
add_lost(struct build *b)
{
    struct hn_profile_function *f = &b->profile->functions[b->profile->function_count];
    uint32_t frame;

    if (!b->copy.tree_full)
        return true;
    *f = (struct hn_profile_function){ "(stacks beyond the limit)", "", 0,
                                       HN_PROFILE_UNKNOWN };
    frame = hn_tree_step(&b->frames, 0, (uint32_t)b->profile->function_count++, -1);
    if (frame == HN_TREE_NONE)
        return false;
    b->lost_node = hn_tree_step(&b->nodes, 0, frame - 1, 0);
    return b->lost_node != HN_TREE_NONE;
}

static bool
write_frames(struct build *b)
{
    struct hn_profile *p = b->profile;

    p->frame_count = b->frames.count - 1;
    p->frames = hn_arena_array(b->arena, p->frame_count, sizeof(*p->frames));
    p->node_count = b->nodes.count;
    p->nodes = hn_arena_array(b->arena, p->node_count, sizeof(*p->nodes));
    if (!p->frames || !p->nodes)
        return false;
    for (uint32_t i = 1; i < b->frames.count; i++)
        p->frames[i - 1] =
            (struct hn_profile_frame){ b->frames.nodes[i].code, b->frames.nodes[i].at };
    for (uint32_t i = 1; i < b->nodes.count; i++)
        p->nodes[i] = (struct hn_profile_node){ b->nodes.nodes[i].parent,
                                                b->nodes.nodes[i].code };
    return true;
}

/* --- counts */

static uint32_t
new_node(const struct build *b, uint32_t node)
{
    if (hn_is_marked(node))
        return b->marked_of[node - HN_TREE_MARKED];
    return node == HN_TREE_NONE ? b->lost_node : b->node_of[node];
}

/* Stacks that were torn are not counted after all. */
static bool
is_discarded(const struct build *b, uint32_t node)
{
    return node != HN_TREE_NONE && b->judged[unmarked(&b->copy, node)].torn;
}

static bool
map_counts(struct build *b)
{
    for (uint32_t i = 0; i < b->copy.tally_count; i++) {
        const struct hn_tally *old = &b->copy.tallies[i];
        struct hn_tally *tally;

        if (is_discarded(b, old->node)) {
            b->profile->discarded += old->samples;
            b->profile->stacks -= old->samples;
            continue;
        }
        tally = hn_counts_at(&b->counts, old->thread, new_node(b, old->node),
                             old->state, UINT32_MAX);

        if (!tally)
            return false;
        tally->samples += old->samples;
        tally->grown += old->grown;
        tally->grown_samples += old->grown_samples;
    }
    return true;
}

static bool
write_counts(struct build *b, const struct hn_sampler *s)
{
    struct hn_profile *p = b->profile;

    p->counts = hn_arena_array(b->arena, b->counts.count, sizeof(*p->counts));
    if (s->options.memory)
        p->growth = hn_arena_array(b->arena, b->counts.count, sizeof(*p->growth));
    if (!p->counts || (s->options.memory && !p->growth))
        return false;
    for (uint32_t i = 0; i < b->counts.count; i++) {
        const struct hn_tally *t = &b->counts.items[i];

        if (s->threads[t->thread].unwanted)
            continue;
        p->counts[p->count_count++] =
            (struct hn_profile_count){ t->thread, t->node, t->state, t->samples };
        if (p->growth && t->grown_samples > 0)
            p->growth[p->growth_count++] =
                (struct hn_profile_growth){ t->thread, t->node, t->grown,
                                            t->grown_samples };
    }
    return true;
}

static int
by_begin(const void *a, const void *b)
{
    const struct hn_profile_span *x = a, *y = b;

    return (x->begin_ns > y->begin_ns) - (x->begin_ns < y->begin_ns);
}

static void
map_spans(struct build *b)
{
    struct hn_profile *p = b->profile;

    for (size_t i = 0; i < p->span_count; i++)
        p->spans[i].node = new_node(b, p->spans[i].node);
    if (p->span_count > 0)
        qsort(p->spans, p->span_count, sizeof(*p->spans), by_begin);
}

static bool
put_in_order(struct build *b, bool native)
{
    return hn_tree_init(&b->frames) && hn_tree_init(&b->nodes)
           && hn_counts_init(&b->counts) && map_contents(b) && judge_stacks(b, native)
           && map_nodes(b) && map_all_marked(b) && add_lost(b) && write_frames(b)
           && map_counts(b);
}

enum hn_status
hn_sampler_profile(struct hn_sampler *s, struct hn_arena *arena, struct hn_profile *ret)
{
    struct hn_profile profile = { .ended = "" };
    struct build b = { .arena = arena, .profile = &profile };
    bool fine;

    pthread_mutex_lock(&s->mutex);
    hn_sampler_end_spans(s);
    fine = copy_all(s, arena, &profile, &b.copy);
    pthread_mutex_unlock(&s->mutex);
    fine = fine && put_in_order(&b, s->options.native);
    if (fine)
        map_spans(&b);
    pthread_mutex_lock(&s->mutex); /* for the threads that are not wanted */
    fine = fine && write_counts(&b, s);
    pthread_mutex_unlock(&s->mutex);
    free_copy(&b.copy);
    free(b.function_of);
    free(b.node_of);
    free(b.marked_of);
    free(b.judged);
    hn_tree_deinit(&b.frames);
    hn_tree_deinit(&b.nodes);
    hn_counts_deinit(&b.counts);
    if (!fine)
        return hn_fail(s->err, HN_E_NOMEM, 0, "no memory for the profile");
    *ret = profile;
    return HN_OK;
}
