#!/usr/bin/python3
"""Sessions in repositories: push, pull, remote; two workstations, each with a helper and a person's folders of its own."""
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import Failure, Workspace, run_status, wait_for  # noqa: E402
from entractetest.product import Product  # noqa: E402
from entractetest.programs import session_with_text, wait_counting  # noqa: E402

PASSPHRASE = "correct horse"

# Memory that no compression makes smaller: after the first pack of 16 MB there is much left to send.
OF_SEVERAL_PACKS = ("xterm", "-e", "/usr/bin/python3", "-c", """
import os, time
held = os.urandom(96 << 20)
print("\033]0;full\a", flush=True)
while True:
    time.sleep(60)
""")


def _require_time():
    """Whole sessions go back and forth: for the longer run."""
    require_root()
    if not os.environ.get("ENTRACTE_APPS"):
        raise Skip("takes its time: make test-apps runs it")


class Workstation:
    """A helper with its own state, and the person's configuration, state and cache on that machine."""

    def __init__(self, case, name):
        self.workspace = case.stack.enter_context(Workspace())
        self.product = case.stack.enter_context(Product(self.workspace, case.person))
        self.person = case.person
        self.home = self.workspace.folder("home", case.person)
        secret = self.home / "passphrase"
        self.write(secret, PASSPHRASE + "\n")
        self.secret = secret

    def write(self, path, text):
        run_status(["/bin/sh", "-c", 'cat >"$1"', "sh", path], self.person, input=text)

    def environment(self, server=None):
        base = server.environment() if server else self.person.environment()
        return {**base, "DBUS_SYSTEM_BUS_ADDRESS": self.product.bus_address, "GSETTINGS_BACKEND": "memory",
                "HOME": str(self.home), "XDG_CONFIG_HOME": str(self.home / "config"),
                "XDG_STATE_HOME": str(self.home / "state"), "XDG_CACHE_HOME": str(self.home / "cache"),
                "RCLONE_CONFIG": str(self.home / "rclone.conf")}

    def entracte(self, *arguments, server=None):
        """Status and words, whatever it is."""
        return run_status([self.product.programs / "entracte", *arguments], self.person,
                          self.environment(server), timeout=120)

    def json(self, *arguments, server=None):
        done = self.entracte(*arguments, "--json", server=server)
        if done.returncode != 0:
            raise Failure(f"entracte {' '.join(map(str, arguments))} ended with {done.returncode}: {done.stderr}{done.stdout}")
        return json.loads(done.stdout)

    def add(self, name, address):
        return self.json("remote", "add", name, address, "--passphrase-file", self.secret)["remote"]

    def refused(self, status, *arguments, server=None):
        done = self.entracte(*arguments, server=server)
        expect(done.returncode == status,
               f"entracte {' '.join(map(str, arguments))} ended with {done.returncode}, not {status}: {done.stderr}")
        return done.stderr


def _expect_same(server, editor):
    wait_counting(server)
    expect(editor.text in editor.window(Desktop(server)).all_text(), "the text is there")


def _files(folder, kind):
    """Those in their place; a cut leaves parts beside them."""
    return sorted(path for path in (Path(folder) / kind).rglob("*") if path.is_file() and ".part-" not in path.name)


def case_goesOnAtAnotherWorkstationAndComesBack(case):
    _require_time()
    place = case.workspace.folder("repository", case.person)
    office, home = Workstation(case, "office"), Workstation(case, "home")
    first = case.first_server()
    session, editor = session_with_text(office.product, first, name="work")
    expect(office.add("disk", place)["made"], "the first makes it")
    expect(not home.add("disk", place)["made"], "the second finds it")
    office.product.snapshot(session)
    pushed = office.json("push", session, "disk")["pushed"]
    expect(not pushed["free"], "it runs here")
    home.refused(5, "pull", "disk", "work", "--resume")
    office.product.suspend(session)
    again = office.json("push", session, "disk")["pushed"]
    expect(again["free"], "now whoever wants may have it")
    expect(again["added_bytes"] * 3 < pushed["added_bytes"],
           f"the second costs {again['added_bytes']} bytes, the first {pushed['added_bytes']}")
    second = case.second_server()
    here = home.json("pull", "disk", "work", "--resume", "--screen", "host", server=second)["session"]
    _expect_same(second, editor)
    # The other one must not go on with what it still has.
    said = office.refused(5, "resume", session, "--screen", "host", server=first)
    expect("in use" in said, f"it says why: {said}")
    expect(office.product.state_of(session) == "suspended", "and leaves it as it is")
    home.product.suspend(here["id"])
    home.json("push", here["id"], "disk")
    office.product.delete(session)
    office.json("pull", "disk", "work", "--resume", "--screen", "host", server=first)
    _expect_same(first, editor)
    listed = office.json("remote", "list", "disk")["sessions"]
    expect(len(listed) == 1 and len(listed[0]["snapshots"]) == 3 and listed[0]["in_use_by"],
           f"one session, three snapshots, in use: {listed}")
    content = b"".join(path.read_bytes() for path in Path(place).rglob("*") if path.is_file())
    expect(b"mousepad" not in content and b"pstree" not in content, "nothing readable is in it")
    office.json("remote", "check", "disk", "--read-data")


def _push(case, station, *arguments):
    """A push that goes on while the test does something else; of the person, but not through a shell."""
    return subprocess.Popen(
        ["setpriv", f"--reuid={case.person.uid}", f"--regid={case.person.gid}", "--init-groups",
         str(station.product.programs / "entracte"), "push", *arguments, "--json"],
        env=station.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _cut_push(case, station, session):
    """A new repository in which a push was killed when something was there, and before it was done."""
    for attempt in range(5):  # on a machine that pauses us, a push may end before it is killed
        place = case.workspace.folder(f"repository{attempt}", case.person)
        station.add(place.name, place)
        pushing = _push(case, station, session, place.name)
        wait_for("the first pack and its index", lambda: _files(place, "indexes") or pushing.poll() is not None, 60, 0.01)
        pushing.send_signal(signal.SIGKILL)
        pushing.communicate()
        if _files(place, "indexes") and not _files(place, "manifests"):
            return place
    raise Failure("no push could be cut in the middle")


def case_aPushThatIsCutShowsNothingAndTheNextGoesOn(case):
    _require_time()
    station = Workstation(case, "only")
    first = case.first_server()
    session = station.product.start(first, *OF_SEVERAL_PACKS, name="work")
    Desktop(first).wait_window("XTerm", title="full")
    station.product.suspend(session)
    place = _cut_push(case, station, session)
    expect(not station.json("remote", "list", place.name)["sessions"], "nothing is to be seen")
    pushed = station.json("push", session, place.name)["pushed"]
    there = sum(path.stat().st_size for path in _files(place, "packs"))
    expect(pushed["added_bytes"] < there, f"what was there was not sent again: {pushed}, {there} bytes")
    listed = station.json("remote", "list", place.name)["sessions"]
    expect(len(listed[0]["snapshots"]) == 1, f"one snapshot: {listed}")
    station.json("remote", "check", place.name, "--read-data")
    # What is altered there is found, and makes no session.
    for pack in _files(place, "packs"):
        content = bytearray(pack.read_bytes())
        content[len(content) // 2] ^= 1
        pack.write_bytes(content)
    station.refused(16, "remote", "check", place.name, "--read-data")
    sessions = len(station.product.sessions())
    station.refused(16, "pull", place.name, "work")
    expect(len(station.product.sessions()) == sessions, "no session came of it")


def case_throughRcloneFromTwoMachinesAtOnce(case):
    _require_time()
    if run_status(["which", "rclone"]).returncode != 0:
        raise Skip("there is no rclone here")
    served = case.workspace.folder("served", case.person)
    office, home = Workstation(case, "office"), Workstation(case, "home")
    from entractetest.processes import Process
    server = case.stack.enter_context(Process(
        ["rclone", "serve", "webdav", served, "--addr", "127.0.0.1:0"], case.temporary("webdav.log"), case.person))
    words = "WebDav Server started on "
    wait_for("the WebDAV server", lambda: words in server.words(), 20, 0.05)
    url = next(word for word in server.words().partition(words)[2].replace("[", "").replace("]", "").split()
               if word.startswith("http"))
    for station in (office, home):
        station.write(station.home / "rclone.conf", f"[dav]\ntype = webdav\nurl = {url}\nvendor = other\n")
        station.add("cloud", "rclone:dav:sessions")
    first = case.first_server()
    made = []
    for station, name in ((office, "one"), (home, "two")):
        session = station.product.start(first, "xterm", "-T", name, "-e", "sleep", "1000", name=name)
        Desktop(first).wait_window("XTerm", title=name)
        station.product.suspend(session)
        made.append((station, session))
    pushing = [_push(case, station, session, "cloud") for station, session in made]
    for one in pushing:
        said, wrong = one.communicate(timeout=120)
        expect(one.returncode == 0, f"a push ended with {one.returncode}: {wrong}")
        expect(json.loads(said)["pushed"]["free"], "it is free")
    names = sorted(entry["name"] for entry in home.json("remote", "list", "cloud")["sessions"])
    expect(names == ["one", "two"], f"both are there: {names}")
    home.json("pull", "cloud", "one", "--resume", "--screen", "host", server=first)
    Desktop(first).wait_window("XTerm", title="one")
    office.json("remote", "check", "cloud")
    pruned = office.json("remote", "prune", "cloud", "--keep", "last=1")
    expect(not pruned["removed"], f"the newest stay: {pruned}")


if __name__ == "__main__":
    sys.exit(main(globals()))
