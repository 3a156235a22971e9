"""A variable of a function that never returns, in another thread."""
import threading

import leak


def work(started, stop):
    results = [leak.block() for _ in range(20000)]
    started.set()
    stop.wait()
    return results


started, stop = threading.Event(), threading.Event()
thread = threading.Thread(target=work, args=(started, stop), daemon=True)
thread.start()
started.wait()
leak.expect(path="results", type="list")
