/* Options, notes and rows of the commands about allocation traces. */
#include "command/traces.h"

#include <inttypes.h>
#include <string.h>

#include "command/parse.h"
#include "report/traces.h"

const char *const hn_trace_by_words[] = { "lineno", "filename", "traceback", NULL };

const struct hn_trace_options hn_trace_defaults = { .limit = 10 };

/* --- options */

/* "PATTERN" or "PATTERN:LINE". */
static struct hn_trace_filter
parse_filter(const char *word)
{
    const char *colon = strrchr(word, ':');
    struct hn_trace_filter filter = { .pattern = word, .pattern_size = strlen(word) };
    uint64_t line;

    if (colon && hn_parse_count(colon + 1, &line) && line <= UINT32_MAX) {
        filter.pattern_size = (size_t)(colon - word);
        filter.has_line = true;
        filter.line = (uint32_t)line;
    }
    return filter;
}

static bool
parse_filters(struct hn_call *call, const char *const *words,
              const struct hn_trace_filter **ret, size_t *count_ret)
{
    struct hn_trace_filter *filters;
    size_t count = 0;

    while (words && words[count])
        count++;
    filters = hn_arena_array(&call->arena, count + 1, sizeof(*filters));
    for (size_t i = 0; filters && i < count; i++)
        filters[i] = parse_filter(words[i]);
    *ret = filters;
    *count_ret = count;
    return filters != NULL;
}

static enum hn_status
fail_words(struct hn_call *call, const char *what)
{
    call->misused = true;
    return hn_fail(&call->session->err, HN_E_ARGUMENT, 0, what);
}

enum hn_status
hn_call_trace_selection(struct hn_call *call, const struct hn_trace_options *options,
                        struct hn_trace_selection *ret)
{
    uint64_t domain = 0;

    *ret = (struct hn_trace_selection){ .has_domain = options->domain != NULL };
    if (options->cumulative && options->by == HN_TRACE_KEY_TRACEBACK)
        return fail_words(call, "--cumulative goes with --by lineno or filename: a "
                                "traceback has all of its frames already");
    if (options->domain
        && (!hn_parse_count(options->domain, &domain) || domain > UINT32_MAX))
        return fail_words(call, "--domain takes a number");
    ret->domain = (uint32_t)domain;
    if (!parse_filters(call, options->include, &ret->include, &ret->include_count)
        || !parse_filters(call, options->exclude, &ret->exclude, &ret->exclude_count))
        return HN_E_NOMEM;
    return HN_OK;
}

/* --- reading */

/* The module counts what it traces, so we know whether we have it all. */
static void
note_sum(struct hn_call *call, const struct hn_traces *traces)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < traces->count; i++)
        sum += traces->traces[i].size;
    if (sum != traces->traced && traces->lost == 0)
        hn_call_note(call,
                     "the traces add up to %" PRIu64 " bytes, but tracemalloc counted "
                     "%" PRIu64 ": they were changing when they were read",
                     sum, traces->traced);
}

static void
note_damage(struct hn_call *call, const struct hn_traces *traces)
{
    if (traces->lost)
        hn_call_note(call, "%" PRIu64 " trace%s cannot be read", traces->lost,
                     traces->lost == 1 ? "" : "s");
    if (traces->unreadable)
        hn_call_note(call, "%" PRIu64 " traceback%s or file name%s cannot be read",
                     traces->unreadable, traces->unreadable == 1 ? "" : "s",
                     traces->unreadable == 1 ? "" : "s");
    if (traces->overrun)
        hn_call_note(call, "a table of traces holds more than it counts; the rest of "
                           "it was not read");
    note_sum(call, traces);
}

enum hn_status
hn_call_check_tracing(struct hn_call *call, const struct hn_traces *traces)
{
    call->doing = "show allocation traces";
    if (!traces->tracing)
        return hn_fail(&call->session->err, HN_DONE, 0,
                       "tracemalloc does not trace in this process; start it with "
                       "PYTHONTRACEMALLOC=25 or -X tracemalloc=25, or call "
                       "tracemalloc.start(25) in it");
    call->doing = NULL;
    return HN_OK;
}

enum hn_status
hn_call_load_traces(struct hn_call *call, struct hn_runtime *rt, struct hn_traces *ret)
{
    enum hn_status st;

    call->doing = "show allocation traces";
    st = hn_traces_load(rt, &call->arena, ret);
    if (!st)
        st = hn_call_check_tracing(call, ret);
    if (st) {
        if (rt->py.err != &call->session->err)
            call->session->err = *rt->py.err;
        return st;
    }
    note_damage(call, ret);
    call->doing = NULL;
    return HN_OK;
}

/* --- showing */

/* As linecache would have them: without what is blank around them. */
static const char *const *
load_sources(struct hn_call *call, struct hn_sources *sources,
             const struct hn_traces *of, const struct hn_trace_frame *frames,
             uint32_t count)
{
    const char **lines = hn_arena_array(&call->arena, count, sizeof(*lines));

    for (uint32_t i = 0; lines && i < count; i++) {
        const char *file = of->files[frames[i].file].name;
        struct hn_listing listing = { 0 };

        lines[i] = "";
        if (hn_sources_list(sources, file, frames[i].line, frames[i].line, &listing)
                == HN_OK
            && listing.count == 1)
            lines[i] = listing.lines[0] + strspn(listing.lines[0], " \t\f");
    }
    return lines;
}

const char *const *
hn_call_trace_sources(struct hn_call *call, struct hn_target *target,
                      const struct hn_traces *of, const struct hn_trace_frame *frames,
                      uint32_t count)
{
    struct hn_sources sources;
    const char *const *lines;

    hn_sources_init(&sources, target, &call->arena);
    lines = load_sources(call, &sources, of, frames, count);
    hn_sources_deinit(&sources);
    return lines;
}

static size_t
shown_rows(const struct hn_trace_options *options, const struct hn_trace_rows *rows)
{
    return options->limit > 0 && options->limit < rows->count ? options->limit
                                                              : rows->count;
}

static void
put_rows(struct hn_call *call, const struct hn_trace_options *options,
         struct hn_target *target, struct hn_trace_rows *rows)
{
    struct hn_text *text = &call->out.text;
    bool format = options->by == HN_TRACE_KEY_TRACEBACK;
    size_t shown = shown_rows(options, rows), i;
    struct hn_sources sources;

    hn_sources_init(&sources, target, &call->arena);
    for (i = 0; i < shown && hn_call_poll(call); i++) {
        if (format && target)
            rows->rows[i].sources =
                load_sources(call, &sources, rows->rows[i].of, rows->rows[i].frames,
                             rows->rows[i].frame_count);
        hn_trace_row_put(text, &call->look, &rows->rows[i], rows->compared, format);
    }
    hn_sources_deinit(&sources);
    if (i == shown && shown < rows->count)
        hn_text_printf(text, "... %zu more (--limit 0)\n", rows->count - shown);
}

static void
put_json_rows(struct hn_call *call, const struct hn_trace_options *options,
              const struct hn_trace_rows *rows)
{
    size_t shown = shown_rows(options, rows);

    hn_json_integer(&call->json, "rows", (int64_t)rows->count);
    hn_json_open_list(&call->json, "statistics");
    for (size_t i = 0; i < shown && hn_call_poll(call); i++)
        hn_document_trace_row(&call->json, &rows->rows[i], rows->compared);
    hn_json_close_list(&call->json);
}

void
hn_call_put_trace_rows(struct hn_call *call, const struct hn_trace_options *options,
                       struct hn_target *target, struct hn_trace_rows *rows)
{
    if (call->common.json)
        put_json_rows(call, options, rows);
    else
        put_rows(call, options, target, rows);
}
