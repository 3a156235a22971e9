"""For scripts inside LLDB: results of hognose's commands as Python objects.

    (lldb) command script import PREFIX/lib/hognose/hognose.py
    (lldb) script import hognose
    (lldb) script print(hognose.query("py-threads"))

The plugin itself needs no Python; this is for those who have it.
"""

import json
import os
import tempfile

import lldb


class Error(Exception):
    """A command failed; the text says why."""


def query(line, debugger=None):
    """Runs a command and returns the "result" of its JSON document."""
    words = line.split(None, 1)
    if not words:
        raise Error("cannot run an empty line: name a command, as in 'py-dump'")
    with tempfile.TemporaryDirectory(prefix="hognose-") as directory:
        path = os.path.join(directory, "result.json")
        # Before the operands, which may be an expression up to the line's end.
        words.insert(1, '--json -o "%s"' % path)
        _run(debugger or lldb.debugger, " ".join(words))
        with open(path, encoding="utf-8") as document:
            return json.load(document)["result"]


def _run(debugger, line):
    result = lldb.SBCommandReturnObject()
    debugger.GetCommandInterpreter().HandleCommand(line, result)
    if not result.Succeeded():
        message = (result.GetError() or "the command failed").strip()
        if message.startswith("error: "):
            message = message[len("error: "):]
        raise Error(message)
