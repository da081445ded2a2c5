#!/usr/bin/python3
"""A person whose desktop is Wayland's: the host screen is XWayland, and programs in a session are told to use X."""
import os
import re
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop, pixels  # noqa: E402
from entractetest.processes import Process, run_status, wait_for  # noqa: E402


class Weston:
    """A Weston that shows nothing, and the X display of its XWayland."""

    def __init__(self, case, name, size):
        self.person = case.person
        self._runtime = case.workspace.folder(f"runtime-{name}", case.person)
        self._log = case.temporary(f"{name}.log")
        self._log.touch()
        os.chown(self._log, case.person.uid, case.person.gid)
        self._process = case.stack.enter_context(Process(
            ["weston", "--backend=headless-backend.so", "--xwayland", "--idle-time=0", "--socket=wayland-7",
             f"--width={size[0]}", f"--height={size[1]}", f"--log={self._log}"],
            case.temporary(f"{name}-words.log"), case.person,
            env=case.person.environment(XDG_RUNTIME_DIR=str(self._runtime))))
        said = wait_for("XWayland", lambda: re.search(r"listening on display (:\d+)", self._log.read_text()))
        self.display = said[1]

    def environment(self, **more):
        return self.person.environment(DISPLAY=self.display, WAYLAND_DISPLAY="wayland-7", XDG_SESSION_TYPE="wayland",
                                       XDG_RUNTIME_DIR=str(self._runtime), **more)

    def kill(self):
        self._process.kill()


def _window(desktop, window_class):
    """The id of a program's window, which lies in the frame that Weston puts around it."""
    tree = desktop.run(["xwininfo", "-root", "-tree"])
    found = re.search(rf'(0x[0-9a-f]+) "[^"]*": \("[^"]*" "{window_class}"\)\s+(\d+)x(\d+)', tree)
    return found[1] if found and int(found[2]) > 100 else None


def _succeeds(desktop, command):
    return run_status(command, desktop.server.person, desktop.server.environment()).returncode == 0


def _wait_drawn(case, desktop, window_class):
    window = wait_for(f"a window of {window_class}", lambda: _window(desktop, window_class), 40, 0.2)
    # Taken as the person: XWayland lets nobody else in, and has no cookie.
    folder = case.workspace.folder(f"pictures-{time.monotonic_ns()}", case.person)

    def drawn():
        if not _succeeds(desktop, ["import", "-silent", "-window", window, f"{folder}/window.png"]):
            return False  # not to be seen yet
        shown = pixels(folder / "window.png")[2]
        return any(shown[at:at + 3] != shown[:3] for at in range(0, len(shown), 3))
    wait_for(f"{window_class} to be drawn", drawn, 20, 0.3)
    return window


def _ticks(desktop, window):
    """What the program counts in its title, as this X server has it."""
    title = desktop.run(["xprop", "-id", window, "WM_NAME"], check=False)
    found = re.search(r"tick (\d+)", title)
    return int(found[1]) if found else -1


def case_programsOnXWaylandComeBack(case):
    require_root()
    # Weston gives up when another X server takes the number that it has chosen: not beside all the other tests.
    if not os.environ.get("ENTRACTE_APPS"):
        raise Skip("XWayland is tried by \"make test-apps\", which installs it")
    for program in ("weston", "Xwayland"):
        if not shutil.which(program):
            raise Skip(f"{program} is not installed; \"make test-apps\" does that")
    product = case.product()
    first = Weston(case, "first", (1280, 800))
    told_in = case.workspace.folder("told", case.person, 0o755)
    # No seat there has a keyboard: that it lives is seen by what it does.
    session = product.start(first, "xterm", "-e", "sh", "-c",
                            f"env > {told_in}/env; n=0; while :; do n=$((n+1)); printf '\\033]2;tick '$n'\\007'; "
                            "sleep 0.1; done", options=("--share", str(told_in)))
    desktop = Desktop(first)
    window = _wait_drawn(case, desktop, "XTerm")
    wait_for("the counter", lambda: _ticks(desktop, window) > 3)
    told = dict(line.split("=", 1) for line in (told_in / "env").read_text().splitlines() if "=" in line)
    wanted = {"GDK_BACKEND": "x11", "QT_QPA_PLATFORM": "xcb", "SDL_VIDEODRIVER": "x11", "MOZ_ENABLE_WAYLAND": "0",
              "XDG_SESSION_TYPE": "x11"}
    expect(wanted.items() <= told.items() and "WAYLAND_DISPLAY" not in told, f"the programs are told {told}")
    product.exec(session, "mousepad", "--disable-server")
    _wait_drawn(case, desktop, "Mousepad")
    before = _ticks(desktop, window)
    product.snapshot(session)
    product.kill_session(session)
    first.kill()

    second = Weston(case, "second", (1440, 900))
    product.resume(session, second)
    desktop = Desktop(second)
    _wait_drawn(case, desktop, "Mousepad")
    window = _wait_drawn(case, desktop, "XTerm")
    now = _ticks(desktop, window)
    expect(now >= before, f"the counter went back from {before} to {now}")
    wait_for("the counter to go on", lambda: _ticks(desktop, window) > now)


if __name__ == "__main__":
    sys.exit(main(globals()))
