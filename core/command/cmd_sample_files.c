/* py-sample convert and py-sample diff: what earlier runs have left in files. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command/profiles.h"
#include "report/profile_diff.h"
#include "report/profile_raw.h"

/* A week of samples with a time line takes a tenth of this. */
enum { MAX_FILE = 1 << 30 };

/* All of the file @path in *bytes_ret, which the caller frees. */
static enum hn_status
read_file(struct hn_call *call, const char *path, char **bytes_ret, size_t *size_ret)
{
    struct hn_error *err = &call->session->err;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    size_t size = 0;
    char *bytes;

    if (fd < 0 || fstat(fd, &st) != 0) {
        if (fd >= 0)
            close(fd);
        return hn_fail_system(err, "reading a file", path);
    }
    if (!S_ISREG(st.st_mode) || st.st_size > MAX_FILE) {
        close(fd);
        return hn_fail_detail(err, HN_E_ARGUMENT, 0,
                              "it is no file that a sampling run has written", "%s",
                              path);
    }
    bytes = malloc((size_t)st.st_size + 1);
    while (bytes && size < (size_t)st.st_size) {
        ssize_t got = read(fd, bytes + size, (size_t)st.st_size - size);

        if (got <= 0)
            break;
        size += (size_t)got;
    }
    close(fd);
    *bytes_ret = bytes;
    *size_ret = size;
    return bytes ? HN_OK : HN_E_NOMEM;
}

static enum hn_status
load(struct hn_call *call, const char *path, struct hn_profile *ret)
{
    struct hn_error *err = &call->session->err;
    size_t size = 0;
    char *bytes = NULL;
    enum hn_status st;

    call->doing = hn_arena_format(&call->arena, "read %s", path);
    st = read_file(call, path, &bytes, &size);
    if (st)
        return st;
    if (hn_profile_is_raw(bytes, size))
        st = hn_profile_read_raw(bytes, size, &call->arena, err, ret);
    else
        st = hn_fail(err, HN_E_ARGUMENT, 0,
                     "it was not written by py-sample -f raw, which keeps everything");
    free(bytes);
    if (st == HN_OK)
        call->doing = NULL;
    return st;
}

/* --- convert ----------------------------------------------------------------- */

struct convert_options {
    struct hn_profile_view view;
};

static enum hn_status
run_convert(struct hn_call *call, const void *options)
{
    const struct convert_options *o = options;
    const struct hn_profile_writer *writer;
    struct hn_profile profile;
    enum hn_status st = hn_profiles_choose(call, &o->view, false, &writer);

    if (st == HN_OK)
        st = load(call, call->operands[0], &profile);
    if (st == HN_OK)
        hn_profiles_write(call, &o->view, writer, &profile, NULL);
    return st;
}

static const struct hn_arg convert_args[] = {
    HN_PROFILE_VIEW_ARGS(struct convert_options),
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example convert_examples[] = {
    { "monday.hnprof -o monday.html", "a flame graph of it" },
    { "monday.hnprof --by line", "a table of its lines" },
    { NULL, NULL },
};

static const struct convert_options convert_defaults = {
    .view = { .limit = HN_PROFILE_LIMIT },
};

const struct hn_command hn_command_sample_convert = {
    .entry = { "sample convert", "Show an earlier sampling run in another format" },
    .parent = &hn_command_sample,
    .subject = HN_SUBJECT_FILES,
    .details =
        "RAW is a file that py-sample -f raw (or -o FILE.hnprof) has written. It "
        "holds all that was sampled, so every format can be made from it later, "
        "on any machine; source lines are shown where the files are.",
    .examples = convert_examples,
    .args = convert_args,
    .operands = "RAW",
    .operands_max = 1,
    .options_size = sizeof(struct convert_options),
    .defaults = &convert_defaults,
    .run = run_convert,
};

/* --- diff -------------------------------------------------------------------- */

struct diff_options {
    unsigned sort;
    uint64_t limit;
};

static void
write_diff(struct hn_call *call, const struct diff_options *o,
           const struct hn_profile *before, const struct hn_profile *after)
{
    const struct hn_profile_options options = {
        .sort = (enum hn_profile_sort)o->sort,
        .limit = o->limit,
        .look = call->look,
    };

    if (!call->common.json) {
        hn_profile_diff_put(&call->out.text, before, after, &options);
        return;
    }
    hn_profiles_describe_target(call, after);
    hn_call_begin_json(call);
    hn_document_profile_diff(&call->json, before, after);
    hn_call_end_json(call);
}

static enum hn_status
run_diff(struct hn_call *call, const void *options)
{
    struct hn_profile before, after;
    enum hn_status st = load(call, call->operands[0], &before);

    if (st == HN_OK)
        st = load(call, call->operands[1], &after);
    if (st == HN_OK)
        write_diff(call, options, &before, &after);
    return st;
}

static const struct hn_arg diff_args[] = {
    { "sort", 0, HN_ARG_CHOICE, offsetof(struct diff_options, sort), "BY",
      "by the change of which share", hn_profile_sort_names, false },
    { "limit", 0, HN_ARG_COUNT, offsetof(struct diff_options, limit), "N",
      "only the first N rows (0: all)", NULL, false },
    { NULL, 0, HN_ARG_FLAG, 0, NULL, NULL, NULL, false },
};

static const struct hn_example diff_examples[] = {
    { "monday.hnprof tuesday.hnprof", "what takes more of the time, and what less" },
    { NULL, NULL },
};

static const struct diff_options diff_defaults = { .limit = HN_PROFILE_LIMIT };

const struct hn_command hn_command_sample_diff = {
    .entry = { "sample diff", "Compare two sampling runs, function by function" },
    .parent = &hn_command_sample,
    .subject = HN_SUBJECT_FILES,
    .details =
        "Both files are of py-sample -f raw. Compared are shares of the samples, "
        "since runs are rarely equally long.",
    .examples = diff_examples,
    .args = diff_args,
    .operands = "RAW RAW",
    .operands_max = 2,
    .options_size = sizeof(struct diff_options),
    .defaults = &diff_defaults,
    .run = run_diff,
};
