"""Tasks of asyncio that wait for what never comes."""
import asyncio

import leak

waiting = set()


async def serve(gate):
    body = leak.block(5000)
    await gate
    return body


async def main():
    gate = asyncio.get_running_loop().create_future()
    for _ in range(4000):
        waiting.add(asyncio.ensure_future(serve(gate)))
    await asyncio.sleep(0)
    # The set has them, and so has the future that they wait for.
    leak.expect(kinds=("object", "type"),
                made_of=("_asyncio.Task", "_asyncio.Future", "coroutine"))


asyncio.run(main())
