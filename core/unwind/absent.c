/* hognose built without libunwind: native stacks are refused, in one line. */
#include "unwind/unwind.h"

#include <string.h>

static const char absent[] =
    "this hognose was built without libunwind and libdw; install "
    "libunwind-dev and libdw-dev and build it again";

const char *
hn_unwind_missing(void)
{
    return absent;
}

enum hn_status
hn_unwinder_open(struct hn_target *target, struct hn_unwinder **ret)
{
    (void)ret;
    return hn_fail(target->err, HN_E_UNSUPPORTED, 0, absent);
}

void
hn_unwinder_close(struct hn_unwinder *unwinder)
{
    (void)unwinder;
}

bool
hn_unwinder_ask_debuginfod(struct hn_unwinder *unwinder, const char **why_ret)
{
    (void)unwinder;
    *why_ret = absent;
    return false;
}

enum hn_status
hn_unwinder_refresh(struct hn_unwinder *unwinder)
{
    (void)unwinder;
    return HN_OK;
}

void
hn_unwind_from(struct hn_unwinder *unwinder, const struct hn_registers *registers,
               struct hn_native_step *steps, size_t room, struct hn_unwound *ret)
{
    (void)unwinder, (void)registers, (void)steps, (void)room;
    memset(ret, 0, sizeof(*ret));
    ret->problem = absent;
}

enum hn_status
hn_unwind(struct hn_unwinder *unwinder, int64_t tid, struct hn_native_step *steps,
          size_t room, struct hn_unwound *ret)
{
    (void)unwinder, (void)tid, (void)steps, (void)room;
    memset(ret, 0, sizeof(*ret));
    ret->problem = absent;
    return HN_OK;
}

void
hn_native_name(struct hn_unwinder *unwinder, const struct hn_native_step *step,
               bool caller, struct hn_native_frame *ret)
{
    (void)unwinder, (void)caller;
    *ret = (struct hn_native_frame){ .pc = step->pc, .library = "", .line = -1 };
}

enum hn_status
hn_native_stack_walk(struct hn_unwinder *unwinder, int64_t tid, size_t limit,
                     struct hn_arena *arena, struct hn_native_stack *ret)
{
    (void)unwinder, (void)tid, (void)limit, (void)arena;
    memset(ret, 0, sizeof(*ret));
    ret->problem = absent;
    return HN_OK;
}

void
hn_native_stack_name(struct hn_unwinder *unwinder, struct hn_native_stack *stack)
{
    (void)unwinder, (void)stack;
}

enum hn_status
hn_native_stack_load(struct hn_unwinder *unwinder, int64_t tid, size_t limit,
                     struct hn_arena *arena, struct hn_native_stack *ret)
{
    return hn_native_stack_walk(unwinder, tid, limit, arena, ret);
}

void
hn_native_stack_add_lines(struct hn_unwinder *unwinder, struct hn_native_stack *stack)
{
    (void)unwinder, (void)stack;
}

const struct hn_native_frame *
hn_native_stack_find(const struct hn_native_stack *stack, const char *symbol)
{
    (void)stack, (void)symbol;
    return NULL;
}
