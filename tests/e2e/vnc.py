#!/usr/bin/python3
"""A session without a screen that can be seen, looked at and typed into through VNC."""
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.files import Files  # noqa: E402
from entractetest.processes import Process, children, run_status, wait_for  # noqa: E402

# A terminal in the corner, whose program keeps what it is told.
LISTENER = ("xterm", "-geometry", "80x24+0+0", "-e", "sh", "-c",
            'while read line; do echo "$line" >>/tmp/told; done')


def require_vnc():
    require_root()
    for program, package in (("X0tigervnc", "tigervnc-scraping-server"), ("xtigervncviewer", "tigervnc-viewer")):
        if not shutil.which(program):
            raise Skip(f"there is no {program} here ({package})")


def _listens_on_a_network(pid):
    """Whether a socket of the process is a TCP socket."""
    tcp = {line.split()[9] for name in ("tcp", "tcp6")
           for line in Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]}
    held = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            held.add(os.readlink(link).removeprefix("socket:[").rstrip("]"))
        except OSError:
            continue
    return bool(held & tcp)


class Showing:
    """`entracte vnc`, as long as the case, on a socket in a directory of the person's."""

    def __init__(self, case, product, session, *options, folders="/usr/bin"):
        self._case, self._count = case, 0
        runtime = case.workspace.folder(f"vnc{id(self)}", case.person)
        self.socket = runtime / "entracte" / f"{session}.vnc"
        environment = {**case.person.environment(), "DBUS_SYSTEM_BUS_ADDRESS": product.bus_address,
                       "XDG_RUNTIME_DIR": str(runtime), "PATH": str(folders)}
        self.process = case.stack.enter_context(
            Process([product.programs / "entracte", "vnc", session, *options], case.temporary("vnc.log"), case.person,
                    environment))
        self.wait_for_server()

    def wait_for_server(self, other_than=None):
        """Its pid, once it listens."""
        def served():
            if not self.process.running():
                raise AssertionError(self.process.words())
            found = [pid for pid in children(self.process.pid) if pid != other_than]
            return found[0] if found and self.socket.exists() else None
        self.server = wait_for("the VNC server", served, 20, 0.05)
        return self.server

    def viewer(self, server):
        """Its window."""
        self._count += 1
        environment = {**server.environment(), "HOME": str(self.socket.parent.parent)}
        self._case.stack.enter_context(
            Process(["xtigervncviewer", self.socket], self._case.temporary(f"viewer{self._count}.log"),
                    self._case.person, environment))
        return Desktop(server).wait_window("TigerVNC Viewer", title="afar")


def _type(window, line):
    window.click(200, 100)
    window.type(line + "\n")


def case_aViewerSeesTheSessionAndTypes(case):
    """Also when it was resumed on another display, with the same socket."""
    require_vnc()
    first, product = case.first_server(), case.product()
    session = product.start(first, *LISTENER, screen="headless", name="afar")
    files = Files(product)
    showing = Showing(case, product, session)
    expect(not _listens_on_a_network(showing.server), "the server listens on its socket and nothing else")
    expect(showing.socket.parent.stat().st_mode & 0o077 == 0, "nobody else reaches it")
    window = showing.viewer(first)
    _type(window, "from afar")
    files.expect("told", "from afar")
    before = showing.server
    product.snapshot(session)
    product.kill_session(session)
    product.resume(session, first, screen="headless")
    showing.wait_for_server(other_than=before)
    second = case.second_server()
    window = showing.viewer(second)
    _type(window, "and again")
    files.expect("told", "from afar\nand again")
    server = showing.server
    expect(showing.process.end(signal.SIGINT, 60) == 0, f"Ctrl+C ends it: {showing.process.words()}")
    expect(not showing.socket.exists() and not Path(f"/proc/{server}").exists(), "with its server and its socket")
    expect(product.state_of(session) == "running", "the session goes on")


def case_theOtherServerToo(case):
    """x11vnc, where that is what is installed; and viewers that may only look."""
    require_vnc()
    if not shutil.which("x11vnc"):
        raise Skip("there is no x11vnc here")
    first, product = case.first_server(), case.product()
    session = product.start(first, *LISTENER, screen="headless", name="afar")
    only = case.workspace.folder("only", mode=0o755)
    (only / "x11vnc").symlink_to(shutil.which("x11vnc"))
    showing = Showing(case, product, session, folders=only)
    expect(not _listens_on_a_network(showing.server), "the server listens on its socket and nothing else")
    _type(showing.viewer(first), "from afar")
    Files(product).expect("told", "from afar")
    showing.process.end(signal.SIGINT, 60)
    looking = Showing(case, product, session, "--read-only")
    second = case.second_server()
    _type(looking.viewer(second), "not this")
    looking.process.end(signal.SIGINT, 60)
    showing = Showing(case, product, session)
    _type(showing.viewer(case.server("third")), "but this")
    Files(product).expect("told", "from afar\nbut this")


def case_whatCannotBeShownIsSaid(case):
    require_root()
    first, product = case.first_server(), case.product()
    session = product.start(first, "sleep", "infinity", name="here")

    def refused(*options, path="/usr/bin"):
        done = run_status([product.programs / "entracte", "vnc", session, "--json", *options], case.person,
                          {**case.person.environment(), "DBUS_SYSTEM_BUS_ADDRESS": product.bus_address, "PATH": path})
        return done.returncode, done.stdout + done.stderr
    status, said = refused()
    expect(status == 2 and "your own display" in said, f"a session on the person's display: {said}")
    product.stop(session)
    session = product.start(first, "sleep", "infinity", screen="headless", name="afar")
    status, said = refused("--socket", "/tmp/entracte-vnc")
    expect(status == 2 and "Others could reach" in said, f"a place that everybody enters: {said}")
    own = case.workspace.folder("own", case.person)
    status, said = refused("--socket", str(own / "s"), path="/nowhere")
    expect(status != 0 and "no VNC server" in said, f"without a server: {said}")
    expect(product.state_of(session) == "running", "the session goes on")


if __name__ == "__main__":
    sys.exit(main(globals()))
