"""Many kinds of objects, and the truth about every one that Python code can reach.

heap.py PATH [--freeze] [--big N]: makes objects, writes what gc and sys say of them to
PATH as JSON, prints READY and stands still. The objects of the writing itself are gone
by then, or named in "own".

The file: {"watcher", "moving": [], "types": [names], "objects": {address: [type, size,
tracked]}, "own": [addresses], "buffers": [addresses of what is no object], "gc": {...},
"allocated_blocks", "copies"}."""

import array
import collections
import contextvars
import dataclasses
import datetime
import decimal
import enum
import fractions
import functools
import gc
import io
import itertools
import json
import operator
import os
import re
import struct
import sys
import threading
import types
import warnings
import weakref

STILL_FD = 200


class Plain:
    def __init__(self, number):
        self.number = number
        self.text = "plain %d" % number
        self.items = [number]


class Slotted:
    __slots__ = ("left", "right")

    def __init__(self, left, right):
        self.left, self.right = left, right


class SlottedWeak(Slotted):
    __slots__ = ("__weakref__",)


class Both(Slotted):
    """Slots of the base, a dict of its own"""


class Wide:
    def __init__(self):
        for number in range(40):
            setattr(self, "attribute_%d" % number, number)


class MyStr(str):
    pass


class MyInt(int):
    pass


class MyList(list):
    pass


class MyDict(dict):
    pass


class MyTuple(tuple):
    pass


class MySlotTuple(tuple):
    __slots__ = ()


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


@dataclasses.dataclass
class Point:
    x: int
    y: float


Pair = collections.namedtuple("Pair", "left right")


class Meta(type):
    pass


class Made(metaclass=Meta):
    pass


class Error(ValueError):
    pass


def generator(value):
    yield value
    yield value + 1


async def coroutine():
    return 1


async def async_generator():
    yield 1


def closure(value):
    def inner(argument=value):
        return value, argument
    return inner


def failure():
    try:
        raise Error("no luck", 17)
    except Error as error:
        return error


def copies():
    """Equal strings, each an object of its own."""
    return ["".join(["copied ", "seven times"]) for _ in range(7)]


def on_graves():
    """Lists whose buffers stand where objects were: a pointer in the place of the count,
    and behind it the type that was there before. With the buffers' addresses, which the
    last but one word of a list has."""
    gone = [object() for _ in range(200)]
    lists = [[] for _ in gone]
    del gone
    for number, one in enumerate(lists):
        one.append(number % 100)
    with open("/proc/self/mem", "rb", buffering=0) as memory:
        words = [os.pread(memory.fileno(), 8, id(one) + list.__basicsize__ - 16)
                 for one in lists]
    return lists, ["%#x" % struct.unpack("Q", word) for word in words]


def phantom():
    """Words of malloc that look like an object, its type, and types of that: all have
    the flags, but the last is of the type of a number, and none has a name. With the
    address of that object, which a pointer leads to."""
    header = object.__basicsize__ // 8

    def words_of(thing, count):
        with open("/proc/self/mem", "rb", buffering=0) as memory:
            return list(struct.unpack("%dQ" % count,
                                      os.pread(memory.fileno(), 8 * count, id(thing))))

    shape = words_of(object, 64)
    meta = words_of(type, 64)
    number = 10 ** 6 + 7
    made = array.array("Q", [0] * 512)
    at = made.buffer_info()[0]
    types = [at + 8 * 80, at + 8 * 160, at + 8 * 240]
    for words, place, above in ((shape, 80, types[1]), (meta, 160, types[2]),
                                (meta, 240, id(number))):
        words[header - 1], words[header + 1] = above, 33  # ob_type, tp_name
        made[place:place + 64] = array.array("Q", words)
    made[:header] = array.array("Q", words_of(number, header))
    made[header - 1] = types[0]
    made[400] = at
    return (made, number), ["%#x" % at]


def population(big):
    """Kept by the caller. Sizes on both sides of what pools hold."""
    kept = [
        [Plain(i) for i in range(500)],
        [Slotted(i, str(i)) for i in range(100)],
        [SlottedWeak(i, i) for i in range(50)],
        [Both(i, i) for i in range(50)],
        [Wide() for _ in range(10)],
        [MyStr("subclass %d" % i) for i in range(20)],
        [MyInt(10 ** 6 + i) for i in range(20)],
        [MyList(range(i)) for i in range(20)],
        [MyDict(a=i) for i in range(20)],
        [MyTuple((i, i)) for i in range(20)],
        [MySlotTuple((i, i)) for i in range(20)],
        list(Colour), Made(), Meta("Late", (), {}),
        [Point(i, i / 7) for i in range(30)],
        [Pair(i, str(i)) for i in range(30)],
        [list(range(1000, 1000 + i)) for i in (0, 1, 3, 60, 63, 64, 65, 1000, 100000)],
        [tuple(range(1000, 1000 + i)) for i in (1, 2, 19, 20, 21, 57, 60, 1000, 50000)],
        [{i: str(i) for i in range(n)} for n in (0, 1, 5, 6, 11, 100, 10000)],
        [{str(i): i for i in range(n)} for n in (1, 5, 6, 11, 100, 10000)],
        [set(range(n)) for n in (0, 1, 4, 5, 100, 10000)],
        [frozenset(range(1000, 1000 + n)) for n in (1, 4, 5, 100, 10000)],
        ["x" * n for n in (2, 100, 455, 456, 462, 463, 464, 1000, 10 ** 6)],
        ["\u00e4" * n for n in (2, 100, 400, 1000, 10 ** 5)],
        ["\u0431" * n for n in (2, 100, 200, 1000, 10 ** 5)],
        ["\U0001f40d" * n for n in (1, 100, 1000)],
        [b"x" * n for n in (2, 100, 478, 479, 480, 1000, 10 ** 6)],
        [bytearray(n) for n in (0, 1, 100, 600, 10 ** 5)],
        [1 << n for n in (10, 29, 30, 60, 300, 3000, 40000)],
        [-(1 << n) for n in (10, 40)],
        [i / 3 for i in range(200)],
        [complex(i, 1) for i in range(20)],
        [collections.deque(range(n)) for n in (0, 1, 63, 64, 65, 1000)],
        [array.array("d", range(n)) for n in (0, 5, 100, 10000)],
        collections.OrderedDict((str(i), i) for i in range(100)),
        collections.OrderedDict(), collections.Counter("mississippi"),
        collections.defaultdict(list, a=[1]), collections.ChainMap({"a": 1}),
        [generator(i) for i in range(10)], coroutine(), async_generator(),
        [closure(i) for i in range(20)], [functools.partial(int, str(i)) for i in range(9)],
        failure(), [slice(i, i + 1) for i in range(10)], [range(i) for i in range(10)],
        [iter([1, 2]), iter((1, 2)), iter({1: 2}), iter({1}), iter("ab"), iter(range(9))],
        [zip([1], [2]), map(str, [1]), filter(None, [1]), enumerate([1]), reversed([1])],
        itertools.count(3), itertools.cycle([1, 2]), itertools.chain([1], [2]),
        itertools.product([1, 2], [3, 4]), itertools.combinations([1, 2, 3], 2),
        datetime.datetime(2026, 1, 2), datetime.timedelta(3), datetime.date(2026, 1, 2),
        decimal.Decimal("3.14"), fractions.Fraction(1, 3), re.compile("a+(b|c)"),
        struct.Struct("<ii"), io.BytesIO(b"x" * 1000), io.StringIO("x" * 1000),
        memoryview(b"abc"), types.SimpleNamespace(a=1), types.MappingProxyType({"a": 1}),
        types.MethodType(print, 3), operator.itemgetter(1), operator.attrgetter("a"),
        weakref.WeakValueDictionary(), weakref.WeakKeyDictionary(), object(), Ellipsis,
        threading.Lock(), threading.RLock(), threading.Condition(), threading.local(),
        contextvars.ContextVar("variable"), property(len), classmethod(len),
        staticmethod(len), super(MyList, MyList()), functools.lru_cache(len),
        [Plain(i).__init__ for i in range(10)],
    ]
    kept.append(copies())
    kept.append([weakref.ref(kept[0][i]) for i in range(20)])
    kept[0][0].__dict__["later"] = kept  # a dict that exists as an object
    started = generator(5)
    next(started)
    kept.append(started)
    if big:
        kept.append([Plain(i) for i in range(big)])
    return kept


def type_name(kind):
    """As hognose writes it: no prefix for builtins."""
    module = kind.__dict__.get("__module__") if kind.__flags__ & 512 else kind.__module__
    if not isinstance(module, str) or module in ("builtins", ""):
        return kind.__qualname__
    return module + "." + kind.__qualname__


def forget_cached_names():
    """A name that only the types' attribute cache still holds is in the table of interned
    strings, and goes with the next lookup that takes its place: true now, not later."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        sys._clear_type_cache()


def write_truth(path, buffers):
    """Nothing that is made here outlives it, but for what is in "own"."""
    forget_cached_names()
    write_json(path, {"once": [1.5, None, True]})  # what writing needs is imported now
    type_name(Plain), sys.getsizeof(Plain)
    gc.collect()
    gc.disable()
    state = {
        "enabled": gc.isenabled(), "threshold": list(gc.get_threshold()),
        "frozen": gc.get_freeze_count(), "froze": "--freeze" in sys.argv,
        "stats": gc.get_stats(),
    }
    blocks = sys.getallocatedblocks()
    seen = {}
    tracked = gc.get_objects()
    if "--freeze" in sys.argv:
        gc.freeze()
        state["frozen"] = gc.get_freeze_count()
    skip = {id(seen), id(tracked), id(state), id(sys._getframe()), id(state["threshold"]),
            id(state["stats"])}
    skip.update(id(item) for item in state["stats"])
    skip.update(id(value) for item in state["stats"] for value in item.values())
    skip.update((id(blocks), id(state["frozen"])))
    skip.update(id(value) for value in state["threshold"])
    skip.update((id(skip),))
    todo = [tracked]
    skip.add(id(todo))
    while todo:
        for thing in gc.get_referents(*todo.pop()):
            if id(thing) not in seen and id(thing) not in skip:
                seen[id(thing)] = thing
                todo.append((thing,))
    del thing
    for thing in tracked:
        if id(thing) not in skip:
            seen[id(thing)] = thing
    del thing
    objects, names = {}, {}
    probe = {0: object()}
    thing = probe[0]
    least = sys.getrefcount(thing)
    for address in list(seen):
        thing = seen[address]
        if sys.getrefcount(thing) <= least:
            continue  # whoever had it is gone; it goes with us
        kind = type(thing)
        if kind not in names:
            names[kind] = type_name(kind)
        try:
            size = sys.getsizeof(thing)
        except Exception:
            size = None
        objects["%#x" % address] = [names[kind], size, gc.is_tracked(thing)]
    own = sorted("%#x" % address for address in skip)
    truth = {
        "pid": os.getpid(), "watcher": threading.get_native_id(), "moving": [],
        "objects": objects, "own": own, "buffers": buffers, "gc": state,
        "allocated_blocks": blocks,
        "copies": {"text": copies()[0], "count": 7,
                   "size": sys.getsizeof(copies()[0])},
    }
    write_json(path, truth)


def write_json(path, truth):
    with open(path, "w", encoding="ascii") as file:
        file.write(json.dumps(truth))  # json.dump() leaves cycles behind


def main():
    kept = population(int(sys.argv[sys.argv.index("--big") + 1]) if "--big" in sys.argv
                      else 0)
    reader, writer = os.pipe()
    os.dup2(reader, STILL_FD)
    graves, buffers = on_graves()
    more, phantoms = phantom()
    buffers += phantoms
    write_truth(sys.argv[1], buffers)
    os.write(1, b"READY\n")
    os.read(STILL_FD, 1)  # still
    return kept, graves, more, writer


if __name__ == "__main__":
    main()
