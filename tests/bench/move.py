#!/usr/bin/python3
"""make bench-move: how long a session stands still while it moves, beside the least that could be.

Two workstations made of namespaces (entractetest/workstation.py), their cable shaped by tc. A session with a terminal
that counts and an editor moves there and back; in turn with it, the same programs in a plain process tree are saved
by `criu dump` and brought back by `criu restore`, nothing else. What could not be beaten is the sum of those two and of
the bytes of the last round at the cable's speed.

  move.py BUILD [--rounds N] [--rate MBIT] [--memory MB]

As root. A table goes to the terminal, everything to BUILD/bench/move.json. "held": whether the goal was reached.
"""
import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from engine import machine  # noqa: E402

DOWNTIME_GOAL, PODMAN_GOAL, TOTAL_GOAL = 1.3, 0.3, 0.9
_SCRIPT = """
Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp -extension MIT-SHM 3>display </dev/null >/dev/null 2>&1 &
until [ -s display ]; do sleep 0.05; done
export DISPLAY=:$(cat display) GSETTINGS_BACKEND=memory NO_AT_BRIDGE=1 HOME=$PWD
export DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent XDG_RUNTIME_DIR=$PWD
"$@" </dev/null >/dev/null 2>&1 &
mousepad --disable-server </dev/null >/dev/null 2>&1 &
wait
"""


def _tree(pid):
    """The process and what it has started."""
    found = [pid]
    with suppress(FileNotFoundError, ProcessLookupError): # it ended meanwhile
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += _tree(int(child))
    return found


class Plain:
    """The same programs, without anything of ours; their X server among them. (SysV memory cannot be saved outside
    an ipc namespace: this server does without it.)"""

    def __init__(self, criu, command, settle):
        self._criu = criu
        self._folder = tempfile.TemporaryDirectory(prefix="entracte-run.")
        self._path = Path(self._folder.name)
        self._root = subprocess.Popen(["bash", "-c", _SCRIPT, "programs", *command], cwd=self._path,
                                      stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                      start_new_session=True)
        self._pid = self._root.pid
        time.sleep(settle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for pid in _tree(self._pid) if Path(f"/proc/{self._pid}").exists() else ():
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
        """Milliseconds of both."""
        pids = _tree(self._pid)
        with tempfile.TemporaryDirectory(dir=self._path) as folder:
            images = Path(folder)
            dump = self._run("dump", images, "--tree", str(self._pid))
            self._root.poll()
            end = time.monotonic() + 10
            while any(Path(f"/proc/{pid}").exists() for pid in pids):
                self._root.poll()
                if time.monotonic() > end:
                    raise RuntimeError("the programs that were saved have not gone")
                time.sleep(0.01)
            restore = self._run("restore", images, "--restore-detached")
        return dump, restore


def plain_cycle(criu, command, settle, tries=3):
    """Once with programs of its own: CRIU alone does not bring back everything (a file that went between, for one)."""
    for left in reversed(range(tries)):
        with Plain(criu, command, settle) as plain:
            try:
                return plain.save_and_restore()
            except RuntimeError as problem:
                if not left:
                    raise
                print(f"once more: {problem}", file=sys.stderr)


def shape(link, rate):
    for station in (link.first, link.second):
        station.root('tc qdisc replace dev wire root tbf rate "$1"mbit burst 256kb latency 50ms', rate)


def zstd_rate():
    """MB/s of zstd -1 on one processor, of what memory mostly holds: the program's own here."""
    with open(sys.executable, "rb") as file:
        data = file.read() * 4
    began = time.monotonic()
    subprocess.run(["zstd", "-1", "-q", "-T1", "-c"], input=data, stdout=subprocess.DEVNULL, check=True)
    return len(data) / 1e6 / (time.monotonic() - began)


class JobSteps:
    """Where the jobs of both helpers spent their time: what their logs say since the last look."""
    _LINE = re.compile(r"/job/(\d+): (?:(\w+) of |took \(ms\): (.*))")

    def __init__(self, *stations):
        self._logs = {station.name: station.product.logs for station in stations}
        self._seen = {}

    def since_last(self):
        """[(station, job's kind, {step: ms}), ...] as they ended."""
        found = []
        for name, folder in self._logs.items():
            kinds = {}
            lines = [line for path in sorted(folder.rglob("*")) if path.is_file()
                     for line in path.read_text(errors="replace").splitlines()]
            for number, line in enumerate(lines):
                match = self._LINE.search(line)
                if match and match[2]:
                    kinds[match[1]] = match[2]
                elif match and number >= self._seen.get(name, 0):
                    steps = re.findall(r"(.+?) (\d+)(?:, |$)", match[3]) # a step's name may hold a comma
                    found.append((name, kinds.get(match[1], "?"), {step: int(ms) for step, ms in steps}))
            self._seen[name] = len(lines)
        return found


# Holds so many megabytes that no compressor makes smaller, and does nothing with them.
_HOLDER = "import os, sys, time\nheld = os.urandom(int(sys.argv[1]) << 20)\ntime.sleep(1e6)"


def measure(rounds, rate, settle, memory):
    from entractetest.case import Case
    from entractetest.processes import Workspace
    from entractetest.product import criu_program
    from entractetest.programs import COUNTER, session_with_text, wait_counting
    from entractetest.workstation import two_workstations, what_is_missing
    if reason := what_is_missing():
        sys.exit(f"bench-move cannot run here: {reason}")
    criu = criu_program() or shutil.which("criu") # the product's
    found = []
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace())
        here, there, link = two_workstations(Case(stack, workspace))
        shape(link, rate)
        session = session_with_text(here.product, here.server)[0]
        if memory:
            here.product.exec(session, "python3", "-c", _HOLDER, str(memory))
            time.sleep(settle + memory / 100)
        steps = JobSteps(here, there)
        for _ in range(rounds):
            moved = here.product.json("move", session, there.name)["moved"]
            wait_counting(there.server)
            dump, restore = plain_cycle(criu, COUNTER, settle)
            last = moved["rounds"][-1]["sent_bytes"]
            wire = last * 8 / (rate * 1000)
            found.append({"plain_dump_ms": round(dump), "plain_restore_ms": round(restore), "wire_ms": round(wire),
                          "least_ms": round(dump + wire + restore),
                          "jobs": steps.since_last(), **moved})
            session, here, there = moved["there"], there, here
        here.product.stop(session)
    return found


def report(rounds, rate):
    median = lambda key: statistics.median(key(one) for one in rounds)  # noqa: E731
    ratio = median(lambda one: one["downtime_ms"] / one["least_ms"])
    zstd = zstd_rate()
    possible = min(rate / 8, zstd)

    def speed(one): # of what had to travel, from the command's begin to its end
        sent = sum(entry["sent_bytes"] for entry in one["rounds"])
        return sent / 1e6 / (one["total_ms"] / 1000)
    rows = [
        {"name": "downtime, beside plain criu dump + bytes of the last round at the link's speed + plain criu restore",
         "ours_ms": median(lambda one: one["downtime_ms"]), "reference_ms": median(lambda one: one["least_ms"]),
         "ratio": round(ratio, 2), "goal": DOWNTIME_GOAL, "held": ratio <= DOWNTIME_GOAL},
        {"name": "bytes a second over the whole move, beside the link or zstd, whichever is less",
         "ours_mb_s": round(median(speed), 2), "reference_mb_s": round(possible, 1),
         "ratio": round(median(speed) / possible, 3), "goal": TOTAL_GOAL, "held": median(speed) >= TOTAL_GOAL * possible},
        {"name": "downtime, beside podman's checkpoint --export, copy and restore", "goal": PODMAN_GOAL, "held": None,
         "why_not": "not measured: " + ("podman is not installed" if not shutil.which("podman") else
                                        "this bench makes no podman container")},
    ]
    phases = {key: median(lambda one, key=key: one["phases"][key]) for key in rounds[0]["phases"]}
    return {"link_mbit": rate, "zstd_mb_s": round(zstd), "rows": rows, "phases_ms": phases, "rounds": rounds}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build", type=lambda path: Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--rate", type=int, default=1000, help="of the cable, in Mbit/s")
    parser.add_argument("--memory", type=int, default=0, help="of one more program, in MB")
    parser.add_argument("--settle", type=float, default=5.0, help="seconds for the plain programs to begin")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("bench-move needs root: workstations are made of namespaces")
    os.environ["ENTRACTE_BUILD_DIR"] = str(arguments.build)
    result = {"machine": machine(), **report(measure(arguments.rounds, arguments.rate, arguments.settle,
                                                     arguments.memory),
                                             arguments.rate)}
    target = arguments.build / "bench" / "move.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n")
    for one in result["rounds"]:
        print(f"to {one['host']:6} {len(one['rounds'])} rounds, last {one['rounds'][-1]['sent_bytes'] / 1e6:.2f} MB; "
              f"stood still {one['downtime_ms']} ms {one['phases']}, {one['total_ms']} ms in all; "
              f"least {one['least_ms']} ms (dump {one['plain_dump_ms']}, wire {one['wire_ms']}, "
              f"restore {one['plain_restore_ms']})")
        for station, kind, steps in one["jobs"]:
            print(f"   {station:6} {kind:8} " + ", ".join(f"{step} {ms}" for step, ms in steps.items()))
    for row in result["rows"]:
        said = row.get("why_not") or f"{row['ratio']} (goal {row['goal']}: {'held' if row['held'] else 'not held'})"
        print(f"{row['name']}: {said}")
    print(f"All figures: {target}")


if __name__ == "__main__":
    main()
