"""Starts and ends threads for as long as it lives, and counts them in a file.

churn.py COUNT_FILE [SECONDS [PAUSE]]: prints READY, then DONE when SECONDS are over
(0: never). Between two threads it rests for PAUSE seconds."""

import sys
import threading
import time


def work():
    total = 0
    for number in range(2000):
        total += number
    return total


def main():
    count = 0
    seconds, pause = map(float, (sys.argv[2:] + ["0", "0"])[:2])
    end = time.monotonic() + seconds if seconds else None
    with open(sys.argv[1], "w") as file:
        print("READY", flush=True)
        while end is None or time.monotonic() < end:
            thread = threading.Thread(target=work)
            thread.start()
            thread.join()
            count += 1
            file.seek(0)
            file.write("%d\n" % count)
            file.flush()
            time.sleep(pause)
    print("DONE", flush=True)


main()
