"""N asyncio tasks, each two coroutines deep in a sleep(); prints its pid."""
import asyncio
import os
import sys


async def leaf():
    await asyncio.sleep(100000)


async def middle():
    await leaf()


async def main():
    tasks = [asyncio.ensure_future(middle()) for _ in range(int(sys.argv[1]))]
    asyncio.get_running_loop().call_later(0.1, lambda: print(os.getpid(), flush=True))
    await asyncio.gather(*tasks)


asyncio.run(main())
