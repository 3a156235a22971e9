/* The core as a Python extension module, for the Python inside GDB.
 *
 * One type, Session, forwards command lines to the core and the core's questions to
 * a Python object that knows GDB (hognose_gdb/target.py). Nothing is decoded or
 * formatted here. Limited API of Python 3.6: one file serves every GDB, whichever
 * Python it embeds. The only file that includes Python.h. */
#define Py_LIMITED_API 0x03060000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "hognose/command.h"
#include "timer.h"

/* Output is handed to GDB in blocks of this size: each gdb.write() costs a call
 * into Python and a look at the pager. */
enum { BLOCK_BYTES = 32 << 10 };

enum { PAGE_BYTES = 4096 };

/* Text on its way to GDB. */
struct output {
    char *bytes;
    size_t size, capacity;
    bool capturing; /* it is kept for the caller instead */
};

/* What a Python exception was, kept until the command has ended. */
struct exception {
    PyObject *type, *value, *traceback;
};

struct session {
    PyObject base; /* as PyObject_HEAD makes it */
    struct hn_host host;
    struct hn_session *core;
    PyObject *gdb; /* target.Target: answers what the core asks */
    struct output output;
    bool interrupted;       /* by Ctrl-C or the pager's "q" */
    struct exception fault; /* an error in our Python code, told at the end */
    struct run *run;        /* the target runs for us: what for; else NULL */
    char why[256];          /* what ended the last run */
};

/* What host_run() was asked for. */
struct run {
    uint64_t duration_ns;
    bool (*finished)(void *arg);
    void *arg;
    struct timer timer;
    bool timed; /* the timer has begun */
};

/* Tells the three reasons for an exception apart, and clears it. An error of GDB's
 * own (no such memory, no such symbol) is an answer; Ctrl-C ends the command; all
 * else is a fault of ours, which must not be hidden. */
static void
note_exception(struct session *s)
{
    struct exception e;

    if (PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
        s->interrupted = true;
        PyErr_Clear();
        return;
    }
    if (PyErr_ExceptionMatches(PyExc_RuntimeError)) { /* gdb.error's base */
        PyErr_Clear();
        return;
    }
    PyErr_Fetch(&e.type, &e.value, &e.traceback);
    if (s->fault.type) {
        Py_XDECREF(e.type);
        Py_XDECREF(e.value);
        Py_XDECREF(e.traceback);
        return;
    }
    s->fault = e;
}

/* Calls a method of the object that knows GDB; @format makes a tuple. NULL when it
 * failed or had nothing to say. */
static PyObject *
ask(struct session *s, const char *method, const char *format, ...)
{
    PyObject *function = PyObject_GetAttrString(s->gdb, method);
    PyObject *arguments, *answer = NULL;
    va_list ap;

    va_start(ap, format);
    arguments = Py_VaBuildValue(format, ap);
    va_end(ap);
    if (function && arguments)
        answer = PyObject_CallObject(function, arguments);
    Py_XDECREF(function);
    Py_XDECREF(arguments);
    if (!answer) {
        note_exception(s);
        return NULL;
    }
    if (answer == Py_None) {
        Py_DECREF(answer);
        return NULL;
    }
    return answer;
}

/* --- output ------------------------------------------------------------------ */

/* Hands over all text but a character cut in half, which stays. */
static void
flush(struct session *s)
{
    Py_ssize_t used = 0;
    PyObject *text, *answer;

    if (s->output.size == 0 || s->output.capturing)
        return;
    text = PyUnicode_DecodeUTF8Stateful(s->output.bytes, (Py_ssize_t)s->output.size,
                                        "replace", &used);
    if (!text) {
        note_exception(s);
        s->output.size = 0;
        return;
    }
    answer = ask(s, "write", "(O)", text);
    Py_XDECREF(answer);
    Py_DECREF(text);
    s->output.size -= (size_t)used;
    memmove(s->output.bytes, s->output.bytes + used, s->output.size);
}

static void
host_write(void *impl, const char *text, size_t size)
{
    struct session *s = impl;
    struct output *out = &s->output;

    if (out->capacity - out->size < size) {
        size_t capacity = out->capacity + size + BLOCK_BYTES;
        char *bytes = realloc(out->bytes, capacity);

        if (!bytes) {
            PyErr_NoMemory();
            note_exception(s);
            return;
        }
        out->bytes = bytes;
        out->capacity = capacity;
    }
    memcpy(out->bytes + out->size, text, size);
    out->size += size;
    if (out->size >= BLOCK_BYTES)
        flush(s);
}

static bool
host_interrupted(void *impl)
{
    struct session *s = impl;

    if (!s->interrupted && PyErr_CheckSignals())
        note_exception(s);
    return s->interrupted || s->fault.type;
}

static void
host_progress(void *impl, const char *text)
{
    static const char clear_line[] = "\r\033[K";
    struct session *s = impl;

    if (!s->host.terminal)
        return;
    /* Straight to the terminal: GDB's pager would count it as lines. */
    dprintf(STDERR_FILENO, "%s%s", clear_line, text ? text : "");
}

/* --- where the target is ----------------------------------------------------- */

/* The answer is struct hn_place as a tuple, paths as bytes. The strings live until
 * the next question: the core copies what it keeps. */
static enum hn_status
host_locate(void *impl, struct hn_place *ret)
{
    struct session *s = impl;
    PyObject *answer = ask(s, "locate", "()");
    struct hn_place place = { 0 };
    const char *path[4];
    Py_ssize_t size;
    long long pid, tid;
    unsigned long long generation;
    int kind, running;

    if (!answer)
        return s->interrupted ? HN_E_INTERRUPTED : HN_DONE;
    if (!PyArg_ParseTuple(answer, "iLz#z#z#z#pLK", &kind, &pid, &path[0], &size,
                          &path[1], &size, &path[2], &size, &path[3], &size, &running,
                          &tid, &generation)) {
        note_exception(s);
        Py_DECREF(answer);
        return HN_DONE;
    }
    place.kind = kind;
    place.pid = pid;
    place.core_path = path[0];
    place.exe = path[1];
    place.sysroot = path[2];
    place.lib_path = path[3];
    place.running = running;
    place.selected_thread = tid;
    place.generation = generation;
    *ret = place;
    Py_DECREF(answer); /* target.py keeps it until the next one */
    return HN_OK;
}

/* --- memory ------------------------------------------------------------------ */

static bool
read_exactly(struct session *s, hn_addr addr, char *buf, size_t size)
{
    PyObject *view = ask(s, "read_memory", "(KK)", (unsigned long long)addr,
                         (unsigned long long)size);
    PyObject *bytes = view ? PyBytes_FromObject(view) : NULL;
    bool all = bytes && PyBytes_Size(bytes) == (Py_ssize_t)size;

    if (all)
        memcpy(buf, PyBytes_AsString(bytes), size);
    else if (PyErr_Occurred())
        note_exception(s);
    Py_XDECREF(bytes);
    Py_XDECREF(view);
    return all;
}

/* GDB reads all or nothing, so a range with a hole in it is halved until its
 * readable start is found. Memory comes and goes in pages. */
static size_t
target_read(void *impl, hn_addr addr, void *buf, size_t size)
{
    struct session *s = impl;
    char *to = buf;
    size_t done = 0, piece = size;

    while (piece > 0 && !s->interrupted) {
        size_t rest_of_page = PAGE_BYTES - (addr + done) % PAGE_BYTES;

        if (read_exactly(s, addr + done, to + done, piece)) {
            done += piece;
            if (done == size || piece == size)
                return done;
            /* What failed before still holds the hole: never larger than half. */
            if (piece > size - done)
                piece = size - done;
            continue;
        }
        if (piece <= rest_of_page)
            return done;
        piece = rest_of_page + (piece - rest_of_page) / 2 / PAGE_BYTES * PAGE_BYTES;
    }
    return done;
}

/* @answer is a list of (start, end, offset, permissions, path). */
static enum hn_status
each_region(struct session *s, PyObject *answer, hn_region_fn *each, void *arg)
{
    Py_ssize_t count = PyList_Size(answer);
    enum hn_status st = HN_OK;

    for (Py_ssize_t i = 0; i < count && st == HN_OK; i++) {
        struct hn_region region = { 0 };
        unsigned long long start, end, offset;
        const char *permissions;
        Py_ssize_t path_size;

        if (!PyArg_ParseTuple(PyList_GetItem(answer, i), "KKKsz#", &start, &end,
                              &offset, &permissions, &region.path, &path_size)) {
            note_exception(s);
            return HN_DONE;
        }
        region.start = start;
        region.end = end;
        region.offset = offset;
        region.readable = strchr(permissions, 'r') != NULL;
        region.writable = strchr(permissions, 'w') != NULL;
        region.executable = strchr(permissions, 'x') != NULL;
        region.shared = strchr(permissions, 's') != NULL;
        st = each(arg, &region);
    }
    return st;
}

static enum hn_status
target_regions(void *impl, hn_region_fn *each, void *arg)
{
    struct session *s = impl;
    PyObject *answer = ask(s, "regions", "()");
    enum hn_status st = answer ? each_region(s, answer, each, arg) : HN_DONE;

    Py_XDECREF(answer);
    return st;
}

/* --- threads ----------------------------------------------------------------- */

/* @answer is a list of (native id, name). */
static enum hn_status
each_thread(struct session *s, PyObject *answer, hn_thread_fn *each, void *arg)
{
    Py_ssize_t count = PyList_Size(answer);
    enum hn_status st = HN_OK;

    for (Py_ssize_t i = 0; i < count && st == HN_OK; i++) {
        struct hn_native_thread thread = { 0 };
        const char *name;
        long long tid;
        Py_ssize_t size;

        if (!PyArg_ParseTuple(PyList_GetItem(answer, i), "Lz#", &tid, &name, &size)) {
            note_exception(s);
            return HN_DONE;
        }
        thread.tid = thread.ns_tid = tid;
        if (size > (Py_ssize_t)sizeof(thread.name) - 1)
            size = sizeof(thread.name) - 1;
        if (name)
            memcpy(thread.name, name, (size_t)size);
        st = each(arg, &thread);
    }
    return st;
}

static enum hn_status
target_threads(void *impl, hn_thread_fn *each, void *arg)
{
    struct session *s = impl;
    PyObject *answer = ask(s, "threads", "()");
    enum hn_status st = answer ? each_thread(s, answer, each, arg) : HN_DONE;

    Py_XDECREF(answer);
    return st;
}

/* An answer that is an int; false for none. */
static bool
take_u64(PyObject *answer, uint64_t *ret)
{
    if (!answer)
        return false;
    *ret = PyLong_AsUnsignedLongLongMask(answer);
    Py_DECREF(answer);
    return true;
}

struct register_question {
    struct session *session;
    PyObject *frame;
};

static bool
look_up_register(void *arg, const char *name, uint64_t *value)
{
    const struct register_question *q = arg;

    return take_u64(ask(q->session, "register", "(Os)", q->frame, name), value);
}

static enum hn_status
target_registers(void *impl, int64_t tid, struct hn_registers *ret)
{
    struct session *s = impl;
    struct register_question q = { s, ask(s, "newest_frame", "(L)", (long long)tid) };
    bool known = q.frame && hn_registers_by_name(look_up_register, &q, ret);

    Py_XDECREF(q.frame);
    return known ? HN_OK : HN_DONE;
}

/* --- symbols, expressions, selection ----------------------------------------- */

static enum hn_status
target_find_symbol(void *impl, const char *name, hn_addr *ret)
{
    return take_u64(ask(impl, "find_symbol", "(s)", name), ret) ? HN_OK : HN_DONE;
}

static enum hn_status
target_evaluate(void *impl, const char *expression, uint64_t *ret)
{
    return take_u64(ask(impl, "evaluate", "(s)", expression), ret) ? HN_OK : HN_DONE;
}

static bool
host_select_frame(void *impl, int64_t tid, unsigned eval_frame)
{
    PyObject *answer = ask(impl, "select_frame", "(LI)", (long long)tid, eval_frame);
    bool selected = answer && PyObject_IsTrue(answer) == 1;

    Py_XDECREF(answer);
    return selected;
}

/* --- letting the target run -------------------------------------------------- */

static void
keep_why(struct session *s, const char *why)
{
    s->why[0] = '\0';
    if (why)
        snprintf(s->why, sizeof(s->why), "%s", why);
}

/* A SIGINT of ours that came when something else had just stopped the target must not
 * end what the user types next. */
static void
drop_interrupt(void)
{
    if (PyErr_CheckSignals())
        PyErr_Clear();
    (void)PyOS_InterruptOccurred();
}

/* @answer is (enum hn_run_end, why). That Ctrl-C was pressed is also what it looks like
 * when our timer fired. */
static enum hn_run_end
take_end(struct session *s, PyObject *answer, bool fired)
{
    int end = HN_RUN_REFUSED;
    const char *why = "";

    if (!answer)
        return s->interrupted && !fired ? HN_RUN_INTERRUPTED : HN_RUN_REFUSED;
    if (!PyArg_ParseTuple(answer, "is", &end, &why))
        note_exception(s);
    if (fired && end == HN_RUN_INTERRUPTED)
        end = HN_RUN_OVER;
    keep_why(s, why);
    return (enum hn_run_end)end;
}

static enum hn_run_end
host_run(void *impl, uint64_t duration_ns, bool (*finished)(void *arg), void *arg,
         const char **why_ret)
{
    struct session *s = impl;
    struct run run = { .duration_ns = duration_ns, .finished = finished, .arg = arg };
    PyObject *resumed = PyObject_GetAttrString((PyObject *)s, "resumed"), *answer;
    enum hn_run_end end;
    bool fired;

    keep_why(s, "GDB does not let it run");
    *why_ret = s->why;
    s->run = &run;
    answer = resumed ? ask(s, "run", "(O)", resumed) : NULL;
    s->run = NULL;
    fired = run.timed && timer_end(&run.timer);
    end = take_end(s, answer, fired);
    if (fired)
        drop_interrupt();
    Py_XDECREF(answer);
    Py_XDECREF(resumed);
    return end;
}

static bool
host_start(void *impl, const char **why_ret)
{
    struct session *s = impl;
    PyObject *answer = ask(s, "start", "()");
    const char *why = "GDB cannot start it";
    int started = 0;

    *why_ret = s->why;
    if (answer && !PyArg_ParseTuple(answer, "ps", &started, &why))
        note_exception(s);
    keep_why(s, why);
    Py_XDECREF(answer);
    return started;
}

static void
target_close(void *impl)
{
    (void)impl; /* the session is Python's */
}

static const struct hn_target_ops target_ops = {
    .kind = "remote",
    .reader = "GDB",
    .read = target_read,
    .close = target_close,
    .regions = target_regions,
    .threads = target_threads,
    .registers = target_registers,
    .find_symbol = target_find_symbol,
    .evaluate = target_evaluate,
};

/* --- the type Session -------------------------------------------------------- */

/* Raises what went wrong in our own code, else Ctrl-C; 0 if neither did. */
static int
raise_what_happened(struct session *s)
{
    struct exception fault = s->fault;

    s->fault = (struct exception){ 0 };
    if (fault.type) {
        PyErr_Restore(fault.type, fault.value, fault.traceback);
        return -1;
    }
    if (s->interrupted) {
        PyErr_SetNone(PyExc_KeyboardInterrupt);
        return -1;
    }
    return 0;
}

PyDoc_STRVAR(run_doc, "run(line, terminal, width) -> (exit, message)\n\n"
                      "Runs a command line; its output goes to GDB.");

static PyObject *
session_run(PyObject *self, PyObject *arguments)
{
    struct session *s = (struct session *)self;
    const char *line;
    enum hn_exit exit;

    s->interrupted = false;
    if (!PyArg_ParseTuple(arguments, "spI", &line, &s->host.terminal, &s->host.width))
        return NULL;
    exit = hn_run_line(s->core, line);
    flush(s);
    s->output.size = 0;
    if (raise_what_happened(s))
        return NULL;
    return Py_BuildValue("(iz)", (int)exit, hn_session_message(s->core));
}

PyDoc_STRVAR(capture_doc, "capture(line) -> (exit, message, output)\n\n"
                          "Runs a command line and returns what it wrote, as bytes.");

static PyObject *
session_capture(PyObject *self, PyObject *arguments)
{
    struct session *s = (struct session *)self;
    const char *line;
    enum hn_exit exit;
    PyObject *result;

    s->interrupted = false;
    if (!PyArg_ParseTuple(arguments, "s", &line))
        return NULL;
    s->host.terminal = false;
    s->host.width = 0;
    s->output.capturing = true;
    exit = hn_run_line(s->core, line);
    result = Py_BuildValue("(izy#)", (int)exit, hn_session_message(s->core),
                           s->output.bytes ? s->output.bytes : "",
                           (Py_ssize_t)s->output.size);
    s->output.capturing = false;
    s->output.size = 0;
    if (raise_what_happened(s)) {
        Py_XDECREF(result);
        return NULL;
    }
    return result;
}

PyDoc_STRVAR(help_doc, "help(name) -> the full help of a command, None if unknown.");

static PyObject *
session_help(PyObject *self, PyObject *arguments)
{
    struct session *s = (struct session *)self;
    const char *name;

    if (!PyArg_ParseTuple(arguments, "s", &name))
        return NULL;
    return Py_BuildValue("z", hn_command_help(s->core, name));
}

static void
add_word(void *list, const char *word)
{
    PyObject *text = PyUnicode_FromString(word);

    if (!text || PyList_Append(list, text))
        PyErr_Clear(); /* one candidate less */
    Py_XDECREF(text);
}

PyDoc_STRVAR(resumed_doc, "resumed(pid) is called when GDB has let the target run.\n\n"
                          "The pid is 0 if that is no process of this machine.");

static PyObject *
session_resumed(PyObject *self, PyObject *arguments)
{
    struct run *run = ((struct session *)self)->run;
    long long pid;

    if (!PyArg_ParseTuple(arguments, "L", &pid))
        return NULL;
    if (run && !run->timed)
        run->timed =
            timer_begin(&run->timer, pid, run->duration_ns, run->finished, run->arg);
    Py_INCREF(Py_None);
    return Py_None;
}

PyDoc_STRVAR(complete_doc, "complete(line) -> words that could end the line.");

static PyObject *
session_complete(PyObject *self, PyObject *arguments)
{
    struct session *s = (struct session *)self;
    const char *line;
    PyObject *words;

    s->interrupted = false;
    if (!PyArg_ParseTuple(arguments, "s", &line) || !(words = PyList_New(0)))
        return NULL;
    hn_command_complete(s->core, line, add_word, words);
    return words;
}

static void
session_dealloc(PyObject *self)
{
    struct session *s = (struct session *)self;
    PyTypeObject *type = Py_TYPE(self);

    hn_session_destroy(s->core);
    free(s->output.bytes);
    Py_XDECREF(s->gdb);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *
session_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    PyObject *gdb;
    struct session *s;

    (void)keywords;
    if (!PyArg_ParseTuple(arguments, "O:Session", &gdb))
        return NULL;
    s = (struct session *)PyType_GenericAlloc(type, 0);
    if (!s)
        return NULL;
    Py_INCREF(gdb);
    s->gdb = gdb;
    s->host = (struct hn_host){
        .name = "gdb",
        .impl = s,
        .locate = host_locate,
        .ops = &target_ops,
        .write = host_write,
        .interrupted = host_interrupted,
        .progress = host_progress,
        .select_frame = host_select_frame,
        .run = host_run,
        .start = host_start,
        .loop_stands = true,
    };
    s->core = hn_session_create(&s->host);
    if (!s->core) {
        Py_DECREF(s);
        return PyErr_NoMemory();
    }
    return (PyObject *)s;
}

static PyMethodDef session_methods[] = {
    { "run", session_run, METH_VARARGS, run_doc },
    { "capture", session_capture, METH_VARARGS, capture_doc },
    { "help", session_help, METH_VARARGS, help_doc },
    { "resumed", session_resumed, METH_VARARGS, resumed_doc },
    { "complete", session_complete, METH_VARARGS, complete_doc },
    { NULL, NULL, 0, NULL },
};

static PyType_Slot session_slots[] = {
    { Py_tp_doc, "Session(target): runs commands; target answers about GDB." },
    { Py_tp_new, session_new },
    { Py_tp_dealloc, session_dealloc },
    { Py_tp_methods, session_methods },
    { 0, NULL },
};

static PyType_Spec session_spec = {
    .name = "_hognose.Session",
    .basicsize = sizeof(struct session),
    .flags = Py_TPFLAGS_DEFAULT,
    .slots = session_slots,
};

/* --- the module -------------------------------------------------------------- */

PyDoc_STRVAR(commands_doc, "commands() -> [(name, summary)], in the order of help.");

static PyObject *
commands(PyObject *self, PyObject *arguments)
{
    PyObject *list = PyList_New(0);
    const struct hn_command_entry *entry;

    (void)self;
    (void)arguments;
    for (size_t i = 0; list && (entry = hn_command_at(i)); i++) {
        PyObject *item = Py_BuildValue("(ss)", entry->name, entry->summary);

        if (!item || PyList_Append(list, item)) {
            Py_DECREF(list);
            list = NULL;
        }
        Py_XDECREF(item);
    }
    return list;
}

PyDoc_STRVAR(
    peek_doc,
    "peek(pid, address, size) -> bytes of a process of this machine, or None.\n\n"
    "Not by way of GDB: to find out whether that is the same process.");

static PyObject *
peek(PyObject *self, PyObject *arguments)
{
    char buf[256];
    long long pid;
    unsigned long long addr;
    unsigned size;

    (void)self;
    if (!PyArg_ParseTuple(arguments, "LKI", &pid, &addr, &size))
        return NULL;
    if (size > sizeof(buf))
        size = sizeof(buf);

    struct iovec here = { buf, size };
    struct iovec there = { (void *)(uintptr_t)addr, size };
    ssize_t got = process_vm_readv((pid_t)pid, &here, 1, &there, 1, 0);

    if (got != (ssize_t)size)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize(buf, got);
}

static PyMethodDef module_methods[] = {
    { "commands", commands, METH_NOARGS, commands_doc },
    { "peek", peek, METH_VARARGS, peek_doc },
    { NULL, NULL, 0, NULL },
};

static int
fill_module(PyObject *module)
{
    PyObject *type = PyType_FromSpec(&session_spec);

    if (!type)
        return -1;
    if (PyModule_AddObject(module, "Session", type)) {
        Py_DECREF(type);
        return -1;
    }
    if (PyModule_AddIntConstant(module, "NONE", HN_PLACE_NONE)
        || PyModule_AddIntConstant(module, "LIVE", HN_PLACE_LIVE)
        || PyModule_AddIntConstant(module, "CORE", HN_PLACE_CORE)
        || PyModule_AddIntConstant(module, "HOST", HN_PLACE_HOST))
        return -1;
    if (PyModule_AddIntConstant(module, "RUN_INTERRUPTED", HN_RUN_INTERRUPTED)
        || PyModule_AddIntConstant(module, "RUN_STOPPED", HN_RUN_STOPPED)
        || PyModule_AddIntConstant(module, "RUN_GONE", HN_RUN_GONE)
        || PyModule_AddIntConstant(module, "RUN_REFUSED", HN_RUN_REFUSED))
        return -1;
    return PyModule_AddStringConstant(module, "VERSION", HN_VERSION);
}

static PyModuleDef_Slot module_slots[] = {
    { Py_mod_exec, fill_module },
    { 0, NULL },
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "_hognose",
    .m_doc = "hognose's core, for GDB.",
    .m_methods = module_methods,
    .m_slots = module_slots,
};

PyMODINIT_FUNC
PyInit__hognose(void);

PyMODINIT_FUNC
PyInit__hognose(void)
{
    return PyModuleDef_Init(&module);
}
