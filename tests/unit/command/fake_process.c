#include "fake_process.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "runtime/evaluate.h"
#include "runtime/exceptions.h"
#include "wait/tasks.h"
#include "wait/await.h"
#include "wait/greenlet.h"
#include "wait/slots.h"
#include "wait/waits.h"
#include "runtime/object.h"
#include "tracemalloc/tracemalloc.h"

struct fake fake;

static const struct hn_code model_code = { .addr = 1,
                                           .name = "compute",
                                           .qualname = "Basket.compute",
                                           .qualified = true,
                                           .file = "shop.py" };
static const struct hn_code main_code = { .addr = 2,
                                          .name = "<module>",
                                          .qualname = "<module>",
                                          .qualified = true,
                                          .file = "shop.py" };

/* Frame #1 is called from C: it is the innermost of two calls of the interpreter. */
static struct hn_frame main_frames[3];
static struct hn_frame worker_frames[1];
static struct hn_thread threads[2];
static struct hn_interpreter interpreter;
static const char *const arguments[] = { "python3", "shop.py", NULL };

static void
set_frame(struct hn_frame *frame, const struct hn_code *code, int line, bool entry)
{
    *frame = (struct hn_frame){ .kind = HN_FRAME_PYTHON,
                                .code = code,
                                .position = { line, -1, -1, -1 },
                                .entry = entry };
}

static void
write_screen(void *impl, const char *text, size_t size)
{
    (void)impl;
    hn_text_add(&fake.screen, text, size);
}

static bool
is_interrupted(void *impl)
{
    (void)impl;
    return fake.interrupted;
}

static enum hn_status
locate(void *impl, struct hn_place *ret)
{
    (void)impl;
    *ret = fake.place;
    return HN_OK;
}

static bool
select_frame(void *impl, int64_t tid, unsigned eval_frame)
{
    (void)impl;
    fake.followed_tid = tid;
    fake.followed_frame = (int)eval_frame;
    return true;
}

static void
set_process(void)
{
    set_frame(&main_frames[0], &model_code, 2, false);
    set_frame(&main_frames[1], &model_code, 3, true);
    set_frame(&main_frames[2], &main_code, 5, true);
    set_frame(&worker_frames[0], &model_code, 2, true);
    threads[0] = (struct hn_thread){ .number = 1,
                                     .addr = 0x100,
                                     .native_id = 101,
                                     .name = "MainThread",
                                     .main = true,
                                     .state = HN_THREAD_HAS_GIL };
    threads[1] = (struct hn_thread){ .number = 2,
                                     .addr = 0x200,
                                     .native_id = 102,
                                     .name = "worker",
                                     .state = HN_THREAD_IDLE,
                                     .syscall = "futex" };
    interpreter = (struct hn_interpreter){
        .gil = { .exists = true, .locked = true, .holder = 1 },
        .threads = threads,
        .thread_count = 2,
    };
    fake.stacks[0] = (struct hn_stack){ .frames = main_frames, .count = 3 };
    fake.stacks[1] = (struct hn_stack){ .frames = worker_frames, .count = 1 };
    fake.process = (struct hn_process){
        .kind = "live",
        .reader = "imagination",
        .pid = 101,
        .executable = "python3",
        .arguments = arguments,
        .consistent = true,
        .hex = 0x030c01f0,
        .version = "3.12.1",
        .flavour = { "release" },
        .found_by = "luck",
        .offsets_from = "a test",
        .allocator = "pymalloc",
        .interpreters = &interpreter,
        .interpreter_count = 1,
        .thread_count = 2,
    };
}

void
fake_reset(bool bare)
{
    hn_text_deinit(&fake.screen);
    memset(&fake, 0, sizeof(fake));
    set_process();
    fake.followed_frame = -1;
    fake.program = 0x400000;
    fake.source = "def compute():\n    x = 1\n\tcompute()\n\ncompute()\n";
    fake.place =
        (struct hn_place){ .kind = HN_PLACE_LIVE, .pid = 101, .selected_thread = 101 };
    fake.host = (struct hn_host){ .name = bare ? "hognose" : "gdb",
                                  .bare = bare,
                                  .locate = locate,
                                  .write = write_screen,
                                  .interrupted = is_interrupted,
                                  .select_frame = select_frame };
}

/* --- in place of core/target */

static const struct hn_core_facts core_facts = { .thread = 102 };

static enum hn_status
open_fake(const struct hn_open_options *options, struct hn_error *err,
          struct hn_target **ret)
{
    static struct hn_target targets[8];
    struct hn_target *target = &targets[fake.closed % 8];

    *target = (struct hn_target){ .err = err, .consistent = !options->no_stop };
    if (options->no_stop)
        target->not_stopped_because = "it was asked for";
    if (fake.with_core)
        target->core = &core_facts;
    fake.last_stop = options->stop;
    snprintf(fake.last_files, sizeof(fake.last_files), "%s|%s|%s",
             options->exe ? options->exe : "", options->sysroot ? options->sysroot : "",
             options->lib_path ? options->lib_path : "");
    *ret = target;
    return HN_OK;
}

enum hn_status
hn_target_open_live(int64_t pid, const struct hn_open_options *options,
                    const struct hn_host *host, struct hn_error *err,
                    struct hn_target **ret)
{
    (void)pid;
    (void)host;
    if (fake.open_status)
        return hn_fail(err, fake.open_status, 0, "not today");
    fake.opened++;
    return open_fake(options, err, ret);
}

enum hn_status
hn_target_open_core(const char *path, const struct hn_open_options *options,
                    const struct hn_host *host, struct hn_error *err,
                    struct hn_target **ret)
{
    (void)path;
    fake.with_core = true;
    return hn_target_open_live(0, options, host, err, ret);
}

enum hn_status
hn_target_open_host(const struct hn_host *host, const struct hn_open_options *options,
                    int64_t pid, struct hn_error *err, struct hn_target **ret)
{
    (void)host;
    (void)pid;
    fake.opened_by_host++;
    return open_fake(options, err, ret);
}

void
hn_target_close(struct hn_target *target)
{
    fake.closed += target != NULL;
}

void
hn_target_release(struct hn_target *target)
{
    fake.released++;
    target->stopped_ns = 3100000;
}

enum hn_status
hn_target_refresh(struct hn_target *target)
{
    (void)target;
    fake.refreshed++;
    return HN_OK;
}

enum hn_status
hn_target_modules(struct hn_target *target, const struct hn_module **ret,
                  size_t *count_ret)
{
    static struct hn_module module;

    (void)target;
    module.start = fake.program;
    *ret = &module;
    *count_ret = 1;
    return HN_OK;
}

int
hn_target_open_file(struct hn_target *target, const char *path)
{
    int fd;

    (void)target;
    (void)path;
    if (!fake.source)
        return -1;
    fd = memfd_create("source", MFD_CLOEXEC);
    assert_int_equal(write(fd, fake.source, strlen(fake.source)), strlen(fake.source));
    return fd;
}

/* --- in place of core/runtime */

enum hn_status
hn_runtime_open(struct hn_target *target, struct hn_runtime **ret)
{
    static struct hn_runtime runtime;

    runtime.py.target = target;
    runtime.py.err = target->err;
    *ret = &runtime;
    return HN_OK;
}

void
hn_runtime_close(struct hn_runtime *runtime)
{
    (void)runtime;
}

void
hn_runtime_refresh(struct hn_runtime *runtime)
{
    (void)runtime;
    fake.runtime_refreshed++;
}

enum hn_status
hn_process_load(struct hn_runtime *runtime, int64_t selected, struct hn_arena *arena,
                struct hn_process *ret)
{
    (void)runtime;
    (void)arena;
    fake.last_selected = selected;
    for (size_t i = 0; i < 2; i++) {
        threads[i].selected = selected ? threads[i].native_id == selected : i == 0;
        threads[i].stack = (struct hn_stack){ 0 };
    }
    *ret = fake.process;
    return HN_OK;
}

enum hn_status
hn_process_layout(struct hn_runtime *runtime, struct hn_arena *arena,
                  struct hn_process *ret)
{
    static const struct hn_layout_row row = {
        "PyObject", "ob_type", true, 8, 8, "table"
    };

    (void)runtime;
    (void)arena;
    ret->layout = &row;
    ret->layout_count = 1;
    return HN_OK;
}

enum hn_status
hn_stack_load(struct hn_runtime *runtime, const struct hn_thread *thread, size_t limit,
              struct hn_arena *arena, struct hn_stack *ret)
{
    fake.stacks_loaded++;
    fake.last_limit = limit;
    *ret = fake.stacks[thread->number - 1];
    ret->frames = hn_arena_array(arena, ret->count, sizeof(*ret->frames));
    assert_non_null(ret->frames);
    memcpy(ret->frames, fake.stacks[thread->number - 1].frames,
           ret->count * sizeof(*ret->frames));
    if (limit && ret->count > limit) {
        ret->count = limit;
        ret->cut = true;
    }
    return fake.stack_status ? hn_fail(runtime->py.target->err, fake.stack_status, 0,
                                       "reading a stack")
                             : HN_OK;
}

/* --- values: every frame has a basket, which is an object at 0x1000 */

enum { BASKET = 0x1000 };

static const struct hn_value basket = { .addr = BASKET,
                                        .type = "shop.Basket",
                                        .repr = "<shop.Basket n=2>" };

enum hn_status
hn_variables_load(struct hn_runtime *rt, const struct hn_frame *frame,
                  enum hn_variables_choice choice,
                  const struct hn_preview_limits *limits, struct hn_arena *arena,
                  struct hn_variables *ret)
{
    static struct hn_variable variables[2];

    (void)rt;
    (void)frame;
    (void)arena;
    fake.last_choice = choice;
    fake.last_limits = *limits;
    variables[0] = (struct hn_variable){
        .name = "basket", .kind = HN_VARIABLE_ARGUMENT, .bound = true, .value = basket
    };
    variables[1] = (struct hn_variable){ .name = "total", .kind = HN_VARIABLE_LOCAL };
    *ret = (struct hn_variables){ .items = variables, .count = 2 };
    return HN_OK;
}

enum hn_status
hn_evaluate(struct hn_runtime *rt, const struct hn_scope *scope, const char *expression,
            struct hn_arena *arena, struct hn_found *ret)
{
    static const struct hn_value seven = { .type = "int", .repr = "7" };

    (void)scope;
    (void)arena;
    snprintf(fake.last_expression, sizeof(fake.last_expression), "%s", expression);
    *ret = (struct hn_found){ .bits = BASKET };
    if (strcmp(expression, "seven") == 0)
        *ret = (struct hn_found){ .made = &seven };
    if (strcmp(expression, "baskte") == 0)
        return hn_fail_detail(rt->py.err, HN_DONE, 0, "no variable of that name",
                              "baskte; near: basket");
    return HN_OK;
}

enum hn_status
hn_runtime_value(struct hn_runtime *rt, uint64_t bits,
                 const struct hn_preview_limits *limits, struct hn_arena *arena,
                 struct hn_value *ret)
{
    (void)rt;
    (void)bits;
    (void)arena;
    fake.last_limits = *limits;
    *ret = basket;
    return HN_OK;
}

enum hn_status
hn_object_load(const struct hn_lookup *lookup, hn_addr object,
               const struct hn_preview_limits *limits, struct hn_object_facts *ret)
{
    (void)lookup;
    (void)object;
    fake.last_limits = *limits;
    *ret = (struct hn_object_facts){ .value = basket,
                                     .references = { .known = true, .count = 3 },
                                     .gc = { .collectable = true, .tracked = true },
                                     .size_bytes = 56 };
    return HN_OK;
}

enum hn_status
hn_tasks_load(struct hn_runtime *rt, const struct hn_interpreter *interp,
              struct hn_arena *arena, struct hn_tasks *ret)
{
    static struct hn_loop loop = { .addr = 0x3000, .type = "shop.Loop", .tasks = 1 };
    static struct hn_task task = { .addr = 0x3100,
                                   .name = "Task-1",
                                   .coroutine_name = "sell",
                                   .state = HN_TASK_WAITING,
                                   .awaited = { "lock", "Lock 0x3200", 0x3200 } };

    (void)rt;
    (void)interp;
    (void)arena;
    *ret = (struct hn_tasks){
        .loops = &loop, .loop_count = 1, .items = &task, .count = 1
    };
    return HN_OK;
}

enum hn_status
hn_tasks_describe(struct hn_runtime *rt, const uint32_t *numbers, size_t count,
                  size_t timed, struct hn_arena *arena, struct hn_tasks *tasks)
{
    (void)rt;
    (void)numbers;
    (void)count;
    (void)timed;
    (void)arena;
    (void)tasks;
    return HN_OK;
}

enum hn_status
hn_kinds_init(struct hn_kinds *kinds, struct hn_runtime *rt)
{
    kinds->rt = rt;
    return HN_OK;
}

void
hn_kinds_deinit(struct hn_kinds *kinds)
{
    (void)kinds;
}

enum hn_status
hn_await_load(struct hn_kinds *kinds, hn_addr coroutine, struct hn_arena *arena,
              struct hn_await *ret)
{
    (void)kinds;
    (void)coroutine;
    (void)arena;
    *ret = (struct hn_await){ .state = HN_GENERATOR_ENDED };
    return HN_OK;
}

/* The process has no greenlets. */
bool
hn_is_greenlet_type(struct hn_kinds *kinds, hn_addr type)
{
    (void)kinds;
    (void)type;
    return false;
}

enum hn_status
hn_greenlet_load(struct hn_kinds *kinds, hn_addr greenlet, struct hn_arena *arena,
                 struct hn_stack *ret)
{
    (void)kinds;
    (void)greenlet;
    (void)arena;
    (void)ret;
    return HN_DONE;
}

uint64_t
hn_frame_digest(struct hn_runtime *rt, const struct hn_frame *frame)
{
    (void)rt;
    return frame->addr;
}

enum hn_status
hn_waits_load(struct hn_runtime *rt, const struct hn_interpreter *interp,
              const struct hn_tasks *tasks, struct hn_arena *arena,
              struct hn_waits *ret)
{
    static struct hn_actor actors[2];
    static struct hn_wait wait = { .actor = 1,
                                   .kind = HN_WAIT_LOCK,
                                   .text = "_thread.lock 0x3300",
                                   .addr = 0x3300,
                                   .fd = -1,
                                   .holder = 0,
                                   .how = "recorded" };

    (void)rt;
    (void)arena;
    for (size_t i = 0; i < 2 && i < interp->thread_count; i++)
        actors[i] = (struct hn_actor){ &interp->threads[i], HN_NO_TASK, 0 };
    *ret = (struct hn_waits){ .actors = actors,
                              .actor_count = 2,
                              .thread_count = 2,
                              .items = &wait,
                              .count = interp->thread_count > 1,
                              .tasks = tasks };
    return HN_OK;
}

enum hn_status
hn_exceptions_load(struct hn_runtime *rt, const struct hn_interpreter *of,
                   const struct hn_thread *thread, size_t depth,
                   const struct hn_preview_limits *limits, struct hn_arena *arena,
                   struct hn_exceptions *ret)
{
    static struct hn_exception_held held[1];
    static struct hn_exception sold_out, *all[] = { &sold_out };

    (void)rt;
    (void)of;
    (void)depth;
    (void)arena;
    fake.last_limits = *limits;
    sold_out = (struct hn_exception){ .addr = 0x2000,
                                      .type = "shop.SoldOut",
                                      .message = "no more",
                                      .traceback = fake.stacks[1] };
    held[0] = (struct hn_exception_held){ HN_EXCEPTION_HANDLED, &sold_out, NULL };
    *ret = (struct hn_exceptions){ .items = held, .all = all };
    if (thread->number == 2 && !fake.without_exceptions)
        ret->count = ret->all_count = 1;
    return HN_OK;
}

/* --- in place of core/tracemalloc: three blocks, two of them at one line */

static const struct hn_trace_file trace_files[] = { { "/srv/shop/model.py", 18 },
                                                    { "/srv/shop/main.py", 17 } };
static const struct hn_trace_frame trace_frames[] = { { 0, 31 }, { 1, 7 }, { 1, 8 } };
static const struct hn_trace_stack trace_stacks[] = { { 0, 2, 5 }, { 2, 1, 1 } };
static const struct hn_trace trace_blocks[] = { { BASKET, 100 << 10, 0, 0 },
                                                { 0x2000, 20 << 10, 0, 0 },
                                                { 0x3000, 64, 0, 1 } };

static void *
copy_of(const void *bytes, size_t size)
{
    void *copy = malloc(size);

    assert_non_null(copy);
    return memcpy(copy, bytes, size);
}

static void
give_traces(size_t first, size_t count, struct hn_traces *ret)
{
    *ret = (struct hn_traces){
        .tracing = true,
        .has_totals = true,
        .has_peak = true,
        .peak = 200 << 10,
        .limit = 2,
        .traces = copy_of(trace_blocks + first, count * sizeof(*trace_blocks)),
        .count = count,
        .stacks = copy_of(trace_stacks, sizeof(trace_stacks)),
        .stack_count = 2,
        .frames = copy_of(trace_frames, sizeof(trace_frames)),
        .frame_count = 3,
        .files = copy_of(trace_files, sizeof(trace_files)),
        .file_count = 2,
    };
    for (size_t i = first; i < first + count; i++)
        ret->traced += trace_blocks[i].size;
}

enum hn_status
hn_traces_load(struct hn_runtime *rt, struct hn_arena *arena, struct hn_traces *ret)
{
    (void)rt;
    (void)arena;
    *ret = (struct hn_traces){ 0 };
    if (fake.tracing)
        give_traces(0, 3, ret);
    return HN_OK;
}

enum hn_status
hn_traces_load_object(struct hn_runtime *rt, hn_addr object, struct hn_arena *arena,
                      struct hn_traces *ret)
{
    (void)rt;
    (void)arena;
    if (!fake.tracing || object != BASKET)
        return HN_DONE;
    give_traces(0, 1, ret);
    return HN_OK;
}
