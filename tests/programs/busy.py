"""Never stands still: calls, generators, coroutines, exceptions, garbage, threads that
start and end. What may stand above what on a stack is written down in the source:

    ... # -> f g      at this line f or g may be called, and nothing else of ours
    ... # root        this function may be outermost
    ... # anywhere    this function is called by the collector or by a signal

`<listcomp>` and the like stand for themselves; a word with a dot is a module of the
standard library. tests/torture reads these notes. All names are unique, since 3.8 to
3.10 know no qualified ones. Ends on SIGTERM, saying what it did."""

import _thread
import functools
import gc
import random
import signal
import sys
import threading
import weakref

# Written in C: no frames of the standard library.
RANDOM = random.Random(1).random
STEPS = [0]
STOP = []


# --- calls and exceptions ---

def entry_calls():  # root
    while not STOP:
        first_call(int(RANDOM() * 40))  # -> first_call
        STEPS[0] += 1


def first_call(depth):
    total = 0
    for round_ in range(3):
        total += second_call(depth, round_)  # -> second_call
    try:
        raises_through(depth)  # -> raises_through
    except KeyError:
        total += cleans_up()  # -> cleans_up
    return total


def second_call(depth, round_, *rest, **named):
    if depth <= 0:
        return bottom_call(round_)  # -> bottom_call
    return third_call(depth - 1, round_, *rest, **named)  # -> third_call


def third_call(depth, round_, *rest, **named):
    return second_call(*(depth, round_) + rest, **named)  # -> second_call


def bottom_call(round_):
    values = [value * round_ for value in range(5)]  # -> <listcomp>
    return sum(values)


def raises_through(depth):
    try:
        raises_inner(depth)  # -> raises_inner
    finally:
        cleans_up()  # -> cleans_up


def raises_inner(depth):
    with Managed():  # -> managed_init managed_enter managed_exit
        if depth % 2:
            raise KeyError(depth)  # -> managed_exit
        raise_below()  # -> raise_below managed_exit


def raise_below():
    raise KeyError("below")


def cleans_up():
    return len("clean")


class Managed:
    def managed_init(self):
        self.value = 1

    def managed_enter(self):
        return cleans_up()  # -> cleans_up

    def managed_exit(self, *why):
        return False

    __init__, __enter__, __exit__ = managed_init, managed_enter, managed_exit


# --- generators ---

def entry_generators():  # root
    while not STOP:
        consume_all()  # -> consume_all
        send_and_throw()  # -> send_and_throw
        STEPS[0] += 1


def consume_all():
    for value in outer_gen(5):  # -> outer_gen
        use_value(value)  # -> use_value
    total = sum(use_value(value) for value in outer_gen(3))  # -> <genexpr> outer_gen use_value
    left = unfinished_gen()  # -> unfinished_gen
    next(left)  # -> unfinished_gen
    del left  # -> unfinished_gen
    return total


def outer_gen(count):
    yield 0
    yield from inner_gen(count)  # -> inner_gen
    for value in inner_gen(count):  # -> inner_gen
        yield value


def inner_gen(count):
    for value in range(count):
        yield use_value(value)  # -> use_value


def unfinished_gen():
    try:
        yield 1
    finally:
        use_value(1)  # -> use_value


def use_value(value):
    return value + 1


def send_and_throw():
    echo = echo_gen()  # -> echo_gen
    next(echo)  # -> echo_gen
    for value in range(5):
        echo.send(value)  # -> echo_gen
    try:
        echo.throw(KeyError("thrown"))  # -> echo_gen
    except StopIteration:
        pass
    closed = echo_gen()  # -> echo_gen
    next(closed)  # -> echo_gen
    closed.close()  # -> echo_gen


def echo_gen():
    got = 0
    try:
        while True:
            got = yield use_value(got)  # -> use_value
    except KeyError:
        use_value(0)  # -> use_value


# --- coroutines, driven by hand ---

def entry_coroutines():  # root
    while not STOP:
        drive_coro(outer_coro(3))  # -> drive_coro outer_coro
        STEPS[0] += 1


def drive_coro(coro):
    try:
        while True:
            coro.send(None)  # -> outer_coro
    except StopIteration:
        return None


async def outer_coro(count):
    for _ in range(count):
        await middle_coro()  # -> middle_coro
    async for value in async_gen(count):  # -> async_gen
        use_value(value)  # -> use_value


async def middle_coro():
    await Awaited()  # -> awaited_gen
    return await leaf_coro()  # -> leaf_coro


async def leaf_coro():
    await Awaited()  # -> awaited_gen
    return use_value(1)  # -> use_value


async def async_gen(count):
    for value in range(count):
        await leaf_coro()  # -> leaf_coro
        yield value


class Awaited:
    def awaited_gen(self):
        yield use_value(0)  # -> use_value

    __await__ = awaited_gen


# --- called back from C ---

def entry_callbacks():  # root
    while not STOP:
        sort_things()  # -> sort_things
        use_slots()  # -> use_slots
        STEPS[0] += 1


def sort_things():
    values = [RANDOM() for _ in range(20)]  # -> <listcomp>
    values.sort(key=sort_key)  # -> sort_key
    sorted(values, key=lambda value: use_value(-value))  # -> <lambda> use_value
    sorted(values, key=functools.cmp_to_key(compare_two))  # -> compare_two
    list(map(mapped_one, values))  # -> mapped_one
    functools.reduce(reduce_two, values)  # -> reduce_two
    sorted([Ordered(value) for value in values])  # -> <listcomp> ordered_init ordered_lt
    cached_one(int(values[0] * 50))  # -> cached_one
    return {value: mapped_one(value) for value in values}  # -> <dictcomp> mapped_one


def sort_key(value):
    return use_value(value)  # -> use_value


def compare_two(one, other):
    return (one > other) - (one < other)


def mapped_one(value):
    return reduce_two(value, 1)  # -> reduce_two


def reduce_two(one, other):
    return one + other


@functools.lru_cache(maxsize=8)
def cached_one(value):
    return use_value(value)  # -> use_value


class Ordered:
    def ordered_init(self, value):
        self.value = value

    def ordered_lt(self, other):
        return use_value(self.value) < other.value  # -> use_value

    __init__, __lt__ = ordered_init, ordered_lt


def use_slots():
    thing = Slotted()
    thing.attribute_that_is_not_there  # -> slot_getattr
    thing.by_property  # -> slot_property
    thing[3]  # -> slot_getitem
    thing + thing  # -> slot_add
    thing()  # -> slot_call
    {thing: thing}[thing]  # -> slot_hash slot_eq
    bool(thing)  # -> slot_bool
    str(thing)  # -> slot_str
    for _ in thing:  # -> slot_iter slot_next
        pass


class Slotted:
    left = 2

    def slot_getattr(self, name):
        return use_value(0)  # -> use_value

    def slot_property(self):
        return use_value(0)  # -> use_value

    def slot_getitem(self, index):
        return use_value(index)  # -> use_value

    def slot_add(self, other):
        return use_value(0)  # -> use_value

    def slot_call(self):
        return use_value(0)  # -> use_value

    def slot_hash(self):
        return use_value(0)  # -> use_value

    def slot_eq(self, other):
        return use_value(0) == 1  # -> use_value

    def slot_bool(self):
        return use_value(0) == 1  # -> use_value

    def slot_str(self):
        return str(use_value(0))  # -> use_value

    def slot_iter(self):
        return self

    def slot_next(self):
        self.left -= use_value(0)  # -> use_value
        if self.left < 0:
            raise StopIteration
        return self.left

    __getattr__, __getitem__, __add__, __call__ = (
        slot_getattr, slot_getitem, slot_add, slot_call)
    by_property = property(slot_property)
    __hash__, __eq__, __bool__, __str__ = slot_hash, slot_eq, slot_bool, slot_str
    __iter__, __next__ = slot_iter, slot_next


# --- garbage ---

def entry_garbage():  # root
    while not STOP:
        make_garbage()  # -> make_garbage
        STEPS[0] += 1


def make_garbage():
    for _ in range(50):
        one, other = Cyclic(), Cyclic()
        one.other, other.other = other, one
        one.watched = weakref.ref(other, watch_ended)
    gc.collect(0)


class Cyclic:
    def cyclic_del(self):  # anywhere
        use_value(0)  # -> use_value

    __del__ = cyclic_del


def watch_ended(reference):  # anywhere
    use_value(0)  # -> use_value


def on_collection(phase, info):  # anywhere
    use_value(0)  # -> use_value


# --- code that comes and goes ---

def entry_made_code():  # root
    while not STOP:
        make_code(int(RANDOM() * 1000))  # -> make_code
        STEPS[0] += 1


def make_code(number):
    names = {"use_value": use_value}
    source = "def made(n):\n    return use_value(n)\nfor i in range(9): made(i)\n"
    exec(compile("\n" * number + source, "<made>", "exec"), names)  # -> <module>
    eval("[use_value(i) for i in (1, 2)]", names)  # -> <module>
    class_maker(number)  # -> class_maker


def class_maker(number):
    class MadeClass:  # -> MadeClass
        if number:
            value = use_value(number)  # -> use_value

        def made_method(self):
            return use_value(0)  # -> use_value

    MadeClass().made_method()  # -> made_method


# --- frames and tracebacks as objects ---

def entry_introspection():  # root
    while not STOP:
        look_around(20)  # -> look_around
        STEPS[0] += 1


def look_around(depth):
    if depth:
        return look_deeper(depth - 1)  # -> look_deeper
    frame, count = sys._getframe(), 0
    while frame:
        count += frame.f_lineno or 0
        frame = frame.f_back
    for frame in frames_of_all():  # -> frames_of_all
        count += frame.f_lineno or 0
    try:
        raise_below()  # -> raise_below
    except KeyError as error:
        kept = error.__traceback__.tb_frame.f_locals
    return count, kept


def frames_of_all():
    """CPython 3.11 deadlocks if a collection begins in the call: python/cpython#106883."""
    gc.disable()
    frames = sys._current_frames()
    gc.enable()
    return frames.values()


def look_deeper(depth):
    return look_around(depth)  # -> look_around


# --- threads that start and end ---

def entry_threads():  # root
    while not STOP:
        started = [_thread.allocate_lock() for _ in range(3)]  # -> <listcomp>
        for lock in started:
            lock.acquire()
            _thread.start_new_thread(entry_brief, (lock,))
        thread = threading.Thread(target=entry_threading)  # -> threading.py
        thread.start()  # -> threading.py
        for lock in started:
            lock.acquire()
        thread.join()  # -> threading.py
        STEPS[0] += 1


def entry_brief(lock):  # root
    first_call(3)  # -> first_call
    lock.release()


def entry_threading():  # root
    second_call(5, 1)  # -> second_call


ENTRIES = [entry_calls, entry_generators, entry_coroutines, entry_callbacks,
           entry_garbage, entry_made_code, entry_introspection, entry_threads]


def on_term(number, frame):  # anywhere
    STOP.append(number)


def main_loop():
    running = []
    for entry in ENTRIES:
        lock = _thread.allocate_lock()
        lock.acquire()
        running.append(lock)
        _thread.start_new_thread(run_entry, (entry, lock))
    print("READY", flush=True)
    while not STOP:
        first_call(10)  # -> first_call
        gc.collect()
    for lock in running:
        lock.acquire()


def run_entry(entry, lock):  # root
    try:
        entry()  # -> entry_calls entry_generators entry_coroutines entry_callbacks entry_garbage entry_made_code entry_introspection entry_threads
    finally:
        lock.release()


if __name__ == "__main__":
    gc.callbacks.append(on_collection)
    gc.set_threshold(200)
    signal.signal(signal.SIGTERM, on_term)
    sys.setswitchinterval(0.0005)
    main_loop()  # -> main_loop
    print("DONE %d" % STEPS[0], flush=True)
