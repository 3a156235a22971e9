/* Code objects are told apart by what they are called, wherever their memory lies. */
#include "support/memory_builder.h"

#include <string.h>

#include "sample/print.h"

/* As in CPython of 64 bits: type, then name, file, table and the first line. */
static const struct hn_shape shape = {
    .code = { 8, 40 },
    .code_type = 0,
    .code_name = 8,
    .code_file = 16,
    .code_table = 24,
    .code_line = 32,
    .code_qualname = -1,
    .code_units = -1,
    .code_slots = -1,
    .code_stack = -1,
    .code_flags = -1,
    .str_length = 16,
    .str_text = 40,
    .bytes_size = 16,
    .bytes_text = 32,
};

static void
put_text(struct memory_builder *m, hn_addr at, uint32_t size_at, uint32_t text_at,
         const char *text)
{
    memory_put_u64(m, at + size_at, strlen(text));
    memory_put(m, at + text_at, text, strlen(text));
}

struct made {
    hn_addr code, name, file, table;
};

static struct made
make(struct memory_builder *m, const char *name, const char *table)
{
    struct made made = { memory_alloc(m, 64), memory_alloc(m, 256),
                         memory_alloc(m, 256), memory_alloc(m, 256) };

    put_text(m, made.name, 16, 40, name);
    put_text(m, made.file, 16, 40, "<made>");
    put_text(m, made.table, 16, 32, table);
    memory_put_u64(m, made.code + 8, 0x7e);
    memory_put_u64(m, made.code + 16, made.name);
    memory_put_u64(m, made.code + 24, made.file);
    memory_put_u64(m, made.code + 32, made.table);
    memory_put_u64(m, made.code + 40, 17);
    return made;
}

static struct hn_code_reading
read_one(struct memory_builder *m, hn_addr code)
{
    struct hn_code_print nothing = { 0 };
    struct hn_code_reading reading;

    hn_target_forget(m->py.target);
    assert_true(hn_print_read(m->py.target, &shape, code, &nothing, &reading));
    return reading;
}

static uint64_t
digest_of(struct memory_builder *m, const char *name, const char *table)
{
    struct hn_code_reading reading = read_one(m, make(m, name, table).code);

    return hn_print_digest(&reading.print);
}

/* As a sampler does: the ranges where it was. */
static enum hn_likeness
compare(struct memory_builder *m, hn_addr code, const struct hn_code_print *known)
{
    uint8_t room[HN_PRINT_PIECES][HN_PRINT_BYTES];
    const uint8_t *bytes[HN_PRINT_PIECES];
    struct hn_range pieces[HN_PRINT_PIECES];
    size_t count = hn_print_pieces(&shape, code, known, pieces);

    for (size_t i = 0; i < count; i++) {
        struct hn_wish wish = { pieces[i].addr, room[i], pieces[i].size, 0 };

        hn_target_gather(m->py.target, &wish, 1);
        bytes[i] = wish.got == wish.size ? room[i] : NULL;
    }
    return hn_print_compare(&shape, code, known, bytes);
}

static void
a_print_has_all_of_a_small_function(void **state)
{
    struct memory_builder *m = *state;
    struct hn_code_reading reading = read_one(m, make(m, "work", "abc").code);
    struct hn_code code = hn_print_code(&shape, 0x1000, &reading);

    assert_true(reading.print.whole);
    assert_string_equal("work", code.name);
    assert_string_equal("work", code.qualname);
    assert_string_equal("<made>", code.file);
    assert_int_equal(17, code.first_line);
    assert_int_equal(3, code.linetable_size);
    assert_memory_equal("abc", code.linetable, 3);
    assert_false(code.qualified);
}

static void
the_same_function_elsewhere_has_the_same_digest(void **state)
{
    struct memory_builder *m = *state;
    struct hn_code_reading one = read_one(m, make(m, "work", "abc").code);
    struct hn_code_reading same = read_one(m, make(m, "work", "abc").code);
    uint64_t digest = hn_print_digest(&one.print);

    assert_true(digest == hn_print_digest(&same.print));
    assert_true(digest != digest_of(m, "walk", "abc"));
    assert_true(digest != digest_of(m, "work", "abd"));
    assert_false(hn_print_same(&one.print, &same.print)); /* it lies elsewhere */
}

static void
another_name_in_the_same_place_is_noticed(void **state)
{
    struct memory_builder *m = *state;
    struct made made = make(m, "alpha", "abc");
    struct hn_code_print known = read_one(m, made.code).print;

    assert_int_equal(HN_PRINT_HOLDS, compare(m, made.code, &known));
    put_text(m, made.name, 16, 40, "betas");
    assert_int_equal(HN_PRINT_DIFFERS, compare(m, made.code, &known));
    assert_true(
        hn_print_was_there(&shape, &known, m->bytes + (made.code + 8 - MEMORY_BASE)));
}

static void
a_table_that_moved_is_all_that_differs(void **state)
{
    struct memory_builder *m = *state;
    struct made made = make(m, "alpha", "abc");
    struct hn_code_print known = read_one(m, made.code).print;

    memory_put_u64(m, made.code + 32, make(m, "other", "abc").table);
    assert_int_equal(HN_PRINT_NAMED_SO, compare(m, made.code, &known));
    put_text(m, made.name, 16, 40, "betas");
    assert_int_equal(HN_PRINT_DIFFERS, compare(m, made.code, &known));
}

static void
a_table_that_changed_in_its_place_is_noticed(void **state)
{
    struct memory_builder *m = *state;
    struct made made = make(m, "alpha", "abc");
    struct hn_code_print known = read_one(m, made.code).print;

    put_text(m, made.table, 16, 32, "abd");
    assert_int_equal(HN_PRINT_NAMED_SO, compare(m, made.code, &known));
}

/* Of such only a part is seen, or not what it says. */
static void
long_or_foreign_names_are_no_digest(void **state)
{
    struct memory_builder *m = *state;
    char name[200];

    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    assert_true(digest_of(m, name, "abc") == 0);
    assert_true(digest_of(m, "caf\xe9", "abc") == 0);
    assert_true(digest_of(m, "work", name) == 0);
}

/* No byte beyond the page that an object ends in is asked for. */
static void
pieces_end_with_their_page(void **state)
{
    struct hn_code_print known = { .name = 0x10fd0, .file = 0x20fe0, .table = 0x30ff0 };
    struct hn_range pieces[HN_PRINT_PIECES];

    (void)state;
    assert_int_equal(4, hn_print_pieces(&shape, 0x1000, &known, pieces));
    assert_int_equal(0x11000, pieces[2].addr + pieces[2].size);
    assert_int_equal(0x21000, pieces[1].addr + pieces[1].size);
    assert_int_equal(0x31000, pieces[3].addr);
    for (size_t i = 0; i < 4; i++)
        assert_true(pieces[i].size > 0 && pieces[i].size <= HN_PRINT_BYTES);
}

static void
what_is_no_memory_is_no_code(void **state)
{
    struct memory_builder *m = *state;
    struct made made = make(m, "work", "abc");
    struct hn_code_print nothing = { 0 };
    struct hn_code_reading reading;

    assert_false(hn_print_read(m->py.target, &shape, 0x10, &nothing, &reading));
    memory_put_u64(m, made.code + 16, 0x10);
    assert_false(hn_print_read(m->py.target, &shape, made.code, &nothing, &reading));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        MEMORY_TEST(a_print_has_all_of_a_small_function),
        MEMORY_TEST(the_same_function_elsewhere_has_the_same_digest),
        MEMORY_TEST(another_name_in_the_same_place_is_noticed),
        MEMORY_TEST(a_table_that_moved_is_all_that_differs),
        MEMORY_TEST(a_table_that_changed_in_its_place_is_noticed),
        MEMORY_TEST(long_or_foreign_names_are_no_digest),
        MEMORY_TEST(pieces_end_with_their_page),
        MEMORY_TEST(what_is_no_memory_is_no_code),
    };

    return cmocka_run_group_tests_name("print", tests, NULL, NULL);
}
