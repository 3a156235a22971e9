#!/usr/bin/env python3
"""py-sample lets a debugger's target run, and leaves it as it was.

The target starts and ends threads all the time, which is what freezes where a debugger's
own loop does not see to it; it counts them, so that it can tell whether it ran. The same
checks run in GDB, in LLDB and, as far as they apply, in the bare program. By default with
one interpreter and the installed debuggers; --full takes all of both."""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

import harness  # noqa: E402
from harness import Skip, Target  # noqa: E402

SUMMARY = re.compile(r"^([\d.]+) s, ([\d,]+) samples? of ([\d,]+) threads?", re.M)

# One stop of LLDB takes a tenth of a second.
SHORT_RUNS, SHORT_RUNS_FULL = 20, 500

# LLDB gives up attaching when a thread that it has listed ends before it gets there.
ATTACH_AGAIN = 3


class Churn:
    """The target, and how far it has counted."""

    def __init__(self, row, scratch, pause=0, leads=False):
        self.path = scratch.file("count")
        self.program = harness.Program(row, "churn.py", [self.path, 0, pause],
                                       cwd=scratch.path, leads=leads)

    def __enter__(self):
        self.program.__enter__()
        self.program.wait_ready()
        return self

    def __exit__(self, *why):
        self.program.end()

    @property
    def target(self):
        return Target(pid=self.program.pid)

    def count(self):
        with open(self.path) as file:
            return int(file.read().strip() or 0)

    def advances(self):
        """Whether it runs now."""
        before, deadline = self.count(), time.monotonic() + 20
        while self.count() == before:
            if time.monotonic() > deadline:
                return False
            time.sleep(0.05)
        return True


def show(host, label, path):
    """Prints a file from inside the session."""
    if host.name == "gdb":
        return ["python print('%s', open('%s').read().strip())" % (label, path)]
    return ["script print('%s', open('%s').read().strip())" % (label, path)]


def counts(text, label):
    return [int(number) for number in re.findall(label + r" (\d+)$", text, re.M)]


def run(host, churn, lines):
    """The session's output; it must end well and leave the target running."""
    done = host.run_lines(churn.target, lines)
    for _ in range(ATTACH_AGAIN):
        if "attach failed: No such process" not in done.text:
            break
        done = host.run_lines(churn.target, lines)
    reasons = [] if done.returncode == 0 else ["exit status %d" % done.returncode]
    if not churn.advances():
        reasons.append("the target does not run afterwards: %s" % churn.program.state())
    return done.text, reasons


def summaries(text):
    return [(float(seconds), int(samples.replace(",", "")))
            for seconds, samples, _ in SUMMARY.findall(text)]


# --- checks

def keeps_its_pace(host, churn):
    """Threads come and go while it is sampled, nearly as fast as without us."""
    before = churn.count()
    time.sleep(1)
    free = churn.count() - before
    text, reasons = run(host, churn, show(host, "at", churn.path) + ["py-sample -d 1"]
                        + show(host, "at", churn.path))
    if "no embedded script interpreter" in text:
        raise Skip("this LLDB has no Python")
    at = counts(text, "at")
    if len(at) != 2:
        return reasons + ["no counts in: " + text[-500:]]
    # Each start and end of a thread is an event for the debugger; frozen, it makes none.
    if at[1] - at[0] < free / 20:
        reasons.append("%d threads while it was sampled, %d without" % (at[1] - at[0], free))
    found = summaries(text)
    if len(found) != 1 or found[0][1] < 50:
        reasons.append("summary %s in: %s" % (found, text[-500:]))
    if "churn.py" not in text or "ended early" in text:
        reasons.append(text[-600:])
    return reasons


def says_nothing_else(host, churn):
    """A stop of ours is not news: nothing but the table stands between two marks."""
    text, reasons = run(host, churn, mark(host, "<<<") + ["py-sample -d 0.2"]
                        + mark(host, ">>>"))
    between = text.partition("<<<\n")[2].partition(">>>")[0]
    lines = [line for line in between.splitlines() if not line.startswith("(lldb) ")]
    if not lines or not SUMMARY.match(lines[0]):
        reasons.append("begins with %r in: %s" % (lines[:2], text[-500:]))
    return reasons


def mark(host, word):
    return ["echo %s\\n" % word] if host.name == "gdb" else ["script print('%s')" % word]


def selection(host):
    if host.name == "gdb":
        return ["python print('selected', gdb.selected_thread().ptid[1])"]
    return ["script print('selected', lldb.debugger.GetSelectedTarget().process"
            ".GetSelectedThread().GetThreadID())"]


def select_main(host, churn):
    """Not the first one: LLDB's list may begin with a thread that is about to end."""
    if host.name == "gdb":
        return ["thread 1"]
    return ["script lldb.debugger.GetSelectedTarget().process.SetSelectedThreadByID(%d)"
            % churn.program.pid]


def keeps_the_selection(host, churn):
    text, reasons = run(host, churn, select_main(host, churn) + selection(host)
                        + ["py-sample -d 0.3"] + selection(host))
    if counts(text, "selected") != [churn.program.pid] * 2:
        reasons.append("selected %s: %s" % (counts(text, "selected"), text[-400:]))
    return reasons


def breakpoint_ends_it(host, churn):
    """In any function that threads call all the time."""
    stop = ("break clone3" if host.name == "gdb" else "breakpoint set -n clone3")
    drop = "delete" if host.name == "gdb" else "breakpoint delete -f"
    text, reasons = run(host, churn, [stop, "py-sample -d 20", drop, "py-sample -d 0.2"])
    found = summaries(text)
    if "no locations" in text or "not defined" in text:
        raise Skip("no symbol clone3 in this C library")
    if len(found) != 2 or found[0][0] > 15:
        reasons.append("summaries %s: %s" % (found, text[-500:]))
    if not re.search(r"The run ended early: breakpoint 1\S* in thread \d+", text):
        reasons.append("no breakpoint named: " + text[-500:])
    return reasons


def ctrl_c_ends_it(host, churn):
    """0.3 s after it began; the part is shown and marked, the session fails with 1."""
    process = begin_to_sample(host, churn)
    try:
        time.sleep(0.3)
        text, took = interrupt(process)
    finally:
        process.kill()
        process.wait()
    if host.verbose:
        print("      %s: the report came %.0f ms after Ctrl-C" % (host.name, took * 1000),
              flush=True)
    reasons = [] if churn.advances() else ["the target does not run afterwards"]
    found = summaries(text)
    if len(found) != 1 or found[0][0] > 15:
        reasons.append("summaries %s: %s" % (found, text[-500:]))
    if "The run ended early: interrupted" not in text:
        reasons.append(text[-500:])
    if process.returncode != 1:
        reasons.append("exit status %d" % process.returncode)
    return reasons


def interrupt(process):
    """(all that it says, how long after Ctrl-C the report came): a figure to look at."""
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    text, took, begun = "", float("nan"), time.monotonic()
    process.send_signal(signal.SIGINT)
    for line in process.stdout:
        text += line.decode(errors="replace")
        if SUMMARY.match(text[text.rfind("\n", 0, -1) + 1:]):
            took = time.monotonic() - begun
    watchdog.cancel()
    process.wait()
    return text, took


def begin_to_sample(host, churn):
    """A session in which the target is being sampled."""
    argv, env = session_argv(host, churn, ["py-sample -d 30"])
    for _ in range(1 + ATTACH_AGAIN):
        process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, env=dict(os.environ, **env))
        if wait_until_sampled(churn, process):
            return process
        process.kill()
        text = process.communicate()[0].decode(errors="replace")
        if "attach failed: No such process" not in text:
            break
    raise RuntimeError("the session never sampled: " + text[-500:])


def wait_until_sampled(churn, process):
    """Attaching stops it; once it counts again under a tracer, it is being sampled."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        under_tracer, before = traced(churn), churn.count()
        time.sleep(0.2)
        if under_tracer and traced(churn) and churn.count() > before:
            return True
    return False


def traced(churn):
    with open("/proc/%d/status" % churn.program.pid) as file:
        return re.search(r"^TracerPid:\s+[1-9]", file.read(), re.M) is not None


def session_argv(host, churn, lines):
    """As run_lines() has it, for a session that is not waited for."""
    if host.name == "gdb":
        argv = host.argv + ["-nx", "-q", "-batch", "-iex", "set auto-load off",
                            "-iex", "set debuginfod enabled off",
                            "-ex", "source " + host.plugin, "-p", str(churn.program.pid)]
        dash = "-ex"
    else:
        argv = host.argv + ["--no-lldbinit", "-b",
                            "-O", "settings set target.preload-symbols false",
                            "-o", "plugin load " + host.plugin,
                            "-o", "process attach -p %d" % churn.program.pid]
        dash = "-o"
    for line in lines:
        argv += [dash, line]
    return argv, host.env or {}


def starts_a_program(host, row, scratch):
    """From nothing, from its first line to its exit."""
    path = scratch.file("count")
    words = [os.path.join(harness.PROGRAMS, "churn.py"), path, "0.5"]
    binary = os.path.realpath(row["binary"])
    if row["argv"] != [row["binary"]] or row["env"]:
        raise Skip("%s needs more than its binary to start" % row["name"])
    if host.name == "gdb":
        lines = ["file " + binary, "set args " + " ".join(words), "py-sample"]
    else:
        lines = ["target create " + binary,
                 "settings set target.run-args " + " ".join(words), "py-sample"]
    done = host.run_lines(None, lines)
    reasons = [] if done.returncode == 0 else ["exit status %d" % done.returncode]
    if not summaries(done.text) or "The process has ended: it exited with 0" not in done.text:
        reasons.append(done.text[-600:])
    if "work" not in done.text:
        reasons.append("its functions are not there: " + done.text[-600:])
    return reasons


def leaks_nothing(host, churn, runs):
    """Descriptors and memory of the debugger after many short runs."""
    python = "python" if host.name == "gdb" else "script"
    look = ("%s print('open', len(__import__('os').listdir('/proc/self/fd')), "
            "'kib', open('/proc/self/statm').read().split()[1])" % python)
    few = ["py-sample -d 0.02 --limit 1"] * 5
    text, reasons = run(host, churn, few + [look]
                        + ["py-sample -d 0.02 --limit 1"] * runs + [look])
    if "no embedded script interpreter" in text:
        raise Skip("this LLDB has no Python")
    found = re.findall(r"^open (\d+) kib (\d+)", text, re.M)
    if len(found) != 2:
        return reasons + [text[-500:]]
    before, after = [[int(n) for n in pair] for pair in found]
    if after[0] > before[0] + 2:
        reasons.append("%d descriptors, then %d" % (before[0], after[0]))
    # In pages; what a debugger keeps of threads that have ended is a part of it.
    if after[1] > before[1] + 16 * 256:
        reasons.append("%d pages resident, then %d" % (before[1], after[1]))
    if len(summaries(text)) != runs + 5:
        reasons.append("%d of %d runs" % (len(summaries(text)), runs + 5))
    return reasons


# --- what only the debugger can read

BY_DEBUGGER = "It cannot be read directly, only through the debugger, so it was stopped"


def judge_by_debugger(text, churn):
    found = summaries(text)
    reasons = [] if churn.advances() else ["the target does not run afterwards"]
    if len(found) != 1 or found[0][1] < 2 or "churn.py" not in text:
        reasons.append("summaries %s: %s" % (found, text[-600:]))
    if text.count(BY_DEBUGGER) != 1 or "target stopped for" not in text:
        reasons.append("does not say that it stopped it: " + text[-600:])
    return reasons


def gdb_through_gdbserver(gdb, churn):
    with harness.gdbserver(churn.program.pid) as address:
        done = gdb.run_lines(None, ["set sysroot /", "target remote " + address,
                                    "py-sample -d 1 --limit 0", "detach"])
    reasons = [] if done.returncode == 0 else ["exit status %d" % done.returncode]
    return reasons + judge_by_debugger(done.text, churn)


def gdb_without_a_way_to_stop(gdb, churn):
    """gdbserver interrupts process groups alone: not a moment is it let run."""
    with harness.gdbserver(churn.program.pid) as address:
        text = gdb.run_lines(None, ["set sysroot /", "target remote " + address,
                                    "py-sample -d 1", "detach"]).text
    said = "gdbserver could not interrupt it again, since it does not lead its process group"
    return ([] if said in text else [text[-600:]]) + (
        [] if churn.advances() else ["the target does not run afterwards"])


def lldb_without_permission(lldb, churn):
    """Its server may read the process, LLDB itself may not."""
    setpriv = shutil.which("setpriv")
    if os.geteuid() != 0 or not setpriv:
        raise Skip("takes a right away by setpriv, as root")
    forbidden = harness.Lldb(lldb.build, [setpriv, "--bounding-set=-sys_ptrace"] + lldb.argv,
                             lldb.env)
    with harness.lldb_server(churn.program.pid) as address:
        done = forbidden.run_lines(None, ["gdb-remote " + address,
                                          "py-sample -d 1.5 --limit 0", "process detach"])
    reasons = [] if done.returncode == 0 else ["exit status %d" % done.returncode]
    return reasons + judge_by_debugger(done.text, churn)


# --- the bare program

def bare_program(bare, row, scratch):
    """`hognose sample -- COMMAND` exits with the command's own status."""
    argv = [bare.program, "sample", "--limit", "0", "--"] + row["argv"]
    text = ""
    for code in (0, 3):
        done = harness.run(argv + ["-c", "import time, sys\ntime.sleep(0.3)\nsys.exit(%d)"
                                   % code], 60, row["env"])
        text += done.text
        if done.returncode != code:
            return ["exit status %d, not %d: %s" % (done.returncode, code, done.text)]
    return [] if len(summaries(text)) == 2 else [text]


def bare_stops(bare, churn):
    """With --stop: it stood still, and runs afterwards."""
    done = harness.run([bare.program, "sample", "-d", "0.5", "--stop",
                        str(churn.program.pid)], 60)
    reasons = [] if done.returncode == 0 else ["exit status %d" % done.returncode]
    if "target stopped for" not in done.text:
        reasons.append(done.text)
    return reasons + ([] if churn.advances() else ["it does not run afterwards"])


def bare_interrupted(bare, churn):
    process = subprocess.Popen([bare.program, "sample", "-d", "30", str(churn.program.pid)],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    text = process.communicate(timeout=30)[0].decode()
    reasons = [] if process.returncode == 1 else ["exit status %d" % process.returncode]
    return reasons + ([] if "ended early: interrupted" in text else [text])


def bare_round_trip(bare, churn, scratch):
    raw = scratch.file("a.hnprof")
    harness.run([bare.program, "sample", "-d", "0.3", "-o", raw, str(churn.program.pid)], 60)
    if os.stat(raw).st_mode & 0o777 != 0o600:
        return ["mode %o" % os.stat(raw).st_mode]
    table = harness.run([bare.program, "sample", "convert", raw], 60).text
    same = harness.run([bare.program, "sample", "diff", raw, raw], 60).text
    return [] if summaries(table) and "churn.py" in same else [table, same]


def bare_top_needs_a_terminal(bare, churn):
    done = harness.run([bare.program, "top", str(churn.program.pid)], 60)
    if done.returncode != 1 or "terminal" not in done.text:
        return ["exit status %d: %s" % (done.returncode, done.text)]
    return []


# --- running it all

SESSION_CHECKS = (keeps_its_pace, says_nothing_else, keeps_the_selection,
                  breakpoint_ends_it, ctrl_c_ends_it)
# (check, whether the target leads a process group)
INDIRECT_CHECKS = {"gdb": ((gdb_through_gdbserver, True), (gdb_without_a_way_to_stop, False)),
                   "lldb": ((lldb_without_permission, False),)}
BARE_CHECKS = (bare_stops, bare_interrupted, bare_top_needs_a_terminal)


def title(name, check):
    return "%s: %s" % (name, check.__name__.replace("_", " "))


def attempt_bare(tally, bare, row):
    with harness.Scratch() as scratch, Churn(row, scratch) as churn:
        for check in BARE_CHECKS:
            tally.attempt(title("bare", check), check, bare, churn)
        tally.attempt(title("bare", bare_round_trip), bare_round_trip, bare, churn, scratch)
        tally.attempt(title("bare", bare_program), bare_program, bare, row, scratch)


def attempt_host(tally, options, name, host, row):
    host.verbose = options.verbose
    name = "%s, %s" % (name, row["name"])
    for check in SESSION_CHECKS:
        with harness.Scratch() as scratch, Churn(row, scratch) as churn:
            tally.attempt(title(name, check), check, host, churn)
    for check, leads in INDIRECT_CHECKS[host.name]:
        # Names of threads that come and go are more than gdbserver can take.
        with harness.Scratch() as scratch, Churn(row, scratch, 0.1, leads) as churn:
            tally.attempt(title(name, check), check, host, churn)
    with harness.Scratch() as scratch:
        tally.attempt(title(name, starts_a_program), starts_a_program, host, row, scratch)
    # Debuggers keep something of each thread that ended: here few do.
    with harness.Scratch() as scratch, Churn(row, scratch, pause=0.1) as churn:
        tally.attempt(title(name, leaks_nothing), leaks_nothing, host, churn,
                      SHORT_RUNS_FULL if options.full else SHORT_RUNS)


def open_hosts(tally, options):
    """(name, host): the installed debuggers, or all of the rig."""
    if options.full:
        kinds = {"gdb": harness.Gdb, "lldb": harness.Lldb}
        return [(row["name"], kinds[row["kind"]](options.build, row["argv"], row["env"]))
                for row in harness.rig("debuggers")]
    hosts = []
    for name in ("gdb", "lldb"):
        try:
            hosts.append((name, harness.HOSTS[name](options.build)))
        except Skip as skip:
            tally.skips_for(name, str(skip))
    return hosts


def main():
    options = harness.arguments(__doc__).parse_args()
    random = harness.seeded(options)
    tally = harness.Tally(options.verbose)
    rows = harness.interpreters(options)
    if not options.full and not options.only:
        rows = [random.choice(rows)]
    for row in rows:
        attempt_bare(tally, harness.Bare(options.build), row)
        for name, host in open_hosts(tally, options):
            attempt_host(tally, options, name, host, row)
    return tally.finish()


if __name__ == "__main__":
    sys.exit(main())
