#!/usr/bin/python3
"""The X proxy alone, without containers or CRIU: programs hop from display to display."""
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
from entractetest.xproxy import StandaloneProxy  # noqa: E402


def case_programsHopToAnotherServer(case):
    first, second = case.first_server(), case.second_server()
    proxy = StandaloneProxy(case, first)
    lookout = Lookout(case, case.start_on(proxy))
    lookout.fill(Desktop(first))
    proxy.move(second)
    lookout.expect_same(Desktop(second))
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


def case_programsSurviveTheirServersDeath(case):
    first = case.first_server()
    proxy = StandaloneProxy(case, first)
    start = case.start_on(proxy)
    lookout = Lookout(case, start)
    lookout.fill(Desktop(first))
    first.kill()
    second = case.second_server()
    proxy.move(second)
    desktop = Desktop(second)
    lookout.expect_windows(desktop)
    lookout.expect_text(desktop)
    lookout.expect_obeys(desktop)


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
