/* Reads back what hn_profile_write_raw() wrote: see PROFILE-FORMAT.md. */
#ifndef HN_REPORT_PROFILE_RAW_H
#define HN_REPORT_PROFILE_RAW_H

#include "base/arena.h"
#include "model/profile.h"

/* Whether @bytes are the start of such a file: for commands that take several kinds. */
bool
hn_profile_is_raw(const void *bytes, size_t size);

/* The profile in the file's @bytes, in @arena; @bytes are not needed any more then.
 * HN_E_UNSUPPORTED for a version that is newer than we are, HN_E_CORRUPT for all that
 * cannot be right. The file is not trusted: a profile that was read is as sound as one
 * that was sampled. */
HN_MUST_CHECK enum hn_status
hn_profile_read_raw(const void *bytes, size_t size, struct hn_arena *arena,
                    struct hn_error *err, struct hn_profile *ret);

#endif
