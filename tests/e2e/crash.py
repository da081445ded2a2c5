#!/usr/bin/python3
"""An X server dies unprepared (SIGKILL) under programs that people use: they wait, and on the next server they look as
they did, go on and obey."""
import os
import re
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main  # noqa: E402
from entractetest.desktop import Desktop, differing_pixels  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402
from entractetest.servers import FIRST, SECOND  # noqa: E402
from entractetest.xproxy import StandaloneProxy  # noqa: E402

CAPTURED = 4  # seconds; so old may be what a program drew when the server died


class _Crash:
    """A server with the program on it, and the next one."""

    def __init__(self, case, *command, needs_apps=False, **environment):
        if not shutil.which(command[0]):
            raise Skip(f"{command[0]} is not installed")
        if needs_apps and not os.environ.get("ENTRACTE_APPS"):
            raise Skip(f'{command[0]} is tried by "make test-apps", which installs it')
        self._case, self._crashes = case, 0
        self.server = case.first_server()
        self.proxy = StandaloneProxy(case, self.server)
        settings = [f"{name}={value}" for name, value in environment.items()]
        self.start = case.start_on(self.proxy)
        self.program = self.start(["env", "GDK_BACKEND=x11", "NO_AT_BRIDGE=1", *settings, *command])
        self.desktop = Desktop(self.server)

    def crash(self):
        self.server.kill()
        self._crashes += 1
        self.server = self._case.server(f"after {self._crashes}", (FIRST, SECOND)[self._crashes % 2])
        self.proxy.move(self.server)
        self.desktop = Desktop(self.server)
        expect(self.program.running(), f"the program has ended: {self.program.words()[-800:]}")

    def fit(self, window):
        """Into a place that both screens have: a window that fills the screen would rightly grow with it."""
        for state in ("maximized_vert,maximized_horz", "fullscreen"):
            self.desktop.run(["wmctrl", "-i", "-r", window.id, "-b", f"remove,{state}"])
        self.desktop.run(["wmctrl", "-i", "-r", window.id, "-e", "0,60,40,900,600"])
        wait_for("a smaller window", lambda: window.geometry()[2] < 1000 and window.geometry()[3] < 700, 20)

    def picture(self, window, name):
        """Of a window that has come to rest."""
        self.desktop.run(["xdotool", "mousemove", "0", "0"])
        path, before = (self._case.temporary(f"{name}{more}.png") for more in ("", "-before"))
        self.desktop.window_picture(window, path)

        def rests():
            path.replace(before)
            time.sleep(0.5)
            return differing_pixels(before, self.desktop.window_picture(window, path)) <= 600
        wait_for(f"{name} to rest", rests, 60, 0)
        return path

    def expect_same(self, window_class, before, tolerated, title=None):
        window = self.desktop.wait_window(window_class, 20, title)
        window.activate()
        differing = None

        def same():
            nonlocal differing
            differing = differing_pixels(before, self.picture(window, "after"))
            return differing <= tolerated
        try:
            wait_for("the same picture", same, 20, 0.5)
        finally:
            if differing is not None:
                print(f"{differing} pixels differ")
        return window

    def expect_rebuilt(self):
        """The replay was refused nothing, and the server holds what the record holds."""
        self.proxy.expect_clean_moves(self._crashes)
        wait_for("no difference", lambda: self.proxy.audit().differences == 0, 20, 0.5)


def _changes(at, window, act, name):
    """That the program draws when it is used."""
    before = at.picture(window, f"{name}-unused")
    act()
    wait_for(f"{name} to change", lambda: differing_pixels(before, at.picture(window, f"{name}-used")) > 100, 30, 0.2)


def case_aTerminalThatScrollsGoesOn(case):
    """It waits for the server's word after each line that it scrolls by (GraphicsExpose, NoExpose)."""
    count = r'i=0; while :; do printf "\033]0;tick %d\007" $i; seq 200; i=$((i+1)); done'
    at = _Crash(case, "xterm", "-s", "-e", "bash", "-c", count)

    def ticks():
        found = [re.match(r"tick (\d+)", window.title) for window in at.desktop.windows("XTerm")]
        return int(found[0][1]) if found and found[0] else 0
    wait_for("it to scroll", lambda: ticks() > 5, 30)
    for _ in range(3):
        before = ticks()
        at.crash()
        wait_for("it to scroll on", lambda then=before: ticks() > then + 5, 30)
    at.expect_rebuilt()


def case_windowsLookTheSame(case):
    """And stand where they stood, as large, and as a manager of the screen's had made them."""
    at = _Crash(case, "xterm", "-T", "still", "-e", "bash", "-c", "seq 101 120; exec cat")
    for title in ("large", "put away"):
        at.start(["xterm", "-T", title, "-e", "cat"])
    still, large, away = (at.desktop.wait_window("XTerm", title=title) for title in ("still", "large", "put away"))
    at.desktop.run(["xdotool", "windowmove", still.id, "333", "222"])
    at.desktop.run(["wmctrl", "-i", "-r", large.id, "-b", "add,maximized_vert,maximized_horz"])
    at.desktop.run(["xdotool", "windowminimize", away.id])
    still.activate()
    before = at.picture(still, "before")
    place = still.geometry()
    time.sleep(CAPTURED)
    for _ in range(2):
        at.crash()
        still, large, away = (at.desktop.wait_window("XTerm", 30, title=title)
                              for title in ("still", "large", "put away"))
        screen = int(at.desktop.run(["xdotool", "getdisplaygeometry"]).split()[0])
        wait_for("the large one to fill the screen", lambda w=large, s=screen: w.geometry()[2] > s - 30, 20)
        wait_for("the other one to be away", lambda w=away: "Iconic" in at.desktop.run(
            ["xprop", "-id", w.id, "WM_STATE"]), 20)
        wait_for("the place", lambda w=still: w.geometry() == place, 20)
        at.expect_same("XTerm", before, 600, title="still")
    at.expect_rebuilt()


def case_aPlayerGoesOn(case):
    """Pictures in shared memory: the next one is drawn when the server has told that it is done with the last."""
    at = _Crash(case, "mpv", "--no-config", "--vo=x11", "--no-audio", "--loop=inf", "--geometry=320x240+50+50",
                "av://lavfi:testsrc2=size=320x240:rate=50:duration=600", needs_apps=True)
    for _ in range(4):
        window = at.desktop.wait_window("mpv")
        for name in ("plays", "plays on"):
            before = at.desktop.window_picture(window, case.temporary("first.png"))
            wait_for(f"it {name}", lambda w=window, b=before: differing_pixels(
                b, at.desktop.window_picture(w, case.temporary("next.png"))) > 500, 20)
        at.crash()
    at.expect_rebuilt()


def case_aTextDocumentLooksTheSame(case):
    """LibreOffice draws from pixmaps that only the server holds."""
    at = _Crash(case, "libreoffice", "--norestore", "--nologo", "--writer", needs_apps=True, SAL_USE_VCLPLUGIN="gen")
    window = at.desktop.wait_window("libreoffice-writer", 120)
    at.fit(window)
    at.picture(window, "begun")
    for tip in at.desktop.windows(): # of the day
        if tip.id != window.id:
            tip.key("Escape")
    window.type("A letter that was never saved.")
    before = at.picture(window, "before")
    time.sleep(CAPTURED)
    at.crash()
    window = at.expect_same("libreoffice-writer", before, 1500)
    _changes(at, window, lambda: window.type(" It goes on."), "the document")
    at.expect_rebuilt()


def case_aDrawingLooksTheSame(case):
    canvas = case.workspace.folder("drawing", case.person) / "canvas.png"
    at = _Crash(case, "sh", "-c", f"convert -size 400x300 plasma: {canvas} && "
                f"exec gimp --no-splash --new-instance {canvas}", needs_apps=True)
    if not shutil.which("gimp"):
        raise Skip("gimp is not installed")
    window = at.desktop.wait_window("Gimp", 120, title="canvas")
    at.fit(window)
    before = at.picture(window, "before")
    time.sleep(CAPTURED)
    at.crash()
    window = at.expect_same("Gimp", before, 1500)
    _changes(at, window, lambda: window.key("2"), "the drawing") # twice as large
    at.expect_rebuilt()


PAGE = """<!doctype html><title>page 0</title><h1>Half filled</h1><textarea id=a autofocus rows=5 cols=60></textarea>
<script>let a=document.getElementById('a');setInterval(()=>{document.title='page '+a.value.length},100)</script>"""


def _browser(case, window_class, *command):
    page = case.workspace.folder("page", case.person) / "page.html"
    page.write_text(PAGE)
    page.chmod(0o644)
    at = _Crash(case, *command, f"file://{page}", needs_apps=True)
    window = at.desktop.wait_window(window_class, 120, title="page 0")
    at.fit(window)
    before = at.picture(window, "before")
    time.sleep(CAPTURED)
    for _ in range(2):
        at.crash()
        window = at.expect_same(window_class, before, 3000)
    window.type("typed after it")
    at.desktop.wait_window(window_class, 30, title="page 14")
    at.expect_rebuilt()


def case_aPageLooksTheSameInFirefox(case):
    _browser(case, "firefox-esr", "firefox-esr", "--new-window")


def case_aPageLooksTheSameInChromium(case):
    _browser(case, "Chromium", "chromium", "--no-sandbox", "--no-first-run", "--password-store=basic", "--disable-gpu")


if __name__ == "__main__":
    sys.exit(main(globals()))
