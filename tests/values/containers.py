"""Values that hold others: sequences, mappings, sets; nested, recursive, large.

Each function returns {label: value}; EXACT lists those whose previews must be repr().
"""

import array
import builtins
import collections
import os
import sys
import time
import types

Point = collections.namedtuple("Point", "x y")
Empty = collections.namedtuple("Empty", "")
Renamed = collections.namedtuple("Renamed", "a class b", rename=True)


class Point3(Point):
    """A subclass keeps the repr of its base, under its own name."""
    __slots__ = ()


class Deep:
    """Its instances share their keys: their dicts are split."""

    def __init__(self, one, two):
        self.one, self.two = one, two


def lists():
    grown = []
    for number in range(100):
        grown.append(number)
    shortened = list(range(100))
    del shortened[3:]
    return {
        "empty": [], "one": [1], "ints": [1, 2, 3],
        "mixed": [None, True, 1.5, "a'b", b"c", (), {}], "nested": [[1, [2, [3, []]]]],
        "grown": grown, "shortened": shortened, "large": list(range(100000)),
        "of_itself_twice": [[7]] * 2, "deep": nested_list(40),
    }


def nested_list(depth):
    value = []
    for _ in range(depth):
        value = [value]
    return value


def tuples():
    return {
        "empty": (), "one": (1,), "two": (1, "two"), "nested": ((), ((),)),
        "large": tuple(range(5000)), "named": Point(1, y="two"), "named_empty": Empty(),
        "named_renamed": Renamed(1, 2, 3), "named_subclass": Point3(1.5, [Point(0, 0)]),
    }


def structseqs():
    return {
        "version": sys.version_info, "flags": sys.flags, "float_info": sys.float_info,
        "int_info": sys.int_info, "hash_info": sys.hash_info,
        "thread_info": sys.thread_info, "time": time.gmtime(86400),
        "stat": os.stat("/"), "terminal": os.terminal_size((80, 24)),
        "times": os.times(), "uname": os.uname(),
    }


def dicts():
    general = {1: "one", 2: "two"}
    deleted = {name: number for number, name in enumerate("abcdefgh")}
    for name in "adh":
        del deleted[name]
    emptied = {1: 1, 2: 2}
    emptied.clear()
    popped = {number: number for number in range(20)}
    for number in range(19):
        popped.pop(number)
    refilled = {"first": 1, "second": 2}
    del refilled["first"]
    refilled["first"] = 3
    values = {
        "empty": {}, "one": {"a": 1}, "unicode_keys": {"sku": "A1", "n": 2},
        "int_keys": general,
        "mixed_keys": {None: 1, (1, 2): 2, "s": 3, 1.5: 4, b"b": 5, frozenset((1,)): 6},
        "deleted": deleted, "emptied": emptied, "popped": popped, "refilled": refilled,
        "nested": {"a": {"b": {"c": {}}}}, "literal_after_general": turned_general(),
        "from_keys": dict.fromkeys("xyz"), "copied": dict(deleted),
        "bools": {True: False}, "of_127": {number: -number for number in range(127)},
        "of_300": {"k%d" % number: number for number in range(300)},
        "of_70000": {number: None for number in range(70000)},
        "large": {"key%d" % number: number for number in range(100000)},
        "escaped_keys": {"a\nb": 1, "\U0001f40d": 2, "\x1b": 3},
    }
    if hasattr(builtins, "frozendict"):  # 3.15
        values["frozen"] = builtins.frozendict(a=1, b=[2])
    return values


def turned_general():
    """Keys were all str, then one was not."""
    value = {"a": 1, "b": 2}
    value[3] = "three"
    return value


def split_dicts():
    """__dict__ of instances, in all the ways CPython keeps them."""
    shared, added, removed, emptied = Deep(1, 2), Deep(3, 4), Deep(5, 6), Deep(7, 8)
    added.three = 3
    del removed.one
    emptied.__dict__.clear()
    reordered = Deep.__new__(Deep)
    reordered.two, reordered.one = 2, 1
    return {
        "shared": shared.__dict__, "added": added.__dict__, "removed": removed.__dict__,
        "emptied": emptied.__dict__, "reordered": reordered.__dict__,
        "of_function": with_dict().__dict__, "copied": dict(Deep(9, 10).__dict__),
    }


def with_dict():
    def function():
        pass
    function.note = "kept"
    return function


def sets():
    deleted = set(range(50))
    for number in range(45):
        deleted.discard(number)
    emptied = {1, 2, 3}
    emptied.clear()
    return {
        "empty": set(), "one": {1}, "ints": {3, 1, 2},
        "strs": {"a", "b'c", "\U0001f40d"}, "mixed": {None, True, 2.5, "x", (1,)},
        "deleted": deleted, "emptied": emptied, "large": set(range(20000)),
        "hash_minus_one": {-1, -2}, "frozen": frozenset({1, 2}),
        "frozen_empty": frozenset(), "frozen_nested": frozenset({frozenset({1})}),
    }


def views():
    source = {"a": 1, "b": [2]}
    return {
        "keys": source.keys(), "values": source.values(), "items": source.items(),
        "proxy": types.MappingProxyType(source), "keys_empty": {}.keys(),
        "items_empty": {}.items(), "odict_keys": collections.OrderedDict(source).keys(),
        "odict_items": collections.OrderedDict(source).items(),
    }


def recursives():
    in_list, in_dict, in_deque = [1], {}, collections.deque([1])
    in_list.append(in_list)
    in_dict["self"] = in_dict
    in_deque.append(in_deque)
    one, other = [], []
    one.append(other)
    other.append(one)
    tuple_within = ([],)
    tuple_within[0].append(tuple_within)
    namespace = types.SimpleNamespace(n=1)
    namespace.me = namespace
    ordered = collections.OrderedDict()
    ordered["self"] = ordered
    default = collections.defaultdict(list)
    default["self"] = default
    dict_in_list = [{"up": None}]
    dict_in_list[0]["up"] = dict_in_list
    return {
        "list": in_list, "dict": in_dict, "deque": in_deque, "pair": one,
        "tuple": tuple_within, "namespace": namespace, "ordered": ordered,
        "default": default, "dict_in_list": dict_in_list,
        "twice_is_not": [in_list, in_list],
    }


def deques():
    rotated = collections.deque(range(200))
    rotated.rotate(70)
    eaten = collections.deque(range(150))
    for _ in range(140):
        eaten.popleft()
    bounded = collections.deque(maxlen=3)
    bounded.extend("abcdef")
    return {
        "empty": collections.deque(), "one": collections.deque([1]),
        "of_64": collections.deque(range(64)), "of_65": collections.deque(range(65)),
        "rotated": rotated, "eaten": eaten, "bounded": bounded,
        "bounded_empty": collections.deque(maxlen=0), "left": collections.deque([3, 2]),
    }


def library_mappings():
    ordered = collections.OrderedDict([("z", 1), ("a", 2), (3, "c")])
    moved = collections.OrderedDict([("a", 1), ("b", 2), ("c", 3)])
    moved.move_to_end("a")
    del moved["b"]
    moved["b"] = 9
    front = collections.OrderedDict([(1, 1), (2, 2), (3, 3)])
    front.move_to_end(3, last=False)
    grouped = collections.defaultdict(list, {"a": [1]})
    return {
        "ordered": ordered, "ordered_empty": collections.OrderedDict(),
        "ordered_moved": moved, "ordered_front": front,
        "ordered_nested": collections.OrderedDict(a=collections.OrderedDict(b=1)),
        "default": grouped, "default_none": collections.defaultdict(None, {1: 2}),
        "default_int": collections.defaultdict(int),
        "counter": collections.Counter("abracadabra"),
        "counter_empty": collections.Counter(),
        "counter_negative": collections.Counter(a=-1, b=3, c=3),
        "counter_floats": collections.Counter({"a": 1.5, "b": 2}),
        "chain": collections.ChainMap({"a": 1}, {"b": 2}),
        "chain_empty": collections.ChainMap(),
        "user_dict": collections.UserDict({"a": 1}),
        "user_list": collections.UserList([1, 2]),
        "user_string": collections.UserString("it's"),
        "namespace": types.SimpleNamespace(a=1, b="two"),
        "namespace_empty": types.SimpleNamespace(),
    }


def arrays():
    values = {
        "empty": array.array("i"),
        "empty_wide": array.array("u" if sys.version_info < (3, 13) else "w"),
        "doubles": array.array("d", [0.1, -0.0, float("inf")]),
        "singles": array.array("f", [0.1, 2.5]),
        "text": array.array(
            "u" if sys.version_info < (3, 13) else "w", "sn\u20ac'\U0001f40d"),
    }
    for code in "bhilq":
        values["signed_" + code] = array.array(code, [0, -1, 127])
        values["unsigned_" + code] = array.array(code.upper(), [0, 1, 255])
    return values


EXACT = [
    lists, tuples, structseqs, dicts, split_dicts, sets, views, recursives, deques,
    library_mappings, arrays]
BY_ATTRIBUTES = []
