#include "wait/current.h"

#include "objects/objects.h"
#include "runtime/lookup.h"

enum hn_status
hn_current_tasks_find(struct hn_kinds *kinds, hn_addr interpreter, hn_addr *ret)
{
    hn_addr dict;
    enum hn_status st = hn_module_attribute(kinds->rt, interpreter, "asyncio.tasks",
                                            "_current_tasks", &dict);

    if (st)
        return st;
    if (!hn_object_is(&kinds->rt->py, dict, "dict"))
        return HN_DONE;
    *ret = dict;
    return HN_OK;
}

size_t
hn_current_tasks(struct hn_kinds *kinds, hn_addr dict, hn_addr *ret, size_t limit)
{
    struct hn_dict_iter it;
    size_t count = 0;
    hn_addr key, value;

    if (hn_dict_iter_init(&kinds->rt->py, dict, &it))
        return 0;
    while (count < limit && hn_dict_iter_next(&it, &key, &value) == HN_OK)
        ret[count++] = value;
    return count;
}
