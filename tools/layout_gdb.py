"""Runs inside GDB (tools/layout-extract starts it): prints the structures named in
LAYOUT_WANTED, as the debug information of the loaded file has them.

LAYOUT_WANTED is JSON, a list of C names. Printed is one line of JSON: for each name
found its sizeof and its members, flattened ("threads.head"; members of anonymous unions
count as their parent's), each with offset and sizeof, and sizeof(pthread_mutex_t).
"""

import json
import os

import gdb

# Structures inside structures go no deeper where we look.
DEPTH = 4


def bare(kind):
    return kind.strip_typedefs().unqualified()


def is_record(kind):
    return kind.code in (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)


def flatten(kind, base, prefix, depth, out):
    for member in bare(kind).fields():
        if not hasattr(member, "bitpos"):
            continue
        at = base + member.bitpos // 8
        if not member.name:
            flatten(member.type, at, prefix, depth, out)
            continue
        name = prefix + member.name
        out[name] = at, member.type.sizeof
        if is_record(bare(member.type)) and depth > 0:
            flatten(member.type, at, name + ".", depth - 1, out)


# Before 3.12 these were types without a tag.
TYPEDEFS = {
    "tracemalloc_trace": "trace_t",
    "tracemalloc_traceback": "traceback_t",
    "tracemalloc_frame": "frame_t",
}


def find(name):
    for spelling in (name, "struct " + name, TYPEDEFS.get(name, name)):
        try:
            kind = gdb.lookup_type(spelling)
        except gdb.error:
            continue
        if is_record(bare(kind)) and bare(kind).fields():
            return kind
    return None


def main():
    found = {}
    for name in json.loads(os.environ["LAYOUT_WANTED"]):
        kind = find(name)
        if kind is not None:
            members = {}
            flatten(kind, 0, "", DEPTH, members)
            found[name] = {"sizeof": bare(kind).sizeof, "members": members}
    try:
        mutex = gdb.lookup_type("pthread_mutex_t").sizeof
    except gdb.error:
        mutex = None  # an extension module that has none
    print("LAYOUT " + json.dumps({"structs": found, "mutex_bytes": mutex}))


main()
