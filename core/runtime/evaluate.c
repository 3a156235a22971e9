/* Follows an expression step by step, and finds near words where a step fails. */
#include "runtime/evaluate.h"

#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "objects/objects.h"

struct walk {
    struct hn_lookup lookup;
    const struct hn_scope *scope;
    const struct hn_step *step;
    struct hn_error *err;
};

/* --- near words */

/* More would be no help. */
enum { MAX_NEAR = 5 };

struct near {
    const char *word;
    const char *found[MAX_NEAR]; /* the nearest first */
    size_t distance[MAX_NEAR], count;
};

static bool
is_known(const struct near *near, const char *name)
{
    for (size_t i = 0; i < near->count; i++)
        if (strcmp(near->found[i], name) == 0)
            return true;
    return false;
}

/* Keeps @name among the nearest if it is near at all. */
static void
consider(void *arg, const char *name)
{
    struct near *near = arg;
    size_t distance, at;

    if (strcmp(near->word, name) == 0) /* a slot, or a class's, without a value */
        return;
    if (!hn_near(near->word, name) || is_known(near, name))
        return;
    distance = hn_near_distance(near->word, name);
    for (at = near->count; at > 0 && near->distance[at - 1] > distance; at--) {
        if (at < MAX_NEAR) {
            near->found[at] = near->found[at - 1];
            near->distance[at] = near->distance[at - 1];
        }
    }
    if (at == MAX_NEAR)
        return;
    near->found[at] = name;
    near->distance[at] = distance;
    near->count += near->count < MAX_NEAR;
}

static void
consider_bindings(struct near *near, const struct hn_bindings *bindings)
{
    for (size_t i = 0; i < bindings->count; i++)
        consider(near, bindings->items[i].name);
}

/* Fails with the expression up to the step that leads nowhere, and the words near to
 * what it says. */
static enum hn_status
fail_near(const struct walk *w, const char *what, const struct near *near)
{
    char detail[sizeof(w->err->detail)];
    int used = snprintf(detail, sizeof(detail), "%s", w->step->so_far);

    for (size_t i = 0; i < near->count && used < (int)sizeof(detail); i++)
        used += snprintf(detail + used, sizeof(detail) - (size_t)used, "%s%s",
                         i ? ", " : "; near: ", near->found[i]);
    return hn_fail_detail(w->err, HN_DONE, 0, what, "%s", detail);
}

/* --- the first name */

static enum hn_status
find_binding(const struct walk *w, const struct hn_bindings *bindings,
             struct hn_found *ret)
{
    for (size_t i = 0; i < bindings->count; i++) {
        const struct hn_binding *binding = &bindings->items[i];

        if (strcmp(binding->name, w->step->name) != 0)
            continue;
        if (!hn_binding_is_bound(w->lookup.rt, binding))
            return hn_fail_detail(w->err, HN_E_ARGUMENT, 0,
                                  "the variable has no value at this point", "%s",
                                  binding->name);
        *ret = (struct hn_found){ .bits = binding->bits };
        return HN_OK;
    }
    return HN_DONE;
}

static enum hn_status
find_in_dict(const struct walk *w, hn_addr dict, struct hn_found *ret)
{
    *ret = (struct hn_found){ 0 };
    if (dict == 0)
        return HN_DONE;
    return hn_dict_find(&w->lookup.rt->py, dict, w->step->name, &ret->bits);
}

static enum hn_status
fail_name(const struct walk *w, const struct hn_bindings *locals,
          const struct hn_frame_dicts *dicts)
{
    struct near near = { .word = w->step->name };

    consider_bindings(&near, locals);
    hn_item_names(&w->lookup, dicts->globals, consider, &near);
    hn_item_names(&w->lookup, dicts->builtins, consider, &near);
    return fail_near(w, "no variable of that name", &near);
}

static enum hn_status
find_name(const struct walk *w, struct hn_found *ret)
{
    const struct hn_frame *frame = w->scope->frame;
    struct hn_bindings locals;
    struct hn_frame_dicts dicts;
    enum hn_status st;

    if (!frame)
        return hn_fail(w->err, HN_E_ARGUMENT, 0,
                       "there is no Python frame whose names could be meant");
    /* Its globals might be read, but a local of the same name would come first. */
    if (frame->kind != HN_FRAME_PYTHON)
        return hn_fail(w->err, HN_E_CORRUPT, frame->problem_at,
                       "the frame cannot be read, so what its names mean is not known");
    st = hn_bindings_load(w->lookup.rt, frame, w->lookup.arena, &locals);
    if (!st)
        st = find_binding(w, &locals, ret);
    if (st != HN_DONE)
        return st;
    st = hn_frame_dicts_load(w->lookup.rt, frame, &dicts);
    if (st)
        return st;
    st = find_in_dict(w, dicts.globals, ret);
    if (st == HN_DONE)
        st = find_in_dict(w, dicts.builtins, ret);
    return st == HN_DONE ? fail_name(w, &locals, &dicts) : st;
}

/* --- attributes and items */

static enum hn_status
fail_attribute(const struct walk *w, hn_addr object)
{
    struct near near = { .word = w->step->name };

    hn_attribute_names(&w->lookup, object, consider, &near);
    return fail_near(w, "the object has no such attribute", &near);
}

static enum hn_status
fail_item(const struct walk *w, hn_addr object)
{
    struct near near = { .word = w->step->key.text };

    if (w->step->key.kind == HN_KEY_BYTES)
        return hn_fail(w->err, HN_DONE, 0, "the object has no such item");
    if (!w->step->key.number)
        hn_item_names(&w->lookup, object, consider, &near);
    return fail_near(w, "the object has no such item", &near);
}

static enum hn_status
find_next(const struct walk *w, hn_addr object, struct hn_found *ret)
{
    enum hn_status st;

    if (object == 0)
        return hn_fail(w->err, HN_E_ARGUMENT, 0,
                       "a number or a character has no attributes or items here");
    if (w->step->kind == HN_STEP_ATTRIBUTE) {
        st = hn_attribute_find(&w->lookup, object, w->step->name, ret);
        return st == HN_DONE ? fail_attribute(w, object) : st;
    }
    st = hn_item_find(&w->lookup, object, &w->step->key, ret);
    return st == HN_DONE ? fail_item(w, object) : st;
}

/* Any address may be typed: it must prove to be an object. */
static enum hn_status
find_address(const struct walk *w, struct hn_found *ret)
{
    hn_addr type;
    uint64_t flags;

    *ret = (struct hn_found){ .bits = w->step->address };
    return hn_object_flags(&w->lookup.rt->py, w->step->address, &type, &flags);
}

static enum hn_status
take_step(const struct walk *w, struct hn_found *found)
{
    hn_addr object = 0;

    switch (w->step->kind) {
    case HN_STEP_NAME: return find_name(w, found);
    case HN_STEP_ADDRESS: return find_address(w, found);
    case HN_STEP_ATTRIBUTE:
    case HN_STEP_ITEM: break;
    }
    if (!found->made)
        object = hn_stackref_pointer(&w->lookup.rt->py, found->bits);
    return find_next(w, object, found);
}

enum hn_status
hn_evaluate(struct hn_runtime *rt, const struct hn_scope *scope, const char *expression,
            struct hn_arena *arena, struct hn_found *ret)
{
    struct walk w = { { rt, scope->interpreter, arena }, scope, NULL, rt->py.err };
    struct hn_expression parsed;
    struct hn_found found = { 0 };
    enum hn_status st = hn_expression_parse(expression, arena, rt->py.err, &parsed);

    for (size_t i = 0; !st && i < parsed.count; i++) {
        w.step = &parsed.steps[i];
        st = take_step(&w, &found);
    }
    if (st)
        return st;
    *ret = found;
    return HN_OK;
}
