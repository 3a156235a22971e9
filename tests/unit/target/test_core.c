/* Core files made by hand: as the kernel writes them, as gdb does, and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core_writer.h"
#include "target/target.h"

enum { HEAP = 0x10000, STACK = 0x7000000, PAGE = 4096, PID = 4242 };

static struct hn_error err;

static char heap[PAGE] = "on the heap";

/* A core under construction, and then the target made from it. */
struct fixture {
    struct core_writer writer;
    struct hn_text file;
    struct hn_arena arena;
    struct hn_target *target;
    int fd;
};

static int
setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));

    if (!f)
        return -1;
    core_writer_init(&f->writer);
    hn_text_init(&f->file);
    hn_arena_init(&f->arena);
    f->fd = -1;
    *state = f;
    return 0;
}

static int
teardown(void **state)
{
    struct fixture *f = *state;

    hn_target_close(f->target);
    if (f->fd >= 0)
        close(f->fd);
    hn_text_deinit(&f->file);
    hn_arena_deinit(&f->arena);
    core_writer_deinit(&f->writer);
    free(f);
    return 0;
}

static enum hn_status
open_bytes(struct fixture *f, const char *bytes, size_t size,
           const struct hn_open_options *options)
{
    char path[32];

    f->fd = core_writer_file_of(bytes, size, path);
    assert_true(f->fd >= 0);
    return hn_target_open_core(path, options, NULL, &err, &f->target);
}

static void
open_core(struct fixture *f, const struct hn_open_options *options)
{
    core_writer_finish(&f->writer, &f->file);
    assert_int_equal(open_bytes(f, f->file.bytes, f->file.size, options), HN_OK);
}

static bool
says(const struct hn_target *target, const char *words)
{
    for (size_t i = 0; i < target->core->missing_count; i++)
        if (strstr(target->core->missing[i], words))
            return true;
    return false;
}

static void
assert_reads(struct hn_target *target, hn_addr addr, const char *expected)
{
    char buf[64];
    size_t size = strlen(expected);

    assert_int_equal(hn_target_read(target, addr, buf, size), HN_OK);
    assert_memory_equal(buf, expected, size);
}

static void
reads_memory_as_it_was(void **state)
{
    struct fixture *f = *state;
    char byte;

    core_writer_memory(&f->writer, HEAP, PAGE, heap, PAGE, PF_R | PF_W);
    open_core(f, NULL);
    assert_int_equal(f->target->kind, HN_PLACE_CORE);
    assert_true(f->target->consistent);
    assert_reads(f->target, HEAP, "on the heap");
    assert_int_equal(hn_target_read(f->target, HEAP + PAGE, &byte, 1), HN_E_FAULT);
    assert_int_equal(err.addr, HEAP + PAGE);
}

static void
a_read_goes_on_over_the_border_of_two_mappings(void **state)
{
    static const char more[PAGE] = "and more";
    struct fixture *f = *state;
    char buf[16];

    core_writer_memory(&f->writer, HEAP + PAGE, PAGE, more, PAGE, PF_R);
    core_writer_memory(&f->writer, HEAP, PAGE, heap, PAGE, PF_R | PF_W);
    open_core(f, NULL);
    assert_int_equal(hn_target_read(f->target, HEAP + PAGE - 8, buf, 16), HN_OK);
    assert_memory_equal(buf + 8, "and more", 8);
}

static void
memory_left_out_is_absent_and_not_zero(void **state)
{
    struct fixture *f = *state;
    char buf[8];

    core_writer_memory(&f->writer, HEAP, 3 * PAGE, heap, PAGE, PF_R | PF_W);
    core_writer_memory(&f->writer, STACK, 1 << 20, NULL, 0, PF_R | PF_W);
    open_core(f, NULL);
    assert_reads(f->target, HEAP, "on the heap");
    assert_int_equal(hn_target_read(f->target, HEAP + PAGE - 4, buf, 8), HN_E_FAULT);
    assert_int_equal(err.addr, HEAP + PAGE);
    assert_int_equal(hn_target_read_some(f->target, STACK, buf, 8), 0);
    assert_true(says(f->target, "1.0 MiB of writable memory"));
}

static void
a_file_that_ends_early_says_how_much_is_missing(void **state)
{
    struct fixture *f = *state;
    char buf[8];

    core_writer_memory(&f->writer, HEAP, PAGE, heap, PAGE, PF_R | PF_W);
    core_writer_memory(&f->writer, STACK, PAGE, heap, PAGE, PF_R | PF_W);
    core_writer_finish(&f->writer, &f->file);
    assert_int_equal(open_bytes(f, f->file.bytes, f->file.size - PAGE - 100, NULL),
                     HN_OK);
    assert_reads(f->target, HEAP, "on the heap");
    assert_int_equal(hn_target_read(f->target, HEAP + PAGE - 100, buf, 8), HN_E_FAULT);
    assert_int_equal(hn_target_read(f->target, STACK, buf, 8), HN_E_FAULT);
    assert_int_equal(hn_target_region(f->target, STACK)->start, STACK);
    assert_true(
        says(f->target, "the file ends early: 4 KiB of 8 KiB of memory are missing"));
}

static void
a_file_cut_in_its_headers_holds_nothing(void **state)
{
    struct fixture *f = *state;

    core_writer_memory(&f->writer, HEAP, PAGE, heap, PAGE, PF_R | PF_W);
    core_writer_finish(&f->writer, &f->file);
    assert_int_equal(open_bytes(f, f->file.bytes, sizeof(Elf64_Ehdr) + 10, NULL),
                     HN_E_CORRUPT);
}

static void
tells_the_signal_and_the_thread_that_got_it(void **state)
{
    struct fixture *f = *state;
    uint8_t info[128] = { 0 };
    const int signal = SIGSEGV, code = 1;
    const uint64_t address = 0xdead;

    memcpy(info, &signal, 4);
    memcpy(info + 8, &code, 4);
    memcpy(info + 16, &address, 8);
    core_writer_thread(&f->writer, 4300, SIGSEGV, NULL);
    core_writer_process(&f->writer, PID, "python3", "python3 app.py");
    core_writer_note(&f->writer, "CORE", NT_SIGINFO, info, sizeof(info));
    core_writer_thread(&f->writer, PID, 0, NULL);
    open_core(f, NULL);
    assert_int_equal(f->target->pid, PID);
    assert_int_equal(f->target->core->signal, SIGSEGV);
    assert_int_equal(f->target->core->signal_code, 1);
    assert_int_equal(f->target->core->fault_address, 0xdead);
    assert_int_equal(f->target->core->thread, 4300);
    assert_true(f->target->core->time > 0);
}

static void
a_signal_that_a_process_sent_has_no_address(void **state)
{
    struct fixture *f = *state;
    uint8_t info[128] = { 0 };
    const int signal = SIGSEGV;
    const uint64_t sender = 17; /* si_pid lies where si_addr would */

    memcpy(info, &signal, 4);
    memcpy(info + 16, &sender, 8);
    core_writer_thread(&f->writer, PID, SIGSEGV, NULL);
    core_writer_note(&f->writer, "CORE", NT_SIGINFO, info, sizeof(info));
    open_core(f, NULL);
    assert_int_equal(f->target->core->signal, SIGSEGV);
    assert_int_equal(f->target->core->fault_address, 0);
}

static void
gdb_dumps_a_running_process_and_no_signal_killed_it(void **state)
{
    struct fixture *f = *state;

    f->writer.notes_last = true;
    core_writer_memory(&f->writer, HEAP, PAGE, heap, PAGE, PF_R | PF_W);
    core_writer_process(&f->writer, PID, "python3", "python3 app.py");
    core_writer_thread(&f->writer, PID, SIGTRAP, NULL);
    core_writer_note(&f->writer, "GDB", 0xff000000, "<target/>", 10);
    open_core(f, NULL);
    assert_int_equal(f->target->core->signal, 0);
    assert_reads(f->target, HEAP, "on the heap");
    assert_int_equal(f->target->pid, PID);
}

static void
threads_have_their_registers(void **state)
{
    struct fixture *f = *state;
    uint64_t words[27] = { [16] = 0x1111, [19] = 0x2222, [21] = 0x3333 };
    struct hn_native_thread *threads;
    struct hn_registers registers;
    size_t count;

    core_writer_thread(&f->writer, PID + 2, SIGABRT, words);
    core_writer_process(&f->writer, PID, "python3", "");
    core_writer_thread(&f->writer, PID + 1, 0, NULL);
    core_writer_thread(&f->writer, PID, 0, NULL);
    open_core(f, NULL);
    assert_int_equal(hn_target_threads(f->target, &f->target->arena, &threads, &count),
                     HN_OK);
    assert_int_equal(count, 3);
    assert_int_equal(threads[0].tid, PID);
    assert_string_equal(threads[0].name, "python3");
    assert_int_equal(threads[1].tid, PID + 1);
    assert_string_equal(threads[1].name, "");
    assert_int_equal(hn_target_registers(f->target, PID + 2, &registers), HN_OK);
    assert_int_equal(registers.pc, 0x1111);
    assert_int_equal(registers.sp, 0x2222);
    assert_int_equal(registers.thread_pointer, 0x3333);
    assert_int_equal(hn_target_registers(f->target, 1, &registers), HN_DONE);
}

static void
mappings_have_the_names_of_their_files(void **state)
{
    struct fixture *f = *state;
    const struct hn_region *region;

    /* gdb leaves the middle one out of the core, but names the file of all three. */
    core_writer_memory(&f->writer, HEAP, PAGE, heap, PAGE, PF_R);
    core_writer_memory(&f->writer, HEAP + 3 * PAGE, PAGE, heap, PAGE, PF_R | PF_W);
    core_writer_file(&f->writer, HEAP, HEAP + PAGE, 0, "/lib/no.so");
    core_writer_file(&f->writer, HEAP + PAGE, HEAP + 3 * PAGE, PAGE, "/lib/no.so");
    core_writer_file(&f->writer, HEAP + 3 * PAGE, HEAP + 4 * PAGE, 3 * PAGE,
                     "/lib/no.so");
    open_core(f, NULL);
    assert_int_equal(f->target->region_count, 3);
    region = hn_target_region(f->target, HEAP + 2 * PAGE);
    assert_int_equal(region->start, HEAP + PAGE);
    assert_int_equal(region->end, HEAP + 3 * PAGE);
    assert_int_equal(region->offset, PAGE);
    assert_string_equal(region->path, "/lib/no.so");
    assert_true(hn_target_region(f->target, HEAP + 3 * PAGE)->writable);
    assert_int_equal(hn_target_region(f->target, HEAP + 3 * PAGE)->offset, 3 * PAGE);
}

static void
counts_more_segments_than_the_header_can(void **state)
{
    struct fixture *f = *state;

    f->writer.count_in_section = true;
    core_writer_memory(&f->writer, HEAP, PAGE, heap, PAGE, PF_R | PF_W);
    open_core(f, NULL);
    assert_reads(f->target, HEAP, "on the heap");
    assert_int_equal(f->target->region_count, 1);
}

static void
overlapping_segments_are_not_believed(void **state)
{
    struct fixture *f = *state;

    core_writer_memory(&f->writer, HEAP, PAGE, heap, PAGE, PF_R);
    core_writer_memory(&f->writer, HEAP + 8, PAGE, heap, PAGE, PF_R);
    core_writer_memory(&f->writer, UINT64_MAX - 8, PAGE, heap, PAGE, PF_R);
    open_core(f, NULL);
    assert_int_equal(f->target->region_count, 1);
    assert_reads(f->target, HEAP, "on the heap");
}

static void
refuses_what_is_no_core(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(
        hn_target_open_core("/proc/self/exe", NULL, NULL, &err, &f->target),
        HN_E_ARGUMENT);
    assert_string_equal(err.detail, "/proc/self/exe");
    assert_int_equal(hn_target_open_core("/nowhere", NULL, NULL, &err, &f->target),
                     HN_E_SYSTEM);
    assert_string_equal(err.detail, "/nowhere");
    assert_int_equal(hn_target_open_core("/", NULL, NULL, &err, &f->target),
                     HN_E_SYSTEM);
    assert_int_equal(open_bytes(f, "", 0, NULL), HN_E_CORRUPT);
    close(f->fd);
    assert_int_equal(open_bytes(f, "hello", 5, NULL), HN_E_CORRUPT);
}

static void
does_not_wait_for_the_other_end_of_a_pipe(void **state)
{
    struct fixture *f = *state;
    char directory[] = "/tmp/hognose-test-XXXXXX", path[64];

    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof(path), "%s/pipe", directory);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(hn_target_open_core(path, NULL, NULL, &err, &f->target),
                     HN_E_SYSTEM);
    unlink(path);
    rmdir(directory);
}

/* The initial stack, as the kernel lays it out: argc, argv, environment, auxv. */
struct initial_stack {
    uint64_t argc, argv[4], environment[2], auxv[6];
    char random[16], texts[32];
};

static void
arguments_come_from_the_initial_stack(void **state)
{
    struct fixture *f = *state;
    static union {
        char page[2 * PAGE];
        struct {
            char below[PAGE];
            struct initial_stack stack;
        };
    } u;
    const uint64_t base = STACK + PAGE;
    const uint64_t texts = base + offsetof(struct initial_stack, texts);
    struct initial_stack *s = &u.stack;

    memcpy(s->texts, "python3\0-c\0two words\0A=1", 25);
    s->argc = 3;
    s->argv[0] = texts;
    s->argv[1] = texts + 8;
    s->argv[2] = texts + 11;
    s->environment[0] = texts + 21;
    s->auxv[0] = AT_PAGESZ;
    s->auxv[1] = PAGE;
    s->auxv[2] = AT_RANDOM;
    s->auxv[3] = base + offsetof(struct initial_stack, random);
    core_writer_memory(&f->writer, STACK, sizeof(u), u.page, sizeof(u), PF_R | PF_W);
    core_writer_process(&f->writer, PID, "python3", "python3 -c two wo");
    core_writer_note(&f->writer, "CORE", NT_AUXV, s->auxv, sizeof(s->auxv));
    open_core(f, NULL);
    assert_string_equal(f->target->argv[0], "python3");
    assert_string_equal(f->target->argv[1], "-c");
    assert_string_equal(f->target->argv[2], "two words");
    assert_null(f->target->argv[3]);
}

static void
arguments_come_from_the_note_when_the_stack_is_missing(void **state)
{
    struct fixture *f = *state;

    core_writer_process(&f->writer, PID, "python3", "python3 -m app");
    open_core(f, NULL);
    assert_string_equal(f->target->argv[0], "python3");
    assert_string_equal(f->target->argv[2], "app");
    assert_null(f->target->argv[3]);
}

/* A core of this very program, as the kernel would leave it: text left out. */
struct mapping {
    uint64_t start, end, offset;
    char mode[5], path[512];
};

static size_t
own_mappings(struct mapping *ret, size_t limit)
{
    char exe[512] = "", line[1024];
    FILE *maps = fopen("/proc/self/maps", "re");
    ssize_t length = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
    size_t count = 0;

    assert_non_null(maps);
    assert_true(length > 0);
    while (count < limit && fgets(line, sizeof(line), maps)) {
        struct mapping *m = &ret[count];

        m->path[0] = '\0';
        sscanf(line, "%lx-%lx %4s %lx %*s %*s %511s", &m->start, &m->end, m->mode,
               &m->offset, m->path);
        count += strcmp(m->path, exe) == 0;
    }
    fclose(maps);
    return count;
}

/* A copy of our own memory, for teardown() to free; the detour by the kernel keeps
 * sanitizers from watching. */
static const void *
copy_own(struct fixture *f, uint64_t start, size_t size)
{
    int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    void *copy = hn_arena_alloc(&f->arena, size);

    assert_non_null(copy);
    assert_int_equal(pread(fd, copy, size, (off_t)start), size);
    close(fd);
    return copy;
}

static void
add_own_mappings(struct fixture *f, struct mapping *maps, size_t count, bool header)
{
    for (size_t i = 0; i < count; i++) {
        bool writable = maps[i].mode[1] == 'w';
        uint64_t size = maps[i].end - maps[i].start, present = writable ? size : 0;

        if (i == 0 && header)
            present = PAGE;
        core_writer_memory(&f->writer, maps[i].start, size,
                           copy_own(f, maps[i].start, present), present,
                           PF_R | (writable ? PF_W : 0)
                               | (maps[i].mode[2] == 'x' ? PF_X : 0));
        core_writer_file(&f->writer, maps[i].start, maps[i].end, maps[i].offset,
                         maps[i].path);
    }
}

static void
add_own_auxv(struct fixture *f)
{
    const uint64_t auxv[] = { AT_PHDR, getauxval(AT_PHDR), AT_NULL, 0 };

    core_writer_note(&f->writer, "CORE", NT_AUXV, auxv, sizeof(auxv));
}

/* Not static, so that it is in a symbol table of this program. */
int hn_test_landmark = 42;

static const char constant[] = "a constant of this program";

static void
code_and_constants_come_from_the_file_on_disk(void **state)
{
    struct fixture *f = *state;
    struct mapping maps[CORE_WRITER_SEGMENTS];
    size_t count = own_mappings(maps, CORE_WRITER_SEGMENTS), modules;
    const struct hn_module *module;
    uint64_t size;
    hn_addr addr;

    add_own_mappings(f, maps, count, true);
    add_own_auxv(f);
    open_core(f, NULL);
    assert_string_equal(f->target->exe, maps[0].path);
    assert_reads(f->target, (hn_addr)constant, constant);
    assert_int_equal(hn_target_modules(f->target, &module, &modules), HN_OK);
    assert_int_equal(modules, 1);
    assert_non_null(module->elf);
    assert_null(module->problem);
    assert_int_equal(module->start, maps[0].start);
    assert_int_equal(
        hn_module_symbol(f->target, module, "hn_test_landmark", &addr, &size), HN_OK);
    assert_int_equal(addr, (hn_addr)&hn_test_landmark);
    assert_int_equal(hn_module_symbol(f->target, module, "niam", &addr, &size),
                     HN_DONE);
    assert_int_equal(hn_module_section(f->target, module, ".rodata", &addr, &size),
                     HN_OK);
    assert_in_range((hn_addr)constant, addr, addr + size);
    assert_int_equal(f->target->core->missing_count, 1); /* the heap was left out */
}

static void
relocated_data_is_not_taken_from_the_file(void **state)
{
    struct fixture *f = *state;
    struct mapping maps[CORE_WRITER_SEGMENTS];
    size_t count = own_mappings(maps, CORE_WRITER_SEGMENTS);
    static const char *volatile pointer = constant; /* in .data, relocated */
    char buf[8];

    for (size_t i = 0; i < count; i++)
        if (maps[i].mode[1] == 'w')
            maps[i].mode[1] = '-'; /* so that it is left out, and looks read-only */
    add_own_mappings(f, maps, count, true);
    open_core(f, NULL);
    assert_ptr_equal(pointer, constant);
    assert_int_equal(hn_target_read(f->target, (hn_addr)&pointer, buf, 8), HN_E_FAULT);
    assert_reads(f->target, (hn_addr)constant, constant);
}

static void
without_a_header_the_file_must_fit_and_is_called_unverified(void **state)
{
    struct fixture *f = *state;
    struct mapping maps[CORE_WRITER_SEGMENTS];
    size_t count = own_mappings(maps, CORE_WRITER_SEGMENTS), modules;
    const struct hn_module *module;

    add_own_mappings(f, maps, count, false);
    open_core(f, NULL);
    assert_int_equal(hn_target_modules(f->target, &module, &modules), HN_OK);
    assert_int_equal(modules, 1);
    assert_non_null(module->elf);
    assert_non_null(module->problem);
    assert_true(says(f->target, "unverified"));
    assert_reads(f->target, (hn_addr)constant, constant);
}

/* The kernel makes one mapping of segments that continue each other. */
static size_t
join(struct mapping *maps, size_t count, size_t first)
{
    assert_true(first + 1 < count);
    assert_int_equal(maps[first].end, maps[first + 1].start);
    assert_int_equal(maps[first].offset + maps[first].end - maps[first].start,
                     maps[first + 1].offset);
    maps[first].end = maps[first + 1].end;
    memmove(&maps[first + 1], &maps[first + 2], (count - first - 2) * sizeof(*maps));
    return count - 1;
}

static void
without_a_header_joined_segments_fit_too(void **state)
{
    struct fixture *f = *state;
    struct mapping maps[CORE_WRITER_SEGMENTS];
    size_t count = own_mappings(maps, CORE_WRITER_SEGMENTS), modules;
    const struct hn_module *module;

    count = join(maps, count, 1);
    add_own_mappings(f, maps, count, false);
    open_core(f, NULL);
    assert_int_equal(hn_target_modules(f->target, &module, &modules), HN_OK);
    assert_int_equal(modules, 1);
    assert_non_null(module->elf);
    assert_reads(f->target, (hn_addr)constant, constant);
}

/* ld.so leaves it so between segments that are far apart; gdb lists it like any other
 * mapping. */
static void
without_a_header_a_mapping_of_no_segment_is_no_doubt(void **state)
{
    struct fixture *f = *state;
    struct mapping maps[CORE_WRITER_SEGMENTS];
    size_t count = own_mappings(maps, CORE_WRITER_SEGMENTS - 1), modules;
    const struct mapping *last = &maps[count - 1];
    const struct hn_module *module;

    add_own_mappings(f, maps, count, false);
    core_writer_file(&f->writer, last->end, last->end + PAGE, last->offset + PAGE,
                     last->path);
    open_core(f, NULL);
    assert_int_equal(hn_target_modules(f->target, &module, &modules), HN_OK);
    assert_int_equal(modules, 1);
    assert_non_null(module->elf);
}

static struct mapping *
mapping_of(struct mapping *maps, size_t count, const void *pointer)
{
    for (size_t i = 0; i < count; i++)
        if ((uint64_t)pointer >= maps[i].start && (uint64_t)pointer < maps[i].end)
            return &maps[i];
    fail_msg("an address of this program is not in its map");
    return NULL;
}

extern Elf64_Dyn _DYNAMIC[];

static void
without_a_header_the_dynamic_segment_must_be_the_file_s(void **state)
{
    struct fixture *f = *state;
    struct mapping maps[CORE_WRITER_SEGMENTS];
    size_t count = own_mappings(maps, CORE_WRITER_SEGMENTS), modules;
    struct mapping *dynamic = mapping_of(maps, count, _DYNAMIC);
    const struct hn_module *module;
    Elf64_Dyn *entry;

    dynamic->mode[1] = 'w'; /* as before RELRO, so that it is in the core */
    add_own_mappings(f, maps, count, false);
    entry = (Elf64_Dyn *)((char *)f->writer.bytes[dynamic - maps]
                          + ((uint64_t)_DYNAMIC - dynamic->start));
    while (entry->d_tag != DT_STRSZ)
        entry++;
    entry->d_un.d_val++;
    open_core(f, NULL);
    assert_int_equal(hn_target_modules(f->target, &module, &modules), HN_OK);
    assert_int_equal(modules, 1);
    assert_null(module->elf);
    assert_true(says(f->target, "cannot be used (its dynamic segment differs)"));
}

/* Where the build-id's bytes are in this program's first page. */
static size_t
find_build_id(const uint8_t *page)
{
    static const uint8_t head[] = {
        4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U'
    };
    const uint8_t *found = memmem(page, PAGE, head, sizeof(head));

    return found ? (size_t)(found - page) + 16 : 0;
}

static void
a_file_of_another_build_is_not_used_and_named(void **state)
{
    struct fixture *f = *state;
    struct mapping maps[CORE_WRITER_SEGMENTS];
    size_t count = own_mappings(maps, CORE_WRITER_SEGMENTS), modules;
    const struct hn_module *module;
    uint8_t header[PAGE];
    char buf[8];

    memcpy(header, (void *)maps[0].start, PAGE);
    assert_true(find_build_id(header) != 0);
    header[find_build_id(header)] ^= 1;
    add_own_mappings(f, maps, count, true);
    f->writer.bytes[0] = header;
    open_core(f, NULL);
    assert_int_equal(hn_target_modules(f->target, &module, &modules), HN_OK);
    assert_int_equal(modules, 1);
    assert_null(module->elf);
    assert_string_equal(module->problem, "build-id differs");
    assert_true(says(f->target, "is another build (build-id differs)"));
    assert_true(says(f->target, maps[0].path));
    assert_int_equal(hn_target_read(f->target, (hn_addr)constant, buf, 8), HN_E_FAULT);
}

static void
a_missing_file_is_named_and_found_under_the_sysroot(void **state)
{
    struct fixture *f = *state;
    struct mapping maps[CORE_WRITER_SEGMENTS];
    size_t count = own_mappings(maps, CORE_WRITER_SEGMENTS);
    const struct hn_open_options by_exe = { .exe = "/proc/self/exe" };
    char exe[512];

    memcpy(exe, maps[0].path, sizeof(exe));
    for (size_t i = 0; i < count; i++)
        snprintf(maps[i].path, sizeof(maps[i].path), "/gone/program.so");
    add_own_mappings(f, maps, count, true);
    add_own_auxv(f);
    open_core(f, NULL);
    assert_true(says(f->target, "/gone/program.so is not on this machine"));
    hn_target_close(f->target);
    close(f->fd);
    assert_int_equal(open_bytes(f, f->file.bytes, f->file.size, &by_exe), HN_OK);
    assert_false(says(f->target, "/gone/program.so"));
    assert_reads(f->target, (hn_addr)constant, constant);
}

static void
libraries_are_found_in_the_library_path_by_name(void **state)
{
    struct fixture *f = *state;
    struct mapping maps[CORE_WRITER_SEGMENTS];
    size_t count = own_mappings(maps, CORE_WRITER_SEGMENTS);
    char name[512], path[600], *slash;
    struct hn_open_options options = { .lib_path = path };

    slash = strrchr(maps[0].path, '/');
    snprintf(name, sizeof(name), "/gone%s", slash);
    snprintf(path, sizeof(path), "/nowhere:%.*s:/nowhere", (int)(slash - maps[0].path),
             maps[0].path);
    for (size_t i = 0; i < count; i++)
        memcpy(maps[i].path, name, sizeof(name));
    add_own_mappings(f, maps, count, true);
    open_core(f, &options);
    assert_reads(f->target, (hn_addr)constant, constant);
}

/* Asks everything there is to ask. */
static void
explore(struct hn_target *target)
{
    const struct hn_module *modules;
    struct hn_native_thread *threads;
    struct hn_registers registers;
    size_t count;
    char buf[64];

    for (size_t i = 0; i < target->region_count; i++)
        hn_target_read_some(target, target->regions[i].start, buf, sizeof(buf));
    if (hn_target_threads(target, &target->arena, &threads, &count) == HN_OK)
        for (size_t i = 0; i < count; i++)
            hn_target_registers(target, threads[i].tid, &registers);
    assert_int_equal(hn_target_modules(target, &modules, &count), HN_OK);
}

static void
fill_in_everything(struct fixture *f)
{
    static const uint64_t auxv[] = {
        AT_PHDR, HEAP, AT_RANDOM, HEAP + PAGE, AT_NULL, 0
    };

    core_writer_memory(&f->writer, HEAP, PAGE, heap, PAGE, PF_R | PF_W);
    core_writer_memory(&f->writer, STACK, PAGE, heap, 100, PF_R | PF_W);
    core_writer_file(&f->writer, HEAP, HEAP + PAGE, 0, "/lib/no.so");
    core_writer_file(&f->writer, STACK, STACK + PAGE, PAGE, "/lib/no.so");
    core_writer_thread(&f->writer, PID, SIGABRT, NULL);
    core_writer_process(&f->writer, PID, "python3", "python3 app.py");
    core_writer_note(&f->writer, "CORE", NT_AUXV, auxv, sizeof(auxv));
    core_writer_finish(&f->writer, &f->file);
}

static void
try_bytes(struct fixture *f, const char *bytes, size_t size)
{
    if (open_bytes(f, bytes, size, NULL) == HN_OK) {
        explore(f->target);
        hn_target_close(f->target);
        f->target = NULL;
    }
    close(f->fd);
    f->fd = -1;
}

static void
survives_being_cut_anywhere(void **state)
{
    struct fixture *f = *state;

    fill_in_everything(f);
    for (size_t size = 0; size < f->file.size; size += size < 1500 ? 1 : 97)
        try_bytes(f, f->file.bytes, size);
}

static void
survives_any_byte_being_wrong(void **state)
{
    static const uint8_t wrong[] = { 0x00, 0x7f, 0xff };
    struct fixture *f = *state;

    fill_in_everything(f);
    for (size_t at = 0; at < 1500; at++)
        for (size_t k = 0; k < sizeof(wrong); k++) {
            char kept = f->file.bytes[at];

            f->file.bytes[at] = (char)wrong[k];
            try_bytes(f, f->file.bytes, f->file.size);
            f->file.bytes[at] = kept;
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(reads_memory_as_it_was),
        TEST(a_read_goes_on_over_the_border_of_two_mappings),
        TEST(memory_left_out_is_absent_and_not_zero),
        TEST(a_file_that_ends_early_says_how_much_is_missing),
        TEST(a_file_cut_in_its_headers_holds_nothing),
        TEST(tells_the_signal_and_the_thread_that_got_it),
        TEST(a_signal_that_a_process_sent_has_no_address),
        TEST(gdb_dumps_a_running_process_and_no_signal_killed_it),
        TEST(threads_have_their_registers),
        TEST(mappings_have_the_names_of_their_files),
        TEST(counts_more_segments_than_the_header_can),
        TEST(overlapping_segments_are_not_believed),
        TEST(refuses_what_is_no_core),
        TEST(does_not_wait_for_the_other_end_of_a_pipe),
        TEST(arguments_come_from_the_initial_stack),
        TEST(arguments_come_from_the_note_when_the_stack_is_missing),
        TEST(code_and_constants_come_from_the_file_on_disk),
        TEST(relocated_data_is_not_taken_from_the_file),
        TEST(without_a_header_the_file_must_fit_and_is_called_unverified),
        TEST(without_a_header_joined_segments_fit_too),
        TEST(without_a_header_a_mapping_of_no_segment_is_no_doubt),
        TEST(without_a_header_the_dynamic_segment_must_be_the_file_s),
        TEST(a_file_of_another_build_is_not_used_and_named),
        TEST(a_missing_file_is_named_and_found_under_the_sysroot),
        TEST(libraries_are_found_in_the_library_path_by_name),
        TEST(survives_being_cut_anywhere),
        TEST(survives_any_byte_being_wrong),
    };

    return cmocka_run_group_tests_name("core files", tests, NULL, NULL);
}
