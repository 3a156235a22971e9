"""Who owns py-bt: living with CPython's own libpython.py.

It registers py-bt, py-list and others, and GDB gives a name to whoever registers it
last. GDB may load it before us, or long after (with the program's symbols, when all
init files have run and no event tells us any more), so gdb.Command is replaced by a
class that looks at who asks for which name.
"""

import gdb

Command = gdb.Command  # GDB's own

# libpython.py's classes, the same in every CPython since 2.7.
CPYTHON_CLASSES = {
    "py-bt": "PyBacktrace",
    "py-bt-full": "PyBacktraceFull",
    "py-down": "PyDown",
    "py-list": "PyList",
    "py-locals": "PyLocals",
    "py-print": "PyPrint",
    "py-up": "PyUp",
}

_shared = []  # names that both have
_register_ours = None
_ours_first = True


class GuardedCommand(Command):
    """What other scripts get for gdb.Command from now on."""

    # Named, not super(): libpython.py calls gdb.Command.__init__(self, ...), also
    # for instances of classes that are older than this one.
    def __init__(self, name, *args, **kwargs):
        if _ours_first and _is_cpythons(type(self), name):
            name = "cpython-" + name
        Command.__init__(self, name, *args, **kwargs)


def _is_cpythons(cls, name):
    return name in _shared and cls.__name__ == CPYTHON_CLASSES[name]


def guard(ours, register_ours):
    """Starts watching. @register_ours(name, as_name) makes one of ours known."""
    global _register_ours
    _shared[:] = [name for name in ours if name in CPYTHON_CLASSES]
    _register_ours = register_ours
    gdb.Command = GuardedCommand


def claim(ours_first):
    """Gives the shared names to hognose, or to libpython.py if it is loaded."""
    global _ours_first
    _ours_first = ours_first
    for name in _shared:
        theirs = _loaded_class(CPYTHON_CLASSES[name])
        if ours_first:
            _register_ours(name, name)
        else:
            _register_ours(name, "hognose-" + name)
        if theirs is not None:
            theirs()


def _loaded_class(class_name):
    """libpython.py's class of that name, if it was ever loaded: the newest."""
    found = None
    for cls in Command.__subclasses__() + GuardedCommand.__subclasses__():
        if cls.__name__ == class_name:
            found = cls
    return found
