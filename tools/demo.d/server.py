"""A small web shop with something wrong: one customer's order never ends.

Requests are served by a thread each; orders go through a queue to two workers; one
worker waits for a lock that the other holds while it talks to a payment service that
does not answer."""

import http.server
import math
import queue
import socket
import threading
import urllib.request


class Payment:
    """The other side of a socket that never answers."""

    def __init__(self):
        self.line, self.far_end = socket.socketpair()

    def charge(self, order):
        self.line.sendall(b"charge %d\n" % order)
        return self.line.recv(64)


class Shop:
    def __init__(self):
        self.orders, self.stock = queue.Queue(), threading.Lock()
        self.payment = Payment()

    def worker(self):
        while True:
            self.fulfil(self.orders.get())

    def fulfil(self, order):
        with self.stock:
            self.payment.charge(order)

    def report(self):
        """What keeps the processor busy."""
        total = 0.0
        while True:
            total += sum(math.sqrt(n) for n in range(1000))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.shop.orders.put(len(self.path))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ordered\n")

    def log_message(self, *words):
        pass


def main():
    shop = Shop()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.shop = shop
    for name in ("fulfilment-1", "fulfilment-2"):
        threading.Thread(target=shop.worker, name=name, daemon=True).start()
    threading.Thread(target=shop.report, name="reporting", daemon=True).start()
    threading.Thread(target=server.serve_forever, name="web", daemon=True).start()
    for _ in range(3):
        urllib.request.urlopen("http://127.0.0.1:%d/buy" % server.server_port).read()
    print("READY", flush=True)
    threading.Event().wait()


main()
