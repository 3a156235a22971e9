"""Runs linetable_truth.py on every interpreter of the rig and compares.

usage: run_linetables.py RIG CHECK_LINETABLE"""

import json
import os
import subprocess
import sys

TRUTH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "linetable_truth.py")


def format_of(version):
    minor = int(version.split(".")[1])
    return "lnotab" if minor < 10 else "pep626" if minor == 10 else "pep657"


def check(row, checker):
    environment = dict(os.environ, **row["env"])
    truth = subprocess.Popen(row["argv"] + ["-S", TRUTH], env=environment,
                             stdout=subprocess.PIPE)
    result = subprocess.run([checker, format_of(row["version"])], stdin=truth.stdout,
                            capture_output=True, text=True, check=False)
    truth.stdout.close()
    good = result.returncode == 0 and truth.wait() == 0
    print("%-12s %s%s" % (row["name"], "" if good else "FAILED: ",
                          result.stdout.strip() or "no positions"))
    if not good:
        print("\n".join(result.stderr.splitlines()[:5]))
    return good


def main():
    rig, checker = sys.argv[1:]
    rows = json.loads(subprocess.run([sys.executable, rig, "list", "--json"],
                                     capture_output=True, text=True, check=True).stdout)
    results = [check(row, checker) for row in rows]
    print("%d passed, %d failed, 0 skipped" % (results.count(True), results.count(False)))
    return 0 if results and all(results) else 1


sys.exit(main())
