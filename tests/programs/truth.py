"""Lets a program write down the truth about its own threads and frames.

A program starts its threads through `Scene`, which brings every one of them to a
final still position; then a watcher thread looks at all of them with
sys._current_frames(), writes what it saw as JSON, prints READY and stands still
itself. A debugger that looks afterwards must see exactly what is in that file.

Threads stop in a C function on a line that ends in the comment "# still", so that
"has it arrived?" can be answered and not guessed. Works on CPython 3.8 to 3.15.

The file: {"pid", "watcher": native id of who wrote it, "moving": [native ids of
threads that run], "version", "hex", "lacks": [what this build has not],
"interpreters": [{"id", "threads": [{"ident", "native_id", "name" or null, "os_name",
"recorded_by", "frames": [FRAME..] innermost first}]}]}. A FRAME is {"name",
"qualnames": [every right answer], "file", "line", "columns": [line, end_line, column,
end_column] or null, "count": identical neighbours}.
"""

import gc
import json
import linecache
import os
import sys
import threading
import time
import types

# The watcher stands in read(STILL_FD): whoever waits for it can see that argument in
# /proc/PID/task/TID/syscall on any architecture.
STILL_FD = 200

RECORDED_AFTER_ALL = 10.0  # seconds until a thread that does not settle is an error


def expected_qualnames(code, tables={}):
    """Every qualified name that may be shown for `code`.

    From 3.11 the code object knows. Before, the rule of the compiler is applied to
    the source, and functions and generators that exist are asked."""
    if hasattr(code, "co_qualname"):
        return [code.co_qualname]
    if "live" not in tables:
        tables["live"] = live_qualnames()
    if code.co_filename not in tables:
        tables[code.co_filename] = source_qualnames(code.co_filename)
    names = set(tables["live"].get(id(code), ()))
    names.update(tables[code.co_filename].get(code, ()))
    return sorted(names) or [code.co_name]


def live_qualnames():
    """{id of code: names}, from all functions, generators and coroutines there are"""
    found = {}
    for thing in gc.get_objects():
        for attribute in ("__code__", "gi_code", "cr_code", "ag_code"):
            code = None
            if type(thing) in (types.FunctionType, types.GeneratorType,
                               types.CoroutineType, types.AsyncGeneratorType):
                code = getattr(thing, attribute, None)
            if code is not None:
                found.setdefault(id(code), set()).add(thing.__qualname__)
    return found


def source_qualnames(path):
    """{code: names}, by the compiler's rule, of everything in a source file"""
    found = {}
    try:
        with open(path, "rb") as file:
            module = compile(file.read(), path, "exec", dont_inherit=True)
    except (OSError, SyntaxError, ValueError, UnicodeError):
        return found
    todo = [(module, "")]
    while todo:
        parent, prefix = todo.pop()
        for code in parent.co_consts:
            if not isinstance(code, types.CodeType):
                continue
            names = found.setdefault(code, set())
            names.add(prefix + code.co_name)
            is_function = code.co_flags & 2  # CO_NEWLOCALS; class bodies lack it
            if not is_function:
                names.add(code.co_name)
            todo.append((code, prefix + code.co_name
                         + (".<locals>." if is_function else ".")))
    return found


def columns_of(code, lasti):
    """[line, end_line, column, end_column] of the instruction, where recorded"""
    if not hasattr(code, "co_positions") or lasti < 0:
        return None
    for index, position in enumerate(code.co_positions()):
        if index == lasti // 2:
            line, end_line, column, end_column = position
            return None if column is None else [line, end_line, column, end_column]
    return None


def describe_frames(frame, moving=False, line_of_first=None):
    """FRAMEs from `frame` outwards. The innermost is `moving` when its thread still
    runs; `line_of_first` is where it will stand in the end."""
    frames, seen, first = [], {}, True
    while frame is not None:
        code, lasti = frame.f_code, frame.f_lasti
        key = (code, lasti, frame.f_lineno, first)
        if key not in seen:
            line = frame.f_lineno if not first else line_of_first or frame.f_lineno
            exact = not (first and (moving or line_of_first))
            seen[key] = {
                "name": code.co_name,
                "qualnames": expected_qualnames(code),
                "file": code.co_filename,
                "line": line,
                "columns": columns_of(code, lasti) if exact else None,
                "count": 1,
            }
        if frames and frames[-1] is seen[key]:
            frames[-1] = dict(seen[key], count=frames[-1]["count"] + 1)
        elif frames and dict(frames[-1], count=1) == seen[key]:
            frames[-1]["count"] += 1
        else:
            frames.append(seen[key])
        first = False
        frame = frame.f_back
    return frames


def os_name(native_id):
    with open("/proc/self/task/%d/comm" % native_id, "rb") as file:
        return file.read().decode(errors="replace").rstrip("\n")


def stands_still(frame):
    """Whether the innermost line is one that a thread is meant to stop at."""
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    return "# still" in line or not line


def fail_as_a_whole(failure):
    """A program that lacks one thread proves nothing: it ends."""
    sys.__excepthook__(failure.exc_type, failure.exc_value, failure.exc_traceback)
    os._exit(1)


class Scene:
    """The threads of one program, and the watcher that records them."""

    def __init__(self, path):
        self.path = path
        self.lacks = []
        self.native_ids = {}
        self.moving = set()
        self.expected = 1
        self.extra = []
        self.more = {}  # what a program adds to the file
        self.forever = threading.Lock()
        self.forever.acquire()
        threading.excepthook = fail_as_a_whole
        self.enter()

    def enter(self):
        """Each thread calls this first."""
        self.native_ids[threading.get_ident()] = threading.get_native_id()

    def expect(self):
        """One more thread will come that `start` does not know of."""
        self.expected += 1

    def start(self, function, *args, name=None, daemon=False, moving=False):
        def enter_and_run():
            self.enter()
            if moving:
                self.moving.add(threading.get_ident())
            function(*args)

        self.expect()
        thread = threading.Thread(target=enter_and_run, name=name, daemon=daemon)
        thread.start()
        return thread

    def add_interpreter(self, interpreter_id, thread):
        """What a subinterpreter wrote about itself."""
        self.extra.append({"id": interpreter_id, "threads": [thread]})

    def settle(self):
        """Returns when all threads stand still: at their marked lines, unchanged."""
        deadline = time.monotonic() + RECORDED_AFTER_ALL
        before, unchanged = None, 0
        while unchanged < 10:
            time.sleep(0.02)
            now, missing = self.positions()
            unchanged = unchanged + 1 if now == before and not missing else 0
            before = now
            if time.monotonic() > deadline:
                raise RuntimeError("threads do not settle: %s" % (missing or "moving"))

    def positions(self):
        """Where each thread stands, and those that are not where they should be."""
        found, missing, me = {}, [], threading.get_ident()
        for ident, frame in sys._current_frames().items():
            if ident == me:
                continue
            code, line = frame.f_code, frame.f_lineno
            found[ident] = (code, line, None if ident in self.moving else frame.f_lasti)
            if ident in self.native_ids and not stands_still(frame):
                missing.append("%s at %s:%s" % (code.co_name, code.co_filename, line))
        if len(self.native_ids) < self.expected:
            missing.append("%d threads" % (self.expected - len(self.native_ids)))
        return found, missing

    def record(self, own_frame=None, own_line=None):
        """Writes the file. Of the calling thread `own_frame` and outer ones count."""
        me, threads = threading.get_ident(), []
        known = {thread.ident: thread for thread in threading.enumerate()}
        frames = sys._current_frames()
        for ident, frame in frames.items():
            native_id = self.native_ids.get(ident)
            if native_id is None and ident in known:
                native_id = known[ident].native_id
            if ident == me:
                stack = describe_frames(own_frame, line_of_first=own_line)
            else:
                stack = describe_frames(frame, moving=ident in self.moving)
            threads.append({
                "ident": ident,
                "native_id": native_id,
                "name": known[ident].name if ident in known else None,
                "os_name": os_name(native_id),
                "recorded_by": "itself" if ident == me else "watcher",
                "frames": stack,
            })
        self.write([{"id": 0, "threads": threads}] + self.extra)

    def write(self, interpreters):
        truth = {
            "pid": os.getpid(),
            "watcher": threading.get_native_id(),
            "moving": [self.native_ids[ident] for ident in self.moving],
            "version": sys.version,
            "hex": sys.hexversion,
            "lacks": sorted(self.lacks),
            "interpreters": interpreters,
        }
        truth.update(self.more)
        with open(self.path + ".new", "w", encoding="ascii") as file:
            json.dump(truth, file, indent=1)
        os.rename(self.path + ".new", self.path)

    def watch(self):
        """Starts the watcher; the caller goes on to stand still itself."""
        threading.Thread(target=self.watch_and_stop, name="watcher").start()

    def watch_and_stop(self):
        self.enter()
        reader, self.never_written = os.pipe()
        os.dup2(reader, STILL_FD)
        self.settle()
        frame = sys._getframe()
        self.record(frame, frame.f_lineno + 2)
        ready()
        os.read(STILL_FD, 1)  # still


def ready():
    print("READY", flush=True)
