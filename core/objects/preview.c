/* The engine of previews: carries out what showers plan.
 *
 * Every object that contains others is a frame on a stack of bounded depth; its plan is
 * a run of pieces, texts and objects, worked off in order. That stack is also what a
 * cycle is noticed by. Text goes straight to the output until a plan's first object;
 * what a shower writes behind it waits. */
#include "objects/preview.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "objects/shower.h"

/* A preview with all limits off may still be one of a list that holds itself a million
 * times over, or 100 levels of pairs: it ends here. */
enum {
    OBJECTS_MOST = 1 << 21,
    ITEMS_MOST = 1 << 20,
    BYTES_MOST = 1 << 28,
};

/* Names and texts within a repr: a line or two. */
enum { STR_MOST = 4096 };

/* Objects a preview must have met to be remembered: a number is as soon shown anew. */
enum { WORTH_KEEPING = 4 };

enum { FRAMES_MOST = HN_PREVIEW_DEPTH_MOST + 2 };

struct piece {
    uint64_t at; /* an object, or where in the waiting text */
    size_t size; /* of text, or OBJECT */
};
#define OBJECT SIZE_MAX

struct frame {
    struct hn_object object;
    size_t first, next, end; /* pieces */
    size_t waiting;          /* what waited before */
};

struct hn_show {
    struct hn_types *types;
    struct hn_python *py;
    struct hn_preview_limits limits;
    struct hn_arena arena;
    struct hn_text *out;
    struct hn_text waiting;
    struct piece *pieces;
    size_t piece_count, piece_capacity;
    struct frame frames[FRAMES_MOST];
    unsigned depth;   /* frames in use */
    bool planned;     /* the shower at work has an object in its plan */
    size_t run;       /* where in the waiting text its text since then begins */
    size_t objects;   /* shown so far */
    bool again;       /* the shower at work is for an object inside itself */
    bool cut, failed; /* failed: no memory for pieces */
    bool unreadable;  /* the outermost object; the error slot says why */
};

struct hn_python *
hn_show_python(struct hn_show *show)
{
    return show->py;
}

struct hn_types *
hn_show_types(struct hn_show *show)
{
    return show->types;
}

bool
hn_show_is_again(const struct hn_show *show)
{
    return show->again;
}

struct hn_arena *
hn_show_arena(struct hn_show *show)
{
    return &show->arena;
}

const struct hn_preview_limits *
hn_show_limits(const struct hn_show *show)
{
    return &show->limits;
}

struct hn_text *
hn_show_text(struct hn_show *show)
{
    return show->planned ? &show->waiting : show->out;
}

void
hn_show_puts(struct hn_show *show, const char *text)
{
    hn_text_puts(hn_show_text(show), text);
}

void
hn_show_printf(struct hn_show *show, const char *format, ...)
{
    char line[256];
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length > 0)
        hn_text_puts(hn_show_text(show), line);
}

void
hn_show_name(struct hn_show *show, const char *name)
{
    hn_text_put_escaped(hn_show_text(show), name, strlen(name));
}

enum hn_status
hn_show_str(struct hn_show *show, hn_addr object)
{
    const char *text;
    size_t size;
    bool cut;
    enum hn_status st =
        hn_str_load(show->py, object, STR_MOST, &show->arena, &text, &size, &cut);

    if (st)
        return st;
    hn_text_put_escaped(hn_show_text(show), text, size);
    if (cut)
        hn_show_ellipsis(show);
    return HN_OK;
}

enum hn_status
hn_show_type_of(struct hn_show *show, hn_addr at)
{
    const struct hn_type *type;
    hn_addr type_at;
    enum hn_status st = hn_object_type(show->py, at, &type_at);

    if (!st)
        st = hn_types_find(show->types, type_at, &type);
    if (!st)
        hn_show_name(show, type->tp_name);
    return st;
}

enum hn_status
hn_show_cstring(struct hn_show *show, hn_addr at)
{
    const char *text;
    enum hn_status st =
        hn_target_read_cstring(show->py->target, at, STR_MOST, &show->arena, &text);

    if (!st)
        hn_show_name(show, text);
    return st;
}

void
hn_show_addr(struct hn_show *show, hn_addr at)
{
    hn_show_printf(show, "0x%llx", (unsigned long long)at);
}

static void
push(struct hn_show *show, uint64_t at, size_t size)
{
    if (!HN_GROW(show->pieces, show->piece_capacity, show->piece_count + 1)) {
        show->failed = true;
        return;
    }
    show->pieces[show->piece_count++] = (struct piece){ at, size };
}

/* Text written since the last object becomes a piece. */
static void
end_run(struct hn_show *show)
{
    if (show->planned && show->waiting.size > show->run)
        push(show, show->run, show->waiting.size - show->run);
    show->run = show->waiting.size;
}

void
hn_show_object(struct hn_show *show, hn_addr at)
{
    end_run(show);
    show->planned = true;
    push(show, at, OBJECT);
}

/* Whether the object at work lies too deep for its items to be shown. */
static bool
is_too_deep(const struct hn_show *show)
{
    return show->depth >= show->limits.depth;
}

uint64_t
hn_show_limit(struct hn_show *show, uint64_t count)
{
    uint64_t most = show->limits.items ? show->limits.items : ITEMS_MOST;

    if (is_too_deep(show))
        return 0;
    return count < most ? count : most;
}

void
hn_show_more(struct hn_show *show, uint64_t shown, uint64_t count)
{
    if (shown >= count)
        return;
    if (shown > 0)
        hn_show_puts(show, ", ");
    hn_show_cut(show, count - shown);
}

void
hn_show_ellipsis(struct hn_show *show)
{
    hn_show_puts(show, "...");
    show->cut = true;
}

void
hn_show_cut(struct hn_show *show, uint64_t hidden)
{
    hn_show_printf(show, "... %llu more", (unsigned long long)hidden);
    show->cut = true;
}

static bool
ends_preview(enum hn_status st)
{
    return st == HN_E_NOMEM || st == HN_E_INTERRUPTED;
}

static void
put_unreadable(struct hn_show *show, hn_addr at)
{
    char why[256];

    hn_error_format(show->py->err, why, sizeof why);
    hn_show_printf(show, "<unreadable 0x%llx: ", (unsigned long long)at);
    hn_show_name(show, why);
    hn_show_puts(show, ">");
}

enum hn_status
hn_show_problem(struct hn_show *show, hn_addr at, enum hn_status status)
{
    if (ends_preview(status))
        return status;
    put_unreadable(show, at);
    return HN_OK;
}

enum hn_status
hn_show_word(struct hn_show *show, const struct hn_object *object, unsigned index,
             uint64_t *ret)
{
    hn_addr at = object->at + show->py->layout.size[HN_STRUCT_OBJECT];

    return hn_target_read_u64(show->py->target, at + index * sizeof *ret, ret);
}

/* No count has these bits: what is there is the allocator's, a link to the next free
 * block, or a debug build's pattern. Above them 3.14 keeps flags. */
#define COUNT_CANNOT_HAVE UINT64_C(0x0000ff0000000000)

enum { SHARED_COUNT_SHIFT = 2 }; /* of ob_ref_shared, flags below */

static bool
is_counted(const struct hn_record *rec)
{
    int64_t shared;

    if (hn_layout_has(rec->layout, HN_OBJECT_REFCOUNT)) {
        uint64_t count = hn_record_u64(rec, HN_OBJECT_REFCOUNT);

        return count != 0 && !(count & COUNT_CANNOT_HAVE);
    }
    if (!hn_layout_has(rec->layout, HN_OBJECT_REF_LOCAL)
        || !hn_layout_has(rec->layout, HN_OBJECT_REF_SHARED))
        return true; /* not known where it is counted */
    shared = hn_record_i64(rec, HN_OBJECT_REF_SHARED) >> SHARED_COUNT_SHIFT;
    return hn_record_u64(rec, HN_OBJECT_REF_LOCAL) != 0 || shared > 0;
}

/* HN_DONE for what looks like freed memory. */
static enum hn_status
identify(struct hn_show *show, hn_addr at, struct hn_object *ret)
{
    struct hn_record rec;
    hn_addr type;
    enum hn_status st = hn_object_type(show->py, at, &type);

    if (st == HN_OK)
        st = hn_types_shower(show->types, type, &ret->type);
    if (ends_preview(st))
        return st;
    ret->at = at;
    /* The type was read with the count: that there is none of either is one fact. */
    if (st) {
        struct hn_error why = *show->py->err;

        if (at % sizeof(uint64_t) == 0
            && hn_record_load(show->py, HN_STRUCT_OBJECT, at, &rec) == HN_OK)
            return HN_DONE;
        *show->py->err = why;
        return st;
    }
    st = hn_record_load(show->py, HN_STRUCT_OBJECT, at, &rec);
    if (st)
        return st;
    return is_counted(&rec) ? HN_OK : HN_DONE;
}

static const struct frame *
find_open(const struct hn_show *show, hn_addr at)
{
    for (unsigned i = 0; i < show->depth; i++)
        if (show->frames[i].object.at == at)
            return &show->frames[i];
    return NULL;
}

static void
put_again(struct hn_show *show, const struct frame *open)
{
    const struct hn_type *type = open->object.type;

    if (type->shower->flags & HN_SHOWER_AGAIN_CALL) {
        hn_show_name(show, hn_type_short_name(type));
        hn_show_puts(show, "(...)");
    } else {
        hn_show_puts(show, type->shower->again ? type->shower->again : "...");
    }
}

/* Lets the object's shower write its plan; undone when it fails. */
static enum hn_status
plan(struct hn_show *show, const struct hn_object *object, struct frame *ret)
{
    size_t shown = show->out->size;
    enum hn_status st;

    *ret = (struct frame){ .object = *object,
                           .first = show->piece_count,
                           .next = show->piece_count,
                           .waiting = show->waiting.size };
    show->planned = false;
    st = object->type->shower->show(show, object);
    if (!st)
        end_run(show);
    show->planned = false;
    ret->end = show->piece_count;
    if (!st || ends_preview(st))
        return st;

    show->piece_count = ret->end = ret->first;
    show->waiting.size = ret->waiting;
    if (!show->out->failed)
        show->out->size = shown;
    put_unreadable(show, object->at);
    show->unreadable = show->depth == 0;
    return HN_OK;
}

static enum hn_status
open_object(struct hn_show *show, const struct hn_object *object)
{
    struct frame frame;
    enum hn_status st;

    if (show->depth > show->limits.depth
        && !(object->type->shower->flags & HN_SHOWER_LEAF)) {
        hn_show_ellipsis(show);
        return HN_OK;
    }
    st = plan(show, object, &frame);
    if (!st && frame.end > frame.first)
        show->frames[show->depth++] = frame;
    return st;
}

static enum hn_status
show_again(struct hn_show *show, const struct frame *open)
{
    const struct hn_object object = open->object;
    enum hn_status st;

    if (!(object.type->shower->flags & HN_SHOWER_AGAIN_SHOW)) {
        put_again(show, open);
        return HN_OK;
    }
    show->again = true;
    st = open_object(show, &object);
    show->again = false;
    return st;
}

static bool
is_exhausted(struct hn_show *show)
{
    return ++show->objects > OBJECTS_MOST || show->out->size > BYTES_MOST;
}

static enum hn_status
visit(struct hn_show *show, hn_addr at)
{
    const struct frame *open = find_open(show, at);
    struct hn_object object;
    enum hn_status st = hn_target_poll(show->py->target);

    if (st)
        return st;
    if (at == 0) {
        hn_show_puts(show, "<NULL>");
        return HN_OK;
    }
    if (is_exhausted(show)) {
        hn_show_ellipsis(show);
        return HN_OK;
    }
    if (open)
        return show_again(show, open);
    st = identify(show, at, &object);
    if (st == HN_OK)
        return open_object(show, &object);
    if (st == HN_DONE) {
        hn_show_printf(show, "<freed? 0x%llx>", (unsigned long long)at);
        return HN_OK;
    }
    show->unreadable = show->depth == 0;
    return hn_show_problem(show, at, st);
}

/* Works off one piece of the innermost plan, or closes it. */
static enum hn_status
step(struct hn_show *show)
{
    struct frame *frame = &show->frames[show->depth - 1];
    struct piece piece;

    if (frame->next == frame->end) {
        show->piece_count = frame->first;
        show->waiting.size = frame->waiting;
        show->depth--;
        return HN_OK;
    }
    piece = show->pieces[frame->next++];
    if (piece.size == OBJECT)
        return visit(show, piece.at);
    hn_text_add(show->out, show->waiting.bytes + piece.at, piece.size);
    return HN_OK;
}

static enum hn_status
run(struct hn_show *show, hn_addr object)
{
    enum hn_status st = visit(show, object);

    while (!st && show->depth > 0 && !show->failed && !show->waiting.failed)
        st = step(show);
    if (!st && (show->failed || show->waiting.failed || show->out->failed))
        st = hn_fail(show->py->err, HN_E_NOMEM, 0, "no memory for a preview");
    return st;
}

static void
init(struct hn_show *show, struct hn_types *types,
     const struct hn_preview_limits *limits, struct hn_text *out)
{
    memset(show, 0, offsetof(struct hn_show, frames));
    show->types = types;
    show->py = hn_types_python(types);
    show->limits = *limits;
    if (show->limits.depth > HN_PREVIEW_DEPTH_MOST)
        show->limits.depth = HN_PREVIEW_DEPTH_MOST;
    show->out = out;
    show->depth = 0;
    show->planned = show->again = show->cut = show->failed = show->unreadable = false;
    show->run = show->objects = 0;
    hn_arena_init(&show->arena);
    hn_text_init(&show->waiting);
}

static void
deinit(struct hn_show *show)
{
    hn_arena_deinit(&show->arena);
    hn_text_deinit(&show->waiting);
    free(show->pieces);
}

enum hn_status
hn_preview(struct hn_types *types, hn_addr object,
           const struct hn_preview_limits *limits, struct hn_text *out, bool *cut_ret)
{
    struct hn_show show;
    enum hn_status st;

    init(&show, types, limits, out);
    st = run(&show, object);
    deinit(&show);
    if (!st && cut_ret)
        *cut_ret = show.cut;
    return st;
}

static const char *
type_name(struct hn_types *types, hn_addr object, struct hn_arena *arena)
{
    const struct hn_type *type;
    const char *copy;
    hn_addr at;

    if (object == 0 || hn_object_type(hn_types_python(types), object, &at) != HN_OK
        || hn_types_find(types, at, &type) != HN_OK)
        return "";
    copy = hn_arena_copy(arena, type->name, strlen(type->name));
    return copy ? copy : "";
}

/* What went wrong with the outermost object, in words that last. */
static void
keep_problem(const struct hn_error *err, struct hn_arena *arena, struct hn_value *ret)
{
    char why[256];

    hn_error_format(err, why, sizeof why);
    ret->problem = hn_arena_copy(arena, why, strlen(why));
    ret->problem_at = err->addr;
}

static enum hn_status
copy_value(const struct hn_value *value, struct hn_arena *arena, struct hn_error *err,
           struct hn_value *ret)
{
    struct hn_value copy = *value;

    copy.type = hn_arena_copy(arena, value->type, strlen(value->type));
    copy.repr = hn_arena_copy(arena, value->repr, strlen(value->repr));
    if (!copy.type || !copy.repr)
        return hn_fail(err, HN_E_NOMEM, 0, "no memory for a preview");
    *ret = copy;
    return HN_OK;
}

enum hn_status
hn_value_load(struct hn_types *types, hn_addr object,
              const struct hn_preview_limits *limits, struct hn_arena *arena,
              struct hn_value *ret)
{
    struct hn_value value = { .addr = object };
    struct hn_memo *memo = hn_types_memo(types);
    const struct hn_value *known = hn_memo_find(memo, object, limits);
    struct hn_text text;
    struct hn_show show;
    enum hn_status st;

    if (known)
        return copy_value(known, arena, hn_types_python(types)->err, ret);
    hn_text_init(&text);
    init(&show, types, limits, &text);
    st = run(&show, object);
    if (!st && show.unreadable)
        keep_problem(show.py->err, arena, &value);
    deinit(&show);
    if (!st) {
        value.cut = show.cut;
        value.type = type_name(types, object, arena);
        value.repr = hn_arena_copy(arena, text.bytes, text.size);
        if (!value.repr)
            st = hn_fail(show.py->err, HN_E_NOMEM, 0, "no memory for a preview");
    }
    hn_text_deinit(&text);
    if (st)
        return st;
    if (show.objects >= WORTH_KEEPING && !value.problem && show.py->target->consistent)
        hn_memo_keep(memo, limits, &value);
    *ret = value;
    return HN_OK;
}

/* A tagged integer: bit 1 and 0 are set, the number above them (3.14). */
enum { TAG_MASK = 3, TAG_INTEGER = 3, TAG_BITS = 2 };

enum hn_status
hn_value_load_slot(struct hn_types *types, uint64_t bits,
                   const struct hn_preview_limits *limits, struct hn_arena *arena,
                   struct hn_value *ret)
{
    struct hn_python *py = hn_types_python(types);
    char *number;

    if (py->layout.formats.stackref != HN_STACKREF_TAGGED
        || (bits & TAG_MASK) != TAG_INTEGER)
        return hn_value_load(types, hn_stackref_pointer(py, bits), limits, arena, ret);
    number = hn_arena_format(arena, "%lld", (long long)((int64_t)bits >> TAG_BITS));
    if (!number)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a preview");
    *ret = (struct hn_value){ .type = "int", .repr = number };
    return HN_OK;
}
