"""hognose for GDB: Python-aware commands, all called py-...

In ~/.gdbinit:  source PREFIX/lib/hognose/hognose_gdb.py

GDB runs a sourced file in __main__, beside the scripts of others, so this one only
loads the package next to it. Sourcing it again takes names back that other scripts
have claimed since; the code is loaded once.
"""


def _load_hognose(script):
    import importlib.util
    import os
    import sys

    name = "hognose_gdb"
    if name not in sys.modules:
        # Not through sys.path, which belongs to GDB and to the user.
        home = os.path.dirname(os.path.abspath(os.path.expanduser(script)))
        init = os.path.join(home, name, "__init__.py")
        spec = importlib.util.spec_from_file_location(
            name, init, submodule_search_locations=[os.path.dirname(init)])
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    sys.modules[name].register()


_load_hognose(__file__)
del _load_hognose
