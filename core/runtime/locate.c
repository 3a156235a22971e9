/* Finds _PyRuntime in a target, and which CPython it belongs to.
 *
 * Places to look, best first: the symbol _PyRuntime of a module, the section .PyRuntime
 * (3.10+, survives strip), the debugger's symbol lookup, a scan of writable memory for
 * the cookie of _Py_DebugOffsets (3.13+), and a scan for the pointer pair that begins
 * the list of interpreters (up to 3.12). A place is accepted when interpreters and
 * threads reached from it point back at each other.
 * The same file can be mapped twice (ctypes maps the executable again for its
 * trampolines) and the copy's _PyRuntime is not alive: acceptance decides, not order.
 */
#include "objects/objects.h"
#include "runtime/internal.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
/* Series without _Py_DebugOffsets: tried one after the other when nothing names the
 * version, and confirmed by sys.hexversion. */
static const uint32_t old_series[] = {
    HN_HEX(3, 12, 0), HN_HEX(3, 11, 0), HN_HEX(3, 10, 0),
    HN_HEX(3, 9, 0),  HN_HEX(3, 8, 0),
};

enum {
    OLD_SERIES = sizeof(old_series) / sizeof(*old_series),
    SCAN_BLOCK = 1 << 18,
    /* The data of a large program; beyond it a scan would be a search of the heap. */
    MAX_SCAN = 1 << 30,
    MAX_DEBUG_OFFSETS = 4096,
};

struct search {
    struct hn_runtime *rt;
    const struct hn_module *modules;
    size_t module_count;
    bool seen_runtime; /* a _PyRuntime was there, but no interpreter in it */
    struct hn_error unsupported;
    struct hn_python old[OLD_SERIES]; /* by series: its layout over this target */
    int old_state[OLD_SERIES];        /* 0: not made yet, 1: made, -1: there is none */
};

/* --- acceptance */

static bool
is_dict(struct hn_python *py, hn_addr object)
{
    hn_addr type;
    uint64_t flags;
    enum hn_status st = hn_object_flags(py, object, &type, &flags);

    /* A core may lack these pages; what is absent does not speak against it. */
    return st == HN_E_FAULT || (st == HN_OK && (flags & HN_TPFLAG_DICT));
}

/* Interpreter and first thread must point at each other, the dicts must be dicts. */
static bool
is_interpreter(struct hn_python *py, hn_addr interp)
{
    uint64_t tstate, back, modules, sysdict;

    if (interp == 0 || interp % 8 != 0
        || hn_field_read(py, HN_INTERP_THREADS_HEAD, interp, &tstate)
        || tstate % 8 != 0)
        return false;
    if (tstate != 0
        && (hn_field_read(py, HN_THREAD_INTERP, tstate, &back) || back != interp))
        return false;
    if (hn_field_read(py, HN_INTERP_MODULES, interp, &modules)
        || hn_field_read(py, HN_INTERP_SYSDICT, interp, &sysdict))
        return false;
    /* All NULL at start-up and at the very end. */
    if (modules == 0 && sysdict == 0)
        return tstate != 0;
    return is_dict(py, modules) && is_dict(py, sysdict);
}

static bool
first_interpreter(struct hn_python *py, hn_addr runtime, hn_addr *ret)
{
    return hn_field_read(py, HN_RUNTIME_INTERPRETERS_HEAD, runtime, ret) == HN_OK
           && is_interpreter(py, *ret);
}

/* What the interpreter itself says of its version: sys.hexversion and sys.abiflags. */
static bool
read_sys(struct hn_python *py, hn_addr interp, uint32_t *hex_ret, unsigned *flavour_ret)
{
    struct hn_arena scratch;
    hn_addr sysdict, object;
    const char *flags;
    int64_t hex;
    bool ok = false;

    hn_arena_init(&scratch);
    if (hn_field_read(py, HN_INTERP_SYSDICT, interp, &sysdict) == HN_OK
        && hn_dict_find(py, sysdict, "hexversion", &object) == HN_OK
        && hn_int_load(py, object, &hex) == HN_OK && hex > 0 && hex <= UINT32_MAX) {
        *hex_ret = (uint32_t)hex;
        ok = true;
    }
    if (ok && hn_dict_find(py, sysdict, "abiflags", &object) == HN_OK
        && hn_str_load(py, object, 16, &scratch, &flags, NULL, NULL) == HN_OK)
        *flavour_ret = (strchr(flags, 'd') ? HN_FLAVOUR_DEBUG : 0u)
                       | (strchr(flags, 't') ? HN_FLAVOUR_FREE_THREADED : 0u);
    hn_arena_deinit(&scratch);
    return ok;
}

static enum hn_status
set_layout(struct hn_runtime *rt, uint32_t hex, unsigned flavour)
{
    struct hn_python *py = &rt->py;
    enum hn_status st =
        hn_layout_find(hex, flavour, sizeof(pthread_mutex_t), py->err, &py->layout);

    return st ? st : hn_layout_finish(&py->layout, py->err);
}

/* The layout of an old series, made once: a scan tries it at thousands of places. */
static struct hn_python *
old_view(struct search *s, size_t series)
{
    struct hn_python *view = &s->old[series];

    if (s->old_state[series] == 0) {
        *view = s->rt->py;
        s->old_state[series] =
            hn_layout_find(old_series[series], HN_FLAVOUR_RELEASE,
                           sizeof(pthread_mutex_t), view->err, &view->layout)
                        == HN_OK
                    && hn_layout_finish(&view->layout, view->err) == HN_OK
                ? 1
                : -1;
    }
    return s->old_state[series] > 0 ? view : NULL;
}

static enum hn_status
accept_old(struct search *s, hn_addr runtime, uint32_t guess)
{
    struct hn_runtime *rt = s->rt;
    uint32_t hex = 0;
    unsigned flavour = HN_FLAVOUR_RELEASE;
    hn_addr interp;
    enum hn_status st = set_layout(rt, guess, flavour);

    if (st)
        return st;
    if (!first_interpreter(&rt->py, runtime, &interp))
        return HN_DONE;
    if (!read_sys(&rt->py, interp, &hex, &flavour) || hex >> 16 != guess >> 16)
        return HN_DONE;
    st = set_layout(rt, hex, flavour);
    if (st)
        return st;
    return first_interpreter(&rt->py, runtime, &interp) ? HN_OK : HN_DONE;
}

/* A core can lack the heap, and with it sys.hexversion: then the version that the
 * binary names has to do. */
static enum hn_status
accept_named(struct search *s, hn_addr runtime, uint32_t hex)
{
    hn_addr interp;
    enum hn_status st = set_layout(s->rt, hex, HN_FLAVOUR_RELEASE);

    if (st)
        return st;
    return first_interpreter(&s->rt->py, runtime, &interp) ? HN_OK : HN_DONE;
}

/* The row for this version under what the target publishes; the block alone when the
 * version is newer than all rows. */
static enum hn_status
set_published_layout(struct hn_runtime *rt, const struct hn_debug_offsets_head *head,
                     const void *block, unsigned flavour)
{
    struct hn_python *py = &rt->py;
    enum hn_status st = hn_layout_find(head->hex, flavour, sizeof(pthread_mutex_t),
                                       py->err, &py->layout);

    if (st == HN_E_UNSUPPORTED)
        st = hn_layout_from_debug_offsets(block, head->size, sizeof(pthread_mutex_t),
                                          py->err, &py->layout);
    else if (!st)
        st = hn_layout_overlay(&py->layout, block, head->size, py->err);
    return st ? st : hn_layout_finish(&py->layout, py->err);
}

/* The block does not say whether this is a debug build, and what it does not cover
 * differs there: sys.abiflags decides. */
static enum hn_status
accept_published(struct search *s, hn_addr runtime,
                 const struct hn_debug_offsets_head *head, const void *block)
{
    struct hn_runtime *rt = s->rt;
    unsigned said = head->free_threaded ? HN_FLAVOUR_FREE_THREADED : HN_FLAVOUR_RELEASE;
    hn_addr interp;

    for (int pass = 0; pass < 2; pass++) {
        uint32_t hex;
        enum hn_status st = set_published_layout(rt, head, block, said);

        if (st) {
            s->unsupported = *rt->py.err;
            return st;
        }
        if (!first_interpreter(&rt->py, runtime, &interp))
            return HN_DONE;
        if (!read_sys(&rt->py, interp, &hex, &said) || said == rt->py.layout.flavour)
            break;
    }
    return HN_OK;
}

/* HN_OK when a live interpreter hangs off @runtime; rt->py.layout is then set. */
static enum hn_status
accept(struct search *s, hn_addr runtime, uint32_t named)
{
    struct hn_python *py = &s->rt->py;
    struct hn_debug_offsets_head head;
    uint8_t block[MAX_DEBUG_OFFSETS];
    size_t size = hn_target_read_some(py->target, runtime, block, sizeof(block));

    if (size < 64)
        return HN_DONE;
    s->seen_runtime = true;
    if (hn_debug_offsets_head(block, size, &head) == HN_OK) {
        if (head.size > size)
            return HN_DONE;
        return accept_published(s, runtime, &head, block);
    }
    for (size_t i = 0; i < OLD_SERIES; i++)
        if ((!named || named >> 16 == old_series[i] >> 16)
            && accept_old(s, runtime, named ? named : old_series[i]) == HN_OK)
            return HN_OK;
    return named ? accept_named(s, runtime, named) : HN_DONE;
}

/* --- places */

static bool
found(struct search *s, hn_addr runtime, const char *how, const char *where)
{
    s->rt->address = runtime;
    s->rt->found_by = hn_arena_format(&s->rt->py.target->arena, "%s%s%s", how,
                                      *where ? " " : "", where);
    if (!s->rt->found_by)
        s->rt->found_by = how;
    return true;
}

/* The series that a file's name gives away: "libpython3.10.so.1.0", "python3.8". */
static uint32_t
series_of_path(const char *path)
{
    const char *base = strrchr(path, '/');
    const char *at = strstr(base ? base : path, "python3.");
    unsigned minor;

    if (!at || sscanf(at + 8, "%u", &minor) != 1 || minor < 8 || minor > 12)
        return 0;
    return HN_HEX(3, minor, 0);
}

/* Py_Version is exported from 3.11 on; before that the file's name has to do. */
static uint32_t
version_of(struct search *s, const struct hn_module *module)
{
    struct hn_target *target = s->rt->py.target;
    hn_addr at;
    uint64_t size;
    uint32_t hex;

    if (hn_module_symbol(target, module, "Py_Version", &at, &size) == HN_OK
        && hn_target_read_u32(target, at, &hex) == HN_OK && hex >> 24 == 3)
        return hex;
    return series_of_path(module->path);
}

/* What the linker may have left of the runtime's place. */
struct mark {
    enum hn_status (*find)(struct hn_target *target, const struct hn_module *module,
                           const char *name, hn_addr *ret, uint64_t *size_ret);
    const char *name, *how;
};

static const struct mark symbol = { hn_module_symbol, "_PyRuntime",
                                    "symbol _PyRuntime of" };
static const struct mark section = { hn_module_section, ".PyRuntime",
                                     "section .PyRuntime of" };

static bool
try_module(struct search *s, const struct hn_module *m, const struct mark *mark)
{
    uint64_t size;
    hn_addr at;

    return mark->find(s->rt->py.target, m, mark->name, &at, &size) == HN_OK
           && accept(s, at, version_of(s, m)) == HN_OK
           && found(s, at, mark->how, m->path);
}

static bool
is_named_python(const struct hn_module *m)
{
    const char *base = hn_base_name(m->path);

    return strncmp(base, "python", 6) == 0 || strncmp(base, "libpython", 9) == 0;
}

/* Files that say in their name what they are come first: a process may have mapped
 * hundreds of others. */
static bool
by_mark(struct search *s, const struct mark *mark)
{
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < s->module_count; i++)
            if (is_named_python(&s->modules[i]) == (pass == 0)
                && try_module(s, &s->modules[i], mark))
                return true;
    return false;
}

static bool
by_host(struct search *s)
{
    struct hn_target *target = s->rt->py.target;
    const struct hn_host *host = target->host;
    hn_addr at;

    if (!host || !host->ops || !host->ops->find_symbol)
        return false;
    if (host->ops->find_symbol(host->impl, "_PyRuntime", &at) != HN_OK
        || accept(s, at, 0) != HN_OK)
        return false;
    return found(s, at, "the debugger's symbol _PyRuntime", "");
}

/* Calls @each for every aligned word of writable memory that may be a program's data:
 * file-backed mappings and what lies right behind them (.bss). */
typedef bool
word_fn(struct search *s, const uint8_t *bytes, size_t left, hn_addr addr);

static bool
scan_region(struct search *s, hn_addr start, hn_addr end, word_fn *each, uint8_t *block)
{
    struct hn_target *target = s->rt->py.target;

    for (hn_addr at = start; at < end; at += SCAN_BLOCK) {
        size_t want = end - at < SCAN_BLOCK ? end - at : SCAN_BLOCK;
        size_t size = hn_target_read_some(target, at, block, want);

        if (hn_target_interrupted(target))
            return false;
        for (size_t i = 0; i + 16 <= size; i += 8)
            if (each(s, block + i, size - i, at + i))
                return true;
    }
    return false;
}

static bool
holds_data(const struct hn_target *target, size_t index)
{
    const struct hn_region *r = &target->regions[index];

    if (!r->writable || r->shared)
        return false;
    if (r->path[0] == '/')
        return true;
    /* .bss follows its file's data without a gap. */
    return r->path[0] == '\0' && index > 0 && target->regions[index - 1].end == r->start
           && target->regions[index - 1].path[0] == '/';
}

static bool
scan(struct search *s, word_fn *each)
{
    struct hn_target *target = s->rt->py.target;
    uint8_t *block = malloc(SCAN_BLOCK);
    uint64_t scanned = 0;
    bool hit = false;

    for (size_t i = 0; block && !hit && i < target->region_count; i++) {
        const struct hn_region *r = &target->regions[i];

        if (!holds_data(target, i))
            continue;
        scanned += r->end - r->start;
        if (scanned > MAX_SCAN)
            break;
        hit = scan_region(s, r->start, r->end, each, block);
    }
    free(block);
    return hit;
}

static bool
try_cookie(struct search *s, const uint8_t *bytes, size_t left, hn_addr addr)
{
    static const char cookie[8] = { 'x', 'd', 'e', 'b', 'u', 'g', 'p', 'y' };

    (void)left;
    return memcmp(bytes, cookie, sizeof(cookie)) == 0 && accept(s, addr, 0) == HN_OK
           && found(s, addr, "the cookie of _Py_DebugOffsets in writable memory", "");
}

/* interpreters.head and .main stand side by side and are equal but for subinterpreters;
 * random equal words rarely lead to an interpreter whose thread points back. */
static bool
try_pair(struct search *s, const uint8_t *bytes, size_t left, hn_addr addr)
{
    uint64_t head, main;

    (void)left;
    memcpy(&head, bytes, 8);
    memcpy(&main, bytes + 8, 8);
    if (head == 0 || head != main || head % 8 != 0
        || !hn_target_region(s->rt->py.target, head))
        return false;
    for (size_t i = 0; i < OLD_SERIES; i++) {
        struct hn_python *view = old_view(s, i);
        hn_addr at, interp;

        if (!view)
            continue;
        at = addr - hn_field_addr(view, HN_RUNTIME_INTERPRETERS_HEAD, 0);
        if (first_interpreter(view, at, &interp)
            && accept_old(s, at, old_series[i]) == HN_OK)
            return found(s, at, "a list of interpreters in writable memory", "");
    }
    return false;
}

/* --- the search */

static enum hn_status
not_found(struct search *s)
{
    struct hn_error *err = s->rt->py.err;
    struct hn_target *target = s->rt->py.target;
    enum hn_status st = hn_target_poll(target);

    if (st)
        return st;
    if (s->unsupported.status) {
        *err = s->unsupported;
        return err->status;
    }
    if (s->seen_runtime)
        return hn_fail(
            err, HN_E_NOT_PYTHON, 0,
            "Python is loaded but has no readable interpreter: it is starting "
            "up, has shut down, or the memory is missing or damaged");
    for (size_t i = 0; i < s->module_count; i++)
        if (!s->modules[i].elf && s->modules[i].problem
            && strstr(s->modules[i].path, "python"))
            return hn_fail_detail(
                err, HN_E_NOT_PYTHON, 0,
                "no Python interpreter found; a file of it is not usable", "%s: %s",
                s->modules[i].path, s->modules[i].problem);
    if (target->core && target->core->missing_count > 0)
        return hn_fail_detail(
            err, HN_E_NOT_PYTHON, 0,
            "no Python interpreter found, in a core that is not whole", "%s",
            target->core->missing[0]);
    return hn_fail_detail(err, HN_E_NOT_PYTHON, 0, "no Python interpreter found", "%s",
                          target->exe);
}

static void
say_offsets(struct hn_runtime *rt)
{
    const struct hn_layout *layout = &rt->py.layout;
    bool published = false;
    const char *text;

    for (int f = 0; f < HN_FIELD_COUNT; f++)
        published |= layout->source[f] == HN_SOURCE_DEBUG_OFFSETS;
    text = hn_arena_format(&rt->py.target->arena, "%s%s%s%s",
                           published ? "_Py_DebugOffsets" : "",
                           published && layout->row[0] ? ", the rest from " : "",
                           layout->row[0] ? "the table for " : "", layout->row);
    if (text && layout->row[0] && !layout->exact)
        text = hn_arena_format(&rt->py.target->arena, "%s (the nearest known version)",
                               text);
    rt->offsets_from = text ? text : "";
}

enum hn_status
hn_runtime_locate(struct hn_runtime *rt)
{
    struct search s = { .rt = rt };
    enum hn_status st = hn_target_modules(rt->py.target, &s.modules, &s.module_count);

    if (st)
        return st;
    if (!by_mark(&s, &symbol) && !by_mark(&s, &section) && !by_host(&s)
        && !scan(&s, try_cookie) && !scan(&s, try_pair))
        return not_found(&s);
    say_offsets(rt);
    return HN_OK;
}
