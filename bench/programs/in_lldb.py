"""Run by LLDB: times commands inside it, from the first one on.

    lldb -p PID -o 'script COMMANDS, ROUNDS, RESULT = [...], 9, "FILE"' \\
         -o 'script exec(open("in_lldb.py").read())'

Writes {command: [milliseconds, ...]} to RESULT, as LLDB's own chatter shares its output.
"""
import json
import time

import lldb


def timed(command):
    answer = lldb.SBCommandReturnObject()
    begun = time.perf_counter()
    lldb.debugger.GetCommandInterpreter().HandleCommand(command, answer)
    if not answer.Succeeded():
        raise SystemExit(answer.GetError())
    return (time.perf_counter() - begun) * 1000


times = {command: [] for command in COMMANDS}
for _ in range(ROUNDS):
    for command in COMMANDS:
        times[command].append(timed(command))
with open(RESULT, "w") as file:
    json.dump(times, file)
