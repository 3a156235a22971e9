"""Two million small instances, each with what such things hold: some fourteen million
blocks of memory in use. `heap.py COUNT [TRACED]`; prints its pid when it is at rest, and
adds a thousandth more at each line it gets."""

import gc
import os
import sys


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
    for _ in sys.stdin:
        grow(nodes, count // 1000)
        print("grown", flush=True)


main()
