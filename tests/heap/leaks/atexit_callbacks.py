"""Callbacks for the end of a program that does not end."""
import atexit

import leak


def close(handle):
    return handle


for _ in range(10000):
    atexit.register(close, leak.block(2000))
leak.expect(kinds=("object", "type"))
