"""A process that stands still under a known number of Python frames.

    stacks.py THREADS FRAMES [MEGABYTES [RING]]

Each thread sleeps under FRAMES frames. They come from a ring of RING functions with
names and lines of their own, made here, so that no two neighbours are the same and
nothing can be folded; RING 1 is plain recursion. MEGABYTES of touched memory make a
core of that size. Prints its pid when all stand still.
"""
import argparse
import os
import sys
import threading
import time

SOURCE = """
def step_{here}(depth, arrived):
    if depth == 0:
        return rest(arrived)
    padding = depth * 2
    return step_{there}(depth - 1, arrived)
"""


def rest(arrived):
    arrived.release()
    while True:
        time.sleep(3600)


def make_ring(size):
    names = {"rest": rest}
    for here in range(size):
        source = SOURCE.format(here=here, there=(here + 1) % size)
        exec(compile("\n" * 7 * (here % 9) + source, __file__, "exec"), names)
    return names["step_0"]


class Report:
    """The main thread's arrival: it is the last, and nobody waits for it."""

    @staticmethod
    def release():
        print(os.getpid(), flush=True)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("threads", type=int)
    parser.add_argument("frames", type=int)
    parser.add_argument("megabytes", type=int, nargs="?", default=0)
    parser.add_argument("ring", type=int, nargs="?", default=30)
    return parser.parse_args()


def main():
    wanted = arguments()
    ballast = bytearray(wanted.megabytes << 20)
    for page in range(0, len(ballast), 4096):
        ballast[page:page + 8] = b"touched "
    depth = max(wanted.frames - 4, 0)  # <module>, main, the last step and rest are frames too
    sys.setrecursionlimit(wanted.frames + 1000)
    arrived = threading.Semaphore(0)
    step = make_ring(wanted.ring)

    for _ in range(wanted.threads - 1):
        threading.Thread(target=step, args=(depth, arrived), daemon=True).start()
    for _ in range(wanted.threads - 1):
        arrived.acquire()
    step(depth, Report)


main()
