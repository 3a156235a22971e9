"""Threads whose stacks go back and forth between C and Python.

    native.py TRUTH RELAY.so

Beside what truth.py writes, TRUTH has "calls": {thread's name: {Python function:
[C functions that its frames are in calls of, innermost first, others between them]}}.
A Python function that is not named there calls no C function but the interpreter's
own. "alone" names the function of the thread that runs no Python."""

import ctypes
import functools
import os
import signal
import sys
import threading

import truth

SYNCHRONOUS, OWN_STACK = signal.SIGUSR1, signal.SIGUSR2
CALL_BACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)
COMPARE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)

READ, WRITE = os.pipe()
RELAY = ctypes.CDLL(sys.argv[2])
LIBC = ctypes.CDLL(None)
DEPTH = 20


def stand():
    os.read(READ, 1)  # still


def compare(a, b):
    stand()
    return 0


def sort():
    numbers = (ctypes.c_int * 4)(3, 1, 2, 0)
    LIBC.qsort(numbers, ctypes.c_size_t(4), ctypes.c_size_t(4), COMPARE(compare))


def bottom(number):
    stand()
    return 0


def even(number):
    return RELAY.relay_odd(CALL_BACK(odd), number - 1)


def odd(number):
    return RELAY.relay_even(CALL_BACK(even if number > 1 else bottom), number - 1)


def alternate():
    even(DEPTH)


def sized_back(number):
    stand()
    return 0


def sized():
    RELAY.relay_sized(CALL_BACK(sized_back), 100)


def cpp_back(number):
    stand()
    return 0


def cpp():
    RELAY.relay_cpp(CALL_BACK(cpp_back), 7)


def handle(number):
    stand()
    return 0


def interrupt(number, own_stack):
    RELAY.relay_signal(CALL_BACK(handle), int(number), own_stack)


class Thing:
    def __init__(self):
        self.part = functools.reduce(self.add, [1, 2])

    def __getattr__(self, name):
        stand()
        return name

    def add(self, a, b):
        return self.missing


def key(number):
    return Thing()


def numbers():
    yield from map(key, [1])


def builtins():
    return sorted(numbers(), key=len)


def python_handler(number, frame):
    stand()


def main():
    scene = truth.Scene(sys.argv[1])
    scene.enter()
    for function in (sort, alternate, sized, cpp, builtins):
        scene.start(function, name=function.__name__)
    scene.start(interrupt, SYNCHRONOUS, 0, name="interrupt")
    scene.start(interrupt, OWN_STACK, 1, name="interrupt, own stack")
    RELAY.relay_thread(READ)
    read = ["read"]
    interrupted = {"stand": read,
                   "interrupt": ["relay_handler", "raise", "relay_signal"]}
    scene.more["calls"] = {
        # qsort() may hand over to qsort_r() for good.
        "sort": {"stand": read, "sort": ["qsort|qsort_r"]},
        "alternate": {"stand": read, "even": ["relay_odd"], "odd": ["relay_even"]},
        "sized": {"stand": read, "sized": ["relay_sized"]},
        "cpp": {"stand": read, "cpp": ["shop::Basket<int>::price(int (*)(int), int)",
                                       "relay_cpp"]},
        "builtins": {"stand": read},
        "interrupt": interrupted,
        "interrupt, own stack": interrupted,
        "MainThread": {"stand": read},
        "watcher": {"watch_and_stop": read},
    }
    scene.more["alone"] = "relay_alone"
    signal.signal(signal.SIGHUP, python_handler)
    scene.watch()
    os.kill(os.getpid(), signal.SIGHUP)


if __name__ == "__main__":
    main()
