"""Every kind of Python frame there is, one thread for each, standing still.

usage: stacks.py TRUTH_FILE [--busy python|native]

--busy python  one more thread runs a Python loop and never stops
--busy native  one more thread never leaves a C function and keeps the GIL
Without it every thread is blocked in a system call. truth.py says how the program
records what it does. Source is valid from Python 3.8 on."""

import _thread
import argparse
import asyncio
import concurrent.futures
import contextlib
import functools
import itertools
import os
import queue
import select
import selectors
import socket
import sys
import threading
import time

import truth

# Files that a thread makes lie beside the truth.
SCRATCH = os.path.dirname(os.path.abspath(sys.argv[1])) if sys.argv[1:] else "."


# --- the plain ones: functions, methods, what wraps them ---

def outer_function(wait):
    def middle(value):
        def innermost():
            return wait(), value  # still
        return innermost()
    return middle(wait)


def with_lambda(wait):
    return (lambda w: (lambda: w())())(wait)  # still


def traced(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)
    return wrapper


@traced
@traced
def decorated(wait):
    wait()  # still


class Base:
    def inherited(self, wait):
        return self.overridden(wait)

    def overridden(self, wait):
        wait()  # still


class Derived(Base):
    class Nested:
        def method(self, wait):
            wait()  # still

    def overridden(self, wait):
        return super().overridden(wait)

    @classmethod
    def class_method(cls, wait):
        return cls.static_method(wait)

    @staticmethod
    def static_method(wait):
        return Derived().property_with(wait).value

    def property_with(self, wait):
        self.wait = wait
        return self

    @property
    def value(self):
        return self.Nested().method(self.wait)


class Callable:
    def __init__(self, wait):
        self.wait = wait

    def __call__(self):
        return self[0]

    def __getitem__(self, index):
        return self.missing

    def __getattr__(self, name):
        with self:
            return name

    def __enter__(self):
        return self == None  # noqa: E711

    def __eq__(self, other):
        self.wait()  # still

    def __exit__(self, *why):
        return False


class Meta(type):
    def __call__(cls, *args):
        return super().__call__(*args)


class Made(metaclass=Meta):
    def __init__(self, wait):
        wait()  # still


class Specialised:
    def __init__(self, function):
        function()  # still


def specialised_init(wait):
    """A call site that has seen the same class often (3.12+: a frame in between)."""
    for function in [int] * 500 + [wait]:
        Specialised(function)


class Dying:
    def __init__(self, wait):
        self.wait = wait

    def __del__(self):
        self.wait()  # still


def drops_the_last_reference(wait):
    dying = Dying(wait)
    del dying


def class_body(wait):
    class Outside:
        ready = True

        class Inside:
            wait()  # still


def comprehensions(wait):
    return [[wait() for _ in range(1)]  # still
            for _ in range(1)]


def generator_expression(wait):
    return sum(wait() for _ in range(2))  # still


def over_many_lines(wait):
    return max(
        1,
        2 + (
            wait(  # still
            ) or 3
        ),
    )


def while_handling(wait):
    try:
        try:
            raise KeyError("first")
        except KeyError as first:
            raise ValueError("second") from first
    except ValueError:
        try:
            wait()  # still
        finally:
            pass


def recursive(depth, wait):
    if depth == 0:
        return wait()  # still
    return recursive(depth - 1, wait)


def even(depth, wait):
    return odd(depth - 1, wait) if depth else wait()  # still


def odd(depth, wait):
    return even(depth - 1, wait)


# --- generators and coroutines ---

def leaf_generator(wait):
    yield 1
    yield wait()  # still


def delegating(wait):
    yield 0
    yield from leaf_generator(wait)


def consumer(wait):
    for _ in delegating(wait):
        pass


def sends(wait):
    def receiver():
        while True:
            got = yield
            got()  # still

    generator = receiver()
    next(generator)
    generator.send(wait)


def throws(wait):
    def catcher():
        try:
            yield
        except KeyError:
            wait()  # still

    generator = catcher()
    next(generator)
    generator.throw(KeyError())


@contextlib.contextmanager
def manager(wait):
    wait()  # still
    yield


def with_manager(wait):
    with manager(wait):
        pass


async def leaf_coroutine(wait):
    await asyncio.sleep(0)
    wait()  # still


async def numbers(wait):
    for number in range(3):
        await leaf_coroutine(wait)
        yield number


async def asynchronous(wait):
    async def gathered():
        return [number async for number in numbers(wait)]

    await asyncio.gather(gathered())


def event_loop_blocked(wait):
    asyncio.run(asynchronous(wait))


def event_loop_idle(_):
    async def wait_for_ever():
        await asyncio.get_running_loop().create_future()

    loop = asyncio.SelectorEventLoop(StillSelector())
    loop.run_until_complete(wait_for_ever())


class StillSelector(selectors.DefaultSelector):
    """A selector whose own frame says that it stands still."""

    def select(self, timeout=None):
        found = super().select(0)
        if found or timeout is not None:
            return found
        select.select([self.fileno()], [], [])  # still
        return []


# --- called from C ---

def c_to_python(wait):
    def key(value):
        return functools.reduce(add, [value, value])

    def add(one, other):
        return list(map(call, [one + other]))[0]

    def call(value):
        return max([value], key=lambda v: wait())  # still

    return sorted([1], key=key)


def partial_and_cache(wait):
    @functools.lru_cache(maxsize=None)
    def cached(value):
        return functools.partial(finish, 1)(value)

    def finish(one, other):
        wait()  # still

    return cached(2)


def executed(wait):
    names = {"wait": wait}
    exec(compile("def inner():\n"
                 "    for _ in (1,): wait()\n"
                 "class Body:\n"
                 "    inner()\n", "<generated>", "exec"), names)


def evaluated(wait):
    return eval("[w() for w in (wait,)][0]")


def from_ctypes(wait):
    import ctypes

    def compare(one, other):
        wait()  # still
        return 0

    compare_type = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    libc = ctypes.CDLL(None)
    libc.qsort((ctypes.c_int * 2)(2, 1), 2, 4, compare_type(compare))


# --- names ---

def größe(wait):
    return naïve数える(wait)


def naïve数える(wait):
    class Змея:
        def ползти(self):
            wait()  # still

    return Змея().ползти()


def hostile_names(wait):
    code = compile("wait()", "evil\x1b[31m\n\u202efile\udc80.py", "exec")
    exec(code.replace(co_name="<b>\x1b]0;owned\x07</b>"), {"wait": wait})


def foreign_file(wait):
    source = "# наполнение\n\n\ndef 走る(wait):\n    wait()  # still\n"
    path = os.path.join(SCRATCH, "módulo_数.py")
    with open(path, "w", encoding="utf-8") as file:
        file.write(source)
    names = {"__name__": "módulo_数"}
    exec(compile(source, path, "exec"), names)
    names["走る"](wait)


def long_name(wait):
    name = "n" * 3000
    names = {}
    exec(compile("def %s(wait):\n    wait()\n" % name, "<long>", "exec"), names)
    names[name](wait)


def far_away_line(wait):
    names = {}
    exec(compile("\n" * 100000 + "def far(wait):\n" + "\n" * 70000
                 + "    wait()\n", "<far>", "exec"), names)
    names["far"](wait)


def wide_column(wait):
    line = "    x = [%s, wait()]\n" % ", ".join("'%s'" % ("é" * 20) for _ in range(30))
    names = {}
    exec(compile("def wide(wait):\n" + line, "<wide>", "exec"), names)
    names["wide"](wait)


def importing(wait):
    name = "hognose_stops_in_import"
    with open(os.path.join(SCRATCH, name + ".py"), "w") as file:
        file.write("import sys\nWAIT = sys.hognose_wait\nWAIT()  # still\n")
    sys.path.insert(0, SCRATCH)
    sys.hognose_wait = wait
    __import__(name)


THREADS = [
    outer_function, with_lambda, decorated, class_body, comprehensions,
    generator_expression, over_many_lines, while_handling, consumer, sends, throws,
    with_manager, event_loop_blocked, event_loop_idle, c_to_python, partial_and_cache,
    executed, evaluated, größe, hostile_names, foreign_file, long_name, far_away_line,
    wide_column, importing, drops_the_last_reference,
    specialised_init,
]

METHODS = [
    ("inherited", lambda wait: Derived().inherited(wait)),
    ("classmethod", Derived.class_method),
    ("slots", lambda wait: Callable(wait)()),
    ("metaclass", Made),
    ("recursion 1000", lambda wait: recursive(900, wait)),
    ("mutual recursion", lambda wait: even(300, wait)),
]


# --- the ways to be blocked ---

def blocked_in_select():
    select.select([], [], [])  # still


def blocked_in_poll():
    poll = select.poll()
    poll.poll()  # still


def blocked_in_sleep():
    time.sleep(10 ** 6)  # still


def blocked_in_accept():
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    server._accept()  # still


def blocked_in_recv():
    one, other = socket.socketpair()
    one.recv(1)  # still


def blocked_in_queue():
    queue.SimpleQueue().get()  # still


def blocked_in_a_held_lock(lock):
    with lock:  # still
        pass


def holds_a_lock(lock, wait):
    with lock:
        wait()  # still


BLOCKED = [blocked_in_select, blocked_in_poll, blocked_in_sleep, blocked_in_accept,
           blocked_in_recv, blocked_in_queue]


# --- threads of all origins ---

def raw_thread(scene, wait):
    scene.enter()
    wait()  # still


def known_to_threading(scene, wait):
    """Not started by threading, but asking for the current thread makes it known."""
    scene.enter()
    threading.current_thread()
    wait()  # still


def c_thread(scene, wait):
    """A thread that pthread_create made and that calls into Python."""
    import ctypes

    def body(_):
        scene.enter()
        wait()  # still
        return 0

    scene.c_entry = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(body)
    create = ctypes.CDLL(None).pthread_create
    scene.c_handle = ctypes.c_ulong()
    if create(ctypes.byref(scene.c_handle), None, scene.c_entry, None) != 0:
        raise SystemExit("pthread_create failed")
    scene.expect()


def start_odd_threads(scene, wait):
    for entry in (raw_thread, known_to_threading):
        _thread.start_new_thread(entry, (scene, wait))
        scene.expect()
    renamed = scene.start(outer_function, wait, name="to be renamed")
    renamed.name = "renamed, with 日本語 and \"quotes\""
    scene.start(outer_function, wait, name="")
    scene.start(outer_function, wait, name="control\x1b[1m\nname")
    scene.start(outer_function, wait, name="daemon", daemon=True)
    scene.start(outer_function, wait, name="a" * 400)
    try:
        import ctypes  # noqa: F401  (maps libpython's neighbours a second time)
    except ImportError:
        scene.lacks.append("ctypes")
    else:
        scene.start(from_ctypes, wait, name="ctypes callback")
        c_thread(scene, wait)


def pool_worker(scene, wait):
    scene.enter()
    wait()  # still


def start_pool(scene, wait):
    pool = concurrent.futures.ThreadPoolExecutor(2, thread_name_prefix="pool")
    for _ in range(2):
        scene.expect()
        pool.submit(pool_worker, scene, wait)
    return pool


def busy_python():
    count = 0
    while True: count += 1  # noqa: E701  # still


def busy_native(scene):
    scene.enter()
    scene.moving.add(threading.get_ident())
    scene.settle()
    frame = sys._getframe()
    scene.record(frame, frame.f_lineno + 2)
    truth.ready()
    sum(itertools.repeat(0))  # still


def start_all(scene):
    wait = scene.forever.acquire
    for function in THREADS:
        scene.start(function, wait, name=function.__name__)
    for name, function in METHODS:
        scene.start(function, wait, name=name)
    for function in BLOCKED:
        scene.start(function, name=function.__name__)
    lock = threading.RLock()
    scene.start(holds_a_lock, lock, wait, name="holder")
    time.sleep(0.05)  # the holder comes first
    scene.start(blocked_in_a_held_lock, lock, name="waiter")
    start_odd_threads(scene, wait)
    return start_pool(scene, wait)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("truth")
    parser.add_argument("--busy", choices=["python", "native"])
    options = parser.parse_args()

    scene = truth.Scene(options.truth)
    scene.pool = start_all(scene)
    if options.busy == "python":
        scene.start(busy_python, name="busy", moving=True)
    if options.busy == "native":
        scene.expect()
        threading.Thread(target=busy_native, args=(scene,), name="busy").start()
    else:
        scene.expect()
        scene.watch()
    scene.forever.acquire()  # still


if __name__ == "__main__":
    main()
