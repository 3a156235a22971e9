"""What sampling costs, and how fast it goes: the section `sampling` of bench/run.

How many samples a second a tool takes depends on what else the machine does; the
processor time that it needs for one hardly does. Both are shown, of tools that took
turns. A sample is of the whole process: all its threads."""
import json
import os
import re
import resource
import statistics
import subprocess
import tempfile
import time

RATE = "400k"  # more than anybody reaches
SECONDS = 2
UNIT_SECONDS = 0.25
PAIRS, QUICK_PAIRS = 40, 10


class Refused(Exception):
    pass


def cpu_seconds():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(command, env=None, fails=False):
    """(its output, seconds of wall time, of processor time). @fails: its status says
    nothing."""
    begun, cpu = time.perf_counter(), cpu_seconds()
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, timeout=120,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    text = done.stdout.decode(errors="replace")
    if done.returncode and not fails:
        raise Refused((text.strip().splitlines() or ["exit %d" % done.returncode])[0])
    return text, time.perf_counter() - begun, cpu_seconds() - cpu


# --- the tools: each gives (samples a second, microseconds of processor time for one)


def by_hognose(bench, pid):
    text, _, cpu = run([bench.hognose, "sample", "-d", str(SECONDS), "-r", RATE, "--json",
                        str(pid)])
    result = json.loads(text)["result"]
    return result["rate"], cpu / result["samples"]["taken"] * 1e6


def by_profiling(bench, pid, version):
    argv, env = bench.python(version)
    text, _, cpu = run(argv + ["-m", "profiling.sampling", "attach", "-a", "-r", RATE + "hz",
                               "-d", str(SECONDS), str(pid)], env)
    samples, seconds = re.search(r"Captured (\d+) samples in ([\d.]+)", text).groups()
    return int(samples) / float(seconds), cpu / int(samples) * 1e6


def by_py_spy(bench, pid):
    """It makes up for what it is late with, so how long that takes is the measure."""
    with tempfile.NamedTemporaryFile("r") as file:
        _, seconds, cpu = run([bench.peer("py-spy"), "record", "-d", "1", "-r", "500", "-f",
                               "raw", "-o", file.name, "-p", str(pid)])
    return 500 / max(seconds, 1), cpu / 500 * 1e6


def by_austin(bench, pid):
    """Needs a newer C library than some machines have; CPython 3.15 of the rig has it."""
    argv = bench.python("3.15.2")[0] if "3.15.2" in bench.pythons else []
    loader = [argv[0]] + argv[argv.index("--library-path"):][:2] \
        if "--library-path" in argv else []
    with tempfile.NamedTemporaryFile("r") as file:
        text, _, cpu = run(loader + [bench.peer("austin"), "-i", "10us", "-x",
                                     str(SECONDS), "-o", file.name, "-p", str(pid)],
                           fails=True)
    # "Error rate . . . 0/28760 (0.00%)", of stacks
    found = re.search(r"Error rate\D*\d+/(\d+)", re.sub(r"\x1b\[[\d;]*m", "", text))
    if not found:
        raise Refused(text.strip().splitlines()[-1])
    samples = int(found.group(1)) / bench.threads
    return samples / SECONDS, cpu / samples * 1e6


def tools(bench, pid, version):
    yield "hognose", lambda: by_hognose(bench, pid)
    if version.startswith("3.15"):
        yield "profiling.sampling", lambda: by_profiling(bench, pid, version)
    if bench.peer("py-spy"):
        yield "py-spy", lambda: by_py_spy(bench, pid)
    if bench.peer("austin"):
        yield "austin", lambda: by_austin(bench, pid)


def take_turns(bench, pid, version, label):
    """{tool: (samples a second, microseconds each)}, medians."""
    got, refused = {}, set()
    for _ in range(3 if bench.quick else 5):
        for name, measure in tools(bench, pid, version):
            if name in refused:
                continue
            try:
                got.setdefault(name, []).append(measure())
            except (Refused, subprocess.TimeoutExpired) as error:
                refused.add(name)
                bench.miss("%s of %s: %s" % (name, label, str(error)[:100]))
    return {name: tuple(map(statistics.median, zip(*values)))
            for name, values in got.items() if name not in refused}


# --- the tables


def in_words(got, name):
    if name not in got:
        return ""
    rate, cpu = got[name]
    text = "{:,.0f} · {:,.1f}".format(rate, cpu)
    if name != "hognose":
        text += " (%.1fx, %.1fx)" % (got["hognose"][0] / rate, cpu / got["hognose"][1])
    return text


def compare(bench, target):
    names = ["hognose", "profiling.sampling", "py-spy", "austin"]
    rows = []
    for version in ("3.12.1", "3.15.2"):
        if version not in bench.pythons:
            continue
        for threads in (1, 8):
            label = "%s, %d thread%s" % (version, threads, "s" * (threads > 1))
            bench.threads = threads
            with target(bench, version, threads, 50, program="spinning.py") as pid:
                got = take_turns(bench, pid, version, label)
            rows.append([label] + [in_words(got, name) for name in names])
    return ["50 frames deep: samples/s · µs of CPU each (ratios)"] + names, rows


def floor(bench, target):
    """Against the bare system calls."""
    tool = os.path.join(bench.build, "tests", "sampling", "sample_speed")
    rows = []
    for version in ("3.8.18", "3.12.1", "3.15.2"):
        if version not in bench.pythons:
            continue
        for threads in (1, 8):
            with target(bench, version, threads, 50, program="spinning.py") as pid:
                got = [json.loads(run([tool, str(pid), "10000"])[0])
                       for _ in range(3 if bench.quick else 7)]
            whole, least = (statistics.median(one[key] for one in got)
                            for key in ("cpu_us", "floor_cpu_us"))
            rows.append(["%s, %d thread%s" % (version, threads, "s" * (threads > 1)),
                         "%.1f" % whole, "%.1f" % least, "%.1fx" % (whole / least),
                         "%d" % got[-1]["ranges"]])
    return ["50 frames deep, µs of CPU for one sample", "sample", "its reads alone", "",
            "ranges"], rows


def on_time(bench, target):
    """10 kHz, eight threads; the target has one core, and the sampler another or not."""
    rows = []
    if os.cpu_count() < 2 or "3.15.2" not in bench.pythons:
        return None
    for what, core in (("a core of its own", 1), ("the target's core", 0)):
        with target(bench, "3.15.2", 8, 50, program="spinning.py") as pid:
            subprocess.check_call(["taskset", "-a", "-p", "-c", "0", str(pid)],
                                  stdout=subprocess.DEVNULL)
            lines = [run(["taskset", "-c", str(core), bench.hognose, "sample", "-d", "3",
                          "-r", "10k", "--limit", "1", str(pid)])[0].splitlines()[0]
                     for _ in range(1 if bench.quick else 3)]
        best = max(lines, key=lambda line: float(re.search(r"([\d.]+) % on time",
                                                           line).group(1)))
        rows.append([what, re.search(r"([\d,]+) samples", best).group(1),
                     re.search(r"([\d,]+) missed", best).group(1),
                     re.search(r"([\d.]+) % on time", best).group(1)])
    return ["10 kHz for 3 s, 8 threads (best run); the sampler has", "samples", "missed",
            "% on time"], rows


def loss(bench, version, rate):
    """What a unit of work takes longer while it is sampled: (CPU %, wall %)."""
    argv, env = bench.python(version)
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "programs",
                           "spinning.py")
    unit = subprocess.Popen(argv + [program, "unit", str(UNIT_SECONDS)], env=env, text=True,
                            bufsize=1, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    cpu, wall = [], []
    try:
        pid = int(unit.stdout.readline())
        for turn in range(QUICK_PAIRS if bench.quick else PAIRS):
            took = {}
            for sampled in ((False, True) if turn % 2 else (True, False)):
                took[sampled] = one_unit(bench, unit, pid, rate if sampled else None)
            cpu.append(took[True][0] / took[False][0])
            wall.append(took[True][1] / took[False][1])
    finally:
        unit.kill()
        unit.wait()
    return [100 * (statistics.median(ratios) - 1) for ratios in (cpu, wall)]


def one_unit(bench, unit, pid, rate):
    sampler = None
    if rate:
        sampler = subprocess.Popen([bench.hognose, "sample", "-r", rate, str(pid)],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.1)
    unit.stdin.write("\n")
    took = [float(word) for word in unit.stdout.readline().split()]
    if sampler:
        sampler.kill()
        sampler.wait()
    return took


def losses(bench):
    rows = []
    for version in ("3.12.1", "3.15.2"):
        if version in bench.pythons:
            for rate in ("1k", "10k"):
                rows.append(["%s at %sHz" % (version, rate)]
                            + ["%.2f" % percent for percent in loss(bench, version, rate)])
    return ["a unit of work takes longer, median of pairs", "CPU %", "wall %"], rows


WORDS = """\
The most samples of the whole process that a tool gets in a second, and the processor time
that one costs it; the tools run in turns on the same busy process. Then each sample
against its own bare system calls, whether 10 kHz is held, and what a target loses. On a
machine that others want as well the samples a second are fewer for all tools, the
processor time of one is nearly the same. py-spy stops the process at each sample, the
others do not.

"""


def section(bench, target, table):
    parts = [compare(bench, target), floor(bench, target), on_time(bench, target),
             losses(bench)]
    return WORDS + "\n".join(table(*part) for part in parts if part)
