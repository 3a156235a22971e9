/* Interruption and progress: see pace.h. */
#include "heap/pace.h"

#include <stdio.h>
#include <time.h>

enum {
    /* Steps between two looks at the clock: well below a tenth of a second. */
    STEPS = 256,
    /* Work that is done sooner shows its result, not itself. */
    PROGRESS_AFTER_MS = 150,
    PROGRESS_EVERY_MS = 200
};

static int64_t
now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void
hn_pace_init(struct hn_pace *pace, const struct hn_host *host, struct hn_error *err)
{
    *pace = (struct hn_pace){ host, err, now_ms() + PROGRESS_AFTER_MS, 0 };
}

void
hn_pace_end(struct hn_pace *pace)
{
    const struct hn_host *host = pace->host;

    if (host && host->progress)
        host->progress(host->impl, NULL);
}

enum hn_status
hn_pace_step(struct hn_pace *pace, const char *what, uint64_t done, uint64_t total)
{
    const struct hn_host *host = pace->host;
    enum hn_status st;
    int64_t now;
    char line[80];

    if (++pace->steps % STEPS != 0 || !host)
        return HN_OK;
    st = hn_host_poll(host, pace->err);
    if (st)
        return st;
    now = now_ms();
    if (!host->progress || now < pace->next_word_ms)
        return HN_OK;
    pace->next_word_ms = now + PROGRESS_EVERY_MS;
    if (total)
        snprintf(line, sizeof(line), "%s: %d %%", what, (int)(done * 100 / total));
    else
        snprintf(line, sizeof(line), "%s", what);
    host->progress(host->impl, line);
    return HN_OK;
}
