"""The objects of heap.py, and what gc.get_referents() says of those it shows.

references.py PATH [--most N] [--seed S]: writes to PATH as JSON, prints READY and stands
still. The file: {"watcher", "moving": [], "referents": {address: [addresses]}, "types":
{address: name of the type}, "tracked": how many there were}. At most N objects, chosen
by S, each with all that it refers to."""

import gc
import os
import random
import sys
import threading

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import heap  # noqa: E402


def option(name, default):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else default


def reachable(skip):
    """Every object that gc leads to."""
    seen, todo = {}, [gc.get_objects()]
    skip.update((id(seen), id(todo), id(todo[0]), id(sys._getframe())))
    while todo:
        for thing in gc.get_referents(*todo.pop()):
            if id(thing) not in seen and id(thing) not in skip:
                seen[id(thing)] = thing
                todo.append((thing,))
    return seen


def write_truth(path):
    heap.write_json(path, {"once": [1]})
    most, seed = option("--most", 10000), option("--seed", 1)
    heap.type_name(heap.Plain)
    random.Random(seed).sample([1, 2], 1)
    gc.collect()
    gc.disable()
    skip = set()
    skip.update((id(skip), id(sys._getframe())))
    seen = reachable(skip)
    addresses = sorted(address for address, thing in seen.items() if gc.is_tracked(thing))
    if len(addresses) > most:
        addresses = random.Random(seed).sample(addresses, most)
    rest = sorted(set(seen) - set(addresses))
    addresses += random.Random(seed).sample(rest, min(len(rest), most - len(addresses)))
    referents, types, modules = {}, {}, {}
    probe = {0: object()}
    thing = probe[0]
    least = sys.getrefcount(thing)
    skip.update((id(probe), id(addresses), id(rest), id(referents), id(types), id(modules)))
    for address in addresses:
        thing = seen[address]
        # What only we hold is gone once this is written.
        if sys.getrefcount(thing) <= least or address in skip:
            continue
        referents["%#x" % address] = ["%#x" % id(other)
                                      for other in gc.get_referents(thing)]
        types["%#x" % address] = heap.type_name(type(thing))
        if type(thing) is type(sys):
            modules["%#x" % address] = thing.__name__
        del thing
    heap.write_json(path, {
        "pid": os.getpid(), "watcher": threading.get_native_id(), "moving": [],
        "referents": referents, "types": types, "tracked": len(seen),
        "modules": modules, "own": ["%#x" % address for address in skip],
    })


def main():
    kept = heap.population(0)
    reader, writer = os.pipe()
    os.dup2(reader, heap.STILL_FD)
    write_truth(sys.argv[1])
    os.write(1, b"READY\n")
    os.read(heap.STILL_FD, 1)  # still
    return kept, writer


if __name__ == "__main__":
    main()
