"""Looks through a folder of core files and tells which of them died, or hung, alike.

    gdb -q -batch -ex 'source hognose_gdb.py' -ex 'source triage.py' -ex 'triage /var/cores'

One row for each kind of end, the most frequent first: how many cores, the signal, the
place the thread was at, the exception it was handling, and one core to open first.
What is no core, or none of a Python process, stands at the end with its reason.
"""

import collections
import os

import gdb
import hognose


def place(frames):
    if not frames:
        return "no Python code"
    frame = frames[0]
    return "%s (%s:%s)" % (frame["function"], os.path.basename(frame["file"]),
                           frame["line"])


def newest_exception(thread):
    """The exception the thread handles, as the last line of a traceback has it."""
    for exception in thread["exceptions"]:
        return "%s: %s" % (exception["type"], exception["message"])
    return ""


def how_it_ended(core):
    gdb.execute("core-file %s" % core, to_string=True)
    facts = hognose.query("py-info").get("core", {})
    # The selected thread of a core is the one that got the signal.
    thread = next(row for row in hognose.query("py-exc")["threads"] if row["selected"])
    frames = hognose.query("py-bt --depth 1")["interpreters"][0]["threads"][0]["frames"]
    return facts.get("signal") or "no signal", place(frames), newest_exception(thread)


class Triage(gdb.Command):
    """triage FOLDER: groups the core files of FOLDER by how they ended."""

    def __init__(self):
        super().__init__("triage", gdb.COMMAND_DATA, gdb.COMPLETE_FILENAME)

    def invoke(self, folder, from_tty):
        kinds, refused = collections.defaultdict(list), []
        for name in sorted(os.listdir(folder)):
            path = os.path.join(folder, name)
            try:
                kinds[how_it_ended(path)].append(path)
            except (gdb.error, hognose.Error) as error:
                refused.append("%s: %s" % (path, error))
        for kind, cores in sorted(kinds.items(), key=lambda item: -len(item[1])):
            print("%4d  %-9s  %s" % (len(cores), kind[0], kind[1]))
            if kind[2]:
                print("      %s" % kind[2])
            print("      first: %s" % cores[0])
        for reason in refused:
            print("   -  %s" % reason)


Triage()
