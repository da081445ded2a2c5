#!/usr/bin/python3
"""The desktop application where one looks: along the timeline with the mouse, at each window of a snapshot, and at an
exported session in a file manager.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest import programs  # noqa: E402
from entractetest.application import Application, begin  # noqa: E402
from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop, pixels  # noqa: E402
from entractetest.processes import run, wait_for  # noqa: E402

PICTURE = "filler"  # what assistive technology calls a widget of our own


def _colours(app, server, place):
    """What the display shows there, as bytes."""
    x, y, width, height = place
    across, _, colours = pixels(Desktop(server).screenshot(app.folder / "shot.png"))
    return b"".join(colours[3 * (row * across + x):3 * (row * across + x + width)] for row in range(y, y + height))


def _touch(app, place):
    x, y, width, height = place
    app.pointer("mousemove", x + width // 2, y + height // 2)


def _with_two_snapshots(case):
    product, server, session, app = begin(case)
    app.wait_for("list item", "work, running")
    product.snapshot(session, "one window")
    product.exec(session, "xclock", "-geometry", "300x300+600+100")
    Desktop(server).wait_window("XClock")
    product.snapshot(session, "two windows")
    app.wait_for("list item", "^two windows, ")
    app.front()
    return product, server, session, app


def case_scrubbingAlongTheTimelinePreviews(case):
    product, server, session, app = _with_two_snapshots(case)
    place = app.wait_for(PICTURE, "^Picture of the snapshot, 2 windows", how="settled")
    earlier = app.wait_for("list item", "^one window, ", how="settled")
    later = app.wait_for("list item", "^two windows, ", how="settled")
    both = _colours(app, server, place)
    _touch(app, earlier)
    app.wait_for(PICTURE, "^Picture: .*one window$")
    wait_for("another picture", lambda: _colours(app, server, place) != both)
    _touch(app, later)
    app.wait_for(PICTURE, "^Picture of the snapshot, 2 windows")
    _touch(app, earlier)
    app.wait_for(PICTURE, "^Picture: .*one window$")
    # Nothing was chosen by looking: what is done now is done to the other.
    app.key("ctrl+p")
    wait_for("the pin", lambda: [s["comment"] for s in product.snapshots(session) if s["pinned"]] == ["two windows"])
    app.pointer("mousemove", 3, 3)
    app.wait_for(PICTURE, "^Picture of the snapshot, 2 windows")
    # By the keyboard it is chosen.
    app.click("list item", "^two windows, ")
    app.pointer("mousemove", 3, 3)
    app.key("Down")
    app.wait_for(PICTURE, "^Picture of the snapshot, 1 window")


def case_eachWindowOfASnapshotIsSeen(case):
    product, server, session, app = _with_two_snapshots(case)
    place = app.wait_for(PICTURE, "^Picture of the snapshot, 2 windows", how="settled")
    both = _colours(app, server, place)
    # By the mouse: while it is there.
    clock = app.wait_for("check box", "^xclock$", how="settled")
    _touch(app, clock)
    app.wait_for(PICTURE, "^Picture: xclock$")
    alone = wait_for("its picture alone", lambda: (now := _colours(app, server, place)) != both and now)
    app.pointer("mousemove", 3, 3)
    app.wait_for(PICTURE, "^Picture of the snapshot, 2 windows")
    # By the keyboard: until it is pressed again.
    app.click("check box", "^still$")
    app.pointer("mousemove", 3, 3)
    app.wait_for(PICTURE, "^Picture: still$")
    expect(_colours(app, server, place) not in (both, alone), "it shows the other, or all")
    app.wait_for_focus("check box", "^still$")
    app.key("space")
    app.wait_for(PICTURE, "^Picture of the snapshot, 2 windows")
    # More than have room are there when they are asked for.
    desktop = Desktop(server)
    for number in range(6):
        product.exec(session, "xterm", "-T", f"number {number}", "-geometry", f"20x4+{60 * number}+{40 * number}", "-e", "cat")
        desktop.wait_window("XTerm", title=f"number {number}")
    product.snapshot(session, "many windows")
    app.wait_for("list item", "^many windows, ")
    app.click("push button", "^Show [0-9] more windows$")
    titles = ("still", "xclock", *(f"number {number}" for number in range(6)))
    for title in titles:
        app.wait_for("check box", f"^{title}$")


def case_foundComparedAndOpenedBeside(case):
    product, server, session, app = _with_two_snapshots(case)
    # Two of them, side by side.
    app.wait_for("push button", "^Compare$")
    app.open("ctrl+m", "Compare")
    app.wait_for("label", "^From .* to ")
    app.wait_for("label", "Opened: “xclock”")
    app.close()
    # Found by a word of its comment.
    app.key("ctrl+f")
    app.type("one win")
    app.wait_for("list item", "^one window, ")
    wait_for("the other hidden", lambda: "two windows, " not in app.tree())
    app.key("ctrl+a")
    app.type("nothing of the kind")
    app.wait_for("label", "^Nothing found$")
    app.key("Escape")
    app.click("list item", "^one window, ")
    # A second one of it, beside the first, which goes on.
    app.wait_for("push button", "^Open beside$")
    app.key("ctrl+b")
    app.wait_for("list item", "work, a copy, running", 90)
    desktop = Desktop(server)
    wait_for("its window beside the first's", lambda: len([w for w in desktop.windows("XTerm")]) == 2, 60, 0.3)
    expect(product.state_of(session) == "running", "the first ended")
    # That one is taken off the screen, shown again, ended and deleted, and thought better of.
    [copy] = [one["id"] for one in product.sessions() if one["id"] != session]
    app.click("list item", "^work, a copy, running")
    app.key("ctrl+shift+h")
    wait_for("it off the screen", lambda: product.state_of(copy) == "detached", 60, 0.3)
    wait_for("its window gone", lambda: len(desktop.windows("XTerm")) == 1)
    app.click("push button", "^Show here$")
    wait_for("it on the screen", lambda: product.state_of(copy) == "running", 60, 0.3)
    app.wait_for("push button", "^Suspend$")
    app.open("ctrl+e", "End")
    app.wait_for("label", "all that its programs did is lost")
    app.click("push button", "^End$")
    wait_for("its end", lambda: product.state_of(copy) == "ended", 60, 0.3)
    app.wait_for("list item", "work, a copy, ended")
    app.wait_for_keyboard("Entracte")
    app.key("ctrl+shift+Delete")
    app.wait_for("label", "exist in the session only")
    wait_for("it hidden", lambda: "work, a copy, ended" not in app.tree())
    app.click("push button", "^Undo$")
    app.click("list item", "^work, a copy, ended")
    expect(len(product.sessions()) == 2, "what was undone was deleted")
    app.key("ctrl+shift+Delete")
    app.click("push button", "^Delete now$")
    wait_for("it deleted", lambda: [one["id"] for one in product.sessions()] == [session], 30, 0.3)


def case_anExportedSessionOpensFromAFileManager(case):
    """Which starts the application by the bus, and it shows what is in the file."""
    require_root()
    server = case.first_server()
    product = case.product()
    session = product.start(server, *programs.STILL_TERMINAL, name="work")
    product.snapshot(session, "as it was")
    app = Application(case.stack, case.workspace, product, server, activated=True)
    file = app.folder / "home/work.entracte"
    product.json("export", session, file)
    run(["gio", "open", file], app.person, app.environment)
    app.wait_for_keyboard("Import")
    app.wait_for("label", "as it was")
    app.key("Escape")
    app.wait_for("list item", "work, running")


if __name__ == "__main__":
    sys.exit(main(globals()))
