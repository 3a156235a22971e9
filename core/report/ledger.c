/* Where the memory is: rows that add up, and what they are made of. */
#include "report/ledger.h"

#include <inttypes.h>

#include "report/number.h"

enum { BYTES = 12, SHARE = 7, COUNT = 12 };

static const char *const words[] = {
#define WORDS(name, key, text) text,
    HN_LEDGER_ROWS(WORDS)
};

static const char *const keys[] = {
#define KEY(name, key, text) key,
    HN_LEDGER_ROWS(KEY)
};

static void
put_count(struct hn_text *text, uint64_t count)
{
    char buf[HN_NUMBER_SIZE] = "";

    if (count)
        hn_number_format(buf, count);
    hn_text_printf(text, "%*s  ", COUNT, buf);
}

static void
put_name(struct hn_text *text, const struct hn_look *look, enum hn_paint paint,
         size_t indent, const char *name)
{
    const size_t used = BYTES + SHARE + COUNT + 2 + indent;

    hn_look_fit(text, look, paint, name, look->width > used ? look->width - used : 0,
                HN_CUT_START);
    hn_text_putc(text, '\n');
}

static void
put_row(struct hn_text *text, const struct hn_look *look,
        const struct hn_ledger_row *row, const char *name, uint64_t total,
        unsigned parts)
{
    char buf[HN_NUMBER_SIZE];

    hn_bytes_put(text, row->bytes, BYTES);
    hn_share_format(buf, row->bytes, total);
    hn_text_printf(text, "%*s", SHARE, buf);
    put_count(text, row->count);
    put_name(text, look, HN_FUNCTION, 0, name);
    for (size_t i = 0; i < row->part_count && i < parts; i++) {
        hn_bytes_put(text, row->parts[i].bytes, BYTES);
        hn_text_printf(text, "%*s", SHARE, "");
        put_count(text, row->parts[i].count);
        hn_text_puts(text, "  ");
        put_name(text, look, HN_PLAIN, 2, row->parts[i].name);
    }
}

static void
put_pins(struct hn_text *text, const struct hn_look *look,
         const struct hn_ledger *ledger)
{
    if (ledger->pinned == 0)
        return;
    hn_text_putc(text, '\n');
    hn_number_put(text, ledger->pinned);
    hn_text_puts(text, " of ");
    hn_number_put(text, ledger->arenas);
    hn_text_puts(text, " arenas of Python's allocator are nearly empty; what is in use "
                       "there keeps ");
    hn_bytes_put(text, ledger->pinned_bytes, 0);
    hn_text_puts(text, " from going back:\n");
    for (size_t i = 0; i < ledger->pin_count; i++) {
        const struct hn_ledger_pin *pin = &ledger->pins[i];

        hn_text_printf(text, "  0x%" PRIx64 ", ", pin->address);
        hn_bytes_put(text, pin->free_bytes, 0);
        hn_text_puts(text, " free, ");
        hn_number_put(text, pin->blocks);
        hn_text_printf(text, " block%s in use: ", pin->blocks == 1 ? "" : "s");
        hn_look_put(text, look, HN_PLAIN, pin->holders);
        hn_text_putc(text, '\n');
    }
}

static void
put_notes(struct hn_text *text, const struct hn_ledger *ledger)
{
    if (ledger->absent) {
        hn_text_puts(text, "Not in the core, nor in the sum: ");
        hn_bytes_put(text, ledger->absent, 0);
        hn_text_puts(text, " that were mapped.\n");
    }
    if (ledger->swapped) {
        hn_text_puts(text, "Swapped out, not in the sum: ");
        hn_bytes_put(text, ledger->swapped, 0);
        hn_text_puts(text, ".\n");
    }
    hn_text_printf(text, "C allocator: %s.\n", ledger->c_allocator);
}

void
hn_ledger_put(struct hn_text *text, const struct hn_look *look,
              const struct hn_ledger *ledger, unsigned parts)
{
    hn_bytes_put(text, ledger->total, 0);
    hn_text_printf(text, " %s\n", ledger->kind);
    hn_look_start(text, look, HN_HEADING);
    hn_text_printf(text, "%*s%*s%*s  %s", BYTES, "size", SHARE, "%", COUNT, "count",
                   "what");
    hn_look_end(text, look, HN_HEADING);
    hn_text_putc(text, '\n');
    for (unsigned i = 0; i < HN_LEDGER_ROW_COUNT; i++)
        if (ledger->rows[i].bytes || i == HN_LEDGER_UNACCOUNTED)
            put_row(text, look, &ledger->rows[i], words[i], ledger->total, parts);
    put_pins(text, look, ledger);
    hn_text_putc(text, '\n');
    put_notes(text, ledger);
}

static void
document_row(struct hn_json *json, const struct hn_ledger_row *row, const char *key,
             const char *name, uint64_t total)
{
    hn_json_open_object(json, NULL);
    hn_json_string(json, "key", key);
    hn_json_string(json, "name", name);
    hn_json_unsigned(json, "bytes", row->bytes);
    /* A hundredth of a percent is enough for a share. */
    hn_json_decimal(json, "share", total ? row->bytes * 10000 / total : 0, 4);
    if (row->count)
        hn_json_unsigned(json, "count", row->count);
    if (row->part_count) {
        hn_json_open_list(json, "parts");
        for (size_t i = 0; i < row->part_count; i++) {
            hn_json_open_object(json, NULL);
            hn_json_string(json, "name", row->parts[i].name);
            hn_json_unsigned(json, "bytes", row->parts[i].bytes);
            if (row->parts[i].count)
                hn_json_unsigned(json, "count", row->parts[i].count);
            hn_json_close_object(json);
        }
        hn_json_close_list(json);
    }
    hn_json_close_object(json);
}

static void
document_pins(struct hn_json *json, const struct hn_ledger *ledger)
{
    hn_json_open_object(json, "arenas");
    hn_json_unsigned(json, "count", ledger->arenas);
    hn_json_unsigned(json, "bytes", ledger->arena_bytes);
    hn_json_unsigned(json, "nearly_empty", ledger->pinned);
    hn_json_unsigned(json, "pinned_bytes", ledger->pinned_bytes);
    hn_json_open_list(json, "pins");
    for (size_t i = 0; i < ledger->pin_count; i++) {
        const struct hn_ledger_pin *pin = &ledger->pins[i];

        hn_json_open_object(json, NULL);
        hn_json_address(json, "address", pin->address);
        hn_json_unsigned(json, "bytes", pin->bytes);
        hn_json_unsigned(json, "free_bytes", pin->free_bytes);
        hn_json_unsigned(json, "blocks", pin->blocks);
        hn_json_string(json, "holders", pin->holders);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    hn_json_close_object(json);
}

void
hn_document_ledger(struct hn_json *json, const struct hn_ledger *ledger)
{
    hn_json_open_list(json, "rows");
    for (unsigned i = 0; i < HN_LEDGER_ROW_COUNT; i++)
        document_row(json, &ledger->rows[i], keys[i], words[i], ledger->total);
    hn_json_close_list(json);
    hn_json_unsigned(json, "total", ledger->total);
    hn_json_string(json, "kind", ledger->kind);
    hn_json_unsigned(json, "unaccounted", ledger->rows[HN_LEDGER_UNACCOUNTED].bytes);
    hn_json_unsigned(json, "swapped", ledger->swapped);
    hn_json_unsigned(json, "absent", ledger->absent);
    hn_json_string(json, "c_allocator", ledger->c_allocator);
    hn_json_open_object(json, "malloc");
    hn_json_unsigned(json, "system", ledger->c_system);
    hn_json_unsigned(json, "free", ledger->c_free);
    hn_json_unsigned(json, "kept_aside", ledger->c_cached);
    hn_json_unsigned(json, "large_blocks", ledger->c_large);
    hn_json_close_object(json);
    hn_json_unsigned(json, "damaged", ledger->damaged);
    document_pins(json, ledger);
}
