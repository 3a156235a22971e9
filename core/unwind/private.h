/* What the files of this room share. */
#ifndef HN_UNWIND_PRIVATE_H
#define HN_UNWIND_PRIVATE_H

#include "base/cursor.h"
#include "base/index.h"
#include "unwind/unwind.h"

/* One function's row in an image's unwind table. */
struct hn_unwind_row {
    hn_addr start; /* of the function */
    hn_addr fde;   /* where its .eh_frame entry lies in memory */
};

struct hn_symbol_table;
struct hn_lines;

/* One mapped file, or the vDSO, seen as code. */
struct hn_image {
    hn_addr start, end;
    const char *path; /* in the unwinder's arena */
    uint64_t bias;
    struct hn_elf *elf;  /* the module's, borrowed; NULL: only memory has it */
    const char *problem; /* why @elf is NULL, or NULL */

    /* Filled when they are first wanted. */
    bool rows_tried, symbols_tried, lines_tried, debug_tried;
    struct hn_unwind_row *rows; /* ascending by start; malloc'ed */
    size_t row_count;
    const char *rows_problem; /* why there are none */
    struct hn_symbol_table *symbols;
    struct hn_elf *debug; /* the separate debug file, or NULL */
    struct hn_lines *lines;
};

/* What is known of one address. */
struct hn_site {
    const char *function, *symbol, *library;
    uint64_t offset;
    unsigned marks;
    bool line_known;
    const char *file;
    int32_t line;
};

struct hn_unwind_engine;
struct hn_debuginfod;

struct hn_unwinder {
    struct hn_target *target;
    struct hn_arena arena;   /* strings of sites; as long as the unwinder */
    struct hn_image *images; /* ascending */
    size_t image_count;
    uint64_t modules_made; /* the target's list of modules that @images are of */

    struct hn_index site_index; /* by pc */
    struct hn_site **sites;
    size_t site_count, site_capacity;

    struct hn_unwind_engine *engine;
    struct hn_debuginfod *debuginfod; /* NULL: not to be asked */
};

/* --- images.c */

/* Forgets where debug files are not: they may be had from elsewhere now. */
void
hn_images_retry_debug(struct hn_unwinder *u);

/* Makes the list anew if the target's is another than it was; *changed_ret says so. */
HN_MUST_CHECK enum hn_status
hn_images_load(struct hn_unwinder *u, bool *changed_ret);

void
hn_images_free(struct hn_unwinder *u);

/* NULL where no file is mapped. */
struct hn_image *
hn_image_find(const struct hn_unwinder *u, hn_addr addr);

/* --- rows.c */

/* The row of the function that @ip may lie in: the last that begins at or before it.
 * False with the reason. */
bool
hn_image_row(struct hn_unwinder *u, struct hn_image *image, hn_addr ip,
             struct hn_unwind_row *ret, const char **why_ret);

/* --- scan.c */

/* Fills in image->rows, in no order, from .eh_frame alone. NULL, or why not. */
const char *
hn_scan_rows(struct hn_unwinder *u, struct hn_image *image);

/* --- cfi.c */

enum { HN_CFI_ABSOLUTE = 0x00 };

/* What a CIE says of the FDEs that belong to it. */
struct hn_cie {
    uint8_t encoding; /* how these write addresses */
    bool has_data;    /* they have augmentation data, behind its size */
};

/* Reads the CIE that @c begins with, up to its instructions. */
bool
hn_cfi_cie(struct hn_cursor *c, struct hn_cie *ret);

/* Whether libunwind may follow the instructions of the FDE at @fde, and of its CIE. */
bool
hn_cfi_is_sound(struct hn_target *target, hn_addr fde);

/* --- engine.c */

HN_MUST_CHECK enum hn_status
hn_engine_create(struct hn_unwinder *u);
void
hn_engine_destroy(struct hn_unwind_engine *engine);
/* Files were mapped or unmapped. */
void
hn_engine_flush(struct hn_unwind_engine *engine);

/* --- symbols.c */

/* The function that holds @address, which is before the bias; NULL: not known. */
const char *
hn_image_symbol(struct hn_image *image, uint64_t address, uint64_t *offset_ret);
void
hn_symbol_table_destroy(struct hn_symbol_table *table);

/* --- debug_file.c */

/* The file with the debug information of @image that was taken out of it: NULL if it
 * has none, or none is here. */
struct hn_elf *
hn_image_debug(struct hn_unwinder *u, struct hn_image *image);

/* --- debuginfod.c */

/* A file descriptor of the debug file for that build-id, or -1. */
int
hn_debuginfod_fetch(struct hn_unwinder *u, const uint8_t *id, size_t size);
void
hn_debuginfod_close(struct hn_debuginfod *debuginfod);

/* --- lines.c */

/* Fills in file and line of @address, which is before the bias. */
void
hn_image_line(struct hn_unwinder *u, struct hn_image *image, uint64_t address,
              struct hn_site *site);

/* --- demangle.c */

/* A readable form of a C++ name, in @arena; @symbol itself where it is none. */
const char *
hn_demangle(const char *symbol, struct hn_arena *arena);

#endif
