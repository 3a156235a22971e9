"""Builds values of every kind whose repr needs no Python code of ours, and tells where
each is and what repr() says of it.

Writes its pid, a line of JSON per value (name, address, repr), "end"; then waits until
its standard input closes. Runs on CPython 3.8 to 3.15."""

import contextvars
import json
import os
import random
import struct
import sys
import warnings

VALUES_DIR = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "values")
sys.path.insert(0, VALUES_DIR)
import program  # noqa: E402

VALUES = []


def add(value, text=None):
    """Keeps @value; @text is what to expect where repr() itself would not do."""
    VALUES.append((sys._getframe(1).f_lineno, value, text))


def numbers():
    for n in (0, 1, -1, 255, 256, 257, -5, -6, 2**30 - 1, 2**30, -(2**30), 2**31, 2**60 - 1,
              2**60, 2**63 - 1, 2**63, -(2**63), 2**64, 10**18, 10**27, -(10**100), 7**1000,
              10**4299, 10**4300 - 1):
        add(n)
    big = 10**4300
    add(big, "<int of %d bits: %s>" % (big.bit_length(), hex(big)))
    add(-big, "<int of %d bits: %s>" % (big.bit_length(), hex(-big)))
    add(1 << 14300, "<int of 14301 bits: %s>" % hex(1 << 14300))
    add(1 << 20000, "<int of 20001 bits: %s...>" % hex(1 << 20000)[:2 + 4096])
    for b in (True, False, None, Ellipsis, NotImplemented):
        add(b)
    for f in (0.0, -0.0, 1.0, -1.5, 0.1, 1e15, 1e16, 123456789012345680.0, 1e22, 1e100, 1e-4,
              1e-5, 0.00012345, 1.7976931348623157e308, 5e-324, 2.2250738585072014e-308,
              2.225073858507201e-308, 1 / 3, 2 / 3, 100.0, 1234.5678, 9007199254740993.0,
              float("inf"), float("-inf"), float("nan"), 2.0**-44, 2.0**70, 4.35, 1e23):
        add(f)
    generator = random.Random(7)
    for _ in range(100):
        add(struct.unpack("d", generator.getrandbits(64).to_bytes(8, "little"))[0])
    for i in range(-1074, 1024, 97):
        add(2.0**i)
    for c in (0j, 1j, -1j, 1 + 2j, 1 - 2j, -1.5 + 0j, complex(-0.0, 1), complex(0, -0.0),
              complex("nan+infj"), complex("inf-nanj"), 1e20 + 1e-7j):
        add(c)


def texts():
    for s in ("", "a", "abc", "it's", 'say "hi"', "both ' and \"", "back\\slash",
              "\t\n\r\x00\x1b\x7f", "caf\xe9", "\xa0\xad\xff\x80", "\u20ac", "\u200b\u202e\u2028",
              "\ud800", "\udc80abc", "\U0001f600", "\U0010ffff", "\U000e0001", "x" * 1000,
              "\u4e2d\u6587", "a\u0301", "\ufeff\ufffe\ue000", "'\u20ac\U0001f600\"",
              "\u0378\u061d\u1c89\U0001fae8\U00011f00\U0001cc00\u20c1\U0001faea"):
        add(s)
    for first in range(0, 0x110000, 0x1000):
        add("".join(chr(c) for c in range(first, min(first + 0x1000, 0x110000), 37)))
    for b in (b"", b"abc", b"it's", b'say "hi"', b"both ' \"", b"\\\t\n\r\x00\x7f\x80\xff",
              bytes(range(256)), bytearray(), bytearray(b"it's"), bytearray(b"\xff\\'\"")):
        add(b)
    popped = bytearray(b"hello world")
    del popped[:3]
    add(popped)


class MyInt(int):
    pass


class MyFloat(float):
    pass


class MyStr(str):
    pass


class MyBytes(bytes):
    pass


class MyBytearray(bytearray):
    pass


class MyList(list):
    pass


class MyTuple(tuple):
    pass


class MyDict(dict):
    pass


class MySet(set):
    pass


class MyFrozenset(frozenset):
    pass


class Outer:
    class Inner:
        pass

    class InnerSet(set):
        pass


def containers():
    for value in ([], [1], [1, 2, 3], (), (1,), (1, 2), {}, {"a": 1}, {1: 2, 3: [4, {5}]},
                  set(), {1}, {1, 2, 3}, frozenset(), frozenset({1}), frozenset(range(100)),
                  list(range(1000)), dict.fromkeys(range(1000)), set(range(5000)),
                  {"x%d" % i for i in range(50)}, range(5), range(1, 5), range(1, 10, 2),
                  range(10, 0, -1), range(2**70), slice(5), slice(1, 2), slice(None),
                  slice("a", 1.5, [1]), {1: 1}.keys(), {1: 1}.values(), {1: 2, "a": []}.items(),
                  {}.keys(), {}.items()):
        add(value)
    deleted = {i: str(i) for i in range(30)}
    for i in range(0, 30, 3):
        del deleted[i]
    add(deleted)
    mixed = {"a": 1, "b": 2}
    mixed[3] = 4
    del mixed["a"]
    add(mixed)
    removed = set(range(40))
    for i in range(0, 40, 2):
        removed.remove(i)
    add(removed)
    add([None] * 3 + [[[[[["deep"]]]]]])
    add(list(range(40)) * 100)
    for value in (MyInt(-7), MyFloat(1.5), MyStr("caf\xe9"), MyStr("\u20ac"), MyBytes(b"x"),
                  MyBytearray(b"y"), MyList([1]), MyTuple((1,)), MyDict(a=1), MySet({1}),
                  MySet(), MyFrozenset({2}), Outer.InnerSet({3}), Outer.InnerSet()):
        add(value)
    add(Outer.Inner)
    recursive = [1]
    recursive.append(recursive)
    add(recursive)
    loop = {}
    loop["self"] = loop
    add(loop)
    inside = ([],)
    inside[0].append(inside)
    add(inside)
    both = [{}]
    both[0]["list"] = both
    add(both)
    shared = [1]
    add([shared, shared])


def instances():
    variable = contextvars.ContextVar("variable")
    used = variable.set(1)
    variable.reset(used)
    add(used)
    add(object())
    add(Outer())
    add(Outer.Inner())


def of_program():
    """What tests/values shows through the hosts, too."""
    for label, (value, kind) in program.collect().items():
        if kind == "exact" and not program.is_huge(value) and not (
                type(value) is list and any(map(program.is_huge, value))):
            VALUES.append((label, value, program.repr_of(value)))


def main():
    warnings.simplefilter("ignore")
    if hasattr(sys, "set_int_max_str_digits"):
        sys.set_int_max_str_digits(4300)
    for build in (numbers, texts, containers, instances, of_program):
        build()
    print(os.getpid())
    for line, value, text in VALUES:
        if text is None:
            text = repr(value)
        name = "%s %s" % (line, type(value).__name__)
        print(json.dumps([name, hex(id(value)), text]))
    print("end", flush=True)
    sys.stdin.read()


main()
