"""A server to be compared with itself: it handles requests that leave nothing behind,
and, when it is told to, leaks.

Lines on its standard input say what to do: "leak N" keeps N more objects, "work N"
handles N requests, "lose N" forgets N blocks of 1000 bytes of C memory. Each is answered with "DONE"; in
between it stands still. On start it says READY."""

import collections
import sys


class Session:
    def __init__(self, number):
        self.user = "user %d of many, with a long name" % number  # made by __init__
        self.pages = [number]  # its pages


class Request:
    def __init__(self, number):
        self.headers = {"number": number, "host": "example"}
        self.body = [str(number)] * 10


LEAKED = []
ACCOUNTS = {"account %d of many" % number: [number] * 100 for number in range(500)}
CACHE = collections.OrderedDict()


def leak(count):
    for number in range(len(LEAKED), len(LEAKED) + count):
        LEAKED.append(Session(number))  # leaks


def work(count):
    """The cache is bounded, and full from the start."""
    for number in range(count):
        request = Request(number)
        CACHE[number % 1000] = request.body
        if len(CACHE) > 500:
            CACHE.popitem(last=False)


def lose(count):
    import ctypes
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.memset.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_size_t]
    for _ in range(count):
        libc.memset(libc.malloc(1000), 1, 1000)


def main():
    work(5000)
    LEAKED.extend(Session(number) for number in range(50))
    work(5000)
    leak(0)
    print("READY", flush=True)
    for line in sys.stdin:
        what, count = line.split()
        {"leak": leak, "lose": lose, "work": work}[what](int(count))
        what = count = line = None
        print("DONE", flush=True)


main()
