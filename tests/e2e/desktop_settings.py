#!/usr/bin/python3
"""What is set in the desktop application counts: what new sessions begin with, profiles of one's own; and what a session may
use and reach is told.
"""
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest import programs  # noqa: E402
from entractetest.application import Application, begin  # noqa: E402
from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.processes import run, wait_for  # noqa: E402


def case_aNewSessionBeginsWithWhatIsPreferred(case):
    # Where its programs start: a session has a /tmp of its own, in which the test's home is not.
    product, _, session, app = begin(case, environment={"HOME": "/"})
    for comment in ("first", "second"):
        product.snapshot(session, comment)
    app.wait_for("list item", "^second, ")
    app.open("ctrl+comma", "Preferences", "alt+s")
    app.wait_for("label", "What a new session begins with")
    app.key("alt+i", "Down", "Down", "Down", "alt+d")
    app.wait_for("label", "^Now .* would be kept")
    # What the rules would do is seen on the snapshots that there are.
    app.key("alt+w", "ctrl+a")
    app.type("1")
    for key in ("alt+h", "alt+y", "alt+k", "alt+m"):
        app.key(key, "ctrl+a")
        app.type("0")
    app.key("Tab")
    app.wait_for("label", "^Now 1 snapshot would be deleted")
    app.wait_for("list item", "first, would be deleted")
    app.wait_for("list item", "second, is kept")
    expect(len(product.snapshots(session)) == 2, "looking at it deleted one")
    app.close()
    app.open("ctrl+n", "New session", "alt+m")
    app.click("text", "^Command$")
    app.wait_for_focus("text", "^Command$")
    app.type("xterm -T fresh")
    app.key("alt+s")
    app.wait_for("list item", "xterm, running")
    [fresh] = [one for one in product.sessions() if one["id"] != session]
    told = product.show(fresh["id"])
    expect(told["schedule_s"] == 900 and told["keep"] == "last=1", f"it began with {told}")
    expect(product.show(session)["keep"] == "", "another session's rules were changed")


def case_aProfileOfOnesOwnIsUsed(case):
    product, _, _, app = begin(case, session=False)
    app.wait_for("push button", "New session")
    app.open("ctrl+comma", "Preferences", "alt+p")
    app.wait_for("list item", "^Every program .comes with Entracte")
    app.click("list item", "^chromium and 9 more")
    app.wait_for("label", "Started with: --no-sandbox")
    app.key("alt+w")
    app.wait_for_keyboard("New profile")
    app.type("printenv")
    app.key("Tab", "Tab")
    app.type('COLOUR')
    app.wait_for("label", "is not of the form NAME=VALUE")
    app.type('="dark red"')
    app.key("Return")
    app.wait_for("list item", "^printenv .yours")

    def printed():
        """By what starts programs in sessions, which reads the same files."""
        return run([product.programs / "entracte-launch", "--", "printenv", "COLOUR"], app.person,
                   {**app.environment, "COLOUR": "none"}).strip()
    expect(printed() == "dark red", f"the program was given {printed()}")
    app.click("list item", "^printenv .yours")
    app.wait_for("label", "Set for it: COLOUR=dark red")
    app.key("alt+h")
    app.wait_for_keyboard("Change a profile")
    app.key("alt+t", "ctrl+a")
    app.type("COLOUR=blue")
    app.key("Return")
    app.wait_for_keyboard("Preferences")
    wait_for("the other colour", lambda: printed() == "blue")
    app.click("push button", "^Delete$")
    wait_for("its end", lambda: printed() == "none")
    app.wait_for("label", "^The profile of printenv is in the wastebasket")
    app.click("push button", "^Undo$")
    wait_for("it back", lambda: printed() == "blue")
    app.wait_for_focus("list item", "^printenv .yours")
    app.key("Delete")
    wait_for("its end", lambda: printed() == "none")
    wait_for("it gone from the list", lambda: "printenv (yours" not in app.tree())


def case_whatASessionMayUseAndReachIsTold(case):
    require_root()
    server = case.first_server()
    product = case.product()
    papers = case.workspace.folder("papers", case.person)
    session = product.start(server, *programs.STILL_TERMINAL, name="work", options=(
        "--share-read-only", str(papers), "--network", "host-limited:5432,80", "--every", "1h", "--keep", "last=3"))
    told = product.show(session)
    expect(told["share"] == [] and told["share_read_only"] == [str(papers)], f"it shares {told}")
    expect(told["schedule_s"] == 3600 and told["keep"] == "last=3", f"it began with {told}")
    words = product.command("show", session).stdout
    expect(f"shares    {papers}, to read only" in words, f"show says {words}")
    app = Application(case.stack, case.workspace, product, server)
    app.wait_for("list item", "work, running")
    app.open("alt+Return", "Settings of", "alt+a")
    app.wait_for("label", f"^{papers}, to read only$")
    app.wait_for("label", "Only these ports of this computer, at 10.0.2.2: 5432, 80")
    app.key("Escape")
    # Also when it does not run: this is how it comes back.
    product.suspend(session)
    expect(product.show(session)["share_read_only"] == [str(papers)], "a suspended one does not tell it")


if __name__ == "__main__":
    sys.exit(main(globals()))
