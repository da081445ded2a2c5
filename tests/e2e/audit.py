#!/usr/bin/python3
"""After each move the proxy compares its record with the new server: it must find no difference, and must find
one that somebody made."""
import os
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY, run, wait_for  # noqa: E402
from entractetest.programs import STILL_TERMINAL, mousepad, qt_editor  # noqa: E402
from entractetest.servers import FIRST, SECOND  # noqa: E402
from entractetest.xproxy import StandaloneProxy  # noqa: E402


def _expect_same(proxy, compared):
    audit = proxy.audit()
    expect(audit.differences == 0 and audit.complete, f"the server holds something else:\n{audit.words}")
    expect(audit.compared >= compared, f"too little was compared:\n{audit.words}")
    return audit


def case_oneOfEveryObjectIsTheSame(case):
    first = case.server("first", FIRST, window_manager=False)
    second = case.server("second", SECOND, window_manager=False)
    proxy = StandaloneProxy(case, first)
    victim = case.workspace.folder("victim", mode=0o755) / "x-victim"
    shutil.copy(BUILD_DIRECTORY / "tests/bin/x-victim", victim)
    program = case.start_on(proxy)(["sh", "-c", f"sleep 1000 | {victim}"])
    wait_for("x-victim", lambda: "ready" in program.words(), 20)
    _expect_same(proxy, 400)
    for count, server in enumerate((second, first, second), 1):
        proxy.move(server)
        _expect_same(proxy, 400)
        proxy.expect_clean_moves(count)


def case_realProgramsAreTheSame(case):
    first, second = case.first_server(), case.second_server()
    proxy = StandaloneProxy(case, first)
    start = case.start_on(proxy)
    start(STILL_TERMINAL)
    desktop = Desktop(first)
    desktop.wait_window("XTerm")
    for editor in (mousepad(), qt_editor()):
        start(editor.command)
        editor.window(desktop)
    time.sleep(1)
    _expect_same(proxy, 700)
    for count, server in enumerate((second, first), 1):
        proxy.move(server)
        _expect_same(proxy, 700)
        proxy.expect_clean_moves(count)


def case_aWindowManagerWithinIsTheSame(case):
    """Frames, save-set, hundreds of grabs; nobody else rules the screen, so nothing is excused."""
    first = case.server("first", FIRST, window_manager=False)
    second = case.server("second", SECOND, window_manager=False)
    proxy = StandaloneProxy(case, first)
    start = case.start_on(proxy)
    start(["openbox", "--sm-disable"])
    time.sleep(1)
    start(STILL_TERMINAL)
    start(mousepad().command)
    desktop = Desktop(first)
    desktop.wait_window("XTerm")
    desktop.wait_window("Mousepad")
    time.sleep(1)
    _expect_same(proxy, 700)
    for count, server in enumerate((second, first), 1):
        proxy.move(server)
        _expect_same(proxy, 700)
        proxy.expect_clean_moves(count)


def case_aCompositingManagerWithinIsTheSame(case):
    """Pictures of windows' pixmaps that were freed, alarms on other programs' counters, DAMAGE objects."""
    first = case.server("first", FIRST, window_manager=False)
    second = case.server("second", SECOND, window_manager=False)
    proxy = StandaloneProxy(case, first)
    start = case.start_on(proxy)
    start(["dbus-run-session", "--", "xfwm4", "--compositor=on"])
    start(STILL_TERMINAL)
    start(mousepad().command)
    desktop = Desktop(first)
    desktop.wait_window("XTerm")
    desktop.wait_window("Mousepad")
    wait_for("what was begun to be done", lambda: proxy.audit().differences == 0, 20, 0.5)
    for count, server in enumerate((second, first), 1):
        proxy.move(server)
        proxy.expect_clean_moves(count)


def case_aWholeIceWMDesktopIsTheSame(case):
    """Window manager, panel and tray of one program, with other programs in its frames."""
    if not os.environ.get("ENTRACTE_APPS") or not shutil.which("icewm-session"):
        raise Skip("whole desktops are tried by \"make test-apps\", which installs them")
    first = case.server("first", FIRST, window_manager=False)
    second = case.server("second", SECOND, window_manager=False)
    proxy = StandaloneProxy(case, first)
    start = case.start_on(proxy)
    desktop = start(["icewm-session"])
    inside = Desktop(proxy)
    wait_for("its window manager", lambda: "window id" in inside.run(
        ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], check=False), 60)
    start(STILL_TERMINAL)
    start(mousepad().command)
    for window_class in ("XTerm", "Mousepad"):
        inside.wait_window(window_class)
    for server in (None, second, first):
        if server:
            proxy.move(server)
        # What was begun (an icon that comes late) is done at some time; a difference stays.
        wait_for("no difference", lambda: proxy.audit().differences == 0, 30, 0.5)
        _expect_same(proxy, 1500)
        inside.wait_window("Mousepad")
        expect(desktop.running(), f"the desktop has ended: {desktop.words()[-600:]}")
    proxy.expect_clean_moves(2)


def case_whatAnotherClientChangesIsFound(case):
    first, second = case.first_server(), case.second_server()
    proxy = StandaloneProxy(case, first)
    case.start_on(proxy)(STILL_TERMINAL)
    Desktop(first).wait_window("XTerm")
    proxy.move(second)
    window = Desktop(second).wait_window("XTerm")
    _expect_same(proxy, 100)
    run(["xprop", "-id", window.id, "-remove", "WM_CLASS"], case.person, second.environment())
    audit = proxy.audit()
    expect(audit.differences > 0 and audit.status != 0, f"the change was not found:\n{audit.words}")
    expect("property WM_CLASS: not there" in audit.words, f"it is not named:\n{audit.words}")


if __name__ == "__main__":
    sys.exit(main(globals()))
