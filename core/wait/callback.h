/* Whom a callback wakes: futures and tasks that it holds. */
#ifndef HN_WAIT_CALLBACK_H
#define HN_WAIT_CALLBACK_H

#include "wait/kinds.h"

/* No callback of asyncio leads to more. */
enum { HN_WOKEN_MOST = 32 };

struct hn_woken {
    hn_addr items[HN_WOKEN_MOST]; /* futures and tasks */
    size_t count;
    const char *how; /* "gather", "wait", "TaskGroup", ...; "callback": not known */
    bool executor;   /* the future mirrors a concurrent.futures one */
    hn_addr source;  /* that one, where it is known; else 0 */
};

/* Fills @ret; what cannot be read leads nowhere. */
void
hn_callback_woken(struct hn_kinds *kinds, hn_addr callback, struct hn_woken *ret);

#endif
