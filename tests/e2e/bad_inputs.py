#!/usr/bin/python3
"""What bad input gets: a clear sentence with the next step, and nothing lost."""
import os
import re
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import Person, wait_for  # noqa: E402
from entractetest.product import CommandFailed  # noqa: E402
from entractetest.programs import COUNTER, TRACED, counter_value  # noqa: E402

# Exit statuses, documented in entracte(1).
NOT_FOUND, BUSY, CRIU_MISSING, SCREEN_UNAVAILABLE = 3, 5, 10, 12
NOT_CHECKPOINTABLE, SNAPSHOT_DAMAGED, NO_SPACE, HOST_MISMATCH = 13, 16, 17, 18


def _expect_refusal(call, *statuses):
    """The call fails with one of the statuses, and with a sentence."""
    try:
        call()
    except CommandFailed as failure:
        expect(failure.status in statuses, f"ended with {failure.status}, not {statuses}: {failure.text}")
        expect("." in failure.text and len(failure.text) > 20, f"no sentence: {failure.text!r}")
        expect("errno" not in failure.text and "terminate" not in failure.text,
               f"not for a person: {failure.text!r}")
        return failure.text
    raise AssertionError(f"succeeded where {statuses} was due")


def _counting_session(case, product):
    server = case.first_server()
    session = product.start(server, *COUNTER)
    desktop = Desktop(server)
    desktop.wait_window("XTerm", title="tick")
    return server, desktop, session


def _expect_goes_on(desktop):
    now = wait_for("its window", lambda: counter_value(desktop), 10) # it comes back when a suspension failed
    wait_for("the counter to go on", lambda: (counter_value(desktop) or 0) > now, 10)


def case_noCriu(case):
    require_root()
    product = case.product(criu=case.temporary("no-criu-here"))
    _, desktop, session = _counting_session(case, product)
    _expect_refusal(lambda: product.snapshot(session), CRIU_MISSING)
    _expect_goes_on(desktop)
    expect(product.state_of(session) == "running", "the session runs")


def case_criuThatDoesNotWork(case):
    require_root()
    broken = case.temporary("criu")
    broken.write_text("#!/bin/sh\necho 'Error (cr-dump.c:1): no luck' >&2\nexit 1\n")
    broken.chmod(0o755)
    product = case.product(criu=broken)
    _, desktop, session = _counting_session(case, product)
    _expect_refusal(lambda: product.snapshot(session), CRIU_MISSING, 14)
    _expect_goes_on(desktop)
    expect(not product.snapshots(session), "no snapshot came of it")


def case_missingXServer(case):
    require_root()
    product = case.product()

    class Nowhere:
        @staticmethod
        def environment():
            return case.person.environment(DISPLAY=":59000")

    _expect_refusal(lambda: product.start(Nowhere, *COUNTER), SCREEN_UNAVAILABLE)
    expect(not product.session_processes(), "processes of a session that never was")
    server, desktop, session = _counting_session(case, product)
    product.suspend(session)
    _expect_refusal(lambda: product.resume(session, Nowhere), SCREEN_UNAVAILABLE)
    expect(len(product.snapshots(session)) == 1, "the snapshot stays")
    product.resume(session, server)
    _expect_goes_on(desktop)


def case_fullDisk(case):
    require_root()
    state = case.workspace.folder("small")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m,mode=700", "entracte-test", state], check=True)
    case.stack.callback(subprocess.run, ["umount", "-l", str(state)], check=False)
    product = case.product(state_directory=state)
    _, desktop, session = _counting_session(case, product)
    product.snapshot(session, "fits")
    room = os.statvfs(state)
    ballast = state / "ballast"
    ballast.write_bytes(bytes(max(0, room.f_bavail * room.f_bsize - 20_000)))
    _expect_refusal(lambda: product.snapshot(session, "does not fit"), NO_SPACE)
    _expect_goes_on(desktop)
    _expect_refusal(lambda: product.suspend(session), NO_SPACE)
    _expect_goes_on(desktop)
    kept = [s["comment"] for s in product.snapshots(session)]
    expect(kept == ["fits"], f"snapshots: {kept}")
    ballast.unlink()
    product.snapshot(session, "fits again")
    _expect_goes_on(desktop)


def case_limitOfTheStore(case):
    """What an administrator has set in the helper's configuration is kept, and said."""
    require_root()
    config = case.workspace.folder("etc") / "entracted.conf"
    config.write_text("# for a small disk\nstore-limit = 1MB\nkeep-free = 10MB\n")
    product = case.product(config=config)
    session = product.start(None, "sleep", "infinity", screen="headless")
    text = _expect_refusal(lambda: product.snapshot(session), NO_SPACE)
    expect("limit" in text and "The session goes on." in text, f"it says: {text}")
    expect(product.show(session)["state"] == "running" and not product.snapshots(session), "it goes on")
    # Read anew by the helper that runs: another one would have every vault locked.
    for written, answer in (("store-limit = 20GB\n", "were read anew"), ("store-limit = much\n", "makes no sense")):
        config.write_text(written)
        os.kill(product.helper_pid, signal.SIGHUP)
        wait_for("its answer", lambda said=answer: said in product.words(), 20, 0.05)
        product.snapshot(session)
    expect(len(product.snapshots(session)) == 2, "within the limit it is stored")


def _parts(product):
    """The stored files of snapshots, largest first."""
    parts = list(Path(product.state).glob("store/packs/*.pack"))
    return sorted(parts, key=lambda p: -p.stat().st_size)


def _damaged(case, damage):
    require_root()
    product = case.product()
    server, desktop, session = _counting_session(case, product)
    product.snapshot(session, "whole")
    whole = {p: p.read_bytes() for p in _parts(product)}
    expect(whole, "a snapshot has parts")
    newer = product.suspend(session)
    # All that is new: one pack may hold nothing but files of the host, which it still has.
    for part in [p for p in _parts(product) if p not in whole]:
        damage(part)
    _expect_refusal(lambda: product.resume(session, server), SNAPSHOT_DAMAGED)
    expect(not product.session_processes(), "processes of a failed resume are left")
    expect(all(p.read_bytes() == content for p, content in whole.items()), "the other snapshot was touched")
    older = next(s["id"] for s in product.snapshots(session) if s["id"] != newer["id"])
    product.resume(session, server, options=("--snapshot", older))
    desktop.wait_window("XTerm", title="tick")
    _expect_goes_on(desktop)


def case_storeIsExaminedAndPruned(case):
    require_root()
    product = case.product()
    _, desktop, session = _counting_session(case, product)
    for comment in ("first", "second", "third"):
        product.snapshot(session, comment)
    expect(product.json("check", "--read-data") == {"check": "whole"}, "a store that nobody touched")
    told = product.json("prune", session, "--keep", "last=1", "--dry-run")
    expect(len(told["removed"]) == 2 and len(product.snapshots(session)) == 3, f"a dry run: {told}")
    product.json("prune", session, "--keep", "last=1")
    expect([s["comment"] for s in product.snapshots(session)] == ["third"], "the newest stays")
    part = _parts(product)[0]
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    _expect_refusal(lambda: product.json("check", "--read-data"), SNAPSHOT_DAMAGED)
    _expect_goes_on(desktop)


class LesserMachine:
    """A machine whose processor lacks some features: what the helper reads of it tells so."""

    def __init__(self, cpuinfo, *missing):
        lacking = Path("/proc/cpuinfo").read_text()
        for feature in missing:
            lacking = re.sub(rf"\b{feature}\b ?", "", lacking)
        cpuinfo.write_text(lacking)
        self._cpuinfo = cpuinfo

    def enter(self, *command):
        return ["/usr/bin/unshare", "--mount", "/bin/sh", "-c",
                'mount --bind "$0" /proc/cpuinfo && exec "$@"', self._cpuinfo, *command]


def case_snapshotOfAMoreCapableMachine(case):
    require_root()
    features = [f for f in ("ssse3", "sse4_2", "avx2") if re.search(rf"\b{f}\b", Path("/proc/cpuinfo").read_text())]
    if len(features) < 2:
        raise Skip("this processor has none of the features that the test takes away")
    product = case.product()
    server, desktop, session = _counting_session(case, product)
    product.suspend(session)
    product.kill_helper()
    product.on_machine(LesserMachine(case.temporary("cpuinfo"), *features))
    product.start_helper()
    text = _expect_refusal(lambda: product.resume(session, server), HOST_MISMATCH)
    expect(all(feature in text for feature in features), f"it says: {text}")
    expect(product.state_of(session) == "suspended" and not product.session_processes(), "nothing was begun")
    product.kill_helper()
    product.on_machine(None)
    product.start_helper()
    product.resume(session, server)
    desktop.wait_window("XTerm", title="tick")
    _expect_goes_on(desktop)


def _repair(product):
    done = product.command("check", "--repair", person=Person("root"))
    expect(done.returncode == 0 and "Everything is as it was written." in done.stdout, f"{done}")


def case_lostCatalogComesBackFromThePacks(case):
    require_root()
    product = case.product()
    server, desktop, session = _counting_session(case, product)
    first = product.snapshot(session, "the first")
    product.suspend(session)

    def known():  # a manifest is written before the time that it took is known
        return [{**snapshot, "total_ms": None} for snapshot in product.snapshots(session)]
    before = known()
    store = Path(product.state, "store")
    product.kill_helper()
    for file in store.glob("catalog*"):
        file.unlink()
    product.start_helper()
    expect(known() == before, f"{known()} instead of {before}")
    text = _expect_refusal(lambda: product.json("check", "--read-data"), SNAPSHOT_DAMAGED)
    expect("was lost and has been made anew" in text, f"check says: {text}")
    _repair(product)
    expect(product.json("check", "--read-data") == {"check": "whole"}, "everything is there")
    # One that is damaged while it is used: named, made anew, and what was stored before still resumes.
    catalog = bytearray((store / "catalog.sqlite").read_bytes())
    catalog[len(catalog) // 2] ^= 1
    (store / "catalog.sqlite").write_bytes(catalog)
    text = _expect_refusal(lambda: product.json("check"), SNAPSHOT_DAMAGED)
    expect("of the catalog is not as it was written" in text, f"check says: {text}")
    expect(product.command("check", "--repair").returncode == 4, "the store is everybody's")
    _repair(product)
    product.resume(session, server, options=("--snapshot", first["id"]))
    desktop.wait_window("XTerm", title="tick")
    _expect_goes_on(desktop)


def case_truncatedSnapshot(case):
    def truncate(part):
        os.truncate(part, part.stat().st_size // 2)
    _damaged(case, truncate)


def case_alteredSnapshot(case):
    def alter(part):
        content = bytearray(part.read_bytes())
        content[len(content) // 2] ^= 0x40
        part.write_bytes(content)
    _damaged(case, alter)


def case_missingPart(case):
    _damaged(case, Path.unlink)


def case_somethingThatCannotBeSaved(case):
    """A program that another one traces, as a debugger does (field notes)."""
    require_root()
    product = case.product()
    _, desktop, session = _counting_session(case, product)
    product.exec(session, *TRACED)
    wait_for("what keeps it", lambda: any(f["blocks"] for f in product.show(session)["findings"]), 20, 0.2)
    said = _expect_refusal(lambda: product.snapshot(session), NOT_CHECKPOINTABLE)
    expect("python3" in said, f"the program is not named: {said}")
    _expect_goes_on(desktop)
    expect(not product.snapshots(session), "no snapshot came of it")
    expect(any(f["blocks"] for f in product.show(session)["findings"]), "show tells of it beforehand")


def case_twoJobsAtOnce(case):
    require_root()
    product = case.product()
    _, desktop, session = _counting_session(case, product)
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(product.command, "snapshot", "--json", session) for _ in range(3)]
        ends = [job.result() for job in jobs]
    statuses = sorted(end.returncode for end in ends)
    expect(set(statuses) <= {0, BUSY} and 0 in statuses, f"statuses {statuses}: {ends}")
    expect(len(product.snapshots(session)) == statuses.count(0), "each success is a snapshot")
    _expect_goes_on(desktop)


def case_unknownNames(case):
    require_root()
    product = case.product()
    for arguments in (("show", "nobody"), ("snapshot", "../../etc"), ("resume", "0123456789abcdef"),
                      ("exec", "x\ty", "--", "true")):
        _expect_refusal(lambda: product.json(*arguments), NOT_FOUND, 2)


def case_strangersMayNotTouch(case):
    """Another user of the machine, whom polkit's rules do not name."""
    require_root()
    product = case.product()
    _, desktop, session = _counting_session(case, product)
    nobody = case.stranger()
    done = product.command("list", "--json", person=nobody)
    expect(session not in done.stdout, "a stranger sees the session")
    done = product.command("stop", session, person=nobody)
    expect(done.returncode in (NOT_FOUND, 4), f"a stranger's stop ended with {done.returncode}")
    _expect_goes_on(desktop)


def case_proxyChannelIsNoWayOut(case):
    """Garbage on the session's own control sockets, as a program in the session may send it."""
    require_root()
    product = case.product()
    _, desktop, session = _counting_session(case, product)
    init = product.session_processes()[0]
    for name in ("xproxy", "init"):
        path = f"/proc/{init}/root/run/entracte/{name}"
        for garbage in (b"", b"x", os.urandom(16), os.urandom(60000)):
            with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as control:
                control.connect(path)
                try:
                    control.send(garbage)
                except OSError:
                    pass
    _expect_goes_on(desktop)
    product.snapshot(session)
    _expect_goes_on(desktop)


if __name__ == "__main__":
    sys.exit(main(globals()))
