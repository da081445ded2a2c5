#!/usr/bin/python3
"""The desktop application, operated by mouse and keyboard on a display with a window manager and a panel, with a real
helper and real sessions.
"""
import os
import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest import programs  # noqa: E402
from entractetest.application import Application, begin, tray_icon  # noqa: E402
from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import run, run_status, wait_for  # noqa: E402


def case_snapshotNowInTheWindow(case):
    product, _, session, app = begin(case)
    app.wait_for("list item", "work, running")
    app.front()
    app.click("push button", "^Snapshot now$")
    app.wait_for("list item", "^Snapshot, ")
    expect(len(product.snapshots(session)) == 1, "there should be one snapshot")
    # Said in place, and told to the helper.
    app.key("ctrl+l")
    app.wait_for_focus("text", "^Comment$")
    app.type("before lunch")
    app.key("Return")
    app.wait_for("list item", "^before lunch, ")
    app.wait_for("push button", "^Delete snapshot$")
    expect(product.snapshots(session)[0]["comment"] == "before lunch", "the helper has another comment")
    # Deleted, and thought better of.
    app.key("ctrl+Delete")
    app.click("push button", "^Undo$")
    app.wait_for("list item", "^before lunch, ")
    expect(len(product.snapshots(session)) == 1, "what was undone was deleted")


def case_suspendAndResumeByKeyboard(case):
    product, server, session, app = begin(case)
    app.wait_for("push button", "^Suspend$")
    app.front()
    app.key("ctrl+shift+s")
    app.wait_for("list item", "work, suspended", 60)
    expect(product.state_of(session) == "suspended", "the helper has another state")
    desktop = Desktop(server)
    expect(not desktop.windows("XTerm"), "its window should be gone")
    app.wait_for("push button", "^Resume$")
    app.wait_for_keyboard("Entracte")
    app.key("ctrl+r")
    app.wait_for("list item", "work, running", 60)
    desktop.wait_window("XTerm", title="still")


def case_resumedFromTheTimelineAndNotified(case):
    product, server, session, app = begin(case, notifications=True)
    product.snapshot(session, "earlier")
    product.suspend(session)
    app.wait_for("list item", "work, suspended")
    app.wait_for("list item", "^Suspended, ")
    app.front()
    app.click("list item", "^earlier, ")
    app.click("push button", "^Resume this snapshot$")
    app.wait_for("list item", "work, running", 60)
    Desktop(server).wait_window("XTerm", title="still")
    # A notification is for whoever looks elsewhere.
    Desktop(server).wait_window("XTerm").activate()

    def told():
        return run(["dunstctl", "count", "displayed"], app.person, app.environment).strip()
    run(["dunstctl", "close-all"], app.person, app.environment)
    wait_for("no notification", lambda: told() == "0")
    product.snapshot(session, "later")
    wait_for("one notification", lambda: told() == "1")
    expect(Desktop(server).run(["xdotool", "search", "--onlyvisible", "--class", "Dunst"]).split(), "it is not seen")
    said = run(["dunstctl", "history"], app.person, app.environment)
    expect("was saved" not in said, "there were more than one")


def case_middleClickInTheTraySavesEverything(case):
    product, _, session, app = begin(case, arguments=("--background",))
    x, y = tray_icon(app)
    app.pointer("mousemove", x, y)
    app.pointer("click", 2)
    wait_for("the snapshot", lambda: len(product.snapshots(session)) == 1, 60, 0.3)
    # Another start brings the window of the first.
    done = app.command()
    expect(done.returncode == 0, f"the second start ended with {done.returncode}: {done.stderr}")
    app.wait_for("list item", "^Snapshot, ")


def case_rollbackRenameAndPin(case):
    product, _, session, app = begin(case)
    app.wait_for("list item", "work, running")
    product.snapshot(session, "earlier")
    product.snapshot(session, "later")
    app.wait_for("list item", "^later, ")
    app.front()
    # The earlier one by mouse, pinned by keyboard.
    app.click("list item", "^earlier, ")
    app.key("ctrl+p")
    wait_for("the pin", lambda: [s["pinned"] for s in product.snapshots(session) if s["comment"] == "earlier"] == [True])
    app.click("push button", "^Go back to this")
    app.wait_for_keyboard("Go back")
    app.wait_for_focus("push button", "^Go back$")
    app.key("Return")
    wait_for("the snapshot before going back",
             lambda: any(s["origin"] == "rollback" for s in product.snapshots(session)), 60, 0.3)
    app.wait_for("push button", "^Snapshot now$")
    app.front()
    app.key("F2")
    app.wait_for_keyboard("Rename")
    app.key("ctrl+a")
    app.type("thesis")
    app.key("Return")
    app.wait_for("list item", "thesis, running")
    expect(product.show(session)["name"] == "thesis", "the helper knows it by another name")


def case_keysSaveFromAnywhere(case):
    product, server, session, app = begin(case)
    app.wait_for("list item", "work, running")
    app.front()
    app.key("ctrl+comma")
    app.wait_for_keyboard("Preferences")
    app.click("text", "Keys that save everything")
    app.wait_for_focus("text", "Keys that save everything")
    app.key("ctrl+alt+s")
    # Taken as soon as no second combination follows.
    settings = app.folder / "config/entracte/desktop.conf"
    wait_for("the setting", lambda: settings.exists() and "Ctrl+Alt+S" in settings.read_text(), 20)
    app.click("push button", "^Close$")
    # Another program has the keyboard.
    Desktop(server).wait_window("XTerm").activate()
    app.key("ctrl+alt+s")
    wait_for("the snapshot", lambda: len(product.snapshots(session)) == 1, 60, 0.3)


def case_aNewSessionWithoutNetworkInAWindow(case):
    # Where its programs start: a session has a /tmp of its own, in which the test's home is not.
    product, _, _, app = begin(case, session=False, environment={"HOME": "/"})
    app.click("push button", "^New session")
    app.wait_for("text", "^Search applications$")
    app.wait_for_keyboard("New session")
    app.key("alt+m")
    app.click("text", "^Command$")
    app.wait_for_focus("text", "^Command$")
    app.type("xterm -T alone")
    app.key("alt+c")
    app.type("In")
    app.key("alt+b")
    app.wait_for("label", "desktop of its own")
    app.key("alt+p")
    app.wait_for("combo box", "^What I reach$")
    app.key("alt+w")
    app.wait_for_focus("combo box", "^What I reach$")
    app.type("None")
    app.wait_for("label", "reach each other, and nothing else")
    app.key("alt+s")
    app.wait_for("list item", "xterm, running")
    [session] = product.sessions()
    told = product.show(session["id"])
    expect(told["network"] == "none", f"its network is {told['network']}")
    expect(told["screen"] == "window" and told["clipboard"], f"it was started as {told}")


def case_aMoveThatFailsIsToldAndTheSessionGoesOn(case):
    require_root()
    tools = case.workspace.folder("tools")
    (tools / "ssh").write_text("#!/bin/sh\necho 'No route to host' >&2\nexit 255\n")
    for path in (tools, tools / "ssh"):
        path.chmod(0o755)
    product, server, session, app = begin(case, environment={"PATH": f"{tools}:{os.environ['PATH']}"})
    app.wait_for("push button", "^Snapshot now$")  # and so the move
    app.front()
    app.key("ctrl+shift+m")
    app.wait_for("label", "What will happen")
    app.wait_for_keyboard("Move")
    app.type("ann@desk")
    app.key("Return")
    app.wait_for("label", "“work” did not move to ann@desk")
    app.wait_for("label", "ssh has no connection to ann@desk")
    expect(product.state_of(session) == "running", "the session did not go on")
    Desktop(server).wait_window("XTerm", title="still")


def case_sentToARepositoryAndFetchedAgain(case):
    product, _, session, app = begin(case)
    product.suspend(session)
    words = "the words\n"

    def entracte(*arguments):
        return run([product.programs / "entracte", *arguments, "--passphrase-fd", "0"], app.person, app.environment,
                   input=words)
    app.wait_for("push button", "^Send to a repository$")
    app.front()
    app.key("ctrl+shift+p")
    app.wait_for_keyboard("Send")
    app.wait_for("label", "There is none yet")
    app.click("push button", "^New repository…$")
    app.wait_for_keyboard("New repository")
    app.type("office")
    app.key("Tab")
    app.type("ssh://nobody@nowhere.invalid/x")
    for words_again in ("^Passphrase$", "^The passphrase once more$"):
        app.click("password text", words_again)
        app.wait_for_focus("password text", words_again)
        app.type("the words")
    app.key("Return")
    app.wait_for("label", "ssh")  # why it was not made
    app.wait_for_focus("text", "^Where it lies$")
    app.type(str(app.folder / "home/repository"))
    app.key("Return")
    app.wait_for_keyboard("Send")
    app.wait_for_focus("password text", "^Passphrase$")  # given already
    app.key("Return")
    wait_for("it in the repository", lambda: "work" in entracte("remote", "list", "office"), 60, 1)
    app.wait_for_keyboard("Entracte")
    app.key("ctrl+shift+o")
    app.wait_for_keyboard("Fetch")
    app.wait_for_focus("password text", "^Passphrase$")
    app.type("the wrong words")
    app.key("Return")
    app.wait_for("label", "is wrong")
    app.wait_for_focus("password text", "^Passphrase$")
    app.type("the words")  # in place of the others
    app.key("Return")
    app.wait_for_focus("list item", "^work: saved")
    app.key("alt+f")
    wait_for("the session", lambda: len(product.sessions()) == 2, 60, 0.5)


def case_exportedThenImportedWithItsPassphraseOnly(case):
    product, _, session, app = begin(case)
    app.wait_for("list item", "work, running")
    product.snapshot(session, "before lunch")
    app.wait_for("list item", "^before lunch, ")
    app.front()
    app.wait_for("push button", "^Export$")
    app.key("ctrl+shift+e")
    app.wait_for_keyboard("Export")
    app.wait_for_focus("password text", "^Passphrase$")
    app.type("correct horse battery staple")
    app.key("Tab")
    app.type("correct horse battery staple")
    app.key("Return")
    home = app.folder / "home"
    [file] = wait_for("the file", lambda: list(home.glob("work-*.entracte")), 60, 0.2)
    expect(file.read_bytes()[:8] == b"ENTRSEAL", "it is not sealed")
    app.click("push button", "^Close$")
    # As a file manager opens it: another start, with the file.
    done = app.command(file)
    expect(done.returncode == 0, f"the second start ended with {done.returncode}: {done.stderr}")
    app.wait_for_keyboard("Import")
    app.wait_for_focus("password text", "^Passphrase$")
    app.type("a wrong one")
    app.key("Return")
    app.wait_for("label", "does not open the file")
    app.wait_for_focus("password text", "^Passphrase$")
    expect(len(product.sessions()) == 1, "a session was made of what could not be opened")
    app.type("correct horse battery staple")
    app.key("Return")
    app.wait_for("label", "before lunch")
    app.click("text", "^Name of the session")
    app.wait_for_focus("text", "^Name of the session")
    app.key("ctrl+a")
    app.type("imported")
    app.key("Return")
    app.wait_for("list item", "imported, (suspended|ended)", 90) # its snapshot was no suspension
    expect(not list(home.glob("*.part")), "a part of a file was left")


def case_helperKilledInMidJobIsTold(case):
    product, _, session, app = begin(case)
    app.wait_for("list item", "work, running")
    # A program that holds much keeps the helper busy for a while.
    product.exec(session, "/usr/bin/python3", "-c",
                 "import os, time; kept = os.urandom(400 << 20); time.sleep(1000)")
    app.wait_for("push button", "^Snapshot now$")
    app.front()
    app.key("ctrl+s")
    app.wait_for("label", "Taking a snapshot")
    product.kill_helper()
    app.wait_for("label", "could not be saved")
    app.wait_for("label", "Your sessions go on|message bus cannot be reached")
    expect(app.process.running(), "the application ended with the helper")


def case_fullDiskIsToldAndLeftWithoutLoss(case):
    require_root()
    state = case.workspace.folder("small")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m,mode=700", "entracte-test", state], check=True)
    case.stack.callback(subprocess.run, ["umount", "-l", str(state)], check=False)
    product, server, session, app = begin(case, state=state)
    app.wait_for("list item", "work, running")
    product.snapshot(session, "fits")
    app.wait_for("list item", "^fits, ")
    room = os.statvfs(state)
    ballast = state / "ballast"
    ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_bsize - 20_000)))
    app.wait_for("push button", "^Snapshot now$")
    app.front()
    app.key("ctrl+s")
    app.wait_for("label", "could not be saved")
    app.wait_for("label", "There is not enough room")
    app.wait_for("label", "The session goes on")
    Desktop(server).wait_window("XTerm", title="still")
    expect([s["comment"] for s in product.snapshots(session)] == ["fits"], "snapshots were lost, or came of it")
    # With room again it is as before, and what went wrong can be put away.
    ballast.unlink()
    app.click("push button", "^Dismiss")
    app.wait_for("push button", "^Snapshot now$")
    app.key("ctrl+s")
    app.wait_for("list item", "^Snapshot, ")
    expect(len(product.snapshots(session)) == 2, "there should be two snapshots")


def case_anInterruptedSessionIsOfferedAtLogin(case):
    require_root()
    server = case.first_server()
    product = case.product()
    session = product.start(server, *programs.STILL_TERMINAL, name="work")
    product.json("snapshot", session, server=server)
    product.kill_session(session)
    wait_for("the interrupted session", lambda: product.state_of(session) == "interrupted", 30)
    app = Application(case.stack, case.workspace, product, server, notifications=True, arguments=["--background"])

    def offered():
        history = run_status(["dunstctl", "count", "displayed"], app.person, app.environment)
        return history.stdout.strip() == "1"
    wait_for("the offer", offered, 60)
    shown = [window.title for window in Desktop(server).windows()]
    expect("Entracte" not in shown, f"a window that nobody asked for: {shown}")
    run(["dunstctl", "action", "0"], app.person, app.environment)
    app.wait_for("list item", "work, interrupted")
    app.wait_for("push button", "^Resume$")
    app.front()
    app.key("ctrl+r")
    wait_for("the session back", lambda: product.state_of(session) == "running", 60)


def case_worksWithoutATray(case):
    product, _, session, app = begin(case, tray=False, arguments=("--background",))
    app.wait_for("label", "shows no tray")
    app.wait_for("push button", "^Snapshot now$")
    app.front()
    app.key("ctrl+s")
    wait_for("the snapshot", lambda: len(product.snapshots(session)) == 1, 60, 0.3)


def case_saysWhenTheHelperIsGone(case):
    product, _, _, app = begin(case)
    app.wait_for("list item", "work, running")
    product.kill_helper()
    app.wait_for("label", "Your sessions go on|message bus cannot be reached")
    expect(app.process.running(), "the application ended with the helper")


def case_firstRunWithoutCriuSaysWhatIsMissing(case):
    require_root()
    server = case.first_server()
    product = case.product(criu="/nowhere/criu")
    app = Application(case.stack, case.workspace, product, server)
    app.wait_for("push button", "New session")
    app.front()
    app.key("ctrl+d")
    app.wait_for("label", "(is|are) missing", 40)
    app.wait_for("label", "CRIU")


if __name__ == "__main__":
    sys.exit(main(globals()))
