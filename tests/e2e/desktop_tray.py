#!/usr/bin/python3
"""The desktop application from the tray alone: its menu in a panel (tint2, XEMBED) by mouse, and where a desktop draws the
menu itself (StatusNotifierItem, com.canonical.dbusmenu).
"""
import json
import re
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.application import begin, tray_icon  # noqa: E402
from entractetest.case import expect, main  # noqa: E402
from entractetest.desktop import Desktop, pixels  # noqa: E402
from entractetest.processes import run, wait_for  # noqa: E402


def _menus(app):
    """How many menus of the application the display shows; a screen reader is not told of them as of its windows."""
    shown = run(["xdotool", "search", "--onlyvisible", "--class", "entracte"], app.person, app.environment, check=False)
    facts = [run(["xwininfo", "-id", ident], app.person, app.environment, check=False) for ident in shown.split()]
    return sum("Override Redirect State: yes" in told and int(re.search(r"Width: (\d+)", told)[1]) > 80
               for told in facts)


def _press(app, *keys, menus=0):
    """Until so many menus are shown."""
    app.key(*keys)
    wait_for(f"{menus} menus after {keys}", lambda: _menus(app) == menus, 20, 0.1)


def _open_menu(app):
    app.pointer("mousemove", *tray_icon(app))
    app.pointer("click", 3)
    wait_for("the menu", lambda: _menus(app) == 1, 20, 0.1)


def _saved(product, session):
    return [snapshot["comment"] for snapshot in product.snapshots(session)]


def _minutes_paused(product, session):
    return round((product.show(session)["paused_until_unix_ms"] / 1000 - time.time()) / 60)


def case_aPanelsMenuSavesPausesAndGoesBack(case):
    product, server, session, app = begin(case, arguments=("--background",))
    product.json("schedule", session, "--every", "1h")
    _open_menu(app)
    _press(app, "s")
    wait_for("the snapshot", lambda: len(_saved(product, session)) == 1, 60, 0.3)
    _open_menu(app)
    _press(app, "p", menus=2)  # pause, its first: for 30 minutes
    _press(app, "Return")
    wait_for("the pause", lambda: _minutes_paused(product, session) == 30, 20, 0.2)
    _open_menu(app)
    _press(app, "p", menus=2)
    _press(app, "Up", "Return")  # the last: go on now
    wait_for("the schedule's going on", lambda: product.show(session)["paused_until_unix_ms"] == 0, 20, 0.2)

    # Beneath "Snapshot now" and the session: the newest snapshot. The session has ended, and comes back.
    product.suspend(session)
    _open_menu(app)
    _press(app, "Down", "Down", "Down", "Return")
    wait_for("the session back", lambda: product.state_of(session) == "running", 60, 0.3)
    Desktop(server).wait_window("XTerm", title="still")
    # While it runs, going back is asked about, in the window: here with the second newest.
    _open_menu(app)
    _press(app, "Down", "Down", "Down", "Down", "Return")
    app.wait_for("list item", "^Snapshot, ")
    app.wait_for("push button", "^Go back to this")
    _open_menu(app)
    _press(app, "q")
    wait_for("the application's end", lambda: not app.process.running(), 20, 0.1)
    expect(product.state_of(session) == "running", "the session ended with it")


def _icon(app, server):
    """Its pixels, once it stands where it stays: what is called tells what it is like then."""
    left, top = (place - 11 for place in tray_icon(app))

    def now():
        width, _, colours = pixels(Desktop(server).screenshot(app.folder / "shot.png"))
        return b"".join(colours[3 * (y * width + left):3 * (y * width + left + 22)] for y in range(top, top + 22))
    return now


def case_theIconShowsWorkThatIsUnderWay(case):
    product, server, session, app = begin(case, arguments=("--background",))
    now = _icon(app, server)
    idle = now()
    # What holds much keeps the helper busy for a while, and the picture goes on with it.
    product.exec(session, "/usr/bin/python3", "-c",
                 "import os, subprocess; kept = os.urandom(400 << 20); subprocess.run('xclock')")
    Desktop(server).wait_window("XClock")
    _open_menu(app)
    _press(app, "s")
    app.pointer("mousemove", 3, 3)  # or its tip would stand before it
    seen = set()
    wait_for("three pictures of work", lambda: seen.add(now()) or len(seen - {idle}) >= 3, 60, 0.05)
    wait_for("the snapshot", lambda: len(_saved(product, session)) == 1, 60, 0.3)
    wait_for("the icon as it was", lambda: now() == idle, 60, 0.3)


def case_theIconSaysWhatWantsAttention(case):
    product, server, session, app = begin(case, arguments=("--background",))
    now = _icon(app, server)

    def orange():
        """How much of the icon is so."""
        icon = now()
        return sum(icon[i] > 200 and 100 < icon[i + 1] < 190 and icon[i + 2] < 80 for i in range(0, len(icon), 3))
    expect(orange() == 0, "it wants attention, and nothing happened")
    product.snapshot(session)
    product.kill_session(session)
    wait_for("the mark on the icon", lambda: orange() > 20, 20, 0.3)
    product.resume(session, server)
    wait_for("the icon as it was", lambda: orange() == 0, 20, 0.3)


def case_aDesktopsOwnMenuDoesTheSame(case):
    product, _, session, app = begin(case, tray="notifier", arguments=("--background",))
    product.json("schedule", session, "--every", "1h")
    for number in range(6):
        product.snapshot(session, f"moment {number}")

    def labels():
        return [entry["label"].replace("_", "") for entry in json.loads(app.notifier("menu"))]
    wait_for("the last of them", lambda: any(label.startswith("work: moment 5") for label in labels()))
    told = labels()
    newest = [label[len("work: "):len("work: moment 0")] for label in told if label.startswith("work: ")]
    expect(newest == [f"moment {number}" for number in (5, 4, 3, 2, 1)], f"the newest are {newest}")
    for label in ("Snapshot now", "Pause automatic snapshots", "For 30 minutes", "For 3 hours", "Until tomorrow",
                  "New session…", "Open Entracte", "Quit"):
        expect(label in told, f"{label} is not in {told}")
    app.notifier("press", "For 3 hours")
    wait_for("the pause", lambda: _minutes_paused(product, session) == 180, 20, 0.2)
    app.notifier("middle")
    wait_for("the snapshot", lambda: len(_saved(product, session)) == 7, 60, 0.3)
    expect(app.notifier("status").split() == ["entracte", "Active"], "it is not an active item")
    app.notifier("press", "Suspend")
    wait_for("the suspension", lambda: product.state_of(session) == "suspended", 60, 0.3)
    app.notifier("activate")
    app.wait_for("list item", "work, suspended")


def _tells(app, words):
    """In something that shows."""
    return any(words in line and not line.endswith("(hidden)") for line in app.tree().splitlines())


def case_aPanelMayStartLater(case):
    """As at a login."""
    _, _, _, app = begin(case, session=False, tray=False)
    app.wait_for("label", "shows no tray")
    app.start_panel()
    tray_icon(app)
    wait_for("the window told", lambda: not _tells(app, "shows no tray"))


def case_aDesktopsOwnTrayMayStartLater(case):
    _, _, _, app = begin(case, session=False, tray=False)
    app.wait_for("label", "shows no tray")
    app.start_notifier()
    wait_for("the window told", lambda: not _tells(app, "shows no tray"))
    wait_for("the item", lambda: app.notifier("items").split())
    expect(app.notifier("status").split() == ["entracte", "Active"], "it is not an active item")


if __name__ == "__main__":
    sys.exit(main(globals()))
