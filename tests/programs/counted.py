"""Classes with a known number of instances, in the main interpreter and in others:
counted.py TRUTH_FILE

Free-threaded builds count references to a class by thread, under a number that is the
interpreter's own: the same number is of one class here and of another one there."""

import functools
import json
import os
import sys
import threading

import truth
from subinterpreters import find_module

INSTANCES = [1000, 300]

INSIDE = """
import os

class First:
    pass

class Second:
    pass

kept = [First() for _ in range({0[0]})], [Second() for _ in range({0[1]})]
os.write({1}, ("%d %d\\n" % (id(First), id(Second))).encode())
"""


def others():
    """For two interpreters, what runs a text in it."""
    module = find_module()
    for _ in range(2):
        interpreter = module.create()
        interpreters.append(interpreter)
        yield functools.partial(module.run_string, interpreter)


interpreters = []


def main():
    reader, writer = os.pipe()
    os.dup2(reader, truth.STILL_FD)
    instances = {}
    for run in [lambda text: exec(text, globals())] + list(others()):
        run(INSIDE.format(INSTANCES, writer))
        for address, count in zip(os.read(reader, 4096).split(), INSTANCES):
            instances["%#x" % int(address)] = count
    with open(sys.argv[1], "w") as file:
        json.dump({"watcher": threading.get_native_id(), "moving": [],
                   "instances": instances}, file)
    truth.ready()
    os.read(truth.STILL_FD, 1)


if __name__ == "__main__":
    main()
