#include "report/document.h"
#include "report/waits.h"

void
hn_actor_document(struct hn_json *json, const struct hn_waits *waits, uint32_t actor)
{
    const struct hn_actor *a = &waits->actors[actor];

    if (a->thread) {
        hn_json_integer(json, "thread", a->thread->native_id);
        hn_json_string(json, "name", a->thread->name);
        return;
    }
    hn_json_address(json, "task", waits->tasks->items[a->task].addr);
    hn_json_string(json, "name", waits->tasks->items[a->task].name);
}

static void
put_thing(struct hn_json *json, const struct hn_wait *wait)
{
    hn_json_open_object(json, "on");
    hn_json_string(json, "kind", hn_wait_kind_name(wait->kind));
    hn_json_string(json, "text", wait->text);
    if (wait->addr != 0)
        hn_json_address(json, "address", wait->addr);
    if (wait->fd >= 0)
        hn_json_integer(json, "descriptor", wait->fd);
    if (wait->pid > 0)
        hn_json_integer(json, "process", wait->pid);
    if (wait->kind == HN_WAIT_FUTURE)
        hn_json_bool(json, "pending", wait->pending);
    hn_json_close_object(json);
}

static void
put_native_holder(struct hn_json *json, const struct hn_wait *wait)
{
    hn_json_open_object(json, "native_holder");
    hn_json_integer(json, "native_id", wait->native_holder);
    if (wait->native_name)
        hn_json_string(json, "name", wait->native_name);
    if (wait->native_doing)
        hn_json_string(json, "inside", wait->native_doing);
    hn_json_close_object(json);
}

void
hn_waits_document(struct hn_json *json, const struct hn_waits *waits)
{
    for (size_t i = 0; i < waits->count; i++) {
        const struct hn_wait *wait = &waits->items[i];

        hn_json_open_object(json, NULL);
        hn_actor_document(json, waits, wait->actor);
        put_thing(json, wait);
        if (wait->holder != HN_NOBODY) {
            hn_json_open_object(json, "holder");
            hn_actor_document(json, waits, wait->holder);
            hn_json_string(json, "how", wait->how);
            hn_json_close_object(json);
        } else if (wait->native_holder != 0) {
            put_native_holder(json, wait);
        } else if (wait->owner != 0) {
            hn_json_unsigned(json, "ended_owner", wait->owner);
        }
        if (wait->frame)
            hn_document_frame(json, "frame", wait->frame);
        hn_json_close_object(json);
    }
}

void
hn_wait_cycles_document(struct hn_json *json, const struct hn_waits *waits)
{
    for (size_t i = 0; i < waits->cycle_count; i++) {
        hn_json_open_list(json, NULL);
        for (size_t a = 0; a < waits->cycles[i].count; a++) {
            hn_json_open_object(json, NULL);
            hn_actor_document(json, waits, waits->cycles[i].tasks[a]);
            hn_json_close_object(json);
        }
        hn_json_close_list(json);
    }
}
