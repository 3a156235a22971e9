"""Many small instances, each with two texts, three numbers and a list: seven blocks.

instances.py N: prints N and stands still."""
import os
import sys
import time


class Node:
    def __init__(self, number):
        self.name = "node %d" % number
        self.number = number + 1000
        self.share = number / 3
        self.items = [number + 2000, "item %d" % number]


kept = [Node(number) for number in range(int(sys.argv[1]))]
os.write(1, b"%d\n" % len(kept))
time.sleep(10 ** 6)
