"""A dict that was large once keeps its table."""
import leak

sessions = {number: None for number in range(1000000)}
for number in range(5, 1000000):
    del sessions[number]
leak.expect(path="sessions", type="dict")
