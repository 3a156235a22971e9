"""Builds values of every kind, writes down what each is, and stands still with them.

    program.py TRUTH.json

The values are locals of stand(), the main thread's innermost frame, and globals of its
module. The truth file: {"watcher", "moving", "version", "hex", "values": [VALUE..]}. A
VALUE is {"label": name of the variable, "address", "type": qualified name, "class",
"repr"}, with addresses in "repr" replaced by 0x... By "class" a preview must be

exact       "repr", all but for addresses
bits        <int of N bits: 0x...>, since repr() may refuse: of "bits", "sign", "hex"
attributes  a line that begins with <TYPE and shows all of "attributes"
hostile     "repr", where control characters and bidi marks may be escaped

Runs on CPython 3.8 to 3.15."""

import json
import os
import re
import sys
import threading
import warnings

import callables
import containers
import instances
import library
import scalars

STILL_FD = 200  # as in programs/truth.py
HUGE = 10 ** 4300  # repr() refuses ints of more digits, in 3.11 and later

SOURCES = (scalars, containers, callables, instances, library)


def collect():
    """{label: (value, class)}"""
    found = {}
    for source in SOURCES:
        for functions, kind in (
            (source.EXACT, "exact"), (source.BY_ATTRIBUTES, "attributes"),
            (getattr(source, "HOSTILE", ()), "hostile")):
            for function in functions:
                for name, value in function().items():
                    label = "%s_%s" % (function.__name__, name)
                    assert label not in found and label.isidentifier(), label
                    found[label] = value, kind
    return found


def describe(label, value, kind):
    described = {
        "label": label, "address": "0x%x" % id(value), "type": type_name(type(value)),
        "class": kind,
    }
    if kind == "exact" and is_huge(value):
        described.update({"class": "bits", "bits": value.bit_length(),
                          "sign": "-" if value < 0 else "", "hex": "%#x" % abs(value)})
    elif kind == "attributes":
        described["attributes"] = attributes_of(value)
        if type(value).__repr__ is object.__repr__ or by_the_library(type(value)):
            described["repr"] = masked(repr(value))
    else:
        described["repr"] = masked(repr_of(value))
    return described


def by_the_library(cls):
    """Whether its repr is the standard library's own, which may be shown exactly."""
    return getattr(cls, "__module__", "__main__").split(".")[0] in ("re", "typing", "enum")


def is_huge(value):
    return type(value) is int and abs(value) >= HUGE


def repr_of(value):
    """repr(), or what it would be: of what it refuses, and of what it would change."""
    if id(value) in scalars.UNREADY:
        return repr(scalars.UNREADY[id(value)])
    if type(value) is list and any(map(is_huge, value)):
        return "[%s]" % ", ".join(
            "<int of %d bits: %s0x...>" % (one.bit_length(), "-" if one < 0 else "")
            for one in value)
    return repr(value)


def masked(text):
    return re.sub(r"0x[0-9a-fA-F]+", "0x...", text)


def type_name(type_):
    module, name = type.__getattribute__(type_, "__module__"), type_.__qualname__
    return name if module == "builtins" else "%s.%s" % (module, name)


def attributes_of(value):
    """The names of what the instance itself holds."""
    names = list(getattr(value, "__dict__", ())) if not isinstance(value, type) else []
    for type_ in type(value).__mro__:
        slots = type_.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if hasattr(value, name) and not name.startswith("__"):
                names.append(name)
    return names


def write(path, found):
    values = [describe(label, value, kind) for label, (value, kind) in found.items()]
    truth = {"watcher": threading.get_native_id(), "moving": [], "version": sys.version,
             "hex": sys.hexversion, "values": values}
    with open(path, "w", encoding="ascii") as file:
        json.dump(truth, file, indent=1)


STAND = """
def stand(found, path, reader):
%s
    del found
    say("READY")
    read(reader, 1)
"""


def make_stand(labels):
    """A function that has a local variable of each label."""
    assignments = "\n".join(
        "    %s = found[%r][0]" % (label, label) for label in labels)
    scope = {
        "__name__": "stand", "read": os.read,
        "say": lambda text: print(text, flush=True),
    }
    exec(compile(STAND % assignments, "<stand>", "exec"), scope)
    return scope


def main():
    warnings.simplefilter("ignore")
    found = collect()
    scope = make_stand(found)
    scope.update((label, value) for label, (value, _) in found.items())
    never_written = os.pipe()
    os.dup2(never_written[0], STILL_FD)
    write(sys.argv[1], found)
    scope["stand"](found, sys.argv[1], STILL_FD)


if __name__ == "__main__":
    main()
