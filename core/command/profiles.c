/* Choosing a format for a profile, and writing it. */
#include "command/profiles.h"

#include <string.h>
#include <unistd.h>

#include "report/profile_page.h"

const char *const hn_profile_format_names[] = {
    "auto",  "table",  "folded", "flamegraph", "speedscope", "pstats", "pprof",
    "gecko", "chrome", "lines",  "memory",     "json",       "raw",    NULL,
};

static const struct hn_profile_writer *
default_writer(const struct hn_call *call, bool memory)
{
    const struct hn_profile_writer *found = NULL;

    if (call->common.output)
        found = hn_profile_writer_by_path(call->common.output);
    if (!found && memory)
        found = hn_profile_writer_by_name("memory");
    return found ? found : &hn_profile_writers[0];
}

/* A terminal takes bytes that are no text for commands of its own. */
static bool
goes_to_terminal(const struct hn_call *call)
{
    if (call->out.fd >= 0)
        return isatty(call->out.fd);
    return call->session->host->terminal || !call->session->host->bare;
}

enum hn_status
hn_profiles_choose(struct hn_call *call, const struct hn_profile_view *view,
                   bool memory, const struct hn_profile_writer **ret)
{
    const char *name = hn_profile_format_names[view->format];
    const struct hn_profile_writer *writer = view->format > 0
                                                 ? hn_profile_writer_by_name(name)
                                                 : default_writer(call, memory);

    if (!writer)
        return hn_fail_detail(&call->session->err, HN_E_UNSUPPORTED, 0,
                              "this build has no such format", "%s", name);
    if (writer->binary && goes_to_terminal(call)) {
        call->misused = true;
        call->doing = hn_arena_format(&call->arena, "write %s", writer->name);
        return hn_fail(&call->session->err, HN_E_ARGUMENT, 0,
                       "it is not for a screen: -o FILE says where to");
    }
    if (strcmp(writer->name, "json") == 0)
        call->common.json = true;
    *ret = writer;
    return HN_OK;
}

static bool
list_lines(void *impl, const char *file, uint64_t first, uint64_t last,
           struct hn_listing *ret)
{
    return hn_sources_list(impl, file, first, last, ret) == HN_OK;
}

static void
write_json(struct hn_call *call, const struct hn_profile *profile)
{
    for (size_t i = 0; i < profile->note_count; i++)
        hn_call_note(call, "%s", profile->notes[i]);
    if (profile->ended[0])
        hn_call_note(call, "the run ended early: %s", profile->ended);
    hn_call_begin_json(call);
    hn_document_profile(&call->json, profile);
    hn_call_end_json(call);
}

void
hn_profiles_describe_target(struct hn_call *call, const struct hn_profile *profile)
{
    static const char *const none[] = { NULL };
    struct hn_process *to = &call->process;

    to->kind = "live";
    to->reader = "process_vm_readv";
    to->executable = "";
    to->arguments = none;
    to->consistent = profile->stopped_ns > 0;
    to->not_stopped_because = to->consistent ? NULL : "it was sampled while it ran";
    if (profile->process_count == 0)
        return;
    to->pid = profile->processes[0].pid;
    to->executable = profile->processes[0].executable;
    to->arguments = profile->processes[0].arguments;
}

/* A run that looked at memory gets a page about that. */
static hn_profile_write_fn *
writer_for(const struct hn_profile_writer *writer, const struct hn_profile *profile)
{
    if (profile->growth && writer->write == hn_profile_write_flamegraph)
        return hn_profile_write_memory_page;
    return writer->write;
}

void
hn_profiles_write(struct hn_call *call, const struct hn_profile_view *view,
                  const struct hn_profile_writer *writer,
                  const struct hn_profile *profile, struct hn_target *target)
{
    struct hn_sources files;
    const struct hn_profile_sources sources = { list_lines, &files };
    const struct hn_profile_options options = {
        .by = (enum hn_profile_by)view->by,
        .sort = (enum hn_profile_sort)view->sort,
        .limit = view->limit,
        .look = call->look,
        .sources = &sources,
    };

    hn_sources_init(&files, target, &call->arena);
    hn_profiles_describe_target(call, profile);
    if (call->common.json)
        write_json(call, profile);
    else
        writer_for(writer, profile)(profile, &options, &call->out.text);
    hn_sources_deinit(&files);
}
