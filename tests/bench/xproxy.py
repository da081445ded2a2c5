#!/usr/bin/python3
"""make bench-xproxy: what it costs to run through entracte-xproxy, beside a direct connection and a plain relay.

Each test runs for each way in turn, round after round, so that whatever else the machine does meets all alike.
A row's ratio is the median, over the rounds, of what the proxy did to what the direct connection did in that same
round; single figures are medians too. The programs of the second part are started after the proxy was moved
(--move) to a server that differs in resource mask and extension numbers; direct is then that server.

  xproxy.py BUILD [--quick] [--rounds N] [--only TEST,TEST]

Run as root it asks for the real-time scheduler (round robin), so that others on the machine take no part; so that
they are not starved either, it rests after every few seconds for as long as it ran. The table
goes to the terminal, all figures to BUILD/bench/xproxy.json.
"""
import argparse
import json
import math
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# x11perf's tests of every kind. A run takes 0.15 s: the counts are found on the direct
# connection first.
X11PERF = ("noop", "dot", "rect10", "rect100", "rect500", "seg100", "circle100", "fcircle100", "trap100", "aatrap100",
           "ftext", "aa24text", "scroll500", "copywinwin100", "copypixwin500", "comppixwin100", "putimage10",
           "putimage500", "shmput500", "getimage10", "getimage500", "pointer", "prop", "gc", "resize")
OURS = ("focus", "stream")
# What the proxy may answer by itself: beside the mean, because nobody else could.
ANSWERED = ("atom", "extension", "formats")
KINDS = {
    "round trips": ("pointer", "prop", "focus", "getimage10"),
    "streaming": ("noop", "dot", "rect10", "rect100", "rect500", "seg100", "circle100", "fcircle100", "trap100", "gc",
                  "stream"),
    "text, RENDER, copies": ("aatrap100", "ftext", "aa24text", "scroll500", "copywinwin100", "copypixwin500",
                             "comppixwin100"),
    "shm": ("shmput500",),
    "large PutImage": ("putimage500",),
    "large GetImage": ("getimage500",),
}
SECOND = ("-maxclients", "64", "-extension", "SECURITY", "-extension", "XVideo", "-extension", "X-Resource")
X11PERF_RATE = re.compile(r"([0-9]+) reps @ +[0-9.]+ msec \( *([0-9.]+)/sec\)")


RUNS_AT_A_STRETCH = 8  # seconds


class Failure(Exception):
    pass


class Way:
    """Where programs go: a display and its name in the table."""

    def __init__(self, name, display):
        self.name, self.display = name, display


class Bench:
    def __init__(self, build, run_seconds):
        self.build, self.run_seconds = build, run_seconds
        self.folder = Path(tempfile.mkdtemp(prefix="entracte-bench-"))
        self.processes, self.sockets = [], []
        self.stretch_began = time.monotonic()
        self.prefix = ["chrt", "-r", "20"] if os.geteuid() == 0 and shutil.which("chrt") else []
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LANG": "C.UTF-8",
                            "XDG_RUNTIME_DIR": str(self.folder)}

    def start(self, command, **options):
        log = open(self.folder / f"{Path(command[0]).name}-{len(self.processes)}.log", "w")
        process = subprocess.Popen(self.prefix + [str(c) for c in command], env=self.environment, stdout=log,
                                   stderr=subprocess.STDOUT, **options)
        self.processes.append(process)
        return process

    def server(self, *options):
        read_end, write_end = os.pipe()
        self.start(["Xvfb", "-displayfd", write_end, "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset",
                    *options], pass_fds=(write_end,))
        os.close(write_end)
        with os.fdopen(read_end) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise Failure("Xvfb did not start")
        return f":{number}"

    def free_display(self):
        number = 700 + os.getpid() % 1000
        while any(os.path.exists(p) for p in (f"/tmp/.X11-unix/X{number}", f"/tmp/.X{number}-lock")):
            number += 1
        return f":{number}"

    def wait_for_socket(self, display, process):
        path = f"/tmp/.X11-unix/X{display[1:]}"
        while not os.path.exists(path):
            if process.poll() is not None:
                raise Failure(f"what serves {display} ended at once; see {self.folder}")
            time.sleep(0.01)
        self.sockets.append(path)

    def relay(self, server):
        display = self.free_display()
        path = f"/tmp/.X11-unix/X{display[1:]}"
        process = self.start([self.build / "tests/bin/x-relay", path, f"/tmp/.X11-unix/X{server[1:]}"])
        self.wait_for_socket(display, process)
        return display

    def proxy(self, server):
        display = self.free_display()
        process = self.start([self.build / "bin/entracte-xproxy", "--listen", display, "--display", server])
        self.wait_for_socket(display, process)
        return display

    def move(self, display, server):
        subprocess.run([self.build / "bin/entracte-xproxy", "--move", display, server], env=self.environment,
                       check=True, stdout=subprocess.DEVNULL)

    def rate(self, test, display, count):
        """How many a second, and how many it was: x11perf draws several things for each count."""
        self.rest()
        if test in X11PERF:
            command = ["x11perf", "-display", display, "-repeat", "1", "-subs", "50", "-reps", count, f"-{test}"]
        else:
            command = [self.build / "tests/bin/x-bench", test, count]
        done = subprocess.run(self.prefix + [str(c) for c in command], env=self.environment | {"DISPLAY": display},
                              capture_output=True, text=True, timeout=30)
        if test not in X11PERF:
            if done.returncode != 0:
                raise Failure(f"{test} on {display}: {done.stderr.strip()}")
            return float(done.stdout), count
        found = X11PERF_RATE.search(done.stdout)
        if not found:
            raise Failure(f"{test} on {display}: {(done.stdout + done.stderr).strip()[-300:]}")
        return float(found[2]), int(found[1])

    def rest(self):
        ran = time.monotonic() - self.stretch_began
        if self.prefix and ran > RUNS_AT_A_STRETCH:
            time.sleep(ran)
            self.stretch_began = time.monotonic()

    def counts(self, tests, display):
        """Repetitions of each test for a run of the wanted length."""
        counts = {}
        for test in tests:
            count = 4
            while True:
                rate, things = self.rate(test, display, count)
                seconds = things / rate
                if seconds > self.run_seconds / 5:
                    break
                count = int(count * max(2, min(20, self.run_seconds / 3 / max(seconds, 1e-6))))
            counts[test] = max(1, int(count * self.run_seconds / seconds))
        return counts

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
            process.wait()
        for path in self.sockets:
            Path(path).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def measure(bench, tests, ways, rounds, say):
    """{test: {way: [rate of each round]}}, interleaved; the order turns round with every round."""
    counts = bench.counts(tests, ways[0].display)
    rates = {test: {way.name: [] for way in ways} for test in tests}
    for number in range(rounds):
        for test in tests:
            for way in ways if number % 2 == 0 else reversed(ways):
                rates[test][way.name].append(bench.rate(test, way.display, counts[test])[0])
        say(f"round {number + 1} of {rounds}")
    return rates


def mean(values):
    values = list(values)
    return math.exp(statistics.fmean(map(math.log, values))) if values else None


def rows_of(rates, tests):
    rows = []
    for test in tests:
        if test not in rates:
            continue
        ways = rates[test]
        row = {"test": test, "direct": statistics.median(ways["direct"]),
               "proxied": statistics.median(ways["proxied"]),
               "ratio": ratio(ways["proxied"], ways["direct"])}
        if "relay" in ways:
            row["relay_ratio"] = ratio(ways["relay"], ways["direct"])
        rows.append(row)
    return rows


def ratio(some, direct):
    return statistics.median(a / b for a, b in zip(some, direct))


def summary(rates):
    rows = rows_of(rates, X11PERF + OURS)
    found = {"rows": rows, "geomean": mean(row["ratio"] for row in rows), "answered": rows_of(rates, ANSWERED)}
    if rows and "relay_ratio" in rows[0]:
        found["relay_geomean"] = mean(row["relay_ratio"] for row in rows)
    found["kinds"] = {kind: mean(row["ratio"] for row in rows if row["test"] in tests)
                      for kind, tests in KINDS.items() if any(row["test"] in tests for row in rows)}
    return found


def show(title, found):
    has_relay = "relay_geomean" in found
    print(f"\n{title}\n{'test':<16}{'direct /s':>14}{'proxied /s':>14}{'ratio':>8}{'relay' if has_relay else '':>8}")
    for row in found["rows"] + found["answered"]:
        relay = f"{row['relay_ratio']:8.2f}" if has_relay else ""
        print(f"{row['test']:<16}{row['direct']:>14,.0f}{row['proxied']:>14,.0f}{row['ratio']:8.2f}{relay}")
    if found["geomean"]:
        relay = f"{found['relay_geomean']:8.2f}" if has_relay else ""
        print(f"{'geometric mean of the first ' + str(len(found['rows'])):<44}{found['geomean']:8.2f}{relay}")
    for kind, value in found["kinds"].items():
        print(f"  {kind:<42}{value:8.2f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=Path)
    parser.add_argument("--quick", action="store_true", help="three short rounds, about a minute")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--only", help="these tests, separated by commas")
    parser.add_argument("--no-move", action="store_true")
    arguments = parser.parse_args()
    rounds = arguments.rounds or (3 if arguments.quick else 5)
    tests = arguments.only.split(",") if arguments.only else X11PERF + OURS + ANSWERED
    build = arguments.build.resolve()
    began = time.monotonic()

    def say(text):
        print(f"  {time.monotonic() - began:5.0f} s  {text}", file=sys.stderr)

    bench = Bench(build, 0.06 if arguments.quick else 0.15)
    try:
        first, second = bench.server(), bench.server(*SECOND)
        proxy = bench.proxy(first)
        ways = [Way("direct", first), Way("relay", bench.relay(first)), Way("proxied", proxy)]
        found = summary(measure(bench, tests, ways, rounds, say))
        if not arguments.no_move:
            bench.move(proxy, second)
            ways = [Way("direct", second), Way("proxied", proxy)]
            found["after_move"] = summary(measure(bench, tests, ways, rounds, say))
    except Failure as failure:
        print(f"bench-xproxy: {failure}", file=sys.stderr)
        return 1
    finally:
        bench.close()
    show("Before the first move", found)
    if "after_move" in found:
        show("After a move to a server with other numbers", found["after_move"])
    (build / "bench").mkdir(exist_ok=True)
    path = build / "bench/xproxy.json"
    path.write_text(json.dumps(found | {"rounds": rounds, "quick": arguments.quick}, indent=1) + "\n")
    print(f"\n{path}: all figures ({time.monotonic() - began:.0f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
