/* py-top: the functions, lines, threads or tasks that a process spends its time in, as
 * it goes on. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command/profiles.h"
#include "command/sampling.h"
#include "command/screen.h"
#include "command/top_view.h"

static const uint64_t DRAW_EVERY_NS = UINT64_C(1000) * 1000 * 1000;

/* Nobody wants to wait a second for the first picture. */
static const uint64_t FIRST_DRAW_NS = UINT64_C(300) * 1000 * 1000;

/* What remains on the screen at the end. */
enum { LAST_ROWS = 10 };

struct top_options {
    struct hn_sampling_options sampling;
    unsigned by;   /* enum hn_profile_by */
    unsigned sort; /* enum hn_top_sort */
};

struct top {
    struct hn_sampling *sampling;
    struct hn_screen screen;
    struct hn_look look;
    enum hn_profile_by by;
    enum hn_top_sort sort;
    struct hn_arena arenas[2]; /* of the moment now and of the one before */
    struct hn_top_moment moments[2];
    unsigned drawn;
    uint64_t next_ns;
};

/* User and system time of a process so far: fields 14 and 15 of its stat. */
static uint64_t
cpu_ns_of(int64_t pid)
{
    char path[64], line[1024];
    unsigned long long user = 0, system = 0;
    const char *rest;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
    file = fopen(path, "re");
    if (!file)
        return 0;
    rest = fgets(line, sizeof(line), file) ? strrchr(line, ')') : NULL;
    if (rest)
        (void)sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
                     &user, &system);
    fclose(file);
    return (user + system) * (1000000000ULL / (unsigned long long)sysconf(_SC_CLK_TCK));
}

static bool
take_moment(struct top *top, struct hn_top_moment *moment, struct hn_arena *arena)
{
    hn_arena_deinit(arena);
    hn_arena_init(arena);
    *moment = (struct hn_top_moment){ 0 };
    if (hn_sampling_profile(top->sampling, arena, &moment->profile) != HN_OK)
        return false;
    moment->at_ns = hn_sampling_now_ns();
    for (size_t i = 0; i < moment->profile.process_count; i++)
        moment->cpu_ns += cpu_ns_of(moment->profile.processes[i].pid);
    return hn_top_sum_up(arena, top->by, moment);
}

static void
draw(struct top *top)
{
    unsigned now = top->drawn % 2, before = !now, height;
    struct hn_text text;

    if (!top->sampling->sampler
        || !take_moment(top, &top->moments[now], &top->arenas[now]))
        return;
    hn_text_init(&text);
    hn_screen_size(&top->screen, &top->look.width, &height);
    hn_top_put(&text, &top->look, height, &top->moments[now],
               top->drawn ? &top->moments[before] : NULL, top->by, top->sort,
               top->screen.keys, &top->arenas[now]);
    hn_screen_draw(&top->screen, &text);
    hn_text_deinit(&text);
    top->drawn++;
}

/* While it runs; true ends it. */
static bool
watch(void *arg)
{
    struct top *top = arg;
    uint64_t now = hn_sampling_now_ns();
    char key = hn_screen_key(&top->screen);

    if (key == 'q' || key == 'Q')
        return true;
    if (key >= '1' && key < '1' + HN_TOP_SORTS) {
        top->sort = (enum hn_top_sort)(key - '1');
        top->next_ns = now;
    }
    if (now >= top->next_ns) {
        draw(top);
        top->next_ns = now + DRAW_EVERY_NS;
    }
    return false;
}

static enum hn_status
run_on_screen(struct hn_sampling *s, struct top *top)
{
    struct hn_call *call = s->call;
    enum hn_status st;

    if (!hn_screen_begin(&top->screen, call->session->host->bare))
        return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                       "it is drawn on a terminal, and this is none; py-sample writes "
                       "anywhere");
    top->next_ns = hn_sampling_now_ns() + FIRST_DRAW_NS;
    st = hn_sampling_run(s);
    hn_screen_end(&top->screen);
    return st;
}

/* The last picture as a table, since the screen is as it was before. */
static enum hn_status
write_end(struct hn_sampling *s, enum hn_profile_by by)
{
    const struct hn_profile_view view = { .by = by, .limit = LAST_ROWS };
    struct hn_call *call = s->call;
    struct hn_profile profile;
    enum hn_status st = hn_sampling_profile(s, &call->arena, &profile);

    if (st)
        return st;
    call->doing = NULL;
    hn_profiles_write(call, &view, hn_profile_writers, &profile, NULL);
    return HN_OK;
}

static enum hn_status
run(struct hn_call *call, const void *options)
{
    const struct top_options *o = options;
    struct hn_sampling_options sampling = o->sampling;
    struct hn_sampling s = { .call = call, .options = &sampling };
    struct top top = {
        .sampling = &s, .look = call->look, .by = o->by, .sort = o->sort
    };
    enum hn_status st;

    sampling.endless = true;
    sampling.no_idle = !sampling.idle;
    s.how.async_stacks = top.by == HN_PROFILE_BY_TASK;
    s.watch = watch;
    s.watch_arg = &top;
    top.look.colour = call->look.colour;
    hn_arena_init(&top.arenas[0]);
    hn_arena_init(&top.arenas[1]);
    st = hn_sampling_begin(&s);
    if (st == HN_OK)
        st = run_on_screen(&s, &top);
    if (st == HN_OK)
        st = write_end(&s, top.by);
    hn_sampling_end(&s);
    hn_arena_deinit(&top.arenas[0]);
    hn_arena_deinit(&top.arenas[1]);
    return st;
}

static const char *const modes[] = { "wall", "cpu", "gil", NULL };
static const char *const sorts[] = { "own", "total", "own-time", "total-time", NULL };

static const struct hn_arg args[] = {
    { "duration", 'd', HN_ARG_TIME, offsetof(struct top_options, sampling.duration_ns),
      "TIME", "for so long (default: until a key or Ctrl-C ends it)", NULL, false },
    { "rate", 'r', HN_ARG_RATE, offsetof(struct top_options, sampling.rate), "HZ",
      "so many samples a second (default: 1000)", NULL, false },
    { "by", 0, HN_ARG_CHOICE, offsetof(struct top_options, by), "WHAT",
      "what is one row", hn_profile_by_names, false },
    { "sort", 0, HN_ARG_CHOICE, offsetof(struct top_options, sort), "BY",
      "what the rows are sorted by at first", sorts, false },
    { "thread", 't', HN_ARG_LIST, offsetof(struct top_options, sampling.threads),
      "THREAD", "only this thread, " HN_THREAD_WORDS "; may be repeated", NULL, false },
    { "mode", 0, HN_ARG_CHOICE, offsetof(struct top_options, sampling.mode), "MODE",
      "which threads count: all, those on a CPU, those with the GIL", modes, false },
    { "idle", 0, HN_ARG_FLAG, offsetof(struct top_options, sampling.idle), NULL,
      "count threads that wait, too", NULL, false },
    { "subprocesses", 's', HN_ARG_FLAG,
      offsetof(struct top_options, sampling.subprocesses), NULL,
      "its child processes, too", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example examples[] = {
    { "", "what it does now" },
    { "--mode gil --by thread", "who holds the GIL" },
    { "--by task", "which asyncio tasks keep the event loop busy" },
    { NULL, NULL },
};

const struct hn_command hn_command_top = {
    .entry = { "top", "Show what a process spends its time on, live" },
    .subject = HN_SUBJECT_PROCESS,
    .details =
        "Like py-sample, drawn anew every second. Shares are of the last second, where "
        "100 % is one thread all the time; times are of the whole run. Threads that "
        "wait "
        "are left out. In the bare program q ends it and 1 to 4 choose the column to "
        "sort "
        "by; in a debugger Ctrl-C ends it, and the process is stopped as it was.",
    .examples = examples,
    .args = args,
    .operands = "",
    .options_size = sizeof(struct top_options),
    .run = run,
};
