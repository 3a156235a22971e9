"""A few bytes of a large buffer keep all of it."""
import leak

headers = []
for _ in range(200):
    packet = bytes(100000)
    headers.append(memoryview(packet)[:10])
    del packet
leak.expect(path="headers", type="list")
