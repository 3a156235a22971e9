"""Grows by known functions, and waits in between: prints READY; see tests/sampling.

For each megabyte that keep_large() keeps, keep_small() keeps a quarter. Both take their
time over it, and between two rounds the program sleeps, so that growth is often seen
while nobody runs."""

import time

KEPT = []


def touch(pieces):
    for _ in range(pieces):
        KEPT.append(bytearray(b"x") * 4096)
        for _ in range(1500):
            pass


def keep_large():
    touch(64)


def keep_small():
    touch(16)


def main():
    print("READY", flush=True)
    while True:
        keep_large()
        time.sleep(0.002)
        keep_small()
        time.sleep(0.002)


main()
