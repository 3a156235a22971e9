"""A breakpoint that writes down the Python variables whenever it is hit, and goes on.

    gdb -q -p PID -ex 'source hognose_gdb.py' -ex 'source record_locals.py' \\
        -ex 'record-locals clock_nanosleep /tmp/sleeps.jsonl' -ex continue

LOCATION is any that `break` takes: a C function, since those are what the processor
runs. FILE gets one JSON object a line: the thread, the Python function and line that
led there, and the variables as py-locals has them. `delete` ends it.
"""

import json

import gdb
import hognose


class Recorder(gdb.Breakpoint):
    def __init__(self, location, path):
        super().__init__(location)
        self.path = path

    def stop(self):
        """Called by GDB at each hit; False lets the program go on."""
        thread = gdb.selected_thread()
        row = {"thread": thread.ptid[1], "name": thread.name}
        try:
            seen = hognose.query("py-locals")
            row["frame"] = {key: seen["frame"][key] for key in ("function", "file", "line")}
            row["variables"] = {variable["name"]: variable["value"]["repr"]
                                for variable in seen["variables"] if "value" in variable}
        except hognose.Error as error:
            row["problem"] = str(error)  # a thread that runs no Python, say
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
        return False


class RecordLocals(gdb.Command):
    """record-locals LOCATION FILE: notes the Python variables at each hit of LOCATION."""

    def __init__(self):
        super().__init__("record-locals", gdb.COMMAND_BREAKPOINTS, gdb.COMPLETE_LOCATION)

    def invoke(self, line, from_tty):
        words = gdb.string_to_argv(line)
        if len(words) != 2:
            raise gdb.GdbError("usage: record-locals LOCATION FILE")
        Recorder(words[0], words[1])


RecordLocals()
