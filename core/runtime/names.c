/* Thread names as the threading module has them: sys.modules['threading']._active maps
 * a thread's ident to its Thread object (Lib/threading.py, the same from 3.8 to 3.15).
 */
#include "objects/objects.h"
#include "runtime/internal.h"
#include "runtime/lookup.h"

/* A process with more threads than this has other worries. */
enum { MAX_NAMES = 1 << 16, MAX_NAME = 4096 };

enum hn_status
hn_module_attribute(struct hn_runtime *rt, hn_addr interpreter, const char *module,
                    const char *name, hn_addr *ret)
{
    struct hn_python *py = &rt->py;
    hn_addr modules, found, dict;
    enum hn_status st = hn_field_read(py, HN_INTERP_MODULES, interpreter, &modules);

    if (!st && modules == 0)
        return HN_DONE; /* starting up, or nearly gone */
    if (!st)
        st = hn_dict_find(py, modules, module, &found);
    if (!st)
        st = hn_module_dict(py, found, &dict);
    if (!st)
        st = hn_dict_find(py, dict, name, ret);
    return st;
}

static bool
load_name(struct hn_python *py, hn_addr key, hn_addr thread, struct hn_arena *arena,
          struct hn_thread_name *ret)
{
    hn_addr object;

    if (hn_uint_load(py, key, &ret->ident)
        || hn_instance_find(py, thread, "_name", &object)
        || hn_str_load(py, object, MAX_NAME, arena, &ret->name, NULL, NULL))
        return false;
    ret->native_id = 0;
    if (hn_instance_find(py, thread, "_native_id", &object) == HN_OK
        && hn_int_load(py, object, &ret->native_id))
        ret->native_id = 0;
    return true;
}

static enum hn_status
load_names(struct hn_python *py, hn_addr active, struct hn_arena *arena,
           struct hn_thread_name *names, size_t limit, size_t *count_ret)
{
    struct hn_dict_iter it;
    hn_addr key, thread;
    size_t count = 0;
    enum hn_status st = hn_dict_iter_init(py, active, &it);

    while (st == HN_OK && count < limit) {
        st = hn_dict_iter_next(&it, &key, &thread);
        /* A Thread that cannot be read costs its name, not the others'. */
        if (st == HN_OK && load_name(py, key, thread, arena, &names[count]))
            count++;
    }
    *count_ret = count;
    return st == HN_DONE ? HN_OK : st;
}

enum hn_status
hn_thread_names_load(struct hn_runtime *rt, hn_addr interp, struct hn_arena *arena,
                     const struct hn_thread_name **ret, size_t *count_ret)
{
    struct hn_python *py = &rt->py;
    struct hn_thread_name *names = NULL;
    hn_addr active;
    uint64_t used;
    enum hn_status st =
        hn_module_attribute(rt, interp, "threading", "_active", &active);

    *ret = NULL;
    *count_ret = 0;
    if (st)
        return st;
    st = hn_field_read(py, HN_DICT_USED, active, &used);
    if (st)
        return st;
    if (used > MAX_NAMES)
        return hn_fail(py->err, HN_E_CORRUPT, active, "threading._active is too large");
    names = hn_arena_array(arena, used, sizeof(*names));
    if (!names)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for thread names");
    st = load_names(py, active, arena, names, used, count_ret);
    *ret = names;
    return st;
}
