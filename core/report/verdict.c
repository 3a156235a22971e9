#include "report/verdict.h"

static const char *
confidence_name(enum hn_confidence confidence)
{
    static const char *const names[] = { "certain", "likely", "possible" };

    return names[confidence];
}

static void
put_verdict(struct hn_text *text, const struct hn_look *look,
            const struct hn_verdict *verdict)
{
    hn_look_put(text, look, verdict->alarm ? HN_PROBLEM : HN_HEADING,
                verdict->sentence);
    hn_text_printf(text, "  [%s, %s]\n", verdict->kind,
                   confidence_name(verdict->confidence));
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        hn_text_puts(text, "  - ");
        hn_look_put(text, look, HN_PLAIN, verdict->evidence[i]);
        hn_text_putc(text, '\n');
    }
    if (verdict->next) {
        hn_text_puts(text, "  next: ");
        hn_look_put(text, look, HN_PLAIN, verdict->next);
        hn_text_putc(text, '\n');
    }
}

void
hn_verdicts_put(struct hn_text *text, const struct hn_look *look,
                const struct hn_verdicts *verdicts)
{
    for (size_t i = 0; i < verdicts->count; i++) {
        if (i > 0)
            hn_text_putc(text, '\n');
        put_verdict(text, look, &verdicts->items[i]);
    }
}

void
hn_verdicts_document(struct hn_json *json, const struct hn_verdicts *verdicts,
                     int64_t interpreter)
{
    for (size_t i = 0; i < verdicts->count; i++) {
        const struct hn_verdict *verdict = &verdicts->items[i];

        hn_json_open_object(json, NULL);
        hn_json_string(json, "kind", verdict->kind);
        hn_json_string(json, "sentence", verdict->sentence);
        hn_json_string(json, "confidence", confidence_name(verdict->confidence));
        hn_json_bool(json, "alarm", verdict->alarm);
        hn_json_open_list(json, "evidence");
        for (size_t e = 0; e < verdict->evidence_count; e++)
            hn_json_string(json, NULL, verdict->evidence[e]);
        hn_json_close_list(json);
        if (verdict->next)
            hn_json_string(json, "next", verdict->next);
        if (interpreter >= 0)
            hn_json_integer(json, "interpreter", interpreter);
        hn_json_close_object(json);
    }
}
