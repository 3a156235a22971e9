#!/usr/bin/env python3
"""The same commands print the same text in GDB, in LLDB and in the bare program.

Each *.hn file here is a list of commands; all hosts run it on one process that stands
still and on a core of it. Nothing is made equal but the target header, which names
the reader. Then come the things that only debuggers have: help, completion, names
shared with libpython.py, remote targets, the Python API. All debuggers of the rig
load the same two files. By default with two interpreters; --full takes all."""

import glob
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import harness  # noqa: E402
from harness import Skip, Target  # noqa: E402


def script(name):
    """The commands of a .hn file."""
    with open(os.path.join(HERE, name), encoding="ascii") as file:
        lines = [line.strip() for line in file]
    return [line for line in lines if line and not line.startswith("#")]


# --- what a host printed

MARK = "@@@ "


def outputs(host, target, commands):
    """What each command printed; hosts with a session run them all in one."""
    if host.name == "bare":
        return [bare_output(host, target, command) for command in commands]
    lines = []
    for command in commands:
        lines += marks(host, command) + ["py-" + command]
    done = host.run_lines(target, lines + marks(host, "end"))
    return parts(host, done.text, len(commands))


def bare_output(host, target, command):
    done = subprocess.run(
        "exec %s %s %s" % (host.program, command, target.pid or target.core),
        shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=harness.BARE_SECONDS)
    return done.stdout.decode()


def marks(host, command):
    """LLDB shows each line that it runs; GDB has to be told."""
    return ["echo %s%s\\n" % (MARK, command)] if host.name == "gdb" else []


def parts(host, text, count):
    pattern = r"^%s.*\n" % MARK if host.name == "gdb" else r"^\(lldb\) .*\n?"
    pieces = re.split(pattern, text, flags=re.M)
    if host.name == "lldb":
        pieces = [piece for line, piece in zip(re.findall(pattern, text, re.M), pieces[1:])
                  if line.startswith("(lldb) py-")]
    else:
        pieces = pieces[1:-1]
    if len(pieces) != count:
        raise RuntimeError("%d outputs of %d commands: %s"
                           % (len(pieces), count, text[-600:]))
    return pieces


def without_header(text):
    """The header is the first paragraph, and starts with the version."""
    if text.startswith("CPython "):
        return text.split("\n\n", 1)[1]
    return text


def first_difference(name, right, other, shown):
    """The first line that differs, for a person to read."""
    right, shown = right.splitlines(), shown.splitlines()
    for number in range(max(len(right), len(shown))):
        a = right[number] if number < len(right) else "(nothing)"
        b = shown[number] if number < len(shown) else "(nothing)"
        if a != b:
            return "line %d: %s has %r, %s has %r" % (number + 1, name, a, other, b)
    return "they differ in their line ends"


# --- the same text everywhere

def check_script(bare, host, target, name):
    commands = script(name)
    right = outputs(bare, target, commands)
    shown = outputs(host, target, commands)
    for command, a, b in zip(commands, right, shown):
        if without_header(a) != without_header(b):
            yield "%s: %s" % (command, first_difference(
                "bare", without_header(a), host.name, without_header(b)))


def check_not_empty(bare, target):
    """What is compared must be something: a stack has a frame, a list a line."""
    commands = script("stacks.hn") + script("rest.hn")
    for command, text in zip(commands, outputs(bare, target, commands)):
        if len(without_header(text).split()) < 3:
            yield "%s printed nothing: %r" % (command, text)


def check_failures(bare, host, target):
    for command in script("failures.hn"):
        right = bare_output(bare, target, command).strip()
        right = re.sub("^hognose: ", "", right)
        done = host.run_lines(target, ["py-" + command])
        if done.returncode != 1:
            yield "%s: exit status %d" % (command, done.returncode)
        said = re.sub("^error: ", "", error_line(host, done.text, command))
        if not right.startswith("cannot ") or said != right:
            yield "%s: bare says %r, %s says %r" % (command, right, host.name, said)


def error_line(host, text, command):
    """GDB's error is the last line before it lets go of the process; LLDB marks it."""
    lines = [line for line in text.splitlines()
             if line and not line.startswith("[Inferior ")]
    if host.name == "lldb":
        lines = [line for line in lines if line.startswith("error: ")]
    return lines[-1] if lines else ""


# --- what only debuggers have

def expect(text, *wanted):
    return ["no %r in: %s" % (want, text[-700:]) for want in wanted if want not in text]


def refuse(text, *unwanted):
    return ["%r in: %s" % (bad, text[-700:]) for bad in unwanted if bad in text]


def gdb_help(bare, gdb):
    text = gdb.run_lines(None, ["help py-bt", "help py-dump"]).text
    reasons = expect(text, "Show the Python stack of the selected thread.",
                     "Usage: py-bt [options]", "--all-threads", "Usage: py-dump")
    own = harness.run([bare.program, "bt", "--help"], 60).text
    return reasons + expect(own, "Show the Python stack of the selected thread.")


def lldb_help(lldb):
    text = lldb.run_lines(None, ["help py-bt", "help"]).text
    return expect(text, "Show the Python stack of the selected thread",
                  "Syntax: py-bt [options]", "--all-threads", "py-dump")


def gdb_completion(gdb):
    text = gdb.run_lines(None, [
        "complete py-b", "complete py-bt --all", "complete py-bt -a --dep",
        "complete py-dump --color=al"]).text
    return (expect(text, "py-bt\n", "py-bt --all-threads\n", "py-bt -a --depth\n")
            + refuse(text, "----"))


def no_target(host):
    done = host.run_lines(None, ["py-dump"])
    reasons = expect(done.text, "no process runs here and no core is loaded")
    return reasons + ([] if done.returncode == 1 else ["exit %d" % done.returncode])


def unknown_option(host):
    done = host.run_lines(None, ["py-bt --dpeth 3"])
    reasons = expect(done.text, "--dpeth", "--depth")
    return reasons + ([] if done.returncode == 1 else ["exit %d" % done.returncode])


def loading_twice(host, target):
    load = ("source " if host.name == "gdb" else "plugin load ") + host.plugin
    text = host.run_lines(target, [load, load, "py-bt --depth 1"]).text
    return expect(text, "#0 ") + refuse(text, "rror")


def gdb_selection_kept(gdb, target):
    """py-dump looks at every thread; the user's stays selected."""
    text = gdb.run_lines(target, [
        "thread 2", "py-dump", "py-threads",
        "python print('selected', gdb.selected_thread().num)"]).text
    return expect(text, "selected 2")


def gdb_frame_follows(gdb, target):
    text = gdb.run_lines(target, [
        "bt", "py-frame 0", "python print('in', gdb.selected_frame().name())"]).text
    if not re.search("in (_PyEval_EvalFrameDefault|_TAIL_CALL_)", text.partition("\n  #0")[0]):
        raise Skip("GDB sees no frame of the interpreter's loop: no symbols")
    return [] if re.search("^in (_PyEval_EvalFrameDefault|_TAIL_CALL_)", text, re.M) else [
        text[-500:]]


def choice_is_kept(host, target):
    """py-up moves from where py-frame went, and py-list shows that place."""
    down = "python" if host.name == "gdb" else "script"
    done = host.run_lines(target, ["py-bt -t 2", "py-frame -t 2 1", "py-up -t 2",
                                   "py-down -t 2", down + " print('done')"])
    up = re.search(r"^ +#2 +(\S+) .*\n(?:.*\n)*? +#1 ", done.text, re.M)
    return expect(done.text, "done") + ([] if up else ["py-up: " + done.text[-500:]])


def gdb_running(gdb, target):
    """What is read from a process that runs says so."""
    text = gdb.run_lines(target, ["py-info", "continue &", "py-info"]).text
    first, _, second = text.partition("interpreter 0")
    return (refuse(first, "inconsistent")
            + expect(second, "inconsistent: read while running"))


def gdb_query(gdb, target):
    text = gdb.run_lines(target, [
        "python import hognose",
        "python print('threads', len(hognose.query('py-threads')['threads']))",
        "python print('frames', len(hognose.query('py-bt -t 2 --depth 1')"
        "['interpreters'][0]['threads'][0]['frames']))",
        "python\ntry:\n hognose.query('py-bt -t 999999')\n"
        "except hognose.Error as e:\n print('Error:', e)\nend"]).text
    return (expect(text, "frames 1", "Error: cannot show thread 999999")
            + ([] if re.search(r"^threads [1-9]", text, re.M) else [text[-500:]]))


def lldb_query(lldb, target):
    module = os.path.join(os.path.dirname(lldb.plugin), "hognose.py")
    text = lldb.run_lines(target, [
        "command script import " + module, "script import hognose",
        "script print('threads', len(hognose.query('py-threads')['threads']))"]).text
    if "there is no embedded script interpreter" in text:
        raise Skip("this LLDB has no Python")
    return [] if re.search(r"^threads [1-9]", text, re.M) else [text[-500:]]


# --- the worked scripts

def example(name):
    return "source " + os.path.join(harness.ROOT, "gdb-plugin", "examples", name)


def gdb_triage(gdb, core, scratch):
    """One core of a process that no signal ended, and a file that is no core."""
    folder = scratch.file("cores")
    os.mkdir(folder)
    os.symlink(core.core, os.path.join(folder, "a.core"))
    with open(os.path.join(folder, "notes.txt"), "w") as file:
        file.write("not a core")
    text = gdb.run_lines(None, [example("triage.py"), "triage " + folder]).text
    row = re.search(r"^ +1  no signal +\S+ \(\S+\.py:\d+\)$", text, re.M)
    return (expect(text, "first: %s/a.core" % folder, "-  %s/notes.txt: " % folder)
            + ([] if row else ["no row of the core: " + text[-500:]]))


def gdb_record_locals(gdb, row, scratch):
    """Every hit has the variables of its own moment."""
    notes = scratch.file("notes.jsonl")
    with harness.Program(row, "ticking.py", cwd=scratch.path) as program:
        program.wait_ready()
        text = gdb.run_lines(Target(pid=program.pid), [
            example("record_locals.py"), "record-locals getppid " + notes,
            "python import os, signal, threading",
            "python threading.Timer(1.5, os.kill, (%d, signal.SIGINT)).start()"
            % program.pid, "continue"]).text
    if "not defined" in text:
        raise Skip("GDB does not find the C library's symbols")
    with open(notes, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    first = int(rows[0]["variables"]["number"]) if rows else 0
    wanted = [{"number": str(first + i), "label": "'tick %d'" % (first + i)}
              for i in range(len(rows))]
    reasons = [] if len(rows) >= 3 else ["%d notes: %s" % (len(rows), text[-500:])]
    if [row["variables"] for row in rows] != wanted:
        reasons.append("not the variables of each call: %s" % rows[:3])
    return reasons + ["in %s" % row["frame"] for row in rows
                      if row["frame"]["function"] != "tick"]


# --- CPython's libpython.py

def find_libpython():
    found = glob.glob("/usr/share/gdb/auto-load/usr/bin/python3*-gdb.py")
    if not found:
        raise Skip("no libpython.py of CPython (python3.11-dbg has one)")
    return sorted(found)[-1]


SUMMARY = {
    "ours": "Show the Python stack of the selected thread",
    "theirs": "Display the current python frame and all the frames",
}


def owners(gdb, lines):
    """{name: who has it} after `lines`."""
    names = ("py-bt", "cpython-py-bt", "hognose-py-bt", "py-list", "cpython-py-list")
    for name in names:
        lines = lines + ["echo %s%s\\n" % (MARK, name), "help " + name]
    text = gdb.run_lines(None, lines).text
    found = {}
    for piece in text.split(MARK)[1:]:
        name, _, said = piece.partition("\n")
        found[name] = [who for who, summary in SUMMARY.items() if said.startswith(summary)]
    return found


def check_owners(gdb, lines, **wanted):
    found = owners(gdb, lines)
    for name, who in wanted.items():
        name = name.replace("_", "-")
        if found[name] != [who]:
            yield "%s is %s, not %s" % (name, found[name] or "nobody's", who)


def libpython_later(gdb):
    return check_owners(gdb, ["source " + find_libpython()],
                        py_bt="ours", cpython_py_bt="theirs")


def libpython_earlier(gdb):
    # The harness has sourced ours already: sourcing it again is taking names back.
    plain = harness.Gdb.__new__(harness.Gdb)
    plain.__dict__.update(gdb.__dict__, plugin=find_libpython())
    return check_owners(plain, ["source " + gdb.plugin],
                        py_bt="ours", cpython_py_bt="theirs")


def libpython_wins(gdb):
    """claim-names off gives the names away, whichever was there first."""
    off = "set hognose claim-names off"
    libpython = "source " + find_libpython()
    for lines in ([off, libpython], [libpython, off]):
        yield from check_owners(gdb, lines, py_bt="theirs", hognose_py_bt="ours")
    yield from check_owners(gdb, [off, libpython, "set hognose claim-names on"],
                            py_bt="ours", cpython_py_bt="theirs")


# --- remote targets

def gdb_remote(bare, gdb, target):
    """All reads go through GDB; the text stays the same."""
    right = without_header(bare_output(bare, target, "dump"))
    with harness.gdbserver(target.pid) as address:
        text = gdb.run_lines(None, [
            "set sysroot /", "target remote " + address, "echo %sdump\\n" % MARK,
            "py-dump", "echo %send\\n" % MARK, "detach"]).text
    if "warning: while parsing threads" in text:
        raise Skip("gdbserver sends a thread's name that is no XML, GDB loses threads")
    shown = parts(gdb, text, 1)[0]
    reasons = expect(shown, "reading by GDB")
    ours, right = same_calls(without_header(shown), right)
    if ours != right:
        reasons.append(first_difference("bare", right, "gdb", ours))
    return reasons


def same_calls(*texts):
    """A wait that a stop interrupted goes on as restart_syscall: the same one, renamed."""
    lines = [text.split("\n") for text in texts]
    for number, row in enumerate(zip(*lines)):
        if any("idle in restart_syscall" in line for line in row):
            for text in lines:
                text[number] = re.sub(r"idle in \w+", "idle in restart_syscall", text[number])
    return ["\n".join(text) for text in lines]


# --- more than one target

def two_cores(host, first, second):
    """Each of two cores in one session is shown as itself, and the first again."""
    def summary(core):
        return "core %s of pid" % core

    if host.name == "gdb":
        lines = ["py-info", "core-file " + second, "py-info", "core-file " + first.core,
                 "py-info"]
    else:
        lines = ["py-info", "target create --core " + second, "py-info",
                 "target select 0", "py-info"]
    text = host.run_lines(first, lines).text
    shown = re.findall(r"core (\S+) of pid", text)
    wanted = [first.core, second, first.core]
    return [] if shown == wanted else ["shown %s: %s" % (shown, text[-600:])]


# --- the files themselves

def check_dynamic(path, exported, forbidden):
    """Exports its entry point alone and needs nothing that a debugger brings."""
    tool = shutil.which("readelf")
    if not tool:
        raise Skip("no readelf (binutils)")
    text = harness.run([tool, "--dyn-syms", "-d", "-W", path], 60).text
    symbols = re.findall(r" (?:GLOBAL|WEAK|UNIQUE) +\S+ +(?!UND)\S+ (\S+)$", text, re.M)
    if symbols != [exported]:
        yield "exports %s" % symbols[:10]
    for needed in re.findall(r"NEEDED.*\[(.*)\]", text):
        if forbidden in needed:
            yield "needs " + needed
    if "NOW" in re.findall(r"\(FLAGS(?:_1)?\) .*", text):
        yield "binds everything at once"


# --- running it all

def attempt_files(tally, hosts):
    if "gdb" in hosts:
        path = os.path.join(os.path.dirname(hosts["gdb"].plugin), "_hognose.abi3.so")
        tally.attempt("gdb: exports and needs",
                      lambda: list(check_dynamic(path, "PyInit__hognose", "libpython")))
    if "lldb" in hosts:
        tally.attempt("lldb: exports and needs", lambda: list(check_dynamic(
            hosts["lldb"].plugin, "_ZN4lldb16PluginInitializeENS_10SBDebuggerE",
            "liblldb")))


def attempt_without_target(tally, hosts):
    bare = hosts["bare"]
    for name, host in hosts.items():
        if name != "bare":
            tally.attempt(name + ": no target", no_target, host)
            tally.attempt(name + ": unknown option", unknown_option, host)
    if "gdb" in hosts:
        gdb = hosts["gdb"]
        tally.attempt("gdb: help", gdb_help, bare, gdb)
        tally.attempt("gdb: completion", gdb_completion, gdb)
        for check in (libpython_later, libpython_earlier, libpython_wins):
            tally.attempt("gdb: " + check.__name__, lambda: list(check(gdb)))
    if "lldb" in hosts:
        tally.attempt("lldb: help", lldb_help, hosts["lldb"])


def attempt_scripts(tally, hosts, target, title):
    bare = hosts["bare"]
    tally.attempt("%s: something to compare" % title,
                  lambda: list(check_not_empty(bare, target)))
    for name, host in hosts.items():
        if name == "bare":
            continue
        for file in ("stacks.hn", "rest.hn", "words.hn"):
            tally.attempt("%s: %s, %s" % (title, name, file),
                          lambda: list(check_script(bare, host, target, file)))
        tally.attempt("%s: %s, failures.hn" % (title, name),
                      lambda: list(check_failures(bare, host, target)))


def attempt_sessions(tally, hosts, target, title):
    for name, host in hosts.items():
        if name == "bare":
            continue
        tally.attempt("%s: %s, loading twice" % (title, name), loading_twice, host, target)
        tally.attempt("%s: %s, choice" % (title, name), choice_is_kept, host, target)
    if "gdb" in hosts:
        tally.attempt(title + ": gdb, query", gdb_query, hosts["gdb"], target)
        tally.attempt(title + ": gdb, selection", gdb_selection_kept, hosts["gdb"], target)
    if "lldb" in hosts:
        tally.attempt(title + ": lldb, query", lldb_query, hosts["lldb"], target)


def attempt_live(tally, hosts, target, title):
    if "gdb" not in hosts:
        return
    gdb = hosts["gdb"]
    tally.attempt(title + ": gdb, frame follows", gdb_frame_follows, gdb, target)
    tally.attempt(title + ": gdb, remote", gdb_remote, hosts["bare"], gdb, target)
    tally.attempt(title + ": gdb, running", gdb_running, gdb, target)


def attempt_two_cores(tally, hosts, core, scratch, title):
    second = scratch.file("second.core")
    shutil.copyfile(core.core, second)
    for name in ("gdb", "lldb"):
        if name in hosts:
            tally.attempt("%s: %s, two cores" % (title, name), two_cores, hosts[name],
                          core, second)


def attempt_examples(tally, hosts, core, row, scratch):
    if "gdb" in hosts:
        tally.attempt(row["name"] + ": gdb, triage", gdb_triage, hosts["gdb"], core,
                      scratch)
        tally.attempt(row["name"] + ": gdb, record-locals", gdb_record_locals,
                      hosts["gdb"], row, scratch)


def attempt_debuggers(tally, build, bare, live, core):
    """The same two files in every debugger there is."""
    targets = [(live, "live")] + ([(core, "core")] if core else [])
    for row in harness.rig("debuggers"):
        kind = {"gdb": harness.Gdb, "lldb": harness.Lldb}[row["kind"]]
        host = kind(build, row["argv"], row["env"])
        for target, title in targets:
            tally.attempt("%s: %s" % (row["name"], title),
                          lambda: list(check_script(bare, host, target, "stacks.hn")))


def open_hosts(tally, options):
    hosts = {}
    for name, kind in harness.HOSTS.items():
        try:
            hosts[name] = kind(options.build)
        except Skip as skip:
            tally.skips_for(name, str(skip))
    if "bare" not in hosts:
        raise SystemExit("nothing to compare with: cli/hognose is not built")
    return hosts


def choose(rows, options, random):
    """All, or one of each kind of stack: before 3.11 and from it on."""
    if options.full or options.only:
        return rows
    def version(row):
        return [int(part) for part in row["version"].split(".")[:2]]

    kinds = [[row for row in rows if (version(row) >= [3, 11]) == newer]
             for newer in (False, True)]
    return [random.choice(kind) for kind in kinds if kind]


def core_of(tally, program, scratch, binary, title):
    """A core of the living process, or None where no GDB here can make one."""
    try:
        path = harness.core_by_gdb(program, scratch.file("a.core"))
    except Skip as skip:
        tally.skips_for(title + " core", str(skip))
        return None
    return Target(core=path, binary=binary)


def run_interpreter(tally, options, hosts, row, with_debuggers):
    with harness.Scratch() as scratch:
        program, _ = harness.still_program(row, "stacks.py", scratch)
        try:
            binary = os.path.realpath(row["binary"])
            live = Target(pid=program.pid, binary=binary)
            core = core_of(tally, program, scratch, binary, row["name"])
            attempt_scripts(tally, hosts, live, row["name"] + " live")
            attempt_sessions(tally, hosts, live, row["name"])
            if core:
                attempt_scripts(tally, hosts, core, row["name"] + " core")
                attempt_two_cores(tally, hosts, core, scratch, row["name"])
                attempt_examples(tally, hosts, core, row, scratch)
            if with_debuggers:
                attempt_debuggers(tally, options.build, hosts["bare"], live, core)
            attempt_live(tally, hosts, live, row["name"])
        finally:
            program.end()


def main():
    options = harness.arguments(__doc__).parse_args()
    random = harness.seeded(options)
    tally = harness.Tally(options.verbose)
    hosts = open_hosts(tally, options)
    attempt_files(tally, hosts)
    attempt_without_target(tally, hosts)
    for number, row in enumerate(choose(harness.interpreters(options), options, random)):
        run_interpreter(tally, options, hosts, row, number == 0)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
