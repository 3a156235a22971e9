"""What the tests share: interpreters, debuggers, programs that stand still, cores.

A test starts `Program`s under interpreters of the rig, looks at them through `Bare`,
`Gdb` or `Lldb`, and counts what it sees in a `Tally`, whose last line is
"N passed, N failed, N skipped". Everything a test starts it ends itself."""

import argparse
import collections
import contextlib
import functools
import glob
import importlib.machinery
import importlib.util
import json
import os
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
PROGRAMS = os.path.join(HERE, "programs")

# The watcher of a program stands in read(STILL_FD): see programs/truth.py.
STILL_FD = 200

# Generous: two cores may be shared with a build. A hang is far longer.
START_SECONDS, DEBUGGER_SECONDS, BARE_SECONDS = 180, 120, 60


class Skip(Exception):
    """What cannot be tried here, and why."""


class Tally:
    """Counts and prints results; threads may share one."""

    def __init__(self, verbose=False):
        self.verbose = verbose
        self.lock = threading.Lock()
        self.passed, self.failures = 0, []
        self.skips = collections.OrderedDict()

    def passes(self, name):
        with self.lock:
            self.passed += 1
            if self.verbose:
                print("ok    %s" % name, flush=True)

    def fails(self, name, reasons):
        with self.lock:
            self.failures.append(name)
            print("FAIL  %s" % name)
            for reason in reasons[:12]:
                print("        %s" % reason)
            if len(reasons) > 12:
                print("        ... %d more" % (len(reasons) - 12))
            sys.stdout.flush()

    def skips_for(self, name, reason):
        with self.lock:
            self.skips.setdefault(reason, []).append(name)

    def attempt(self, name, check, *args):
        """Runs check(*args): the reasons it returns are failures."""
        try:
            reasons = check(*args)
        except Skip as skip:
            self.skips_for(name, str(skip))
        except Exception as error:  # an error of the test itself is no pass
            self.fails(name, ["%s: %s" % (type(error).__name__, error)])
        else:
            if reasons:
                self.fails(name, reasons)
            else:
                self.passes(name)

    def finish(self):
        """Prints the skips and the last line; returns the exit status."""
        skipped = 0
        for reason, names in self.skips.items():
            skipped += len(names)
            shown = ", ".join(names[:3]) + (", ..." if len(names) > 3 else "")
            print("skip  %d: %s (%s)" % (len(names), reason, shown))
        print("%d passed, %d failed, %d skipped"
              % (self.passed, len(self.failures), skipped), flush=True)
        return 1 if self.failures or not self.passed else 0


def arguments(description):
    """The options that all of these tests have."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--build", default=os.path.join(ROOT, "build"), type=os.path.abspath,
                        help="build directory (default: %(default)s)")
    parser.add_argument("--seed", type=int, help="of what is chosen at random")
    parser.add_argument("--full", action="store_true", help="all of it")
    parser.add_argument("--only", action="append", metavar="NAME",
                        help="only these interpreters; repeatable")
    parser.add_argument("-j", "--jobs", type=int, default=2)
    parser.add_argument("-v", "--verbose", action="store_true")
    return parser


def seeded(options):
    """A random source whose seed is printed, so that a run can be repeated."""
    seed = options.seed
    if seed is None and os.environ.get("HOGNOSE_SEED"):
        seed = int(os.environ["HOGNOSE_SEED"])
    if seed is None:
        seed = random.SystemRandom().randrange(10 ** 9)
    print("seed %d (repeat with --seed %d)" % (seed, seed), flush=True)
    return random.Random(seed)


def script(name):
    """A test beside this file as a module, for what it has in common with another."""
    loader = importlib.machinery.SourceFileLoader(name, os.path.join(HERE, name))
    module = importlib.util.module_from_spec(
        importlib.util.spec_from_loader(name, loader))
    loader.exec_module(module)
    return module


def rig(*args):
    tool = os.path.join(ROOT, "tools", "rig")
    done = subprocess.run([tool] + list(args) + ["--json"], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, timeout=300, check=True)
    return json.loads(done.stdout.decode())


def interpreters(options):
    rows = [row for row in rig("list") if supported(row)]
    if options.only:
        rows = [row for row in rows if row["name"] in options.only]
    if not rows:
        raise SystemExit("no interpreter to test with; tools/rig get --quick")
    return rows


def supported(row):
    """3.8 is where our promise begins."""
    return tuple(int(part) for part in row["version"].split(".")[:2]) >= (3, 8)


def in_parallel(jobs, function, items):
    """function(item) for each, at most `jobs` at a time."""
    todo, lock = collections.deque(items), threading.Lock()

    def work():
        while True:
            with lock:
                if not todo:
                    return
                item = todo.popleft()
            function(item)

    workers = [threading.Thread(target=work) for _ in range(max(1, jobs))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def shares(total, rows):
    """How many of `total` each of the rows gets."""
    each, rest = divmod(total, len(rows))
    return [each + (number < rest) for number in range(len(rows))]


class Scratch:
    """A directory that is gone afterwards."""

    def __init__(self):
        self.path = tempfile.mkdtemp(prefix="hognose-test-")

    def file(self, name):
        return os.path.join(self.path, name)

    def __enter__(self):
        return self

    def __exit__(self, *why):
        shutil.rmtree(self.path, ignore_errors=True)


class Program:
    """A Python program under one interpreter; leaving the `with` ends it."""

    def __init__(self, row, script, args=(), cwd=None, env=None, flags=(), leads=False):
        """@leads: it leads a process group, as a shell's job does."""
        self.row, self.leads = row, leads
        self.argv = row["argv"] + list(flags) + [os.path.join(PROGRAMS, script)]
        self.argv += [str(arg) for arg in args]
        self.cwd = cwd or "/"
        self.env = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONUTF8="1")
        self.env.pop("PYTHONHOME", None)  # the caller's own; a row may have one
        self.env.update(row["env"], **(env or {}))
        self.process = None

    def __enter__(self):
        self.process = subprocess.Popen(
            self.argv, cwd=self.cwd, env=self.env, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, preexec_fn=allow_cores,
            start_new_session=self.leads)
        return self

    def __exit__(self, *why):
        self.end()

    def end(self):
        if self.process.returncode is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    @property
    def pid(self):
        return self.process.pid

    def wait_ready(self):
        """Returns once the program has printed READY; its words if it does not."""
        timer = threading.Timer(START_SECONDS, self.process.kill)
        timer.start()
        said = b""
        for line in self.process.stdout:
            if line == b"READY\n":
                timer.cancel()
                return
            said += line
        timer.cancel()
        self.process.wait()
        raise RuntimeError("%s ended before it was ready: %s" % (
            " ".join(self.argv), said.decode(errors="replace")[-800:]))

    def wait_still(self, truth):
        """Returns once every thread that is not meant to move is in a system call."""
        moving = set(truth["moving"])
        deadline = time.monotonic() + START_SECONDS
        calm = 0
        while calm < 3:
            time.sleep(0.03)
            calm = calm + 1 if self.is_still(truth["watcher"], moving) else 0
            if time.monotonic() > deadline:
                raise RuntimeError("threads of %d do not come to rest" % self.pid)

    def is_still(self, watcher, moving):
        for task in os.listdir("/proc/%d/task" % self.pid):
            words = self.system_call(int(task))
            if int(task) in moving:
                continue
            if words[0] == "running":
                return False
            if int(task) == watcher and words[1] != hex(STILL_FD):
                return False
        return True

    def freeze(self):
        """Stops all threads by SIGSTOP; their ids."""
        os.kill(self.pid, signal.SIGSTOP)
        while self.state() != "T":
            time.sleep(0.0005)
        return {int(task) for task in os.listdir("/proc/%d/task" % self.pid)}

    def thaw(self):
        os.kill(self.pid, signal.SIGCONT)

    def state(self):
        with open("/proc/%d/stat" % self.pid) as file:
            return file.read().rpartition(")")[2].split()[0]

    def end_well(self):
        """Asks a busy program to end, which says DONE; why it did not, if so."""
        self.process.send_signal(signal.SIGTERM)
        try:
            said = self.process.communicate(timeout=60)[0].decode()
        except Exception as error:
            return ["did not end by itself: %s" % error]
        if self.process.returncode != 0 or not said.startswith("DONE"):
            return ["ended with %s: %s" % (self.process.returncode, said[-400:])]
        return []

    def system_call(self, tid):
        with open("/proc/%d/task/%d/syscall" % (self.pid, tid)) as file:
            return file.read().split()


def allow_cores():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)


def still_program(row, script, scratch, args=(), **more):
    """A started Program and its truth, once it stands still. End it yourself."""
    path = scratch.file("truth.json")
    program = Program(row, script, [path] + list(args), cwd=scratch.path, **more)
    program.__enter__()
    try:
        program.wait_ready()
        with open(path, encoding="ascii") as file:
            truth = json.load(file)
        program.wait_still(truth)
    except BaseException:
        program.end()
        raise
    return program, truth


@functools.lru_cache(maxsize=None)
def gdbs():
    """(argv, env) of every GDB, the installed one first, then the newest first."""
    rows = [row for row in rig("debuggers") if row["kind"] == "gdb"]
    rows.sort(key=lambda row: (row["origin"] == "path",
                               [int(n) for n in re.findall(r"\d+", row["version"])]),
              reverse=True)
    return [(row["argv"], row["env"]) for row in rows]


def core_by_gdb(program, path):
    """Writes a core of the living process with GDB, and detaches.

    Threads of a newer C library have guard pages inside one mapping with their stack;
    GDB before 17 gives such a mapping up at the first of them, and says so."""
    for argv, env in gdbs():
        done = run(argv + ["-nx", "-q", "-batch", "-iex", "set auto-load off",
                           "-iex", "set debuginfod enabled off", "-p", str(program.pid),
                           "-ex", "gcore %s" % path], DEBUGGER_SECONDS, env)
        lost = re.findall(r"Memory read failed .* at 0x([0-9a-f]+)", done.text)
        if os.path.exists(path) and all(address.startswith("ffff") for address in lost):
            return path
    raise Skip("no gdb here copies the thread stacks of its C library into a core"
               if gdbs() else "no gdb to make cores with")


def core_by_kernel(program):
    """Ends the process by SIGABRT; the path of the core that the kernel left."""
    with open("/proc/sys/kernel/core_pattern") as file:
        pattern = file.read().strip()
    if pattern.startswith("|") or "/" in pattern or not pattern.startswith("core"):
        raise Skip("kernel cores go elsewhere: core_pattern is %s" % pattern)
    before = cores_in(program.cwd)
    os.kill(program.pid, signal.SIGABRT)
    program.process.wait()
    found = cores_in(program.cwd) - before
    if not found:
        raise Skip("the kernel left no core (is its size limited?)")
    return found.pop()


def cores_in(folder):
    return set(glob.glob(os.path.join(folder, "core*")))


def cpu_limit(seconds):
    """What a new process calls before all else, to be ended by SIGXCPU after that much of
    the processor."""
    return lambda: resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def run(argv, seconds, env=None, cwd="/", cpu_seconds=None):
    """The finished process with its output as text; a hang is a failure.

    Where the promise is a time, `cpu_seconds` holds it on a machine that is shared:
    what uses more is ended by SIGXCPU."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=seconds, cwd=cwd,
                              env=dict(os.environ, **(env or {})),
                              preexec_fn=cpu_limit(cpu_seconds) if cpu_seconds else None)
    except subprocess.TimeoutExpired as hang:
        said = (hang.output or b"").decode(errors="replace")[-300:]
        raise RuntimeError("%s took over %d s: %s" % (argv[0], seconds, said))
    done.text = done.stdout.decode(errors="replace")
    return done


class Target:
    """A process or a core, as a host is told of it."""

    def __init__(self, pid=None, core=None, binary=None):
        self.pid, self.core, self.binary = pid, core, binary


class Host:
    """Runs commands on a target; each command names its own output file."""

    def query(self, target, command, path):
        """The JSON document of one command (a list of words)."""
        if os.path.exists(path):
            os.remove(path)
        done = self.run_one(target, command + ["--json", "-o", path])
        if not os.path.exists(path):
            raise RuntimeError("%s wrote nothing: %s"
                               % (self.name, done.text.strip()[-400:]))
        with open(path, encoding="utf-8") as file:
            return json.load(file)


class Bare(Host):
    name = "bare"

    def __init__(self, build):
        self.program = os.path.join(build, "cli", "hognose")
        if not os.path.exists(self.program):
            raise Skip("cli/hognose is not built")

    def run_one(self, target, command):
        operand = str(target.pid) if target.pid else target.core
        command = [command[0]] + command[1:] + [operand]
        return run([self.program] + command, BARE_SECONDS)


class Gdb(Host):
    name = "gdb"

    def __init__(self, build, argv=None, env=None):
        self.plugin = os.path.join(build, "gdb-plugin", "hognose_gdb.py")
        self.argv, self.env = argv or [shutil.which("gdb")], env
        if not os.path.exists(self.plugin):
            raise Skip("gdb-plugin is not built")
        if not self.argv[0]:
            raise Skip("no gdb")

    def run_one(self, target, command):
        return self.run_lines(target, ["py-" + " ".join(command)])

    def run_lines(self, target, lines):
        """One session in which all of `lines` are typed; no target: None."""
        argv = self.argv + ["-nx", "-q", "-batch", "-iex", "set auto-load off",
                            "-iex", "set debuginfod enabled off",
                            "-iex", "set print thread-events off",
                            "-ex", "source " + self.plugin]
        if target and target.pid:
            argv += ["-p", str(target.pid)]
        elif target:
            argv += [target.binary, target.core]
        for line in lines:
            argv += ["-ex", line]
        return run(argv, DEBUGGER_SECONDS, self.env)


class Lldb(Host):
    name = "lldb"

    def __init__(self, build, argv=None, env=None):
        self.build = build
        self.plugin = os.path.join(build, "lldb-plugin", "hognose_lldb.so")
        self.argv, self.env = argv or [find_lldb()], env
        if not os.path.exists(self.plugin):
            raise Skip("lldb-plugin is not built")
        if not self.argv[0]:
            raise Skip("no lldb")

    def run_one(self, target, command):
        return self.run_lines(target, ["py-" + " ".join(command)])

    def run_lines(self, target, lines):
        """One session in which all of `lines` are typed; no target: None."""
        # Symbols are of no use to us, and reading them takes seconds.
        argv = self.argv + ["--no-lldbinit", "-b",
                            "-O", "settings set target.preload-symbols false",
                            "-o", "plugin load " + self.plugin]
        if target and target.pid:
            argv += ["-o", "process attach -p %d" % target.pid]
        elif target:
            argv += ["-o", "target create %s --core %s" % (target.binary, target.core)]
        for line in lines:
            argv += ["-o", line]
        if target and target.pid:
            argv += ["-o", "process detach"]
        return run(argv, DEBUGGER_SECONDS, self.env)


def find_lldb():
    """The installed LLDB; Debian names all but one by their version."""
    found = shutil.which("lldb")
    if found:
        return found
    for version in range(40, 13, -1):
        found = shutil.which("lldb-%d" % version)
        if found:
            return found
    return None


@contextlib.contextmanager
def gdbserver(pid):
    """A gdbserver that holds the process; its address."""
    program = shutil.which("gdbserver")
    if not program:
        raise Skip("no gdbserver")
    with _serving(lambda address: [program, "--once", "--attach", address, str(pid)]) as it:
        yield it


@contextlib.contextmanager
def lldb_server(pid):
    """The same, as LLDB's own."""
    lldb = shutil.which(find_lldb() or "lldb")
    program = lldb and shutil.which(os.path.basename(lldb).replace("lldb", "lldb-server"))
    if not program:
        raise Skip("no lldb-server")
    with _serving(lambda address: [program, "gdbserver", address, "--attach", str(pid)]) as it:
        yield it


@contextlib.contextmanager
def _serving(argv):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = "127.0.0.1:%d" % port
    server = subprocess.Popen(argv(address), stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_listening(port)
        yield address
    finally:
        _end_server(server)


def _wait_listening(port):
    """Without connecting: a debug server serves the first who does."""
    listens = re.compile(r"^ *\d+: [0-9A-F]+:%04X [0-9A-F]+:0000 0A " % port, re.M)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for path in ("/proc/net/tcp", "/proc/net/tcp6"):
            with open(path) as file:
                if listens.search(file.read()):
                    return
        time.sleep(0.05)
    raise RuntimeError("the debug server does not listen")


def _end_server(server):
    """It ends by itself once the debugger has let go of the process."""
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


HOSTS = {"bare": Bare, "gdb": Gdb, "lldb": Lldb}
