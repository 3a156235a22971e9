/* What the writer and the reader of the raw format share. */
#ifndef HN_REPORT_PROFILE_RAW_FORMAT_H
#define HN_REPORT_PROFILE_RAW_FORMAT_H

#define HN_RAW_MAGIC "hnprof\r\n"

enum {
    HN_RAW_MAGIC_SIZE = 8,
    HN_RAW_VERSION = 1,
    HN_RAW_HEADER_SIZE = HN_RAW_MAGIC_SIZE + 4,
    /* A run of days with a full time line stays below a tenth of this; a small file
     * that unpacks to more is made to hurt. */
    HN_RAW_MAX_CONTENT = 256 << 20,
};

#endif
