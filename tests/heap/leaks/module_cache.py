"""A dict of a module that only ever grows."""
import leak

cache = {}
for user in range(20000):
    cache["user:%d" % user] = leak.block()
leak.expect(path="cache", type="dict")
