/* Source files may have any size, encoding and contents: they belong to the target.
 * Bytes are taken as they are; whoever shows them escapes them. */
#include "command/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* uthash would end the debugger when memory is short. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* Larger files are generated, or no source; their frames go without a source line. */
enum { MAX_FILE = 16 << 20 };

/* A longer line tells nothing on a screen. */
enum { MAX_LINE = 400 };

struct hn_source_file {
    const char *path;
    char *bytes;      /* NULL: could not be read */
    uint32_t *starts; /* of line n at [n - 1], and one past the last */
    size_t line_count;
    const char **shown; /* lines handed out before, by number */
    UT_hash_handle hh;
};

void
hn_sources_init(struct hn_sources *sources, struct hn_target *target,
                struct hn_arena *arena)
{
    *sources = (struct hn_sources){ target, arena, NULL };
}

static void
destroy_file(struct hn_source_file *file)
{
    free(file->bytes);
    free(file->starts);
    free(file->shown);
    free(file);
}

void
hn_sources_deinit(struct hn_sources *sources)
{
    struct hn_source_file *file, *next;

    HASH_ITER(hh, sources->files, file, next)
    {
        HASH_DEL(sources->files, file);
        destroy_file(file);
    }
}

/* Reads what there is of a regular file; returns how many bytes, 0 if none. */
static size_t
read_file(int fd, char **ret)
{
    struct stat st;
    size_t size = 0, wanted;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size <= 0
        || st.st_size > MAX_FILE)
        return 0;
    wanted = (size_t)st.st_size;
    *ret = malloc(wanted);
    while (*ret && size < wanted) {
        ssize_t got = pread(fd, *ret + size, wanted - size, (off_t)size);

        if (got <= 0)
            break;
        size += (size_t)got;
    }
    return size;
}

/* Finds where lines start. Python ends lines at \n, \r\n and \r. */
static void
index_lines(struct hn_source_file *file, size_t size)
{
    size_t count = 1, line = 1;

    for (size_t i = 0; i < size; i++)
        count += file->bytes[i] == '\n' || file->bytes[i] == '\r';
    file->starts = calloc(count + 1, sizeof(*file->starts));
    file->shown = calloc(count, sizeof(*file->shown));
    if (!file->starts || !file->shown)
        return;
    for (size_t i = 0; i < size; i++) {
        if (file->bytes[i] == '\r' && i + 1 < size && file->bytes[i + 1] == '\n')
            i++;
        if (file->bytes[i] == '\n' || file->bytes[i] == '\r')
            file->starts[line++] = (uint32_t)(i + 1);
    }
    file->line_count = file->starts[line - 1] < size ? line : line - 1;
    file->starts[file->line_count] = (uint32_t)size;
}

/* A process that has ended, and a file that an earlier run wrote, have no target. */
static int
open_file(struct hn_target *target, const char *path)
{
    if (target)
        return hn_target_open_file(target, path);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

static void
load_file(struct hn_sources *sources, struct hn_source_file *file)
{
    int fd;
    size_t size;

    /* "<string>", "<frozen importlib._bootstrap>": no file was meant */
    if (file->path[0] == '<' || file->path[0] == '\0')
        return;
    fd = open_file(sources->target, file->path);
    if (fd < 0)
        return;
    size = read_file(fd, &file->bytes);
    close(fd);
    if (size > 0)
        index_lines(file, size);
}

static struct hn_source_file *
find_file(struct hn_sources *sources, const char *path)
{
    struct hn_source_file *file;

    HASH_FIND_STR(sources->files, path, file);
    if (file)
        return file;
    file = calloc(1, sizeof(*file));
    if (!file)
        return NULL;
    file->path = path;
    load_file(sources, file);
    HASH_ADD_KEYPTR(hh, sources->files, file->path, strlen(file->path), file);
    if (!file->hh.tbl) {
        destroy_file(file);
        return NULL;
    }
    return file;
}

static size_t
line_size(const struct hn_source_file *file, size_t index)
{
    size_t start = file->starts[index], end = file->starts[index + 1];

    while (end > start && strchr(" \t\r\n\f", file->bytes[end - 1]))
        end--;
    if (end - start <= MAX_LINE)
        return end - start;
    /* not in the middle of a character */
    for (end = start + MAX_LINE; end > start && (file->bytes[end] & 0xc0) == 0x80;)
        end--;
    return end - start;
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static size_t
indent_of(const struct hn_source_file *file, size_t index, size_t size)
{
    size_t indent = 0;

    while (indent < size && is_blank(file->bytes[file->starts[index] + indent]))
        indent++;
    return indent;
}

static void
fill_frame(struct hn_sources *sources, struct hn_source_file *file,
           struct hn_frame *frame)
{
    size_t index = (size_t)frame->position.line - 1, size, indent;

    if (frame->position.line < 1 || index >= file->line_count)
        return;
    size = line_size(file, index);
    indent = indent_of(file, index, size);
    if (!file->shown[index])
        file->shown[index] = hn_arena_copy(
            sources->arena, file->bytes + file->starts[index] + indent, size - indent);
    frame->source = file->shown[index];
    frame->indent = (uint32_t)indent;
}

void
hn_sources_fill(struct hn_sources *sources, struct hn_stack *stack)
{
    struct hn_source_file *file = NULL;

    for (size_t i = 0; i < stack->count; i++) {
        struct hn_frame *frame = &stack->frames[i];

        if (frame->kind != HN_FRAME_PYTHON)
            continue;
        if (!file || file->path != frame->code->file)
            file = find_file(sources, frame->code->file);
        if (file)
            fill_frame(sources, file, frame);
    }
}

static enum hn_status
check_range(struct hn_sources *sources, const struct hn_source_file *file,
            const char *path, uint64_t first)
{
    struct hn_error unheard;
    struct hn_error *err = sources->target ? sources->target->err : &unheard;

    if (!file || file->line_count == 0)
        return hn_fail_detail(err, HN_DONE, 0, "its file cannot be read here", "%s",
                              path);
    if (first > file->line_count)
        return hn_fail_detail(err, HN_DONE, 0, "its file is shorter",
                              "%s has %zu lines", path, file->line_count);
    return HN_OK;
}

enum hn_status
hn_sources_list(struct hn_sources *sources, const char *path, uint64_t first,
                uint64_t last, struct hn_listing *ret)
{
    struct hn_source_file *file = find_file(sources, path);
    const char **lines;
    enum hn_status st = check_range(sources, file, path, first);

    if (st)
        return st;
    if (last > file->line_count)
        last = file->line_count;
    lines = hn_arena_array(sources->arena, last - first + 1, sizeof(*lines));
    for (uint64_t n = first; lines && n <= last; n++) {
        lines[n - first] = hn_arena_copy(
            sources->arena, file->bytes + file->starts[n - 1], line_size(file, n - 1));
        if (!lines[n - first])
            return HN_E_NOMEM;
    }
    ret->file = path;
    ret->first = first;
    ret->lines = lines;
    ret->count = last - first + 1;
    return lines ? HN_OK : HN_E_NOMEM;
}
