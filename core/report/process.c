/* Header lines and the facts of py-info. */
#include "report/process.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Enough to know a command line by; JSON has all of it. */
enum { MAX_COMMAND_LINE = 400 };

/* The column that facts begin at in py-info. */
enum { FACTS = 16 };

void
hn_process_put_version(struct hn_text *text, const struct hn_process *process)
{
    hn_text_puts(text, process->version);
    for (size_t i = 0; i < 4 && process->flavour[i]; i++) {
        hn_text_puts(text, i == 0 ? " (" : ", ");
        hn_text_puts(text, process->flavour[i]);
    }
    hn_text_puts(text, process->flavour[0] ? ")" : "");
}

static bool
is_plain_word(const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789%+,-./:=@_";

    return word[0] && strspn(word, plain) == strlen(word);
}

/* One argument as a shell would take it, escaped. */
static void
put_argument(struct hn_text *text, const char *argument)
{
    const char *quote;

    if (is_plain_word(argument)) {
        hn_text_puts(text, argument);
        return;
    }
    hn_text_putc(text, '\'');
    while ((quote = strchr(argument, '\''))) {
        hn_text_put_escaped(text, argument, (size_t)(quote - argument));
        hn_text_puts(text, "'\\''");
        argument = quote + 1;
    }
    hn_text_put_escaped(text, argument, strlen(argument));
    hn_text_putc(text, '\'');
}

void
hn_process_put_command_line(struct hn_text *text, const struct hn_process *process)
{
    const char *const *arguments = process->arguments;
    size_t from = text->size;

    if (!arguments[0]) {
        hn_text_put_escaped(text, process->executable, strlen(process->executable));
        return;
    }
    for (size_t i = 0; arguments[i]; i++) {
        if (text->size - from + strlen(arguments[i]) > MAX_COMMAND_LINE) {
            hn_text_puts(text, i ? " ..." : process->executable);
            return;
        }
        if (i)
            hn_text_putc(text, ' ');
        put_argument(text, arguments[i]);
    }
}

static const struct hn_thread *
thread_of(const struct hn_process *process, int64_t native_id)
{
    for (size_t i = 0; i < process->interpreter_count; i++) {
        const struct hn_interpreter *interpreter = &process->interpreters[i];

        for (size_t t = 0; t < interpreter->thread_count; t++)
            if (native_id && interpreter->threads[t].native_id == native_id)
                return &interpreter->threads[t];
    }
    return NULL;
}

static void
put_signal(struct hn_text *text, const struct hn_process *process)
{
    const struct hn_thread *thread = thread_of(process, process->fault_thread);

    if (process->signal == 0) {
        hn_text_puts(text, "no signal");
        return;
    }
    if (process->signal_name)
        hn_text_puts(text, process->signal_name);
    else
        hn_text_printf(text, "signal %d", process->signal);
    if (thread)
        hn_text_printf(text, " in thread %u", thread->number);
    else if (process->fault_thread)
        hn_text_printf(text, " in LWP %" PRId64 ", which runs no Python",
                       process->fault_thread);
    if (process->fault_address)
        hn_text_printf(text, " at 0x%" PRIx64, process->fault_address);
}

static void
put_time(struct hn_text *text, int64_t seconds)
{
    time_t when = (time_t)seconds;
    struct tm utc;
    char buffer[64];

    if (!gmtime_r(&when, &utc)
        || strftime(buffer, sizeof(buffer), "%Y-%m-%d %H:%M:%S UTC", &utc) == 0)
        return;
    hn_text_puts(text, ", written ");
    hn_text_puts(text, buffer);
}

static void
put_gil(struct hn_text *text, const struct hn_process *process,
        const struct hn_interpreter *interpreter)
{
    if (!interpreter->gil.exists) {
        hn_text_puts(text, "no GIL");
        return;
    }
    if (process->interpreter_count > 1 && interpreter->gil.own && interpreter->id != 0)
        hn_text_printf(text, "GIL of interpreter %" PRId64 " ", interpreter->id);
    else
        hn_text_puts(text, "GIL ");
    if (!interpreter->gil.locked)
        hn_text_puts(text, "free");
    else if (interpreter->gil.holder)
        hn_text_printf(text, "held by thread %u", interpreter->gil.holder);
    else
        hn_text_puts(text, "held by an unknown thread");
}

static void
put_counts(struct hn_text *text, const struct hn_process *process)
{
    hn_text_printf(text, "%zu thread%s", process->thread_count,
                   process->thread_count == 1 ? "" : "s");
    if (process->interpreter_count > 1)
        hn_text_printf(text, " in %zu interpreters", process->interpreter_count);
    for (size_t i = 0; i < process->interpreter_count; i++) {
        if (i > 0 && !process->interpreters[i].gil.own)
            continue;
        hn_text_puts(text, ", ");
        put_gil(text, process, &process->interpreters[i]);
    }
    if (process->finalizing)
        hn_text_puts(text, ", finalizing");
}

/* In integers: a debugger's locale may write a comma for the point. */
static void
put_standstill(struct hn_text *text, uint64_t ns)
{
    uint64_t tenths = (ns + 50000) / 100000;

    hn_text_printf(text, ", stood still for %" PRIu64 ".%" PRIu64 " ms", tenths / 10,
                   tenths % 10);
}

static void
put_reading(struct hn_text *text, const struct hn_look *look,
            const struct hn_process *process)
{
    hn_text_printf(text, ", reading by %s", process->reader);
    if (process->stopped_ns)
        put_standstill(text, process->stopped_ns);
    if (process->consistent)
        return;
    hn_text_puts(text, ", ");
    hn_look_start(text, look, HN_PROBLEM);
    hn_text_puts(text, "inconsistent: read while running");
    if (process->not_stopped_because) {
        hn_text_puts(text, " (");
        hn_text_put_escaped(text, process->not_stopped_because,
                            strlen(process->not_stopped_because));
        hn_text_putc(text, ')');
    }
    hn_look_end(text, look, HN_PROBLEM);
}

static void
put_core(struct hn_text *text, const struct hn_look *look,
         const struct hn_process *process)
{
    put_signal(text, process);
    put_time(text, process->core_time);
    hn_text_putc(text, '\n');
    for (size_t i = 0; i < process->missing_count; i++) {
        hn_look_put(text, look, HN_PROBLEM, process->missing[i]);
        hn_text_putc(text, '\n');
    }
}

void
hn_process_put_header(struct hn_text *text, const struct hn_look *look,
                      const struct hn_process *process)
{
    hn_look_start(text, look, HN_HEADING);
    hn_text_puts(text, "CPython ");
    hn_process_put_version(text, process);
    hn_look_end(text, look, HN_HEADING);
    if (process->core_path) {
        hn_text_puts(text, ", core ");
        hn_look_put(text, look, HN_FILE, process->core_path);
    }
    if (process->pid)
        hn_text_printf(text, "%s pid %" PRId64, process->core_path ? " of" : ",",
                       process->pid);
    if (*process->executable || process->arguments[0]) {
        hn_text_puts(text, ": ");
        hn_process_put_command_line(text, process);
    }
    hn_text_putc(text, '\n');
    if (process->core_path)
        put_core(text, look, process);
    put_counts(text, process);
    put_reading(text, look, process);
    hn_text_putc(text, '\n');
}

static void
put_fact(struct hn_text *text, const struct hn_look *look, const char *name,
         const char *fact)
{
    hn_look_pad(text, hn_look_put(text, look, HN_PLAIN, name), FACTS, 2);
    hn_look_put(text, look, HN_PLAIN, fact);
    hn_text_putc(text, '\n');
}

static void
put_gc(struct hn_text *text, const struct hn_interpreter *interpreter)
{
    const int32_t *count = interpreter->gc.count, *most = interpreter->gc.threshold;

    if (!interpreter->gc.known)
        return;
    hn_text_puts(text, interpreter->gc.enabled ? ", GC on" : ", GC off");
    hn_text_printf(text,
                   " (count %" PRId32 "/%" PRId32 "/%" PRId32 ", threshold %" PRId32
                   "/%" PRId32 "/%" PRId32 ")",
                   count[0], count[1], count[2], most[0], most[1], most[2]);
    if (interpreter->gc.collecting)
        hn_text_puts(text, ", collecting now");
}

static void
put_interpreter(struct hn_text *text, const struct hn_look *look,
                const struct hn_process *process,
                const struct hn_interpreter *interpreter)
{
    char name[40];

    snprintf(name, sizeof(name), "interpreter %" PRId64, interpreter->id);
    hn_look_pad(text, hn_look_put(text, look, HN_PLAIN, name), FACTS, 2);
    hn_text_printf(text, "%zu thread%s, ", interpreter->thread_count,
                   interpreter->thread_count == 1 ? "" : "s");
    put_gil(text, process, interpreter);
    put_gc(text, interpreter);
    if (interpreter->stop_the_world)
        hn_text_puts(text, ", the world is stopped");
    hn_text_putc(text, '\n');
}

static void
put_layout(struct hn_text *text, const struct hn_process *process)
{
    for (size_t i = 0; i < process->layout_count; i++) {
        const struct hn_layout_row *row = &process->layout[i];
        int used = snprintf(NULL, 0, "%s.%s", row->structure, row->field);

        hn_text_printf(text, "  %s.%s", row->structure, row->field);
        hn_look_pad(text, (size_t)used, 40, 2);
        if (row->present)
            hn_text_printf(text, "%6" PRId32 "  %2u bytes  ", row->offset, row->width);
        else
            hn_text_puts(text, "     -            ");
        hn_text_puts(text, row->source);
        hn_text_putc(text, '\n');
    }
}

void
hn_process_put_info(struct hn_text *text, const struct hn_look *look,
                    const struct hn_process *process)
{
    char address[32], version[64];

    snprintf(version, sizeof(version), "%s (0x%08" PRIx32 ")", process->version,
             process->hex);
    snprintf(address, sizeof(address), "0x%" PRIx64, process->runtime);
    put_fact(text, look, "executable", process->executable);
    put_fact(text, look, "version", version);
    put_fact(text, look, "_PyRuntime", address);
    put_fact(text, look, "found by", process->found_by);
    put_fact(text, look, "offsets from", process->offsets_from);
    put_fact(text, look, "allocator", process->allocator);
    for (size_t i = 0; i < process->interpreter_count; i++)
        put_interpreter(text, look, process, &process->interpreters[i]);
    if (process->layout_count) {
        hn_text_puts(text, "\nlayout\n");
        put_layout(text, process);
    }
}
