"""Subinterpreters, each standing still in a thread: subinterpreters.py TRUTH_FILE

Each one writes down its own stack, since sys._current_frames() of the main
interpreter may not look into others that have a GIL of their own. The thread that
entered a subinterpreter has two Python stacks: one in the main interpreter, which
ends in the call, and one in the subinterpreter.

The same thread creates and enters: up to 3.12 a subinterpreter's thread state keeps
the thread id of its creator, whoever runs it."""

import json
import os
import sys
import threading
import time

import truth

COUNT = 3

INSIDE = """
import json, os, sys, threading
sys.path.insert(0, {here!r})

def outer():
    class Inside:
        def method(self):
            record(sys._getframe(), 2)

            os.read({fd}, 1)  # line + 2
    Inside().method()

def record(frame, further):
    import truth
    thread = {{"ident": threading.get_ident(), "native_id": threading.get_native_id(),
              "name": threading.current_thread().name,
              "os_name": truth.os_name(threading.get_native_id()), "recorded_by": "itself",
              "frames": truth.describe_frames(frame, False, frame.f_lineno + further)}}
    with open({path!r} + ".new", "w") as file:
        json.dump(thread, file)
    os.rename({path!r} + ".new", {path!r})

outer()
"""


def find_module():
    """_interpreters (3.13), before that _xxsubinterpreters; None without either"""
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            return __import__(name)
        except ImportError:
            pass
    return None


class Entrant(threading.Thread):
    """Enters one subinterpreter and never comes back."""

    def __init__(self, module, path):
        super().__init__(name="in " + os.path.basename(path))
        self.module, self.path = module, path
        reader, self.writer = os.pipe()
        self.source = INSIDE.format(here=os.path.dirname(os.path.abspath(__file__)),
                                    fd=reader, path=path)
        self.interpreter = self.stack = None

    def run(self):
        self.interpreter = self.module.create()
        self.stack = self.describe(sys._getframe(), 1)
        self.module.run_string(self.interpreter, self.source)

    def describe(self, frame, further):
        native_id = threading.get_native_id()
        return {"ident": self.ident, "native_id": native_id, "name": self.name,
                "os_name": truth.os_name(native_id), "recorded_by": "itself",
                "frames": truth.describe_frames(frame, False, frame.f_lineno + further)}

    def inside(self):
        """What the subinterpreter wrote, once it has."""
        while not os.path.exists(self.path):
            time.sleep(0.01)
        with open(self.path) as file:
            return json.load(file)


def main():
    scene = truth.Scene(sys.argv[1])
    module = find_module()
    if module is None:
        scene.lacks.append("subinterpreters")
    entrants = [Entrant(module, "%s.%d" % (sys.argv[1], number))
                for number in range(COUNT if module else 0)]
    for entrant in entrants:
        entrant.start()
    threads = [entrant.inside() for entrant in entrants]
    inside = [{"id": int(entrant.interpreter), "threads": [thread]}
              for entrant, thread in zip(entrants, threads)]
    for entrant in entrants:
        entrant.stack["os_name"] = truth.os_name(entrant.native_id)
    native_id = threading.get_native_id()
    reader, writer = os.pipe()
    os.dup2(reader, truth.STILL_FD)
    frame = sys._getframe()
    main_thread = {"ident": threading.get_ident(), "native_id": native_id,
                   "name": "MainThread", "os_name": truth.os_name(native_id),
                   "recorded_by": "itself",
                   "frames": truth.describe_frames(frame, False, frame.f_lineno + 4)}
    scene.write([{"id": 0, "threads": [main_thread] + [e.stack for e in entrants]}]
                + inside)
    truth.ready()
    os.read(truth.STILL_FD, 1)


if __name__ == "__main__":
    main()
