"""A chain that is only ever extended."""
import leak


class Link:
    def __init__(self, following):
        self.following = following
        self.value = leak.block(200)


head = None
for _ in range(60000):
    head = Link(head)
leak.expect(path="head")
