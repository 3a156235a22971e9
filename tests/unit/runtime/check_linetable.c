/* Compares line tables, decoded by us, with what an interpreter says they mean.
 *
 *   linetable_truth.py | check_linetable FORMAT     FORMAT: lnotab, pep626, pep657 */
#include "runtime/runtime.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct table {
    uint8_t *bytes;
    size_t size;
    int32_t first_line;
};

static bool
parse_format(const char *name, enum hn_linetable_format *ret)
{
    static const char *const names[] = { "lnotab", "pep626", "pep657" };

    for (int i = 0; i < 3; i++)
        if (strcmp(name, names[i]) == 0) {
            *ret = (enum hn_linetable_format)i;
            return true;
        }
    return false;
}

static void
parse_table(const char *line, struct table *ret)
{
    const char *hex = strrchr(line, ' ') + 1;
    size_t digits = strspn(hex, "0123456789abcdef");

    free(ret->bytes);
    ret->first_line = atoi(line + strlen("code "));
    ret->size = digits / 2;
    ret->bytes = malloc(ret->size + 1);
    for (size_t i = 0; i < ret->size; i++) {
        const char pair[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

        ret->bytes[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
}

static bool
agrees(enum hn_linetable_format format, const struct table *table, const char *line)
{
    struct hn_position truth, ours = { -2, -2, -2, -2 };
    int64_t offset;

    if (sscanf(line, "%" SCNd64 " %" SCNd32 " %" SCNd32 " %" SCNd32 " %" SCNd32,
               &offset, &truth.line, &truth.end_line, &truth.column, &truth.end_column)
        != 5)
        return false;
    if (!hn_linetable_find(format, table->bytes, table->size, table->first_line, offset,
                           &ours))
        return false;
    return memcmp(&ours, &truth, sizeof(ours)) == 0;
}

int
main(int argc, char **argv)
{
    enum hn_linetable_format format;
    struct table table = { NULL, 0, 0 };
    size_t capacity = 0, good = 0, bad = 0;
    char *line = NULL;

    if (argc != 2 || !parse_format(argv[1], &format)) {
        fprintf(stderr, "usage: check_linetable lnotab|pep626|pep657\n");
        return 2;
    }
    while (getline(&line, &capacity, stdin) > 0) {
        if (strncmp(line, "code ", 5) == 0) {
            parse_table(line, &table);
        } else if (agrees(format, &table, line)) {
            good++;
        } else {
            bad++;
            fprintf(stderr, "differs: %s", line);
        }
    }
    free(line);
    free(table.bytes);
    printf("%zu positions agree, %zu differ\n", good, bad);
    return bad > 0 || good == 0;
}
