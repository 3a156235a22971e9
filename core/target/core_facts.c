/* What a core says about the process and its end, and what it leaves out. */
#include <elf.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "target/core.h"
#include "target/source.h"

enum {
    /* Files named in full when they cannot be used; the others are counted. */
    MAX_NAMED_FILES = 6,
    MAX_SENTENCES = MAX_NAMED_FILES + 8,
    MAX_ARGUMENTS = 4096,
    MAX_ARGUMENT_BYTES = 1 << 16,
    MAX_ENVIRONMENT =
        1 << 16, /* variables; ARG_MAX allows some more, nobody has them */
    /* From the bottom of the stack's fixed part to the auxiliary vector: alignment,
     * 16 random bytes and the platform's name. */
    AUXV_SEARCH = 1 << 12,
};

struct story {
    struct hn_target *target;
    const struct hn_core_notes *notes;
    struct hn_core_facts *facts;
    const char **sentences;
    bool no_memory;
};

static void
add(struct story *story, const char *sentence)
{
    if (!sentence)
        story->no_memory = true;
    else if (story->facts->missing_count < MAX_SENTENCES)
        story->sentences[story->facts->missing_count++] = sentence;
}

/* "4 KiB", "12.5 MiB". */
static const char *
size_text(struct story *story, uint64_t bytes)
{
    const char *text;

    if (bytes < 1 << 20)
        text =
            hn_arena_format(&story->target->arena, "%u KiB", (unsigned)(bytes >> 10));
    else
        text = hn_arena_format(&story->target->arena, "%.1f MiB",
                               (double)bytes / (1 << 20));
    return text ? text : "an unknown amount";
}

static void
say_how_much(struct story *story, const struct hn_core_extent *extent,
             const char *damage)
{
    struct hn_arena *arena = &story->target->arena;

    if (damage)
        add(story, damage);
    if (extent->present < extent->expected)
        add(story, hn_arena_format(arena,
                                   "the file ends early: %s of %s of memory are "
                                   "missing",
                                   size_text(story, extent->expected - extent->present),
                                   size_text(story, extent->expected)));
    if (extent->writable_left_out > 0)
        add(story, hn_arena_format(arena,
                                   "%s of writable memory were not written to the "
                                   "core (see coredump_filter in core(5))",
                                   size_text(story, extent->writable_left_out)));
    if (story->notes->thread_count == 0)
        add(story, "the core has no notes about threads: it names none and has no "
                   "registers");
    if (story->notes->mapping_count == 0)
        add(story, "the core does not name the mapped files, so none of them can be "
                   "used");
}

static bool
same_text(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

/* "no such file" and the like, as the end of a sentence about the file. */
static const char *
describe_problem(struct story *story, const struct hn_module *module)
{
    struct hn_arena *arena = &story->target->arena;
    const char *remedy = "name the right file with --exe, --lib-path or --sysroot";

    if (same_text(module->problem, "no such file"))
        return hn_arena_format(arena,
                               "%s is not on this machine: its code and constants are "
                               "missing; %s",
                               module->path, remedy);
    if (same_text(module->problem, "build-id differs"))
        return hn_arena_format(
            arena,
            "%s on this machine is another build (build-id differs): "
            "its code and constants are missing; %s",
            module->path, remedy);
    return hn_arena_format(arena,
                           "%s on this machine cannot be used (%s): its code and "
                           "constants are missing; %s",
                           module->path, module->problem, remedy);
}

/* Files that fit, but that nothing in the core proves to be the right ones. */
static void
say_unverified(struct story *story, const struct hn_module *modules, size_t count)
{
    const char *first = NULL;
    size_t unverified = 0;

    for (size_t i = 0; i < count; i++) {
        if (!modules[i].problem || !modules[i].elf || modules[i].duplicate)
            continue;
        first = first ? first : modules[i].path;
        unverified++;
    }
    if (unverified > 0)
        add(story,
            hn_arena_format(&story->target->arena,
                            "the core has no build-id of %zu mapped files (%s%s): "
                            "those of this machine fit and are used, unverified",
                            unverified, first, unverified > 1 ? "..." : ""));
}

static enum hn_status
say_which_files(struct story *story)
{
    const struct hn_module *modules;
    size_t count, unusable = 0;
    enum hn_status st = hn_target_modules(story->target, &modules, &count);

    if (st)
        return st;
    for (size_t i = 0; i < count; i++)
        if (!modules[i].elf && !modules[i].duplicate && unusable++ < MAX_NAMED_FILES)
            add(story, describe_problem(story, &modules[i]));
    if (unusable > MAX_NAMED_FILES)
        add(story, hn_arena_format(&story->target->arena,
                                   "the same is true of %zu more mapped files",
                                   unusable - MAX_NAMED_FILES));
    say_unverified(story, modules, count);
    return HN_OK;
}

/* gdb stops a process to dump it, and notes that as a signal. */
static bool
made_while_running(const struct hn_core_notes *notes, int signal)
{
    return notes->from_gdb && (signal == SIGSTOP || signal == SIGTRAP || signal == 0);
}

static void
take_end(struct story *story)
{
    const struct hn_core_notes *notes = story->notes;
    const struct hn_core_thread *first = notes->threads;
    struct hn_core_facts *facts = story->facts;
    int signal;

    if (notes->thread_count == 0)
        return;
    signal = first->has_siginfo ? first->signal_number : first->signal;
    if (signal <= 0 || made_while_running(notes, signal))
        return;
    facts->signal = signal;
    facts->thread = first->tid;
    if (first->has_siginfo) {
        facts->signal_code = first->signal_code;
        facts->fault_address = first->fault_address;
    }
}

/* The file that holds the program headers the kernel told the process of. */
static const char *
find_exe(struct story *story)
{
    const struct hn_region *region = NULL;
    uint64_t address;

    if (hn_core_auxv(story->notes, AT_PHDR, &address))
        region = hn_target_region(story->target, address);
    if (!region || region->path[0] != '/')
        return "";
    return hn_arena_copy(&story->target->arena, region->path,
                         hn_path_length(region->path));
}

static bool
read_word(struct story *story, hn_addr addr, uint64_t *ret)
{
    return hn_target_read_some(story->target, addr, ret, sizeof(*ret)) == sizeof(*ret);
}

/* The auxiliary vector lies on the initial stack, below what it points to. */
static hn_addr
find_auxv(struct story *story)
{
    const struct hn_core_notes *notes = story->notes;
    uint8_t bytes[AUXV_SEARCH];
    size_t wanted = notes->auxv_size < 64 ? notes->auxv_size : 64;
    uint64_t random;
    const uint8_t *found;

    if (wanted == 0 || !hn_core_auxv(notes, AT_RANDOM, &random)
        || random < sizeof(bytes)
        || hn_target_read_some(story->target, random - sizeof(bytes), bytes,
                               sizeof(bytes))
               != sizeof(bytes))
        return 0;
    found = memmem(bytes, sizeof(bytes), notes->auxv, wanted);
    return found ? random - sizeof(bytes) + (hn_addr)(found - bytes) : 0;
}

/* Below it: argc, argv, NULL, environment, NULL. Goes down to argc, which equals the
 * number of pointers passed since the NULL. Returns argv's address. */
static hn_addr
find_argv(struct story *story, hn_addr auxv, uint64_t *count_ret)
{
    hn_addr at = auxv - 16; /* over the NULL that ends the environment */
    uint64_t word = 0, passed = 0;

    for (unsigned i = 0; i < MAX_ENVIRONMENT; i++, at -= 8) {
        if (!read_word(story, at, &word))
            return 0;
        if (word == 0)
            break;
    }
    for (at -= 8; passed <= MAX_ARGUMENTS; at -= 8, passed++) {
        if (word != 0 || !read_word(story, at, &word))
            return 0;
        if (word == passed && passed > 0) {
            *count_ret = passed;
            return at + 8;
        }
        word = 0;
    }
    return 0;
}

static const char *const *
read_argv(struct story *story, hn_addr argv, uint64_t count)
{
    struct hn_target *target = story->target;
    const char **copy = hn_arena_array(&target->arena, count + 1, sizeof(*copy));

    for (uint64_t i = 0; copy && i < count; i++) {
        uint64_t address;

        if (!read_word(story, argv + 8 * i, &address)
            || hn_target_read_cstring(target, address, MAX_ARGUMENT_BYTES,
                                      &target->arena, &copy[i]))
            return NULL;
    }
    return copy;
}

/* NT_PRPSINFO has the first 80 characters, the words joined by spaces. */
static const char *const *
split_arguments(struct story *story)
{
    struct hn_arena *arena = &story->target->arena;
    size_t length = strlen(story->notes->arguments), count = 0;
    const char **argv = hn_arena_array(arena, length / 2 + 2, sizeof(*argv));
    char *text = hn_arena_copy(arena, story->notes->arguments, length);
    char *rest = text, *word;

    if (!argv || !text)
        return NULL;
    while ((word = strtok_r(rest, " ", &rest)) != NULL)
        argv[count++] = word;
    return argv;
}

static const char *const *
find_arguments(struct story *story)
{
    hn_addr auxv = find_auxv(story), at;
    const char *const *argv = NULL;
    uint64_t count;

    at = auxv ? find_argv(story, auxv, &count) : 0;
    if (at)
        argv = read_argv(story, at, count);
    return argv ? argv : split_arguments(story);
}

enum hn_status
hn_core_describe(struct hn_target *target, const struct hn_core_notes *notes,
                 const struct hn_core_extent *extent, int64_t time, const char *damage)
{
    struct story story = { .target = target, .notes = notes };
    enum hn_status st;

    story.facts = hn_arena_alloc(&target->arena, sizeof(*story.facts));
    story.sentences =
        hn_arena_array(&target->arena, MAX_SENTENCES, sizeof(*story.sentences));
    if (!story.facts || !story.sentences)
        return hn_fail(target->err, HN_E_NOMEM, 0, "opening a core file");
    story.facts->time = time;
    story.facts->missing = story.sentences;
    take_end(&story);
    target->exe = find_exe(&story);
    target->argv = find_arguments(&story);
    if (!target->exe || !target->argv)
        return hn_fail(target->err, HN_E_NOMEM, 0, "opening a core file");
    say_how_much(&story, extent, damage);
    st = say_which_files(&story);
    if (st)
        return st;
    target->core = story.facts;
    return story.no_memory ? hn_fail(target->err, HN_E_NOMEM, 0, "opening a core file")
                           : HN_OK;
}
