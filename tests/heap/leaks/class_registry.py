"""Classes made at run time, each remembered by a registry."""
import leak

registry = []


def make(number):
    kind = type("Row%d" % number, (), {"number": number, "template": leak.block(2000)})
    registry.append(kind)


for number in range(4000):
    make(number)
leak.expect(path="registry", type="list")
