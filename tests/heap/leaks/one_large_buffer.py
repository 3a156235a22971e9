"""One buffer that everything is appended to."""
import leak

log = bytearray()
for _ in range(20000):
    log += b"x" * 1000
leak.expect(path="log")  # since 3.15 a bytes object inside has the memory
