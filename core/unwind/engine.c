/* libunwind, with accessors of our own.
 *
 * Its stock accessors do not do: those for cores ignore where in a file a mapping
 * begins, those for ptrace read word by word and may abort() the program, which would
 * be the debugger. Ours read through the target, find the unwind table's row
 * themselves, and hand libunwind a table of that one row. What it makes of a row is
 * kept and given again, so that it neither looks for it twice nor allocates twice: what
 * it allocates cannot be given back through its interface.
 *
 * Nothing it reads is trusted to be what it should. Every loop of its reads memory at
 * each turn, so a budget of reads for each step bounds them all. */
#include <libunwind.h>

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "unwind/private.h"

/* Exported by libunwind for such accessors (perf uses it too), without a header. */
#define search_unwind_table UNW_OBJ(dwarf_search_unwind_table)
extern int
search_unwind_table(unw_addr_space_t as, unw_word_t ip, unw_dyn_info_t *table,
                    unw_proc_info_t *info, int need_unwind_info, void *arg);

enum {
    /* Words read in one step: tables are read byte by byte, and that of the interpreter
     * loop, the longest there is, has some ten thousand. */
    READS_A_STEP = 1 << 18,
    /* The farthest that one function's frame reaches: bigger arrays on a stack do not
     * work with the usual limit of 8 MB either. */
    MAX_FRAME_BYTES = 1 << 26,
    /* Stack read at once: that of most threads that wait. */
    PREFETCHED_BYTES = 1 << 14,
};

/* Where libunwind believes the table of one row to lie: no address of any program. */
#define TABLE_AT UINT64_C(0xfffffffffffff000)

/* Where the callers' registers are when a thread is at an address. */
struct rule {
    bool known; /* false: there are no tables for it, with the reason */
    const char *why;
    void *state; /* libunwind's */
};

struct hn_unwind_engine {
    struct hn_unwinder *unwinder;
    unw_addr_space_t space;

    struct hn_index trampolines; /* by pc: 1 if it is one, 0 if not */
    struct hn_index rule_index;  /* by the address of an instruction */
    struct rule *rules;
    size_t rule_count, rule_capacity;

    /* the walk at hand */
    struct hn_registers registers;
    unsigned reads_left;
    struct hn_unwind_row row; /* in the table at TABLE_AT */
    const char *why;          /* the last lookup failed: why */
    hn_addr why_at;

    /* the rule that is looked for */
    hn_addr wanted; /* stands for the pc register; 0: that is the thread's */
    struct rule found;
};

static int
read_row(const struct hn_unwind_engine *e, unw_word_t *ret)
{
    struct {
        int32_t start, fde;
    } entry = { (int32_t)(e->row.start - e->row.fde), 0 };

    memcpy(ret, &entry, sizeof(*ret));
    return 0;
}

static int
access_mem(unw_addr_space_t as, unw_word_t addr, unw_word_t *value, int write,
           void *arg)
{
    struct hn_unwind_engine *e = arg;

    (void)as;
    if (write)
        return -UNW_EINVAL;
    if (addr == TABLE_AT)
        return read_row(e, value);
    if (e->reads_left == 0)
        return -UNW_EINVAL;
    e->reads_left--;
    if (hn_target_read_u64(e->unwinder->target, addr, value) == HN_OK)
        return 0;
    e->why = "no memory";
    e->why_at = addr;
    return -UNW_EINVAL;
}

static int
access_reg(unw_addr_space_t as, unw_regnum_t number, unw_word_t *value, int write,
           void *arg)
{
    const struct hn_unwind_engine *e = arg;

    (void)as;
    if (write || number < 0 || number >= HN_REGISTERS_MAX
        || !(e->registers.valid >> number & 1))
        return -UNW_EBADREG;
    *value = e->wanted && number == UNW_REG_IP ? e->wanted : e->registers.dwarf[number];
    return 0;
}

static int
access_fpreg(unw_addr_space_t as, unw_regnum_t number, unw_fpreg_t *value, int write,
             void *arg)
{
    (void)as, (void)number, (void)value, (void)write, (void)arg;
    return -UNW_EBADREG;
}

static int
get_dyn_info_list_addr(unw_addr_space_t as, unw_word_t *ret, void *arg)
{
    (void)as, (void)ret, (void)arg;
    return -UNW_ENOINFO;
}

static int
resume(unw_addr_space_t as, unw_cursor_t *cursor, void *arg)
{
    (void)as, (void)cursor, (void)arg;
    return -UNW_EINVAL;
}

static int
get_proc_name(unw_addr_space_t as, unw_word_t ip, char *buf, size_t size,
              unw_word_t *offset, void *arg)
{
    (void)as, (void)ip, (void)buf, (void)size, (void)offset, (void)arg;
    return -UNW_ENOINFO;
}

static void
put_unwind_info(unw_addr_space_t as, unw_proc_info_t *info, void *arg)
{
    (void)as, (void)info, (void)arg; /* libunwind gives back what its tables made */
}

static int
make_info(struct hn_unwind_engine *e, unw_word_t ip, unw_proc_info_t *info, int need)
{
    unw_dyn_info_t table = { .format = UNW_INFO_FORMAT_REMOTE_TABLE };

    table.start_ip = 0;
    table.end_ip = UINT64_MAX;
    table.u.rti.segbase = e->row.fde;
    table.u.rti.table_data = TABLE_AT;
    table.u.rti.table_len = sizeof(uint64_t) / sizeof(unw_word_t);
    return search_unwind_table(e->space, ip, &table, info, need, e);
}

static int
no_info(struct hn_unwind_engine *e, const char *why, hn_addr at)
{
    e->why = why;
    e->why_at = at;
    return -UNW_ENOINFO;
}

/* The table has 4 bytes for how far the function is from its entry. */
static bool
fits_table(const struct hn_unwind_row *row)
{
    int64_t distance = (int64_t)(row->start - row->fde);

    return distance == (int32_t)distance;
}

static int
find_proc_info(unw_addr_space_t as, unw_word_t ip, unw_proc_info_t *info, int need,
               void *arg)
{
    struct hn_unwind_engine *e = arg;
    struct hn_image *image = hn_image_find(e->unwinder, ip);
    const char *why;

    (void)as;
    if (!image)
        return no_info(e, "no file is mapped there", ip);
    if (!hn_image_row(e->unwinder, image, ip, &e->row, &why))
        return no_info(e, why, ip);
    if (!fits_table(&e->row) || !hn_cfi_is_sound(e->unwinder->target, e->row.fde)
        || make_info(e, ip, info, need) != 0)
        return no_info(e, "its unwind tables are damaged, or have a gap", ip);
    if (ip < info->start_ip || ip >= info->end_ip)
        return no_info(e, "its unwind tables have a gap", ip);
    return 0;
}

static const unw_accessors_t accessors = {
    .find_proc_info = find_proc_info,
    .put_unwind_info = put_unwind_info,
    .get_dyn_info_list_addr = get_dyn_info_list_addr,
    .access_mem = access_mem,
    .access_reg = access_reg,
    .access_fpreg = access_fpreg,
    .resume = resume,
    .get_proc_name = get_proc_name,
};

enum hn_status
hn_engine_create(struct hn_unwinder *u)
{
    struct hn_unwind_engine *e = calloc(1, sizeof(*e));
    unw_accessors_t copy = accessors; /* it is taken as not constant */

    if (!e)
        return hn_fail(u->target->err, HN_E_NOMEM, 0, "preparing native stacks");
    e->unwinder = u;
    hn_index_init(&e->trampolines);
    hn_index_init(&e->rule_index);
    e->space = unw_create_addr_space(&copy, 0);
    if (!e->space) {
        free(e);
        return hn_fail(u->target->err, HN_E_NOMEM, 0, "preparing native stacks");
    }
    unw_set_caching_policy(e->space, UNW_CACHE_NONE);
    u->engine = e;
    return HN_OK;
}

static void
forget(struct hn_unwind_engine *e)
{
    for (size_t i = 0; i < e->rule_count; i++)
        free(e->rules[i].state);
    e->rule_count = 0;
    hn_index_deinit(&e->rule_index);
    hn_index_deinit(&e->trampolines);
}

void
hn_engine_destroy(struct hn_unwind_engine *e)
{
    if (!e)
        return;
    unw_destroy_addr_space(e->space);
    forget(e);
    free(e->rules);
    free(e);
}

void
hn_engine_flush(struct hn_unwind_engine *e)
{
    unw_flush_cache(e->space, 0, 0);
    forget(e);
    hn_index_init(&e->rule_index);
    hn_index_init(&e->trampolines);
}

/* --- rules */

/* Called for each stretch of a function that has a rule of its own. */
static int
take_rule(void *arg, void *state, size_t size, unw_word_t start, unw_word_t end)
{
    struct hn_unwind_engine *e = arg;

    if (e->wanted < start || e->wanted >= end || e->found.known)
        return 0;
    e->found.state = malloc(size);
    if (!e->found.state)
        return -UNW_ENOMEM;
    memcpy(e->found.state, state, size);
    e->found.known = true;
    return 0;
}

/* Asks the tables, by a cursor that stands at @at: registers do not matter there. */
static void
find_rule(struct hn_unwind_engine *e, hn_addr at)
{
    unw_cursor_t cursor;

    e->found = (struct rule){ .known = false };
    e->wanted = at;
    e->why = NULL;
    e->reads_left = READS_A_STEP;
    if (unw_init_remote(&cursor, e->space, e) == 0)
        (void)unw_reg_states_iterate(&cursor, take_rule, e);
    e->wanted = 0;
    if (!e->found.known)
        e->found.why = e->why ? e->why : "its unwind tables are damaged";
}

/* The rule for @at; NULL without memory for it. */
static const struct rule *
rule_at(struct hn_unwind_engine *e, hn_addr at)
{
    uint32_t number = hn_index_find(&e->rule_index, at, NULL, NULL);

    if (number != HN_INDEX_NONE)
        return &e->rules[number];
    if (!HN_GROW(e->rules, e->rule_capacity, e->rule_count + 1))
        return NULL;
    find_rule(e, at);
    if (!hn_index_add(&e->rule_index, at, (uint32_t)e->rule_count)) {
        free(e->found.state);
        return NULL;
    }
    e->rules[e->rule_count] = e->found;
    return &e->rules[e->rule_count++];
}

/* --- steps */

static bool
take_position(unw_cursor_t *cursor, struct hn_native_step *ret)
{
    unw_word_t pc, sp;

    if (unw_get_reg(cursor, UNW_REG_IP, &pc) != 0
        || unw_get_reg(cursor, UNW_REG_SP, &sp) != 0)
        return false;
    *ret = (struct hn_native_step){ .pc = pc, .sp = sp };
    return true;
}

/* A stack grows: each caller's frame lies above what it called, but for a signal
 * handler on a stack of its own. */
static bool
goes_on(const struct hn_native_step *inner, const struct hn_native_step *outer)
{
    if (inner->marks & HN_NATIVE_SIGNAL)
        return true;
    return outer->sp > inner->sp && outer->sp - inner->sp <= MAX_FRAME_BYTES;
}

static bool
is_code(const struct hn_unwinder *u, hn_addr pc)
{
    const struct hn_region *region = hn_target_region(u->target, pc);

    /* Not every core says what may be run. */
    return region && (region->executable || u->target->kind == HN_PLACE_CORE);
}

/* Whether @pc is where the kernel lets a signal handler return to: a call of
 * rt_sigreturn(), which is written alike everywhere, because debuggers look for it. */
static bool
looks_like_trampoline(const struct hn_unwinder *u, hn_addr pc)
{
#if defined(__x86_64__)
    /* mov $15, %rax; syscall */
    static const uint8_t code[] = { 0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05 };
#elif defined(__aarch64__)
    /* mov x8, #139; svc #0 */
    static const uint8_t code[] = { 0x68, 0x11, 0x80, 0xd2, 0x01, 0, 0, 0xd4 };
#else
    static const uint8_t code[] = { 0 };
#endif
    uint8_t bytes[sizeof(code)];

    return hn_target_read_some(u->target, pc, bytes, sizeof(bytes)) == sizeof(bytes)
           && memcmp(bytes, code, sizeof(code)) == 0;
}

/* The same, remembered: code does not change, and who samples asks often. */
static bool
is_trampoline(struct hn_unwind_engine *e, hn_addr pc)
{
    uint32_t known = hn_index_find(&e->trampolines, pc, NULL, NULL);
    bool answer;

    if (known != HN_INDEX_NONE)
        return known == 1;
    answer = looks_like_trampoline(e->unwinder, pc);
    (void)!hn_index_add(&e->trampolines, pc, answer);
    return answer;
}

static void
end_early(const struct hn_unwind_engine *e, const char *why, hn_addr at,
          struct hn_unwound *ret)
{
    ret->problem = e->why ? e->why : why;
    ret->problem_at = e->why ? e->why_at : at;
}

/* Moves the cursor to the caller of what is at @inner. Where there are no tables,
 * libunwind tries the frame pointer. As unw_step(): 0 at the end, negative if it
 * cannot. */
static int
move(struct hn_unwind_engine *e, unw_cursor_t *cursor, hn_addr at)
{
    const struct rule *rule = rule_at(e, at);

    e->reads_left = READS_A_STEP;
    e->why = NULL;
    if (rule && rule->known)
        return unw_apply_reg_state(cursor, rule->state);
    return unw_step(cursor);
}

/* One step outwards. False at the end, for which @ret has the reason if it is not the
 * real one. @caller: @inner is in the middle of a call. */
static bool
step(struct hn_unwind_engine *e, unw_cursor_t *cursor, bool caller,
     struct hn_native_step *inner, struct hn_native_step *outer, struct hn_unwound *ret)
{
    int status;

    if (is_trampoline(e, inner->pc))
        inner->marks |= HN_NATIVE_SIGNAL;
    status = move(e, cursor, inner->pc - (caller && inner->pc > 0));
    if (status == 0 && !e->why)
        return false;
    if (status <= 0 || !take_position(cursor, outer)) {
        end_early(e, "the stack cannot be followed", inner->pc, ret);
        return false;
    }
    if (outer->pc == 0 && !e->why)
        return false; /* where threads begin, on some systems */
    if (e->why)
        outer->marks |= HN_NATIVE_GUESSED;
    if (!goes_on(inner, outer)) {
        end_early(e, "the stack does not go on upwards", outer->sp, ret);
        return false;
    }
    if (!is_code(e->unwinder, outer->pc)) {
        end_early(e, "the return address is not in code", outer->pc, ret);
        return false;
    }
    return true;
}

static bool
start(struct hn_unwind_engine *e, unw_cursor_t *cursor, struct hn_native_step *ret)
{
    const struct hn_registers *r = &e->registers;

    /* A core may be of another architecture than ours. */
    if (!(r->valid >> UNW_REG_IP & 1) || !(r->valid >> UNW_REG_SP & 1)
        || r->dwarf[UNW_REG_IP] != r->pc || r->dwarf[UNW_REG_SP] != r->sp)
        return false;
    e->reads_left = READS_A_STEP;
    return unw_init_remote(cursor, e->space, e) == 0 && take_position(cursor, ret);
}

static void
prefetch(struct hn_target *target, hn_addr sp)
{
    const struct hn_region *region = hn_target_region(target, sp);
    struct hn_range range = { sp, PREFETCHED_BYTES };

    if (!region)
        return;
    if (range.size > region->end - sp)
        range.size = region->end - sp;
    hn_target_prefetch(target, &range, 1);
}

void
hn_unwind_from(struct hn_unwinder *u, const struct hn_registers *registers,
               struct hn_native_step *steps, size_t room, struct hn_unwound *ret)
{
    struct hn_unwind_engine *e = u->engine;
    unw_cursor_t cursor;

    memset(ret, 0, sizeof(*ret));
    ret->cut = room == 0;
    if (room == 0)
        return;
    e->registers = *registers;
    if (!start(e, &cursor, &steps[0])) {
        ret->problem = "its registers are of another architecture";
        return;
    }
    prefetch(u->target, steps[0].sp);
    for (ret->count = 1; ret->count < room; ret->count++) {
        struct hn_native_step *inner = &steps[ret->count - 1], outer;
        bool caller = ret->count > 1 && !(inner[-1].marks & HN_NATIVE_SIGNAL);

        if (!step(e, &cursor, caller, inner, &outer, ret))
            return;
        steps[ret->count] = outer;
    }
    ret->cut = true;
}

enum hn_status
hn_unwind(struct hn_unwinder *u, int64_t tid, struct hn_native_step *steps, size_t room,
          struct hn_unwound *ret)
{
    struct hn_registers registers;
    enum hn_status st = hn_target_registers(u->target, tid, &registers);

    memset(ret, 0, sizeof(*ret));
    if (st)
        return st;
    if (registers.valid == 0)
        return HN_DONE;
    hn_unwind_from(u, &registers, steps, room, ret);
    return HN_OK;
}
