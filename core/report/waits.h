/* Waits as text and JSON. */
#ifndef HN_REPORT_WAITS_H
#define HN_REPORT_WAITS_H

#include "model/waits.h"
#include "report/json.h"
#include "report/look.h"

/* Everything py-locks shows of one interpreter; returns how many waits that are. */
size_t
hn_waits_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_waits *waits);

/* "thread 2 (LWP 4250) \"worker\"", "task Task-3 fetch()" */
void
hn_actor_put(struct hn_text *text, const struct hn_look *look,
             const struct hn_waits *waits, uint32_t actor);

/* "lock", "queue-get"... */
const char *
hn_wait_kind_name(enum hn_wait_kind kind);

/* The members "thread" or "task" of an open object. */
void
hn_actor_document(struct hn_json *json, const struct hn_waits *waits, uint32_t actor);

/* Objects into the open list of waits. */
void
hn_waits_document(struct hn_json *json, const struct hn_waits *waits);

/* Lists into the open list of cycles. */
void
hn_wait_cycles_document(struct hn_json *json, const struct hn_waits *waits);

#endif
