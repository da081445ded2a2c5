#!/usr/bin/python3
"""The X proxy alone, without containers or CRIU: programs hop from display to display."""
import contextlib
import os
import re
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.lookout import Lookout  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY, wait_for  # noqa: E402
from entractetest.programs import COUNTER, counter_value  # noqa: E402
from entractetest.servers import FIRST, SECOND  # noqa: E402
from entractetest.xproxy import StandaloneProxy  # noqa: E402


def case_programsHopToAnotherServer(case):
    first, second = case.first_server(), case.second_server()
    proxy = StandaloneProxy(case, first)
    lookout = Lookout(case, case.start_on(proxy))
    lookout.fill(Desktop(first))
    proxy.move(second)
    lookout.expect_same(Desktop(second))
    proxy.expect_clean_moves(1)
    expect(not Desktop(first).windows(), "windows stayed behind on the first server")


def case_statusTellsWhatProgramsHold(case):
    first = case.first_server()
    proxy = StandaloneProxy(case, first)
    case.start_on(proxy)(["xclock"])
    Desktop(first).wait_window("XClock")

    def of_xclock():
        found = re.search(r"^xclock +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) KiB$", proxy.status(), re.MULTILINE)
        return [int(number) for number in found.groups()] if found else None
    wait_for("the clock in the list", of_xclock)
    process, windows, _, others, kib = of_xclock()
    expect(os.path.exists(f"/proc/{process}"), f"its process is said to be {process}")
    expect(windows >= 2 and others >= 2 and kib >= 1, f"it holds: {of_xclock()}")


def case_programsHopBack(case):
    first, second = case.first_server(), case.second_server()
    proxy = StandaloneProxy(case, first)
    lookout = Lookout(case, case.start_on(proxy))
    lookout.fill(Desktop(first))
    proxy.move(second)
    proxy.move(first)
    lookout.expect_same(Desktop(first))
    proxy.expect_clean_moves(2)


def case_programsSurviveTheirServersDeath(case):
    first = case.first_server()
    proxy = StandaloneProxy(case, first)
    start = case.start_on(proxy)
    lookout = Lookout(case, start)
    lookout.fill(Desktop(first))
    first.kill()
    second = case.second_server()
    proxy.move(second)
    lookout.expect_same(Desktop(second))
    proxy.expect_clean_moves(1)


NAMES = ("one", "two", "three")


def _named(server):
    """The windows of these names, managed or not: id by name."""
    tree = Desktop(server).run(["xwininfo", "-root", "-tree"], check=False)
    return {name: ident for ident, name in re.findall(r'(0x[0-9a-f]+) "(\w+)": \("xterm"', tree) if name in NAMES}


def _start_named(case, proxy, server):
    start = case.start_on(proxy)
    programs = [start(["xterm", "-T", name, "-e", "cat"]) for name in NAMES]
    # Mapped, too: openbox forgets one that is mapped while it starts.
    wait_for("the windows", lambda: len(_named(server)) == 3 and all("IsViewable" in Desktop(server).run(
        ["xwininfo", "-id", ident], check=False) for ident in _named(server).values()))
    return start, programs


def _managed(proxy):
    return Desktop(proxy).run(["xprop", "-root", "_NET_CLIENT_LIST"], check=False).count("0x")


def _expect_all_after_its_end(case, first, proxy, programs):
    first.end()
    second = case.server("second", SECOND, window_manager=False)
    proxy.move(second)
    wait_for("the windows", lambda: len(_named(second)) == 3, 20)
    expect(all(program.running() for program in programs), "a program has ended")
    proxy.expect_clean_moves(1)


# It ends the connections in the order of their places in its table, and tells the others of each: here the
# programs' stand before the proxy's own.
def case_anOrderlyEndOfTheServerLosesNoWindow(case):
    first = case.server("first", FIRST, window_manager=False)
    with contextlib.ExitStack() as places:
        for _ in range(5):
            places.enter_context(first.client())
        proxy = StandaloneProxy(case, first)
        Desktop(proxy).run(["xwininfo", "-root"])
    _, programs = _start_named(case, proxy, first)
    _expect_all_after_its_end(case, first, proxy, programs)


# ... and here before a window manager's, which would take the frames of the ended ones down.
def case_norDoesAManagerWithinLoseThem(case):
    first = case.server("first", FIRST, window_manager=False)
    proxy = StandaloneProxy(case, first)
    start, programs = _start_named(case, proxy, first)
    start(["openbox", "--sm-disable"])
    wait_for("the manager", lambda: _managed(proxy) == 3)
    _expect_all_after_its_end(case, first, proxy, programs)


# A program whose connection somebody ends, while the server lives: the others hear of it.
def case_aKilledProgramIsGoneForTheManagerToo(case):
    first = case.server("first", FIRST, window_manager=False)
    proxy = StandaloneProxy(case, first)
    start, programs = _start_named(case, proxy, first)
    start(["openbox", "--sm-disable"])
    wait_for("the manager", lambda: _managed(proxy) == 3)
    Desktop(first).run(["xkill", "-id", _named(first)["two"]])
    wait_for("its end", lambda: not programs[1].running())
    wait_for("the manager to hear of it", lambda: _managed(proxy) == 2)


def case_programsRunWhileThereIsNoServer(case):
    first = case.first_server()
    proxy = StandaloneProxy(case, first)
    case.start_on(proxy)(COUNTER)
    desktop = Desktop(first)
    desktop.wait_window("XTerm", title="tick")
    before = counter_value(desktop)
    first.kill()
    second = case.second_server()
    proxy.move(second)
    desktop = Desktop(second)
    desktop.wait_window("XTerm", title="tick")
    now = counter_value(desktop)
    expect(now >= before, f"the counter went back from {before} to {now}")
    wait_for("the counter to go on", lambda: (counter_value(desktop) or 0) > now, 10)


def case_oneOfEveryObjectComesBack(case):
    """tests/programs/x-victim makes one of each kind that a server holds, and tells what it lost."""
    first, second = case.first_server(), case.second_server()
    proxy = StandaloneProxy(case, first)
    victim = case.workspace.folder("victim", mode=0o755) / "x-victim"
    shutil.copy(BUILD_DIRECTORY / "tests/bin/x-victim", victim)
    # Once per line: what it sees on the second server, and back on the first.
    lines = case.workspace.folder("lines", case.person) / "lines"
    lines.touch()
    program = case.start_on(proxy)(["sh", "-c", f"tail -f -n +1 {lines} | {victim}"])
    wait_for("x-victim", lambda: "ready" in program.words(), 20)
    for count, server in enumerate((second, first), 1):
        proxy.move(server)
        with open(lines, "a") as stream:
            stream.write("look\n")
        wait_for("its look", lambda: len(re.findall(r"^(same|\d+ lost)$", program.words(), re.M)) >= count, 20)
        expect("lost" not in program.words().lower(), program.words())
    proxy.expect_clean_moves(2)


def case_movingNowhereChangesNothing(case):
    first = case.first_server()
    proxy = StandaloneProxy(case, first)
    case.start_on(proxy)(COUNTER)
    desktop = Desktop(first)
    desktop.wait_window("XTerm", title="tick")
    moved = proxy.try_move(":59000")
    expect(moved.returncode != 0, "a move to a server that is not there succeeded")
    expect(moved.stderr.strip(), "and it said nothing")
    now = counter_value(desktop)
    wait_for("the counter to go on", lambda: (counter_value(desktop) or 0) > now, 10)


if __name__ == "__main__":
    sys.exit(main(globals()))
