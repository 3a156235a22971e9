/* Cores as systemd-coredump and people store them: zstd, lz4 and gzip.
 *
 * Decompressed into an unlinked file in $TMPDIR (else /var/tmp), which vanishes with
 * its descriptor. Pages of zeros become holes in it, so it takes no more room than
 * the core did when the kernel wrote it. Memory use is that of the decompressor. */
#ifndef HN_TARGET_COMPRESS_H
#define HN_TARGET_COMPRESS_H

#include "hognose/session.h"

/* Looks at the first bytes of @fd. Not compressed: @ret is -1 and the rest is left
 * alone. Otherwise @ret is a new file with the contents; where the compressed file
 * ends early or is damaged, what came before, and @damage_ret says so (static text).
 * @host may be NULL; it is asked for interruption and shown the progress. */
HN_MUST_CHECK enum hn_status
hn_decompress(int fd, const struct hn_host *host, struct hn_error *err, int *ret,
              const char **damage_ret);

#endif
