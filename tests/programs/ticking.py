"""Calls one C function again and again, with another value in its caller each time."""
import os
import time


def tick(number):
    label = "tick %d" % number
    os.getppid()
    return label


print("READY", flush=True)
for number in range(100_000):
    tick(number)
    time.sleep(0.05)
