"""Runs variables_truth.py on every interpreter of the rig, and holds what the bare host
shows of its frames, expressions and exceptions against what Python said.

usage: run_variables.py RIG HOGNOSE [INTERPRETER...]"""

import json
import os
import subprocess
import sys

TRUTH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "variables_truth.py")

# What a module or a class body keeps beside its dict, locals() does not tell: variables
# of comprehensions, which run in the frame around them from 3.12 on (PEP 709), and what
# is taken from enclosing functions. Each may be shown.
HIDDEN = {("<module>", "hidden"): ["local", "'seen'"], ("Body", "free"): ["free", "2"],
          ("Body", "__classdict__"): ["cell", None]}


def ask(hognose, pid, *words):
    done = subprocess.run([hognose, *words, "--json", str(pid)], capture_output=True,
                          text=True, check=False)
    if done.returncode:
        raise ValueError("%s: %s" % (" ".join(words), done.stderr.strip()))
    document = json.loads(done.stdout)
    if document["incomplete"]:
        raise ValueError("%s: %s" % (" ".join(words), document["incomplete"]))
    return document["result"]


def compare_frame(number, expected, found, wrong):
    where = "frame %d, %s" % (number, expected["function"])
    if found["frame"]["name"] != expected["function"]:
        wrong.append("%s is shown as %s" % (where, found["frame"]["name"]))
        return
    shown = {v["name"]: v for v in found["variables"]}
    if len(shown) != len(found["variables"]):
        wrong.append("%s: a name is shown twice" % where)
    for name, (kind, text) in expected["variables"].items():
        variable = shown.pop(name, None)
        if not variable:
            wrong.append("%s: %s is not shown" % (where, name))
            continue
        value = variable["value"] and variable["value"]["repr"]
        if variable["kind"] != kind:
            wrong.append("%s: %s is a %s, not %s" % (where, name, kind, variable["kind"]))
        if text != "" and value != text or text == "" and not value:
            wrong.append("%s: %s is %s, not %s" % (where, name, text, value))
    for name in shown:
        kind, text = HIDDEN.get((expected["function"], name), [None, None])
        value = shown[name]["value"]["repr"]
        if kind != shown[name]["kind"] or text not in (None, value):
            wrong.append("%s: %s = %s is not there" % (where, name, value))


def compare_exception(path, expected, found, wrong):
    if not expected or not found:
        if expected or found:
            wrong.append("%s: %s, not %s" % (path, expected, found))
        return
    if found.get("repeated"):
        found = dict(found, **REPEATED[found["address"]])
    REPEATED[found["address"]] = found
    lines = [[f["name"], f["line"]] for f in found["traceback"]]
    for key in "type", "message", "notes":
        if found[key] != expected[key]:
            wrong.append("%s: %s %r, not %r" % (path, key, expected[key], found[key]))
    if lines != expected["traceback"]:
        wrong.append("%s: traceback %s, not %s" % (path, expected["traceback"], lines))
    compare_exception(path + ".cause", expected["cause"], found.get("cause"), wrong)
    compare_exception(path + ".context", expected["context"], found.get("context"), wrong)
    group = found.get("group", [])
    if len(group) != len(expected["group"]):
        wrong.append("%s: %d members, not %d" % (path, len(expected["group"]), len(group)))
    for i, pair in enumerate(zip(expected["group"], group)):
        compare_exception("%s[%d]" % (path, i), *pair, wrong)


REPEATED = {}


def compare(hognose, pid, truth):
    wrong = []
    for number, frame in enumerate(truth["frames"], 1):
        found = ask(hognose, pid, "locals", "-f", str(number), "--width", "0")
        compare_frame(number, frame, found, wrong)
    for expression, text in truth["expressions"].items():
        try:
            value = ask(hognose, pid, "print", expression)["value"]["repr"]
        except ValueError as e:
            value = str(e)
        if value != text:
            wrong.append("%s is %s, not %s" % (expression, text, value))
    for expression, size in truth["sizes"].items():
        found = ask(hognose, pid, "object", expression)
        if found.get("size", size) != size:
            wrong.append("%s has %d bytes, not %d" % (expression, size, found["size"]))
        if found["refcount"] is None:
            wrong.append("%s has no reference count" % expression)
    REPEATED.clear()
    held = ask(hognose, pid, "exc")["threads"][0]["exceptions"]
    compare_exception("exception", truth["exception"], held[0] if held else None, wrong)
    return wrong


def check(row, hognose):
    with subprocess.Popen(row["argv"] + ["-S", TRUTH], stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, **row["env"])) as program:
        try:
            line = program.stdout.readline()
            wrong = (compare(hognose, program.pid, json.loads(line)) if line
                     else ["the program failed"])
        except ValueError as e:
            wrong = [str(e)]
        finally:
            program.kill()
    print("%-12s %s" % (row["name"], "FAILED" if wrong else "good"))
    for reason in wrong[:12]:
        print("    " + reason)
    return not wrong


def main():
    rig, hognose, *names = sys.argv[1:]
    rows = json.loads(subprocess.run([sys.executable, rig, "list", "--json"],
                                     capture_output=True, text=True, check=True).stdout)
    rows = [row for row in rows if not names or row["name"] in names]
    results = [check(row, hognose) for row in rows]
    print("%d passed, %d failed, 0 skipped" % (results.count(True), results.count(False)))
    return 0 if results and all(results) else 1


sys.exit(main())
