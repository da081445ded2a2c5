#!/usr/bin/python3
"""What the person's own programs on a screen see of a session that came to it: window manager, panel, and a program that
something is dragged to. All of it is looked at and done from outside, after a move."""
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_programs  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import Failure, Process, wait_for  # noqa: E402
from entractetest.programs import mousepad  # noqa: E402
from entractetest.xproxy import StandaloneProxy  # noqa: E402


class _Session:
    def __init__(self, case):
        self.first, self.second = case.first_server(), case.second_server()
        self.proxy = StandaloneProxy(case, self.first)
        self._start = case.start_on(self.proxy)

    def start(self, *command):
        return self._start(["env", "GDK_BACKEND=x11", "NO_AT_BRIDGE=1", *command])


def _property(desktop, window, name):
    return desktop.run(["xprop", "-id", window.id, name])


def _names(desktop, window, name):
    """The window in a property: the last id that is told."""
    found = re.findall(r"0x[0-9a-f]+", _property(desktop, window, name))
    expect(found, f"no window in {_property(desktop, window, name)}")
    return int(found[-1], 16)


def _inside(desktop, ident):
    """(left, top, width, height) on the screen, without its frame; nothing when it is not to be seen."""
    told = desktop.run(["xwininfo", "-id", ident], check=False)
    numbers = re.findall(r"(?:Absolute upper-left [XY]|Width|Height): +(-?\d+)", told)
    return tuple(map(int, numbers)) if "IsViewable" in told else None


def case_aManagerOutsideClosesAndResizesWindows(case):
    """By WM_DELETE_WINDOW and _NET_WM_SYNC_REQUEST; dialogs stay with their window."""
    require_programs("mousepad", "wmctrl", "xterm")
    at = _Session(case)
    at.start(*mousepad().command)
    terminal = at.start("xterm", "-e", "cat")
    mousepad().fill(Desktop(at.first))
    at.proxy.move(at.second)
    outside = Desktop(at.second)
    window = outside.wait_window("Mousepad")
    expect("WM_DELETE_WINDOW" in _property(outside, window, "WM_PROTOCOLS"), "its protocols are lost")
    expect(_names(outside, window, "WM_CLIENT_LEADER") == _names(outside, window, "WM_HINTS"), "another group leader")
    # The manager waits for the counter before each step of this.
    _, _, width, height = before = window.geometry()
    outside.run(["xdotool", "mousemove", "--window", window.id, str(width - 20), str(height - 20),
                 "keydown", "alt", "mousedown", "3"])
    for _ in range(8):
        outside.run(["xdotool", "mousemove_relative", "--", "-10", "-10"])
    outside.run(["xdotool", "mouseup", "3", "keyup", "alt"])
    wait_for(f"another size than {before}", lambda: window.geometry()[2] <= width - 70, 10)

    # A window with text in it that was never saved asks.
    outside.run(["wmctrl", "-i", "-c", window.id])
    def dialogs(desktop):
        return [w for w in desktop.windows("Mousepad") if "0x" in _property(desktop, w, "WM_TRANSIENT_FOR")]
    for server in (None, at.first, at.second):
        if server:
            at.proxy.move(server)
        desktop = Desktop(server) if server else outside
        dialog = wait_for("the question", lambda d=desktop: dialogs(d), 20)[0]
        parents = [int(w.id, 16) for w in desktop.windows("Mousepad") if w.id != dialog.id]
        expect([_names(desktop, dialog, "WM_TRANSIENT_FOR")] == parents, "the question belongs to another window")
    dialog.key("Escape")
    wait_for("no question", lambda: not dialogs(outside), 10)
    expect(len(outside.windows("Mousepad")) == 1, "the window is gone")
    outside.run(["wmctrl", "-i", "-c", outside.wait_window("XTerm").id])
    wait_for("the terminal's end", lambda: not terminal.running(), 10)
    at.proxy.expect_clean_moves(3)


def case_aPanelOutsideTakesTheIcon(case):
    """It comes when the program runs already, and says so to all (MANAGER)."""
    require_programs("tint2", "yad")
    at = _Session(case)
    pressed = case.workspace.folder("pressed", case.person) / "pressed"
    at.start("yad", "--notification", "--image=gtk-save", f"--command=touch {pressed}")
    for round_, server in enumerate((at.second, at.first, at.second)):
        at.proxy.move(server)
        outside = Desktop(server)
        with Process(["tint2"], case.temporary(f"tint2-{round_}.log"), case.person, env=server.environment()) as panel:
            wait_for("the icon in the panel", lambda p=panel: "add_icon" in p.words(), 30)
            icon = wait_for("its window", lambda d=outside: _icon(d), 20)
            outside.run(["xdotool", "mousemove", *map(str, icon), "click", "1"])
            wait_for("what a click does", pressed.exists, 15)
            pressed.unlink()
            panel.end()
    at.proxy.expect_clean_moves(3)


def _icon(desktop):
    """Where the middle of the icon is on the screen."""
    tree = desktop.run(["xwininfo", "-root", "-tree"])
    for ident in re.findall(r'(0x[0-9a-f]+) .*"yad" "Yad"', tree) + re.findall(r'(0x[0-9a-f]+) .*\("yad"', tree):
        left, top, width, height = _inside(desktop, ident) or (0, 0, 0, 0)
        if 8 < width < 100 and 8 < height < 100:
            return left + width // 2, top + height // 2
    return None


def _drag(desktop, source, target, rest):
    """What is selected in the first line of an editor into another one, as a hand would; it rests there for so many
    seconds before it lets go.
    """
    for window, place in ((source, "60,60"), (target, "60,460")):
        desktop.run(["wmctrl", "-i", "-r", window.id, "-e", f"0,{place},600,300"])
    wait_for("their places", lambda: _inside(desktop, target.id)[1] > 400 > _inside(desktop, source.id)[1], 10)
    source.key("ctrl+Home", "shift+End")
    (x, y), (to_x, to_y) = ((left + 60, top + TEXT_AT) for left, top, *_ in (
        _inside(desktop, w.id) for w in (source, target)))
    desktop.run(["xdotool", "mousemove", str(x), str(y), "mousedown", "1"])
    for step in range(1, 21):
        desktop.run(["xdotool", "mousemove", str(x + (to_x - x) * step // 20), str(y + (to_y - y) * step // 20)])
        time.sleep(0.03)
    time.sleep(rest)
    desktop.run(["xdotool", "mouseup", "1"])


TEXT_AT = 33 # pixels from the upper edge of the editor to the middle of its first line


def _drag_into(case, start_target):
    require_programs("mousepad", "wmctrl")
    at = _Session(case)
    at.start(*mousepad().command)
    source = mousepad().fill(Desktop(at.first))
    at.proxy.move(at.second)
    outside = Desktop(at.second)
    source = outside.wait_window("Mousepad")
    start_target(at)
    target = wait_for("the other editor", lambda: [
        w for w in outside.windows("Mousepad") if w.id != source.id], 30)[0]

    def arrived():
        try:
            return mousepad().text in target.all_text()
        except Failure: # nothing was there to be copied yet
            return False
    # Who lets go before the target has said that it takes it drags in vain, and does it again.
    for rest in (0.3, 1, 3, 9):
        _drag(outside, source, target, rest)
        try:
            wait_for("the text", arrived, 5)
            break
        except Failure:
            outside.screenshot(case.temporary(f"dropped after {rest} s.png"))
    expect(arrived(), "the text did not come")
    at.proxy.expect_clean_moves(1)


def case_textIsDraggedWithinTheSession(case):
    _drag_into(case, lambda at: at.start(*mousepad().command))


def case_textIsDraggedToAProgramOutside(case):
    _drag_into(case, lambda at: case.start_on(at.second)(mousepad().command))


if __name__ == "__main__":
    sys.exit(main(globals()))
