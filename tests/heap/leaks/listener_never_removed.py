"""Bound methods in a list of listeners keep their objects."""
import leak


class Bus:
    def __init__(self):
        self.listeners = []


class Widget:
    def __init__(self, bus):
        self.picture = leak.block(5000)
        bus.listeners.append(self.redraw)

    def redraw(self):
        return self.picture


bus = Bus()
for _ in range(5000):
    Widget(bus)
leak.expect(path="bus.listeners", type="list")
