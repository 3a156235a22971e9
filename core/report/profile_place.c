/* Names of places and threads. */
#include "report/profile_place.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* No function that runs has a file without a name but these. */
static const char *const no_file[] = {
    [HN_PROFILE_PYTHON] = "(unknown)",
    [HN_PROFILE_NATIVE] = "(native)",
    [HN_PROFILE_TASK] = "(task)",
    [HN_PROFILE_UNKNOWN] = "(unknown)",
};

size_t
hn_place_put(struct hn_text *text, const struct hn_look *look,
             enum hn_profile_kind kind, const char *file, int32_t line, size_t columns)
{
    char number[16] = "";
    size_t tail;

    if (file[0] == '\0')
        return hn_look_fit(text, look, HN_PLAIN, no_file[kind], columns, HN_CUT_END);
    if (line > 0)
        snprintf(number, sizeof(number), ":%" PRId32, line);
    tail = strlen(number);
    columns = columns > tail + 4 ? columns - tail : 0;
    columns = hn_look_fit(text, look, HN_FILE, file, columns, HN_CUT_START);
    hn_text_puts(text, number);
    return columns + tail;
}

void
hn_thread_label_put(struct hn_text *text, const struct hn_profile *profile,
                    uint32_t index)
{
    const struct hn_profile_thread *thread = &profile->threads[index];

    if (profile->process_count > 1)
        hn_text_printf(text, "%" PRId64 " ", profile->processes[thread->process].pid);
    if (thread->name[0])
        hn_text_puts(text, thread->name);
    else
        hn_text_puts(text, thread->main ? "MainThread" : "thread");
    hn_text_printf(text, " (%" PRId64 ")", thread->native_id);
}

const char *
hn_thread_label(struct hn_arena *arena, const struct hn_profile *profile,
                uint32_t thread)
{
    struct hn_text text;
    const char *copy = NULL;

    hn_text_init(&text);
    hn_thread_label_put(&text, profile, thread);
    if (!text.failed)
        copy = hn_arena_copy(arena, text.bytes, text.size);
    hn_text_deinit(&text);
    return copy ? copy : "";
}

const char *
hn_row_name(struct hn_arena *arena, const struct hn_profile *profile,
            enum hn_profile_by by, const struct hn_profile_sum *row)
{
    if (row->nothing)
        return by == HN_PROFILE_BY_TASK ? "(no task)" : "(no Python frame)";
    if (by == HN_PROFILE_BY_THREAD)
        return hn_thread_label(arena, profile, row->thread);
    return row->name;
}

bool
hn_row_has_place(enum hn_profile_by by, const struct hn_profile_sum *row)
{
    return !row->nothing && by != HN_PROFILE_BY_THREAD && by != HN_PROFILE_BY_TASK;
}
