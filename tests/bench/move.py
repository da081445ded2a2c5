#!/usr/bin/python3
"""make bench-move: how long a session stands still while it moves, beside the least that could be.

Two workstations made of namespaces (entractetest/workstation.py), their cable shaped by tc. A session with a terminal
that counts and an editor moves there and back, and one with an office suite beside them; in turn with it, the same programs
in a plain process tree are saved by `criu dump` and brought back by `criu restore`, nothing else (move_references.py).
What could not be beaten is the sum of those two and of the bytes of the last round at the cable's speed. And the same
programs in a container of podman's: checkpoint --export, its bytes at the cable's speed, restore.

  move.py BUILD [--rounds N] [--rate MBIT] [--memory MB] [--only small|office] [--podman N]

As root. A table goes to the terminal, everything to BUILD/bench/move.json. "held": whether the goal was reached.
"""
import argparse
import json
import os
import re
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from engine import machine  # noqa: E402
from move_references import Podman, package_version, plain_cycle  # noqa: E402

DOWNTIME_GOAL, PODMAN_GOAL, TOTAL_GOAL = 1.3, 0.3, 0.9
OFFICE = ("soffice", "--calc", "--norestore", "--nologo")
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


def references(office):
    """Commands for a shell, and what must run then."""
    from entractetest.programs import COUNTER
    commands, programs = [shlex.join(COUNTER), "mousepad --disable-server"], ["Xvfb", "xterm", "mousepad"]
    if office:
        commands.append(f"{shlex.join(OFFICE)} -env:UserInstallation=file://$WORK/office")
        programs.append("soffice.bin")
    return commands, programs


def measure(office, arguments):
    """(moves, podman's cycles or why there are none)."""
    from entractetest.case import Case
    from entractetest.desktop import Desktop
    from entractetest.processes import Workspace
    from entractetest.product import criu_program
    from entractetest.programs import session_with_text, wait_counting
    from entractetest.workstation import two_workstations, what_is_missing
    if reason := what_is_missing():
        sys.exit(f"bench-move cannot run here: {reason}")
    criu = criu_program() or shutil.which("criu") # the product's
    commands, programs = references(office)
    settle = arguments.settle * (3 if office else 1)
    found = []

    def ready(server):
        wait_counting(server)
        if office:
            Desktop(server).wait_window("libreoffice-calc", 120)
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace())
        here, there, link = two_workstations(Case(stack, workspace))
        shape(link, arguments.rate)
        session = session_with_text(here.product, here.server)[0]
        if office:
            here.product.exec(session, *OFFICE)
            ready(here.server)
            time.sleep(settle)
        if arguments.memory:
            here.product.exec(session, "python3", "-c", _HOLDER, str(arguments.memory))
            time.sleep(arguments.settle + arguments.memory / 100)
        steps = JobSteps(here, there)
        for _ in range(arguments.rounds):
            moved = here.product.json("move", session, there.name)["moved"]
            ready(there.server)
            dump, restore, size = plain_cycle(criu, commands, programs, settle)
            last = moved["rounds"][-1]["sent_bytes"]
            wire = last * 8 / (arguments.rate * 1000)
            found.append({"plain_dump_ms": round(dump), "plain_restore_ms": round(restore), "plain_bytes": size,
                          "wire_ms": round(wire), "least_ms": round(dump + wire + restore),
                          "jobs": steps.since_last(), **moved})
            session, here, there = moved["there"], there, here
        here.product.stop(session)
        return found, podmans(criu, workspace, commands, programs, settle, arguments)


def podmans(criu, workspace, commands, programs, settle, arguments):
    if not arguments.podman:
        return "not asked for"
    if reason := Podman.what_is_missing():
        return reason
    try:
        with Podman(criu, workspace.folder("podman")) as podman:
            cycles = [podman.cycle(commands, programs, settle) for _ in range(arguments.podman)]
    except RuntimeError as problem: # somebody else's program, or one that CRIU cannot save there
        return str(problem)
    return [{"checkpoint_ms": round(checkpoint), "restore_ms": round(restore), "bytes": size,
             "wire_ms": round(size * 8 / (arguments.rate * 1000)),
             "ms": round(checkpoint + restore + size * 8 / (arguments.rate * 1000))}
            for checkpoint, restore, size in cycles]


def podman_row(downtime, cycles):
    row = {"name": "downtime, beside podman's checkpoint --export, copy and restore", "goal": PODMAN_GOAL, "held": None}
    if isinstance(cycles, str):
        return {**row, "why_not": f"not measured: {cycles}"}
    reference = statistics.median(one["ms"] for one in cycles)
    return {**row, "ours_ms": downtime, "reference_ms": reference, "ratio": round(downtime / reference, 2),
            "held": downtime <= PODMAN_GOAL * reference, "cycles": cycles,
            "podman": package_version("podman"), "runc": package_version("runc")}


def report(rounds, cycles, rate):
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
        podman_row(median(lambda one: one["downtime_ms"]), cycles),
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
    parser.add_argument("--only", choices=("small", "office"), help="one of the two sessions")
    parser.add_argument("--podman", type=int, default=3, help="cycles of podman's; 0: none")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("bench-move needs root: workstations are made of namespaces")
    os.environ["ENTRACTE_BUILD_DIR"] = str(arguments.build)
    sessions = {}
    for kind in ("small", "office"):
        if arguments.only not in (None, kind):
            continue
        if kind == "office" and not shutil.which("soffice"):
            print("no office suite is installed: only the small session is measured")
            continue
        sessions[kind] = report(*measure(kind == "office", arguments), arguments.rate)
    target = arguments.build / "bench" / "move.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps({"machine": machine(), "sessions": sessions}, indent=1) + "\n")
    for kind, result in sessions.items():
        tell(kind, result)
    print(f"All figures: {target}")


def tell(kind, result):
    print(f"--- {kind}")
    for one in result["rounds"]:
        print(f"to {one['host']:6} {len(one['rounds'])} rounds, last {one['rounds'][-1]['sent_bytes'] / 1e6:.2f} MB "
              f"of {one['rounds'][-1]['bytes'] / 1e6:.0f}; "
              f"stood still {one['downtime_ms']} ms {one['phases']}, {one['total_ms']} ms in all; "
              f"least {one['least_ms']} ms (dump {one['plain_dump_ms']}, wire {one['wire_ms']}, "
              f"restore {one['plain_restore_ms']}, images {one['plain_bytes'] / 1e6:.0f} MB)")
        for station, job, steps in one["jobs"]:
            print(f"   {station:6} {job:8} " + ", ".join(f"{step} {ms}" for step, ms in steps.items()))
    for row in result["rows"]:
        said = row.get("why_not") or f"{row['ratio']} (goal {row['goal']}: {'held' if row['held'] else 'not held'})"
        print(f"{row['name']}: {said}")


if __name__ == "__main__":
    main()
