"""Programs whose memory is of one kind each, for the ledger: what Python and the C
library say of themselves is the truth. Run as: memory.py TRUTH KIND."""

import ctypes
import gc
import json
import os
import random
import re
import sys
import tempfile
import threading

from truth import STILL_FD

NUMPY_BYTES = 96 << 20

random.seed(7)
keep = []


class Node:
    def __init__(self, number):
        self.number, self.name, self.values = number, "node %d" % number, [number] * 3


def small_objects():
    keep.extend(Node(i) for i in range(60000))


def pinned_arenas():
    """Many objects, of which one in a thousand stays."""
    many = [("item %d" % i, float(i)) for i in range(300000)]
    keep.extend(many[::1000])
    del many
    gc.collect()


def large_buffers():
    keep.append(bytearray(40 << 20))
    keep.append(list(range(100000)))
    keep.append("x" * (8 << 20))
    keep.append({i: None for i in range(200000)})


def c_fragments():
    """Blocks of C code that Python knows nothing of, every second one given back."""
    malloc, free = libc.malloc, libc.free
    blocks = []
    for _ in range(60000):
        size = random.choice((24, 100, 500, 700, 3000, 20000))
        address = malloc(size)
        ctypes.memset(address, 0x5a, size)
        blocks.append(address)
    for address in blocks[::2]:
        free(address)
    keep.append(blocks[1::2])


def thread_arenas():
    """The same in threads, each with an arena of its own, and two of them ended."""
    done, go = [threading.Semaphore(0) for _ in range(6)], threading.Event()

    def work(number):
        blocks = []
        for _ in range(3000):
            size = random.choice((40, 400, 4000))
            address = libc.malloc(size)
            ctypes.memset(address, 0x5a, size)
            blocks.append(address)
        for address in blocks[::3]:
            libc.free(address)
        keep.append(blocks)
        done[number].release()
        if number >= 2:
            go.wait()

    for number in range(6):
        threading.Thread(target=work, args=(number,), daemon=True).start()
    for each in done:
        each.acquire()


def files():
    """A large file that is mapped and not touched, and one that is."""
    import mmap
    for touch in (False, True):
        file = tempfile.TemporaryFile()
        file.truncate(64 << 20)
        mapped = mmap.mmap(file.fileno(), 0)
        if touch:
            for at in range(0, 8 << 20, 4096):
                mapped[at] = 1
        keep.append(mapped)
    keep.append(mmap.mmap(-1, 8 << 20))
    keep[-1].write(b"y" * (8 << 20))


def generators():
    def count():
        yield from range(10)

    keep.extend(count() for _ in range(20000))
    for each in keep:
        next(each)
    keep.extend(frame_of_depth(200) for _ in range(3))


def frame_of_depth(depth):
    return sys._getframe() if depth == 0 else frame_of_depth(depth - 1)


def numpy_arrays():
    import numpy
    keep.append(numpy.ones(NUMPY_BYTES // 8))
    keep.append(keep[0][::2])
    keep.append(numpy.zeros(8 << 20))  # untouched
    keep.extend(numpy.arange(i) for i in range(2000))


def subinterpreters():
    try:
        import _interpreters as subs
    except ImportError:
        import _xxsubinterpreters as subs
    for _ in range(3):
        one = subs.create()
        run = getattr(subs, "exec", None) or subs.run_string
        run(one, "import json\nkeep = [str(i) for i in range(5000)]")
        keep.append(one)


def nothing():
    pass


KINDS = {f.__name__: f for f in (
    nothing, small_objects, pinned_arenas, large_buffers, c_fragments, thread_arenas,
    files, generators, subinterpreters, numpy_arrays)}


class Mallinfo(ctypes.Structure):
    """struct mallinfo2, or mallinfo before glibc 2.33."""
    _fields_ = [(name, ctypes.c_size_t) for name in (
        "arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks",
        "uordblks", "fordblks", "keepcost")]


def malloc_truth():
    """Of all arenas: bytes from the system, and those of large blocks."""
    if not hasattr(libc, "malloc_info"):
        return None
    with tempfile.TemporaryFile() as file:
        libc.fdopen.restype = ctypes.c_void_p
        stream = ctypes.c_void_p(libc.fdopen(os.dup(file.fileno()), b"w"))
        libc.malloc_info(0, stream)
        libc.fclose(stream)
        file.seek(0)
        text = file.read().decode().rpartition("</heap>")[2]
    total = {kind: int(size) for kind, size in
             re.findall(r'<total type="(\w+)" count="\d+" size="(\d+)"', text)}
    system = int(re.search(r'<system type="current" size="(\d+)"', text).group(1))
    return {"system": system, "fast": total.get("fast", 0), "rest": total["rest"],
            "mmap": total.get("mmap", 0)}


libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.malloc.argtypes = [ctypes.c_size_t]
libc.free.argtypes = [ctypes.c_void_p]


def python_truth():
    """What sys._debugmallocstats() prints of pools and arenas, where there are any."""
    with tempfile.TemporaryFile() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(saved, 2)
        os.close(saved)
        file.seek(0)
        text = file.read().decode()
    found = {}
    for name, pattern in (
            ("arenas", r"# arenas allocated current\s*=\s*([\d,]+)"),
            ("used_bytes", r"# bytes in allocated blocks\s*=\s*([\d,]+)"),
            ("free_bytes", r"# bytes in available blocks\s*=\s*([\d,]+)"),
            ("free_pools", r"\d+ unused pools \* \d+ bytes\s*=\s*([\d,]+)")):
        match = re.search(pattern, text)
        if match:
            found[name] = int(match.group(1).replace(",", ""))
    return found


def main():
    KINDS[sys.argv[2]]()
    gc.collect()
    reader, writer = os.pipe()
    os.dup2(reader, STILL_FD)
    for _ in range(2):  # the first time allocates what the second then counts
        told = {"pid": os.getpid(), "watcher": threading.get_native_id(), "moving": [],
                "malloc": malloc_truth(), "python": python_truth(),
                "blocks": sys.getallocatedblocks()}
    with open(sys.argv[1], "w") as file:
        file.write(json.dumps(told))
    os.write(1, b"READY\n")
    os.read(STILL_FD, 1)  # still
    return writer


main()
