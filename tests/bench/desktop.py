#!/usr/bin/python3
"""desktop.py BUILD: what the desktop application costs, in one run: its start beside an empty Qt Widgets window's, what it
does when nobody does anything, and a timeline of 5,000 snapshots (`make bench-desktop`).
"""
import json
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True
BUILD = Path(sys.argv[1]).resolve()
os.environ["ENTRACTE_BUILD_DIR"] = str(BUILD)

from entractetest.application import Application  # noqa: E402
from entractetest.case import Case  # noqa: E402
from entractetest.processes import Process, Workspace, run, wait_for  # noqa: E402

ROUNDS = 9
IDLE_SECONDS = 10


def _is_shown(app):
    return bool(run(["xdotool", "search", "--onlyvisible", "--name", "^Entracte$"], app.person, app.environment,
                    check=False).strip())


def _until_shown(app, command):
    """Seconds from its start until its window is on the screen."""
    begin = time.monotonic()
    with Process(command, app.folder / "start.log", app.person, env=app.environment) as process:
        wait_for("its window", lambda: _is_shown(app), 30, 0.002)
        seconds = time.monotonic() - begin
        process.end()
    wait_for("its end", lambda: not _is_shown(app))
    return seconds


def _idle(pid):
    """Processor time (s) and wake-ups of a process while nothing happens."""
    def now():
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        status = Path(f"/proc/{pid}/status").read_text()
        switches = next(line for line in status.splitlines() if line.startswith("voluntary_ctxt")).split()[1]
        return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK"), int(switches)
    first = now()
    time.sleep(IDLE_SECONDS)
    second = now()
    return second[0] - first[0], second[1] - first[1]


def main():
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace())
        case = Case(stack, workspace)
        server = case.first_server()
        product = case.product()
        # In the tray, as it is all day: a window with the keyboard has a cursor that blinks.
        app = Application(stack, workspace, product, server, arguments=("--background",))
        time.sleep(4)  # the end of its start
        seconds, wakes = _idle(app.process.pid)
        app.process.end()
        times = {"empty": [], "entracte": []}
        commands = {"empty": [workspace.folder("bench", mode=0o755) / "desktop-empty-window"],
                    "entracte": [product.programs / "entracte-desktop"]}
        commands["empty"][0].write_bytes((BUILD / "tests/bin/desktop-empty-window").read_bytes())
        commands["empty"][0].chmod(0o755)
        for _ in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(_until_shown(app, command))
    empty, ours = (statistics.median(times[name]) for name in ("empty", "entracte"))
    timeline = json.loads(subprocess.run([BUILD / "tests/bin/desktop-timeline-bench"], capture_output=True,
                                         text=True, check=True).stdout)
    print(f"start: {ours * 1000:.0f} ms, an empty window {empty * 1000:.0f} ms: {ours / empty:.2f} times")
    print(f"idle for {IDLE_SECONDS} s: {seconds:.2f} s of processor time, {wakes} wake-ups")
    print("5,000 snapshots: told in {told_ms:.0f} ms, first picture {first_ms:.0f} ms, while scrolling "
          "{frame_median_ms:.1f} ms a picture, at most {frame_worst_ms:.1f} ms".format(**timeline))
    (BUILD / "bench-desktop.json").write_text(json.dumps(
        {"start_s": ours, "empty_s": empty, "idle_cpu_s": seconds, "idle_wakeups": wakes, **timeline}, indent=1))


if __name__ == "__main__":
    main()
