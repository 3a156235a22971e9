"""A list of the class where one of the instance was meant."""
import leak


class Handler:
    seen = []

    def handle(self, body):
        self.seen.append(body)


for _ in range(20000):
    Handler().handle(leak.block())
leak.expect(path="Handler.seen", type="list")
