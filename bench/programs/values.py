"""A process whose frames hold values.

    values.py THREADS FRAMES

Each thread sleeps under FRAMES frames of ten variables each: numbers, texts, containers,
instances. Prints its pid when all stand still.
"""
import os
import sys
import threading
import time


class Order:
    def __init__(self, number):
        self.number = number
        self.lines = ["line %d" % line for line in range(3)]
        self.paid = number % 2 == 0


def step(depth, arrived):
    name = "order-%d" % depth
    price = depth * 1.25
    order = Order(depth)
    lines = list(range(depth, depth + 5))
    stock = {"left": depth, "right": [name], "both": None}
    pair = (name, price)
    raw = name.encode()
    seen = {depth, name}
    if depth == 0:
        arrived.release()
        while True:
            time.sleep(3600)
    return step(depth - 1, arrived), price, order, lines, stock, pair, raw, seen


def main():
    threads, frames = map(int, sys.argv[1:])
    arrived = threading.Semaphore(0)

    for _ in range(threads):
        # run, _bootstrap_inner and _bootstrap are frames too
        threading.Thread(target=step, args=(frames - 4, arrived), daemon=True).start()
    for _ in range(threads):
        arrived.acquire()
    print(os.getpid(), flush=True)
    while True:
        time.sleep(3600)


main()
