"""Deep recursion, standing still at its bottom: deep.py TRUTH_FILE [DEPTH]

Up to 3.10 each Python call takes a C frame, so the thread gets a stack to match;
later versions need only the recursion limit raised."""

import sys
import threading

import truth

BYTES_PER_CALL = 2048  # of C stack: 3.8 to 3.10 need about 600, debug builds three times


def descend(depth, wait):
    if depth == 0:
        wait()  # still
    else:
        descend(depth - 1, wait)


def main():
    depth = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    sys.setrecursionlimit(depth + 1000)
    scene = truth.Scene(sys.argv[1])
    threading.stack_size(max(1 << 20, depth * BYTES_PER_CALL))
    scene.start(descend, depth, scene.forever.acquire, name="deep")
    threading.stack_size(0)
    scene.expect()
    scene.watch()
    scene.forever.acquire()  # still


if __name__ == "__main__":
    main()
