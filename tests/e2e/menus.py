#!/usr/bin/python3
"""The X proxy alone: a menu of a real program is open while it moves. It stays and can be used by mouse and keyboard, or
is closed; the program never hangs, and its next menu opens.
"""
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_programs  # noqa: E402
from entractetest.desktop import Desktop, differing_pixels  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402
from entractetest.xproxy import StandaloneProxy  # noqa: E402


def popups(desktop):
    """Viewable windows that no manager manages, of some size: (left, top, width, height) on the root."""
    tree = desktop.run(["xwininfo", "-root", "-tree"], check=False)
    found = []
    for ident in re.findall(r"^ {5}(0x[0-9a-f]+) ", tree, re.MULTILINE):
        told = desktop.run(["xwininfo", "-id", ident], check=False)
        if "IsViewable" not in told or "Override Redirect State: yes" not in told:
            continue
        left, top, width, height = (int(number) for number in re.findall(
            r"(?:Absolute upper-left [XY]|Width|Height): +(-?\d+)", told))
        if width > 40 and height > 40:
            found.append((left, top, width, height))
    return found


class _Scene:
    """A program on the proxy, with its window, in front of somebody at the first of `servers`."""

    def __init__(self, case, command, window_class, servers=None):
        self.case, self._moves = case, 0
        self.servers = servers or [case.first_server(), case.second_server()]
        self.proxy = StandaloneProxy(case, self.servers[0])
        self.now = Desktop(self.servers[0])
        self.program = case.start_on(self.proxy)(["env", "GDK_BACKEND=x11", "QT_QPA_PLATFORM=xcb", "NO_AT_BRIDGE=1",
                                                  "GSK_RENDERER=cairo", *command])
        self._window_class = window_class
        self.window = self.now.wait_window(window_class, 60)
        self.window.activate()
        self.settle()

    def settle(self):
        """Until its picture stays as it is."""
        before = None
        for number in range(40):
            picture = self.now.screenshot(self.case.temporary(f"settle-{number % 2}.png"))
            if before and differing_pixels(before, picture) == 0:
                return
            before = picture
            time.sleep(0.3)

    def move(self, to):
        self.proxy.move(self.servers[to])
        self._moves += 1
        self.now = Desktop(self.servers[to])
        self.window = self.now.wait_window(self._window_class)
        self.proxy.expect_clean_moves(self._moves)

    def popup(self):
        return wait_for("an open menu", lambda: popups(self.now), 15)[-1]

    def expect_closed(self):
        wait_for("the menu to close", lambda: not popups(self.now), 15)

    def open(self, *keys):
        """By these keys, in the active window."""
        self.window.activate()
        self.now.run(["xdotool", "key", *keys])
        self.popup()
        self.settle()

    def click(self, left, top):
        """After some way to there, as a hand moves."""
        self.now.run(["xdotool", "mousemove", str(left - 3), str(top - 3), "mousemove", str(left), str(top)])
        time.sleep(0.3)
        self.now.run(["xdotool", "click", "1"])

    def expect_ended(self):
        wait_for("the program to end", lambda: not self.program.running(), 20)


def _menu_moves(case, command, window_class, keys):
    """`keys` open a menu, whose last entry ends the program."""
    scene = _Scene(case, command, window_class)
    scene.open(*keys)
    scene.move(1)
    scene.popup()
    # A click anywhere else comes to the program that has the pointer, which closes its menu.
    scene.click(20, 880)
    scene.expect_closed()
    scene.open(*keys)
    scene.move(0)
    scene.popup()
    scene.now.run(["xdotool", "key", "Escape"])
    scene.expect_closed()
    scene.open(*keys)
    scene.move(1)
    left, top, _, height = scene.popup()
    scene.click(left + 50, top + height - 14)
    scene.expect_ended()


def case_aGtkMenu(case):
    require_programs("mousepad")
    _menu_moves(case, ["mousepad", "--disable-server"], "Mousepad", ["alt+f"])


def case_aQtMenu(case):
    require_programs("kate")
    _menu_moves(case, ["dbus-run-session", "--", "kate", "-n"], "kate", ["alt+f"])


def case_aGtk4Menu(case):
    """GTK 4 has menus and drop-down lists in popovers."""
    require_programs("gtk4-demo")
    scene = _Scene(case, ["gtk4-demo", "--run=dropdown"], "gtk4-demo")
    for to in (1, 0):
        scene.open("Tab", "space")
        scene.move(to)
        scene.popup()
        scene.now.run(["xdotool", "key", "Escape"])
        scene.expect_closed()
    expect(scene.program.running(), "the program has ended")


def case_aMenuThatAHeldButtonKeepsOpen(case):
    """Nobody holds the button at the next server: it is closed there, and opens again."""
    require_programs("xterm")
    scene = _Scene(case, ["xterm"], "XTerm")

    def press():
        scene.now.run(["xdotool", "mousemove", "--window", scene.window.id, "100", "100", "keydown", "ctrl",
                       "mousedown", "1"])
    press()
    scene.popup()
    scene.move(1)
    scene.expect_closed()
    press()
    scene.popup()
    scene.now.run(["xdotool", "mouseup", "1", "keyup", "ctrl"])
    scene.expect_closed()
    scene.window.type("exit\n")
    scene.expect_ended()


if __name__ == "__main__":
    sys.exit(main(globals()))
