"""Lets the target run for a time, and says what stopped it.

The target runs under a "continue" in the foreground: GDB's own loop then sees to its
events, so that threads can start and end. A timer (timer.c) does what Ctrl-C does when
the time is over; GDB passes it on to the target as SIGINT, which stops it and goes no
further, whatever the user's settings say about SIGINT.
"""

import contextlib
import re

import gdb
import _hognose

STOPS_AND_GOES_NO_FURTHER = ("Yes", "Yes", "No")


def resume(resumed):
    """(end, why); @resumed is called when the target runs."""
    command = "continue -a" if gdb.parameter("non-stop") else "continue"
    thread = gdb.selected_thread()
    if thread is not None and thread.is_running():
        return _hognose.RUN_REFUSED, "it runs already"
    with _sigint_stops(), _Events(resumed) as events:
        try:
            gdb.execute(command, to_string=True)
        except gdb.error as error:
            if not events.ran:
                return _hognose.RUN_REFUSED, str(error)
    return events.end()


def start():
    """(whether, why not)."""
    with _Events(lambda: None) as events:
        try:
            gdb.execute("starti", to_string=True)
        except gdb.error as error:
            return False, str(error).rstrip(".")
    thread = gdb.selected_thread()
    if thread is None or not thread.is_stopped():
        return False, events.end()[1] or "it does not stand at its start"
    return True, ""


class _Events:
    """What GDB tells while the target runs."""

    def __init__(self, resumed):
        self.resumed, self.ran, self.last = resumed, False, None

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
        self.resumed()

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
