/* The sampler's looks at a process that writes anything anywhere while it is copied,
 * under every row of the layout tables.
 *
 * The input is a row and a script: after so many reads, a word of the thread, a frame,
 * a chunk, a code object or the like becomes a number, or the address of one of these.
 * What is counted in the end must be stacks that end, of functions that are known.
 */
#include <stdlib.h>
#include <string.h>

#include "choose_row.h"
#include "support/sampled_process.h"

enum { LOOKS = 12, PLACES = 11, MILLISECOND = 1000 * 1000 };

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The head of the input. */
struct choices {
    uint8_t row;
    uint8_t tasks : 1, stands : 1, chunk : 1;
};

/* One step of the script. */
struct step {
    uint8_t reads; /* that come before it */
    uint8_t place, value_place;
    uint8_t word, value_word; /* of the places */
    uint8_t wild;             /* the value is this number, or an address */
    uint16_t number;
};

struct script {
    struct sampled_process process;
    hn_addr places[PLACES];
    const uint8_t *steps;
    size_t left;    /* bytes of @steps */
    unsigned reads; /* since the last step */
};

static void
take_step(struct script *s, const struct step *step)
{
    hn_addr at = s->places[step->place % PLACES] + step->word * sizeof(hn_addr);
    uint64_t value = s->places[step->value_place % PLACES] + step->value_word;

    if (at + sizeof value > MEMORY_BASE + s->process.m->used)
        return;
    if (step->wild & 1)
        value = step->wild & 2 ? step->number : (uint64_t)step->number << 48 | value;
    if (step->wild & 4)
        memory_put(s->process.m, at, &value, 1 + (step->wild >> 4) % 4);
    else
        memory_put_u64(s->process.m, at, value);
}

static size_t
read_and_step(void *impl, uint64_t addr, void *buf, size_t size)
{
    struct script *s = impl;
    size_t got = s->process.memory_ops->read(s->process.m, addr, buf, size);
    struct step step;

    s->reads++;
    while (s->left >= sizeof step) {
        memcpy(&step, s->steps, sizeof step);
        if (step.reads > s->reads)
            break;
        take_step(s, &step);
        s->steps += sizeof step;
        s->left -= sizeof step;
        s->reads = 0;
    }
    return got;
}

static void
check_stack(const struct sampled_process *p, uint32_t node)
{
    uint32_t steps = 0;

    for (; node != 0; node = p->tree.nodes[node].parent)
        if (node >= p->tree.count || ++steps > p->tree.count
            || !p->codes.contents[p->tree.nodes[node].code])
            abort();
}

static void
look_and_check(struct script *s)
{
    struct sampled_process *p = &s->process;

    p->now_ns += 25 * MILLISECOND; /* the list of interpreters is read anew */
    if (hn_watch_look(&p->w, p->now_ns) != HN_OK)
        return;
    for (size_t i = 0; i < p->w.interp_count; i++)
        for (size_t k = 0; k < p->w.interps[i].thread_count; k++)
            if (p->w.interps[i].threads[k]->outcome == HN_OUTCOME_STACK)
                check_stack(p, p->w.interps[i].threads[k]->node);
}

static void
judge(const struct sampled_process *p)
{
    uint64_t *samples = calloc(p->tree.count, sizeof(*samples));
    struct hn_judged *judged = calloc(p->tree.count, sizeof(*judged));

    for (uint32_t i = 0; samples && i < p->tree.count; i++)
        samples[i] = i;
    if (samples && judged)
        (void)!hn_pairs_judge(&p->tree, p->pairs.index.count, samples, judged);
    free(samples);
    free(judged);
}

static void
run(struct script *s, const struct choices *choices)
{
    struct sampled_process *p = &s->process;
    hn_addr chunk = p->chunk;

    if (choices->chunk && p->w.shape.chain != HN_FRAME_CHAIN_OBJECTS) {
        chunk = sampled_build_chunk(p);
        sampled_stand_in(p, p->frames[1], chunk);
    }
    memcpy(s->places,
           (hn_addr[PLACES]){ p->thread, p->frames[0], p->frames[1], p->chunk, chunk,
                              p->main, p->work, p->other, p->interp,
                              p->gil ? p->gil : p->thread,
                              p->cframe ? p->cframe : p->thread },
           sizeof s->places);
    p->w.tasks = choices->tasks;
    p->w.stands = choices->stands;
    p->ops.read = read_and_step;
    p->m->py.target->impl = s;
    for (unsigned i = 0; i < LOOKS; i++)
        look_and_check(s);
    judge(p);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct memory_builder m;
    struct script s = { 0 };
    struct choices choices;
    const struct hn_row *row;

    if (size < sizeof choices)
        return 0;
    memcpy(&choices, bytes, sizeof choices);
    row = choose_row(choices.row);
    memory_builder_init(&m, row->hex, row->flavour);
    sampled_process_init(&s.process, &m, "work");
    s.steps = bytes + sizeof choices;
    s.left = size - sizeof choices;
    run(&s, &choices);
    sampled_process_deinit(&s.process);
    memory_builder_deinit(&m);
    return 0;
}
