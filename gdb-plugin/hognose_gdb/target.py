"""Answers what the core asks about GDB's target.

Methods are called by _hognose.c and return plain values, or None for "there is no
such thing". Errors of GDB may come out of them: they mean the same.
"""

import contextlib
import os
import re

import gdb
import _hognose

from . import run

# A line of "info proc mappings": start, end, size, offset, permissions (not on cores,
# and not before GDB 12), path.
MAPPING = re.compile(r"^ *0x([0-9a-f]+) +0x([0-9a-f]+) +0x[0-9a-f]+ +0x([0-9a-f]+)"
                     r" *([r-][w-][x-][ps-])? *(.*?) *$", re.M)

# What changes the target: assignments of all kinds. GDB has settings against that,
# but refuses to change them while there is a process.
ASSIGNMENT = re.compile(r"(?<![=!<>])=(?!=)|<<=|>>=|\+\+|--")

# Enough to tell one process's stack from another's.
SAMPLE_BYTES = 64

NOT_INTERRUPTIBLE = ("gdbserver could not interrupt it again, since it does not lead its "
                     "process group")

EVAL = "_PyEval_EvalFrameDefault"
TAIL_CALLED_EVAL = "_TAIL_CALL_"


class Target:
    """GDB's selected inferior, whichever that is at the time of the question."""

    def __init__(self):
        self.moved = False  # a command has selected a frame on purpose
        self._generation = 1
        self._inferior = None
        self._seen = None
        self._same_process = {}
        self._place = None
        self._by_tid = None
        for event in ("cont", "stop", "exited", "memory_changed",
                      "register_changed", "inferior_call"):
            getattr(gdb.events, event).connect(self._changed)

    def _changed(self, event):
        self._generation += 1

    @contextlib.contextmanager
    def selection_kept(self):
        """Threads and frames looked at on the way do not stay selected."""
        self.moved = False
        thread = gdb.selected_thread()
        frame = _selected_frame()
        try:
            yield
        finally:
            if not self.moved and thread is not None and thread.is_valid():
                if gdb.selected_thread() is not thread:
                    thread.switch()
                if frame is not None and frame.is_valid():
                    frame.select()

    # --- where the target is

    def locate(self):
        """A tuple in struct hn_place's order, paths as bytes."""
        self._inferior = inferior = gdb.selected_inferior()
        self._by_tid = None
        connection = _connection_type(inferior)
        thread = gdb.selected_thread()
        if not inferior.pid or thread is None:
            kind, core = _hognose.NONE, None
        else:
            kind, core = self._kind(connection, inferior, thread)
        running = thread is not None and thread.is_running()
        self._note_what_is_seen(inferior, connection, running)
        place = (kind, inferior.pid, _path(core), _path(_executable()),
                 _path(_sysroot()), _path(gdb.parameter("solib-search-path")),
                 running, _native_id(thread), self._generation)
        self._place = place  # its strings are in use until the next one
        return place

    def _kind(self, connection, inferior, thread):
        if connection == "core":
            core = _core_path(inferior)
            return (_hognose.CORE if core else _hognose.HOST), core
        if connection == "native" and self._readable_directly(inferior, thread):
            return _hognose.LIVE, None
        return _hognose.HOST, None

    def _readable_directly(self, inferior, thread):
        """Whether the process GDB shows and the one of that pid here are one."""
        if thread.is_running():
            return True  # GDB cannot read registers to find out, nor be remote
        key = (inferior.num, inferior.pid)
        if key not in self._same_process:
            self._same_process = {key: self._compare(inferior)}
        return self._same_process[key]

    def _compare(self, inferior):
        try:
            stack = int(gdb.newest_frame().read_register("sp"))
            stack &= ~(SAMPLE_BYTES - 1)
            here = inferior.read_memory(stack, SAMPLE_BYTES)
        except gdb.error:
            return False
        return _hognose.peek(inferior.pid, stack, SAMPLE_BYTES) == bytes(here)

    def _note_what_is_seen(self, inferior, connection, running):
        """Another inferior or another run is another generation; so is each look
        at a process that runs in the background."""
        number = getattr(getattr(inferior, "connection", None), "num", 0)
        seen = (inferior.num, inferior.pid, connection, number)
        if seen != self._seen or running:
            self._seen = seen
            self._generation += 1

    # --- output and memory

    def write(self, text):
        gdb.write(text)

    def read_memory(self, address, size):
        return self._inferior.read_memory(address, size)

    def regions(self):
        """[(start, end, offset, permissions, path)]; permissions are "rw" where this
        GDB does not tell them, so that nothing is passed over."""
        text = gdb.execute("info proc mappings", to_string=True)
        return [(int(start, 16), int(end, 16), int(offset, 16),
                 permissions or "rw", path)
                for start, end, offset, permissions, path
                in MAPPING.findall(text)]

    # --- threads

    def threads(self):
        return [(_native_id(thread), _path(thread.name))
                for thread in self._inferior.threads()]

    def newest_frame(self, tid):
        """Leaves the thread selected: frames are only good in their own."""
        self._switch_to(tid)
        return gdb.newest_frame()

    def register(self, frame, name):
        try:
            return int(frame.read_register(name)) & 0xffffffffffffffff
        except (ValueError, gdb.error):
            return None  # not on this architecture, or not saved

    def _switch_to(self, tid):
        if self._by_tid is None:  # asked for anew with each command
            self._by_tid = {_native_id(thread): thread
                            for thread in self._inferior.threads()}
        thread = self._by_tid.get(tid)
        if thread is None or not thread.is_valid():
            raise gdb.error("no thread %d" % tid)
        if thread.ptid != gdb.selected_thread().ptid:
            thread.switch()

    def select_frame(self, tid, eval_frame):
        """Selects the @eval_frame-th frame of the interpreter's loop."""
        self._switch_to(tid)
        self.moved = True
        frame = gdb.newest_frame()
        while frame is not None:
            if _is_eval(frame):
                if eval_frame == 0:
                    frame.select()
                    return True
                eval_frame -= 1
            frame = frame.older()
        gdb.newest_frame().select()
        return False

    # --- letting it run

    def run(self, resumed):
        """Lets the target run until something stops it: (end, why). Calls @resumed
        when it does."""
        with settings({"confirm": "off"}):
            inferior = gdb.selected_inferior()
            kind = _connection_type(inferior)
            if kind in ("remote", "extended-remote") and not _interruptible(inferior):
                return _hognose.RUN_REFUSED, NOT_INTERRUPTIBLE
            return run.resume(resumed, inferior.pid if kind == "native" else 0)

    def start(self):
        """Starts the program up to its first instruction: (whether, why not)."""
        with settings({"confirm": "off"}):
            return run.start()

    # --- symbols and expressions

    def find_symbol(self, name):
        with settings({"language": "c"}):
            return int(gdb.parse_and_eval("(unsigned long)&" + name))

    def evaluate(self, expression):
        """Reads only: no call in the target, no assignment."""
        if ASSIGNMENT.search(expression):
            return None
        with settings({"may-call-functions": "off"}):
            return int(gdb.parse_and_eval(expression)) & 0xffffffffffffffff


@contextlib.contextmanager
def settings(wanted):
    """Settings of GDB changed for a moment (gdb.with_parameter: only since 12)."""
    before = {name: gdb.parameter(name) for name in wanted}
    for name, value in wanted.items():
        gdb.execute("set %s %s" % (name, value), to_string=True)
    try:
        yield
    finally:
        for name, value in before.items():
            if isinstance(value, bool):
                value = "on" if value else "off"
            gdb.execute("set %s %s" % (name, value), to_string=True)


def _path(text):
    return os.fsencode(text) if text else None


def _native_id(thread):
    if thread is None:
        return 0
    pid, lwp, _ = thread.ptid
    return lwp or pid


def _selected_frame():
    try:
        return gdb.selected_frame()
    except gdb.error:
        return None


def _is_eval(frame):
    """One C frame per run of the interpreter's loop, however it was compiled: cold
    parts and clones have names of their own, and a tail-calling one has another
    function on top of it."""
    name = frame.name() or ""
    if name.startswith(EVAL):
        newer = frame.newer()
        return newer is None or not (newer.name() or "").startswith(TAIL_CALLED_EVAL)
    return name.startswith(TAIL_CALLED_EVAL)


def _connection_type(inferior):
    """"native", "core", "remote", "extended-remote", or None."""
    if hasattr(inferior, "connection"):  # GDB 12
        return inferior.connection and inferior.connection.type
    text = gdb.execute("info connections", to_string=True)
    current = re.search(r"^\*\s*\d+\s+(\S+)", text, re.M)
    return current and current.group(1)


def _interruptible(inferior):
    """Whether gdbserver can stop it again: it sends SIGINT to the process group of the
    process's number, which is there only if the process leads it."""
    try:
        groups = gdb.execute("info os procgroups", to_string=True)
    except gdb.error:
        return True  # another server, with ways of its own
    return (re.search(r"^\d", groups, re.M) is None
            or re.search(r"^%d\s" % inferior.pid, groups, re.M) is not None)


def _core_path(inferior):
    if hasattr(inferior, "corefile"):  # GDB 18
        return inferior.corefile and inferior.corefile.filename
    text = gdb.execute("info files", to_string=True)
    quoted = re.search(r"^Local core dump file:\n\s*`(.*)', file type", text, re.M)
    return quoted and quoted.group(1)


def _executable():
    space = gdb.current_progspace()
    # The symbol file, before GDB 16 told the two apart.
    path = getattr(space, "executable_filename", None) or space.filename
    # Read from the target itself, but also its own name for it.
    return path and re.sub(r"^target:", "", path)


def _sysroot():
    path = gdb.parameter("sysroot") or ""
    if path.startswith(("target:", "remote:")):
        return None  # GDB fetches the files from the target
    return path if path.strip("/") else None
