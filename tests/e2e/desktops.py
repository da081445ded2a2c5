#!/usr/bin/python3
"""A whole desktop in a session is logged out of like any other: that is the session's end."""
import json
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_programs, require_root  # noqa: E402
from entractetest.processes import Person, wait_for  # noqa: E402


# Until it has begun to listen, it is told in vain.
_EXIT = ("sh", "-c", "while pkill -0 -x openbox; do openbox --exit; sleep 0.1; done")


class _Seeing(Person):
    """Sees the desktops of this folder, too."""

    def __init__(self, person, data):
        super().__init__(person.name)
        self._data = data

    def environment(self, **more):
        return super().environment(XDG_DATA_DIRS=str(self._data), **more)


def _start(product, desktop, person=None):
    done = product.command("start", "--json", "--desktop", desktop, "--screen", "headless", person=person)
    expect(done.returncode == 0, f"it said {done.stderr}")
    return json.loads(done.stdout)["session"]["id"]


def _begin(case):
    require_root()
    require_programs("openbox-session")
    product = case.product()
    session = _start(product, "openbox")
    [init] = product.session_processes()
    wait_for("the window manager", lambda: "openbox" in _programs_of(init))
    return product, session


def _log_out(product, session):
    """Something else runs still, as it mostly does."""
    product.exec(session, "sleep", "1000")
    product.exec(session, *_EXIT)


def _expect_end(product, session, state):
    wait_for("the session's end", lambda: product.state_of(session) == state, 30)
    expect(not product.session_processes(), "something of it runs still")


def case_loggingOutEndsTheSession(case):
    product, session = _begin(case)
    _log_out(product, session)
    _expect_end(product, session, "ended")


def case_alsoOfOneThatWasResumed(case):
    product, session = _begin(case)
    product.suspend(session)
    product.resume(session, None, "headless")
    _log_out(product, session)
    _expect_end(product, session, "suspended")
    expect(len(product.snapshots(session)) == 1, "what was saved of it is kept")


def case_alsoWhileTheHelperIsAway(case):
    product, session = _begin(case)
    product.exec(session, "sh", "-c", f"while [ ! -e /tmp/now ]; do sleep 0.1; done; {_EXIT[2]}")
    [init] = product.session_processes()
    product.kill_helper()
    Path(f"/proc/{init}/root/tmp/now").touch()
    wait_for("the desktop's end", lambda: "openbox" not in _programs_of(init))
    expect(product.session_processes() == [init], "who has no helper ends nothing by itself")
    product.start_helper()
    _expect_end(product, session, "ended")


def _programs_of(init):
    """Names of what runs in the session with this first process."""
    inside = os.readlink(f"/proc/{init}/ns/pid")
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and os.readlink(entry / "ns/pid") == inside:
                found.add((entry / "comm").read_text().strip())
        except OSError:
            continue
    return found


def case_oneThatFailsAsItStartsStays(case):
    require_root()
    product = case.product()
    folder = case.workspace.folder("data", mode=0o755) / "xsessions"
    folder.mkdir(mode=0o755)
    (folder / "broken.desktop").write_text(
        "[Desktop Entry]\nName=Broken\nExec=sh -c \"echo it is broken >&2; exit 3\"\n")
    session = _start(product, "broken", _Seeing(case.person, folder.parent))
    product.exec(session, "sh", "-c", "cat /run/entracte/log/* >~/written; mv ~/written ~/said")
    said = case.workspace.folder("said", case.person) / "said"
    wait_for("what it wrote", lambda: product.command("cp", f"{session}:said", said).returncode == 0)
    expect("it is broken" in said.read_text(), f"what it wrote is {said.read_text()!r}")
    expect(product.state_of(session) == "running", "the session has gone, and what its desktop wrote with it")


if __name__ == "__main__":
    sys.exit(main(globals()))
