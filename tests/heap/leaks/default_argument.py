"""A list as a default value is the same in every call."""
import leak


def record(event, seen=[]):
    seen.append(event)


for _ in range(20000):
    record(leak.block())
leak.expect(path="record.__defaults__[0]", type="list")
