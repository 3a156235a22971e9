"""A process full of objects, for check_objects to look at from outside.

Prints one JSON document: which Python this is, and what is to be asked of the object
at which address, with the answer. Then it waits until its stdin is closed. Runs on
Python 3.8 and later."""

import collections
import enum
import json
import sys
import threading
import types

asks = []
keep = []  # addresses are only true while the objects live


def ask(question, thing, answer, **more):
    keep.append((thing, answer))
    asks.append(dict(ask=question, at=id(thing), answer=answer, **more))


def escaped(text):
    return text.encode("utf-8", "backslashreplace").decode()


def ask_str(text, plain=None):
    ask("str", text, escaped(text if plain is None else plain))


def ask_items(sequence):
    ask("items", sequence, [id(item) for item in sequence])


def ask_dict(mapping):
    ask("dict", mapping, [[id(key), id(value)] for key, value in mapping.items()])
    for key, value in list(mapping.items())[:50]:
        if type(key) is str and "\0" not in key:
            ask("find", mapping, id(value), name=key)
    ask("find", mapping, None, name="no such key")


def ask_attributes(thing, **values):
    for name, value in values.items():
        ask("attribute", thing, id(value), name=name)
    ask("attribute", thing, None, name="no such attribute")


class Text(str):
    pass


def not_ready(text):
    """A str that has only its wchar_t form, as the C API left them up to 3.11."""
    import ctypes
    import warnings

    warnings.simplefilter("ignore", DeprecationWarning)
    api = ctypes.pythonapi
    api.PyUnicode_FromUnicode.restype = ctypes.py_object
    api.PyUnicode_AsUnicode.restype = ctypes.c_void_p
    api.PyUnicode_AsUnicode.argtypes = [ctypes.py_object]
    result = api.PyUnicode_FromUnicode(None, ctypes.c_ssize_t(len(text)))
    ctypes.memmove(api.PyUnicode_AsUnicode(result), text.encode("utf-32-le"),
                   4 * len(text))
    return result


def strings():
    texts = ["", "a", "hello world", "caf\xe9", "\xff" * 9, "\u20ac uro", "\u07d0",
             "\U0001f40d snake", "f\udc80n", "tab\tnul\0end", "x" * 5000,
             "\u20ac" * 5000, "\U0001f40d" * 3000]
    for text in texts:
        ask_str(text)
        ask_str(Text(text))
        ask_str(sys.intern(text) if text.isidentifier() else text)
    ask("cut", "y" * (1 << 20), "y" * 100, limit=100)
    ask("cut", "\u20ac" * 101, "\u20ac" * 100, limit=100)
    if sys.version_info < (3, 12):
        for text in ("legacy", "wide \U0001f40d"):
            ask_str(not_ready(text), text)


class Colour(enum.IntEnum):
    RED = 70


class Number(int):
    pass


def numbers():
    for bits in (0, 1, 7, 29, 30, 31, 59, 60, 61, 62, 63):
        for value in (1 << bits, (1 << bits) - 1, -(1 << bits)):
            if -(1 << 63) <= value < 1 << 63:
                ask("int", value, value)
    ask("int", True, 1)
    ask("int", False, 0)
    ask("int", Colour.RED, 70)
    ask("int", Number(-5), -5)
    ask("int", 1 << 63, None)
    ask("int", -(1 << 63) - 1, None)
    ask("int", 1 << 200, None)
    for value in (0, 1, 1 << 63, (1 << 64) - 1, threading.get_ident()):
        ask("uint", value, str(value))
    for value in (-1, 1 << 64):
        ask("uint", value, None)
    for value in (b"", b"abc", b"\0\1\xff", bytes(range(256)) * 20):
        ask("bytes", value, value.hex())


def sequences():
    Point = collections.namedtuple("Point", "x y")
    shrunk = list(range(1000))
    del shrunk[3:]

    for value in ((), (1, "b"), [], [1, "b", None], Point(1, 2), shrunk,
                  tuple(range(500)), type("L", (list,), {})([4, 5]), sys.version_info):
        if value is not sys.version_info:
            ask_items(value)
    ask("type", Point(1, 2), "Point")
    ask("type", [], "list")
    ask("type", collections.OrderedDict(), "collections.OrderedDict")


def dicts():
    thinned = {"key%d" % i: object() for i in range(40)}
    for i in range(0, 40, 3):
        del thinned["key%d" % i]
    emptied = {str(i): i for i in range(10)}
    emptied.clear()
    drained = {str(i): i for i in range(10)}
    while drained:
        drained.popitem()
    mixed = {"text": 1, "other": 2}
    mixed[3] = "three"
    mixed[(1, 2)] = "tuple"
    mixed[b"bytes"] = 4
    mixed[Text("sub")] = 5
    moved = collections.OrderedDict((("a", 1), ("b", 2), ("c", 3)))
    default = collections.defaultdict(list)
    default["x"].append(1)

    for value in ({}, {"a": 1}, {1: 2, 3: 4}, {"caf\xe9": 1, "\u20ac": 2, "\U0001f40d": 3},
                  thinned, emptied, drained, mixed, moved, default,
                  dict.fromkeys(range(300)), {str(i): i for i in range(300)},
                  dict.fromkeys(range(70000)), types.SimpleNamespace(a=1, b=2).__dict__,
                  type("D", (dict,), {})(a=1), globals(), vars(threading)):
        ask_dict(value)


class Plain:
    pass


class Slotted:
    __slots__ = ("slot", "__dict__", "__weakref__")


class SelfMade(Plain):
    def __init__(self):
        self.one, self.two, self.three = "one", ["two"], 3


def instances():
    one, two, three = object(), object(), object()

    ask("attribute", object(), None, name="one")
    ask("attribute", Plain(), None, name="one")
    for base in (object, int, str, list, tuple, dict, bytes, set, Exception, float,
                 threading.Thread, Plain, Slotted, types.ModuleType):
        class Class(base):
            pass

        make = (lambda: Class("name")) if base is types.ModuleType else Class
        backwards, thinned, dressed, many = make(), make(), make(), make()
        backwards.two, backwards.one = two, one
        ask_attributes(backwards, two=two, one=one)
        thinned.one, thinned.two, thinned.three = one, two, three
        del thinned.two
        ask_attributes(thinned, one=one, three=three)
        ask("attribute", thinned, None, name="two")
        dressed.one = one
        dressed.__dict__["two"] = two
        dressed.three = three
        ask_attributes(dressed, one=one, two=two, three=three)
        for i in range(60):
            setattr(many, "name%d" % i, one if i % 2 else two)
        ask_attributes(many, name0=two, name35=one, name59=one)

    for value in (Number(-(1 << 100)), Number(1 << 100), Number(0)):
        value.one = one
        ask_attributes(value, one=one)
    tupled = type("T", (tuple,), {})(range(7))
    tupled.one = one
    ask_attributes(tupled, one=one)
    made = SelfMade()
    ask_attributes(made, one=made.one, two=made.two, three=made.three)
    ask_dict(made.__dict__)  # split, and then no longer on its own
    ask_attributes(made, one=made.one, two=made.two, three=made.three)
    backwards = SelfMade()
    del backwards.one
    backwards.one = one
    ask_dict(backwards.__dict__)
    replaced = SelfMade()
    replaced.__dict__ = {"new": two}
    ask_attributes(replaced, new=two)
    instances.one = one
    ask_attributes(instances, one=one)
    ask_attributes(Plain, **{"__module__": Plain.__module__})


def modules():
    ask_dict(sys.modules)
    ask("find", sys.modules, id(threading), name="threading")
    for module in (threading, sys, json):
        ask("module", module, id(vars(module)))
    ask("is", threading, True, name="module")
    ask("is", threading, False, name="modul")
    ask("find", vars(threading), id(threading._active), name="_active")
    for ident, thread in threading._active.items():
        ask("uint", ident, str(ident))
        ask("attribute", thread, id(thread._name), name="_name")
        ask("str", thread._name, thread.name)


def main():
    for group in (strings, numbers, sequences, dicts, instances, modules):
        group()
    json.dump({"hexversion": sys.hexversion,
               "debug": hasattr(sys, "gettotalrefcount"),
               "free_threaded": "free-threading" in sys.version,
               "asks": asks}, sys.stdout)
    print(flush=True)
    sys.stdin.read()


main()
