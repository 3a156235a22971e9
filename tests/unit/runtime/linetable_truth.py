"""Prints line tables with what this interpreter itself says they mean.

For each code object found in a few standard modules: a line `code FIRST HEX`, then a
line `OFFSET LINE END_LINE COLUMN END_COLUMN` for every instruction, -1 for "none".
Works on CPython 3.8 to 3.15; check_linetable.c reads it."""

import argparse
import collections
import dis
import sys
import types


def codes_of(module):
    with open(module.__file__, "rb") as file:
        work = [compile(file.read(), module.__file__, "exec")]
    while work:
        code = work.pop()
        yield code
        work += [c for c in code.co_consts if isinstance(c, types.CodeType)]


def by_positions(code):
    for i, position in enumerate(code.co_positions()):
        yield (2 * i, *(-1 if p is None else p for p in position))


def by_lines(code):
    for start, end, line in code.co_lines():
        for offset in range(start, end, 2):
            yield offset, -1 if line is None else line, -1, -1, -1


def by_line_starts(code):
    starts = dict(dis.findlinestarts(code))
    line = code.co_firstlineno
    for offset in range(0, len(code.co_code), 2):
        line = starts.get(offset, line)
        yield offset, line, -1, -1, -1


def odd_code():
    """Code that stretches a table: far jumps in lines, wide columns, long functions."""
    far = "def f(x):\n    a = 1\n" + "\n" * 70000 + "    return (a +\n x\n)\n"
    wide = "y = (" + " " * 400 + "1 +" + " " * 5000 + "z)\n"
    back = "def g(a,\n  b=1):\n  for i in range(\n 3\n): pass\n  return [\n i\n for i\n in a]\n"
    many = "".join("v%d = %d\n" % (i, i) for i in range(3000))
    for text in (far, wide, back, many):
        work = [compile(text, "odd.py", "exec")]
        while work:
            code = work.pop()
            yield code
            work += [c for c in code.co_consts if isinstance(c, types.CodeType)]


def main():
    if hasattr(types.CodeType, "co_positions"):
        truth, table = by_positions, "co_linetable"
    elif hasattr(types.CodeType, "co_lines"):
        truth, table = by_lines, "co_linetable"
    else:
        truth, table = by_line_starts, "co_lnotab"
    out = []
    for source in (codes_of(argparse), codes_of(collections), codes_of(dis), odd_code()):
        for code in source:
            out.append("code %d %s" % (code.co_firstlineno, getattr(code, table).hex() or "-"))
            out += ["%d %d %d %d %d" % row for row in truth(code)]
    sys.stdout.write("\n".join(out) + "\n")


main()
