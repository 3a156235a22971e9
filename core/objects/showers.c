/* The table of showers: the families' tables, searched by name. */
#include "objects/shower.h"

#include <string.h>

static const struct hn_shower *const families[] = {
#define FAMILY(family) hn_showers_##family,
    HN_SHOWER_FAMILIES(FAMILY)
#undef FAMILY
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
