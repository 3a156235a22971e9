"""Greenlets in all states, and the truth about those that are suspended.

    greenlets.py TRUTH      writes it as JSON, prints READY, and stands still

{"version": greenlet's, "greenlets": [{"address", "stack": [[function, line]..] innermost
first}..]} of those that hognose has to find."""

import json
import sys
import threading
import time

import greenlet


class Derived(greenlet.greenlet):
    pass


def stop():
    greenlet.getcurrent().parent.switch()


def deeper(depth):
    if depth == 0:
        stop()
    else:
        deeper(depth - 1)


def through_c(depth):
    """A call of the interpreter loop of its own for each frame."""
    list(map(deeper, [depth]))


def nested(depth):
    inner = greenlet.greenlet(through_c)
    inner.switch(depth)  # comes back suspended
    kept.append(inner)
    stop()


def stack(frame):
    found = []
    while frame is not None:
        found.append([frame.f_code.co_name, frame.f_lineno])
        frame = frame.f_back
    return found


def work(suspended, started):
    for kind in (greenlet.greenlet, Derived):
        for function, depth in ((deeper, 0), (deeper, 5), (through_c, 3), (nested, 2)):
            one = kind(function)
            one.switch(depth)
            suspended.append(one)
    over = greenlet.greenlet(len)
    over.switch("over")
    fresh = [greenlet.greenlet(deeper) for _ in range(3)]
    started.set()
    time.sleep(100000)
    return over, fresh


def work_in_greenlet(suspended, started):
    """The thread's first greenlet is suspended, and one of its own runs."""
    suspended.append(greenlet.getcurrent())
    greenlet.greenlet(work).switch(suspended, started)


def main():
    for function in (work, work_in_greenlet):
        started = threading.Event()
        threading.Thread(target=function, args=(suspended, started), daemon=True).start()
        started.wait()
    rows = [{"address": hex(id(one)), "stack": stack(one.gr_frame)}
            for one in suspended + kept]
    with open(sys.argv[1], "w") as file:
        json.dump({"version": greenlet.__version__, "greenlets": rows}, file)
    print("READY", flush=True)
    time.sleep(100000)


suspended, kept = [], []
main()
