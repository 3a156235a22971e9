/* Registers from a debugger, which knows them by name. */
#include "target/arch.h"

struct question {
    bool (*lookup)(void *arg, const char *name, uint64_t *value);
    void *arg;
};

static bool
ask(const struct question *q, const char *name, uint64_t *ret)
{
    return q->lookup(q->arg, name, ret);
}

/* False at the first name the debugger does not have: another architecture's. */
static bool
ask_all(const struct question *q, const struct hn_arch *arch, uint64_t *words)
{
    for (const struct hn_arch_name *n = arch->names; n->name; n++)
        if (!ask(q, n->name, &words[n->word]))
            return false;
    return true;
}

static bool
take(const struct question *q, const struct hn_arch *arch, struct hn_registers *ret)
{
    uint64_t words[HN_ARCH_WORDS_MAX] = { 0 };
    bool syscall_known;

    if (!ask_all(q, arch, words))
        return false;
    syscall_known =
        arch->syscall.name && ask(q, arch->syscall.name, &words[arch->syscall.word]);
    arch->decode(words, ret);
    if (!syscall_known)
        ret->syscall = -2;
    ask(q, arch->thread_pointer, &ret->thread_pointer);
    return true;
}

bool
hn_registers_by_name(bool (*lookup)(void *arg, const char *name, uint64_t *value),
                     void *arg, struct hn_registers *ret)
{
    const struct question q = { lookup, arg };

    return take(&q, &hn_arch_x86_64, ret) || take(&q, &hn_arch_aarch64, ret);
}
