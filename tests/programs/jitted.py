"""A thread that stays in code which the interpreter compiled at run time, where it can
(PYTHON_JIT=1; sys._jit). Prints READY when that has had its time."""

import sys
import threading
import time

WARM_SECONDS = 1.0


def inner(number):
    total = 0
    for i in range(2000):
        total += i * number & 7
        total -= i ^ 3
    return total


def hot():
    number = 0
    while True:
        number = (number + inner(number)) & 0xffff


def main():
    threading.Thread(target=hot, name="hot", daemon=True).start()
    time.sleep(WARM_SECONDS)
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    time.sleep(100000)


main()
