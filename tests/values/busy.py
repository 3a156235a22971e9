"""Never leaves its values alone: dicts and lists that grow and shrink, strings made and
interned, instances, types and exceptions that come and go, in many threads.

What a debugger sees at any instant is held against three rules (see midway):

steady      a local of this name is always STEADY
pairs       every key of it is k and its value "k", whatever k is
numbers     holds nothing but ints

Ends on SIGTERM, saying DONE."""

import _thread
import collections
import gc
import random
import signal
import sys

STEADY = ("dead", -1.5, [1 << 70, {"a": None, 2: b"'"}], frozenset((3,)))
RANDOM = random.Random(1).random
STOP = []


def many():
    """Sizes around those at which tables and arrays are reallocated, mostly small."""
    return int(2 ** (RANDOM() * 11))


def dicts_resize():
    steady = STEADY
    pairs = {}
    while not STOP:
        for key in range(many()):
            pairs[key] = str(key)
        for key in list(pairs)[::2]:
            del pairs[key]
        pairs.update((key, str(key)) for key in range(5000, 5000 + many()))
        while len(pairs) > 40:
            pairs.popitem()
        if RANDOM() < 0.2:
            pairs.clear()
        pairs = dict(pairs)
    return steady


def general_dicts_resize():
    """Keys that are not all str: tables of another kind."""
    steady = STEADY
    others, ordered = {}, collections.OrderedDict()
    while not STOP:
        for key in range(many()):
            others[str(key)] = others[(key,)] = others[key] = key
            ordered[key] = others
            ordered.move_to_end(key, last=RANDOM() < 0.5)
        while len(ordered) > 10:
            ordered.popitem()
        others = {}
    return steady


def lists_grow():
    steady = STEADY
    numbers = []
    while not STOP:
        for number in range(many()):
            numbers.append(number)
        numbers.extend(range(many()))
        numbers.sort(key=abs)
        numbers[3:many()] = range(7)
        del numbers[many():]
        numbers.insert(0, 1 << (many() % 300))
        while len(numbers) > 20:
            numbers.pop()
        numbers = numbers * 2
    return steady


def sets_and_deques():
    steady = STEADY
    numbers, queue, array = set(), collections.deque(maxlen=100), bytearray()
    while not STOP:
        for number in range(many()):
            numbers.add(number)
            queue.append(numbers)
            queue.appendleft(number)
            array += b"%d" % number
        while len(numbers) > 9:
            numbers.pop()
            del array[:3]
        queue.rotate(many())
        numbers = numbers | {1}
    return steady


def strings_intern():
    steady = STEADY
    text, wide = "", ""
    while not STOP:
        for number in range(many()):
            text += "x%d" % number
            wide = wide[-100:] + chr(0x20ac + number) + "\U0001f40d"
            sys.intern("name_%d" % number + text[:3])
        text = text[:many()].upper().encode().decode()
        number = 1
        for _ in range(60):
            number = number * 12345 + 1
    return steady, wide


class Thing:
    def __init__(self, n):
        self.n, self.text = n, str(n)


class Slotted:
    __slots__ = ("n", "other")


def objects_die():
    steady = STEADY
    thing, slotted, kept = None, None, []
    while not STOP:
        for number in range(many()):
            thing = Thing(number)
            slotted = Slotted()
            slotted.n = number
            slotted.other = [thing, slotted]
            if number % 3:
                thing.more = kept
                thing.__dict__["by_dict"] = slotted
            if number % 5 == 0:
                del thing.n
            if number % 7 == 0:
                thing.__dict__ = {"new": number}
            kept.append(thing)
        del kept[many():]
        gc.collect(0)
    return steady


def types_and_errors():
    steady = STEADY
    made = value = error_kept = None
    while not STOP:
        made = type("Made%d" % many(), (Thing,), {"kind": many()})
        value = made(5)
        value.own = made
        try:
            raise KeyError(value, steady)
        except KeyError as error:
            error_kept = error
        del made, value
        made = [error_kept, error_kept.__traceback__.tb_frame]
        value = (number for number in made)
        next(value)
    return steady


ENTRIES = [dicts_resize, general_dicts_resize, lists_grow, sets_and_deques,
           strings_intern, objects_die, types_and_errors]


def run_entry(entry, lock):
    steady = STEADY
    try:
        entry()
    finally:
        lock.release()
    return steady


def main():
    steady, numbers = STEADY, []
    gc.set_threshold(300)
    signal.signal(signal.SIGTERM, lambda *_: STOP.append(1))
    sys.setswitchinterval(0.0005)
    running = []
    for entry in ENTRIES:
        lock = _thread.allocate_lock()
        lock.acquire()
        running.append(lock)
        _thread.start_new_thread(run_entry, (entry, lock))
    print("READY", flush=True)
    while not STOP:
        numbers = [many() for _ in range(50)]
    for lock in running:
        lock.acquire()
    return steady, numbers


if __name__ == "__main__":
    main()
    print("DONE", flush=True)
