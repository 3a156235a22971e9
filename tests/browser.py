"""A browser without a screen, driven over WebDriver (W3C) by the standard library alone.

Needs chromium and chromedriver; `Browser` raises harness.Skip where they are missing.
What it starts (the driver, its browser, their profile directory) it ends itself."""

import base64
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request

from harness import Skip

START_SECONDS, CALL_SECONDS = 60, 60
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--disable-dev-shm-usage", "--hide-scrollbars", "--lang=en-US")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of references in W3C WebDriver
KEYS = {"Enter": "\ue007", "Escape": "\ue00c", "ArrowLeft": "\ue012", "ArrowUp": "\ue013",
        "ArrowRight": "\ue014", "ArrowDown": "\ue015", "Home": "\ue011", "Shift": "\ue008"}


class Browser:
    """One window; leaving the `with` ends it."""

    def __init__(self, width=1280, height=860, flags=()):
        program = next((found for found in map(shutil.which, CHROMIUM) if found), None)
        driver = shutil.which("chromedriver")
        if not program or not driver:
            raise Skip("chromium or chromedriver is not installed")
        self.directory = tempfile.mkdtemp(prefix="hognose-browser-")
        # A group of its own, so that the browser's many processes end with it.
        self.driver = subprocess.Popen([driver, "--port=0"], stdin=subprocess.DEVNULL,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                       start_new_session=True)
        try:
            self.base = "http://127.0.0.1:%d" % self._port()
            flags = FLAGS + tuple(flags) + ("--user-data-dir=" + self.directory,
                                            "--window-size=%d,%d" % (width, height))
            options = {"binary": program, "args": list(flags)}
            wanted = {"alwaysMatch": {"goog:chromeOptions": options,
                                      "goog:loggingPrefs": {"browser": "ALL"}}}
            session = self._call("POST", "/session", {"capabilities": wanted})
            self.base += "/session/" + session["sessionId"]
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            found = re.search(rb"started successfully on port (\d+)", line)
            if found:
                return int(found.group(1))
        raise RuntimeError("chromedriver did not start")

    def _call(self, method, path, body=None):
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(self.base + path, data, method=method,
                                         headers={"Content-Type": "application/json"})
        # No proxy: the driver is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=CALL_SECONDS) as answer:
                return json.loads(answer.read().decode())["value"]
        except urllib.error.HTTPError as error:
            told = json.loads(error.read().decode())["value"]
            raise RuntimeError(told["message"].split("\n")[0])

    def open(self, path):
        self._call("POST", "/url", {"url": "file://" + os.path.abspath(path)})

    def run(self, script, *args):
        """What the body of a function returns; it may return a promise."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(args)})

    def log(self):
        """What the page complained about since the last call."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def resize(self, width, height):
        self._call("POST", "/window/rect", {"width": width, "height": height})

    def command(self, name, **arguments):
        """A command of the DevTools protocol."""
        return self._call("POST", "/goog/cdp/execute", {"cmd": name, "params": arguments})

    def emulate(self, **features):
        """Media features: prefers_color_scheme="dark", ..."""
        self.command("Emulation.setEmulatedMedia", features=[
            {"name": name.replace("_", "-"), "value": value}
            for name, value in features.items()])

    def _act(self, *sources):
        self._call("POST", "/actions", {"actions": list(sources)})

    def move(self, x, y):
        self._pointer([{"type": "pointerMove", "duration": 0, "x": int(x), "y": int(y)}])

    def click(self, x, y):
        self._pointer([{"type": "pointerMove", "duration": 0, "x": int(x), "y": int(y)},
                       {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}])

    def _pointer(self, actions):
        self._act({"type": "pointer", "id": "mouse", "actions": actions})

    def click_on(self, selector):
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        self._call("POST", "/element/%s/click" % found[ELEMENT])

    def press(self, *names):
        """Keys by name, or characters, one after another."""
        actions = []
        for name in names:
            for kind in ("keyDown", "keyUp"):
                actions.append({"type": kind, "value": KEYS.get(name, name)})
        self._act({"type": "key", "id": "keys", "actions": actions})

    def type(self, text):
        self.press(*text)

    def screenshot(self, path):
        with open(path, "wb") as out:
            out.write(base64.b64decode(self._call("GET", "/screenshot")))

    def print_pdf(self, path):
        data = self._call("POST", "/print", {"orientation": "landscape", "background": True,
                                             "page": {"width": 21.0, "height": 29.7}})
        with open(path, "wb") as out:
            out.write(base64.b64decode(data))

    def close(self):
        if self.driver is None:
            return
        try:
            if "/session/" in getattr(self, "base", ""):
                self._call("DELETE", "")
        except (OSError, RuntimeError, ValueError):
            pass
        try:
            os.killpg(self.driver.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.driver.wait()
        self.driver.stdout.close()
        self.driver = None
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *why):
        self.close()
