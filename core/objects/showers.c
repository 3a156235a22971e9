/* The table of showers: the families' tables, searched by name. */
#include "objects/shower.h"

#include <string.h>

static const struct hn_shower *const families[] = {
    hn_showers_constant,    hn_showers_number,   hn_showers_text,
    hn_showers_container,   hn_showers_instance, hn_showers_datetime,
    hn_showers_collections, hn_showers_decimal,  hn_showers_array,
    hn_showers_re,          hn_showers_path,     hn_showers_numpy,
};

const struct hn_shower *
hn_shower_find(const char *name)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        for (const struct hn_shower *shower = families[i]; shower->name; shower++)
            if (strcmp(shower->name, name) == 0)
                return shower;
    return NULL;
}
