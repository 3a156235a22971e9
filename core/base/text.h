/* Growing text with a sticky failure flag: append freely, check once at the end.
 *
 * Bytes may be anything, '\0' included; length is explicit. Owned by whoever
 * called hn_text_init(), freed by hn_text_deinit(). */
#ifndef HN_BASE_TEXT_H
#define HN_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hn_text {
    char *bytes; /* '\0'-terminated when not NULL */
    size_t size, capacity;
    bool failed; /* memory ran out: what follows was dropped */
};

void
hn_text_init(struct hn_text *text);

void
hn_text_deinit(struct hn_text *text);

/* Forgets the contents, keeps the room. */
void
hn_text_clear(struct hn_text *text);

void
hn_text_add(struct hn_text *text, const char *bytes, size_t size);

void
hn_text_puts(struct hn_text *text, const char *string);

void
hn_text_putc(struct hn_text *text, char c);

void
hn_text_pad(struct hn_text *text, char c, size_t count);

void
hn_text_printf(struct hn_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Appends @code as UTF-8; a surrogate or a number beyond U+10FFFF as \udc80. */
void
hn_text_put_code_point(struct hn_text *text, uint32_t code);

/* Appends a string that came from the target so that a terminal survives it:
 * control characters (C0, C1, DEL), bidirectional overrides and bytes that are
 * not UTF-8 become \n, \x1b, \u202e and so on; the rest passes unchanged. */
void
hn_text_put_escaped(struct hn_text *text, const char *bytes, size_t size);

/* Decodes one UTF-8 character of @bytes: its length in bytes and its code point, or
 * 0 if what stands there is not valid UTF-8 (surrogates and overlong forms are not). */
size_t
hn_utf8_decode(const char *bytes, size_t size, uint32_t *code_ret);

/* What stands behind the last '/' of a path, or all of it. */
const char *
hn_base_name(const char *path);

/* Columns a terminal gives to @bytes of UTF-8 (wide East Asian and emoji 2,
 * combining 0). */
size_t
hn_utf8_columns(const char *bytes, size_t size);

#endif
