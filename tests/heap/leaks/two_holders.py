"""Every object is in two places: no single one keeps them alive."""
import leak


class Order:
    def __init__(self, number):
        self.number = number
        self.body = leak.block()


by_number = {}
in_order = []
for number in range(20000):
    order = Order(number)
    by_number[number] = order
    in_order.append(order)
leak.expect(kinds=("type",))
