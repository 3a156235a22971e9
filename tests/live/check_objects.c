/* Asks the object decoders about the objects of a living Python process and compares
 * their answers with its own.
 *
 *   check_objects PID QUESTIONS.json
 *
 * The questions are what objects_target.py prints. Exit status 0: all answers agree. */
#include <inttypes.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects/objects.h"

enum { MUTEX_BYTES = sizeof(pthread_mutex_t), MOST = 1 << 20, SHOWN = 20 };

struct question {
    struct hn_python *py;
    struct hn_arena arena;
    hn_addr at;
    const char *name;
    size_t limit;
};

static json_t *
address_or_null(enum hn_status st, hn_addr value)
{
    if (st == HN_DONE)
        return json_null();
    return st == HN_OK ? json_integer((json_int_t)value) : NULL;
}

static json_t *
ask_str(struct question *q)
{
    const char *text;
    size_t size;
    bool cut;

    if (hn_str_load(q->py, q->at, 0, &q->arena, &text, &size, &cut) || cut)
        return NULL;
    return json_stringn_nocheck(text, size);
}

static json_t *
ask_cut(struct question *q)
{
    const char *text;
    bool cut;

    if (hn_str_load(q->py, q->at, q->limit, &q->arena, &text, NULL, &cut) || !cut)
        return NULL;
    return json_string(text);
}

static json_t *
ask_int(struct question *q)
{
    int64_t value;
    enum hn_status st = hn_int_load(q->py, q->at, &value);

    return st == HN_OK ? json_integer(value) : st == HN_DONE ? json_null() : NULL;
}

static json_t *
ask_uint(struct question *q)
{
    uint64_t value;
    char digits[32];
    enum hn_status st = hn_uint_load(q->py, q->at, &value);

    if (st)
        return st == HN_DONE ? json_null() : NULL;
    snprintf(digits, sizeof(digits), "%" PRIu64, value);
    return json_string(digits);
}

static json_t *
ask_bytes(struct question *q)
{
    const uint8_t *bytes;
    size_t size;
    char *hex;

    if (hn_bytes_load(q->py, q->at, MOST, &q->arena, &bytes, &size))
        return NULL;
    hex = hn_arena_alloc(&q->arena, 2 * size + 1);
    for (size_t i = 0; i < size; i++)
        sprintf(hex + 2 * i, "%02x", bytes[i]);
    return json_string(hex);
}

static json_t *
ask_items(struct question *q)
{
    const hn_addr *items;
    size_t count;
    json_t *list;

    if (hn_items_load(q->py, q->at, MOST, &q->arena, &items, &count))
        return NULL;
    list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, json_integer((json_int_t)items[i]));
    return list;
}

static json_t *
ask_dict(struct question *q)
{
    struct hn_dict_iter it;
    hn_addr key, value;
    enum hn_status st = hn_dict_iter_init(q->py, q->at, &it);
    json_t *list = json_array();

    while (st == HN_OK && (st = hn_dict_iter_next(&it, &key, &value)) == HN_OK)
        json_array_append_new(list,
                              json_pack("[I, I]", (json_int_t)key, (json_int_t)value));
    if (st == HN_DONE)
        return list;
    json_decref(list);
    return NULL;
}

static json_t *
ask_find(struct question *q)
{
    hn_addr value;
    enum hn_status st = hn_dict_find(q->py, q->at, q->name, &value);

    return address_or_null(st, st ? 0 : value);
}

static json_t *
ask_attribute(struct question *q)
{
    hn_addr value;
    enum hn_status st = hn_instance_find(q->py, q->at, q->name, &value);

    return address_or_null(st, st ? 0 : value);
}

static json_t *
ask_module(struct question *q)
{
    hn_addr value;
    enum hn_status st = hn_module_dict(q->py, q->at, &value);

    return address_or_null(st, st ? 0 : value);
}

static json_t *
ask_type(struct question *q)
{
    const char *name;
    hn_addr type;

    if (hn_object_type(q->py, q->at, &type)
        || hn_type_name(q->py, type, &q->arena, &name))
        return NULL;
    return json_string(name);
}

static json_t *
ask_is(struct question *q)
{
    return json_boolean(hn_object_is(q->py, q->at, q->name));
}

static const struct {
    const char *name;
    json_t *(*ask)(struct question *q); /* NULL when a decoder failed */
} kinds[] = {
    { "str", ask_str },       { "cut", ask_cut },     { "int", ask_int },
    { "uint", ask_uint },     { "bytes", ask_bytes }, { "items", ask_items },
    { "dict", ask_dict },     { "find", ask_find },   { "attribute", ask_attribute },
    { "module", ask_module }, { "type", ask_type },   { "is", ask_is },
};

static json_t *
answer(struct question *q, const char *kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].name, kind) == 0)
            return kinds[i].ask(q);
    fprintf(stderr, "unknown question: %s\n", kind);
    exit(2);
}

static void
report(const struct question *q, const char *kind, const json_t *got,
       const json_t *expected)
{
    char *expected_text = json_dumps(expected, JSON_ENCODE_ANY);
    char *got_text = got ? json_dumps(got, JSON_ENCODE_ANY) : NULL;
    char problem[512];

    hn_error_format(q->py->err, problem, sizeof(problem));
    printf("%s %s at 0x%" PRIx64 ": %.200s, not %.200s\n", kind, q->name ? q->name : "",
           q->at, got_text ? got_text : problem, expected_text);
    free(expected_text);
    free(got_text);
}

static bool
check(struct hn_python *py, const json_t *ask, bool show)
{
    const json_t *expected = json_object_get(ask, "answer");
    const char *kind = json_string_value(json_object_get(ask, "ask"));
    struct question q = {
        .py = py,
        .at = (hn_addr)json_integer_value(json_object_get(ask, "at")),
        .name = json_string_value(json_object_get(ask, "name")),
        .limit = (size_t)json_integer_value(json_object_get(ask, "limit")),
    };
    json_t *got;
    bool same;

    hn_arena_init(&q.arena);
    got = answer(&q, kind);
    same = got && json_equal(got, expected);
    if (!same && show)
        report(&q, kind, got, expected);
    json_decref(got);
    hn_arena_deinit(&q.arena);
    return same;
}

static bool
fail(const struct hn_error *err)
{
    char text[512];

    hn_error_format(err, text, sizeof(text));
    fprintf(stderr, "cannot look: %s\n", text);
    return false;
}

static bool
open_python(struct hn_python *py, int64_t pid, const json_t *questions)
{
    const struct hn_open_options running = { .no_stop = true };
    uint32_t hex =
        (uint32_t)json_integer_value(json_object_get(questions, "hexversion"));
    unsigned flavour = 0;

    if (json_is_true(json_object_get(questions, "debug")))
        flavour |= HN_FLAVOUR_DEBUG;
    if (json_is_true(json_object_get(questions, "free_threaded")))
        flavour |= HN_FLAVOUR_FREE_THREADED;
    if (hn_layout_find(hex, flavour, MUTEX_BYTES, py->err, &py->layout)
        || hn_layout_finish(&py->layout, py->err)
        || hn_target_open_live(pid, &running, NULL, py->err, &py->target))
        return fail(py->err);
    return true;
}

int
main(int argc, char **argv)
{
    struct hn_error err = { 0 };
    struct hn_python py = { .err = &err };
    size_t index, count, wrong = 0;
    json_t *questions, *asks, *ask;
    json_error_t json_err;

    if (argc != 3)
        return 2;
    questions = json_load_file(argv[2], JSON_ALLOW_NUL, &json_err);
    if (!questions) {
        fprintf(stderr, "%s: %s\n", argv[2], json_err.text);
        return 2;
    }
    if (!open_python(&py, atoll(argv[1]), questions))
        return 2;
    asks = json_object_get(questions, "asks");
    count = json_array_size(asks);
    json_array_foreach(asks, index, ask) wrong += !check(&py, ask, wrong < SHOWN);
    printf("%zu asked, %zu wrong, %" PRIu64 " reads, %" PRIu64 " bytes\n", count, wrong,
           py.target->reads, py.target->bytes_read);
    hn_target_close(py.target);
    json_decref(questions);
    return wrong > 0 || count == 0;
}
