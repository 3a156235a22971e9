"""Runs preview_truth.py on every interpreter of the rig and compares each value's repr
with our preview of it; addresses are masked.

usage: run_previews.py RIG PREVIEW_PID [NAME...]      NAME: of rig rows, default all"""

import json
import os
import re
import subprocess
import sys

TRUTH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "preview_truth.py")
SHOWN = int(os.environ.get("SHOWN", "12"))  # differences printed per interpreter


def mask(text):
    return re.sub(r"0x[0-9a-f]{7,16}\b", "0x...", text)


def compare(row, program):
    """How many values agree, and the lines that tell the others apart."""
    environment = dict(os.environ, PYTHONIOENCODING="utf-8", **row["env"])
    truth = subprocess.Popen(row["argv"] + ["-S", TRUTH], env=environment,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             encoding="utf-8")
    pid = truth.stdout.readline().strip()
    lines = []
    for line in iter(truth.stdout.readline, "end\n"):
        if not line:
            return 0, ["%s did not finish" % os.path.basename(TRUTH)]
        lines.append(json.loads(line))
    ours = subprocess.run([program, pid], input="".join(a + "\n" for _, a, _ in lines),
                          capture_output=True, encoding="utf-8", check=False)
    truth.stdin.close()
    truth.wait()
    previews = [line[8:] for line in ours.stdout.split("\n") if line.startswith("preview\t")]
    if len(previews) != len(lines):
        return 0, ["preview_pid ended after %d: %s" % (len(previews), ours.stderr)]
    bad = ["%s:\n      %s\n      %s" % (name, mask(theirs)[:300], mask(preview)[:300])
           for (name, _, theirs), preview in zip(lines, previews)
           if mask(theirs) != mask(preview)]
    return len(lines) - len(bad), bad


def main():
    rig, program, *names = sys.argv[1:]
    rows = json.loads(subprocess.run([sys.executable, rig, "list", "--json"],
                                     capture_output=True, text=True, check=True).stdout)
    failed = 0
    for row in rows:
        if names and row["name"] not in names:
            continue
        good, bad = compare(row, program)
        failed += bool(bad) or good == 0
        print("%-10s %d values agree, %d differ" % (row["name"], good, len(bad)))
        for line in bad[:SHOWN]:
            print("   ", line)
        sys.stdout.flush()
    return 1 if failed or not rows else 0


sys.exit(main())
