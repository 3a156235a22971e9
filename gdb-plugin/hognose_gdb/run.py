"""Lets the target run for a time, and says what stopped it.

The target runs under a "continue" in the foreground: GDB's own loop then sees to its
events, so that threads can start and end. A timer (timer.c) does what Ctrl-C does when
the time is over; GDB passes it on to the target as SIGINT, which stops it and goes no
further, whatever the user's settings say about SIGINT.
"""

import contextlib
import os
import re
import tempfile

import gdb
import _hognose

STOPS_AND_GOES_NO_FURTHER = ("Yes", "Yes", "No")


def resume(resumed, pid):
    """(end, why); @resumed is called when the target runs. The @pid is that of a process
    of this machine, or 0."""
    command = "continue -a" if gdb.parameter("non-stop") else "continue"
    thread = gdb.selected_thread()
    if thread is not None and thread.is_running():
        return _hognose.RUN_REFUSED, "it runs already"
    with _Chatter() as chatter, _sigint_stops(), _Events(resumed, pid) as events:
        try:
            gdb.execute(command, to_string=True)
        except gdb.error as error:
            if not events.ran:
                return _hognose.RUN_REFUSED, str(error)
    end = events.end()
    if end[0] in (_hognose.RUN_STOPPED, _hognose.RUN_GONE):
        gdb.write(chatter.text)
    return end


def start():
    """(whether, why not)."""
    with _Events(lambda pid: None) as events:
        try:
            gdb.execute("starti", to_string=True)
        except gdb.error as error:
            return False, str(error).rstrip(".")
    thread = gdb.selected_thread()
    if thread is None or not thread.is_stopped():
        return False, events.end()[1] or "it does not stand at its start"
    return True, ""


class _Chatter:
    """Keeps what GDB says on its screen about threads and stops. A stop that the timer
    made is nobody's business; one that the target made is, with what the user's
    breakpoints print.

    GDB prints that past all ways to catch a command's output, so the screen itself is
    changed for a moment. Not in a machine interface, whose partner counts on it."""

    def __init__(self):
        self.text = ""
        self.file = self.screen = None

    def __enter__(self):
        gdb.flush()
        if not _in_machine_interface():
            self.file = tempfile.TemporaryFile()
            self.screen = os.dup(1)
            os.dup2(self.file.fileno(), 1)
        return self

    def __exit__(self, *error):
        if self.file is None:
            return
        gdb.flush()
        os.dup2(self.screen, 1)
        os.close(self.screen)
        self.file.seek(0)
        self.text = self.file.read().decode(errors="replace")
        self.file.close()


def _in_machine_interface():
    with open("/proc/self/cmdline", "rb") as file:
        words = file.read().split(b"\0")
    return any(word in (b"-i", b"-interpreter", b"--interpreter")
               or word.lstrip(b"-").startswith((b"i=", b"interpreter="))
               for word in words[1:] if word.startswith(b"-"))


class _Events:
    """What GDB tells while the target runs."""

    def __init__(self, resumed, pid=0):
        self.resumed, self.pid, self.ran, self.last = resumed, pid, False, None

    def __enter__(self):
        gdb.events.cont.connect(self._continued)
        gdb.events.stop.connect(self._ended)
        gdb.events.exited.connect(self._ended)
        return self

    def __exit__(self, *error):
        gdb.events.cont.disconnect(self._continued)
        gdb.events.stop.disconnect(self._ended)
        gdb.events.exited.disconnect(self._ended)

    def _continued(self, event):
        self.ran = True
        self.resumed(self.pid)

    def _ended(self, event):
        self.last = event

    def end(self):
        """(end, why) as the last event has it."""
        event = self.last
        if isinstance(event, gdb.ExitedEvent):
            return _hognose.RUN_GONE, _exit_in_words(event)
        if not gdb.selected_inferior().pid:
            return _hognose.RUN_GONE, "it has ended"
        if isinstance(event, gdb.SignalEvent):
            if event.stop_signal in ("SIGINT", "0"):
                return _hognose.RUN_INTERRUPTED, ""
            return _hognose.RUN_STOPPED, event.stop_signal + _in_thread(event)
        if isinstance(event, gdb.BreakpointEvent):
            return _hognose.RUN_STOPPED, (_breakpoint_in_words(event.breakpoints[0])
                                          + _in_thread(event))
        if event is None:  # Ctrl-C, before anything else happened
            return _hognose.RUN_INTERRUPTED, ""
        return _hognose.RUN_STOPPED, "a stop of GDB's" + _in_thread(event)


def _exit_in_words(event):
    code = getattr(event, "exit_code", None)
    return "it was killed by a signal" if code is None else "it exited with %d" % code


def _breakpoint_in_words(breakpoint):
    kind = {gdb.BP_BREAKPOINT: "breakpoint"}.get(breakpoint.type)
    if kind is None:
        kind = "watchpoint" if breakpoint.expression else "catchpoint"
    return "%s %d" % (kind, breakpoint.number)


def _in_thread(event):
    thread = event.inferior_thread or gdb.selected_thread()
    return " in thread %d" % thread.num if thread is not None else ""


@contextlib.contextmanager
def _sigint_stops():
    """SIGINT stops the target and is not passed to it, for a moment."""
    text = gdb.execute("info signals SIGINT", to_string=True)
    found = re.search(r"^SIGINT\s+(Yes|No)\s+(Yes|No)\s+(Yes|No)\s", text, re.M)
    if found is None or found.groups() == STOPS_AND_GOES_NO_FURTHER:
        yield
        return
    _handle_sigint(STOPS_AND_GOES_NO_FURTHER)
    try:
        yield
    finally:
        _forget_sigint()
        _handle_sigint(found.groups())


def _handle_sigint(answers):
    words = [word if answer == "Yes" else "no" + word
             for word, answer in zip(("stop", "print", "pass"), answers)]
    # "stop" and "noprint" exclude one another: the last one counts.
    gdb.execute("handle SIGINT " + " ".join(words), to_string=True)


def _forget_sigint():
    """What stopped the target must not reach it when the user goes on."""
    try:
        gdb.execute("queue-signal 0", to_string=True)
    except gdb.error:
        pass  # it has ended
