"""What the planted leaks have in common: each plants one, tells what must be found, and
stands still. With --grow it first stands still before anything is planted, says READY,
and goes on at SIGUSR1.

expect(path="cache") writes the truth to the file named by the first argument. The first
suspect must be of one of @kinds, its path contain @path, and its object be of @type,
where these are given; what it is made of most must be among @made_of."""

import json
import os
import signal
import sys
import threading

STILL_FD = 200
MEGABYTE = 1 << 20

if "--grow" in sys.argv:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    os.write(1, b"READY\n")
    signal.sigwait([signal.SIGUSR1])


def block(size=1000):
    """Memory of its own."""
    return bytearray(size)


def expect(path=None, type=None, kinds=("object",), suspects=True, made_of=()):
    reader, writer = os.pipe()
    os.dup2(reader, STILL_FD)
    truth = {"pid": os.getpid(), "watcher": threading.get_native_id(), "moving": [],
             "path": path, "type": type, "kinds": list(kinds), "suspects": suspects,
             "made_of": list(made_of)}
    with open(sys.argv[1], "w", encoding="ascii") as file:
        file.write(json.dumps(truth))
    os.write(1, b"READY\n")
    os.read(STILL_FD, 1)  # still
    return writer
