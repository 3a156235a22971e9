"""Holds a saved file against one of Snapshot.dump(), by the module itself.

    load.py OURS THEIRS FILE LINE,LINE...

Prints a line for each thing that is not the same. Traces whose most recent call is on
one of the LINEs of FILE are left out on both sides; nothing else is."""

import collections
import sys
import tracemalloc


def without(snapshot, places):
    """What exclusive filters for these places would leave, in a tenth of the time."""
    left = [trace for trace in snapshot.traces._traces if trace[2][0] not in places]
    return tracemalloc.Snapshot(left, snapshot.traceback_limit)


def main():
    ours, theirs = (tracemalloc.Snapshot.load(path) for path in sys.argv[1:3])
    file, lines = sys.argv[3], [int(line) for line in sys.argv[4].split(",")]
    places = {(file, line) for line in lines}
    if ours.traceback_limit != theirs.traceback_limit:
        print("limit %s, not %s" % (ours.traceback_limit, theirs.traceback_limit))
    left_out = sum(trace[1] for trace in ours.traces._traces)
    ours, theirs = without(ours, places), without(theirs, places)
    left_out -= sum(trace[1] for trace in ours.traces._traces)
    have = collections.Counter(ours.traces._traces)
    want = collections.Counter(theirs.traces._traces)
    for trace, count in list((want - have).items())[:5]:
        print("missing %d times: %r" % (count, trace))
    for trace, count in list((have - want).items())[:5]:
        print("%d too many: %r" % (count, trace))
    for by in ("lineno", "filename", "traceback"):
        for row in ours.compare_to(theirs, by):
            if row.size_diff or row.count_diff:
                print("by %s: %r" % (by, row))
    if ours.statistics("traceback") != theirs.statistics("traceback"):
        print("statistics are not in one order")
    print("%d traces, %d bytes left out" % (len(have), left_out))


if __name__ == "__main__":
    main()
