/* Native stacks for commands: walked while the target stands, named and woven after. */
#ifndef HN_COMMAND_NATIVES_H
#define HN_COMMAND_NATIVES_H

#include "command/call.h"
#include "unwind/unwind.h"

/* The session's unwinder, opened when it is first wanted. HN_E_UNSUPPORTED where
 * hognose was built without. */
HN_MUST_CHECK enum hn_status
hn_call_unwinder(struct hn_call *call, struct hn_unwinder **ret);

/* Walks the native stack of @thread into thread->native. */
HN_MUST_CHECK enum hn_status
hn_natives_load(struct hn_call *call, struct hn_thread *thread);

/* The same for the first @threads (0: all) threads; with all of them also those that
 * run no Python, into call->process.natives. */
HN_MUST_CHECK enum hn_status
hn_natives_load_all(struct hn_call *call, uint64_t threads);

/* The inner end of the native stacks of all threads, for who wants to know what they
 * stand in. Nothing where hognose was built without an unwinder. */
HN_MUST_CHECK enum hn_status
hn_natives_load_inner(struct hn_call *call);

/* Names and weaves what was walked; needs the target no more. @debuginfod: the user
 * wants debug files that are not here to be fetched. */
void
hn_natives_finish(struct hn_call *call, bool debuginfod);

/* The same without files and lines, which take far longer. */
void
hn_natives_name(struct hn_call *call);

#endif
