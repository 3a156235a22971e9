"""Objects in cycles that have a __del__, and a collector that somebody turned off."""
import gc

import leak

gc.disable()


class Connection:
    def __init__(self):
        self.buffer = leak.block(5000)
        self.owner = self

    def __del__(self):
        pass


for _ in range(5000):
    Connection()
leak.expect(kinds=("garbage",))
