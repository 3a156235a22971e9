/* Writes JSON straight into a text: no tree is built, so a stack of a million frames
 * needs no more than the text of one frame. Commas and escapes are seen to here; the
 * caller pairs opening and closing. Whatever bytes come in, UTF-8 goes out. */
#ifndef HN_REPORT_JSON_H
#define HN_REPORT_JSON_H

#include "base/text.h"

struct hn_json {
    struct hn_text *text;
    bool comma; /* the next item is not the first of its object or list */
};

/* @key is NULL in lists and for the document itself; keys are our own words. */
void
hn_json_open_object(struct hn_json *json, const char *key);
void
hn_json_close_object(struct hn_json *json);
void
hn_json_open_list(struct hn_json *json, const char *key);
void
hn_json_close_list(struct hn_json *json);

/* Bytes that are not UTF-8 become the characters \xNN. NULL becomes null. */
void
hn_json_string(struct hn_json *json, const char *key, const char *value);
void
hn_json_integer(struct hn_json *json, const char *key, int64_t value);
void
hn_json_unsigned(struct hn_json *json, const char *key, uint64_t value);

/* @value divided by ten to the power of @decimals, exactly: nanoseconds with 9 decimals
 * are seconds. No locale has a say in the point. */
void
hn_json_decimal(struct hn_json *json, const char *key, uint64_t value,
                unsigned decimals);
void
hn_json_bool(struct hn_json *json, const char *key, bool value);
void
hn_json_null(struct hn_json *json, const char *key);

/* "0x7f..." */
void
hn_json_address(struct hn_json *json, const char *key, uint64_t value);

#endif
