"""Stands still in the middle of every kind of scope, and tells what is in each.

Prints one line of JSON: the frames from the innermost on, each with its variables by
name as [kind, repr or null], expressions with their values, and exceptions. Values are
ints and texts: how others look is not the question here."""

import collections
import enum
import json
import os
import sys
import time

CO_OPTIMIZED = 1

Point = collections.namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 7


class Base:
    kind = "base"
    shadowed = "of the class"

    @staticmethod
    def helper():
        """Is looked up only."""


class Item(Base):
    def __init__(self):
        self.sku = "A1"
        self.shadowed = "of the instance"


class Slotted:
    __slots__ = ("one", "two", "__dict__")
    kind = "slotted"

    def __init__(self):
        self.one = 1
        self.more = "in the dict"


TABLE = {"a": 1, 3: "int", "3": "str", None: "none", True: "yes", -4: "minus",
         b"\x00k": "bytes", "b c": [1, {"deep": (7, 8)}], 1 << 63: "large"}
QUEUE = collections.deque(range(200), maxlen=150)
ITEM, SLOTTED, POINT = Item(), Slotted(), Point(5, 6)
TEXT, DATA = "h\xe9\u20ac\U0001f600\n\x7f\xad\u200b\U000e0001\ud800'\\", b"\x00abc"

# Each is evaluated by Python where it is, and looked up by hognose in frame 0.
EXPRESSIONS = [
    "ITEM.sku", "ITEM.kind", "ITEM.shadowed", "SLOTTED.one", "SLOTTED.kind",
    "SLOTTED.more", "POINT.x", "POINT.y", "POINT[1]", "POINT[-2]", "Colour.RED._value_",
    "TABLE['a']", "TABLE[3]", "TABLE['3']", "TABLE[None]", "TABLE[-4]",
    "TABLE[b'\\x00k']", "TABLE['b c'][1]['deep'][-1]", "TABLE[9223372036854775808]",
    "QUEUE[0]", "QUEUE[20]",
    "QUEUE[149]", "QUEUE[-1]", "TEXT[1]", "TEXT[2]", "TEXT[3]", "TEXT[4]", "TEXT[5]",
    "TEXT[6]", "TEXT[7]", "TEXT[8]", "TEXT[9]", "TEXT[-2]", "TEXT[-1]", "DATA[1]", "DATA[0]",
    "sys.flags.optimize", "sys.maxunicode", "os.sep", "Item.kind",
    "CO_OPTIMIZED", "arguments", "cause.args", "cause.args[0]",
]


# Of these sys.getsizeof() is asked; hognose may not know all of them.
SIZED = ["ITEM", "SLOTTED", "POINT", "TEXT", "DATA", "CO_OPTIMIZED", "TABLE['b c']",
         "LARGE", "FRACTION", "Item", "QUEUE", "stop"]
LARGE, FRACTION = -10 ** 50, 1.5


def kind_of(code, name, at_module):
    count = (code.co_argcount + code.co_kwonlyargcount
             + bool(code.co_flags & 4) + bool(code.co_flags & 8))
    if at_module:
        return "global"
    if name in code.co_varnames[:count]:
        return "argument"
    if name in code.co_freevars:
        return "free"
    return "cell" if name in code.co_cellvars else "local"


def variables_of(frame):
    # In a comprehension in a module f_locals is a copy (3.12) or has nothing of the
    # module (3.13).
    at_module = frame.f_back is None
    code, known = frame.f_code, dict(frame.f_globals if at_module else frame.f_locals)
    if not code.co_flags & CO_OPTIMIZED:
        return {name: [kind_of(code, name, at_module), text(value)]
                for name, value in known.items()}
    names = code.co_varnames + code.co_cellvars + code.co_freevars
    return {name: [kind_of(code, name, False),
                   text(known[name]) if name in known else None] for name in names}


def text(value):
    """The repr of what looks the same in every process; "" for the rest."""
    return repr(value) if type(value) in (int, str, tuple, bool) else ""


def exception(e):
    if e is None:
        return None
    lines, tb = [], e.__traceback__
    while tb:
        lines.insert(0, [tb.tb_frame.f_code.co_name, tb.tb_lineno])
        tb = tb.tb_next
    return {"type": type(e).__name__, "message": str(e), "traceback": lines,
            "notes": getattr(e, "__notes__", []),
            "cause": exception(e.__cause__), "context": exception(e.__context__),
            "group": [exception(m) for m in getattr(e, "exceptions", ())]}


def stop(arguments, *, cause):
    """The innermost frame: what it prints is what is to be found in it."""
    frames, frame = [], sys._getframe(1)
    while frame:
        frames.append({"function": frame.f_code.co_name,
                       "variables": variables_of(frame)})
        frame = frame.f_back
    frames = [json.loads(json.dumps(f)) for f in frames]
    expressions = {}
    for e in EXPRESSIONS:
        expressions[e] = text(eval(e))
    last = exception(sys.exc_info()[1])
    print(json.dumps({"frames": frames, "expressions": expressions,
                      "exception": last,
                      "sizes": {e: sys.getsizeof(eval(e)) for e in SIZED}}), flush=True)
    del e, frame, frames, expressions, last
    while True:
        time.sleep(1000)


def raise_one():
    raise KeyError("")


def group(cause):
    if sys.version_info < (3, 11):
        raise ValueError("one", 2) from cause
    e = ExceptionGroup("many", [ValueError("a"), OSError(2, "gone", "file")])
    e.add_note("a note")
    raise e from cause


def handlers():
    try:
        raise_one()
    except KeyError as e:
        try:
            group(e)
        except Exception:
            stop(("x", 1), cause=e)


def comprehend(shared, n):
    """A cell that is an argument; comprehensions, one of them over a cell."""
    i = "outer i"
    later = [i for i in range(2)]
    del later

    def inner():
        return shared, n
    return [handlers() for i in (n,) for _ in (inner(),)]


def in_class(free):
    class Body:
        one = free + 1

        def method(self):
            return __class__
        comprehend("shared", one)
    return Body


def generate(start):
    for number in range(start, start + 5):
        yield number * 2
        in_class(number)


async def inside(depth):
    größe = depth
    for value in generate(depth):
        last = value
    return größe


async def outside(*args, key="k", **more):
    return await inside(len(args))


def drive(mapping):
    a, b = 1, (2, 3)
    del a
    coroutine = outside(1, 2, key="K", extra=None)
    (lambda x, y=5: coroutine.send(None))(4)


def main():
    code = "local = 3\nlocal_too = (4,)\ndrive(local)"
    exec(code, {"drive": drive, "a_global": 1}, {"given": 2})


[main() for hidden in ("seen",)]
