/* Making a process stand still with ptrace, and letting it run again.
 *
 * PTRACE_SEIZE and PTRACE_INTERRUPT send no signal, so nothing of it is seen by the
 * process, but for one thing: epoll_wait and a few other calls return EINTR, which
 * Python (PEP 475) and every program that survives a debugger retry. If we die, the
 * kernel lets the process run. Only the OS thread that began may use the result. */
#ifndef HN_TARGET_STOP_H
#define HN_TARGET_STOP_H

#include "base/arena.h"
#include "hognose/target.h"

struct hn_stop;

/* Stops every thread of the process. NULL, with the process running and the reason
 * in @why_ret, if that is not possible. With a result but a reason too, some thread
 * does not stop (it waits in the kernel, uninterruptibly) while the others stand. */
struct hn_stop *
hn_stop_begin(int64_t pid, int proc, struct hn_arena *arena, const char **why_ret);

/* Lets it run; returns for how many nanoseconds it stood. NULL is fine. */
uint64_t
hn_stop_end(struct hn_stop *stop);

/* HN_DONE for a thread that is not standing. */
enum hn_status
hn_stop_registers(struct hn_stop *stop, int64_t tid, struct hn_registers *ret);

/* The same for a thread that this very OS thread traces and holds, whoever began it:
 * inside GDB that is every thread of its process. HN_DONE for any other. */
enum hn_status
hn_traced_registers(int64_t tid, struct hn_registers *ret);

/* Whether a thread has ended, though its number is still taken. */
bool
hn_stop_is_zombie(int64_t tid);

/* Why we may not trace or read the process, in words, in @arena. */
const char *
hn_stop_refusal(int64_t pid, int proc, struct hn_arena *arena);

#endif
