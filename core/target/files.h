/* Opening files by the names that the target uses for them.
 *
 * The target may live under another root: links inside it are then followed inside
 * it. Only regular files are opened, for a name that comes from the target could be
 * that of a pipe or a device. */
#ifndef HN_TARGET_FILES_H
#define HN_TARGET_FILES_H

#include "target/target.h"

/* Opens @path under the directory @root; -1 with errno if that cannot be done. */
int
hn_files_open_under(int root, const char *path);

/* The same with @root's name. */
int
hn_files_open_in(const char *root, const char *path);

/* The same without a root: @path as it stands. */
int
hn_files_open_plain(const char *path);

/* Looks for a file named like @path's last part in the directories A:B. @index
 * counts the directories; -1 also when there is no such directory (errno 0). */
int
hn_files_open_in_list(const char *directories, size_t index, const char *path);

/* hn_target_open_file(). */
int
hn_files_open(struct hn_target *target, const char *path);

#endif
