/* The notes of a core file: include/uapi/linux/elfcore.h, <sys/procfs.h>.
 *
 * The kernel writes them first, gdb last. Those of one thread follow its
 * NT_PRSTATUS. Structures are those of all 64-bit Linux architectures, so offsets
 * are spelled out: the core may be of another one than this machine. */
#include <elf.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/cursor.h"
#include "base/grow.h"
#include "target/core.h"

enum {
    MAX_THREADS = 1 << 22, /* kernel.pid_max cannot be above this */
    PRSTATUS_SIGNAL = 12,  /* short pr_cursig */
    PRSTATUS_PID = 32,
    PRSTATUS_REGISTERS = 112,
    PRPSINFO_PID = 24,
    PRPSINFO_NAME = 40,
    PRPSINFO_ARGUMENTS = 56,
    PRPSINFO_SIZE = 136,
    SIGINFO_CODE = 8,
    SIGINFO_ADDRESS = 16,
    SIGINFO_SIZE = 24, /* as far as we read it */
};

/* A field, which the caller knows to lie inside. */
static int32_t
int_at(const struct hn_elf_note *note, size_t offset)
{
    int32_t value;

    memcpy(&value, note->bytes + offset, sizeof(value));
    return value;
}

static uint64_t
word_at(const struct hn_elf_note *note, size_t offset)
{
    uint64_t value;

    memcpy(&value, note->bytes + offset, sizeof(value));
    return value;
}

static struct hn_core_thread *
add_thread(struct hn_core_notes *notes)
{
    if (notes->thread_count == MAX_THREADS)
        return NULL;
    if (!HN_GROW(notes->threads, notes->thread_capacity, notes->thread_count + 1)) {
        notes->no_memory = true;
        return NULL;
    }
    return memset(&notes->threads[notes->thread_count++], 0, sizeof(*notes->threads));
}

static struct hn_core_thread *
latest_thread(struct hn_core_notes *notes)
{
    return notes->thread_count > 0 ? &notes->threads[notes->thread_count - 1] : NULL;
}

static void
take_prstatus(struct hn_core_notes *notes, const struct hn_elf_note *note)
{
    const struct hn_arch *arch = hn_arch_find(notes->machine);
    uint64_t words[HN_ARCH_WORDS_MAX];
    struct hn_core_thread *thread;

    if (note->size < PRSTATUS_REGISTERS)
        return;
    thread = add_thread(notes);
    if (!thread)
        return;
    thread->tid = int_at(note, PRSTATUS_PID);
    thread->signal = (int16_t)int_at(note, PRSTATUS_SIGNAL);
    if (!arch || note->size - PRSTATUS_REGISTERS < arch->words * sizeof(*words))
        return;
    memcpy(words, note->bytes + PRSTATUS_REGISTERS, arch->words * sizeof(*words));
    arch->decode(words, &thread->registers);
    thread->has_registers = true;
}

static void
take_extra(struct hn_core_notes *notes, const struct hn_elf_note *note)
{
    const struct hn_arch *arch = hn_arch_find(notes->machine);
    struct hn_core_thread *thread = latest_thread(notes);
    uint64_t words[HN_ARCH_WORDS_MAX] = { 0 };
    size_t size = note->size < sizeof(words) ? note->size : sizeof(words);

    if (!arch || !arch->extra || !thread || !thread->has_registers)
        return;
    memcpy(words, note->bytes, size);
    for (const uint32_t *type = arch->extra; *type; type++)
        if (*type == note->type)
            arch->decode_extra(note->type, words, (size + 7) / 8, &thread->registers);
}

static bool
has_address(int signal)
{
    return signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE
           || signal == SIGILL;
}

static void
take_siginfo(struct hn_core_notes *notes, const struct hn_elf_note *note)
{
    struct hn_core_thread *thread = latest_thread(notes);

    if (!thread || note->size < SIGINFO_SIZE)
        return;
    thread->has_siginfo = true;
    thread->signal_number = int_at(note, 0);
    thread->signal_code = int_at(note, SIGINFO_CODE);
    /* Codes up to 0 mean that a process sent it: its pid stands there instead. */
    if (has_address(thread->signal_number) && thread->signal_code > 0)
        thread->fault_address = word_at(note, SIGINFO_ADDRESS);
}

static void
take_prpsinfo(struct hn_core_notes *notes, const struct hn_elf_note *note)
{
    if (note->size < PRPSINFO_SIZE)
        return;
    notes->has_process = true;
    notes->pid = int_at(note, PRPSINFO_PID);
    memcpy(notes->name, note->bytes + PRPSINFO_NAME, sizeof(notes->name) - 1);
    memcpy(notes->arguments, note->bytes + PRPSINFO_ARGUMENTS,
           sizeof(notes->arguments) - 1);
}

static int
by_start(const void *a, const void *b)
{
    const struct hn_core_mapping *left = a, *right = b;

    if (left->start != right->start)
        return left->start < right->start ? -1 : 1;
    return 0;
}

/* The names follow the numbers, in the same order. */
static size_t
name_mappings(struct hn_core_mapping *mappings, size_t count, struct hn_cursor names)
{
    for (size_t i = 0; i < count; i++) {
        size_t left = hn_cursor_left(&names);
        const uint8_t *end = left ? memchr(names.at, '\0', left) : NULL;

        if (!end)
            return i;
        mappings[i].name = (const char *)names.at;
        names.at = end + 1;
    }
    return count;
}

/* count, page size, { start, end, offset in pages } ..., names */
static void
take_files(struct hn_core_notes *notes, const struct hn_elf_note *note)
{
    struct hn_cursor cursor = hn_cursor_make(note->bytes, note->size);
    uint64_t count, page_size, pages = 0;
    struct hn_core_mapping *mappings;

    if (notes->mappings || !hn_cursor_u64(&cursor, &count)
        || !hn_cursor_u64(&cursor, &page_size)
        || count > hn_cursor_left(&cursor) / (3 * sizeof(uint64_t)))
        return;
    mappings = calloc(count + 1, sizeof(*mappings));
    if (!mappings) {
        notes->no_memory = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        /* cannot fail: the count was held against the size */
        hn_cursor_u64(&cursor, &mappings[i].start);
        hn_cursor_u64(&cursor, &mappings[i].end);
        hn_cursor_u64(&cursor, &pages);
        mappings[i].offset = pages * page_size;
    }
    notes->mapping_count = name_mappings(mappings, count, cursor);
    notes->mappings = mappings;
    qsort(mappings, notes->mapping_count, sizeof(*mappings), by_start);
}

static bool
take_note(void *arg, const struct hn_elf_note *note)
{
    struct hn_core_notes *notes = arg;

    if (strcmp(note->owner, "GDB") == 0)
        notes->from_gdb = true;
    else if (strcmp(note->owner, "LINUX") == 0)
        take_extra(notes, note);
    if (strcmp(note->owner, "CORE") != 0)
        return !notes->no_memory;
    switch (note->type) {
    case NT_PRSTATUS: take_prstatus(notes, note); break;
    case NT_PRPSINFO: take_prpsinfo(notes, note); break;
    case NT_SIGINFO: take_siginfo(notes, note); break;
    case NT_FILE: take_files(notes, note); break;
    case NT_AUXV:
        notes->auxv = note->bytes;
        notes->auxv_size = note->size;
        break;
    }
    return !notes->no_memory;
}

/* Numbers of system calls differ between architectures, and so would their names. */
static void
forget_foreign_syscalls(struct hn_core_notes *notes)
{
    const struct hn_arch *native = hn_arch_native();

    if (native && native->machine == notes->machine)
        return;
    for (size_t i = 0; i < notes->thread_count; i++)
        notes->threads[i].registers.syscall = -2;
}

bool
hn_core_notes_load(struct hn_elf *elf, struct hn_core_notes *ret)
{
    memset(ret, 0, sizeof(*ret));
    ret->machine = hn_elf_machine(elf);
    hn_elf_notes(elf, take_note, ret);
    forget_foreign_syscalls(ret);
    return !ret->no_memory;
}

void
hn_core_notes_deinit(struct hn_core_notes *notes)
{
    free(notes->threads);
    free(notes->mappings);
}

bool
hn_core_auxv(const struct hn_core_notes *notes, uint64_t type, uint64_t *ret)
{
    struct hn_cursor cursor = hn_cursor_make(notes->auxv, notes->auxv_size);
    uint64_t found, value;

    while (hn_cursor_u64(&cursor, &found) && hn_cursor_u64(&cursor, &value)) {
        if (found != type)
            continue;
        *ret = value;
        return true;
    }
    return false;
}
