"""An exception that is kept has a traceback, that a frame, and that its variables."""
import leak

last_error = None


def handle(request):
    rows = [leak.block() for _ in range(20000)]
    raise ValueError(request, len(rows))


try:
    handle(1)
except ValueError as error:
    last_error = error
leak.expect(path="last_error", type="list")
