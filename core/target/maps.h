/* The format of /proc/PID/maps: proc(5). */
#ifndef HN_TARGET_MAPS_H
#define HN_TARGET_MAPS_H

#include "hognose/target.h"

/* Takes one line (without its newline) apart; @ret->path points into @line, which is
 * changed where the kernel wrote a newline in a name as \012. False if the line is
 * not of that format. */
bool
hn_maps_parse(char *line, struct hn_region *ret);

#endif
