"""For scripts inside GDB: results of hognose's commands as Python objects.

    import hognose
    for thread in hognose.query("py-threads")["threads"]:
        print(thread["name"])
"""

import json

from . import commands


class Error(Exception):
    """A command failed; the text says why."""

    __module__ = "hognose"


def query(line):
    """Runs a command and returns the "result" of its JSON document."""
    words = line.split(None, 1)
    if not words:
        raise Error("cannot run an empty line: name a command, as in 'py-dump'")
    # Before the operands, which may be an expression up to the line's end.
    words.insert(1, "--json")
    with commands.target.selection_kept():
        status, message, output = commands.session.capture(" ".join(words))
    if status in (commands.CANNOT, commands.USAGE):
        raise Error(message)
    return json.loads(output.decode())["result"]
