/* The error slot: filling it and turning it into one line. */
#include "hognose/status.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum hn_status
hn_fail(struct hn_error *err, enum hn_status status, hn_addr addr, const char *what)
{
    err->status = status;
    err->addr = addr;
    err->system_error = 0;
    err->what = what;
    err->context = NULL;
    err->detail[0] = '\0';
    return status;
}

enum hn_status
hn_fail_detail(struct hn_error *err, enum hn_status status, hn_addr addr,
               const char *what, const char *format, ...)
{
    va_list args;

    hn_fail(err, status, addr, what);
    va_start(args, format);
    vsnprintf(err->detail, sizeof(err->detail), format, args);
    va_end(args);
    return status;
}

enum hn_status
hn_fail_system(struct hn_error *err, const char *what, const char *subject)
{
    int saved = errno;
    enum hn_status status = saved == ESRCH ? HN_E_GONE : HN_E_SYSTEM;

    hn_fail(err, saved == ENOMEM ? HN_E_NOMEM : status, 0, what);
    snprintf(err->detail, sizeof(err->detail), "%s", subject ? subject : "");
    err->system_error = saved;
    return err->status;
}

enum hn_status
hn_error_context(struct hn_error *err, const char *context)
{
    if (!err->context)
        err->context = context;
    return err->status;
}

size_t
hn_error_format(const struct hn_error *err, char *buf, size_t size)
{
    char where[32] = "", system[160] = "", reason[64];
    const char *what = err->what ? err->what : "no reason recorded";
    int length;

    if (err->addr)
        snprintf(where, sizeof(where), " at 0x%" PRIx64, err->addr);
    if (err->system_error)
        snprintf(system, sizeof(system), ": %s",
                 strerror_r(err->system_error, reason, sizeof(reason)));
    length = snprintf(buf, size, "%s%s%s%s%s%s%s", err->context ? err->context : "",
                      err->context ? ": " : "", what, err->detail[0] ? ": " : "",
                      err->detail, where, system);
    return length < 0 ? 0 : (size_t)length;
}
