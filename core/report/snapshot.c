/* What a moment is of: see snapshot.h. */
#include "report/snapshot.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "report/number.h"
#include "report/process.h"

void
hn_moment_put_time(struct hn_text *text, const struct hn_moment_facts *facts)
{
    int64_t time_ns = facts->time_ns;
    time_t seconds = (time_t)(time_ns / INT64_C(1000000000));
    struct tm utc;
    char buffer[64];

    if (time_ns <= 0 || !gmtime_r(&seconds, &utc)
        || strftime(buffer, sizeof(buffer), "%Y-%m-%d %H:%M:%S UTC", &utc) == 0)
        hn_text_puts(text, "at a time that is not known");
    else
        hn_text_puts(text, buffer);
}

void
hn_moment_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_moment_facts *facts)
{
    const struct hn_process process = { .executable = facts->executable,
                                        .arguments = facts->arguments };

    hn_text_puts(text, "CPython ");
    hn_look_put(text, look, HN_PLAIN, facts->version);
    if (*facts->flavour) {
        hn_text_puts(text, " (");
        hn_look_put(text, look, HN_PLAIN, facts->flavour);
        hn_text_putc(text, ')');
    }
    hn_text_printf(text, ", pid %" PRId64 ": ", facts->pid);
    hn_process_put_command_line(text, &process);
    hn_text_puts(text, "\nsnapshot of ");
    hn_moment_put_time(text, facts);
    if (strcmp(facts->read_from, "core") == 0)
        hn_text_puts(text, ", taken from a core");
    if (facts->inconsistent)
        hn_text_puts(text, ", read while the process ran");
    if (*facts->note) {
        hn_text_puts(text, ": ");
        hn_look_put(text, look, HN_PLAIN, facts->note);
    }
    hn_text_putc(text, '\n');
}

static const char *const kinds[] = {
    [HN_MOMENT_LIVE] = "live",
    [HN_MOMENT_CORE] = "core",
    [HN_MOMENT_SNAPSHOT] = "snapshot",
    [HN_MOMENT_TRACES] = "tracemalloc",
};

void
hn_document_moment(struct hn_json *json, const struct hn_moment_facts *facts)
{
    hn_json_string(json, "kind", kinds[facts->kind]);
    if (facts->kind == HN_MOMENT_TRACES)
        return;
    hn_json_string(json, "python", facts->version);
    hn_json_string(json, "flavour", facts->flavour);
    hn_json_integer(json, "pid", facts->pid);
    hn_json_string(json, "executable", facts->executable);
    hn_json_open_list(json, "arguments");
    for (size_t i = 0; facts->arguments[i]; i++)
        hn_json_string(json, NULL, facts->arguments[i]);
    hn_json_close_list(json);
    hn_json_string(json, "read_from", facts->read_from);
    hn_json_integer(json, "time_ns", facts->time_ns);
    hn_json_string(json, "note", facts->note);
    if (facts->resident_bytes)
        hn_json_integer(json, "resident_bytes", (int64_t)facts->resident_bytes);
    hn_json_bool(json, "inconsistent", facts->inconsistent);
}
