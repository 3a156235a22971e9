/* What every fallible function returns, and the one slot that says more.
 *
 * The status says what to do; the slot says what to tell. Filling the slot
 * allocates nothing, so a scan over damaged memory may fail a million times.
 * Each session owns one slot; everything opened through a session points to it.
 * One session is used by one thread at a time; different sessions are independent. */
#ifndef HOGNOSE_STATUS_H
#define HOGNOSE_STATUS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define HN_MUST_CHECK __attribute__((warn_unused_result))

/* An address in the target. A C pointer is always ours. */
typedef uint64_t hn_addr;

enum hn_status {
    HN_OK = 0,
    HN_DONE,          /* an iterator has no more items, or a thing is not there */
    HN_E_FAULT,       /* the target has no memory at error.addr */
    HN_E_CORRUPT,     /* memory was read but cannot be what it should be */
    HN_E_UNSUPPORTED, /* a CPython version or a feature we do not know */
    HN_E_NOT_PYTHON,  /* the target holds no Python interpreter */
    HN_E_ARGUMENT,    /* the caller's, or the user's, words are off */
    HN_E_NOMEM,
    HN_E_INTERRUPTED, /* the user pressed Ctrl-C */
    HN_E_SYSTEM,      /* the operating system refused; error.system_error is errno */
    HN_E_GONE         /* the process has ended */
};

struct hn_error {
    enum hn_status status;
    hn_addr addr;     /* target address, or 0 if none is involved */
    int system_error; /* errno, or 0 */
    const char
        *what; /* static text that completes "cannot ...": or says what is wrong */
    const char
        *context; /* static text a caller added ("reading a thread state"), or NULL */
    char detail[256]; /* a name that matters (a file, a symbol), or "" */
};

/* Fills @err and returns @status, so that `return hn_fail(...)` reads as one
 * thought. @what must be static text. Clears detail and context. */
enum hn_status
hn_fail(struct hn_error *err, enum hn_status status, hn_addr addr, const char *what);

/* As hn_fail(), with a printf-formatted detail (cut to fit). */
enum hn_status
hn_fail_detail(struct hn_error *err, enum hn_status status, hn_addr addr,
               const char *what, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* As hn_fail() for a failed system call: keeps errno, HN_E_GONE for ESRCH. */
enum hn_status
hn_fail_system(struct hn_error *err, const char *what, const char *subject);

/* Adds what the caller was doing, if nobody said so before; returns the status. */
enum hn_status
hn_error_context(struct hn_error *err, const char *context);

/* Writes @err as one line of text without a newline: "reading a thread state:
 * no memory at 0x7f...". Always terminates @buf. Returns the length it wanted. */
size_t
hn_error_format(const struct hn_error *err, char *buf, size_t size);

#ifdef __cplusplus
}
#endif
#endif
