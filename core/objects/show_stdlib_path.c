/* pathlib: paths, whether they have been parsed yet or not.
 *
 * Up to 3.11 a path is parsed when it is made, from 3.12 on when it must be (gh-76846):
 * until then it is the texts that it was made of, and we parse them. A path is printed
 * with forward slashes, so that is what a Windows path has here from the start.
 * CPython: Lib/pathlib.py and Lib/pathlib/ (PurePath), Lib/posixpath.py and
 * Lib/ntpath.py (splitroot). */
#include <ctype.h>
#include <string.h>

#include "objects/show_stdlib.h"
#include "objects/str.h"

/* PATH_MAX is 4,096. */
enum { PATH_MOST = 1 << 14, PARTS_MOST = 1 << 13, BASES_MOST = 64 };

/* A path of code points, in the preview's arena. */
struct path {
    struct hn_show *show;
    uint32_t *characters;
    size_t size;
    bool windows;
};

static enum hn_status
init(struct hn_show *show, bool windows, struct path *ret)
{
    *ret = (struct path){ .show = show, .windows = windows };
    ret->characters =
        hn_arena_array(hn_show_arena(show), PATH_MOST, sizeof *ret->characters);
    if (!ret->characters)
        return hn_fail(hn_show_python(show)->err, HN_E_NOMEM, 0,
                       "no memory for a path");
    return HN_OK;
}

static enum hn_status
add(struct path *path, uint32_t code)
{
    if (path->size == PATH_MOST)
        return hn_fail(hn_show_python(path->show)->err, HN_E_UNSUPPORTED, 0,
                       "a path this long");
    path->characters[path->size++] = path->windows && code == '\\' ? '/' : code;
    return HN_OK;
}

/* Adds a str object's characters. */
static enum hn_status
add_str(struct path *path, hn_addr str)
{
    struct hn_python *py = hn_show_python(path->show);
    struct hn_str_shape shape;
    enum hn_status st = hn_str_shape_load(py, str, &shape);

    if (!st && shape.length > PATH_MOST - path->size)
        st = hn_fail(py->err, HN_E_UNSUPPORTED, str, "a path this long");
    for (uint64_t i = 0; !st && i < shape.length; i++) {
        uint32_t code = 0;

        st = hn_target_read(py->target, shape.data + i * shape.width, &code,
                            shape.width);
        if (!st)
            st = add(path, code);
    }
    return st;
}

/* ---- parsed paths ---- */

/* Adds the parts in a list, from @first on, with slashes between them. */
static enum hn_status
add_parts(struct path *path, hn_addr list, size_t first)
{
    struct hn_python *py = hn_show_python(path->show);
    const hn_addr *parts;
    size_t count;
    enum hn_status st =
        hn_items_load(py, list, PARTS_MOST, hn_show_arena(path->show), &parts, &count);

    for (size_t i = first; !st && i < count; i++) {
        if (i > first)
            st = add(path, '/');
        if (!st)
            st = add_str(path, parts[i]);
    }
    return st;
}

/* Drive, root and parts; up to 3.11 the first part is drive and root if there are any.
 */
static enum hn_status
load_parsed(struct path *path, const struct hn_object *object, const char *parts_name,
            size_t anchor_parts)
{
    hn_addr drive, root, parts;
    enum hn_status st = hn_show_attribute(path->show, object, parts_name, &parts);

    if (!st)
        st = hn_show_attribute(path->show, object, "_drv", &drive);
    if (!st)
        st = hn_show_attribute(path->show, object, "_root", &root);
    if (!st)
        st = add_str(path, drive);
    if (!st)
        st = add_str(path, root);
    return st ? st : add_parts(path, parts, path->size > 0 ? anchor_parts : 0);
}

/* ---- unparsed paths ---- */

static bool
is_slash(const struct path *path, size_t at)
{
    return at < path->size && path->characters[at] == '/';
}

/* From @at on to the next slash, or the end. */
static size_t
find_slash(const struct path *path, size_t at)
{
    while (at < path->size && path->characters[at] != '/')
        at++;
    return at < path->size ? at : path->size;
}

/* Whether a Windows path begins with //?/UNC/, in letters of any case. */
static bool
is_long_share(const struct path *path)
{
    static const char prefix[] = "//?/unc/";

    for (size_t i = 0; prefix[i]; i++)
        if (i >= path->size
            || (path->characters[i] != (unsigned char)prefix[i]
                && path->characters[i] != (uint32_t)toupper(prefix[i])))
            return false;
    return true;
}

/* How long the drive is: "c:", "//host/share", "//?/UNC/host/share"; 0 when there is
 * none. */
static size_t
drive_size(const struct path *path)
{
    if (!path->windows)
        return 0;
    if (path->size >= 2 && path->characters[1] == ':' && !is_slash(path, 0))
        return 2;
    if (!is_slash(path, 0) || !is_slash(path, 1))
        return 0;
    return find_slash(path, find_slash(path, is_long_share(path) ? 8 : 2) + 1);
}

/* A share is nothing without its root; two slashes in front are a root of their own in
 * POSIX. */
static size_t
root_size(const struct path *path, size_t drive)
{
    if (!is_slash(path, drive))
        return 0;
    return !path->windows && is_slash(path, 1) && !is_slash(path, 2) ? 2 : 1;
}

static bool
is_dot(const struct path *path, size_t from, size_t to)
{
    return to - from == 1 && path->characters[from] == '.';
}

/* Whether the drive names a share as a whole: "//host/share", but neither "//./device"
 * nor "//?/c:". */
static bool
is_share(const struct path *path, size_t drive)
{
    size_t host_end = find_slash(path, 2), slashes = 0;

    if (drive <= 2 || path->characters[drive - 1] == '/')
        return false;
    for (size_t i = 0; i < drive; i++)
        slashes += path->characters[i] == '/';
    if (slashes != 3)
        return slashes == 5;
    return host_end > 2
           && !(host_end == 3
                && (path->characters[2] == '?' || path->characters[2] == '.'));
}

/* Drops empty parts and dots behind the anchor. */
static enum hn_status
normalize(const struct path *raw, struct path *ret)
{
    size_t drive = drive_size(raw), root = root_size(raw, drive), next;
    bool first = true;
    enum hn_status st = HN_OK;

    for (size_t i = 0; !st && i < drive + root; i++)
        st = add(ret, raw->characters[i]);
    if (!st && root == 0 && is_share(raw, drive))
        st = add(ret, '/');
    for (size_t at = drive + root; !st && at < raw->size; at = next + 1) {
        next = find_slash(raw, at);
        if (next == at || is_dot(raw, at, next))
            continue;
        if (!first)
            st = add(ret, '/');
        first = false;
        for (size_t i = at; !st && i < next; i++)
            st = add(ret, raw->characters[i]);
    }
    return st;
}

/* Adds the next of the texts that a path was made of; one with a root begins anew. */
static enum hn_status
join(struct path *raw, hn_addr str)
{
    size_t before = raw->size, drive = drive_size(raw);
    enum hn_status st;

    if (before > 0 && !is_slash(raw, before - 1)
        && !(raw->windows && before == 2 && drive == 2)) {
        st = add(raw, '/');
        if (st)
            return st;
    }
    before = raw->size;
    st = add_str(raw, str);
    if (st || before == 0 || raw->size == before)
        return st;
    if (raw->windows
        && (is_slash(raw, before)
            || (before + 1 < raw->size && raw->characters[before + 1] == ':')))
        return HN_DONE; /* whose drive it keeps is ntpath.join's business */
    if (!is_slash(raw, before))
        return HN_OK;
    raw->size -= before;
    memmove(raw->characters, raw->characters + before,
            raw->size * sizeof *raw->characters);
    return HN_OK;
}

static enum hn_status
load_unparsed(struct path *path, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(path->show);
    const hn_addr *texts;
    struct path raw;
    size_t count;
    hn_addr list;
    enum hn_status st = hn_show_attribute(path->show, object, "_raw_paths", &list);

    if (!st)
        st = hn_items_load(py, list, PARTS_MOST, hn_show_arena(path->show), &texts,
                           &count);
    if (!st)
        st = init(path->show, path->windows, &raw);
    for (size_t i = 0; !st && i < count; i++)
        st = join(&raw, texts[i]);
    return st ? st : normalize(&raw, path);
}

/* ---- either ---- */

static bool
is_windows(struct hn_show *show, const struct hn_type *type)
{
    for (unsigned i = 0; i < BASES_MOST; i++) {
        if (strcmp(type->qualname, "PureWindowsPath") == 0)
            return true;
        if (type->base == 0
            || hn_types_find(hn_show_types(show), type->base, &type) != HN_OK)
            return false;
    }
    return false;
}

/* str() of a path is kept once it was asked for. */
static enum hn_status
load_path(struct path *path, const struct hn_object *object)
{
    hn_addr kept;
    enum hn_status st = hn_show_attribute(path->show, object, "_str", &kept);

    if (!st)
        return add_str(path, kept);
    if (st == HN_DONE)
        st = load_parsed(path, object, "_parts", 1);
    if (st == HN_DONE)
        st = load_parsed(path, object, "_tail_cached", 0);
    if (st == HN_DONE)
        st = load_unparsed(path, object);
    return st;
}

/* PosixPath('/usr/bin') */
static enum hn_status
show_path(struct hn_show *show, const struct hn_object *object)
{
    struct path path;
    enum hn_status st = init(show, is_windows(show, object->type), &path);

    if (!st)
        st = load_path(&path, object);
    if (!st && path.size == 0)
        st = add(&path, '.');
    if (st == HN_DONE)
        return hn_show_as_instance(show, object);
    if (st)
        return st;
    hn_show_short_name(show, object);
    hn_show_puts(show, "(");
    st = hn_show_code_points(show, path.characters, path.size);
    hn_show_puts(show, ")");
    return st;
}

const struct hn_shower hn_showers_path[] = {
    { "pathlib:PurePath.__repr__", show_path, HN_SHOWER_LEAF, NULL },
    { "pathlib._local:PurePath.__repr__", show_path, HN_SHOWER_LEAF, NULL }, /* 3.13 */
    { NULL, NULL, 0, NULL },
};
