#include "wait/local.h"

#include <string.h>

#include "objects/objects.h"
#include "objects/slot.h"
#include "runtime/variables.h"

hn_addr
hn_local_find(struct hn_runtime *rt, const struct hn_frame *frame, const char *name)
{
    struct hn_bindings bindings;
    struct hn_arena scratch;
    hn_addr found = 0;

    hn_arena_init(&scratch);
    if (hn_bindings_load(rt, frame, &scratch, &bindings) == HN_OK)
        for (size_t i = 0; i < bindings.count && found == 0; i++)
            if (strcmp(bindings.items[i].name, name) == 0
                && hn_binding_is_bound(rt, &bindings.items[i]))
                found = hn_stackref_pointer(&rt->py, bindings.items[i].bits);
    hn_arena_deinit(&scratch);
    return found;
}

hn_addr
hn_own_attribute(struct hn_kinds *kinds, hn_addr object, const char *name)
{
    struct hn_python *py = &kinds->rt->py;
    const struct hn_type *type;
    hn_addr at, found;

    if (object == 0)
        return 0;
    if (hn_instance_find(py, object, name, &found) == HN_OK)
        return found;
    if (hn_object_type(py, object, &at) || hn_types_find(kinds->types, at, &type)
        || hn_types_attribute(kinds->types, object, type, name, &found))
        return 0;
    return found;
}

uint64_t
hn_length(struct hn_kinds *kinds, hn_addr object)
{
    struct hn_python *py = &kinds->rt->py;
    const char *type = hn_kind_type_name(kinds, object);
    enum hn_field field = HN_VAR_SIZE;
    uint64_t length;

    if (strcmp(type, "set") == 0)
        field = HN_SET_USED;
    else if (strcmp(type, "dict") == 0 || strcmp(type, "collections.OrderedDict") == 0)
        field = HN_DICT_USED;
    else if (strcmp(type, "list") != 0 && strcmp(type, "tuple") != 0
             && strcmp(type, "collections.deque") != 0)
        return 0;
    return hn_field_read(py, field, object, &length) ? 0 : length;
}

bool
hn_number(struct hn_kinds *kinds, hn_addr object, double *ret)
{
    struct hn_python *py = &kinds->rt->py;
    uint64_t bits;
    int64_t integer;

    if (object == 0)
        return false;
    if (hn_object_is(py, object, "float")) {
        if (hn_field_read(py, HN_FLOAT_VALUE, object, &bits))
            return false;
        memcpy(ret, &bits, sizeof *ret);
        return true;
    }
    if (hn_int_load(py, object, &integer))
        return false;
    *ret = (double)integer;
    return true;
}

bool
hn_file_is(const char *file, const char *suffix)
{
    size_t size = strlen(file), wanted = strlen(suffix);

    return size >= wanted && strcmp(file + size - wanted, suffix) == 0;
}
