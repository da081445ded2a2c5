#!/usr/bin/python3
"""Kills the writer of a store, and fills its disk, at every system call that touches the store.

    faults.py DRIVER SHIM [--points N] [--deeds DEED...]

For each deed (commit, storing files of the host, gc, prune, delete; making a sealed vault, storing into it, changing its
secret, giving it up; making a catalog anew that is lost, damaged with nothing beside it, or older than the packs) and each kind of fault, the deed is run once for
every call that it makes (--points: for that many of them, evenly spread, always with the first and the last), each time
on a copy of the same store. Afterwards every snapshot that had been reported complete must be there, whole and with its contents, and after
gc nothing unreferenced may be left.
"""
import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SKIPPED = 77
# What is in the two stores: the tags of snapshots, and which key opens the vault.
BEFORE = {"2", "3", "4"}
SEALED = BEFORE | {"6", "A"}
# The store that the deed is done on, and what is there once it has been reported done.
DEEDS = {"commit": ("make", BEFORE | {"5"}), "stock": ("make", BEFORE), "gc": ("make", BEFORE),
         "prune": ("make", {"4"}), "delete": ("make", {"3", "4"}), "vault": ("make", BEFORE | {"A"}),
         "seal": ("make-vault", SEALED | {"7"}), "change": ("make-vault", SEALED - {"A"} | {"B"}),
         "give-up": ("make-vault", BEFORE), "rebuild": ("lost", SEALED), "salvage": ("keyless", SEALED),
         "outdated": ("old", SEALED | {"7"})}
# Nothing of these may be lost at any moment.
ALWAYS_WHOLE = {"rebuild", "salvage", "outdated"}
# Of several steps, each of which may be the last one: what is always there, and what may be.
IN_STEPS = {"prune": ({"4"}, BEFORE), "give-up": (BEFORE, SEALED)}


def is_whole(deed, reported, there):
    state, after = DEEDS[deed]
    if reported or deed in ALWAYS_WHOLE:
        return there == after
    if deed in IN_STEPS:
        least, most = IN_STEPS[deed]
        # What is sealed needs the vault that opens it.
        return least <= there <= most and ("6" not in there or "A" in there)
    return there in (after, BEFORE if state == "make" else SEALED)


class Faults:
    def __init__(self, driver, shim, folder):
        self.driver, self.shim, self.folder = driver, shim, folder
        for state in ("make", "make-vault"):
            self.run(state, folder / state)
        shutil.copytree(folder / "make-vault", folder / "lost")
        for file in (folder / "lost/store").glob("catalog*"):
            file.unlink()
        self.damage(folder / "keyless")
        # A backup of the catalog was put back, of before another snapshot.
        shutil.copytree(folder / "make-vault", folder / "old")
        self.run("seal", folder / "old")
        shutil.copy(folder / "make-vault/store/catalog.sqlite", folder / "old/store/catalog.sqlite")

    def damage(self, state):
        """A catalog that cannot be opened, and nothing beside it: its keys are read from what is left of it."""
        shutil.copytree(self.folder / "make-vault", state)
        (state / "store/essentials").unlink()
        file = state / "store/catalog.sqlite"
        with sqlite3.connect(f"file:{file}?immutable=1", uri=True) as catalog:
            page = catalog.execute("SELECT rootpage FROM sqlite_master WHERE name = 'packs'").fetchone()[0]
        content = bytearray(file.read_bytes())
        content[(page - 1) * 4096 + 2000] ^= 1
        file.write_bytes(content)

    def run(self, deed, state, **fault):
        environment = {**os.environ, "TMPDIR": str(self.folder)}
        if fault:
            environment.update(LD_PRELOAD=str(self.shim), FAULT_ROOT=str(state),
                               **{f"FAULT_{key.upper()}": str(value) for key, value in fault.items()})
        return subprocess.run([self.driver, deed, state], env=environment, capture_output=True, text=True, timeout=120,
                              check=not fault)

    def calls(self, deed):
        state, count = self.folder / f"count-{deed}", self.folder / f"calls-{deed}"
        shutil.copytree(self.folder / DEEDS[deed][0], state)
        ran = self.run(deed, state, mode="count", count=count)
        if ran.returncode != 0:
            raise SystemExit(f"{deed} fails without any fault: {ran.stderr}")
        return int(count.read_text())

    def attempt(self, deed, mode, at):
        """What is wrong after this fault, or nothing."""
        state = self.folder / f"{deed}-{mode}-{at}"
        shutil.copytree(self.folder / DEEDS[deed][0], state)
        ran = self.run(deed, state, mode=mode, at=at)
        reported = ran.stdout.startswith("done")
        looked = subprocess.run([self.driver, "look", state], env={**os.environ, "TMPDIR": str(self.folder)},
                                capture_output=True, text=True, timeout=120)
        where = f"{deed}, {mode} at call {at}"
        if mode == "kill" and ran.returncode != -9:
            return f"{where}: it was not killed ({ran.returncode}) {ran.stderr}"
        if mode == "full" and ran.returncode not in (0, 3, 4):
            return f"{where}: ends with {ran.returncode}: {ran.stderr}"
        if looked.returncode != 0:
            return f"{where}: afterwards {looked.stderr}"
        there = set(looked.stdout.split()[1:])
        shutil.rmtree(state)
        return None if is_whole(deed, reported, there) else f"{where}: there are {sorted(there)}, reported {reported}"


def spread(total, points):
    if not points or points >= total:
        return list(range(1, total + 1))
    return sorted({1 + round(i * (total - 1) / (points - 1)) for i in range(points)})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", type=Path)
    parser.add_argument("shim", type=Path)
    parser.add_argument("--points", type=int, default=0)
    parser.add_argument("--deeds", nargs="+", choices=DEEDS, default=list(DEEDS))
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        print("needs root: a store is root's")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="entracte-faults-", dir="/dev/shm") as folder:
        faults = Faults(arguments.driver, arguments.shim, Path(folder))
        wrong, tried = [], 0
        with ThreadPoolExecutor(max_workers=2) as pool:
            for deed in arguments.deeds:
                total = faults.calls(deed)
                for mode in ("kill", "full"):
                    points = spread(total, arguments.points)
                    tried += len(points)
                    print(f"{deed}, {mode}: {len(points)} of {total} calls", flush=True)
                    wrong += filter(None, pool.map(lambda at: faults.attempt(deed, mode, at), points))
        for line in wrong:
            print(line)
        print(f"{tried} faults, {len(wrong)} of them harmful")
        return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
