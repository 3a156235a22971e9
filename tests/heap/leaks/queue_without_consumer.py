"""A queue that is filled faster than it is read."""
import queue

import leak

jobs = queue.Queue()
for _ in range(20000):
    jobs.put(leak.block())
leak.expect(path="jobs.queue", type="collections.deque")
