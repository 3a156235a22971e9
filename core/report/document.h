/* Model structs as JSON. Names and shapes are described in core/command/JSON.md and
 * never change; fields may be added. */
#ifndef HN_REPORT_DOCUMENT_H
#define HN_REPORT_DOCUMENT_H

#include "model/exception.h"
#include "model/listing.h"
#include "model/object.h"
#include "model/process.h"
#include "report/json.h"

/* The "target" member: what was read, and how. @host is the debugger's name. */
void
hn_document_target(struct hn_json *json, const struct hn_process *process,
                   const char *host);

/* The "python" member. */
void
hn_document_python(struct hn_json *json, const struct hn_process *process);

/* The members of py-info's result, without the brackets. */
void
hn_document_info(struct hn_json *json, const struct hn_process *process);

/* The members of a THREAD but its frames, without the brackets. */
void
hn_document_thread(struct hn_json *json, const struct hn_thread *thread);

/* The members that py-threads adds to a THREAD. */
void
hn_document_row(struct hn_json *json, const struct hn_thread *thread);

/* A FRAME, with its brackets. */
void
hn_document_frame(struct hn_json *json, const char *key, const struct hn_frame *frame);

/* A FRAME of kind "native". */
void
hn_document_native(struct hn_json *json, const struct hn_native_frame *frame);

/* The members that tell how complete a native stack is, without the brackets. */
void
hn_document_native_end(struct hn_json *json, const struct hn_native_stack *stack);

/* The members of a VALUE, without the brackets. */
void
hn_document_value(struct hn_json *json, const struct hn_value *value);

/* A list of VARIABLEs. */
void
hn_document_variables(struct hn_json *json, const char *key,
                      const struct hn_variables *variables);

/* The members of py-object's result, without the brackets. */
void
hn_document_object(struct hn_json *json, const struct hn_object_facts *object);

/* The member "exceptions" of a thread of py-exc. */
void
hn_document_exceptions(struct hn_json *json, const struct hn_exceptions *exceptions);

/* The members of py-list's result, without the brackets. */
void
hn_document_listing(struct hn_json *json, const struct hn_listing *listing);

#endif
