#!/usr/bin/python3
"""The tests' own eyes: without Entracte between, nothing may seem to differ; and a difference must be seen."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.lookout import Lookout  # noqa: E402
from entractetest.processes import Failure  # noqa: E402
from entractetest.servers import different  # noqa: E402
from entractetest.x11 import UnmapWatch  # noqa: E402


def case_seesNoDifferenceWhereThereIsNone(case):
    server = case.first_server()
    desktop = Desktop(server)
    lookout = Lookout(case, case.start_on(server))
    lookout.fill(desktop)
    lookout.expect_same(desktop)


def case_seesWhatIsLost(case):
    server = case.first_server()
    desktop = Desktop(server)
    lookout = Lookout(case, case.start_on(server))
    lookout.fill(desktop)
    with server.client() as client:
        watch = UnmapWatch(client)
        expect(not watch.disappearances(), "nothing has disappeared yet")
        editor = lookout.editors[0].window(desktop)
        editor.type("changed")
        _expect_failure(lambda: lookout.expect_text(desktop) or lookout.expect_same(desktop))
        desktop.wait_window("XTerm").close()
        _expect_failure(lambda: lookout.expect_same(desktop))
        expect(watch.disappearances(), "a window that is closed is seen to disappear")


def case_serversDiffer(case):
    found = different(case.first_server(), case.second_server())
    expect(found == ["size", "resource mask", "atoms", "extension numbering"], f"only {found} differ")


def _expect_failure(check):
    try:
        check()
    except Failure:
        return
    raise AssertionError("a difference was not seen")


if __name__ == "__main__":
    sys.exit(main(globals()))
