/* The processes of a run: the first, and with --subprocesses those it starts. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sample/state.h"
#include "target/proc.h"

enum {
    CHILDREN_EVERY_NS = 100 * 1000 * 1000,
    /* A child that has just started may not have its interpreter yet. */
    MOST_SKIPPED = 1 << 12,
    MOST_TRIES = 20,
};

enum hn_status
hn_sampler_add_process(struct hn_sampler *s, int64_t pid, struct hn_error *err)
{
    struct hn_sampled_process *p = &s->processes[s->process_count];
    enum hn_status st;

    memset(p, 0, sizeof(*p));
    p->statm_fd = -1;
    st = hn_watch_open(pid, s->options.host, s->process_count, &s->codes, &s->tree,
                       &s->pairs, err, &p->watch);
    if (st)
        return st;
    p->watch->tasks = s->options.async_stacks;
    p->pid = p->watch->target->pid;
    p->elsewhere = s->options.host != NULL;
    s->process_count++;
    return HN_OK;
}

static bool
is_known(const struct hn_sampler *s, int64_t pid)
{
    unsigned tries = 0;

    for (uint32_t i = 0; i < s->process_count; i++)
        if (s->processes[i].pid == pid && !s->processes[i].ended)
            return true;
    for (uint32_t i = 0; i < s->skipped_count; i++)
        tries += s->skipped_pids[i] == pid;
    return tries >= MOST_TRIES;
}

static void
skip(struct hn_sampler *s, int64_t pid)
{
    if (!s->skipped_pids)
        s->skipped_pids = malloc(MOST_SKIPPED * sizeof(*s->skipped_pids));
    if (s->skipped_pids && s->skipped_count < MOST_SKIPPED)
        s->skipped_pids[s->skipped_count++] = pid;
}

static void
try_child(struct hn_sampler *s, int64_t pid)
{
    struct hn_error err;

    if (is_known(s, pid) || s->skipped_count == MOST_SKIPPED)
        return;
    if (s->process_count == HN_SAMPLED_PROCESSES_MOST) {
        hn_sampler_note(s, "more child processes came than are followed");
        return;
    }
    memset(&err, 0, sizeof(err));
    if (hn_sampler_add_process(s, pid, &err) == HN_OK)
        return;
    skip(s, pid);
    if (err.status == HN_E_NOT_PYTHON)
        hn_sampler_note(s, "child processes without Python were not sampled");
    else if (err.status != HN_E_GONE)
        hn_sampler_note(s, "some child processes could not be read");
}

struct children {
    struct hn_sampler *s;
    int proc;
};

static bool
children_of_thread(void *arg, int64_t tid)
{
    struct children *children = arg;
    struct hn_text text;
    char path[64], *at, *end;

    snprintf(path, sizeof(path), "task/%" PRId64 "/children", tid);
    hn_text_init(&text);
    if (hn_proc_read(children->proc, path, &text) && text.bytes)
        for (at = text.bytes;; at = end) {
            long long pid = strtoll(at, &end, 10);

            if (end == at)
                break;
            try_child(children->s, pid);
        }
    hn_text_deinit(&text);
    return true;
}

void
hn_sampler_find_children(struct hn_sampler *s, uint64_t now_ns)
{
    if (s->children_ns != 0 && now_ns - s->children_ns < CHILDREN_EVERY_NS)
        return;
    s->children_ns = now_ns;
    for (uint32_t i = 0; i < s->process_count; i++) {
        struct children children = { s, -1 };

        if (s->processes[i].ended || s->processes[i].elsewhere)
            continue;
        children.proc = hn_proc_open(s->processes[i].pid);
        if (children.proc >= 0) {
            hn_proc_numbers(children.proc, "task", children_of_thread, &children);
            close(children.proc);
        }
    }
}
