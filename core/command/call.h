/* What handlers share: opening the target, choosing threads, loading stacks, letting
 * the target go, and the frame around every result. */
#ifndef HN_COMMAND_CALL_H
#define HN_COMMAND_CALL_H

#include "command/command.h"
#include "command/session.h"
#include "command/source.h"

/* Loads the process into @call->process. */
HN_MUST_CHECK enum hn_status
hn_call_open(struct hn_call *call);

/* What --thread takes, in every command that has it. */
#define HN_THREAD_WORDS "by its number, native id or name"

/* The thread that @word names so; the selected one when @word is NULL. */
HN_MUST_CHECK enum hn_status
hn_call_thread(struct hn_call *call, const char *word, struct hn_thread **ret);

/* Reads the stack of @thread, at most @limit frames (0: all). What could not be read
 * becomes a note. An interruption is no failure: what was read until then is shown, and
 * call->interrupted marks it. */
HN_MUST_CHECK enum hn_status
hn_call_load_stack(struct hn_call *call, struct hn_thread *thread, uint64_t limit);

/* The same for every thread, or the first @threads (0: all) of them. */
HN_MUST_CHECK enum hn_status
hn_call_load_stacks(struct hn_call *call, uint64_t threads, uint64_t limit);

/* The file that the only operand names, to be written by a command that is @doing
 * something; "-" is none, as what is saved is no text for a screen. In @call->arena. */
HN_MUST_CHECK enum hn_status
hn_call_file(struct hn_call *call, const char *doing, const char **ret);

/* Adds a sentence about what is missing. */
void
hn_call_note(struct hn_call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Lets a process that we stopped run on. Nothing of its memory may be read after. */
void
hn_call_release(struct hn_call *call);

/* Source lines of all stacks that were loaded. */
void
hn_call_load_sources(struct hn_call *call);

/* Whether to go on writing: false once the user interrupted or output failed. */
bool
hn_call_poll(struct hn_call *call);

/* Around a result in text. The target header stands over it where @header asks for it,
 * and always in the bare host, where nothing else says what was read. */
void
hn_call_begin_text(struct hn_call *call, bool header);
void
hn_call_end_text(struct hn_call *call);

/* Around a result in JSON: the caller writes the members of "result". */
void
hn_call_begin_json(struct hn_call *call);
void
hn_call_end_json(struct hn_call *call);

#endif
