#!/usr/bin/python3
"""Sessions that move to another workstation, and what becomes of them when something goes wrong."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402
from entractetest.programs import COUNTER, counter_value, mousepad  # noqa: E402
from entractetest.workstation import two_workstations, what_is_missing  # noqa: E402

MORE = " And more after it moved."


def _stations(case):
    require_root()
    if reason := what_is_missing():
        raise Skip(reason)
    return two_workstations(case)


def _session_with_text(station):
    session = station.product.start(station.server, *COUNTER)
    desktop = Desktop(station.server)
    desktop.wait_window("XTerm", title="tick")
    editor = mousepad()
    station.product.exec(session, *editor.command)
    editor.fill(desktop)
    return session, editor


def _expect_counting(station):
    desktop = Desktop(station.server)
    desktop.wait_window("XTerm", title="tick")
    now = counter_value(desktop)
    wait_for("the counter to go on", lambda: (counter_value(desktop) or 0) > now, 20)
    return now


def case_movesThereAndBack(case):
    here, there, _ = _stations(case)
    session, editor = _session_with_text(here)
    before = counter_value(Desktop(here.server))
    moved = here.product.json("move", session, "there")["moved"]
    expect(_expect_counting(there) >= before, "the counter went on from where it was")
    expect(here.sessions() == [], f"something is left here: {here.sessions()}")
    [arrived] = there.sessions()
    expect(arrived["state"] == "running" and arrived["display"] == there.server.display and arrived["move"] == "",
           f"it does not simply run there: {arrived}")
    expect(arrived["id"] == moved["there"] and arrived["lineage"] == session, f"another session: {arrived}")
    expect(moved["rounds"][-1]["new_bytes"] < moved["rounds"][0]["new_bytes"], f"the last round was no shorter: {moved}")
    window = editor.window(Desktop(there.server))
    window.key("ctrl+End")
    window.type(MORE)
    # Back, with a history that stays there.
    there.product.snapshot(moved["there"], "there")
    back = there.product.json("move", moved["there"], "here")["moved"]
    _expect_counting(here)
    text = editor.window(Desktop(here.server)).all_text()
    expect(text.rstrip("\n") == editor.text + MORE, f"another text: {text!r}")
    [left] = there.sessions()
    expect(left["state"] == "suspended" and left["move"] == "gone", f"the history is not left there: {left}")
    refused = there.product.command("resume", left["id"])
    expect(refused.returncode == 18, f"it was resumed on both sides: {refused.returncode} {refused.stderr}")
    here.product.stop(back["there"])


if __name__ == "__main__":
    sys.exit(main(globals()))
