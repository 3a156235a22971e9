/* Threads of a live process as /proc tells of them. */
#ifndef HN_TARGET_LIVE_THREADS_H
#define HN_TARGET_LIVE_THREADS_H

#include "hognose/target.h"

/* As hn_target_ops.threads; @proc is /proc/PID. */
enum hn_status
hn_live_threads(int proc, hn_thread_fn *each, void *arg);

/* What /proc/PID/task/TID/syscall says about a thread that nobody stopped; HN_DONE
 * when it is running or may not be asked. */
enum hn_status
hn_live_registers(int proc, int64_t tid, struct hn_registers *ret);

/* The format of that file. */
enum hn_status
hn_live_parse_syscall(const char *text, struct hn_registers *ret);

#endif
