/* One table of states: their bit, and the words for it in each place. */
#include "report/state.h"

static const struct {
    unsigned bit;
    const char *heading, *table, *json;
} states[] = {
    { HN_THREAD_HAS_GIL, "has GIL", "GIL", "gil" },
    { HN_THREAD_WAITS_FOR_GIL, "waits for the GIL", "waits for the GIL",
      "waiting-for-gil" },
    { HN_THREAD_ON_CPU, "on CPU", "on CPU", "on-cpu" },
    { HN_THREAD_IDLE, "idle", "idle", "idle" },
    { HN_THREAD_NATIVE, "in native code", "in native code", "native" },
    { HN_THREAD_COLLECTING, "collecting garbage", "collecting garbage", "gc" },
    { HN_THREAD_FINALIZING, "finalizing", "finalizing", "finalizing" },
    { HN_THREAD_STOPPED_FOR, "suspended by stop-the-world",
      "suspended by stop-the-world", "stopped-for" },
    { HN_THREAD_ENDED, "ended", "ended", "ended" },
};

enum { STATES = sizeof(states) / sizeof(states[0]) };

static void
put_idle(struct hn_text *text, const struct hn_thread *thread)
{
    hn_text_puts(text, "idle in ");
    hn_text_puts(text, thread->syscall ? thread->syscall : "a system call");
}

void
hn_state_put(struct hn_text *text, const struct hn_thread *thread, bool table)
{
    const char *comma = "";

    for (size_t i = 0; i < STATES; i++) {
        if (!(thread->state & states[i].bit))
            continue;
        hn_text_puts(text, comma);
        if (states[i].bit == HN_THREAD_IDLE)
            put_idle(text, thread);
        else
            hn_text_puts(text, table ? states[i].table : states[i].heading);
        comma = ", ";
    }
    if (thread->state == 0)
        hn_text_puts(text, "unknown");
}

const char *
hn_state_name(const struct hn_thread *thread, size_t index)
{
    if (thread->state == 0)
        return index == 0 ? "unknown" : NULL;
    for (size_t i = 0; i < STATES; i++)
        if ((thread->state & states[i].bit) && index-- == 0)
            return states[i].json;
    return NULL;
}
