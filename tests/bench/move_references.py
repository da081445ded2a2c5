"""What a move is compared with: the same programs saved and brought back by `criu` alone, and by podman.

Both have the programs' X server among them. (SysV memory cannot be saved outside an ipc namespace: theirs is one of
their own.)
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

SCRIPT = """
cd "$WORK"
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>display </dev/null >/dev/null 2>&1 &
until [ -s display ]; do sleep 0.05; done
export DISPLAY=:$(cat display) GSETTINGS_BACKEND=memory NO_AT_BRIDGE=1 HOME=$WORK
export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent XDG_RUNTIME_DIR=$WORK
for command in "$@"; do
    eval "$command" </dev/null >/dev/null 2>&1 &
done
wait
"""


def tree(pid):
    """The process and what any of its threads has started."""
    found = [pid]
    with suppress(FileNotFoundError, ProcessLookupError): # it ended meanwhile
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in (thread / "children").read_text().split():
                found += tree(int(child))
    return found


def _gone(pids, meanwhile=lambda: None):
    end = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        meanwhile()
        if time.monotonic() > end:
            raise RuntimeError("the programs that were saved have not gone")
        time.sleep(0.01)


def _names(pids):
    names = set()
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            names.add(Path(f"/proc/{pid}/comm").read_text().strip())
    return names


def _await(programs, tree_now, settle):
    """Until all run; then so long, that they come to rest."""
    end = time.monotonic() + 120
    while set(programs) - _names(tree_now()) and time.monotonic() < end:
        time.sleep(0.5)
    time.sleep(settle)


def _expect(programs, pids, when):
    """What is measured must be there: every one of `programs` (names as the kernel has them)."""
    if missing := set(programs) - _names(pids):
        raise RuntimeError(f"{', '.join(sorted(missing))} does not run {when}")


class Plain:
    """Programs without anything of ours, in an ipc namespace of their own."""

    def __init__(self, criu, commands, programs, settle):
        self._criu, self._programs = criu, programs
        self._folder = tempfile.TemporaryDirectory(prefix="entracte-run.")
        self._path = Path(self._folder.name)
        self._root = subprocess.Popen(["unshare", "--ipc", "bash", "-c", SCRIPT, "programs", *commands],
                                      env={**os.environ, "WORK": str(self._path)},
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      start_new_session=True)
        self._pid = self._root.pid
        _await(programs, lambda: tree(self._pid), settle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in tree(self._pid) if Path(f"/proc/{self._pid}").exists() else ():
            with suppress(ProcessLookupError): # some end by themselves when the first is gone
                os.kill(pid, 9)
        self._root.poll()
        self._folder.cleanup()

    def _run(self, verb, images, *more):
        began = time.monotonic()
        done = subprocess.run([self._criu, verb, "--images-dir", images, "--log-file", f"{verb}.log",
                               "--tcp-established", "--file-locks", "--ext-unix-sk", "--link-remap", "--ghost-limit",
                               "1G", "--manage-cgroups=ignore", *more], capture_output=True, text=True, check=False)
        if done.returncode:
            errors = [line for line in (images / f"{verb}.log").read_text(errors="replace").splitlines()
                      if "Error" in line]
            raise RuntimeError(f"plain criu {verb} failed: {errors[-3:]}")
        return (time.monotonic() - began) * 1000

    def save_and_restore(self):
        """Milliseconds of both, and the images' bytes."""
        pids = tree(self._pid)
        _expect(self._programs, pids, "before it is saved")
        with tempfile.TemporaryDirectory(dir=self._path) as folder:
            images = Path(folder)
            dump = self._run("dump", images, "--tree", str(self._pid))
            _gone(pids, self._root.poll)
            restore = self._run("restore", images, "--restore-detached")
            _expect(self._programs, tree(self._pid), "after it was brought back")
            size = sum(file.stat().st_size for file in images.iterdir())
        return dump, restore, size


def plain_cycle(criu, commands, programs, settle, tries=3):
    """Once with programs of its own: CRIU alone does not bring back everything (a file that went between, for one)."""
    for left in reversed(range(tries)):
        with Plain(criu, commands, programs, settle) as plain:
            try:
                return plain.save_and_restore()
            except RuntimeError as problem:
                if not left:
                    raise
                print(f"once more: {problem}", file=sys.stderr)


class Podman:
    """The same programs in a container: an empty image, the machine's own /usr and /etc in it."""
    IMAGE = "localhost/entracte-bench:1"

    def __init__(self, criu, folder):
        self._folder = folder
        (folder / "storage.conf").write_text(f'[storage]\ndriver = "vfs"\nrunroot = "{folder}/run"\n'
                                             f'graphroot = "{folder}/graph"\n')
        path = folder / "bin"
        path.mkdir()
        (path / "criu").symlink_to(Path(criu).resolve())
        self._environment = {**os.environ, "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
                             "PATH": f"{path}:{os.environ['PATH']}"}
        self._number = 0
        tree_of_image = folder / "image"
        for name in ("usr", "etc", "tmp", "proc", "sys", "dev", "run", "var/tmp", "root"):
            (tree_of_image / name).mkdir(parents=True)
        (tree_of_image / "tmp").chmod(0o1777)
        for name in ("bin", "sbin", "lib", "lib64"):
            (tree_of_image / name).symlink_to(f"usr/{name}")
        subprocess.run(["tar", "-C", tree_of_image, "-cf", folder / "image.tar", "."], check=True)
        self._run("import", folder / "image.tar", self.IMAGE)

    @staticmethod
    def what_is_missing():
        for program in ("podman", "runc"):
            if not shutil.which(program):
                return f"{program} is not installed"
        return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with suppress(RuntimeError):
            self._run("rm", "--force", "--all", "--time", "0")
            self._run("rmi", "--force", "--all")

    def _run(self, *arguments):
        done = subprocess.run(["podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs", *map(str, arguments)],
                              env=self._environment, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode:
            raise RuntimeError(f"podman {' '.join(map(str, arguments[:2]))} failed: {done.stderr.strip()[-600:]}")
        return done.stdout.strip()

    def _pids(self, name):
        return tree(int(json.loads(self._run("inspect", name))[0]["State"]["Pid"]))

    def cycle(self, commands, programs, settle):
        """Milliseconds of the checkpoint and of the restore, and the export's bytes."""
        self._number += 1
        before, after = f"before{self._number}", f"after{self._number}"
        archive = self._folder / f"{before}.tar"
        # More than the machine allows would be asked for.
        self._run("run", "--detach", "--name", before, "--ulimit", "nofile=1024:1024", "--ulimit", "nproc=4096:4096",
                  "--network", "none", "--volume", "/usr:/usr:ro", "--volume", "/etc:/etc:ro", "--env", "WORK=/root",
                  self.IMAGE, "bash", "-c", SCRIPT, "programs", *commands)
        _await(programs, lambda: self._pids(before), settle)
        pids = self._pids(before)
        _expect(programs, pids, "in podman's container before it is saved")
        began = time.monotonic()
        self._run("container", "checkpoint", "--export", archive, before)
        checkpoint = (time.monotonic() - began) * 1000
        _gone(pids)
        self._run("rm", "--force", before)
        began = time.monotonic()
        self._run("container", "restore", "--import", archive, "--name", after)
        restore = (time.monotonic() - began) * 1000
        _expect(programs, self._pids(after), "in podman's container after it was brought back")
        size = archive.stat().st_size
        self._run("rm", "--force", "--time", "0", after)
        archive.unlink()
        return checkpoint, restore, size


def package_version(program):
    """As the program tells it."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\d+(\.\d+)+", said)
    return found[0] if found else "?"
