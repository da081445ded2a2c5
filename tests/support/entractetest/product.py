"""The product as a person uses it: the helper on a private bus with a real polkitd, and the command `entracte`."""
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

from . import guard
from .processes import (BUILD_DIRECTORY, ROOT_DIRECTORY, RUN_VARIABLE, Failure, _become, parent_of, run_status,
                        wait_for)

PRIVATE_BUS = ROOT_DIRECTORY / "tests/support/private-bus.sh"


def programs_for_everybody(workspace):
    """Our programs in one folder that a person may read: the build tree may lie in somebody's home."""
    folder = workspace.folder("bin", mode=0o755)
    for program in (BUILD_DIRECTORY / "bin").iterdir():
        if program.is_file() and program.name.startswith("entracte"):
            try:
                os.link(program, folder / program.name)
            except OSError:
                shutil.copy2(program, folder / program.name)
    return folder


def criu_program():
    """The CRIU that the set-up found to work (resources/setup/get-criu.sh), or None."""
    for path in (os.environ.get("ENTRACTE_CRIU"), BUILD_DIRECTORY / "criu/criu"):
        if path and Path(path).exists():
            return Path(path)
    return None


class CommandFailed(Failure):
    """`entracte` ended with another status than 0. `text`: what it said."""

    def __init__(self, arguments, status, text):
        super().__init__(f"entracte {' '.join(map(str, arguments))} ended with {status}: {text}")
        self.status, self.text = status, text


def damage(product):
    """One bit in the middle of the store's packs."""
    packs = [path for path in product.state.rglob("*") if path.is_file() and path.suffix == ".pack"]
    part = max(packs, key=lambda path: path.stat().st_size)
    with part.open("r+b") as file:
        file.seek(part.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, 1)
        file.write(bytes([byte ^ 0x40]))


class Product:
    """The helper with its own state directory, and a person's command line."""

    def __init__(self, workspace, person, state_directory=None, criu=None, environment=(), network=None, config=None,
                 repair_flag=None):
        self.person = person
        self.programs = programs_for_everybody(workspace)
        self.state = state_directory or workspace.folder("state")
        self.runtime = workspace.folder("runtime", mode=0o711)
        self.logs = workspace.folder("logs")
        self._bus_place = workspace.path # a test that is killed leaves its bus there
        self._criu = criu if criu is not None else criu_program()
        self._environment = dict(environment)
        self._network = network # where the helper is: entractetest.network.OtherNetwork
        self.config = config # the helper's configuration, a file
        self._repair_flag = repair_flag # whoever asks is authorised to repair once this file exists
        self._bus = None
        self.start_helper()

    def start_helper(self):
        command = [PRIVATE_BUS, "--allow", self.person.name, "--log", self.logs,
                   *(("--repair", self.programs, self._repair_flag) if self._repair_flag else ()),
                   "--service", self.programs / "entracted"]
        for argument in ("--state-dir", self.state, "--runtime-dir", self.runtime,
                         *(("--criu", self._criu) if self._criu else ()),
                         *(("--config", self.config) if self.config else ())):
            command += ["--service-arg", argument]
        if self._network:
            command = self._network.enter(*command)
        self._bus = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE,
                                     stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                     preexec_fn=_become(None), cwd="/",
                                     env={**os.environ, **self._environment,
                                          "ENTRACTE_BUS_PLACE": str(self._bus_place),
                                          RUN_VARIABLE: str(BUILD_DIRECTORY)})
        said = {}
        for line in self._bus.stdout:
            if line.strip() == "ready":
                break
            name, _, value = line.strip().partition("=")
            said[name] = value
        else:
            raise Failure(f"the helper did not start: {self._bus.stderr.read()} {self.words()}")
        self.bus_address, self.helper_pid = said["DBUS_SYSTEM_BUS_ADDRESS"], int(said["SERVICE_PID"])

    def on_machine(self, place):
        """From its next start on the helper runs where `place.enter(*command)` leads."""
        self._network = place

    def words(self):
        log = self.logs / "service.log"
        return log.read_text(errors="replace")[-6000:] if log.exists() else ""

    def kill_helper_only(self):
        """Its bus stays, and nobody has its name there."""
        os.kill(self.helper_pid, signal.SIGKILL)
        wait_for("the helper's end", lambda: not Path(f"/proc/{self.helper_pid}/exe").exists())

    def kill_helper(self):
        """As a crash would; sessions go on. start_helper makes another."""
        os.kill(self.helper_pid, signal.SIGKILL)
        self._end_bus()

    def _end_bus(self):
        if self._bus.stdin and not self._bus.stdin.closed:
            self._bus.stdin.close()
        try:
            self._bus.wait(30)
        except subprocess.TimeoutExpired:
            self._bus.terminate()
            self._bus.wait(30)
        for stream in (self._bus.stdout, self._bus.stderr):
            stream.close()

    # --- the command line, as the person

    def command(self, *arguments, server=None, timeout=180, person=None, input=None, binary=False, cwd="/"):
        """Status and what was said, whatever it is."""
        person = person or self.person
        base = server.environment() if server else person.environment()
        # Sessions stay as programs start by themselves, not as the person's desktop would have them.
        env = {**base, "DBUS_SYSTEM_BUS_ADDRESS": self.bus_address, "GSETTINGS_BACKEND": "memory"}
        return run_status([self.programs / "entracte", *arguments], person, env, timeout=timeout,
                          input=input, binary=binary, cwd=cwd)

    def json(self, *arguments, server=None, timeout=180):
        """What `entracte VERB --json …` says. CommandFailed unless it ends with 0."""
        verb, *rest = arguments
        done = self.command(verb, "--json", *rest, server=server, timeout=timeout)
        if done.returncode != 0:
            raise CommandFailed(arguments, done.returncode, (done.stderr + done.stdout).strip())
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def start(self, server, *command, screen="host", name="session", options=()):
        """Starts a session; its id."""
        said = self.json("start", "--name", name, "--screen", screen, *options, "--", *command,
                         server=server)
        return said["session"]["id"]

    def exec(self, session, *command):
        return self.json("exec", session, "--", *command)

    def snapshot(self, session, comment=""):
        return self.json("snapshot", session, "--comment", comment)["snapshot"]

    def suspend(self, session):
        return self.json("suspend", session)["snapshot"]

    def resume(self, session, server, screen="host", options=()):
        """What the X server has then is as the programs had it before: the helper says when not."""
        said = self.json("resume", session, "--screen", screen, *options, server=server)
        self.expect_the_same_display()
        return said

    def expect_the_same_display(self):
        """Of every resume and every move to another screen so far."""
        log = self.logs / "service.log"
        differing = [line for line in log.read_text(errors="replace").splitlines()
                     if "the display is back, but" in line]
        if differing:
            raise Failure("\n".join(differing))

    def show(self, session):
        return self.json("show", session)["session"]

    def snapshots(self, session):
        return self.show(session)["snapshots"]

    def sessions(self):
        return self.json("list")["sessions"]

    def state_of(self, session):
        return next((s["state"] for s in self.sessions() if s["id"] == session), None)

    def stop(self, session):
        return self.json("stop", session)

    def delete(self, session):
        return self.json("delete", session)

    # --- what a crash of a session needs

    def session_processes(self):
        """Host pids of the first process of every session of this helper."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                if (entry / "comm").read_text().strip() != "entracte-sessio":
                    continue
                mounts = (entry / "mountinfo").read_text()
                if str(self.runtime) in mounts or str(self.state) in mounts or self._is_mine(entry):
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def _is_mine(self, entry):
        """Whether the process descends from this helper."""
        pid = int(entry.name)
        while pid > 1:
            if pid == self.helper_pid:
                return True
            pid = parent_of(pid)
        return False

    def screens(self):
        """Pids of the screens of this helper, and of those before it."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdigit() and f"--directory={self.runtime}/".encode() in \
                        (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
            except OSError:
                continue
        return found

    def kill_screens(self):
        for pid in self.screens():
            os.kill(pid, signal.SIGKILL)
        wait_for("the end of the screens", lambda: not self.screens(), 10, 0.05)

    def kill_session(self, session):
        """As a crash would: SIGKILL to PID 1, which takes everything in its pid namespace along."""
        for pid in self.session_processes():
            os.kill(pid, signal.SIGKILL)
        wait_for("the end of the session",
                 lambda: self.state_of(session) in ("interrupted", "ended"), 20, 0.1)

    def close(self):
        if self._bus.poll() is None:
            try:
                for entry in self.sessions():
                    if entry["state"] in ("running", "detached", "starting"):
                        self.command("stop", entry["id"], timeout=30)
            except (Failure, ValueError):
                pass
        self._end_bus()
        for pid in self.session_processes():
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)
        for folder in (self.runtime, self.state):
            guard.unmount(folder)
        wait_for("the end of the sessions' last processes", lambda: guard.remove_groups((self.runtime, self.state)))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
