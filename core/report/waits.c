#include "report/waits.h"

#include <string.h>

#include "report/stack.h"

static const char *const kinds[] = {
    [HN_WAIT_GIL] = "gil",
    [HN_WAIT_LOCK] = "lock",
    [HN_WAIT_RLOCK] = "rlock",
    [HN_WAIT_CONDITION] = "condition",
    [HN_WAIT_EVENT] = "event",
    [HN_WAIT_SEMAPHORE] = "semaphore",
    [HN_WAIT_BARRIER] = "barrier",
    [HN_WAIT_QUEUE_GET] = "queue-get",
    [HN_WAIT_QUEUE_PUT] = "queue-put",
    [HN_WAIT_QUEUE_JOIN] = "queue-join",
    [HN_WAIT_JOIN] = "thread-join",
    [HN_WAIT_SHUTDOWN] = "shutdown",
    [HN_WAIT_FUTURE] = "future",
    [HN_WAIT_WORKER] = "worker",
    [HN_WAIT_IMPORT] = "import",
    [HN_WAIT_PROCESS_LOCK] = "process-lock",
    [HN_WAIT_FILE_LOCK] = "file-lock",
    [HN_WAIT_CHILD] = "child-process",
    [HN_WAIT_SOCKET] = "socket",
    [HN_WAIT_ACCEPT] = "accept",
    [HN_WAIT_TERMINAL] = "terminal",
    [HN_WAIT_SELECT] = "select",
    [HN_WAIT_LOOP] = "event-loop",
    [HN_WAIT_SLEEP] = "sleep",
    [HN_WAIT_SIGNAL] = "signal",
    [HN_WAIT_MUTEX] = "mutex",
    [HN_WAIT_NATIVE] = "native",
    [HN_WAIT_WORLD] = "stop-the-world",
    [HN_WAIT_IO] = "system-call",
};

const char *
hn_wait_kind_name(enum hn_wait_kind kind)
{
    return kinds[kind];
}

void
hn_actor_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_waits *waits, uint32_t actor)
{
    const struct hn_actor *a = &waits->actors[actor];

    if (!a->thread) {
        const struct hn_task *task = &waits->tasks->items[a->task];

        hn_text_puts(text, "task ");
        hn_look_put(text, look, HN_HEADING, task->name);
        hn_text_puts(text, " ");
        hn_look_put(text, look, HN_FUNCTION, task->coroutine_name);
        hn_text_puts(text, "()");
        return;
    }
    hn_text_printf(text, "thread %u (LWP ", a->thread->number);
    hn_native_id_put(text, a->thread);
    hn_text_puts(text, ")");
    if (a->thread->name[0]) {
        hn_text_puts(text, " \"");
        hn_look_put(text, look, HN_HEADING, a->thread->name);
        hn_text_puts(text, "\"");
    }
}

static void
put_frame(struct hn_text *text, const struct hn_look *look,
          const struct hn_frame *frame)
{
    if (!frame || !frame->code)
        return;
    hn_text_puts(text, ", in ");
    hn_look_put(text, look, HN_FUNCTION, frame->code->qualname);
    hn_text_puts(text, " (");
    hn_location_put(text, look, frame, 0);
    hn_text_puts(text, ")");
}

static void
put_wait(struct hn_text *text, const struct hn_look *look, const struct hn_waits *waits,
         const struct hn_wait *wait)
{
    hn_text_puts(text, "  ");
    hn_actor_put(text, look, waits, wait->actor);
    put_frame(text, look, wait->frame);
    hn_text_putc(text, '\n');
}

static void
put_native_holder(struct hn_text *text, const struct hn_look *look,
                  const struct hn_wait *wait)
{
    hn_text_printf(text, ": a thread without Python (LWP %lld",
                   (long long)wait->native_holder);
    if (wait->native_name && wait->native_name[0]) {
        hn_text_puts(text, " \"");
        hn_look_put(text, look, HN_HEADING, wait->native_name);
        hn_text_puts(text, "\"");
    }
    hn_text_puts(text, ") has it");
    if (wait->native_doing) {
        hn_text_puts(text, ", and is in ");
        hn_look_put(text, look, HN_FUNCTION, wait->native_doing);
    }
}

static void
put_holder(struct hn_text *text, const struct hn_look *look,
           const struct hn_waits *waits, const struct hn_wait *wait)
{
    if (wait->holder != HN_NOBODY) {
        hn_text_puts(text, ": ");
        hn_actor_put(text, look, waits, wait->holder);
        if (wait->kind != HN_WAIT_JOIN)
            hn_text_printf(text, " has it (%s)", wait->how);
    } else if (wait->native_holder != 0) {
        put_native_holder(text, look, wait);
    } else if (wait->owner != 0) {
        hn_text_printf(text, ": its owner, %llu, is no thread that lives",
                       (unsigned long long)wait->owner);
    } else if (wait->kind == HN_WAIT_LOCK || wait->kind == HN_WAIT_RLOCK) {
        hn_text_puts(text, wait->locked ? ": locked, it is not known by whom"
                                        : ": not locked at this moment");
    } else if (wait->pending) {
        hn_text_puts(text, ": nobody works on it yet");
    }
}

static bool
same_thing(const struct hn_wait *a, const struct hn_wait *b)
{
    return a->kind == b->kind && a->addr == b->addr
           && (a->addr != 0 || a->kind == HN_WAIT_GIL);
}

static bool
is_first(const struct hn_waits *waits, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (same_thing(&waits->items[i], &waits->items[index]))
            return false;
    return true;
}

static void
put_cycles(struct hn_text *text, const struct hn_look *look,
           const struct hn_waits *waits)
{
    for (size_t i = 0; i < waits->cycle_count; i++) {
        const struct hn_task_cycle *cycle = &waits->cycles[i];

        hn_look_start(text, look, HN_PROBLEM);
        hn_text_puts(text, cycle->count > 1 ? "These wait for each other:"
                                            : "This one waits for itself:");
        hn_look_end(text, look, HN_PROBLEM);
        for (size_t a = 0; a < cycle->count; a++) {
            hn_text_puts(text, a > 0 ? ", " : " ");
            hn_actor_put(text, look, waits, cycle->tasks[a]);
        }
        hn_text_putc(text, '\n');
    }
}

size_t
hn_waits_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_waits *waits)
{
    put_cycles(text, look, waits);
    for (size_t i = 0; i < waits->count; i++) {
        const struct hn_wait *wait = &waits->items[i];

        if (!is_first(waits, i))
            continue;
        hn_look_start(text, look, HN_HEADING);
        hn_text_puts(text, hn_wait_kind_name(wait->kind));
        hn_look_end(text, look, HN_HEADING);
        hn_text_puts(text, ", ");
        hn_look_put(text, look, HN_PLAIN, wait->text);
        put_holder(text, look, waits, wait);
        hn_text_putc(text, '\n');
        for (size_t k = i; k < waits->count; k++)
            if (k == i || same_thing(wait, &waits->items[k]))
                put_wait(text, look, waits, &waits->items[k]);
    }
    return waits->count;
}
