/* Function names by address: of a file's symbol tables and of its debug file's. */
#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "elf/elf.h"
#include "unwind/private.h"

enum {
    /* chromium has 2 million. */
    MAX_FUNCTIONS = 1 << 23,
    /* A function of unknown size, as assembler leaves them, is taken to reach to the
     * next one, but not farther than this. */
    MAX_SIZELESS = 4096,
    /* Functions that begin before an address and may hold it: more than one where they
     * lie in each other, which assembler does. */
    MAX_NESTED = 4,
};

struct row {
    uint64_t address, size;
    const char *name;
    bool global;
};

struct hn_symbol_table {
    struct row *rows; /* ascending */
    size_t count, capacity;
    bool failed;
};

void
hn_symbol_table_destroy(struct hn_symbol_table *table)
{
    if (!table)
        return;
    free(table->rows);
    free(table);
}

static bool
add(void *arg, const struct hn_elf_function *f)
{
    struct hn_symbol_table *t = arg;

    if (t->count == MAX_FUNCTIONS)
        return false;
    if (!HN_GROW(t->rows, t->capacity, t->count + 1))
        return false;
    t->rows[t->count++] = (struct row){ f->address, f->size, f->name, f->global };
    return true;
}

static size_t
underscores(const char *name)
{
    return strspn(name, "_");
}

/* Of the names that one function has, that comes last which its users know: one with a
 * size, public, with the fewest underscores before it, and short. */
static int
by_address(const void *a, const void *b)
{
    const struct row *l = a, *r = b;
    size_t left, right;

    if (l->address != r->address)
        return l->address < r->address ? -1 : 1;
    if ((l->size == 0) != (r->size == 0))
        return l->size == 0 ? -1 : 1;
    if (l->global != r->global)
        return r->global ? -1 : 1;
    left = underscores(l->name);
    right = underscores(r->name);
    if (left != right)
        return left > right ? -1 : 1;
    left = strlen(l->name);
    right = strlen(r->name);
    if (left != right)
        return left > right ? -1 : 1;
    return strcmp(l->name, r->name);
}

static struct hn_symbol_table *
load(const struct hn_image *image)
{
    struct hn_symbol_table *table = calloc(1, sizeof(*table));

    if (!table)
        return NULL;
    if (image->elf)
        hn_elf_functions(image->elf, add, table);
    if (image->debug)
        hn_elf_functions(image->debug, add, table);
    if (table->count > 0)
        qsort(table->rows, table->count, sizeof(*table->rows), by_address);
    return table;
}

static bool
holds(const struct hn_symbol_table *table, size_t i, uint64_t address)
{
    const struct row *row = &table->rows[i];
    uint64_t size = row->size;

    if (size == 0 && i + 1 < table->count)
        size = table->rows[i + 1].address - row->address;
    if (row->size == 0 && size > MAX_SIZELESS)
        size = MAX_SIZELESS;
    return address - row->address < size;
}

const char *
hn_image_symbol(struct hn_image *image, uint64_t address, uint64_t *offset_ret)
{
    const struct hn_symbol_table *table;
    size_t low = 0, high;

    if (!image->symbols_tried) {
        image->symbols_tried = true;
        image->symbols = load(image);
    }
    table = image->symbols;
    if (!table)
        return NULL;
    high = table->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (table->rows[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    for (unsigned tries = 0; low > 0 && tries < MAX_NESTED; tries++) {
        uint64_t start = table->rows[low - 1].address;

        if (holds(table, low - 1, address)) {
            *offset_ret = address - start;
            return table->rows[low - 1].name;
        }
        while (low > 0 && table->rows[low - 1].address == start)
            low--;
    }
    return NULL;
}
