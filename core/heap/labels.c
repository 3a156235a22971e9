/* References in words: see labels.h. All text of the target is escaped where it is
 * shown; here it is kept as it is. */
#include "heap/labels.h"

#include <inttypes.h>
#include <string.h>

#include "objects/types.h"
#include "runtime/variables.h"

/* Keys of dicts, and objects in lists. */
static const struct hn_preview_limits short_values = { .depth = 1,
                                                       .items = 3,
                                                       .width = 80 };
/* Rows of tables: five lines of text in a list are not to fill a screen. */
static const struct hn_preview_limits values_shown = { .depth = 2,
                                                       .items = 4,
                                                       .width = 40 };

/* Names of Python: letters, digits and _; others are fine in UTF-8. */
static bool
is_identifier(const char *name, size_t size)
{
    if (size == 0 || (name[0] >= '0' && name[0] <= '9'))
        return false;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)name[i];

        if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z') || c >= 0x80))
            return false;
    }
    return true;
}

enum { NAME_MOST = 200 };

static bool
put_name(struct hn_text *text, const struct hn_heap *heap, hn_addr name)
{
    struct hn_arena arena;
    const char *bytes;
    size_t size;
    bool cut = false, ok;

    if (name == 0)
        return false;
    hn_arena_init(&arena);
    ok = hn_str_load(&heap->rt->py, name, NAME_MOST, &arena, &bytes, &size, &cut)
             == HN_OK
         && !cut && is_identifier(bytes, size);
    if (ok) {
        hn_text_putc(text, '.');
        hn_text_add(text, bytes, size);
    }
    hn_arena_deinit(&arena);
    return ok;
}

static bool
is_module(const struct hn_heap *heap, uint32_t object)
{
    return object != HN_HEAP_NONE
           && strcmp(heap->type[heap->types[object]].name, "module") == 0;
}

static void
put_repr(struct hn_text *text, const struct hn_heap *heap, hn_addr object)
{
    struct hn_arena arena;
    struct hn_value value;

    hn_arena_init(&arena);
    if (hn_runtime_value(heap->rt, object, &short_values, &arena, &value) == HN_OK)
        hn_text_puts(text, value.repr);
    else
        hn_text_printf(text, "<0x%" PRIx64 ">", object);
    hn_arena_deinit(&arena);
}

static void
put_word(struct hn_text *text, const struct hn_heap *heap,
         const struct hn_reference *reference)
{
    struct hn_arena arena;
    const char *name = NULL;

    hn_arena_init(&arena);
    if (reference->from != HN_HEAP_NONE)
        name = hn_plan_word_name(heap, heap->type[heap->types[reference->from]].size.at,
                                 (uint32_t)reference->index, &arena);
    if (name && *name == '<')
        hn_text_puts(text, name);
    else if (name)
        hn_text_printf(text, ".%s", name);
    else
        hn_text_printf(text, "<+0x%" PRIx64 ">", reference->index);
    hn_arena_deinit(&arena);
}

static void
put_local(struct hn_text *text, const struct hn_heap *heap,
          const struct hn_reference *reference)
{
    const char *name = hn_variable_name(heap->rt, reference->key, reference->index);

    if (name)
        hn_text_printf(text, "<local %s>", name);
    else
        hn_text_printf(text, "<local %" PRIu64 ">", reference->index);
}

static void
put_frame(struct hn_text *text, const struct hn_reference *reference)
{
    switch (reference->index) {
    case HN_FRAME_EXECUTABLE: hn_text_puts(text, "<code>"); return;
    case HN_FRAME_FUNCTION: hn_text_puts(text, "<function>"); return;
    case HN_FRAME_LOCALS: hn_text_puts(text, "<locals>"); return;
    default: hn_text_puts(text, "<frame>"); return;
    }
}

void
hn_label_put(struct hn_text *text, const struct hn_heap *heap,
             const struct hn_reference *reference, bool of_attributes)
{
    switch (reference->place) {
    case HN_REFERENCE_WORD: put_word(text, heap, reference); return;
    case HN_REFERENCE_DICT: hn_text_puts(text, ".__dict__"); return;
    case HN_REFERENCE_CLASS: hn_text_puts(text, ".__class__"); return;
    case HN_REFERENCE_ITEM:
        hn_text_printf(text, "[%" PRIu64 "]", reference->index);
        return;
    case HN_REFERENCE_ATTRIBUTE:
        if (!put_name(text, heap, reference->key))
            hn_text_puts(text, "<attribute>");
        return;
    case HN_REFERENCE_VALUE:
        if (of_attributes && put_name(text, heap, reference->key))
            return;
        hn_text_putc(text, '[');
        if (heap->no_values && !is_module(heap, reference->to))
            hn_text_puts(text, "...");
        else
            put_repr(text, heap, reference->key);
        hn_text_putc(text, ']');
        return;
    case HN_REFERENCE_KEY:
    case HN_REFERENCE_ORDER: hn_text_puts(text, "<key>"); return;
    case HN_REFERENCE_MEMBER: hn_text_puts(text, "<member>"); return;
    case HN_REFERENCE_LOCAL: put_local(text, heap, reference); return;
    case HN_REFERENCE_STACK: hn_text_puts(text, "<operand>"); return;
    case HN_REFERENCE_FRAME: put_frame(text, reference); return;
    case HN_REFERENCE_NAME: hn_text_puts(text, "<attribute name>"); return;
    case HN_REFERENCE_CACHE: hn_text_puts(text, "<computed>"); return;
    case HN_REFERENCE_STATE: hn_text_puts(text, "<state of its C code>"); return;
    }
}

/* --- roots */

static const char *
function_name(const struct hn_graph *graph, uint32_t frame)
{
    const struct hn_code *code;
    hn_addr at = graph->roots.frames[frame].code;

    if (at == 0 || hn_code_load(graph->heap->rt, at, &code) != HN_OK)
        return "?";
    return code->qualname;
}

const char *
hn_root_phrase_of_bits(const struct hn_graph *graph, uint32_t object)
{
    if (graph->bits[object] & HN_NODE_C)
        return "held by C code";
    if (graph->bits[object] & HN_NODE_INTERNED)
        return "the interned strings";
    if (hn_heap_flags(graph->heap, object) & HN_HEAP_STATIC)
        return "part of the program";
    return graph->bits[object] & HN_NODE_PINNED ? "immortal" : "";
}

const char *
hn_root_phrase(const struct hn_graph *graph, uint32_t object, struct hn_arena *arena)
{
    const struct hn_root *root = hn_root_find(&graph->roots, object);
    const struct hn_root_frame *frame;
    const char *name;

    if (!root)
        return hn_root_phrase_of_bits(graph, object);
    frame = root->frame == UINT32_MAX || root->frame >= graph->roots.frame_count
                ? NULL
                : &graph->roots.frames[root->frame];
    switch ((enum hn_root_kind)root->kind) {
    case HN_ROOT_MODULES: return "sys.modules";
    case HN_ROOT_SYS: return "sys";
    case HN_ROOT_BUILTINS: return "builtins";
    case HN_ROOT_LOCAL:
        name = hn_variable_name(graph->heap->rt, frame->code, root->index);
        return hn_arena_format(arena, "local %s of %s(), thread %u", name ? name : "?",
                               function_name(graph, root->frame), frame->thread);
    case HN_ROOT_FRAME:
        return hn_arena_format(arena, "%s() that runs in thread %u",
                               function_name(graph, root->frame), frame->thread);
    case HN_ROOT_STACK:
        return hn_arena_format(arena, "operand of %s(), thread %u",
                               function_name(graph, root->frame), frame->thread);
    case HN_ROOT_THREAD:
        return hn_arena_format(arena, "state of thread %u", root->thread);
    case HN_ROOT_INTERPRETER: return "state of the interpreter";
    case HN_ROOT_STATIC: return "part of the program";
    case HN_ROOT_IMMORTAL: return "immortal";
    case HN_ROOT_C: return "held by C code";
    }
    return "";
}

static const char *
type_name(const struct hn_heap *heap, uint32_t object)
{
    return heap->type[heap->types[object]].name;
}

/* A class, a module or a function is best known by its name. */
const char *
hn_own_name(const struct hn_heap *heap, uint32_t object, struct hn_arena *arena)
{
    struct hn_python *py = &heap->rt->py;
    hn_addr at = hn_heap_address(heap, object), name_at = 0;
    const struct hn_type *type;
    const char *kind = type_name(heap, object), *name;
    struct hn_types *types = hn_runtime_types(heap->rt);

    if (heap->type[heap->types[object]].size.rule == HN_SIZE_TYPE && types
        && hn_types_find(types, at, &type) == HN_OK)
        return type->name;
    if (strcmp(kind, "function") == 0
        && hn_field_read(py, HN_FUNCTION_QUALNAME, at, &name_at) == HN_OK
        && hn_str_load(py, name_at, NAME_MOST, arena, &name, NULL, NULL) == HN_OK)
        return name;
    if (strcmp(kind, "module") == 0
        && hn_field_read(py, HN_MODULE_NAME, at, &name_at) == HN_OK
        && hn_str_load(py, name_at, NAME_MOST, arena, &name, NULL, NULL) == HN_OK)
        return name;
    return NULL;
}

const char *
hn_root_expression(const struct hn_graph *graph, uint32_t object,
                   struct hn_arena *arena)
{
    const struct hn_root *root = hn_root_find(&graph->roots, object);
    const char *name = NULL;

    if (root && root->kind == HN_ROOT_MODULES)
        return "sys.modules";
    if (root && root->kind == HN_ROOT_SYS)
        return "sys.__dict__";
    if (root && root->kind == HN_ROOT_BUILTINS)
        return "builtins.__dict__";
    if (root && root->kind == HN_ROOT_LOCAL)
        name = hn_variable_name(graph->heap->rt, graph->roots.frames[root->frame].code,
                                root->index);
    if (!name)
        name = hn_own_name(graph->heap, object, arena);
    if (name)
        return name;
    return hn_arena_format(arena, "<%s at 0x%" PRIx64 ">",
                           type_name(graph->heap, object),
                           hn_heap_address(graph->heap, object));
}

/* --- objects */

enum hn_status
hn_graph_object_load(const struct hn_heap *heap, uint32_t object, bool values,
                     struct hn_arena *arena, struct hn_graph_object *ret)
{
    const char *type = type_name(heap, object);
    struct hn_value value;
    enum hn_status st;

    *ret = (struct hn_graph_object){
        .address = hn_heap_address(heap, object),
        .type = hn_arena_copy(arena, type, strlen(type)),
        .bytes = hn_heap_spent(heap, object),
    };
    if (!ret->type)
        return hn_fail(heap->rt->py.err, HN_E_NOMEM, 0, "no memory for the objects");
    if (!values || heap->no_values)
        return HN_OK;
    st = hn_runtime_value(heap->rt, ret->address, &values_shown, arena, &value);
    if (!st)
        ret->repr = value.repr;
    return st;
}

struct between {
    uint32_t to;
    bool found;
    struct hn_reference best;
};

unsigned
hn_reference_worth(enum hn_reference_place place, unsigned bits)
{
    static const unsigned by_place[] = {
        [HN_REFERENCE_WORD] = 3,      [HN_REFERENCE_DICT] = 4,
        [HN_REFERENCE_ATTRIBUTE] = 6, [HN_REFERENCE_ITEM] = 6,
        [HN_REFERENCE_VALUE] = 6,     [HN_REFERENCE_KEY] = 4,
        [HN_REFERENCE_MEMBER] = 6,    [HN_REFERENCE_CLASS] = 2,
        [HN_REFERENCE_LOCAL] = 6,     [HN_REFERENCE_STACK] = 1,
        [HN_REFERENCE_FRAME] = 2,     [HN_REFERENCE_ORDER] = 1,
        [HN_REFERENCE_NAME] = 1,      [HN_REFERENCE_CACHE] = 1,
        [HN_REFERENCE_STATE] = 1,
    };

    return by_place[place] * 2
           + !(bits & (HN_REFERENCE_SCANNED | HN_REFERENCE_UNCOUNTED));
}

static unsigned
worth(const struct hn_reference *reference)
{
    return hn_reference_worth(reference->place, reference->bits);
}

static void
compare(void *arg, const struct hn_reference *reference)
{
    struct between *between = arg;

    if (reference->to != between->to || (reference->bits & HN_REFERENCE_WEAK)
        || (between->found && worth(reference) <= worth(&between->best)))
        return;
    between->best = *reference;
    between->found = true;
}

bool
hn_reference_between(struct hn_referrer *r, uint32_t from, uint32_t to,
                     struct hn_reference *ret)
{
    struct between between = { .to = to };

    r->visit = compare;
    r->arg = &between;
    hn_references_of(r, from);
    r->visit = NULL;
    r->arg = NULL;
    *ret = between.best;
    return between.found;
}

/* --- the words of the process at hand */

static bool
live_reference(void *arg, uint32_t from, uint32_t to, bool of_attributes,
               struct hn_text *text)
{
    struct hn_live_words *live = arg;
    struct hn_reference reference;

    if (!hn_reference_between(&live->referrer, from, to, &reference))
        return false;
    hn_label_put(text, live->graph->heap, &reference, of_attributes);
    return true;
}

static const char *
live_phrase(void *arg, uint32_t object, struct hn_arena *arena)
{
    return hn_root_phrase(((struct hn_live_words *)arg)->graph, object, arena);
}

static const char *
live_expression(void *arg, uint32_t object, struct hn_arena *arena)
{
    return hn_root_expression(((struct hn_live_words *)arg)->graph, object, arena);
}

static enum hn_status
live_object(void *arg, uint32_t object, bool values, struct hn_arena *arena,
            struct hn_graph_object *ret)
{
    return hn_graph_object_load(((struct hn_live_words *)arg)->graph->heap, object,
                                values, arena, ret);
}

enum hn_status
hn_live_words_init(const struct hn_graph *graph, struct hn_live_words *ret)
{
    *ret = (struct hn_live_words){
        .graph = graph,
        .words = { live_reference, live_phrase, live_expression, live_object, ret },
    };
    return hn_referrer_init(&ret->referrer, graph->heap);
}

void
hn_live_words_deinit(struct hn_live_words *words)
{
    hn_referrer_deinit(&words->referrer);
}
