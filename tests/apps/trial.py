"""One program's way through a session: begun on one X server, snapshotted while it goes on, killed with its X server,
resumed on another one, compared, used, and ended in its own way. Or moved: exported, deleted, imported as what a stranger
gave, and that resumed.

What is particular to a program lies in applications.py. Everything here looks from outside: windows, pixels,
clipboard, and files as the session's programs see them.
"""
import os
import time
from pathlib import Path

from entractetest.case import expect
from entractetest.desktop import Desktop, differing_pixels, pixels
from entractetest.processes import Failure, wait_for
from menus import OpenMenu

class Trial:
    """A session with one program in it, wherever it is shown at the moment."""

    def __init__(self, case, application, pictures, moved=False):
        self.case, self.application, self.pictures, self.moved = case, application, Path(pictures), moved
        self.screen = application.screen
        self.pictures.mkdir(parents=True, exist_ok=True)
        self.product = case.product()
        self.server = self.desktop = self.session = None
        self.snapshot, self.resume_ms, self.processes = {}, 0, 0

    # --- the way

    def run(self):
        self._go_to(self.case.first_server())
        self.session = self.product.start(self.server, screen=self.screen, options=self.application.options)
        try:
            self.application.begin(self)
            self._fit_windows()
            menu = self.application.menu and OpenMenu(self, *self.application.menu)
            if menu:
                menu.open()
            before = self._settled_pictures("before")
            self.picture("before")
            classes = self.desktop.classes()
            self.processes = self.processes_in_session()
            self.snapshot = self.product.snapshot(self.session, self.application.name)
            self.application.goes_on(self)
            self.product.kill_session(self.session)
            self.server.kill()
            if self.moved:
                self._move()
            self._go_to(self.case.second_server())
            began = time.monotonic()
            self.product.resume(self.session, self.server, screen=self.screen)
            self.resume_ms = round((time.monotonic() - began) * 1000)
            self._windows_are_back(classes)
            self._look_the_same(before)
            self.picture("after")
            if menu:
                menu.use()
            self.application.came_back(self)
            self.application.use(self)
            self.picture("used")
            if self.application.quit(self) is not False:
                self._has_ended()
        except BaseException:
            self.keep_logs()
            raise

    def measured(self):
        """As far as it came."""
        if not self.snapshot:
            return {}
        return {"processes": self.processes, "image_bytes": self.snapshot["image_bytes"],
                "frozen_ms": round(self.snapshot["frozen_us"] / 1000), "resume_ms": self.resume_ms}

    def _move(self):
        file = self.case.workspace.folder("exports", self.case.person) / "it.entracte"
        self.product.json("export", self.session, file, timeout=600)
        self.product.delete(self.session)
        self.session = self.product.json("import", file, timeout=600)["session"]["id"]
        file.unlink()

    def _go_to(self, server):
        self.server, self.desktop = server, Desktop(server)

    def picture(self, name):
        try:
            self.desktop.screenshot(self.pictures / f"{name}.png")
        except Failure:
            if name != "failed":
                raise

    def keep_logs(self):
        """What the session's programs said, and how it looked in the end."""
        self.picture("failed")
        for pid in self.product.session_processes():
            folder = Path(f"/proc/{pid}/root/run/entracte/log")
            for log in sorted(folder.glob("*")) if folder.exists() else ():
                text = log.read_text(errors="replace")
                if text.strip():
                    print(f"--- session's log {log.name}\n{text[-3000:]}")
                    (self.pictures / f"session-{log.name}.log").write_text(text)

    def _fit_windows(self):
        """Into a place that both screens have: a window that fills the screen would rightly grow with it."""
        for window in self.desktop.windows():
            left, top, width, height = window.geometry()
            if width > 1100 or height > 650 or left + width > 1200 or top + height > 750:
                for state in ("maximized_vert,maximized_horz", "fullscreen"):
                    self.desktop.run(["wmctrl", "-i", "-r", window.id, "-b", f"remove,{state}"])
                size = f"0,60,40,{min(width, 1000)},{min(height, 650)}"
                self.desktop.run(["wmctrl", "-i", "-r", window.id, "-e", size])
                wait_for("a smaller window", lambda w=window: w.geometry()[2] < 1250, 10)

    def _settled_pictures(self, name):
        """A picture of each window, once two in a row are the same (or the program never stands still)."""
        last = self._window_pictures(name)
        if self.application.moving:
            return last
        def still():
            nonlocal last
            previous, last = last, self._window_pictures(name)
            return previous.keys() == last.keys() and all(
                self._differ(previous[key], last[key]) <= self.application.tolerated for key in last)
        try:
            wait_for("the windows to stand still", still, 15, 0.3)
        except Failure:
            pass
        return last

    def _window_pictures(self, name):
        """{class and number: pixels}. The pointer is out of the way."""
        self.desktop.run(["xdotool", "mousemove", "0", "0"])
        taken = {}
        for window in self.desktop.windows():
            key = window.window_class
            while key in taken:
                key += "+"
            path = self.case.temporary(f"{name}-{key.replace('/', '_')}.png")
            taken[key] = pixels(self.desktop.window_picture(window, path))
        return taken

    @staticmethod
    def _differ(a, b):
        if a[:2] != b[:2]:
            return max(a[0] * a[1], b[0] * b[1])
        if a[2] == b[2]:
            return 0
        return sum(a[2][i:i + 3] != b[2][i:i + 3] for i in range(0, len(a[2]), 3))

    def _windows_are_back(self, classes):
        try:
            wait_for("the windows", lambda: self.desktop.classes() == classes, 20, 0.2)
        except Failure as problem:
            raise Failure(f"the windows {classes} became {self.desktop.classes()}") from problem

    def _look_the_same(self, before):
        """Each window as it was, before anybody touched it; what moves by itself only in its size."""
        wrong, now = {}, {}
        def same():
            nonlocal wrong, now
            now = self._window_pictures("after")
            wrong = {}
            for key, was in before.items():
                if key not in now:
                    wrong[key] = "gone"
                elif now[key][:2] != was[:2]:
                    wrong[key] = f"{was[:2]} became {now[key][:2]}"
                elif not self.application.moving and (count := self._differ(was, now[key])) > self.application.tolerated:
                    wrong[key] = f"{count} of {was[0] * was[1]} pixels differ"
                elif self.application.moving and len(set(now[key][2])) < 2:
                    wrong[key] = "nothing is drawn"
            return not wrong
        try:
            wait_for("the same picture", same, 12, 0.4)
        except Failure as problem:
            self.picture("after")
            for key in wrong:
                for when, shown in (("before", before), ("after", now)):
                    if key in shown:
                        width, height, data = shown[key]
                        (self.pictures / f"differs-{when}.ppm").write_bytes(b"P6 %d %d 255\n" % (width, height) + data)
            raise Failure(f"it looks different: {wrong}") from problem

    def _has_ended(self):
        """Its windows and its processes are gone."""
        names = self.application.processes
        try:
            wait_for("the end", lambda: not self.desktop.windows(self.application.window_class)
                     and not self.running(*names), 20, 0.2)
        except Failure as problem:
            raise Failure(f"it did not quit: windows {self.desktop.classes()}, "
                          f"processes {self.running(*names)}") from problem

    # --- what applications do

    def exec(self, *command):
        return self.product.exec(self.session, *command)

    def window(self, window_class=None, title=None, limit=60):
        return self.desktop.wait_window(window_class or self.application.window_class, limit, title)

    def init(self):
        """Host pid of the session's first process."""
        pids = self.product.session_processes()
        expect(len(pids) == 1, f"there are {len(pids)} sessions")
        return pids[0]

    def home(self, name=""):
        return f"{self.case.person.home}/{name}" if name else self.case.person.home

    def read(self, path):
        """A file as the session's programs see it; None when it is not there."""
        try:
            return Path(f"/proc/{self.init()}/root{path}").read_bytes()
        except FileNotFoundError:
            return None

    def put(self, path, data):
        """A file for the session's programs."""
        seen = Path(f"/proc/{self.init()}/root{path}")
        absent = [folder for folder in reversed(seen.parents) if not folder.exists()]
        for folder in absent:
            folder.mkdir()
        seen.write_bytes(data if isinstance(data, bytes) else data.encode())
        for made in (*absent, seen):
            os.chown(made, self.case.person.uid, self.case.person.gid)

    def exists(self, path):
        return Path(f"/proc/{self.init()}/root{path}").exists()

    def wait_file(self, path, contains=b"", limit=20):
        def there():
            data = self.read(path)
            return data if data and contains in data else None
        return wait_for(f"{path} with {contains!r}", there, limit, 0.1)

    def running(self, *names):
        """Which of these process names run in the session."""
        found = []
        space = os.stat(f"/proc/{self.init()}/ns/pid").st_ino
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and os.stat(entry / "ns/pid").st_ino == space:
                    state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
                    name = (entry / "comm").read_text().strip()
                    if name in names and state != "Z":
                        found.append(name)
            except OSError:
                continue
        return sorted(found)

    def processes_in_session(self):
        space = os.stat(f"/proc/{self.init()}/ns/pid").st_ino
        count = 0
        for entry in Path("/proc").iterdir():
            try:
                count += entry.name.isdigit() and os.stat(entry / "ns/pid").st_ino == space
            except OSError:
                continue
        return count

    def settle(self, window=None, seconds=20):
        """Waits until the window's picture is the same twice."""
        window = window or self.window()
        last = None
        def still():
            nonlocal last
            previous = last
            last = pixels(self.desktop.window_picture(window, self.case.temporary("settle.png")))
            return previous is not None and self._differ(previous, last) <= self.application.tolerated
        wait_for("the window to stand still", still, seconds, 0.4)

    def shows_change(self, window, action, least=1):
        """`action` changes what the window shows."""
        before = pixels(self.desktop.window_picture(window, self.case.temporary("change-a.png")))
        action()
        return wait_for("the window to change", lambda: self._differ(
            before, pixels(self.desktop.window_picture(window, self.case.temporary("change-b.png")))) >= least,
            15, 0.2)
