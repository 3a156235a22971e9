"""Busy threads, each under so many frames: spinning.py THREADS FRAMES. Prints its pid.

spinning.py unit SECONDS: for each line on its input does the same work once, which takes
about that long, and prints the seconds of processor time and of wall time that took."""
import os
import sys
import threading
import time


def work(loops):
    total = 0
    for number in range(loops):
        total += number
    return total


def call_down(depth):
    if depth > 1:
        return call_down(depth - 1)
    while True:
        work(1000)


def rounds_in(seconds):
    began, rounds = time.thread_time(), 0
    while time.thread_time() - began < seconds:
        work(1000)
        rounds += 1
    return rounds


def units(seconds):
    rounds = rounds_in(seconds)
    print(os.getpid(), flush=True)
    for line in sys.stdin:
        cpu, wall = time.thread_time(), time.perf_counter()
        for _ in range(rounds):
            work(1000)
        print(time.thread_time() - cpu, time.perf_counter() - wall, flush=True)


def main():
    if sys.argv[1] == "unit":
        return units(float(sys.argv[2]))
    threads, frames = map(int, sys.argv[1:])
    for _ in range(threads - 1):
        threading.Thread(target=call_down, args=(frames,), daemon=True).start()
    print(os.getpid(), flush=True)
    call_down(frames)


main()
