#!/usr/bin/python3
"""Along a session's timeline: back, beside, from a template, and by itself."""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402
from entractetest.product import CommandFailed  # noqa: E402
from entractetest.programs import COUNTER, counter_value, mousepad  # noqa: E402


def _counting_session(product, server, name="session", options=()):
    session = product.start(server, *COUNTER, name=name, options=options)
    Desktop(server).wait_window("XTerm", title="tick")
    return session


def _beyond(desktop, value):
    wait_for(f"the counter to pass {value}", lambda: (counter_value(desktop) or 0) > value, 20, 0.1)


def case_rollbackGoesBackAndCanBeUndone(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server)
    desktop = Desktop(server)
    early = product.snapshot(session, "early")
    early_count = counter_value(desktop)
    _beyond(desktop, early_count + 30)
    late_count = counter_value(desktop)
    product.json("rollback", session, "--snapshot", early["id"], server=server)
    desktop.wait_window("XTerm", title="tick")
    now = counter_value(desktop)
    expect(now < late_count, f"{late_count} was late, and now it is {now}")
    saved = product.snapshots(session)
    expect([s["origin"] for s in saved] == ["asked", "rollback"], f"origins: {saved}")
    product.json("rollback", session, "--snapshot", saved[-1]["id"], server=server)
    desktop.wait_window("XTerm", title="tick")
    _beyond(desktop, late_count)
    expect(len(product.session_processes()) == 1, "there is one session, not several")


def case_aRollbackThatFailsBringsThePresentBack(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server)
    early = product.snapshot(session)
    before = counter_value(Desktop(server))
    class Nowhere:
        @staticmethod
        def environment():
            return case.person.environment(DISPLAY=":59000")

    # A screen that is not there: found out only when the session has ended already.
    done = product.command("rollback", session, "--snapshot", early["id"], "--screen", "host",
                           "--json", server=Nowhere)
    expect(done.returncode == 12, f"status {done.returncode}: {done.stderr}")
    expect("as it was before" in done.stderr, done.stderr)
    expect(product.state_of(session) == "running", "the session runs again")
    _beyond(Desktop(server), before)


def case_cloneRunsBesideTheFirst(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server, "first")
    editor = mousepad()
    product.exec(session, *editor.command)
    desktop = Desktop(server)
    editor.fill(desktop)
    product.snapshot(session)
    second = product.json("clone", session, "--name", "second", server=server)["session"]["id"]
    wait_for("the windows of both", lambda: len(desktop.windows()) == 4, 20, 0.2)
    expect(product.state_of(session) == "running", "the first one goes on")
    product.stop(second)
    wait_for("the windows of the first", lambda: len(desktop.windows()) == 2, 20, 0.2)
    _beyond(desktop, counter_value(desktop))
    expect(product.state_of(second) == "ended", "the second has no snapshots of its own")
    product.delete(second)
    expect(len(product.snapshots(session)) == 1, "the first one's snapshot is still there")


def case_startsWarmFromATemplate(case):
    require_root()
    server, product = case.first_server(), case.product()
    template = _counting_session(product, server, "template")
    product.suspend(template)
    desktop = Desktop(server)
    wait_for("the windows to go", lambda: not desktop.windows(), 10)
    for count in (1, 2):
        said = product.json("start", "--from", "template", "--name", f"warm {count}", "--",
                            "xclock", server=server)
        expect(said["session"]["name"] == f"warm {count}", f"{said}")
        wait_for("its windows", lambda: len(desktop.windows()) == 2 * count, 20, 0.2)
    expect(product.state_of(template) == "suspended", "the template rests")


def case_snapshotsAreNamedPinnedAndCommented(case):
    require_root()
    product = case.product()
    session = product.start(None, "sleep", "infinity", screen="headless")
    first = product.snapshot(session, "one")
    product.snapshot(session, "two")
    product.json("rename", session, "renamed")
    product.json("pin", "renamed", "--snapshot", first["id"])
    product.json("comment", "renamed", "another", "--snapshot", first["id"])
    product.json("schedule", "renamed", "--keep", "last=1", "--every", "1h")
    product.snapshot("renamed", "three")
    kept = [(s["comment"], s["pinned"]) for s in product.snapshots("renamed")]
    expect(kept == [("another", True), ("three", False)], f"kept: {kept}")
    # All of it outlives the helper, and so does what was planned.
    product.kill_helper()
    product.start_helper()
    kept = [(s["comment"], s["pinned"]) for s in product.snapshots("renamed")]
    expect(kept == [("another", True), ("three", False)], f"kept: {kept}")
    now = product.show("renamed")
    expect((now["schedule_s"], now["keep"]) == (3600, "last=1"), f"{now}")
    wait_for("a plan", lambda: product.show("renamed")["next_snapshot_unix_ms"] > 0, 10, 0.1)


def case_savesBySchedule(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server, options=("--every", "10s"))
    idle = product.start(None, "sleep", "infinity", screen="headless", name="idle",
                         options=("--every", "10s"))
    wait_for("two snapshots by the schedule", lambda: len(product.snapshots(session)) >= 2, 60, 0.5)
    expect(all(s["origin"] == "scheduled" for s in product.snapshots(session)), "their origin")
    # What begins to work is saved once, perhaps; what does nothing from then on is not.
    expect(len(product.snapshots(idle)) <= 1, "a session that does nothing is not saved again")
    product.json("schedule", session, "--pause", "1h")
    count = len(product.snapshots(session))
    shown = product.show(session)
    expect(shown["next_snapshot_unix_ms"] >= shown["paused_until_unix_ms"] > 0, f"{shown}")
    product.json("schedule", session, "--every", "never", "--pause", "now")
    expect(product.show(session)["next_snapshot_unix_ms"] == 0, "nothing is planned")
    expect(len(product.snapshots(session)) <= count + 1, "nothing is saved while it is paused")


def case_badSchedulesAreRefused(case):
    require_root()
    product = case.product()
    session = product.start(None, "sleep", "infinity", screen="headless")
    for words in (("--every", "1s"), ("--keep", "hourly"), ("--keep", "fortnightly=3"),
                  ("--keep", "daily=-1")):
        try:
            product.json("schedule", session, *words)
        except CommandFailed as failed:
            expect(failed.status == 2, f"{words}: {failed}")
        else:
            expect(False, f"{words} is accepted")


if __name__ == "__main__":
    sys.exit(main(globals()))
