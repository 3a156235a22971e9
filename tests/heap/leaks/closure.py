"""Callbacks that remember what they were made with."""
import leak

callbacks = []


def register(payload):
    def callback():
        return payload
    callbacks.append(callback)


for _ in range(10000):
    register(leak.block(2000))
leak.expect(path="callbacks", type="list")
