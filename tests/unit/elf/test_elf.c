/* ELF files: the tiny one, this program itself, and damaged ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "elf/elf.h"
#include "tiny_elf.h"

static struct hn_error err;

static struct hn_elf *
open_bytes(const void *bytes, size_t size)
{
    struct hn_elf *elf = NULL;

    assert_int_equal(hn_elf_open_memory(bytes, size, &err, &elf), HN_OK);
    return elf;
}

static void
assert_symbol(const struct tiny_elf *image, const char *name, bool there)
{
    struct hn_elf *elf = open_bytes(image, sizeof(*image));
    uint64_t address = 0, size = 0;

    assert_int_equal(hn_elf_symbol(elf, name, &address, &size), there);
    if (there) {
        assert_int_equal(address, THERE_VALUE);
        assert_int_equal(size, THERE_SIZE);
    }
    hn_elf_close(elf);
}

static void
finds_a_symbol_by_gnu_hash_without_section_headers(void **state)
{
    struct tiny_elf image = tiny_elf_make();

    (void)state;
    image.entries[4].d_tag = DT_DEBUG; /* no DT_HASH */
    assert_symbol(&image, "there", true);
    assert_symbol(&image, "elsewhere", false);
}

static void
finds_a_symbol_by_the_old_hash_table(void **state)
{
    struct tiny_elf image = tiny_elf_make();

    (void)state;
    image.entries[3].d_tag = DT_DEBUG; /* no DT_GNU_HASH */
    assert_symbol(&image, "there", true);
    assert_symbol(&image, "elsewhere", false);
}

static void
a_symbol_that_is_only_needed_is_not_found(void **state)
{
    struct tiny_elf image = tiny_elf_make();

    (void)state;
    assert_symbol(&image, "needed", false);
    image.entries[3].d_tag = DT_DEBUG;
    assert_symbol(&image, "needed", false);
}

static void
a_hash_chain_without_an_end_is_left(void **state)
{
    struct tiny_elf image = tiny_elf_make();

    (void)state;
    image.entries[3].d_tag = DT_DEBUG;
    image.hash.chain[THERE] = THERE; /* leads to itself */
    assert_symbol(&image, "elsewhere", false);
}

static void
a_name_that_runs_out_of_the_string_table_is_no_match(void **state)
{
    struct tiny_elf image = tiny_elf_make();

    (void)state;
    image.entries[1].d_un.d_val = 5; /* "there" without its end */
    assert_symbol(&image, "there", false);
}

struct loaded {
    struct tiny_elf image;
    uint64_t bias;
};

static bool
read_loaded(void *arg, uint64_t address, void *buf, size_t size)
{
    const struct loaded *loaded = arg;

    if (address > sizeof(loaded->image) || size > sizeof(loaded->image) - address)
        return false;
    memcpy(buf, (const char *)&loaded->image + address, size);
    return true;
}

static void
finds_a_symbol_in_memory_where_pointers_were_relocated(void **state)
{
    struct loaded loaded = { tiny_elf_make(), 0x7f0000000000 };
    struct hn_elf_memory memory = {
        .read = read_loaded,
        .arg = &loaded,
        .bias = loaded.bias,
        .dynamic = offsetof(struct tiny_elf, entries),
        .dynamic_size = sizeof(loaded.image.entries),
    };
    uint64_t address, size;

    (void)state;
    for (int i = 0; i < 5; i++)
        if (loaded.image.entries[i].d_tag != DT_STRSZ)
            loaded.image.entries[i].d_un.d_ptr += loaded.bias;
    assert_true(hn_elf_memory_symbol(&memory, "there", &address, &size));
    assert_int_equal(address, THERE_VALUE);
    assert_int_equal(size, THERE_SIZE);
    assert_false(hn_elf_memory_symbol(&memory, "needed", &address, &size));
}

static void
reads_the_build_id(void **state)
{
    struct tiny_elf image = tiny_elf_make();
    struct hn_elf *elf = open_bytes(&image, sizeof(image));
    struct hn_build_id id, other;

    (void)state;
    assert_true(hn_elf_build_id(elf, &id));
    assert_int_equal(id.size, sizeof(image.build_id.id));
    assert_memory_equal(id.bytes, image.build_id.id, id.size);
    other = id;
    assert_true(hn_build_id_equal(&id, &other));
    other.bytes[19] ^= 1;
    assert_false(hn_build_id_equal(&id, &other));
    other = id;
    other.size = 8;
    assert_false(hn_build_id_equal(&id, &other));
    hn_elf_close(elf);
}

static void
a_build_id_beyond_the_end_is_not_there(void **state)
{
    struct tiny_elf image = tiny_elf_make();
    struct hn_build_id id;
    struct hn_elf *elf = open_bytes(&image, offsetof(struct tiny_elf, build_id.id) + 4);

    (void)state;
    assert_false(hn_elf_build_id(elf, &id));
    hn_elf_close(elf);
}

static void
tells_segments_apart(void **state)
{
    struct tiny_elf image = tiny_elf_make();
    struct hn_elf_segment segment;
    struct hn_elf *elf;

    (void)state;
    image.load.p_flags = PF_W | PF_X;
    image.load.p_memsz += 100;
    elf = open_bytes(&image, sizeof(image));
    assert_int_equal(hn_elf_segment_count(elf), 3);
    assert_true(hn_elf_segment(elf, 0, &segment));
    assert_int_equal(segment.type, PT_LOAD);
    assert_false(segment.readable);
    assert_true(segment.writable);
    assert_true(segment.executable);
    assert_int_equal(segment.file_size, sizeof(image));
    assert_int_equal(segment.memory_size, sizeof(image) + 100);
    assert_false(hn_elf_segment(elf, 3, &segment));
    hn_elf_close(elf);
}

static void
refuses_what_it_cannot_read(void **state)
{
    struct tiny_elf image = tiny_elf_make();
    struct hn_elf *elf;

    (void)state;
    assert_int_equal(hn_elf_open_memory("hello", 5, &err, &elf), HN_E_CORRUPT);
    assert_int_equal(hn_elf_open_memory(&image, 40, &err, &elf), HN_E_CORRUPT);
    image.header.e_ident[EI_DATA] = ELFDATA2MSB;
    assert_int_equal(hn_elf_open_memory(&image, sizeof(image), &err, &elf),
                     HN_E_UNSUPPORTED);
    image.header.e_ident[EI_DATA] = ELFDATA2LSB;
    image.header.e_ident[EI_CLASS] = ELFCLASS32;
    assert_int_equal(hn_elf_open_memory(&image, sizeof(image), &err, &elf),
                     HN_E_UNSUPPORTED);
    assert_int_equal(hn_elf_open(open("/", O_RDONLY), &err, &elf), HN_E_CORRUPT);
}

/* Asks everything; that nothing is read out of bounds is for sanitizers to see. */
static void
ask_everything(const void *bytes, size_t size)
{
    struct hn_elf *elf;
    struct hn_build_id id;
    struct hn_elf_segment segment;
    uint64_t a, b;

    if (hn_elf_open_memory(bytes, size, &err, &elf))
        return;
    for (size_t i = 0; i < hn_elf_segment_count(elf); i++)
        hn_elf_segment(elf, i, &segment);
    hn_elf_build_id(elf, &id);
    hn_elf_symbol(elf, "there", &a, &b);
    hn_elf_section(elf, ".text", &a, &b);
    hn_elf_close(elf);
}

/* On the heap and exactly as long, so that one byte too many is an error. */
static void
ask_copy(const void *bytes, size_t size)
{
    void *copy = malloc(size ? size : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    ask_everything(copy, size);
    free(copy);
}

static void
survives_being_cut_anywhere(void **state)
{
    struct tiny_elf image = tiny_elf_make();

    (void)state;
    for (size_t size = 0; size <= sizeof(image); size++)
        ask_copy(&image, size);
}

static void
survives_any_byte_being_wrong(void **state)
{
    static const uint8_t wrong[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };

    (void)state;
    for (size_t at = 0; at < sizeof(struct tiny_elf); at++)
        for (size_t k = 0; k < sizeof(wrong); k++) {
            struct tiny_elf image = tiny_elf_make();

            ((uint8_t *)&image)[at] = wrong[k];
            ask_copy(&image, sizeof(image));
        }
}

/* Not static, so that it is in a symbol table of this program. */
int hn_test_landmark = 42;

static void
finds_sections_and_symbols_of_this_program(void **state)
{
    uint64_t address = 0, size = 0, start = 0, length = 0;
    struct hn_elf *elf;

    (void)state;
    assert_int_equal(hn_elf_open(open("/proc/self/exe", O_RDONLY), &err, &elf), HN_OK);
    assert_true(hn_elf_symbol(elf, "hn_test_landmark", &address, &size));
    assert_int_equal(size, sizeof(hn_test_landmark));
    assert_true(hn_elf_section(elf, ".data", &start, &length));
    assert_in_range(address, start, start + length - size);
    assert_false(hn_elf_section(elf, ".nothing", &start, &length));
    assert_false(hn_elf_symbol(elf, "no such symbol", &address, &size));
    hn_elf_close(elf);
}

static void
a_file_that_shrinks_while_open_has_less(void **state)
{
    struct tiny_elf image = tiny_elf_make();
    int fd = memfd_create("shrinking", MFD_CLOEXEC);
    uint64_t address, size;
    struct hn_elf *elf;
    char byte;

    (void)state;
    assert_int_equal(write(fd, &image, sizeof(image)), sizeof(image));
    assert_int_equal(hn_elf_open(fd, &err, &elf), HN_OK);
    assert_true(hn_elf_symbol(elf, "there", &address, &size));
    assert_int_equal(ftruncate(fd, 100), 0);
    assert_int_equal(hn_elf_read(elf, 99, &byte, 1), 1);
    assert_int_equal(hn_elf_read(elf, 100, &byte, 1), 0);
    assert_false(hn_elf_symbol(elf, "there", &address, &size));
    hn_elf_close(elf);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_symbol_by_gnu_hash_without_section_headers),
        cmocka_unit_test(finds_a_symbol_by_the_old_hash_table),
        cmocka_unit_test(a_symbol_that_is_only_needed_is_not_found),
        cmocka_unit_test(a_hash_chain_without_an_end_is_left),
        cmocka_unit_test(a_name_that_runs_out_of_the_string_table_is_no_match),
        cmocka_unit_test(finds_a_symbol_in_memory_where_pointers_were_relocated),
        cmocka_unit_test(reads_the_build_id),
        cmocka_unit_test(a_build_id_beyond_the_end_is_not_there),
        cmocka_unit_test(tells_segments_apart),
        cmocka_unit_test(refuses_what_it_cannot_read),
        cmocka_unit_test(survives_being_cut_anywhere),
        cmocka_unit_test(survives_any_byte_being_wrong),
        cmocka_unit_test(finds_sections_and_symbols_of_this_program),
        cmocka_unit_test(a_file_that_shrinks_while_open_has_less),
    };

    return cmocka_run_group_tests_name("elf", tests, NULL, NULL);
}
