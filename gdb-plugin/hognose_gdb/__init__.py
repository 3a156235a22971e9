"""What GDB needs to know of hognose: glue between GDB and the C core.

    target.py    answers what the core asks about GDB's target
    commands.py  the commands and settings, as classes that GDB wants
    run.py       lets the target run for a time
    names.py     who owns py-bt, when CPython's libpython.py is there too
    api.py       `import hognose` for scripts inside GDB

Nothing here decodes memory or formats output: the core does, for all debuggers.
"""

import importlib.util
import os
import sys


def _load_core():
    """The extension lies beside hognose_gdb.py, outside of sys.path."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    path = os.path.join(home, "_hognose.abi3.so")
    spec = importlib.util.spec_from_file_location("_hognose", path)
    core = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(core)
    sys.modules["_hognose"] = core


def register():
    """(Re-)registers all commands."""
    commands.register()


_load_core()

from . import api, commands  # noqa: E402  (the core must be there first)

sys.modules["hognose"] = api
