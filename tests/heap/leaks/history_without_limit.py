"""A deque that was meant to have a maxlen."""
import collections

import leak


class Monitor:
    def __init__(self):
        self.history = collections.deque()


monitor = Monitor()
for _ in range(20000):
    monitor.history.append((1.5, leak.block()))
leak.expect(path="monitor.history", type="collections.deque")
