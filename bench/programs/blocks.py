"""A heap of small instances, about seven blocks of the allocator each. Prints its number
of blocks (sys.getallocatedblocks), then how many objects gc knows and how many ms it
took to count them by type; with a folder that has guppy3 in it the same of that; and
stands still."""

import collections
import gc
import sys
import time


class Node:
    def __init__(self, number):
        self.number = number + 1000
        self.name = "node %d" % number
        self.items = [number]


gc.disable()
nodes = [Node(number) for number in range(int(sys.argv[1]) // 7)]
begun = time.perf_counter()
counted = collections.Counter(type(one) for one in gc.get_objects())
took = (time.perf_counter() - begun) * 1000
print(sys.getallocatedblocks(), flush=True)
print("%d %.1f" % (sum(counted.values()), took), flush=True)
if sys.argv[2:]:
    sys.path.append(sys.argv[2])
    from guppy import hpy
    begun = time.perf_counter()
    heap = hpy().heap()
    print("%d %.1f" % (heap.count, (time.perf_counter() - begun) * 1000), flush=True)
time.sleep(3600)
