"""Programs that are stuck, each in one known way, and some that are not.

    stuck.py NAME       prints READY once it is (nearly) there
    stuck.py --list     JSON: {NAME: {"live": verdict, "core": verdict, ...}}

Each is a function with the verdict that is right for it: `core` where a single look
cannot tell, `free` where a free-threaded build is stuck in another way, `says` where
sentence and evidence have to name something (a pattern; `live_only`: cores lack that).
"PID n" before READY: look at that process instead.
"""

import asyncio
import concurrent.futures
import ctypes
import gc
import json
import os
import queue
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PROGRAMS = {}
LONG = 100000


def stuck(live, core=None, **more):
    def add(function):
        PROGRAMS[function.__name__] = dict(more, function=function, live=live,
                                           core=core or live, alarm=True)
        return function
    return add


def healthy(*verdicts):
    def add(function):
        PROGRAMS[function.__name__] = {"function": function, "live": "|".join(verdicts),
                                       "core": "|".join(verdicts), "alarm": False}
        return function
    return add


def ready():
    sys.stdout.write("READY\n")
    sys.stdout.flush()


def start(function, *args, **more):
    thread = threading.Thread(target=function, args=args, daemon=True, **more)
    thread.start()
    return thread


def in_turn(first, second, both):
    """Takes two locks, the second when everybody has his first."""
    with first:
        both.wait()
        with second:
            pass


# --- circles


def cycle_of(locks):
    both = threading.Barrier(len(locks))
    threads = [start(in_turn, lock, locks[(i + 1) % len(locks)], both)
               for i, lock in enumerate(locks)]
    ready()
    threads[0].join()


@stuck("deadlock")
def lock_cycle():
    cycle_of([threading.Lock(), threading.Lock()])


@stuck("deadlock")
def rlock_cycle():
    cycle_of([threading.RLock(), threading.RLock()])


@stuck("deadlock")
def lock_cycle_of_four():
    cycle_of([threading.Lock(), threading.RLock(), threading.Condition(),
              threading.Lock()])


@stuck("self-deadlock")
def lock_twice():
    lock = threading.Lock()
    with lock:
        ready()
        with lock:
            pass


@stuck("deadlock")
def join_with_lock():
    lock = threading.Lock()

    def work():
        with lock:
            pass

    with lock:
        thread = start(work)
        ready()
        thread.join()


@stuck("deadlock")
def result_with_lock():
    lock = threading.Lock()

    def work():
        with lock:
            return 1

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        with lock:
            future = pool.submit(work)
            ready()
            future.result()


@stuck("deadlock")
def import_and_join():
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "slow_module.py"), "w") as file:
            file.write("import threading, sys\n"
                       "def work():\n    import slow_module\n"
                       "t = threading.Thread(target=work, daemon=True)\n"
                       "t.start()\nsys.stdout.write('READY\\n'); sys.stdout.flush()\n"
                       "t.join()\n")
        sys.path.insert(0, folder)
        import slow_module  # noqa: F401


@stuck("deadlock", says=r"a mutex of C code at 0x\w+, in \w*pthread_mutex_lock\(\)")
def lock_and_mutex():
    libc = ctypes.CDLL(None)
    mutex = ctypes.create_string_buffer(64)
    lock = threading.Lock()
    both = threading.Barrier(2)

    def mutex_first():
        libc.pthread_mutex_lock(mutex)
        both.wait()
        with lock:
            pass

    def lock_first():
        with lock:
            both.wait()
            libc.pthread_mutex_lock(mutex)

    threads = [start(mutex_first), start(lock_first)]
    ready()
    threads[0].join()


@stuck("task-deadlock")
def task_lock_cycle():
    async def work(first, second):
        async with first:
            await asyncio.sleep(0.05)
            async with second:
                pass

    async def main():
        a, b = asyncio.Lock(), asyncio.Lock()
        loop = asyncio.get_running_loop()
        loop.call_later(0.2, ready)
        await asyncio.gather(work(a, b), work(b, a))

    asyncio.run(main())


@stuck("task-deadlock")
def task_cycle():
    async def main():
        tasks = []

        async def work(other):
            await asyncio.sleep(0.01)
            await tasks[other]

        tasks.append(asyncio.ensure_future(work(1)))
        tasks.append(asyncio.ensure_future(work(0)))
        asyncio.get_running_loop().call_later(0.2, ready)
        await asyncio.wait(tasks)

    asyncio.run(main())


@stuck("loop-deadlock")
def loop_waits_for_itself():
    async def work():
        return 1

    async def main():
        loop = asyncio.get_running_loop()
        future = asyncio.run_coroutine_threadsafe(work(), loop)
        await asyncio.sleep(0)
        ready()
        future = asyncio.run_coroutine_threadsafe(asyncio.sleep(1), loop)
        await asyncio.sleep(0.05)
        future.result()

    asyncio.run(main())


# --- blocked event loops


def block_loop(function, *args):
    async def other():
        await asyncio.sleep(LONG)

    async def culprit():
        await asyncio.sleep(0.05)
        ready()
        function(*args)

    async def main():
        await asyncio.gather(other(), culprit())

    asyncio.run(main())


@stuck("loop-blocked")
def loop_sleep():
    block_loop(time.sleep, LONG)


@stuck("loop-blocked")
def loop_socket():
    pair = socket.socketpair()
    block_loop(pair[0].recv, 10)


@stuck("loop-blocked")
def loop_child():
    block_loop(subprocess.call, ["sleep", str(LONG)])


@stuck("loop-blocked")
def loop_lock():
    lock = threading.Lock()

    def hold():
        with lock:
            time.sleep(LONG)

    start(hold)
    time.sleep(0.1)
    block_loop(lock.acquire)


def spin():
    number = 0
    while True:
        number = (number + 1) % 1000


@stuck("loop-blocked", core="cannot-tell")
def loop_busy():
    block_loop(spin)


# --- pools


@stuck("pool-exhausted")
def pool_of_one():
    pool = concurrent.futures.ThreadPoolExecutor(1)

    def outer():
        return pool.submit(int).result()

    future = pool.submit(outer)
    time.sleep(0.2)
    ready()
    future.result()


@stuck("pool-exhausted")
def pool_of_three():
    pool = concurrent.futures.ThreadPoolExecutor(3)
    barrier = threading.Barrier(3)

    def outer():
        barrier.wait()
        return pool.submit(int).result()

    futures = [pool.submit(outer) for _ in range(3)]
    time.sleep(0.2)
    ready()
    concurrent.futures.wait(futures)


# --- holders that are gone


@stuck("holder-gone")
def lock_of_ended_thread():
    lock = threading.Lock()
    start(lock.acquire).join()
    ready()
    with lock:
        pass


@stuck("holder-gone")
def rlock_of_ended_thread():
    lock = threading.RLock()
    start(lock.acquire).join()
    ready()
    with lock:
        pass


@stuck("holder-gone", says=r"in \w*pthread_mutex_lock\(\)")
def mutex_of_ended_thread():
    libc = ctypes.CDLL(None)
    mutex, thread = ctypes.create_string_buffer(64), ctypes.c_ulong()
    libc.pthread_create(ctypes.byref(thread), None, libc.pthread_mutex_lock, mutex)
    libc.pthread_join(thread, None)
    ready()
    libc.pthread_mutex_lock(mutex)


@stuck("fork", core="holder-gone")
def fork_with_lock():
    lock = threading.RLock()
    locked = threading.Event()

    def hold():
        with lock:
            locked.set()
            time.sleep(LONG)

    start(hold)
    locked.wait()
    child = os.fork()
    if child == 0:
        with lock:
            pass
    print("PID %d" % child)
    time.sleep(0.3)
    ready()
    os.waitpid(child, 0)


@stuck("fork")
def fork_by_multiprocessing():
    import multiprocessing

    lock = threading.Lock()
    locked = threading.Event()

    def hold():
        with lock:
            locked.set()
            time.sleep(LONG)

    def work():
        with lock:
            pass

    start(hold)
    locked.wait()
    child = multiprocessing.get_context("fork").Process(target=work, daemon=True)
    child.start()
    print("PID %d" % child.pid)
    time.sleep(0.3)
    ready()
    child.join()


# --- the GIL, collections, stops


@stuck("gil-kept", free="idle", says=r"sleep\(\) of libc")
def gil_sleep():
    ready()
    start(ctypes.PyDLL(None).sleep, LONG)
    time.sleep(0.1)
    time.sleep(LONG)


@stuck("gil-kept", free="idle", says=r"read\(\) of lib(c|pthread)")
def gil_read():
    pipe = os.pipe()
    buffer = ctypes.create_string_buffer(10)
    ready()
    start(ctypes.PyDLL(None).read, pipe[0], buffer, 10)
    time.sleep(0.1)
    time.sleep(LONG)


@stuck("deadlock", free="idle", says=r"futex 0x\w+")
def gil_and_semaphore():
    """Nothing records who has a semaphore."""
    semaphore = ctypes.create_string_buffer(64)
    ctypes.CDLL(None).sem_init(semaphore, 0, 0)
    ready()
    start(ctypes.PyDLL(None).sem_wait, semaphore)
    time.sleep(0.1)
    ctypes.CDLL(None).sem_post(semaphore)
    time.sleep(LONG)


@stuck("gil-kept", free="stop-the-world")
def stop_that_waits():
    ready()
    start(ctypes.PyDLL(None).sleep, LONG)
    time.sleep(0.2)
    gc.collect()
    time.sleep(LONG)


@stuck("garbage-collection")
def slow_finalizer():
    class Slow:
        def __del__(self):
            ready()
            time.sleep(LONG)

    thing = Slow()
    thing.itself = thing
    del thing
    gc.collect()


# --- outside


@stuck("outside")
def recv():
    pair = socket.socketpair()
    ready()
    pair[0].recv(10)


@stuck("outside")
def child_process():
    child = subprocess.Popen(["sleep", str(LONG)])
    ready()
    child.wait()


@stuck("self-deadlock", core="outside", says="this process has itself by descriptor")
def file_lock():
    import fcntl

    with tempfile.NamedTemporaryFile() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with open(file.name) as other:
            ready()
            fcntl.flock(other, fcntl.LOCK_EX)


def file_lock_of_other(how):
    import fcntl

    with tempfile.NamedTemporaryFile() as file:
        child = subprocess.Popen(
            [sys.executable, "-c",
             "import fcntl, sys, time; file = open(sys.argv[1], 'r+')\n"
             "fcntl.%s(file, fcntl.LOCK_EX); print(); time.sleep(%d)" % (how, LONG),
             file.name], stdout=subprocess.PIPE, bufsize=0)
        child.stdout.read(1)
        ready()
        getattr(fcntl, how)(file, fcntl.LOCK_EX)


@stuck("outside", says=r"which process \d+ \(.+\) has", live_only="says")
def flock_of_other():
    file_lock_of_other("flock")


@stuck("outside", says=r"which process \d+ \(.+\) has", live_only="says")
def lockf_of_other():
    file_lock_of_other("lockf")


@stuck("outside")
def join_of_reader():
    pair = socket.socketpair()
    thread = start(pair[0].recv, 10)
    ready()
    thread.join()


@stuck("outside")
def lock_of_reader():
    pair = socket.socketpair()
    lock = threading.Lock()

    def read():
        with lock:
            pair[0].recv(10)

    def want():
        with lock:
            pass

    start(read)
    time.sleep(0.1)
    for _ in range(3):
        start(want)
    ready()
    want()


@stuck("self-deadlock")
def process_lock():
    import multiprocessing

    lock = multiprocessing.Lock()
    lock.acquire()
    ready()
    lock.acquire()


@stuck("deadlock")
def process_lock_cycle():
    import multiprocessing

    cycle_of([multiprocessing.Lock(), multiprocessing.RLock()])


@stuck("holder-gone")
def process_lock_of_ended_thread():
    import multiprocessing

    lock = multiprocessing.RLock()
    start(lock.acquire).join()
    ready()
    with lock:
        pass


@stuck("outside", says="which another process has: it is shared with process",
       live_only="says")
def process_lock_of_other():
    import multiprocessing

    context = multiprocessing.get_context("fork")
    lock, locked = context.Lock(), context.Event()

    def hold():
        with lock:
            locked.set()
            time.sleep(LONG)

    context.Process(target=hold, daemon=True).start()
    locked.wait()
    ready()
    with lock:
        pass


@stuck("outside")
def process_event():
    import multiprocessing

    ready()
    multiprocessing.Event().wait()


@stuck("outside")
def process_condition():
    import multiprocessing

    condition = multiprocessing.Condition()
    ready()
    with condition:
        condition.wait()


@stuck("lock-held")
def lock_of_sleeper():
    lock = threading.Lock()

    def hold():
        with lock:
            time.sleep(LONG)

    start(hold)
    time.sleep(0.1)
    ready()
    with lock:
        pass


# --- loops


@stuck("infinite-loop", core="cannot-tell")
def infinite_loop():
    ready()
    spin()


@stuck("native-call", core="cannot-tell")
def slow_regex():
    ready()
    re.match("(a+)+$", "a" * 60 + "b")


@stuck("recursion")
def recursion():
    def deeper(n):
        if n == 2000:
            ready()
        if n >= 2000:
            time.sleep(0.02)
        return deeper(n + 1) + 1

    sys.setrecursionlimit(10 ** 6)
    threading.stack_size(256 << 20)
    thread = start(deeper, 0)
    thread.join()


# --- nobody left


@stuck("nobody-left")
def event_of_nobody():
    ready()
    threading.Event().wait()


@stuck("nobody-left")
def queue_of_nobody():
    todo = queue.Queue()
    todo.put(1)
    ready()
    todo.join()


@stuck("nobody-left", says="an item of _queue.SimpleQueue")
def iterator_of_queue():
    ready()
    for _ in iter(queue.SimpleQueue().get, None):
        pass


@stuck("nobody-left")
def full_queue():
    todo = queue.Queue(1)
    todo.put(1)
    ready()
    todo.put(2)


@stuck("nobody-left")
def barrier_of_three():
    barrier = threading.Barrier(3)
    start(barrier.wait)
    ready()
    barrier.wait()


@stuck("nobody-left")
def semaphore_of_nobody():
    ready()
    threading.Semaphore(0).acquire()


@stuck("nobody-left")
def condition_of_nobody():
    condition = threading.Condition()
    ready()
    with condition:
        condition.wait()


@stuck("nobody-left")
def future_of_nobody():
    ready()
    concurrent.futures.Future().result()


@stuck("nobody-left")
def task_of_nobody():
    async def main():
        event = asyncio.Event()
        asyncio.get_running_loop().call_later(0.1, ready)
        await asyncio.gather(event.wait(), asyncio.Queue().get())

    asyncio.run(main())


@stuck("shutdown")
def shutdown():
    thread = threading.Thread(target=threading.Event().wait)
    thread.start()
    ready()


# --- nothing wrong


@healthy("idle")
def web_server():
    import http.server

    server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    ready()
    server.serve_forever()


@healthy("idle")
def threaded_server():
    import socketserver

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            self.rfile.readline()

    socketserver.ThreadingTCPServer.daemon_threads = True
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    client = socket.create_connection(server.server_address)
    threading.Timer(0.3, ready).start()
    server.serve_forever()
    client.close()


@healthy("idle")
def prompt():
    read, write = os.pipe()
    os.dup2(read, 0)
    ready()
    sys.stdin.readline()
    os.close(write)


@healthy("idle")
def worker_on_empty_queue():
    todo = queue.Queue()
    for _ in range(3):
        start(todo.get)
    ready()
    signal.pause()


@healthy("idle")
def async_server():
    async def handle(reader, writer):
        await reader.readline()

    async def main():
        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        reader, writer = await asyncio.open_connection(*address)
        asyncio.get_running_loop().call_later(0.2, ready)
        await reader.readline()

    asyncio.run(main())


@healthy("idle")
def async_sleepers():
    async def main():
        asyncio.get_running_loop().call_later(0.1, ready)
        await asyncio.gather(*[asyncio.sleep(LONG) for _ in range(20)])

    asyncio.run(main())


@healthy("idle")
def pool_without_work():
    pool = concurrent.futures.ThreadPoolExecutor(3)
    list(pool.map(int, range(10)))
    ready()
    time.sleep(LONG)


@healthy("idle")
def selector():
    import selectors

    pair = socket.socketpair()
    chosen = selectors.DefaultSelector()
    chosen.register(pair[0], selectors.EVENT_READ)
    ready()
    chosen.select()


def look_at_child(child):
    print("PID %d" % child.pid)
    time.sleep(0.3)
    ready()
    child.join()


@healthy("idle")
def process_on_empty_queue():
    import multiprocessing

    context = multiprocessing.get_context("fork")
    todo = context.Queue()
    child = context.Process(target=todo.get, daemon=True)
    child.start()
    look_at_child(child)


def pool_of_processes(chosen):
    """The first worker reads, the others wait for its lock; the parent has threads."""
    import multiprocessing

    pool = multiprocessing.get_context("fork").Pool(3)
    pool.map(int, range(10))
    time.sleep(0.3)
    if chosen is None:
        ready()
        time.sleep(LONG)
    look_at_child(pool._pool[chosen])


@healthy("idle")
def parent_of_pool():
    pool_of_processes(None)


@healthy("idle")
def first_of_pool():
    pool_of_processes(0)


@healthy("idle")
def last_of_pool():
    pool_of_processes(2)


def executor_of_processes(chosen):
    import multiprocessing

    pool = concurrent.futures.ProcessPoolExecutor(
        2, mp_context=multiprocessing.get_context("fork"))
    list(pool.map(int, range(10)))
    if chosen is None:
        ready()
        time.sleep(LONG)
    look_at_child(list(pool._processes.values())[chosen])


@healthy("idle")
def parent_of_executor():
    executor_of_processes(None)


@healthy("idle")
def worker_of_executor():
    executor_of_processes(0)


@healthy("idle")
def resource_tracker():
    from multiprocessing import resource_tracker as module

    module.ensure_running()
    tracker = module._resource_tracker
    print("PID %d" % tracker._pid)
    time.sleep(0.5)
    ready()
    time.sleep(LONG)


@healthy("cannot-tell", "idle")
def busy():
    def leaf(n):
        return sum(range(n))

    ready()
    while True:
        for n in range(200):
            leaf(n)


@healthy("idle")
def ticking():
    event = threading.Event()

    def tick():
        while True:
            time.sleep(LONG)
            event.set()

    start(tick)
    ready()
    event.wait()


@healthy("idle")
def timer():
    thread = threading.Timer(LONG, print)
    thread.daemon = True
    thread.start()
    ready()
    thread.join()


@healthy("idle")
def async_with_thread():
    async def main():
        loop = asyncio.get_running_loop()
        loop.call_later(0.2, ready)
        await loop.run_in_executor(None, time.sleep, LONG)

    asyncio.run(main())


def main():
    if sys.argv[1] == "--list":
        print(json.dumps({name: {k: v for k, v in row.items() if k != "function"}
                          for name, row in PROGRAMS.items()}))
        return
    PROGRAMS[sys.argv[1]]["function"]()


main()
