"""Allocates under tracemalloc, says what the module makes of it, and stands still.

    program.py TRUTH.json FRAMES

Taking a snapshot allocates and so changes what it shows. Therefore the process forks:
the child has the very memory of its parent and takes the snapshot, while the parent
stands still to be looked at. What either does after the fork is done on the lines of
stand() alone, which are left out of every comparison by a filter; there free lists are
emptied, too, for an object that is taken out of one gets a new trace.

The child writes beside TRUTH.json: before.pickle and now.pickle (Snapshot.dump()) and
the truth: {"watcher", "moving", "version", "limit", "peak", "traced", "excluded":
[lines], "file", "domain", "texts": {name: [lines]}, "objects": {name: {"address",
"traceback": [[file, line]..] oldest first, or null, "line"}}}.

Runs on CPython 3.8 to 3.15."""

import _tracemalloc
import ctypes
import gc
import json
import os
import sys
import tracemalloc

STILL_FD = 200  # as in programs/truth.py
DOMAIN = 389047  # numpy's
FAR_DOMAIN = 0xfffffffe
PEAK = 3 << 20

# Names that are no plain text: what a traceback shows of them is a matter of encoding.
STRANGE_FILES = ("/tmp/\u00fc\u4e2d\U0001f40d.py", "/tmp/lone\udc80.py", "<generated>")

# The C library's: os.fork() runs what modules want to be run in the child.
fork = ctypes.CDLL(None).fork

kept = []


class Plain:
    def __init__(self):
        self.name = "plain"


def track(domain, address, size):
    """As extension modules do for memory that is not Python's."""
    function = ctypes.pythonapi.PyTraceMalloc_Track
    function.argtypes = (ctypes.c_uint, ctypes.c_size_t, ctypes.c_size_t)
    assert function(domain, address, size) == 0


def deep(depth, work):
    return work() if depth == 0 else deep(depth - 1, work)


def even(count):
    return [bytes(100 + i) for i in range(count)] if count % 2 == 0 else odd(count)


def odd(count):
    return [bytearray(i) for i in range(count)]


def strange(name):
    """Allocates in code that says it is of this file."""
    space = {}
    exec(compile("def make():\n    return [object() for i in range(50)]\n",
                 name, "exec"), space)
    return space["make"]


def allocate(first):
    kept.append([str(i) * 3 for i in range(first, first + 400)])
    kept.append([even(20), odd(31), even(21)])
    kept.append({("key", i): [i] for i in range(first, first + 300)})
    for depth in (1, 3, 24, 25, 26, 70):
        kept.append(deep(depth, lambda: [object() for i in range(40)]))
    for name in STRANGE_FILES:
        kept.append(strange(name)())
    for i in range(30):
        track(DOMAIN, 0x10000 * (first + i + 1), 1000 + i)
    track(FAR_DOMAIN, 0x10000 * (first + 1), 5 << 30)  # no size for an int of C
    track(DOMAIN, 0x7fffffff0000 + first, 0)


def objects():
    """Objects that stand each for a kind of header before them."""
    made = {
        "str": "-".join(["a", str(len(kept))]),
        "tuple": tuple(kept[:1]),
        "dict": dict.fromkeys([len(kept)]),
        "instance": Plain(),
        "bytes": bytes(999),
    }
    kept.append(made)
    return made


def excluded_lines():
    code = stand.__code__
    last = max(line for _, line in __import__("dis").findlinestarts(code) if line)
    return list(range(code.co_firstlineno, last + 1))


def texts(now, before, file):
    said = {}
    for by in ("lineno", "filename", "traceback"):
        said["stat " + by] = lines = []
        for row in now.statistics(by):
            lines.append(str(row))
            if by == "traceback":
                lines.extend(row.traceback.format())
        said["diff " + by] = lines = []
        for row in now.compare_to(before, by):
            lines.append(str(row))
            if by == "traceback":
                lines.extend(row.traceback.format())
        if by != "traceback":
            said["cumulative " + by] = [str(row) for row in now.statistics(by, True)]
    for name, filters in (
            ("include", [tracemalloc.Filter(True, "*/program.py")]),
            ("exclude", [tracemalloc.Filter(False, "/tmp/*"),
                         tracemalloc.Filter(False, "<gen[a-f]rated>")]),
            ("line", [tracemalloc.Filter(True, file, even.__code__.co_firstlineno + 1),
                      tracemalloc.Filter(True, "?generated[!x]")]),
            ("domain", [tracemalloc.DomainFilter(True, DOMAIN)]),
            ("python", [tracemalloc.DomainFilter(True, 0)])):
        rows = now.filter_traces(filters).statistics("lineno")
        said["filter " + name] = [str(row) for row in rows]
    return said


def without(snapshot, places):
    """What exclusive filters for these places would leave, in a tenth of the time."""
    left = [trace for trace in snapshot.traces._traces if trace[2][0] not in places]
    return tracemalloc.Snapshot(left, snapshot.traceback_limit)


def tell(path, raw, totals, before, made):
    """What the child found, for the test."""
    file = stand.__code__.co_filename
    lines = excluded_lines()
    left_out = {(file, line) for line in lines}
    now = tracemalloc.Snapshot(raw, tracemalloc.get_traceback_limit())
    told = {}
    for name, thing in made.items():
        found = tracemalloc.get_object_traceback(thing)
        told[name] = {"address": "0x%x" % id(thing), "traceback":
                      found and [[frame.filename, frame.lineno] for frame in found]}
    tracemalloc.stop()  # what follows would take ten times as long
    now.dump(os.path.join(os.path.dirname(path), "now.pickle"))
    before.dump(os.path.join(os.path.dirname(path), "before.pickle"))
    truth = {
        "watcher": os.getppid(), "moving": [], "version": list(sys.version_info[:3]),
        "limit": now.traceback_limit, "traced": totals[0], "peak": totals[1],
        "excluded": lines, "file": file, "domain": DOMAIN, "objects": told,
        "first_line": objects.__code__.co_firstlineno,
        "texts": texts(without(now, left_out), without(before, left_out), file),
    }
    with open(path, "w", encoding="ascii") as out:
        json.dump(truth, out)


def main():
    path, frames = sys.argv[1], int(sys.argv[2])
    gc.disable()
    tracemalloc.start(frames)
    allocate(1000)
    before = tracemalloc.take_snapshot()
    del kept[0]
    allocate(5000)
    made = objects()
    bytes(PEAK << 3)  # later allocations stay below this peak
    stand(path, before, made)


def stand(path, before, made):
    # Objects in free lists stay traced, and move to the line that takes them out.
    gc.collect()
    drain = [[(number,) * size for number in range(100)] for size in range(1, 20)]
    drain += [[[number], {number: 1}, number * 0.5, slice(number)]
              for number in range(100)]
    if fork() == 0:
        totals, raw = tracemalloc.get_traced_memory(), _tracemalloc._get_traces()
        tell(path, raw, totals, before, made)
        os._exit(0)
    if os.wait()[1] == 0:
        os.write(1, b"READY\n")
    reading, writing = os.pipe()
    os.dup2(reading, STILL_FD)
    os.read(STILL_FD, 1)


if __name__ == "__main__":
    main()
