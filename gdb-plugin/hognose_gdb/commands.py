"""The commands and settings, as GDB wants them.

The core lists the commands, explains, completes and runs them; a class here only
passes lines on. GDB's raw line is passed, not its words: the core splits it, in the
same way for all debuggers.
"""

import os

import gdb
import _hognose

from . import names
from .target import Target

CANNOT, USAGE = 1, 2

target = Target()
session = _hognose.Session(target)


def run(line):
    """Runs a line as the user typed it, its output going to GDB."""
    width = gdb.parameter("width")
    # A captured command (gdb.execute(..., to_string=True)) has an unlimited width.
    terminal = (width is not None and os.isatty(1)
                and gdb.parameter("style enabled"))
    with target.selection_kept():
        status, message = session.run(line, terminal, width or 0)
    if status:
        raise gdb.GdbError(message)


def candidates(line, text, word):
    """Completions of @line in GDB's terms.

    GDB breaks words at "-" too: for "--to" it has already decided to replace only
    @word, "to", so what stands before must not be returned again.
    """
    last = text.split()[-1] if text and not text[-1].isspace() else ""
    done = len(last) - len(word or "")
    return [full[done:] for full in session.complete(line)
            if full.startswith(last)]


def register_command(name, registered_name=None):
    """Makes the core's command @name known to GDB as @registered_name."""
    spelled = "py-" + name

    def invoke(self, text, from_tty):
        run(spelled + " " + text)

    def complete(self, text, word):
        if word is None:  # GDB asks what to break words at
            return None
        return candidates(spelled + " " + text, text, word)

    cls = type("Hognose", (names.Command,), {
        "__doc__": session.help(name), "invoke": invoke, "complete": complete})
    cls(registered_name or spelled, gdb.COMMAND_DATA)


class ClaimNames(gdb.Parameter):
    """Whether hognose owns the command names that CPython's libpython.py has too.

When on, py-bt, py-list and the like are hognose's, and those of libpython.py are
cpython-py-bt and so on. When off, they are libpython.py's wherever it is loaded, and
those of hognose are hognose-py-bt and so on."""

    set_doc = "Set whether hognose owns the names it shares with libpython.py."
    show_doc = "Show whether hognose owns the names it shares with libpython.py."

    def __init__(self):
        super().__init__("hognose claim-names", gdb.COMMAND_DATA,
                         gdb.PARAM_BOOLEAN)
        self.value = True

    def get_set_string(self):
        names.claim(self.value)
        return ""

    def get_show_string(self, value):
        return "Whether hognose owns the names it shares with libpython.py is %s." % value


class SettingsOf(gdb.Command):
    """A prefix: "set hognose" or "show hognose"."""

    def __init__(self, verb):
        self.__doc__ = "%s settings of hognose." % ("Change" if verb == "set" else "Show")
        super().__init__(verb + " hognose", gdb.COMMAND_DATA,
                         gdb.COMPLETE_NONE, True)


def register():
    """Registers everything; again is harmless."""
    global claim_names
    if claim_names is None:
        SettingsOf("set")
        SettingsOf("show")
        claim_names = ClaimNames()
    every = ["py-" + name for name, _ in _hognose.commands()]
    names.guard(every, lambda name, as_name: register_command(name[3:], as_name))
    for name in every:
        register_command(name[3:])
    names.claim(claim_names.value)


claim_names = None
