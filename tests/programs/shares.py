"""Divides its time in a way it knows: see tests/sampling. `shares.py KIND`.

Each kind calls functions again and again and adds up how long each of them had: on the
clock, and on a CPU by the thread's own clock. Both are read around calls that take some
200 microseconds. Where nothing else keeps the machine busy they agree. On SIGUSR1 it
prints {function: [seconds, CPU seconds]} and begins anew, on SIGTERM it prints them and
ends. Names are unique in the file."""

import json
import signal
import sys
import threading
import time

STOP = []
SPENT = {}


def add(name, began_cpu, began):
    ended = time.perf_counter()
    spent = SPENT.setdefault(name, [0.0, 0.0])
    spent[0] += ended - began
    spent[1] += time.thread_time() - began_cpu


def timed(function, *args):
    began = time.thread_time(), time.perf_counter()
    function(*args)
    add(function.__name__, *began)


def spin(count):
    total = 0
    for number in range(count):
        total += number
    return total


# --- three functions of different weight

def work_small():
    spin(1000)


def work_middle():
    spin(3000)


def work_large():
    spin(6000)


def run_plain():
    while not STOP:
        timed(work_small)
        timed(work_middle)
        timed(work_large)


# --- leaves that take turns

def leaf_left():
    return 1


def leaf_right():
    return 2


def turn_about():
    for _ in range(2000):
        leaf_left()
        leaf_right()


def turn_left():
    for _ in range(2000):
        leaf_left()


def run_leaves():
    while not STOP:
        timed(turn_about)
        timed(turn_left)


# --- recursion

def dive_deep(depth):
    if depth:
        return dive_deep(depth - 1)
    return spin(3000)


def dive_shallow(depth):
    if depth:
        return dive_shallow(depth - 1)
    return spin(3000)


def run_recursion():
    while not STOP:
        timed(dive_deep, 150)
        timed(dive_shallow, 5)


# --- generators

def gen_inner(count):
    for number in range(count):
        yield number


def gen_outer(count):
    yield from gen_inner(count)


def drain_plain():
    for number in gen_inner(2000):
        number += 1


def drain_nested():
    for number in gen_outer(2000):
        number += 1


def run_generators():
    while not STOP:
        timed(drain_plain)
        timed(drain_nested)


# --- code that is made and dropped

SOURCE = """
def made_short(spin):
    spin(1500)


def made_long(spin):
    spin(4500)
"""


def run_made():
    while not STOP:
        names = {}
        exec(compile(SOURCE, "<made>", "exec"), names)
        timed(names["made_short"], spin)
        timed(names["made_long"], spin)


# --- twins: made in turn, where the other one was

TWIN = "def %s(spin): spin(%d)"


def run_twins():
    while not STOP:
        for name, count in (("twin_small", 1500), ("twin_large", 4500)):
            names = {}
            exec(compile(TWIN % (name, count), "<twins>", "exec"), names)
            timed(names.pop(name), spin)


# --- coroutines of asyncio

def step_light():
    spin(1500)


def step_heavy():
    spin(4500)


async def task_light(asyncio):
    while not STOP:
        timed(step_light)
        await asyncio.sleep(0)


async def task_heavy(asyncio):
    while not STOP:
        timed(step_heavy)
        await asyncio.sleep(0)


async def both_tasks(asyncio):
    await asyncio.gather(task_light(asyncio), task_heavy(asyncio))


def run_tasks(asyncio):
    asyncio.run(both_tasks(asyncio))


# --- tasks of one function, told apart by their names alone

def step_of_task(count):
    spin(count)


def timed_as(name, count):
    began = time.thread_time(), time.perf_counter()
    step_of_task(count)
    add(name, *began)


async def named_task(asyncio, name, count):
    while not STOP:
        timed_as(name, count)
        await asyncio.sleep(0)


async def short_task(name, count):
    timed_as(name, count)


async def short_tasks(asyncio):
    """One after the other; the memory of each is used for a later one, of another
    name."""
    while not STOP:
        await asyncio.gather(*[create_named(asyncio, short_task(name, count), name)
                               for name, count in (("short-one", 1500),
                                                   ("short-two", 3000))])


def create_named(asyncio, coroutine, name):
    return asyncio.get_running_loop().create_task(coroutine, name=name)


async def all_named(asyncio, short=True):
    tasks = [create_named(asyncio, named_task(asyncio, name, count), name)
             for name, count in (("light", 1500), ("heavy", 4500))]
    if short:
        tasks.append(create_named(asyncio, short_tasks(asyncio), "starter"))
    await asyncio.gather(*tasks)


def run_named(asyncio):
    asyncio.run(all_named(asyncio))


def run_named_python(asyncio):
    """Tasks of Python code, as of programs that replace asyncio's. Reading one takes
    longer than short ones live."""
    asyncio.Task = asyncio.tasks.Task = asyncio.tasks._PyTask
    asyncio.run(all_named(asyncio, short=False))


# --- threads: each has a share of its own

def run_threads():
    threads = [threading.Thread(target=thread_main, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    while not STOP:
        time.sleep(0.05)
    for thread in threads:
        thread.join()


def thread_main(which):
    names = [("first_one", "first_two"), ("second_one", "second_two")][which]
    functions = [globals()[name] for name in names]
    while not STOP:
        for function in functions:
            timed(function)


def first_one():
    spin(2000)


def first_two():
    spin(6000)


def second_one():
    spin(4000)


def second_two():
    spin(4000)


def tell(*why):
    print("SPENT " + json.dumps(dict(SPENT)), flush=True)
    SPENT.clear()


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: STOP.append(number))
    signal.signal(signal.SIGUSR1, tell)
    # Its import takes a while: not part of what is measured.
    needs = [__import__("asyncio")] if sys.argv[1] in (
        "tasks", "named", "named_python") else []
    print("READY", flush=True)
    globals()["run_" + sys.argv[1]](*needs)
    tell()
