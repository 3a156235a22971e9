"""An unbounded cache whose keys hold every instance that was asked."""
import functools

import leak


class Report:
    def __init__(self):
        self.rows = leak.block(5000)

    @functools.lru_cache(maxsize=None)
    def total(self, year):
        return len(self.rows)


for number in range(5000):
    Report().total(number)
leak.expect(path="Report.total")
