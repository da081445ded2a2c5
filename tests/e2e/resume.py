#!/usr/bin/python3
"""Sessions that are saved and brought back, with real programs, CRIU and X servers."""
import itertools
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.files import Files  # noqa: E402
from entractetest.lookout import Lookout  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY, Failure, wait_for  # noqa: E402
from entractetest.product import CommandFailed  # noqa: E402
from entractetest.programs import COUNTER, counter_value, mousepad  # noqa: E402
from entractetest.typist import Typist  # noqa: E402
from entractetest.x11 import UnmapWatch  # noqa: E402

CYCLES = 10


def _session_with_three_programs(case, product, server):
    session = product.start(server, "sleep", "infinity")
    lookout = Lookout(case, lambda command: product.exec(session, *command))
    lookout.fill(Desktop(server))
    return session, lookout


def _counting_session(product, server):
    session = product.start(server, *COUNTER)
    Desktop(server).wait_window("XTerm", title="tick")
    return session


def _expect_goes_on(desktop, at_least=0):
    desktop.wait_window("XTerm", title="tick")
    now = counter_value(desktop)
    expect(now >= at_least, f"the counter went back from {at_least} to {now}")
    wait_for("the counter to go on", lambda: (counter_value(desktop) or 0) > now, 10)


def case_resumesOnAnotherServer(case):
    require_root()
    first, product = case.first_server(), case.product()
    session, lookout = _session_with_three_programs(case, product, first)
    product.snapshot(session)
    product.kill_session(session)
    first.kill()
    second = case.second_server()
    product.resume(session, second)
    lookout.expect_same(Desktop(second))


def case_snapshotLeavesTheSessionGoingOn(case):
    require_root()
    first, product = case.first_server(), case.product()
    session = _counting_session(product, first)
    editor = mousepad()
    product.exec(session, *editor.command)
    desktop = Desktop(first)
    editor.fill(desktop)
    with first.client() as client:
        watch = UnmapWatch(client)
        before = counter_value(desktop)
        product.snapshot(session, "while it goes on")
        gone = watch.disappearances()
        expect(not gone, f"{gone} disappeared during the snapshot")
        _expect_goes_on(desktop, before)
        gone = watch.disappearances()
        expect(not gone, f"{gone} disappeared after the snapshot")
    expect(editor.text in editor.window(desktop).all_text(), "the text is there")
    expect(product.state_of(session) == "running", "the session runs")


def case_suspendAndResume(case):
    require_root()
    first, product = case.first_server(), case.product()
    session, lookout = _session_with_three_programs(case, product, first)
    snapshot = product.suspend(session)
    expect(snapshot["suspended"], "the snapshot tells that it is of a suspended session")
    expect(product.state_of(session) == "suspended", "the session is suspended")
    desktop = Desktop(first)
    wait_for("the windows to go", lambda: not desktop.windows(), 10)
    expect(not product.session_processes(), "processes of the session are left")
    product.resume(session, first)
    lookout.expect_same(desktop)


def case_whatIsTypedWhileItIsSuspendedComes(case):
    require_root()
    first, second, product = case.first_server(), case.second_server(), case.product()
    editor = mousepad()
    session = product.start(first, *editor.command)
    editor.fill(Desktop(first))
    with Typist(editor, first) as typist:
        typist.wait_for_more()
        product.suspend(session)
    product.resume(session, second)
    text = editor.window(Desktop(second)).all_text().rstrip("\n")
    expect(re.fullmatch(re.escape(editor.text) + typist.pattern(), text),
           f"another text than was typed: {text!r}, and not {typist.pattern()!r}")


def case_suspensionThatFailsAtTheLastWordShowsItsWindowsAgain(case):
    require_root()
    server, full = case.first_server(), case.temporary("full")
    state = case.workspace.folder("state")
    product = case.product(state_directory=state, environment={
        "LD_PRELOAD": BUILD_DIRECTORY / "tests/bin/store-fault-shim.so", "FAULT_MODE": "full",
        "FAULT_ROOT": f"{state}/store/catalog", "FAULT_WHILE": full})
    session = product.start(server, *COUNTER)
    desktop = Desktop(server)
    desktop.wait_window("XTerm", title="tick")
    product.snapshot(session) # what it has of the host is known then
    with server.client() as client:
        watch = UnmapWatch(client)
        full.touch()
        try:
            product.suspend(session)
            raise Failure("it was suspended into a full catalog")
        except CommandFailed as failure:
            expect("goes on" in failure.text, f"it says: {failure.text}")
        full.unlink()
        expect(watch.disappearances(), "it failed before its windows went")
    desktop.wait_window("XTerm", title="tick")
    value = counter_value(desktop)
    wait_for("the counter to go on", lambda: (counter_value(desktop) or 0) > value)
    expect(product.state_of(session) == "running", "the session runs")
    product.suspend(session)
    product.resume(session, server)
    desktop.wait_window("XTerm", title="tick")


def case_survivesItsServersDeath(case):
    require_root()
    first, product = case.first_server(), case.product()
    session, lookout = _session_with_three_programs(case, product, first)
    first.kill()
    wait_for("the session to be without a screen",
             lambda: product.state_of(session) == "detached", 15, 0.1)
    second = case.second_server()
    product.json("attach", session, server=second)
    desktop = Desktop(second)
    lookout.expect_windows(desktop)
    lookout.expect_text(desktop)
    lookout.expect_obeys(desktop)


def case_movesWithDetachAndAttach(case):
    require_root()
    first, product, second = case.first_server(), case.product(), case.second_server()
    session, lookout = _session_with_three_programs(case, product, first)
    product.json("detach", session)
    desktop = Desktop(first)
    wait_for("the windows to go", lambda: not desktop.windows(), 10)
    product.json("attach", session, server=second)
    lookout.expect_same(Desktop(second))


def case_tenCyclesInARow(case):
    """Snapshot, crash, resume, each time on the other of two servers."""
    require_root()
    servers = [case.first_server(), case.second_server()]
    product = case.product()
    session = _counting_session(product, servers[0])
    editor = mousepad()
    product.exec(session, *editor.command)
    editor.fill(Desktop(servers[0]))
    counted = 0
    for cycle in range(CYCLES):
        desktop = Desktop(servers[cycle % 2])
        counted = counter_value(desktop)
        product.snapshot(session, f"cycle {cycle}")
        product.kill_session(session)
        desktop = Desktop(servers[(cycle + 1) % 2])
        product.resume(session, desktop.server)
        _expect_goes_on(desktop, counted)
        expect(len(desktop.windows()) == 2, f"cycle {cycle}: {desktop.classes()}")
    desktop = Desktop(servers[CYCLES % 2])
    expect(editor.text in editor.window(desktop).all_text(), "the text came through all cycles")
    expect(len(product.snapshots(session)) == CYCLES, "every snapshot is kept")


def case_earlierSnapshotBringsBackEarlierState(case):
    require_root()
    first, product = case.first_server(), case.product()
    session = _counting_session(product, first)
    desktop = Desktop(first)
    early_count = counter_value(desktop)
    early = product.snapshot(session, "early")
    time.sleep(5)
    late_count = counter_value(desktop)
    product.snapshot(session, "late")
    product.kill_session(session)
    product.resume(session, first, options=("--snapshot", early["id"]))
    desktop.wait_window("XTerm", title="tick")
    now = counter_value(desktop)
    expect(early_count <= now < late_count, f"{early_count} was early, {late_count} late, now it is {now}")


def case_helperMayDieWhileSessionsRun(case):
    require_root()
    first, product = case.first_server(), case.product()
    session = _counting_session(product, first)
    desktop = Desktop(first)
    with first.client() as client:
        watch = UnmapWatch(client)
        product.kill_helper()
        _expect_goes_on(desktop)
        # What its X server starts meanwhile is served, too: the screen lives.
        product.start_helper()
        expect(product.state_of(session) == "running", "the new helper finds the session on its screen")
        product.exec(session, "xclock")
        desktop.wait_window("XClock")
        product.snapshot(session)
        _expect_goes_on(desktop)
        gone = watch.disappearances()
        expect(not gone, f"{gone} disappeared")


def case_aWholeScreenOutlivesTheHelper(case):
    """Xephyr with a session in it, and Xvfb, stay; a screen that died with the helper is made anew."""
    require_root()
    first, product = case.first_server(), case.product()
    for screen, server in (("window", first), ("headless", None)):
        session = product.start(server, *COUNTER, screen=screen, name=screen)
        wait_for("its window", lambda: product.show(session)["windows"] >= 1, 20, 0.2)
        display = product.show(session)["display"]
        if server:
            Desktop(server).wait_window("Xephyr", title="^window - Entracte")
        for killed in (False, True):
            product.kill_helper()
            if killed:
                product.kill_screens()
            product.start_helper()
            shown = product.show(session)
            expect(shown["state"] == "running", f"{screen}: {shown['state']}")
            expect(killed or shown["display"] == display, f"{screen}: another display than {display}")
            wait_for("its window", lambda: product.show(session)["windows"] >= 1, 20, 0.2)
        expect(product.stop(session)["session"]["state"] == "ended", "it ends")
    expect(not product.screens(), f"screens are left: {product.screens()}")


def case_headlessScreen(case):
    require_root()
    product = case.product()
    session = product.start(None, *COUNTER, screen="headless", options=("--size", "800x600"))
    wait_for("its window", lambda: product.show(session)["windows"] >= 1, 20, 0.2)
    product.suspend(session)
    product.resume(session, None, screen="headless")
    wait_for("its window again", lambda: product.show(session)["windows"] >= 1, 20, 0.2)


def _expect_window_of(product, session, server, size):
    """The session's screen is a window of that size, at the corner when it is the display's, and so is what is inside."""
    desktop = Desktop(server)
    window = desktop.wait_window("Xephyr")

    def told():
        product.exec(session, "sh", "-c", "xwininfo -root >/tmp/told && mv /tmp/told /tmp/root-window")
        inside = Files(product).wait("root-window")
        return tuple(int(re.search(rf"{side}: (\d+)", inside)[1]) for side in ("Width", "Height"))

    wait_for(f"a screen of {size}", lambda: told() == size and window.geometry()[2:] == size, 20, 0.1)
    if size == server.traits.size:
        expect(window.geometry()[:2] == (0, 0), f"it begins at the corner: {window.geometry()}")
    return desktop


def case_aFullScreenIsTheWholeDisplay(case):
    """Also that of another display, which is larger; and a window of a size again, when that is said."""
    require_root()
    first, product = case.first_server(), case.product()
    session = product.start(first, *COUNTER, screen="window", options=("--size", "full"))
    _expect_window_of(product, session, first, first.traits.size)
    product.suspend(session)
    second = case.second_server()
    product.resume(session, second, screen="window")
    _expect_window_of(product, session, second, second.traits.size)
    product.json("detach", session)
    product.json("attach", session, "--screen", "window", "--size", "800x600", server=second)
    _expect_window_of(product, session, second, (800, 600))
    product.json("detach", session)
    product.json("attach", session, "--size", "full", server=first)
    _expect_window_of(product, session, first, first.traits.size)


_answers = itertools.count()


def _keyboard(product, session):
    """What the key right of T gives, and how keys repeat, on the session's display."""
    told = f"keyboard-{next(_answers)}"  # an earlier answer is none
    product.exec(session, "sh", "-c", "(xmodmap -pke | grep 'keycode  29 '; xset q | grep 'repeat delay') "
                                      f">/tmp/being-told && mv /tmp/being-told /tmp/{told}")
    key, repeat = Files(product).wait(told).splitlines()
    return key.split("=")[1].split()[0], tuple(int(number) for number in re.findall(r"\d+", repeat))


def case_theKeyboardOfItsOwnScreenComesBack(case):
    """Whoever set it has long ended. That of the person's display is the person's: it stays there."""
    require_root()
    first, product = case.first_server(), case.product()
    for screen, server in (("window", first), ("headless", None)):
        session = product.start(server, *COUNTER, screen=screen, name=screen)
        product.exec(session, "sh", "-c", "setxkbmap us && setxkbmap de && xset r rate 300 50 && xmodmap -e 'keycode 30 = x'")
        wait_for("the other keyboard", lambda at=session: _keyboard(product, at) == ("z", (300, 50)), 20, 0.1)
        product.suspend(session)
        product.resume(session, server, screen=screen)
        now = _keyboard(product, session)
        expect(now == ("z", (300, 50)), f"{screen}: {now}")
        product.json("detach", session)
        product.json("attach", session, "--screen", "headless")
        now = _keyboard(product, session)
        expect(now == ("z", (300, 50)), f"{screen}, attached: {now}")
        product.stop(session)
    session = product.start(first, *COUNTER)
    product.exec(session, "setxkbmap", "de")
    wait_for("the other keyboard", lambda: _keyboard(product, session)[0] == "z", 20, 0.1)
    product.suspend(session)
    second = case.second_server()
    product.resume(session, second)
    now = _keyboard(product, session)
    expect(now[0] == "y", f"the keyboard there is as it was: {now}")


if __name__ == "__main__":
    sys.exit(main(globals()))
