/* Lays out an object: its value, then a line for each fact, then its parts. */
#include "report/object.h"

#include <inttypes.h>
#include <string.h>

#include "report/stack.h"
#include "report/traces.h"
#include "report/value.h"

/* Where the facts begin. */
enum { LABEL = 14 };

static void
put_label(struct hn_text *text, const struct hn_look *look, const char *label)
{
    hn_text_puts(text, "  ");
    hn_look_put(text, look, HN_HEADING, label);
    hn_text_pad(text, ' ', LABEL - 2 - strlen(label));
}

static void
put_type(struct hn_text *text, const struct hn_look *look,
         const struct hn_object_facts *object)
{
    put_label(text, look, "type");
    hn_look_put(text, look, HN_PLAIN, object->value.type);
    for (size_t i = 0; i < object->base_count; i++) {
        hn_text_puts(text, i ? ", " : " (inherits from ");
        hn_look_put(text, look, HN_PLAIN, object->bases[i]);
    }
    hn_text_puts(text, object->base_count ? ")\n" : "\n");
}

static void
put_references(struct hn_text *text, const struct hn_look *look,
               const struct hn_object_facts *object)
{
    put_label(text, look, "references");
    if (!object->references.known)
        hn_text_puts(text, "not known");
    else if (object->references.immortal)
        hn_text_puts(text, "not counted, it is immortal");
    else if (object->references.split)
        hn_text_printf(
            text, "%" PRId64 " (%" PRId64 " of its thread, %" PRId64 " of others%s)",
            object->references.count, object->references.local,
            object->references.shared,
            object->references.deferred ? "; without what threads count apart" : "");
    else
        hn_text_printf(text, "%" PRId64, object->references.count);
    hn_text_putc(text, '\n');
}

static void
put_collector(struct hn_text *text, const struct hn_look *look,
              const struct hn_object_facts *object)
{
    put_label(text, look, "collector");
    if (!object->gc.collectable)
        hn_text_puts(text, "takes no part in garbage collection\n");
    else
        hn_text_puts(text, object->gc.tracked ? "tracked\n" : "not tracked\n");
}

static void
put_allocation(struct hn_text *text, const struct hn_look *look,
               const struct hn_object_facts *object)
{
    const struct hn_traces *traces = object->allocation.traces;
    const struct hn_trace_stack *stack;

    if (!traces)
        return;
    stack = &traces->stacks[traces->traces[0].stack];
    put_label(text, look, "allocated");
    hn_text_printf(text, "%" PRIu64 " bytes by the last of these calls",
                   traces->traces[0].size);
    if (stack->total > stack->count)
        hn_text_printf(text, " (%" PRIu32 " older ones were not kept)",
                       stack->total - stack->count);
    hn_text_putc(text, '\n');
    hn_trace_frames_put(text, look, traces, traces->frames + stack->first, stack->count,
                        object->allocation.sources);
}

static void
put_rest(struct hn_text *text, const struct hn_look *look, const struct hn_parts *parts)
{
    if (parts->total > parts->count && !parts->problem)
        hn_text_printf(text, "    ... %" PRIu64 " more (--limit 0)\n",
                       parts->total - parts->count);
    if (!parts->problem)
        return;
    hn_text_puts(text, "    ");
    hn_problem_put(text, look, parts->problem, parts->problem_at);
    hn_text_putc(text, '\n');
}

static void
put_attributes(struct hn_text *text, const struct hn_look *look,
               const struct hn_parts *parts)
{
    if (parts->count == 0 && !parts->problem)
        return;
    put_label(text, look, "attributes");
    hn_text_printf(text, "%" PRIu64 "\n", parts->total);
    for (size_t i = 0; i < parts->count; i++) {
        hn_text_puts(text, "    .");
        hn_look_put(text, look, HN_FUNCTION, parts->items[i].name);
        hn_text_puts(text, " = ");
        hn_value_put(text, look, &parts->items[i].value);
        hn_text_putc(text, '\n');
    }
    put_rest(text, look, parts);
}

static void
put_items(struct hn_text *text, const struct hn_look *look,
          const struct hn_parts *parts)
{
    put_label(text, look, "items");
    hn_text_printf(text, "%" PRIu64 "\n", parts->total);
    for (size_t i = 0; i < parts->count; i++) {
        hn_text_puts(text, "    [");
        if (parts->items[i].name[0])
            hn_look_put(text, look, HN_FUNCTION, parts->items[i].name);
        else
            hn_text_printf(text, "%zu", i);
        hn_text_puts(text, "] = ");
        hn_value_put(text, look, &parts->items[i].value);
        hn_text_putc(text, '\n');
    }
    put_rest(text, look, parts);
}

static void
put_block(struct hn_text *text, const struct hn_look *look,
          const struct hn_object_block *block)
{
    if (!block->allocator)
        return;
    put_label(text, look, "block");
    hn_text_printf(text,
                   "%" PRIu64 " bytes of %s at 0x%" PRIx64 "%s; %" PRIu64 " of %" PRIu64
                   " in use in 0x%" PRIx64 "\n",
                   block->size, block->allocator, block->at,
                   block->is_free ? " (free: the object is dead)" : "", block->used,
                   block->blocks, block->pool);
}

void
hn_object_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_object_facts *object)
{
    hn_value_put(text, look, &object->value);
    hn_text_putc(text, '\n');
    put_type(text, look, object);
    put_label(text, look, "address");
    hn_text_printf(text, "0x%" PRIx64 "\n", object->value.addr);
    if (object->size_bytes) {
        put_label(text, look, "size");
        hn_text_printf(text, "%" PRIu64 " bytes\n", object->size_bytes);
    }
    put_block(text, look, &object->block);
    put_references(text, look, object);
    put_collector(text, look, object);
    put_allocation(text, look, object);
    put_attributes(text, look, &object->attributes);
    if (object->has_items)
        put_items(text, look, &object->items);
}
