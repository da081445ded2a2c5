"""X servers that differ from one another in everything a moved session could notice."""
import os
import re
import secrets
import shutil
import signal
import socket
import struct
from contextlib import ExitStack

from . import x11
from .processes import Failure, Process, run, run_status, wait_for

_FAMILY_WILD = 0xFFFF


class ServerTraits:
    """What an X server is like. `clock_ahead`: seconds that its clock is ahead (a time namespace). `kind`: Xvfb, or
    Xtigervnc, whose pixels may have red and blue in the other order (`blue_first`)."""

    def __init__(self, size=(1280, 800), options=(), clock_ahead=0, atoms=(), depth=24, blue_first=False, kind="Xvfb"):
        self.size, self.options, self.clock_ahead, self.atoms = size, options, clock_ahead, atoms
        self.depth, self.blue_first = depth, blue_first
        self.kind = "Xtigervnc" if blue_first else kind


FIRST = ServerTraits(size=(1280, 800))
# Other size, other resource mask, other extension numbering, other clock, other atoms.
SECOND = ServerTraits(
    size=(1440, 900), clock_ahead=123456,
    options=("-maxclients", "64", "-extension", "SECURITY", "-extension", "XVideo",
             "-extension", "X-Resource", "-extension", "DPMS"),
    atoms=tuple(f"_ENTRACTE_SHIFT_{i}" for i in range(97)))
# The resource mask is smaller than the first one's.
FEWER_IDS = ServerTraits(size=(1366, 768), options=("-maxclients", "2048", "-extension", "XVideo"),
                         atoms=tuple(f"_ENTRACTE_OTHER_{i}" for i in range(31)))


def write_cookie_file(path, cookie, person):
    name = b"MIT-MAGIC-COOKIE-1"
    entry = struct.pack(">HHHH", _FAMILY_WILD, 0, 0, len(name)) + name
    path.touch(0o600)
    path.write_bytes(entry + struct.pack(">H", len(cookie)) + cookie)
    if os.geteuid() == 0:
        os.chown(path, person.uid, person.gid)


class XServer:
    """An Xvfb of the person's, with a cookie and a window manager; a Xephyr `within` another display."""

    def __init__(self, workspace, name, person, traits, window_manager=True, within=None):
        self.person, self.traits, self.name, self._within = person, traits, name, within
        self.more_environment = {} # of the person's programs on it
        self._stack = ExitStack()
        self._folder = workspace.folder(name, person)
        self.cookie = secrets.token_bytes(16)
        self.cookie_file = self._folder / "Xauthority"
        write_cookie_file(self.cookie_file, self.cookie, person)
        # Two servers that start at once may want the same display number.
        if not any(self._start() for _ in range(5)):
            raise Failure(f"Xvfb did not start: {self._process.words()}")
        if window_manager:
            start_window_manager(self, self._stack, self._folder / "openbox.log")

    def _start(self):
        read_end, write_end = os.pipe()
        width, height = self.traits.size
        screen = ["-screen", "0", f"{width}x{height}x{self.traits.depth}"]
        if self._within:
            screen = ["-screen", f"{width}x{height}", "-title", "Entracte: another X server"]
        program = "Xephyr" if self._within else self.traits.kind
        if program == "Xtigervnc":
            order = "bgr888" if self.traits.blue_first else "rgb888"
            screen = ["-geometry", f"{width}x{height}", "-depth", str(self.traits.depth), "-pixelformat", order,
                      "-rfbunixpath", self._folder / "rfb", "-rfbport", "-1", "-SecurityTypes", "None"]
        command = [program, "-displayfd", str(write_end), *screen,
                   "-auth", self.cookie_file, "-nolisten", "tcp", "-noreset",
                   *self.traits.options]
        runs_as = self.person
        if self.traits.clock_ahead and os.geteuid() == 0:
            runs_as = None
            command = ["unshare", "-T", "--monotonic", str(self.traits.clock_ahead), "--fork",
                       "--kill-child=KILL", "--", "setpriv", "--reuid", str(self.person.uid), "--regid",
                       str(self.person.gid), "--init-groups", "--pdeathsig", "KILL", *command]
        self._process = self._stack.enter_context(
            Process(command, self._folder / "server.log", runs_as,
                    env=(self._within or self.person).environment(), pass_fds=(write_end,)))
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        if not number:
            return False
        self.number = int(number)
        self.display = f":{number}"
        self.socket_path = f"/tmp/.X11-unix/X{number}"
        if self.traits.atoms:
            with self.client() as client:
                for atom in self.traits.atoms:
                    client.intern_atom(atom)
        return True

    def environment(self, **more):
        return self.person.environment(DISPLAY=self.display, XAUTHORITY=str(self.cookie_file),
                                       **{**self.more_environment, **more})

    def client(self):
        return x11.Client(self.socket_path, self.cookie)

    def _server_pid(self):
        """The Xvfb itself, behind unshare when it has a clock of its own."""
        text = open(f"/proc/{self._process.pid}/task/{self._process.pid}/children").read().split()
        return int(text[0]) if self.traits.clock_ahead and text else self._process.pid

    def kill(self):
        """As a crash would: SIGKILL, and what that leaves in /tmp."""
        os.kill(self._server_pid(), signal.SIGKILL)
        self._process.kill()
        self._remove_remains()

    def end(self):
        """As a logout would: SIGTERM, so that it closes its connections one by one."""
        os.kill(self._server_pid(), signal.SIGTERM)
        wait_for("the server's end", lambda: not self.running())

    def running(self):
        return self._process.running()

    def _remove_remains(self):
        """Only if nobody listens there: another server may have taken the number."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            try:
                probe.connect(self.socket_path)
            except ConnectionRefusedError:
                os.unlink(self.socket_path)
            except OSError:
                pass

    def close(self):
        if self.running():
            try:
                os.kill(self._server_pid(), signal.SIGTERM)
            except ProcessLookupError:
                pass
        self._stack.close()
        self._remove_remains()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class PersonsDisplay:
    """The display that somebody sits at: looked at, never ended. A window manager comes only if there is none."""

    def __init__(self, workspace, person, display, cookie_file):
        self.person, self.display, self.cookie_file = person, display, None
        self._stack = ExitStack()
        folder = workspace.folder("display", person)
        if cookie_file and os.path.exists(cookie_file):
            # Root's display is shown to the ordinary person who runs the session.
            self.cookie_file = folder / "Xauthority"
            shutil.copyfile(cookie_file, self.cookie_file)
            self.cookie_file.chmod(0o600)
            if os.geteuid() == 0:
                os.chown(self.cookie_file, person.uid, person.gid)
        self._folder = folder

    def reachable(self):
        return run_status(["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], self.person,
                          self.environment(), timeout=10).returncode == 0

    def see_to_a_window_manager(self):
        if not has_window_manager(self):
            start_window_manager(self, self._stack, self._folder / "openbox.log")

    def environment(self, **more):
        authority = {"XAUTHORITY": str(self.cookie_file)} if self.cookie_file else {}
        return self.person.environment(DISPLAY=self.display, **authority, **more)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._stack.close()


def has_window_manager(server):
    return "window id" in run(["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], server.person,
                              server.environment(), check=False)


def start_window_manager(server, stack, log):
    stack.enter_context(Process(["openbox", "--sm-disable"], log, server.person, env=server.environment()))
    wait_for("the window manager", lambda: has_window_manager(server))
    # It says so early in its start, and openbox forgets a window that is mapped between that and the end of
    # its start. It is there when it takes care of one.
    if not any(_manages_a_window(server, log) for _ in range(10)):
        raise Failure("the window manager manages no window")


def _manages_a_window(server, log):
    with Process(["xclock"], f"{log}.xclock", server.person, env=server.environment()):
        try:
            wait_for("its window to be managed", lambda: "0x" in _client_list(server), 2)
        except Failure:
            return False
    wait_for("the window manager to let go", lambda: "0x" not in _client_list(server))
    return True


def _client_list(server):
    return run(["xprop", "-root", "_NET_CLIENT_LIST"], server.person, server.environment(), check=False)


def different(first, second):
    """Names of what differs between two servers, as a moved session would meet it."""
    names = []
    with first.client() as a, second.client() as b:
        if a.size != b.size:
            names.append("size")
        if a.resource_mask != b.resource_mask:
            names.append("resource mask")
        if a.intern_atom("_ENTRACTE_PROBE") != b.intern_atom("_ENTRACTE_PROBE"):
            names.append("atoms")
        for extension in ("RENDER", "XFIXES", "RANDR", "DAMAGE", "Composite"):
            if a.extension(extension) != b.extension(extension):
                names.append("extension numbering")
                break
    return names


def window_id_list(text):
    return re.findall(r"0x[0-9a-f]+", text)
