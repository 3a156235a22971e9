"""Event loops full of tasks that wait in every way, and the truth about them.

    tasks.py TRUTH      writes it as JSON, prints READY, and stands still

Each loop looks at itself from a callback: asyncio.all_tasks(), and for each task the
chain of cr_await, gi_yieldfrom and ag_await with the lines of its frames. Who awaits
whom is noted where it is made. {"tasks": [{"address", "name", "coroutine", "stack":
[[name, line]..] innermost first, "loop"}], "edges": [[awaiter, awaited, how]..],
"loops": [{"address", "thread": native id or null, "count"}], "loose": [address..] of
those that nobody refers to but their loop}
"""

import asyncio
import inspect
import json
import os
import sys
import threading
import time

LONG = 100000
edges, tasks, loops, kept, loose = [], [], [], [], []
done = threading.Barrier(4)


def address(thing):
    return hex(id(thing))


def awaits(parent, child, how):
    edges.append([address(parent), address(child), how])


def current():
    """Since 3.14 the functions in C do not know tasks of Python code, nor the others."""
    task = asyncio.current_task()
    return task or asyncio.tasks._py_current_task()


def all_tasks(loop):
    found = set(asyncio.all_tasks(loop))
    if hasattr(asyncio.tasks, "_py_all_tasks"):
        found |= asyncio.tasks._py_all_tasks(loop)
    return found


def make(coroutine, name=None):
    task = asyncio.ensure_future(coroutine)
    if name and hasattr(task, "set_name"):
        task.set_name(name)
    kept.append(task)
    return task


# --- shapes


async def leaf(delay=LONG):
    await asyncio.sleep(delay)


async def middle():
    await leaf()


async def of_lock(lock):
    async with lock:
        await leaf()


async def of_event(event):
    await event.wait()


async def of_queue(todo):
    return await todo.get()


async def numbers():
    while True:
        yield 1
        await leaf()


async def of_generator():
    async for _ in numbers():
        pass


class Awaitable:
    def __await__(self):
        return (yield from leaf().__await__())


async def of_awaitable():
    await Awaitable()


async def direct():
    child = make(middle(), "awaited")
    awaits(current(), child, "await")
    await child


async def gathering():
    children = [make(middle()) for _ in range(3)]
    for child in children:
        awaits(current(), child, "gather")
    await asyncio.gather(*children)


async def shielding():
    child = make(leaf(), "shielded")
    awaits(current(), child, "shield")
    await asyncio.shield(child)


async def waiting(shared):
    children = [make(middle()), shared]
    for child in children:
        awaits(current(), child, "wait")
    await asyncio.wait(children)


async def timed(shared):
    if sys.version_info < (3, 12):
        awaits(current(), shared, "wait_for")
    else:
        awaits(current(), shared, "await")
    await asyncio.wait_for(shared, LONG)


async def completing(shared):
    children = [make(middle()), shared]
    for child in children:
        awaits(current(), child, "as_completed")
    for first in asyncio.as_completed(children):
        await first


async def shield_in_gather(shared):
    child = make(leaf())
    awaits(current(), child, "shield")
    awaits(current(), shared, "gather")
    await asyncio.gather(asyncio.shield(child), shared)


async def grouping():
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            child = group.create_task(middle())
            kept.append(child)
            awaits(current(), child, "TaskGroup")


async def race():
    from asyncio import staggered

    started = []

    async def runner():
        started.append(current())
        await leaf()

    await asyncio.sleep(0)
    # Before the rewrite of 3.12.8 it waits for those that had begun when it looked last.
    whole = "on_completed_fut" in inspect.getsource(staggered.staggered_race)
    me, how = current(), "staggered_race" if whole else "wait"
    asyncio.get_running_loop().call_later(
        0.15, lambda: [awaits(me, child, how) for child in started[:None if whole else 1]])
    await staggered.staggered_race([runner, runner], 0.01)


async def executor():
    await asyncio.get_running_loop().run_in_executor(None, time.sleep, LONG)


async def circle(others, number):
    await asyncio.sleep(0.01)
    other = others[(number + 1) % len(others)]
    awaits(current(), other, "await")
    await other


async def everything():
    shared = make(middle(), "shared")
    lock, event, todo = asyncio.Lock(), asyncio.Event(), asyncio.Queue()
    shapes = [of_lock(lock), of_lock(lock), of_event(event), of_queue(todo),
              of_generator(), of_awaitable(), direct(), gathering(), shielding(),
              waiting(shared), timed(shared), shield_in_gather(shared), executor(),
              completing(shared),
              race()]
    if hasattr(asyncio, "TaskGroup"):
        shapes.append(grouping())
    children = [make(shape) for shape in shapes]
    others = []
    others += [make(circle(others, number)) for number in range(3)]
    for child in children:
        awaits(current(), child, "gather")
    asyncio.get_running_loop().call_later(0.6, record)
    loose.append(address(asyncio.ensure_future(leaf())))
    await asyncio.gather(*children)


async def few(how):
    child = make(gathering(), "in " + how)
    awaits(current(), child, "await")
    asyncio.get_running_loop().call_later(0.6, record)
    await child


# --- the truth


def line_of(frame):
    return frame.f_lineno if frame else None


def chain(thing):
    """[name, line] of each frame from a coroutine inwards."""
    found = []
    while thing is not None:
        for prefix, wanted in (("cr", "await"), ("gi", "yieldfrom"), ("ag", "await")):
            frame = getattr(thing, prefix + "_frame", None)
            if hasattr(thing, prefix + "_code"):
                if frame is not None:
                    found.append([frame.f_code.co_name, line_of(frame)])
                thing = getattr(thing, prefix + "_" + wanted)
                break
        else:
            thing = unwrap(thing)
    return found


def unwrap(thing):
    """What stands between: an asynchronous generator's steps show nothing of it, but
    whoever runs one is in the list of generators that we made."""
    import gc

    kind = type(thing).__name__
    if kind in ("async_generator_asend", "coroutine_wrapper", "anext_awaitable"):
        for other in gc.get_referents(thing):
            if hasattr(other, "ag_code") or hasattr(other, "cr_code"):
                return other
    return None


def record():
    loop = asyncio.get_running_loop()
    note(loop, threading.get_native_id())
    done.wait()


def note(loop, thread):
    mine = all_tasks(loop)
    for task in mine:
        coroutine = task._coro if not hasattr(task, "get_coro") else task.get_coro()
        tasks.append({"address": address(task), "loop": address(loop),
                      "name": task.get_name() if hasattr(task, "get_name") else None,
                      "coroutine": coroutine.__qualname__,
                      "stack": chain(coroutine)[::-1]})
    loops.append({"address": address(loop), "thread": thread, "count": len(mine)})
    kept.append(loop)


def python_tasks():
    """A loop whose tasks are those of Lib/asyncio/tasks.py."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    loop.set_task_factory(
        lambda loop, coro, **more: asyncio.tasks._PyTask(coro, loop=loop, **more))
    loop.create_future = lambda: asyncio.futures._PyFuture(loop=loop)
    loop.run_until_complete(few("Python"))


def native_tasks():
    asyncio.run(few("a thread"))


def left_behind():
    """Tasks of a thread that ends, on a loop that nobody runs any more."""
    loop = asyncio.new_event_loop()
    kept.append(loop)

    async def begin():
        kept.append(loop.create_task(middle()))
        await asyncio.sleep(0.05)

    loop.run_until_complete(begin())
    kept.append(loop.create_task(leaf()))
    note(loop, None)


def write():
    done.wait()
    with open(sys.argv[1], "w", encoding="ascii") as file:
        json.dump({"tasks": tasks, "edges": edges, "loops": loops,
                   "loose": loose}, file)
    print("READY", flush=True)


def main():
    ended = threading.Thread(target=left_behind)
    ended.start()
    ended.join()
    for function in (python_tasks, native_tasks, write):
        threading.Thread(target=function, daemon=True).start()
    asyncio.run(everything())


main()
