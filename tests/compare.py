"""Holds what hognose said about a process against what the process recorded.

`differences` returns a list of sentences; an empty one means that threads, native
ids, names, qualified names, files, lines and columns are all the same."""


FIRST_WITH_CO_QUALNAME = 0x030b0000


def differences(truth, result, core=False, columns=False):
    """`result` is py-dump's JSON result; `truth` is programs/truth.py's file.

    `core`: OS thread names are not in cores. `columns`: compare them too."""
    found, reasons = {}, []
    for interpreter in result["interpreters"]:
        for thread in interpreter["threads"]:
            found.setdefault((interpreter["id"], thread["ident"]), []).append(thread)
    for interpreter in truth["interpreters"]:
        for expected in interpreter["threads"]:
            key = (interpreter["id"], expected["ident"])
            where = "thread %s %r" % (expected["native_id"], expected["name"])
            here = found.pop(key, [])
            if len(here) != 1:
                reasons.append("%s is there %d times" % (where, len(here)))
                continue
            for reason in thread_differences(expected, here[0], core, columns,
                                             truth["hex"] < FIRST_WITH_CO_QUALNAME):
                reasons.append("%s: %s" % (where, reason))
    for (interpreter, ident), threads in found.items():
        # A subinterpreter's first thread state stays when its thread has left it.
        if interpreter == 0 or any(thread["frames"] for thread in threads):
            reasons.append("interpreter %s has a thread %s that is not there"
                           % (interpreter, ident))
    return reasons


def thread_differences(expected, thread, core, columns, early):
    if thread["native_id"] != expected["native_id"]:
        yield "native id is %s, shown %s" % (expected["native_id"], thread["native_id"])
    if not is_name(expected, thread["name"], core):
        yield "name shown as %r (the OS's is %r)" % (thread["name"],
                                                     expected["os_name"])
    frames = thread["frames"]
    wanted = [frame for frame in expected["frames"] for _ in range(frame["count"])]
    if len(frames) != len(wanted):
        yield "has %d frames, shown %d" % (len(wanted), len(frames))
    for number, (right, shown) in enumerate(zip(wanted, frames)):
        for reason in frame_differences(right, shown, columns, early):
            yield "frame %d: %s" % (number, reason)


def is_name(expected, shown, core):
    if expected["name"] is not None:
        return shown == visible(expected["name"])
    return shown == visible(expected["os_name"]) or (core and shown == "")


def frame_differences(right, shown, columns, early):
    if shown.get("kind") != "python":
        yield "%s is shown as %r" % (right["name"], shown)
        return
    if not is_qualname(right, shown, early):
        yield "%r is shown as %r" % (right["qualnames"], shown["function"])
    for key in ("name", "file"):
        if shown[key] != visible(right[key]):
            yield "%s is %r, shown %r" % (key, right[key], shown[key])
    if shown["line"] != right["line"]:
        yield "%s: line is %s, shown %s" % (right["name"], right["line"], shown["line"])
    if columns and right["columns"]:
        _, end_line, column, end_column = right["columns"]
        seen = (shown.get("end_line", shown["line"]), shown.get("column"),
                shown.get("end_column"))
        if seen != (end_line, column, end_column):
            yield "%s: columns are %s, shown %s" % (
                right["name"], (end_line, column, end_column), seen)


def is_qualname(right, shown, early):
    """Up to 3.10 hognose may say that it could not qualify a name, not a wrong one."""
    if shown["function"] in [visible(name) for name in right["qualnames"]]:
        return True
    return early and shown.get("qualified") is False and shown["function"] == shown["name"]


def unqualified(result):
    """How many frames were shown by their bare name because nothing better was found."""
    return sum(frame.get("qualified") is False
               for interpreter in result["interpreters"]
               for thread in interpreter["threads"] for frame in thread["frames"])


def visible(text):
    """Lone surrogates are no UTF-8: JSON text shows them as Python escapes them."""
    return "".join("\\u%04x" % ord(c) if 0xd800 <= ord(c) < 0xe000 else c for c in text)


def state_differences(truth, result, kind):
    """What the states may claim: `kind` is "blocked", "busy" or "keeps-gil"."""
    moving = set(truth["moving"])
    free_threaded = "free-threaded" in result["python"]["flavour"]
    for interpreter in result["interpreters"]:
        for thread in interpreter["threads"]:
            states = thread["state"]
            where = "thread %s %r" % (thread["native_id"], thread["name"])
            if thread["native_id"] in moving:
                if "idle" in states:
                    yield "%s runs, shown %s" % (where, states)
                if kind == "keeps-gil" and not free_threaded and "gil" not in states:
                    yield "%s keeps the GIL, shown %s" % (where, states)
            elif set(states) & {"gil", "on-cpu", "waiting-for-gil"}:
                yield "%s is blocked without the GIL, shown %s" % (where, states)
