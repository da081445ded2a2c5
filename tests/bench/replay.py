#!/usr/bin/python3
"""make bench-xproxy, second part: how long programs take to move to another X server, beside a start of their own there.

Each program (those that are installed) is started on the server that it will be moved to, until its window is shown;
then on the proxy, and moved there and back. Both in one run, in turn, the program's files being in memory already. A
row's ratio is that of the medians.

  replay.py BUILD [--rounds N]

The table goes to the terminal, all figures to BUILD/bench/replay.json: `rows` of {program, start, move, ratio} in
seconds, `pixmaps` and `recorded` (KiB) of the moved program.
"""
import argparse
import json
import os
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
from xproxy import SECOND, Bench, Failure  # noqa: E402

# Name, command, the class of its window, what it is called in the proxy's list.
PROGRAMS = (("xterm", ["xterm"], "XTerm", "xterm"),
            ("gimp", ["gimp", "--no-splash", "--new-instance"], "Gimp", "gimp"),
            ("libreoffice", ["soffice", "--calc", "--norestore", "--nologo"], "libreoffice-calc", "soffice"))
LONGEST_START = 90  # seconds
GOAL = 0.1


class Running:
    """One run of a program; `shown` is how long it took until its window was there."""

    def __init__(self, bench, command, window_class, display):
        environment = bench.environment | {"DISPLAY": display, "NO_AT_BRIDGE": "1", "GDK_BACKEND": "x11"}
        began = time.monotonic()
        self._process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL, start_new_session=True)
        self._environment = environment
        self._search = ["xdotool", "search", "--onlyvisible", "--class", window_class]
        try:
            subprocess.run(self._search[:2] + ["--sync"] + self._search[2:], env=environment, timeout=LONGEST_START, check=True, stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
        except subprocess.SubprocessError as error:
            self.end()
            raise Failure(f"{command[0]} showed no window") from error
        self.shown = time.monotonic() - began

    def end(self):
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        # The next one is not to be taken for this one.
        while subprocess.run(self._search, env=self._environment, check=False, capture_output=True).returncode == 0:
            time.sleep(0.02)


def held(bench, proxy, name):
    """Pixmaps and KiB that the record has of it."""
    listed = subprocess.run([bench.build / "bin/entracte-xproxy", "--status", proxy], env=bench.environment, check=True,
                            capture_output=True, text=True).stdout
    rows = re.findall(rf"^{name}\S*(?: \S+)? +\d+ +\d+ +(\d+) +\d+ +(\d+) KiB$", listed, re.M)
    return sum(int(pixmaps) for pixmaps, _ in rows), sum(int(kib) for _, kib in rows)


def until_idle(bench, proxy, name):
    """It goes on making things for a while after its window is shown."""
    before, deadline = None, time.monotonic() + 40
    while time.monotonic() < deadline:
        now = held(bench, proxy, name)
        if now == before:
            return now
        before = now
        time.sleep(2)
    return before


def measure(bench, program, servers, proxy, rounds):
    name, command, window_class, listed = program
    Running(bench, command, window_class, servers[1]).end()  # its files come into memory, its settings are made
    starts, moves, holds = [], [], None
    for _ in range(rounds):
        alone = Running(bench, command, window_class, servers[1])
        alone.end()
        starts.append(alone.shown)
        moved = Running(bench, command, window_class, proxy)
        try:
            holds = until_idle(bench, proxy, listed)
            for server in reversed(servers):
                began = time.monotonic()
                bench.move(proxy, server)
                moves.append(time.monotonic() - began)
        finally:
            moved.end()
    start, move = statistics.median(starts), statistics.median(moves)
    return {"program": name, "start": start, "move": move, "ratio": move / start, "pixmaps": holds[0],
            "recorded": holds[1]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", help="these programs, separated by commas")
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    wanted = arguments.only.split(",") if arguments.only else [name for name, *_ in PROGRAMS]
    bench = Bench(build, 0)
    bench.prefix = []
    rows = []
    try:
        servers = (bench.server(), bench.server(*SECOND))
        proxy = bench.proxy(servers[0])
        for program in PROGRAMS:
            if program[0] not in wanted:
                continue
            if not shutil.which(program[1][0]):
                print(f"bench-xproxy: {program[0]} is not installed", file=sys.stderr)
                continue
            rows.append(measure(bench, program, servers, proxy, arguments.rounds))
    except (Failure, subprocess.SubprocessError) as failure:
        print(f"bench-xproxy: {failure}", file=sys.stderr)
        return 1
    finally:
        bench.close()
    print(f"\nMoves, beside a start of the program's own (goal: {GOAL})\n"
          f"{'program':<14}{'start':>10}{'move':>10}{'ratio':>8}{'pixmaps':>9}{'recorded':>12}")
    for row in rows:
        print(f"{row['program']:<14}{row['start']:8.2f} s{row['move']:8.3f} s{row['ratio']:8.3f}{row['pixmaps']:>9}"
              f"{row['recorded']:>8} KiB")
    (build / "bench").mkdir(exist_ok=True)
    (build / "bench/replay.json").write_text(json.dumps({"rows": rows, "rounds": arguments.rounds}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
