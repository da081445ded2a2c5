#!/usr/bin/python3
"""guard.py WORKSPACE: waits for the end of its standard input, whose other end only the test holds. Where the workspace is
there still, the test was killed, and what it had begun goes: the sessions (made to outlive their helper), their mounts and
control groups, and the folder.
"""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def _lives_below(mountinfo, folder):
    """Whether it is a session's: its root was made of what the folder holds. Who only sees the folder's mounts where they
    are mounted (as each copy of the machine's own table does) is somebody else.
    """
    lines = [line.split() for line in mountinfo.splitlines()]
    return any(f"{folder}/" in word for line in lines for word in line) and \
        not any(line[4].startswith(f"{folder}/") for line in lines)


def _processes(folder):
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and _lives_below((entry / "mountinfo").read_text(errors="replace"), folder):
                yield int(entry.name)
        except OSError:
            continue


def _end_processes(folder):
    for _ in range(50):
        found = list(_processes(folder))
        if not found:
            return
        for pid in found:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.1)


def unmount(folder):
    """What a helper that was killed could not: nobody else will."""
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    for point in reversed(points):
        if point.startswith(f"{folder}/"):
            subprocess.run(["umount", "-l", point], check=False, timeout=20)


def remove_groups(folders):
    """The control groups of the sessions of these state and runtime folders. Whether all could be removed."""
    sessions = {f"entracte-{found.name}" for folder in folders for found in folder.glob("sessions/*")}
    removed = True
    # Not rglob: it ends where a group of somebody else's goes away while it looks.
    for parent, groups, _ in os.walk("/sys/fs/cgroup") if sessions else ():
        for group in sessions.intersection(groups):
            removed = _removed(Path(parent, group)) and removed
            if Path(parent).name.startswith("entracte-of-"):  # its owner's, which may hold others
                _removed(Path(parent))
    return removed


def _removed(group):
    try:
        group.rmdir()
    except FileNotFoundError:
        pass
    except OSError:  # busy: a process of it is not reaped yet
        return False
    return True


def tidy(folder):
    _end_processes(folder)
    unmount(folder)
    for _ in range(100):
        if remove_groups({found.parent for found in folder.glob("**/sessions")}):
            break
        time.sleep(0.1)
    subprocess.run(["rm", "-rf", "--one-file-system", "--", folder], check=False, stderr=subprocess.DEVNULL)


def watch(folder, owner):
    """Starts the guard; a descriptor to be held as long as the test lives. It is nobody's child, as whoever kills a test
    kills its children, too.
    """
    reading, writing = os.pipe()
    try:
        subprocess.run(["setsid", "--fork", sys.executable, __file__, folder], stdin=reading, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, check=True, cwd="/", env={**os.environ, **owner})
    finally:
        os.close(reading)
    return writing


def main():
    folder = Path(sys.argv[1])
    sys.stdin.buffer.read()
    if folder.exists():
        tidy(folder)


if __name__ == "__main__":
    main()
