"""Structures of many kinds that each hang on one name, and are dropped one by one.

retained.py PATH: writes {"watcher", "moving": [], "tops": {name: address}} to PATH,
prints READY and stands still. SIGUSR1 makes it drop the next one, in the order of the
names, collect garbage, and write PATH.N, N from 0."""

import collections
import gc
import json
import os
import signal
import sys
import threading

STILL_FD = 200


class Node:
    def __init__(self, number):
        self.number = number + 10 ** 6
        self.name = "node %d" % number
        self.others = []


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left, self.right = left, right


shared = [bytearray(300) for _ in range(50)]


def ring(count):
    nodes = [Node(number) for number in range(count)]
    for one, other in zip(nodes, nodes[1:] + nodes[:1]):
        one.others.append(other)
        other.others.append(one)
    return nodes[0]


def generator():
    rows = [bytearray(100) for _ in range(200)]
    for row in rows:
        yield row


def started():
    made = generator()
    next(made)
    return made


def closure(payload):
    def inner():
        return payload
    return inner


def failure():
    local = [bytearray(64) for _ in range(100)]
    try:
        raise ValueError(local)
    except ValueError as error:
        return error


def build():
    return {
        "a_dict": {"key %d" % i: [i + 10 ** 6, bytearray(40)] for i in range(3000)},
        "b_ring": ring(2000),
        "c_shares": [shared, list(shared), [bytearray(10) for _ in range(100)]],
        "d_slots": Slotted(Slotted(bytearray(9), [bytearray(8)]), {1.5: bytearray(7)}),
        "e_deque": collections.deque((i / 7, str(i)) for i in range(1000)),
        "f_generator": started(),
        "g_closure": closure([bytearray(33) for _ in range(300)]),
        "h_exception": failure(),
        "i_ordered": collections.OrderedDict((str(i), {i + 10 ** 6}) for i in range(500)),
        "j_class": type("Late", (Node,), {"table": [bytearray(20) for _ in range(50)]}),
        "k_instance_dict": Node(1),
        "l_large": [bytearray(100000), "x" * 100000, list(range(10 ** 6, 10 ** 6 + 20000))],
        "m_frozenset": frozenset(str(i) + "!" for i in range(1000)),
        "n_default": collections.defaultdict(list, {i / 3: [i / 5] for i in range(400)}),
    }


tops = build()
tops["k_instance_dict"].__dict__["more"] = [bytearray(11) for _ in range(60)]
names = sorted(tops)
done = 0


def drop(*_):
    global done
    del tops[names[done]]
    gc.collect()
    gc.collect()
    with open("%s.%d" % (sys.argv[1], done), "w") as file:
        file.write("done")
    done += 1


def warm_up():
    """What dropping needs for the first time, it gets before anybody looks."""
    global done, names
    tops["0"] = [bytearray(1)]
    names = sorted(tops)
    drop()
    os.unlink(sys.argv[1] + ".0")
    done, names = 0, names[1:]


def main():
    warm_up()
    signal.signal(signal.SIGUSR1, drop)
    reader, writer = os.pipe()
    os.dup2(reader, STILL_FD)
    tops["zz"] = None
    drop_nothing = json.dumps({
        "pid": os.getpid(), "watcher": threading.get_native_id(), "moving": [],
        "tops": {name: "%#x" % id(tops[name]) for name in names}})
    with open(sys.argv[1], "w", encoding="ascii") as file:
        file.write(drop_nothing)
    # Also what a first open() has imported: in free-threaded builds, functions and code
    # that nothing refers to any more wait for the collector.
    gc.collect()
    gc.disable()
    os.write(1, b"READY\n")
    while True:
        os.read(STILL_FD, 1)  # still
    return writer


if __name__ == "__main__":
    main()
