/* collections: deque and the relatives of dict, some in C, some in Python.
 *
 * CPython: Modules/_collectionsmodule.c, Objects/odictobject.c,
 * Lib/collections/__init__.py. */
#include <stdlib.h>
#include <string.h>

#include "objects/show_stdlib.h"

/* A count above this is corrupt, not large: the pointers alone are 8 TB. */
#define COUNT_LIMIT (UINT64_C(1) << 40)

/* What must be put in order before any of it is shown: with more entries than these
 * their order in memory must do. */
enum { SORTED_MOST = 1 << 20 };

/* ---- deque ---- */

/* Linked blocks of 64 items between two links. */
enum { BLOCK_ITEMS = 64, BLOCK_WORDS = BLOCK_ITEMS + 2 };

/* The members behind ob_size. */
struct deque {
    uint64_t leftblock, rightblock, leftindex, rightindex, state;
    int64_t maxlen; /* -1: none */
};

static enum hn_status
load_deque(struct hn_show *show, const struct hn_object *object, struct deque *ret,
           uint64_t *count_ret)
{
    struct hn_python *py = hn_show_python(show);
    enum hn_status st = hn_show_behind(show, object, HN_HEAD_VAR, 0, ret, sizeof *ret);

    if (!st)
        st = hn_field_read(py, HN_VAR_SIZE, object->at, count_ret);
    if (!st && (*count_ret > COUNT_LIMIT || ret->leftindex > BLOCK_ITEMS))
        st = hn_fail(py->err, HN_E_CORRUPT, object->at, "deque of an impossible size");
    return st;
}

static enum hn_status
put_blocks(struct hn_show *show, const struct deque *deque, uint64_t shown)
{
    struct hn_target *target = hn_show_python(show)->target;
    hn_addr at = deque->leftblock;
    uint64_t index = deque->leftindex, block[BLOCK_WORDS];

    for (uint64_t i = 0; i < shown; i++, index++) {
        if (i > 0)
            hn_show_puts(show, ", ");
        if (i > 0 && index == BLOCK_ITEMS) {
            at = block[BLOCK_WORDS - 1];
            index = 0;
        }
        if (i == 0 || index == 0) {
            enum hn_status st = hn_target_read(target, at, block, sizeof block);

            if (st)
                return hn_show_problem(show, at, st);
        }
        if (index < BLOCK_ITEMS)
            hn_show_object(show, block[1 + index]);
    }
    return HN_OK;
}

static enum hn_status
show_deque(struct hn_show *show, const struct hn_object *object)
{
    struct deque deque;
    uint64_t count, shown;
    enum hn_status st = load_deque(show, object, &deque, &count);

    if (st)
        return st;
    hn_show_short_name(show, object);
    hn_show_puts(show, "([");
    shown = hn_show_limit(show, count);
    st = put_blocks(show, &deque, shown);
    if (st)
        return st;
    hn_show_more(show, shown, count);
    hn_show_puts(show, "]");
    if (deque.maxlen >= 0)
        hn_show_printf(show, ", maxlen=%lld", (long long)deque.maxlen);
    hn_show_puts(show, ")");
    return HN_OK;
}

/* ---- OrderedDict ---- */

struct entry {
    hn_addr key, value;
    uint64_t index;
    long double weight;
};

static int
compare_keys(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;

    return (one->key > other->key) - (one->key < other->key);
}

/* The entries of a dict, in its order, in the preview's arena. */
static enum hn_status
load_entries(struct hn_show *show, hn_addr dict, struct entry **ret, size_t *count_ret)
{
    struct hn_python *py = hn_show_python(show);
    struct hn_dict_iter it;
    struct entry *entries;
    size_t count = 0;
    uint64_t used;
    enum hn_status st = hn_field_read(py, HN_DICT_USED, dict, &used);

    if (!st && used > SORTED_MOST)
        return HN_DONE;
    if (!st)
        st = hn_dict_iter_init(py, dict, &it);
    if (st)
        return st;
    entries = hn_arena_array(hn_show_arena(show), used, sizeof *entries);
    if (!entries)
        return hn_fail(py->err, HN_E_NOMEM, 0, "no memory for a dict's entries");
    while (count < used
           && (st = hn_dict_iter_next(&it, &entries[count].key, &entries[count].value))
                  == HN_OK) {
        entries[count].index = count;
        count++;
    }
    if (st && st != HN_DONE)
        return st;
    *ret = entries;
    *count_ret = count;
    return HN_OK;
}

/* The entries of a dict by their keys' addresses: an OrderedDict's nodes have the order
 * and the keys, the dict below has the values. */
struct values {
    struct entry *entries;
    size_t count, expected; /* expected: where the next one stands in most dicts */
    bool sorted;
};

static const struct entry *
find_value(struct values *values, hn_addr key)
{
    const struct entry wanted = { .key = key };

    if (!values->sorted && values->expected < values->count
        && values->entries[values->expected].key == key)
        return &values->entries[values->expected++];
    if (!values->sorted)
        qsort(values->entries, values->count, sizeof wanted, compare_keys);
    values->sorted = true;
    return bsearch(&wanted, values->entries, values->count, sizeof wanted,
                   compare_keys);
}

/* How an entry is written: up to 3.11 as a pair of a list, then as in a dict. */
static void
put_entry(struct hn_show *show, hn_addr key, hn_addr value)
{
    bool pairs =
        hn_show_python(show)->layout.formats.ordered_dict == HN_ORDERED_DICT_PAIRS;

    if (pairs)
        hn_show_puts(show, "(");
    hn_show_object(show, key);
    hn_show_puts(show, pairs ? ", " : ": ");
    hn_show_object(show, value);
    if (pairs)
        hn_show_puts(show, ")");
}

/* struct _odictnode: key, hash, next, previous. */
enum { NODE_KEY = 0, NODE_NEXT = 2, NODE_WORDS = 3 };

static enum hn_status
put_nodes(struct hn_show *show, hn_addr node, struct values *values)
{
    struct hn_python *py = hn_show_python(show);
    uint64_t shown = hn_show_limit(show, values->count);

    for (uint64_t i = 0; i < shown && node; i++) {
        uint64_t words[NODE_WORDS];
        const struct entry *entry;
        enum hn_status st = hn_target_read(py->target, node, words, sizeof words);

        if (st)
            return hn_show_problem(show, node, st);
        entry = find_value(values, words[NODE_KEY]);
        if (i > 0)
            hn_show_puts(show, ", ");
        put_entry(show, words[NODE_KEY], entry ? entry->value : 0);
        node = words[NODE_NEXT];
    }
    hn_show_more(show, shown, values->count);
    return HN_OK;
}

static enum hn_status
show_ordered_dict(struct hn_show *show, const struct hn_object *object)
{
    struct hn_python *py = hn_show_python(show);
    bool pairs = py->layout.formats.ordered_dict == HN_ORDERED_DICT_PAIRS;
    struct values values = { 0 };
    hn_addr first;
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_DICT, 0, &first, sizeof first);

    if (!st)
        st = load_entries(show, object->at, &values.entries, &values.count);
    if (st == HN_DONE)
        st = hn_fail(py->err, HN_E_UNSUPPORTED, object->at,
                     "more than a million entries to be put in order");
    if (st)
        return st;
    hn_show_short_name(show, object);
    if (values.count == 0) {
        hn_show_puts(show, "()");
        return HN_OK;
    }
    hn_show_puts(show, pairs ? "([" : "({");
    st = put_nodes(show, first, &values);
    hn_show_puts(show, pairs ? "])" : "})");
    return st;
}

/* ---- defaultdict ---- */

/* Inside itself a defaultdict is shown once more, up to the dict. */
static enum hn_status
show_defaultdict(struct hn_show *show, const struct hn_object *object)
{
    hn_addr factory;
    enum hn_status st =
        hn_show_behind(show, object, HN_HEAD_DICT, 0, &factory, sizeof factory);

    if (st)
        return st;
    hn_show_short_name(show, object);
    hn_show_puts(show, "(");
    if (factory)
        hn_show_object(show, factory);
    else
        hn_show_puts(show, "None");
    hn_show_puts(show, ", {");
    if (hn_show_is_again(show))
        hn_show_puts(show, "...");
    else
        st = hn_show_entries(show, object->at);
    hn_show_puts(show, "})");
    return st;
}

/* ---- Counter ---- */

/* The largest counts come first, equal ones as they came. */
static int
compare_weights(const void *a, const void *b)
{
    const struct entry *one = a, *other = b;

    if (one->weight != other->weight)
        return one->weight < other->weight ? 1 : -1;
    return (one->index > other->index) - (one->index < other->index);
}

/* An int of 64 bits and a float both fit a long double. */
static bool
weigh(struct hn_python *py, struct entry *entry)
{
    int64_t number;
    uint64_t bits;
    double real;

    if (hn_object_is(py, entry->value, "float")) {
        if (hn_field_read(py, HN_FLOAT_VALUE, entry->value, &bits) != HN_OK)
            return false;
        memcpy(&real, &bits, sizeof real);
        entry->weight = real;
        return real == real;
    }
    if (hn_int_load(py, entry->value, &number) != HN_OK)
        return false;
    entry->weight = number;
    return true;
}

/* What cannot be compared stays in the dict's order, as in Counter itself. */
static void
sort_by_count(struct hn_python *py, struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (hn_target_interrupted(py->target) || !weigh(py, &entries[i]))
            return;
    qsort(entries, count, sizeof *entries, compare_weights);
}

static void
put_counts(struct hn_show *show, const struct entry *entries, size_t count)
{
    uint64_t shown = hn_show_limit(show, count);

    for (size_t i = 0; i < shown; i++) {
        if (i > 0)
            hn_show_puts(show, ", ");
        hn_show_object(show, entries[i].key);
        hn_show_puts(show, ": ");
        hn_show_object(show, entries[i].value);
    }
    hn_show_more(show, shown, count);
}

static enum hn_status
show_counter(struct hn_show *show, const struct hn_object *object)
{
    struct entry *entries = NULL;
    size_t count = 0;
    enum hn_status st = load_entries(show, object->at, &entries, &count);

    if (st && st != HN_DONE)
        return st;
    hn_show_short_name(show, object);
    if (st == HN_OK && count == 0) {
        hn_show_puts(show, "()");
        return HN_OK;
    }
    hn_show_puts(show, "({");
    if (st == HN_DONE) {
        st = hn_show_entries(show, object->at);
    } else {
        sort_by_count(hn_show_python(show), entries, count);
        put_counts(show, entries, count);
    }
    hn_show_puts(show, "})");
    return st;
}

/* ---- in Python, around one attribute ---- */

static enum hn_status
read_list(struct hn_show *show, hn_addr list, hn_addr *items_ret, uint64_t *count_ret)
{
    struct hn_python *py = hn_show_python(show);
    uint64_t flags;
    hn_addr type;
    enum hn_status st = hn_object_flags(py, list, &type, &flags);

    if (!st && !(flags & HN_TPFLAG_LIST))
        st = HN_DONE;
    if (!st)
        st = hn_field_read(py, HN_VAR_SIZE, list, count_ret);
    if (!st && *count_ret > COUNT_LIMIT)
        st = hn_fail(py->err, HN_E_CORRUPT, list, "impossible number of items");
    if (!st)
        st = hn_field_read(py, HN_LIST_ITEMS, list, items_ret);
    return st;
}

static enum hn_status
show_chain_map(struct hn_show *show, const struct hn_object *object)
{
    hn_addr maps, items;
    uint64_t count;
    enum hn_status st = hn_show_attribute(show, object, "maps", &maps);

    if (!st)
        st = read_list(show, maps, &items, &count);
    if (st == HN_DONE)
        return hn_show_as_instance(show, object);
    if (st)
        return st;
    hn_show_short_name(show, object);
    hn_show_puts(show, "(");
    st = hn_show_array(show, items, count);
    hn_show_puts(show, ")");
    return st;
}

/* UserDict, UserList and UserString print what they wrap. */
static enum hn_status
show_data(struct hn_show *show, const struct hn_object *object)
{
    hn_addr data;
    enum hn_status st = hn_show_attribute(show, object, "data", &data);

    if (st == HN_DONE)
        return hn_show_as_instance(show, object);
    if (!st)
        hn_show_object(show, data);
    return st;
}

const struct hn_shower hn_showers_collections[] = {
    { "collections.deque", show_deque, 0, "[...]" },
    { "collections.OrderedDict", show_ordered_dict, 0, "..." },
    { "collections.defaultdict", show_defaultdict, HN_SHOWER_AGAIN_SHOW, NULL },
    { "collections:Counter.__repr__", show_counter, 0, NULL },
    { "reprlib:ChainMap.__repr__", show_chain_map, 0, "..." },
    { "collections:UserDict.__repr__", show_data, 0, NULL },
    { "collections:UserList.__repr__", show_data, 0, NULL },
    { "collections:UserString.__repr__", show_data, 0, NULL },
    { NULL, NULL, 0, NULL },
};
