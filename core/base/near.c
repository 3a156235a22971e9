/* Damerau and Levenshtein's distance, between short words only. */
#include "base/near.h"

#include <string.h>

/* Longer than any word of ours. */
enum { MAX_WORD = 31 };

static size_t
smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

size_t
hn_near_distance(const char *a, const char *b)
{
    size_t d[MAX_WORD + 1][MAX_WORD + 1];
    size_t a_size = strlen(a), b_size = strlen(b);

    if (a_size > MAX_WORD || b_size > MAX_WORD)
        return a_size + b_size;
    for (size_t i = 0; i <= a_size; i++)
        d[i][0] = i;
    for (size_t j = 0; j <= b_size; j++)
        d[0][j] = j;
    for (size_t i = 1; i <= a_size; i++) {
        for (size_t j = 1; j <= b_size; j++) {
            size_t same = a[i - 1] == b[j - 1] ? 0 : 1;

            d[i][j] =
                smallest(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + same);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = smallest(d[i][j], d[i - 2][j - 2] + 1, d[i][j]);
        }
    }
    return d[a_size][b_size];
}

bool
hn_near(const char *word, const char *known)
{
    size_t size = strlen(word), distance;

    if (size > 0 && strncmp(word, known, size) == 0)
        return true;
    distance = hn_near_distance(word, known);
    /* Something must be left of the word that was typed. */
    return distance < size && distance <= (strlen(known) > 3 ? 2 : 1);
}
