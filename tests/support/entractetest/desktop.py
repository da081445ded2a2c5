"""What a person does at a display, through the X server like them: look, type, click, copy."""
import re
import subprocess
import time
from pathlib import Path

from .processes import Failure, run, run_status, wait_for
from .servers import window_id_list


class Window:
    def __init__(self, desktop, ident):
        self.desktop, self.id = desktop, ident

    def _property(self, name):
        text = self.desktop.run(["xprop", "-id", self.id, name], check=False)
        return text.split("=", 1)[1].strip() if "=" in text else ""

    @property
    def window_class(self):
        names = re.findall(r'"((?:[^"\\]|\\.)*)"', self._property("WM_CLASS"))
        return names[-1] if names else ""

    @property
    def title(self):
        return self.desktop.run(["xdotool", "getwindowname", self.id], check=False).strip()

    def geometry(self):
        """x, y, width, height in pixels of the root window."""
        text = self.desktop.run(["xdotool", "getwindowgeometry", "--shell", self.id])
        values = dict(line.split("=") for line in text.split())
        return tuple(int(values[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))

    def activate(self):
        def active():
            self.desktop.run(["xdotool", "windowactivate", self.id], check=False)
            now = self.desktop.run(["xdotool", "getactivewindow"], check=False).strip()
            return now and int(now) == int(self.id, 16)
        wait_for(f"the focus on {self.id}", active, step=0.05)
        time.sleep(0.1)

    def click(self, x, y, button=1):
        """At x, y in the window's own pixels."""
        self.desktop.run(["xdotool", "mousemove", "--window", self.id, str(x), str(y)])
        time.sleep(0.1)
        self.desktop.run(["xdotool", "click", str(button)])

    def type(self, text):
        self.activate()
        self.desktop.run(["xdotool", "type", "--delay", "15", text])

    def key(self, *keys):
        self.activate()
        self.desktop.run(["xdotool", "key", "--delay", "60", *keys])

    def all_text(self):
        """Selects everything and reads the clipboard through the X server."""
        self.desktop.clear_clipboard()
        self.key("ctrl+a", "ctrl+c")
        return wait_for(f"the clipboard of {self.id}", self.desktop.clipboard, limit=8, step=0.1)

    def close(self):
        self.desktop.run(["xdotool", "windowclose", self.id], check=False)


class Desktop:
    def __init__(self, server):
        self.server = server
        self._foreign = set()

    def ignore_present_windows(self):
        """Those are somebody else's: they shall not be typed into, nor counted."""
        self._foreign = {window.id for window in self.windows()}

    def run(self, command, check=True, timeout=20, input=None):
        return run(command, self.server.person, self.server.environment(), input=input, check=check,
                   timeout=timeout)

    def windows(self, window_class=None):
        """The windows that the person's window manager manages, oldest first."""
        text = self.run(["xprop", "-root", "_NET_CLIENT_LIST"], check=False)
        windows = [Window(self, ident) for ident in window_id_list(text.split("#", 1)[-1])
                   if ident not in self._foreign]
        if window_class:
            windows = [w for w in windows if w.window_class.lower() == window_class.lower()]
        return windows

    def classes(self):
        return sorted(w.window_class for w in self.windows())

    def wait_window(self, window_class, limit=40.0, title=None):
        def found():
            for window in self.windows(window_class):
                if title is None or re.search(title, window.title):
                    return window
            return None
        return wait_for(f"a window of {window_class}", found, limit, 0.2)

    def clear_clipboard(self):
        """Puts nothing into the clipboard, and waits until that is so: xclip stays behind to serve the selection, and
        owns it only some time after its first process has ended.
        """
        subprocess.run(["xclip", "-selection", "clipboard", "-i", "/dev/null"],
                       env=self.server.environment(), stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10, check=False)
        wait_for("an empty clipboard", lambda: self._read_clipboard() == "", 10)

    def clipboard(self):
        return self._read_clipboard() or ""

    def _read_clipboard(self):
        """None when nobody owns it."""
        done = run_status(["timeout", "3", "xclip", "-o", "-selection", "clipboard"],
                          self.server.person, self.server.environment())
        return done.stdout if done.returncode == 0 else None

    def screenshot(self, path):
        """The whole root window."""
        return self._picture("root", path)

    def window_picture(self, window, path):
        return self._picture(window.id, path)

    def _picture(self, window, path):
        # Written by this process: the person may not write where we may.
        done = subprocess.run(["import", "-silent", "-window", window, "png:-"],
                              env=self.server.environment(), capture_output=True, timeout=30, check=False)
        if done.returncode != 0 or not done.stdout:
            raise Failure(f"no picture of {window}: {done.stderr.decode(errors='replace')}")
        Path(path).write_bytes(done.stdout)
        return Path(path)


def pixels(path):
    """(width, height, bytes of RGB) of a picture, by ImageMagick."""
    done = subprocess.run(["convert", str(path), "-depth", "8", "ppm:-"], capture_output=True, check=True,
                          timeout=60)
    header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", done.stdout)
    return int(header[1]), int(header[2]), done.stdout[header.end():]


def differing_pixels(first, second):
    """How many pixels differ; all of them when the sizes do."""
    a, b = pixels(first), pixels(second)
    if a[:2] != b[:2]:
        return max(a[0] * a[1], b[0] * b[1])
    if a[2] == b[2]:
        return 0
    return sum(a[2][i:i + 3] != b[2][i:i + 3] for i in range(0, len(a[2]), 3))
