#!/usr/bin/python3
"""What the desktop application tells by notifications, with a real notification daemon (dunst), and what pressing their
buttons does.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.application import begin  # noqa: E402
from entractetest.case import expect, main  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402
from entractetest.programs import TRACED  # noqa: E402


def _begin(case):
    """With a person who looks elsewhere."""
    product, server, session, app = begin(case, notifications=True)
    app.wait_for("list item", "work, running")
    app.wait_for_keyboard("Entracte")
    Desktop(server).wait_window("XTerm").activate()
    return product, server, session, app


def case_aSnapshotIsShownOrUndone(case):
    product, server, session, app = _begin(case)
    product.snapshot(session, "one")
    app.wait_told(1)
    app.press_told("Show")
    app.wait_for("list item", "^one, ")
    app.wait_for_keyboard("Entracte")
    app.wait_told(0)
    Desktop(server).wait_window("XTerm").activate()
    product.snapshot(session, "two")
    app.wait_told(1)
    app.press_told("Undo")
    app.wait_for("push button", "^Undo$")  # the undoing can be undone
    app.command("--quit")
    wait_for("the undoing", lambda: [one["comment"] for one in product.snapshots(session)] == ["one"], 30, 0.3)


def case_whatWasInterruptedIsResumed(case):
    product, server, session, app = _begin(case)
    product.snapshot(session, "one")
    app.wait_told(1)
    product.kill_session(session)
    wait_for("the interrupted session", lambda: product.state_of(session) == "interrupted", 30)
    app.press_told("Resume")  # in the place of the other
    wait_for("the session back", lambda: product.state_of(session) == "running", 60)
    Desktop(server).wait_window("XTerm", title="still")


def case_aFailureTellsWhy(case):
    product, _, session, app = _begin(case)
    # A program that another one traces, as a debugger does.
    product.exec(session, *TRACED)
    wait_for("the traced program", lambda: any(f["blocks"] for f in product.show(session)["findings"]), 30, 0.3)
    expect(product.command("snapshot", session).returncode != 0, "it was saved all the same")
    app.wait_told(1)
    app.press_told("Why")
    app.wait_for("label", "“work” could not be saved")
    app.wait_for("label", "does something that cannot be saved")
    app.wait_for("label", "The session goes on")


if __name__ == "__main__":
    sys.exit(main(globals()))
