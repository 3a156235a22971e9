/* A stack machine for the one shape of pickle that Snapshot.dump() writes.
 *
 * Values are small: a frame, a traceback and a trace are recognised as the tuples that
 * make them are built, so what does not become one of these is refused on the spot.
 * Nothing is called: the two class names are compared, not looked up. */
#include "tracemalloc/pickle.h"

#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/grow.h"
#include "tracemalloc/builder.h"
#include "tracemalloc/tracemalloc.h"

enum {
    /* As deep as pickle's own stack gets: a batch of 1000 traces and what encloses it;
     * or a traceback of as many frames as a limit has been seen to allow. */
    STACK_MOST = 1 << 17,
    MARKS_MOST = 64,
    /* No file name is longer (see reader.c). */
    STRING_MOST = 1 << 16,
};

enum kind {
    INT,      /* number: its value */
    STRING,   /* number: file number in the builder */
    FRAME,    /* number: file << 32 | line */
    EMPTY,    /* the empty tuple */
    STACK,    /* number: traceback in the builder, its total yet unknown */
    TRACE,    /* number: trace in the builder */
    SNAPSHOT, /* an object, or its class */
    TRACES,
    SNAPSHOT_CLASS,
    TRACES_CLASS,
    LIST,
    DICT, /* number: enum dict_state bits */
};

/* What a dict has been given. */
enum { HAS_LIST = 1, HAS_TRACES = 2, HAS_LIMIT = 4 };

struct value {
    enum kind kind;
    uint64_t number;
};

struct machine {
    struct hn_cursor cursor;
    const uint8_t *start;
    struct hn_error *err;
    struct hn_trace_builder builder;
    struct value *stack;
    size_t depth, room;
    size_t marks[MARKS_MOST];
    size_t mark_count;
    struct value *memo;
    size_t memo_count, memo_room;
    struct hn_trace_frame *frames; /* of the traceback in work */
    size_t frame_room;
    uint64_t limit;
    unsigned lists;  /* that were made */
    unsigned totals; /* bit 0: a trace had no total, bit 1: one had */
    bool done;
};

static enum hn_status
fail(struct machine *m, const char *what)
{
    return hn_fail(m->err, HN_E_CORRUPT, (hn_addr)(m->cursor.at - m->start), what);
}

static enum hn_status
not_a_snapshot(struct machine *m)
{
    return fail(m, "not a file of tracemalloc's Snapshot.dump()");
}

static enum hn_status
cut_short(struct machine *m)
{
    return fail(m, "the file ends too early");
}

/* --- stack and memo */

static enum hn_status
push(struct machine *m, enum kind kind, uint64_t number)
{
    if (m->depth == STACK_MOST)
        return not_a_snapshot(m);
    if (!HN_GROW(m->stack, m->room, m->depth + 1))
        return HN_E_NOMEM;
    m->stack[m->depth++] = (struct value){ kind, number };
    return HN_OK;
}

/* Values above the innermost mark, which is taken away. */
static enum hn_status
take_marked(struct machine *m, struct value **ret, size_t *count_ret)
{
    if (m->mark_count == 0)
        return not_a_snapshot(m);
    *ret = m->stack + m->marks[m->mark_count - 1];
    *count_ret = m->depth - m->marks[m->mark_count - 1];
    m->depth = m->marks[--m->mark_count];
    return HN_OK;
}

/* The @count topmost values, none of them below a mark. */
static enum hn_status
take(struct machine *m, size_t count, struct value **ret)
{
    size_t floor = m->mark_count ? m->marks[m->mark_count - 1] : 0;

    if (m->depth - floor < count)
        return not_a_snapshot(m);
    m->depth -= count;
    *ret = m->stack + m->depth;
    return HN_OK;
}

static enum hn_status
top(struct machine *m, struct value **ret)
{
    size_t floor = m->mark_count ? m->marks[m->mark_count - 1] : 0;

    if (m->depth == floor)
        return not_a_snapshot(m);
    *ret = &m->stack[m->depth - 1];
    return HN_OK;
}

/* Files number their memo upwards without gaps. */
static enum hn_status
put(struct machine *m, uint64_t number)
{
    struct value *value = NULL;
    enum hn_status st = top(m, &value);

    if (st)
        return st;
    if (number > m->memo_count)
        return not_a_snapshot(m);
    if (number < m->memo_count) {
        m->memo[number] = *value;
        return HN_OK;
    }
    if (!HN_GROW(m->memo, m->memo_room, m->memo_count + 1))
        return HN_E_NOMEM;
    m->memo[m->memo_count++] = *value;
    return HN_OK;
}

static enum hn_status
get(struct machine *m, uint64_t number)
{
    if (number >= m->memo_count)
        return not_a_snapshot(m);
    return push(m, m->memo[number].kind, m->memo[number].number);
}

/* --- operands */

static enum hn_status
take_number(struct machine *m, size_t bytes, uint64_t *ret)
{
    uint8_t raw[8] = { 0 };
    uint64_t number = 0;

    if (!hn_cursor_copy(&m->cursor, raw, bytes))
        return cut_short(m);
    for (size_t i = 0; i < sizeof(raw); i++)
        number |= (uint64_t)raw[i] << 8 * i;
    *ret = number;
    return HN_OK;
}

/* Numbers in our files are counts and sizes: never negative, and below 2^63. */
static enum hn_status
push_int(struct machine *m, size_t bytes, bool is_signed)
{
    uint64_t number;
    enum hn_status st;

    if (bytes > 8)
        return not_a_snapshot(m);
    st = take_number(m, bytes, &number);
    if (st)
        return st;
    if (number > INT64_MAX || (is_signed && bytes > 0 && number >> (8 * bytes - 1)))
        return not_a_snapshot(m);
    return push(m, INT, number);
}

static enum hn_status
push_long(struct machine *m)
{
    uint64_t bytes;
    enum hn_status st = take_number(m, 1, &bytes);

    return st ? st : push_int(m, bytes, true);
}

static enum hn_status
push_string(struct machine *m, size_t length_bytes)
{
    uint64_t size;
    const char *bytes;
    uint32_t number;
    enum hn_status st = take_number(m, length_bytes, &size);

    if (st)
        return st;
    bytes = (const char *)m->cursor.at;
    if (size > STRING_MOST)
        return not_a_snapshot(m);
    if (!hn_cursor_skip(&m->cursor, size))
        return cut_short(m);
    st = hn_trace_builder_file(&m->builder, bytes, size, &number);
    return st ? st : push(m, STRING, number);
}

static bool
is_string(const struct machine *m, const struct value *value, const char *word)
{
    const struct hn_trace_file *file;

    if (value->kind != STRING)
        return false;
    file = &m->builder.traces.files[value->number];
    return file->size == strlen(word) && memcmp(file->name, word, file->size) == 0;
}

/* --- classes and objects */

static enum hn_status
push_class(struct machine *m, bool is_ours, bool is_snapshot, bool is_traces)
{
    if (!is_ours || !(is_snapshot || is_traces))
        return not_a_snapshot(m);
    return push(m, is_snapshot ? SNAPSHOT_CLASS : TRACES_CLASS, 0);
}

static enum hn_status
stack_global(struct machine *m)
{
    struct value *names = NULL;
    enum hn_status st = take(m, 2, &names);

    return st ? st
              : push_class(m, is_string(m, &names[0], "tracemalloc"),
                           is_string(m, &names[1], "Snapshot"),
                           is_string(m, &names[1], "_Traces"));
}

/* A line of the file is @word. */
static bool
takes_line(struct hn_cursor *cursor, const char *word)
{
    size_t size = strlen(word);

    if (hn_cursor_left(cursor) <= size || memcmp(cursor->at, word, size) != 0
        || cursor->at[size] != '\n')
        return false;
    cursor->at += size + 1;
    return true;
}

static enum hn_status
line_global(struct machine *m)
{
    bool is_ours = takes_line(&m->cursor, "tracemalloc");
    bool is_snapshot = takes_line(&m->cursor, "Snapshot");
    bool is_traces = !is_snapshot && takes_line(&m->cursor, "_Traces");

    return push_class(m, is_ours, is_snapshot, is_traces);
}

static enum hn_status
new_object(struct machine *m)
{
    struct value *values = NULL;
    enum hn_status st = take(m, 2, &values);

    if (st)
        return st;
    if (values[1].kind != EMPTY
        || (values[0].kind != SNAPSHOT_CLASS && values[0].kind != TRACES_CLASS))
        return not_a_snapshot(m);
    return push(m, values[0].kind == SNAPSHOT_CLASS ? SNAPSHOT : TRACES, 0);
}

/* --- tuples */

static bool
all_are(const struct value *values, size_t count, enum kind kind)
{
    for (size_t i = 0; i < count; i++)
        if (values[i].kind != kind)
            return false;
    return true;
}

static enum hn_status
push_frame(struct machine *m, const struct value *values)
{
    if (values[1].number > UINT32_MAX)
        return not_a_snapshot(m);
    return push(m, FRAME, values[0].number << 32 | values[1].number);
}

static enum hn_status
push_stack(struct machine *m, const struct value *values, size_t count)
{
    uint32_t number;
    enum hn_status st;

    if (!HN_GROW(m->frames, m->frame_room, count))
        return HN_E_NOMEM;
    for (size_t i = 0; i < count; i++)
        m->frames[i] = (struct hn_trace_frame){ (uint32_t)(values[i].number >> 32),
                                                (uint32_t)values[i].number };
    st = hn_trace_builder_stack(&m->builder, m->frames, (uint32_t)count, 0, &number);
    return st ? st : push(m, STACK, number);
}

/* A traceback gets its total from the trace; the same frames with another total are
 * another traceback. */
static enum hn_status
with_total(struct machine *m, uint32_t stack, uint64_t total, uint32_t *ret)
{
    const struct hn_trace_stack *s = &m->builder.traces.stacks[stack];

    if (total > UINT32_MAX)
        return not_a_snapshot(m);
    memcpy(m->frames, m->builder.traces.frames + s->first,
           s->count * sizeof(*m->frames));
    return hn_trace_builder_stack(&m->builder, m->frames, s->count, (uint32_t)total,
                                  ret);
}

static enum hn_status
push_trace(struct machine *m, const struct value *values, bool has_total)
{
    struct hn_traces *t = &m->builder.traces;
    struct hn_trace trace = { .size = values[1].number };
    uint64_t total = has_total ? values[3].number : t->stacks[values[2].number].count;
    enum hn_status st;

    if (values[0].number > UINT32_MAX)
        return not_a_snapshot(m);
    trace.domain = (uint32_t)values[0].number;
    m->totals |= has_total ? 2 : 1;
    st = with_total(m, (uint32_t)values[2].number, total, &trace.stack);
    if (!st)
        st = hn_trace_builder_add(&m->builder, &trace);
    return st ? st : push(m, TRACE, t->count - 1);
}

static enum hn_status
push_tuple(struct machine *m, const struct value *values, size_t count)
{
    if (count == 0)
        return push(m, EMPTY, 0);
    if (count == 2 && values[0].kind == STRING && values[1].kind == INT)
        return push_frame(m, values);
    if (all_are(values, count, FRAME))
        return push_stack(m, values, count);
    if ((count == 3 || (count == 4 && values[3].kind == INT)) && values[0].kind == INT
        && values[1].kind == INT && values[2].kind == STACK)
        return push_trace(m, values, count == 4);
    return not_a_snapshot(m);
}

static enum hn_status
small_tuple(struct machine *m, size_t count)
{
    struct value *values = NULL;
    enum hn_status st = take(m, count, &values);

    return st ? st : push_tuple(m, values, count);
}

static enum hn_status
marked_tuple(struct machine *m)
{
    struct value *values = NULL;
    size_t count;
    enum hn_status st = take_marked(m, &values, &count);

    return st ? st : push_tuple(m, values, count);
}

/* --- lists and dicts */

/* There is one list, of all traces in the order in which they were made. */
static enum hn_status
push_list(struct machine *m)
{
    if (m->lists++ > 0)
        return not_a_snapshot(m);
    return push(m, LIST, 0);
}

static enum hn_status
append(struct machine *m, const struct value *values, size_t count)
{
    struct value *list = NULL;
    enum hn_status st;

    if (!all_are(values, count, TRACE))
        return not_a_snapshot(m);
    for (size_t i = 0; i < count; i++)
        if (values[i].number != m->builder.traces.count - count + i)
            return not_a_snapshot(m);
    st = top(m, &list);
    return st || list->kind == LIST ? st : not_a_snapshot(m);
}

static enum hn_status
append_one(struct machine *m)
{
    struct value *values = NULL;
    enum hn_status st = take(m, 1, &values);

    return st ? st : append(m, values, 1);
}

static enum hn_status
append_marked(struct machine *m)
{
    struct value *values = NULL;
    size_t count;
    enum hn_status st = take_marked(m, &values, &count);

    return st ? st : append(m, values, count);
}

static enum hn_status
set_item(struct machine *m, struct value *dict, const struct value *pair)
{
    if (is_string(m, &pair[0], "_traces") && pair[1].kind == LIST) {
        dict->number |= HAS_LIST;
    } else if (is_string(m, &pair[0], "traces") && pair[1].kind == TRACES
               && pair[1].number == HAS_LIST) {
        dict->number |= HAS_TRACES;
    } else if (is_string(m, &pair[0], "traceback_limit") && pair[1].kind == INT
               && pair[1].number <= UINT32_MAX) {
        dict->number |= HAS_LIMIT;
        m->limit = pair[1].number;
    } else {
        return not_a_snapshot(m);
    }
    return HN_OK;
}

static enum hn_status
set_items(struct machine *m, const struct value *values, size_t count)
{
    struct value *dict = NULL;
    enum hn_status st = top(m, &dict);

    if (!st && (dict->kind != DICT || count % 2))
        st = not_a_snapshot(m);
    for (size_t i = 0; !st && i < count; i += 2)
        st = set_item(m, dict, values + i);
    return st;
}

static enum hn_status
set_one(struct machine *m)
{
    struct value *values = NULL;
    enum hn_status st = take(m, 2, &values);

    return st ? st : set_items(m, values, 2);
}

static enum hn_status
set_marked(struct machine *m)
{
    struct value *values = NULL;
    size_t count;
    enum hn_status st = take_marked(m, &values, &count);

    return st ? st : set_items(m, values, count);
}

/* An object takes over what its dict has. */
static enum hn_status
build(struct machine *m)
{
    struct value *dict = NULL, *object = NULL;
    enum hn_status st = take(m, 1, &dict);

    if (!st)
        st = top(m, &object);
    if (st)
        return st;
    if (dict->kind != DICT
        || !((object->kind == SNAPSHOT && dict->number == (HAS_TRACES | HAS_LIMIT))
             || (object->kind == TRACES && dict->number == HAS_LIST)))
        return not_a_snapshot(m);
    object->number = dict->number;
    return HN_OK;
}

/* --- the machine */

static enum hn_status
mark(struct machine *m)
{
    if (m->mark_count == MARKS_MOST)
        return not_a_snapshot(m);
    m->marks[m->mark_count++] = m->depth;
    return HN_OK;
}

static enum hn_status
skip(struct machine *m, size_t bytes)
{
    return hn_cursor_skip(&m->cursor, bytes) ? HN_OK : cut_short(m);
}

static enum hn_status
with_number(struct machine *m, size_t bytes,
            enum hn_status (*operation)(struct machine *, uint64_t))
{
    uint64_t number;
    enum hn_status st = take_number(m, bytes, &number);

    return st ? st : operation(m, number);
}

static enum hn_status
stop(struct machine *m)
{
    struct value *value = NULL;
    enum hn_status st = top(m, &value);

    if (!st && (m->depth != 1 || value->kind != SNAPSHOT || value->number == 0))
        st = not_a_snapshot(m);
    m->done = st == HN_OK;
    return st;
}

/* Opcodes by their names in Lib/pickletools.py. */
static enum hn_status
step(struct machine *m, uint8_t opcode)
{
    switch (opcode) {
    case 0x80: return skip(m, 1);            /* PROTO */
    case 0x95: return skip(m, 8);            /* FRAME */
    case '(': return mark(m);                /* MARK */
    case '.': return stop(m);                /* STOP */
    case 'K': return push_int(m, 1, false);  /* BININT1 */
    case 'M': return push_int(m, 2, false);  /* BININT2 */
    case 'J': return push_int(m, 4, true);   /* BININT */
    case 0x8a: return push_long(m);          /* LONG1 */
    case 0x8c: return push_string(m, 1);     /* SHORT_BINUNICODE */
    case 'X': return push_string(m, 4);      /* BINUNICODE */
    case 0x8d: return push_string(m, 8);     /* BINUNICODE8 */
    case 'h': return with_number(m, 1, get); /* BINGET */
    case 'j': return with_number(m, 4, get); /* LONG_BINGET */
    case 'q': return with_number(m, 1, put); /* BINPUT */
    case 'r': return with_number(m, 4, put); /* LONG_BINPUT */
    case 0x94: return put(m, m->memo_count); /* MEMOIZE */
    case 'c': return line_global(m);         /* GLOBAL */
    case 0x93: return stack_global(m);       /* STACK_GLOBAL */
    case 0x81: return new_object(m);         /* NEWOBJ */
    case 'b': return build(m);               /* BUILD */
    case ')': return push(m, EMPTY, 0);      /* EMPTY_TUPLE */
    case 0x85: return small_tuple(m, 1);     /* TUPLE1 */
    case 0x86: return small_tuple(m, 2);     /* TUPLE2 */
    case 0x87: return small_tuple(m, 3);     /* TUPLE3 */
    case 't': return marked_tuple(m);        /* TUPLE */
    case ']': return push_list(m);           /* EMPTY_LIST */
    case 'a': return append_one(m);          /* APPEND */
    case 'e': return append_marked(m);       /* APPENDS */
    case '}': return push(m, DICT, 0);       /* EMPTY_DICT */
    case 's': return set_one(m);             /* SETITEM */
    case 'u': return set_marked(m);          /* SETITEMS */
    default: return not_a_snapshot(m);
    }
}

static enum hn_status
run(struct machine *m)
{
    enum hn_status st = HN_OK;
    uint8_t opcode;

    while (!st && !m->done) {
        if (!hn_cursor_u8(&m->cursor, &opcode))
            return cut_short(m);
        st = step(m, opcode);
    }
    return st;
}

static void
finish(struct machine *m, struct hn_traces *ret)
{
    struct hn_traces *t = &m->builder.traces;

    t->tracing = true;
    t->from_file = true;
    t->has_totals = !(m->totals & 1);
    t->limit = (uint32_t)m->limit;
    for (size_t i = 0; i < t->count; i++)
        t->traced += t->traces[i].size;
    hn_trace_builder_take(&m->builder, ret);
}

enum hn_status
hn_traces_read_pickle(const void *bytes, size_t size, struct hn_arena *arena,
                      struct hn_error *err, struct hn_traces *ret)
{
    struct machine *m = calloc(1, sizeof(*m));
    enum hn_status st;

    if (!m)
        return HN_E_NOMEM;
    m->cursor = hn_cursor_make(bytes, size);
    m->start = m->cursor.at;
    m->err = err;
    hn_trace_builder_init(&m->builder, arena);
    st = HN_GROW(m->stack, m->room, 1) ? run(m) : HN_E_NOMEM;
    if (!st)
        finish(m, ret);
    hn_trace_builder_deinit(&m->builder);
    free(m->stack);
    free(m->memo);
    free(m->frames);
    free(m);
    return st;
}
