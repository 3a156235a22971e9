/* Reading /proc/PID/task. */
#include "target/live_threads.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "target/proc.h"

struct walk {
    int proc;
    hn_thread_fn *each;
    void *arg;
    struct hn_text status;
    enum hn_status result;
};

/* The kernel writes newlines and backslashes in a name as \n and \\. */
static void
copy_name(char *to, size_t size, const char *from)
{
    size_t used = 0;

    for (; *from && *from != '\n' && used + 1 < size; from++) {
        if (from[0] == '\\' && (from[1] == 'n' || from[1] == '\\'))
            to[used++] = *++from == 'n' ? '\n' : '\\';
        else
            to[used++] = *from;
    }
    to[used] = '\0';
}

static bool
show(void *arg, int64_t tid)
{
    struct walk *walk = arg;
    struct hn_native_thread thread = { .tid = tid, .ns_tid = tid };
    const char *field;
    char path[64];

    snprintf(path, sizeof(path), "task/%" PRId64 "/status", tid);
    if (!hn_proc_read(walk->proc, path, &walk->status))
        return true; /* it ended meanwhile */
    thread.ns_tid = hn_proc_last_number(&walk->status, "NSpid", tid);
    field = hn_proc_field(&walk->status, "Name");
    if (field)
        copy_name(thread.name, sizeof(thread.name), field);
    field = hn_proc_field(&walk->status, "State");
    if (field)
        thread.run_state = *field;
    walk->result = walk->each(walk->arg, &thread);
    return walk->result == HN_OK;
}

enum hn_status
hn_live_threads(int proc, hn_thread_fn *each, void *arg)
{
    struct walk walk = { .proc = proc, .each = each, .arg = arg };

    hn_text_init(&walk.status);
    hn_proc_numbers(proc, "task", show, &walk);
    hn_text_deinit(&walk.status);
    return walk.result;
}

enum hn_status
hn_live_parse_syscall(const char *text, struct hn_registers *ret)
{
    struct hn_registers registers;
    uint64_t values[HN_SYSCALL_ARGUMENTS + 2]; /* arguments, sp, pc; or sp, pc */
    size_t count = 0, wanted = HN_SYSCALL_ARGUMENTS + 2;
    char *end;

    memset(&registers, 0, sizeof(registers));
    registers.syscall = strtoll(text, &end, 10);
    if (end == text)
        return HN_DONE; /* "running" */
    for (; count < wanted && *end == ' '; count++)
        values[count] = strtoull(end, &end, 16);
    if (registers.syscall < 0)
        wanted = 2;
    if (count != wanted)
        return HN_DONE;
    if (registers.syscall >= 0)
        memcpy(registers.argument, values, sizeof(registers.argument));
    registers.sp = values[wanted - 2];
    registers.pc = values[wanted - 1];
    if (registers.pc == 0 && registers.sp == 0)
        return HN_DONE; /* a thread that has ended */
    *ret = registers;
    return HN_OK;
}

enum hn_status
hn_live_registers(int proc, int64_t tid, struct hn_registers *ret)
{
    struct hn_text text;
    enum hn_status st = HN_DONE;
    char path[64];

    snprintf(path, sizeof(path), "task/%" PRId64 "/syscall", tid);
    hn_text_init(&text);
    if (hn_proc_read(proc, path, &text))
        st = hn_live_parse_syscall(text.bytes, ret);
    hn_text_deinit(&text);
    return st;
}
