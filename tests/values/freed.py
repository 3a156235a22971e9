"""Stands still with locals whose objects are freed, as a bug in C code leaves them.

    freed.py TRUTH.json

Locals gone_* are freed and their memory is not used again; kept_* are what they were.
Runs on CPython 3.8 to 3.15. Such a process cannot end well: it must be killed."""

import ctypes
import json
import os
import sys
import threading

STILL_FD = 200  # as in programs/truth.py


class Roomy:
    """Of a size that nothing else here has."""
    __slots__ = tuple("slot_%d" % number for number in range(41))


def make(number):
    return [Roomy(), b"%d" % number + b"b" * 300, "%d" % number + "s" * 400]


def release(value):
    """One reference too many is given up."""
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(value))


def main():
    # Neighbours are alive, so that no pool is given back.
    made = [make(number) for number in range(50)]
    gone_instance, gone_bytes, gone_str = made[20]
    kept_instance, kept_bytes, kept_str = made[21]
    never_written = os.pipe()
    os.dup2(never_written[0], STILL_FD)
    truth = {"watcher": threading.get_native_id(), "moving": [],
             "kept": {"kept_instance": object.__repr__(kept_instance),
                      "kept_bytes": repr(kept_bytes), "kept_str": repr(kept_str)}}
    with open(sys.argv[1], "w", encoding="ascii") as file:
        json.dump(truth, file)
    print("READY", flush=True)
    del made[20]
    release(gone_instance)
    release(gone_bytes)
    release(gone_str)
    os.read(STILL_FD, 1)


if __name__ == "__main__":
    main()
