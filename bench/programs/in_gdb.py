"""Run by GDB: times commands inside it, from the first one on.

    gdb -p PID -ex 'python COMMANDS, ROUNDS, RESULT = [...], 9, "FILE"' -x in_gdb.py

Writes {command: [milliseconds, ...]} to RESULT, as GDB's own chatter shares its output.
"""
import json
import time

import gdb


def timed(command):
    begun = time.perf_counter()
    gdb.execute(command, to_string=True)
    return (time.perf_counter() - begun) * 1000


times = {command: [] for command in COMMANDS}
for _ in range(ROUNDS):
    for command in COMMANDS:
        times[command].append(timed(command))
with open(RESULT, "w") as file:
    json.dump(times, file)
