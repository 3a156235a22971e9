"""Two million small instances, each with what such things hold: some fourteen million
blocks of memory in use. `heap.py COUNT`; prints its pid when it is at rest. A line
"grow" adds a thousandth more; "snapshot" prints how many seconds tracemalloc.take_snapshot() takes,
and how many traces it gives."""

import gc
import os
import sys
import time
import tracemalloc


class Node:
    def __init__(self, number, before):
        self.number = number + 1000000
        self.name = "node %d" % number
        self.weight = number / 3
        self.links = [before]


def grow(nodes, count):
    before = nodes[-1] if nodes else None
    for number in range(len(nodes), len(nodes) + count):
        before = Node(number, before)
        nodes.append(before)


def main():
    count = int(sys.argv[1])
    nodes = []
    gc.disable()
    grow(nodes, count)
    gc.enable()
    print(os.getpid(), flush=True)
    for line in sys.stdin:
        if line.strip() == "snapshot":
            began = time.perf_counter()
            snapshot = tracemalloc.take_snapshot()
            took = time.perf_counter() - began
            print("%.4f %d" % (took, len(snapshot.traces)), flush=True)
        else:
            grow(nodes, count // 1000)
            print("grown", flush=True)


main()
