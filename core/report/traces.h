/* Allocation traces on a screen, in the words of Lib/tracemalloc.py. */
#ifndef HN_REPORT_TRACES_H
#define HN_REPORT_TRACES_H

#include "model/traces.h"
#include "report/json.h"
#include "report/look.h"

/* How much is traced, a line. */
void
hn_traces_put_total(struct hn_text *text, const struct hn_look *look,
                    const struct hn_traces *traces);

/* "FILE:LINE" of a frame. */
void
hn_trace_place_put(struct hn_text *text, const struct hn_look *look,
                   const struct hn_traces *of, const struct hn_trace_frame *frame);

/* One row as str() of a Statistic or StatisticDiff has it; with @format the lines of
 * Traceback.format() below. */
void
hn_trace_row_put(struct hn_text *text, const struct hn_look *look,
                 const struct hn_trace_row *row, bool compared, bool format);

/* Frames as Traceback.format() has them, the oldest call first. @sources may be NULL.
 */
void
hn_trace_frames_put(struct hn_text *text, const struct hn_look *look,
                    const struct hn_traces *of, const struct hn_trace_frame *frames,
                    uint32_t count, const char *const *sources);

/* The members of py-tracemalloc's result up to its rows, without the brackets. */
void
hn_document_traces(struct hn_json *json, const struct hn_traces *traces);

/* One row, with its brackets. */
void
hn_document_trace_row(struct hn_json *json, const struct hn_trace_row *row,
                      bool compared);

/* A list of frames, the oldest call first, under @key. */
void
hn_document_trace_frames(struct hn_json *json, const char *key,
                         const struct hn_traces *of,
                         const struct hn_trace_frame *frames, uint32_t count);

#endif
