#!/usr/bin/python3
"""make bench-engine: what saving a session costs, beside plain CRIU; and what the store's own bench tells.

A session with an office suite, an editor and a browser (what of them is installed) is saved by `entracte snapshot`,
and its container dumped to disk by plain `criu dump`, in turn, round after round, so that whatever else the machine
does meets both alike. Frozen time is CRIU's own figure, from the first frozen process to the last thawed one, in
which a snapshot of ours copies the session's changed files as well. A row's ratio is the median of the rounds'.

An office suite is started warm from a template and cold, in turn (starts.py).

  engine.py BUILD [--rounds N] [--only starts|freeze|store] [--memory MB]

--memory: instead of these programs, one with so much memory, of which it writes a tenth all the while. Where the kernel marks
written memory, most of it is saved ahead, and how long all stood still for that is a row of its own.

As root. The table goes to the terminal, {"machine": ..., "rows": [{"name", "ours", "reference", "ratio", "unit"}]}
to BUILD/bench/engine.json.
"""
import argparse
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

# Name of the program, its command, the class of its window.
PROGRAMS = (("soffice", ["soffice", "--calc", "--norestore", "--nologo"]),
            ("kate", ["kate"]),
            ("firefox-esr", ["firefox-esr", "about:license"]))
SETTLE_SECONDS = 15.0
UNIX_CONNECTED = "03"


def machine():
    processor = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                      if line.startswith("model name")), platform.machine())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {"processor": processor, "processors": os.cpu_count(), "memory_mb": memory,
            "kernel": platform.release(), "dirty_tracking": dirty_tracking(),
            "load": os.getloadavg()[0]}


def dirty_tracking():
    """Whether the kernel marks changed pages (soft-dirty), so that a dump could leave out the others: a page that
    was just written shows the mark in bit 55 of /proc/self/pagemap."""
    page = bytearray(b"x" * 8192)
    import ctypes
    address = ctypes.addressof((ctypes.c_char * len(page)).from_buffer(page))
    with open("/proc/self/pagemap", "rb") as pagemap:
        pagemap.seek(address // 4096 * 8)
        return bool(int.from_bytes(pagemap.read(8), "little") >> 55 & 1)


def varints(message):
    """{field: value} of the numbers in a protobuf message, {field: bytes} of what is nested."""
    at, found = 0, {}

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
    while at < len(message):
        tag = number()
        if tag & 7 == 0:
            found[tag >> 3] = number()
        else:
            size = number()
            found[tag >> 3] = message[at:at + size]
            at += size
    return found


def frozen_micros(directory):
    """freezing_time and frozen_time of CRIU's stats (stats.proto)."""
    image = (directory / "stats-dump").read_bytes()
    times = varints(varints(image[12:])[1])
    return times[1] + times[2]


def outside_connections(init):
    """Connected unix sockets of the session's PID 1 and its X proxy: those have their peers outside."""
    holders = [init]
    for child in Path(f"/proc/{init}/task/{init}/children").read_text().split():
        if Path(f"/proc/{child}/comm").read_text().startswith("entracte"):
            holders.append(int(child))
    connected = {line.split()[6] for line in Path(f"/proc/{init}/net/unix").read_text().splitlines()[1:]
                 if line.split()[5] == UNIX_CONNECTED}
    for holder in holders:
        for link in Path(f"/proc/{holder}/fd").iterdir():
            try:
                target = os.readlink(link)
            except OSError:
                continue
            inode = target[len("socket:["):-1]
            if target.startswith("socket:[") and inode in connected:
                yield inode


def plain_dump(criu, init, directory):
    """CRIU alone, to disk, with its own defaults where it can do without options. Frozen milliseconds."""
    command = [criu, "dump", "--tree", str(init), "--images-dir", str(directory), "--log-file", "dump.log",
               "--leave-running", "--tcp-established", "--file-locks", "--link-remap", "--ghost-limit", "1G",
               "--manage-cgroups=ignore", "--external", "mnt[]:m"]
    tty = os.stat("/dev/tty")
    command += ["--external", f"tty[{tty.st_rdev:x}:{tty.st_dev:x}]"]
    for inode in outside_connections(init):
        command += ["--external", f"unix[{inode}]"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=directory)
    if done.returncode != 0:
        errors = [line for line in (directory / "dump.log").read_text(errors="replace").splitlines() if "Error" in line]
        raise RuntimeError(f"plain criu failed: {errors[:3]} {done.stderr[-300:]}")
    return frozen_micros(directory) / 1000


def row(name, ours, reference, unit):
    ratios = [a / b for a, b in zip(ours, reference)]
    return {"name": name, "ours": round(statistics.median(ours), 1),
            "reference": round(statistics.median(reference), 1),
            "ratio": round(statistics.median(ratios), 3), "unit": unit}


def freeze_rows(build, rounds, memory_mb=None):
    from entractetest.case import Case
    from entractetest.processes import Workspace, wait_for
    from contextlib import ExitStack
    programs = [(name, command) for name, command in PROGRAMS if shutil.which(name)]
    if memory_mb:
        programs = [("memory-writer", [build / "tests/bin/memory-writer", "plain", memory_mb])]
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace())
        case = Case(stack, workspace)
        product = case.product()
        session = product.start(None, "sleep", "infinity", screen="headless", options=("--size", "1280x800"))
        for number, (name, command) in enumerate(programs):
            product.exec(session, *command)
            if not memory_mb:
                wait_for(f"a window of {name}", lambda: product.show(session)["windows"] > number, 120, 0.5)
        time.sleep(SETTLE_SECONDS)
        init = product.session_processes()[0]
        criu = os.environ.get("ENTRACTE_CRIU") or shutil.which("criu") or str(build / "criu" / "criu")
        ours, plain, total, memory = [], [], [], 0
        for _ in range(rounds):
            snapshot = product.snapshot(session)
            ours.append(snapshot["frozen_us"] / 1000)
            total.append(snapshot["total_ms"])
            memory = snapshot["image_bytes"] // 1000000
            with tempfile.TemporaryDirectory(dir=workspace.path) as directory:
                plain.append(plain_dump(criu, init, Path(directory)))
        what = " + ".join(name for name, _ in programs)
        processes = product.show(session)["programs"]
        print(f"{what}: {processes} programs, {memory} MB; a snapshot takes {statistics.median(total):.0f} ms in all")
        log = (product.logs / "service.log").read_text(errors="replace")
        ahead = [int(micros) / 1000 for micros in re.findall(r"stood still for (\d+) us", log)]
        rows = [row(f"frozen time, snapshot of {what}", ours, plain, "ms")]
        if ahead:
            rows.append(row("frozen before, while its memory was saved ahead", ahead, plain, "ms"))
        return rows


def start_rows(rounds):
    from starts import warm_start_times
    rows = []
    for name, from_disk in (("in memory", False), ("on the disk", True)):
        warm, cold = warm_start_times(rounds, from_disk)
        if warm:
            rows.append(row(f"warm start of LibreOffice Calc, cold start; files {name}", warm, cold, "ms"))
    return rows


def store_rows(build):
    """The store's own bench prints such rows as a JSON list."""
    bench = build / "tests" / "bin" / "store-bench"
    if not bench.exists():
        return []
    # As long as it takes (some seconds), nobody else gets in the way of either: both under the real-time scheduler.
    prefix = ["chrt", "-r", "1"] if shutil.which("chrt") else []
    done = subprocess.run([*prefix, bench], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("build", type=lambda path: Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", action="append", choices=("starts", "freeze", "store"))
    parser.add_argument("--memory", type=int, help="MB of one program instead of a desktop's (freeze)")
    arguments = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("bench-engine needs root: sessions are made of namespaces and mounts")
    os.environ["ENTRACTE_BUILD_DIR"] = str(arguments.build)
    parts = {"starts": lambda: start_rows(arguments.rounds),
             "freeze": lambda: freeze_rows(arguments.build, arguments.rounds, arguments.memory),
             "store": lambda: store_rows(arguments.build)}
    result = {"machine": machine(),
              "rows": [entry for part in arguments.only or parts for entry in parts[part]()]}
    target = arguments.build / "bench" / "engine.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(result, indent=1) + "\n")
    for entry in result["rows"]:
        print(f"{entry['name']:60} {entry['ours']:>10} {entry['reference']:>10} {entry['unit']:6} {entry['ratio']:.3f}")
    print(f"All figures: {target}")


if __name__ == "__main__":
    main()
