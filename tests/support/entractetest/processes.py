"""Starting processes as somebody and ending exactly those.

Each process carries ENTRACTE_TEST_RUN=<build directory> in its environment, so that no-leftovers can tell
ours from anybody else's on the machine.
"""
import ctypes
import fcntl
import os
import pwd
import signal
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from . import guard

RUN_VARIABLE = "ENTRACTE_TEST_RUN"
ROOT_DIRECTORY = Path(__file__).resolve().parents[3]
BUILD_DIRECTORY = Path(os.environ.get("ENTRACTE_BUILD_DIR", ROOT_DIRECTORY / "build")).resolve()
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """What is not as it should be, in a sentence."""


class Person:
    """An ordinary user whose programs, windows and sessions are looked at."""

    def __init__(self, name):
        entry = pwd.getpwnam(name)
        self.name, self.uid, self.gid, self.home = name, entry.pw_uid, entry.pw_gid, entry.pw_dir

    @staticmethod
    def ordinary():
        """Whoever called sudo; the user that runs this; or, for root, a user made for the purpose."""
        if os.geteuid() != 0:
            return Person(pwd.getpwuid(os.geteuid()).pw_name)
        caller = os.environ.get("SUDO_USER", "root")
        return Person(caller) if caller != "root" else Person.made()

    @staticmethod
    def made(name="entracte-demo"):
        with open("/etc/login.defs") as turn:  # of two at a time, the second would make the name another number
            fcntl.flock(turn, fcntl.LOCK_EX)
            try:
                pwd.getpwnam(name)
            except KeyError:
                subprocess.run(["useradd", "--system", "--create-home", "--home-dir", f"/home/{name}",
                                "--shell", "/bin/bash", name], check=True, stdout=subprocess.DEVNULL)
        return Person(name)

    def environment(self, **more):
        return {"HOME": self.home, "USER": self.name, "LOGNAME": self.name, "LANG": "C.UTF-8",
                "PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
                RUN_VARIABLE: str(BUILD_DIRECTORY), **more}


_NAMESPACES = ("net", "uts", "ipc", "mnt")
_inside = None


@contextmanager
def inside(holder, kinds=_NAMESPACES):
    """What is started meanwhile runs in these namespaces of this process."""
    global _inside
    before, _inside = _inside, (holder, kinds)
    try:
        yield
    finally:
        _inside = before


def _enter(holder, kinds):
    namespaces = [os.open(f"/proc/{holder}/ns/{kind}", os.O_RDONLY) for kind in kinds]
    for namespace in namespaces:
        if _libc.setns(namespace, 0) != 0:
            os._exit(126)
        os.close(namespace)
    os.chdir("/")


def _become(person):
    """Runs in the child: namespaces, then another user, then the death signal, which a change of user clears."""
    holder = getattr(person, "holder", None)
    place = _inside or (holder and (holder, _NAMESPACES))

    def prepare():
        os.setsid()
        if place:
            _enter(*place)
        if person and os.geteuid() == 0:
            os.initgroups(person.name, person.gid)
            os.setgid(person.gid)
            os.setuid(person.uid)
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    return prepare


def run(command, person=None, env=None, input=None, timeout=60, check=True, cwd="/"):
    """Runs to its end; standard output as text. Failure with its words otherwise."""
    done = run_status(command, person, env, input, timeout, cwd)
    if check and done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))} ended with {done.returncode}: "
                      f"{(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def run_status(command, person=None, env=None, input=None, timeout=60, cwd="/", binary=False):
    base = env if env is not None else (person.environment() if person else _own_environment())
    try:
        return subprocess.run([str(c) for c in command], env=base, input=input, text=not binary, cwd=cwd,
                              stdin=None if input is not None else subprocess.DEVNULL,
                              capture_output=True, timeout=timeout, preexec_fn=_become(person),
                              errors=None if binary else "replace")
    except subprocess.TimeoutExpired as problem:
        raise Failure(f"{' '.join(map(str, command))} took longer than {timeout} s") from problem


def _own_environment(**more):
    return {**os.environ, RUN_VARIABLE: str(BUILD_DIRECTORY), **more}


class Process:
    """One process of ours, with its words in a log file."""

    def __init__(self, command, log, person=None, env=None, pass_fds=(), cwd="/"):
        self.name = os.path.basename(str(command[0]))
        self.log = Path(log)
        self._ended = False
        base = env if env is not None else (person.environment() if person else _own_environment())
        with open(self.log, "ab") as words:
            self._popen = subprocess.Popen([str(c) for c in command], env=base, cwd=cwd,
                                           stdin=subprocess.DEVNULL, stdout=words, stderr=words,
                                           pass_fds=pass_fds, preexec_fn=_become(person))
        self.pid = self._popen.pid

    def running(self):
        return self._popen.poll() is None

    def end(self, with_signal=signal.SIGTERM, limit=3.0):
        """Ends it and what it started: `with_signal`, then SIGKILL. Its exit status (negative: a signal)."""
        if not self._ended:
            self._ended = True  # once: its number may be somebody else's later
            self._signal_group(with_signal)
            try:
                self._popen.wait(limit)
            except subprocess.TimeoutExpired:
                pass
            self._signal_group(signal.SIGKILL)
        return self._popen.wait()

    def _signal_group(self, number):
        try:
            os.killpg(self.pid, number)  # it leads a session of its own
        except ProcessLookupError:
            pass

    def kill(self):
        return self.end(signal.SIGKILL)

    def words(self):
        return self.log.read_text(errors="replace")[-4000:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


def _base_directory():
    """/tmp; in a container whose root is an overlay itself, which cannot carry another, /dev/shm."""
    kind = subprocess.run(["stat", "-f", "-c", "%T", "/tmp"], capture_output=True, text=True, check=False)
    return "/dev/shm" if kind.stdout.strip() == "overlayfs" else "/tmp"


class Workspace:
    """A directory of the run's own, whose name and content tell whose it is; gone afterwards."""

    PREFIX = "entracte-run."

    def __init__(self, keep=False):
        self._keep = keep
        self.path = Path(tempfile.mkdtemp(prefix=self.PREFIX, dir=_base_directory()))
        self.path.chmod(0o755)
        (self.path / "owner").write_text(str(BUILD_DIRECTORY))
        self._guard = None if keep else guard.watch(self.path, {RUN_VARIABLE: str(BUILD_DIRECTORY)})

    def folder(self, name, person=None, mode=0o700):
        path = self.path / name
        path.mkdir()
        path.chmod(mode)
        if person and os.geteuid() == 0:
            os.chown(path, person.uid, person.gid)
        return path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if not self._keep:
            # Never into what may still be mounted there: a session's root shows the whole machine.
            subprocess.run(["rm", "-rf", "--one-file-system", "--", self.path], check=False,
                           stderr=subprocess.DEVNULL)
            os.close(self._guard)


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])


def children(pid):
    """Pids of the processes that it started, and of those that were given to it."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and parent_of(entry.name) == pid:
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def wait_for(what, condition, limit=20.0, step=0.05):
    """Calls `condition` until it gives something true, and returns that."""
    end = time.monotonic() + limit
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            raise Failure(f"waited {limit:g} s in vain for {what}")
        time.sleep(step)
