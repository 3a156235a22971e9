/* The table of formats, and what several of them say in the same words. */
#include "report/profile.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "report/number.h"

const struct hn_profile_writer hn_profile_writers[] = {
    { .name = "table",
      .summary = "self and total samples, for a screen",
      .endings = { ".txt" },
      .write = hn_profile_write_table },
    { NULL }
};

const char *const hn_profile_by_names[] = {
    [HN_PROFILE_BY_FUNCTION] = "function", [HN_PROFILE_BY_LINE] = "line",
    [HN_PROFILE_BY_FILE] = "file",         [HN_PROFILE_BY_THREAD] = "thread",
    [HN_PROFILE_BY_TASK] = "task",         NULL
};

const char *const hn_profile_sort_names[] = {
    [HN_PROFILE_SELF] = "self",
    [HN_PROFILE_TOTAL] = "total",
    [HN_PROFILE_NAME] = "name",
    NULL,
};

const struct hn_profile_writer *
hn_profile_writer_by_name(const char *name)
{
    for (const struct hn_profile_writer *w = hn_profile_writers; w->name; w++)
        if (strcmp(w->name, name) == 0)
            return w;
    return NULL;
}

static bool
ends_with(const char *path, const char *ending)
{
    size_t size = strlen(path), tail = strlen(ending);

    return size > tail && strcasecmp(path + size - tail, ending) == 0;
}

const struct hn_profile_writer *
hn_profile_writer_by_path(const char *path)
{
    const struct hn_profile_writer *found = NULL;
    size_t longest = 0;

    for (const struct hn_profile_writer *w = hn_profile_writers; w->name; w++)
        for (size_t i = 0; i < 3 && w->endings[i]; i++)
            if (strlen(w->endings[i]) > longest && ends_with(path, w->endings[i])) {
                longest = strlen(w->endings[i]);
                found = w;
            }
    return found;
}

uint64_t
hn_profile_time_ns(const struct hn_profile *profile, uint64_t samples)
{
    double due = (double)profile->taken + (double)profile->missed;
    double each = (double)profile->interval_ns;
    double time;

    if (profile->taken > 0)
        each *= due / (double)profile->taken;
    time = each * (double)samples + 0.5;
    /* The numbers may come from a file, and then be anything. */
    return time < 0x1p63 ? (uint64_t)time : INT64_MAX;
}

static void
put_seconds(struct hn_text *text, uint64_t ns)
{
    uint64_t hundredths = ns / 10000000 + (ns % 10000000 >= 5000000);
    uint64_t tenths = ns / 100000000 + (ns % 100000000 >= 50000000);

    if (hundredths < 100)
        hn_text_printf(text, "0.%02u s", (unsigned)hundredths);
    else
        hn_text_printf(text, "%llu.%u s", (unsigned long long)(tenths / 10),
                       (unsigned)(tenths % 10));
}

/* @part of @whole, rounded down: 100 % is said of all, not of nearly all. */
static void
put_share_down(struct hn_text *text, uint64_t part, uint64_t whole)
{
    unsigned tenths = whole && part < whole
                          ? (unsigned)(1000.0 * (double)part / (double)whole)
                          : 1000;

    if (tenths % 10)
        hn_text_printf(text, "%u.%u %%", tenths / 10, tenths % 10);
    else
        hn_text_printf(text, "%u %%", tenths / 10);
}

static void
put_count(struct hn_text *text, uint64_t count, const char *one, const char *many)
{
    hn_number_put(text, count);
    hn_text_putc(text, ' ');
    hn_text_puts(text, count == 1 ? one : many);
}

static void
put_rate(struct hn_text *text, const struct hn_profile *profile)
{
    double seconds = (double)profile->duration_ns / 1e9;
    double rate = seconds > 0 ? (double)profile->taken / seconds : 0;
    uint64_t tenths = rate < 0x1p53 ? (uint64_t)(rate * 10 + 0.5) : 0;

    hn_number_put(text, tenths / 10);
    hn_text_printf(text, ".%u/s", (unsigned)(tenths % 10));
}

void
hn_profile_put_summary(struct hn_text *text, const struct hn_profile *profile)
{
    put_seconds(text, profile->duration_ns);
    hn_text_puts(text, ", ");
    put_count(text, profile->taken, "sample of ", "samples of ");
    put_count(text, profile->thread_count, "thread", "threads");
    if (profile->process_count > 1) {
        hn_text_puts(text, " in ");
        put_count(text, profile->process_count, "process", "processes");
    }
    hn_text_puts(text, " (");
    put_count(text, profile->missed, "missed, ", "missed, ");
    put_count(text, profile->discarded, "discarded), ", "discarded), ");
    put_rate(text, profile);
    hn_text_puts(text, ", ");
    put_share_down(text, profile->on_time, profile->taken);
    hn_text_puts(text, " on time, target ");
    if (profile->stopped_ns == 0) {
        hn_text_puts(text, "never stopped");
    } else {
        char share[HN_NUMBER_SIZE];

        hn_share_format(share, profile->stopped_ns, profile->duration_ns);
        hn_text_printf(text, "stopped for %s %% of the time", share);
    }
}

void
hn_profile_put_notes(struct hn_text *text, const struct hn_look *look,
                     const struct hn_profile *profile)
{
    if (profile->ended[0]) {
        hn_text_puts(text, "The run ended early: ");
        hn_look_put(text, look, HN_PROBLEM, profile->ended);
        hn_text_puts(text, ".\n");
    }
    if (profile->stacks != profile->taken) {
        hn_text_puts(text, "Shares are of ");
        put_count(text, profile->stacks, "stack", "stacks");
        hn_text_puts(text, ": one for each counted thread in a sample.\n");
    }
    for (size_t i = 0; i < profile->note_count; i++) {
        hn_look_put(text, look, HN_PLAIN, profile->notes[i]);
        hn_text_putc(text, '\n');
    }
}
