/* The one place that knows the names of the JSON members. */
#include "report/document.h"

#include <stdio.h>

#include "report/state.h"

static void
put_strings(struct hn_json *json, const char *key, const char *const *strings,
            size_t count)
{
    hn_json_open_list(json, key);
    for (size_t i = 0; i < count; i++)
        hn_json_string(json, NULL, strings[i]);
    hn_json_close_list(json);
}

static size_t
count_strings(const char *const *strings)
{
    size_t count = 0;

    while (strings[count])
        count++;
    return count;
}

/* 0 stands for "not known" in these numbers. */
static void
put_known(struct hn_json *json, const char *key, int64_t value)
{
    if (value)
        hn_json_integer(json, key, value);
    else
        hn_json_null(json, key);
}

static void
put_line(struct hn_json *json, const char *key, int32_t line)
{
    if (line >= 0)
        hn_json_integer(json, key, line);
    else
        hn_json_null(json, key);
}

void
hn_document_target(struct hn_json *json, const struct hn_process *process,
                   const char *host)
{
    hn_json_open_object(json, "target");
    hn_json_string(json, "kind", process->kind);
    put_known(json, "pid", process->pid);
    if (process->core_path)
        hn_json_string(json, "core", process->core_path);
    hn_json_string(json, "executable", process->executable);
    put_strings(json, "arguments", process->arguments,
                count_strings(process->arguments));
    hn_json_string(json, "host", host);
    hn_json_string(json, "reader", process->reader);
    hn_json_bool(json, "inconsistent", !process->consistent);
    if (!process->consistent)
        hn_json_string(json, "reason", process->not_stopped_because);
    if (process->stopped_ns)
        hn_json_integer(json, "stopped_us", (int64_t)(process->stopped_ns / 1000));
    hn_json_close_object(json);
}

void
hn_document_python(struct hn_json *json, const struct hn_process *process)
{
    char hex[16];
    size_t flavours = 0;

    snprintf(hex, sizeof(hex), "0x%08x", (unsigned)process->hex);
    while (flavours < 4 && process->flavour[flavours])
        flavours++;
    hn_json_open_object(json, "python");
    hn_json_string(json, "version", process->version);
    hn_json_string(json, "hex", hex);
    put_strings(json, "flavour", process->flavour, flavours);
    hn_json_close_object(json);
}

static void
put_gil(struct hn_json *json, const struct hn_interpreter *interpreter)
{
    hn_json_open_object(json, "gil");
    hn_json_bool(json, "enabled", interpreter->gil.exists);
    hn_json_bool(json, "locked", interpreter->gil.exists && interpreter->gil.locked);
    put_known(json, "holder", interpreter->gil.holder);
    hn_json_bool(json, "own", interpreter->gil.own);
    hn_json_close_object(json);
}

static void
put_generations(struct hn_json *json, const char *key, const int32_t *values)
{
    hn_json_open_list(json, key);
    for (int i = 0; i < 3; i++)
        hn_json_integer(json, NULL, values[i]);
    hn_json_close_list(json);
}

static void
put_gc(struct hn_json *json, const struct hn_interpreter *interpreter)
{
    if (!interpreter->gc.known) {
        hn_json_null(json, "gc");
        return;
    }
    hn_json_open_object(json, "gc");
    hn_json_bool(json, "enabled", interpreter->gc.enabled);
    hn_json_bool(json, "collecting", interpreter->gc.collecting);
    put_generations(json, "threshold", interpreter->gc.threshold);
    put_generations(json, "count", interpreter->gc.count);
    hn_json_close_object(json);
}

static void
put_core(struct hn_json *json, const struct hn_process *process)
{
    hn_json_open_object(json, "core");
    hn_json_string(json, "signal", process->signal ? process->signal_name : NULL);
    put_known(json, "signal_number", process->signal);
    if (process->fault_address)
        hn_json_address(json, "fault_address", process->fault_address);
    else
        hn_json_null(json, "fault_address");
    put_known(json, "thread", process->fault_thread);
    hn_json_integer(json, "time", process->core_time);
    put_strings(json, "missing", process->missing, process->missing_count);
    hn_json_close_object(json);
}

static void
put_layout(struct hn_json *json, const struct hn_process *process)
{
    hn_json_open_list(json, "layout");
    for (size_t i = 0; i < process->layout_count; i++) {
        const struct hn_layout_row *row = &process->layout[i];

        hn_json_open_object(json, NULL);
        hn_json_string(json, "structure", row->structure);
        hn_json_string(json, "field", row->field);
        if (row->present)
            hn_json_integer(json, "offset", row->offset);
        else
            hn_json_null(json, "offset");
        hn_json_integer(json, "width", row->width);
        hn_json_string(json, "source", row->source);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
}

void
hn_document_info(struct hn_json *json, const struct hn_process *process)
{
    put_known(json, "pid", process->pid);
    hn_json_string(json, "kind", process->kind);
    hn_json_string(json, "executable", process->executable);
    put_strings(json, "arguments", process->arguments,
                count_strings(process->arguments));
    hn_document_python(json, process);
    hn_json_string(json, "found_by", process->found_by);
    hn_json_address(json, "runtime", process->runtime);
    hn_json_string(json, "offsets_from", process->offsets_from);
    hn_json_string(json, "allocator", process->allocator);
    hn_json_bool(json, "finalizing", process->finalizing);
    hn_json_open_list(json, "interpreters");
    for (size_t i = 0; i < process->interpreter_count; i++) {
        const struct hn_interpreter *interpreter = &process->interpreters[i];

        hn_json_open_object(json, NULL);
        hn_json_integer(json, "id", interpreter->id);
        put_gil(json, interpreter);
        put_gc(json, interpreter);
        hn_json_integer(json, "threads", (int64_t)interpreter->thread_count);
        hn_json_close_object(json);
    }
    hn_json_close_list(json);
    if (process->core_path)
        put_core(json, process);
    if (process->layout)
        put_layout(json, process);
}

static void
put_problem(struct hn_json *json, const char *problem, hn_addr at)
{
    hn_json_string(json, "problem", problem);
    if (at)
        hn_json_address(json, "problem_at", at);
}

void
hn_document_thread(struct hn_json *json, const struct hn_thread *thread)
{
    const char *name;

    put_known(json, "native_id", thread->native_id);
    hn_json_integer(json, "number", thread->number);
    hn_json_integer(json, "ident", (int64_t)thread->ident);
    hn_json_string(json, "name", thread->name);
    hn_json_open_list(json, "state");
    for (size_t i = 0; (name = hn_state_name(thread, i)); i++)
        hn_json_string(json, NULL, name);
    hn_json_close_list(json);
    if (thread->state & HN_THREAD_IDLE)
        hn_json_string(json, "syscall", thread->syscall);
    hn_json_bool(json, "main", thread->main);
    hn_json_bool(json, "selected", thread->selected);
    hn_json_bool(json, "faulting", thread->faulting);
    hn_json_address(json, "address", thread->addr);
    if (thread->problem)
        put_problem(json, thread->problem, thread->problem_at);
    else if (thread->stack.problem)
        put_problem(json, thread->stack.problem, thread->stack.problem_at);
}

void
hn_document_row(struct hn_json *json, const struct hn_thread *thread)
{
    hn_json_integer(json, "interpreter", thread->interpreter);
    if (thread->stack.count)
        hn_document_frame(json, "top", &thread->stack.frames[0]);
    else
        hn_json_null(json, "top");
}

static void
put_position(struct hn_json *json, const struct hn_position *position)
{
    put_line(json, "line", position->line);
    if (position->end_line >= 0)
        hn_json_integer(json, "end_line", position->end_line);
    if (position->column >= 0)
        hn_json_integer(json, "column", position->column);
    if (position->end_column >= 0)
        hn_json_integer(json, "end_column", position->end_column);
}

static void
put_code(struct hn_json *json, const struct hn_code *code)
{
    hn_json_string(json, "function", code->qualname);
    if (!code->qualified)
        hn_json_bool(json, "qualified", false);
    hn_json_string(json, "name", code->name);
    hn_json_string(json, "file", code->file);
}

void
hn_document_frame(struct hn_json *json, const char *key, const struct hn_frame *frame)
{
    hn_json_open_object(json, key);
    if (frame->kind == HN_FRAME_UNREADABLE) {
        hn_json_string(json, "kind", "unreadable");
        hn_json_string(json, "function", "<unreadable>");
        hn_json_string(json, "name", "<unreadable>");
        hn_json_string(json, "file", "");
        hn_json_null(json, "line");
        put_problem(json, frame->problem, frame->problem_at);
    } else {
        hn_json_string(json, "kind", "python");
        put_code(json, frame->code);
        put_position(json, &frame->position);
        if (frame->source)
            hn_json_string(json, "source", frame->source);
        if (frame->locals)
            hn_document_variables(json, "locals", frame->locals);
    }
    hn_json_address(json, "address", frame->addr);
    hn_json_close_object(json);
}

void
hn_document_native(struct hn_json *json, const struct hn_native_frame *frame)
{
    hn_json_open_object(json, NULL);
    hn_json_string(json, "kind", "native");
    hn_json_string(json, "function", frame->function);
    hn_json_string(json, "name", frame->symbol);
    hn_json_string(json, "file", frame->file);
    put_line(json, "line", frame->line);
    hn_json_string(json, "library", frame->library);
    hn_json_address(json, "address", frame->pc);
    if (frame->symbol)
        hn_json_integer(json, "offset", (int64_t)frame->offset);
    hn_json_address(json, "stack_pointer", frame->sp);
    if (frame->marks & HN_NATIVE_SIGNAL)
        hn_json_bool(json, "signal", true);
    if (frame->marks & HN_NATIVE_GUESSED)
        hn_json_bool(json, "guessed", true);
    if (frame->marks & (HN_NATIVE_LOOP | HN_NATIVE_GLUE))
        hn_json_string(json, "interpreter",
                       frame->marks & HN_NATIVE_LOOP ? "loop" : "glue");
    hn_json_close_object(json);
}

void
hn_document_native_end(struct hn_json *json, const struct hn_native_stack *stack)
{
    if (stack->not_woven)
        hn_json_string(json, "not_woven", stack->not_woven);
    if (stack->problem)
        hn_json_string(json, "native_problem", stack->problem);
    if (stack->problem && stack->problem_at)
        hn_json_address(json, "native_problem_address", stack->problem_at);
    if (stack->cut)
        hn_json_bool(json, "native_cut", true);
}

void
hn_document_listing(struct hn_json *json, const struct hn_listing *listing)
{
    hn_json_string(json, "file", listing->file);
    hn_json_integer(json, "first", (int64_t)listing->first);
    hn_json_integer(json, "current", (int64_t)listing->current);
    put_strings(json, "lines", listing->lines, listing->count);
}
