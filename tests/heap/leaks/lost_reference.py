"""C code that takes a reference and forgets it."""
import ctypes

import leak


def lose(count):
    take = ctypes.pythonapi.Py_IncRef
    take.argtypes = [ctypes.py_object]
    take.restype = None
    for _ in range(count):
        lost = leak.block(2000)
        take(lost)
        del lost


lose(10000)
leak.expect(kinds=("lost", "type"))
