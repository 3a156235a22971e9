/* Previews the objects of a running process, for comparison with what it says itself.
 *
 *   preview_pid PID      addresses (0x...) on standard input, one a line
 *
 * Writes "preview", a tab, and the preview for each; then the time it took. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "objects/preview.h"
#include "runtime/runtime.h"

static int
fail(const struct hn_error *err)
{
    char line[512];

    hn_error_format(err, line, sizeof line);
    fprintf(stderr, "preview_pid: %s\n", line);
    return 1;
}

static enum hn_status
show_all(struct hn_types *types, const struct hn_preview_limits *limits)
{
    struct hn_text text;
    char line[64];
    enum hn_status st = HN_OK;

    hn_text_init(&text);
    while (!st && fgets(line, sizeof line, stdin)) {
        hn_text_clear(&text);
        st = hn_preview(types, strtoull(line, NULL, 16), limits, &text, NULL);
        if (!st)
            printf("preview\t%s\n", text.bytes);
    }
    hn_text_deinit(&text);
    return st;
}

int
main(int argc, char **argv)
{
    const struct hn_preview_limits all = { .depth = HN_PREVIEW_DEPTH_MOST };
    const struct hn_open_options options = { .no_stop = true };
    struct hn_error err = { 0 };
    struct hn_target *target;
    struct hn_runtime *runtime;
    struct hn_types *types;
    enum hn_status st;

    if (argc != 2) {
        fprintf(stderr, "usage: preview_pid PID\n");
        return 2;
    }
    if (hn_target_open_live(atoll(argv[1]), &options, NULL, &err, &target) != HN_OK)
        return fail(&err);
    if (hn_runtime_open(target, &runtime) != HN_OK)
        return fail(target->err);
    types = hn_types_create(&runtime->py);
    st = types ? show_all(types, &all) : HN_E_NOMEM;
    if (st)
        fail(target->err);
    hn_types_destroy(types);
    hn_runtime_close(runtime);
    hn_target_close(target);
    return st != HN_OK;
}
