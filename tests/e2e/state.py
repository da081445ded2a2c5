#!/usr/bin/python3
"""Every kind of state that a program can have: in a session that is saved and goes on, and in one that comes back."""
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY, Failure, wait_for  # noqa: E402
from entractetest.product import CommandFailed  # noqa: E402
from entractetest.programs import TRACED  # noqa: E402
from entractetest.state_kinds import KINDS, LOST, REFUSED, coverage  # noqa: E402

VICTIM = BUILD_DIRECTORY / "tests" / "bin" / "state-victim"
PASSER = VICTIM.parent / "descriptor-passer"
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "state-coverage.md"
NOT_HAD = 77
DUMP_FAILED, NOT_CHECKPOINTABLE = 14, 13


class Victims:
    """Runs of state-victim in a session."""

    def __init__(self, product):
        self._product = product
        self.session = product.start(None, "sleep", "infinity", screen="headless")
        self._pids = {}
        shutil.copyfile(VICTIM, self._tmp() / "state-victim")
        os.chmod(self._tmp() / "state-victim", 0o755)

    def _tmp(self):
        return Path(f"/proc/{self._product.session_processes()[0]}/root/tmp")

    def start(self, tag, kinds):
        self._pids[tag] = self._product.exec(self.session, "/tmp/state-victim", "/tmp/victims", tag, *kinds)["pid"]
        wait_for(f"the victims of {tag}", (self._tmp() / "victims" / f"{tag}.ready").exists, 60, 0.1)

    def results(self, tag):
        """{kind: (status, sentence)}, once they have verified."""
        self._product.exec(self.session, "kill", "-USR2", str(self._pids[tag]))
        file = self._tmp() / "victims" / f"{tag}.results"
        wait_for(f"the results of {tag}", file.exists, 60, 0.1)
        found = {}
        for line in file.read_text().splitlines():
            kind, status, sentence = line.split("\t")
            found[kind] = (int(status), sentence)
        return found


def _failures(results, but_for=()):
    return [f"{kind}: {sentence or status}" for kind, (status, sentence) in results.items()
            if status not in (0, NOT_HAD) and kind not in but_for]


def case_everyKindComesThrough(case):
    require_root()
    product = case.product()
    victims = Victims(product)
    kinds = [kind for kind in KINDS if kind not in REFUSED]
    victims.start("going", kinds)
    victims.start("resumed", kinds)
    snapshot = product.snapshot(victims.session)
    going = victims.results("going")
    product.kill_session(victims.session)
    product.resume(victims.session, None, screen="headless")
    resumed = victims.results("resumed")
    for kind, (status, sentence) in resumed.items():
        print(f"{kind:32} {status:3} {sentence}")
    print(f"frozen for {snapshot['frozen_us']} us")
    expect(set(going) == set(kinds) == set(resumed), f"not all are known: {set(going) ^ set(kinds)}")
    expect(not _failures(going), f"in a session that goes on: {_failures(going)}")
    expect(not _failures(resumed, LOST), f"after a resume: {_failures(resumed, LOST)}")
    saved = [kind for kind in LOST if resumed[kind][0] == 0]
    expect(not saved, f"listed as lost, and saved: {saved}")
    _expect_documented(coverage(resumed))


def _expect_documented(text):
    if "--write" in sys.argv:
        DOCUMENT.write_text(text)
    expect(DOCUMENT.exists() and DOCUMENT.read_text() == text,
           "docs/state-coverage.md tells something else; tests/e2e/state.py --write writes it anew")


def case_connectionInTheMakingIsRefused(case):
    require_root()
    product = case.product()
    victims = Victims(product)
    victims.start("refused", REFUSED)
    try:
        product.snapshot(victims.session)
    except CommandFailed as failure:
        expect(failure.status == DUMP_FAILED and "making a connection" in failure.text, failure.text)
    else:
        raise Failure("the snapshot succeeded")
    expect(not _failures(victims.results("refused")), "the session does not go on")
    product.snapshot(victims.session)


def case_whoPassesDescriptorsAllTheTimeIsSaved(case):
    """A message that its program has not read yet is waited for: it is gone in a moment."""
    require_root()
    product = case.product()
    session = product.start(None, "sleep", "infinity", screen="headless")
    tmp = Path(f"/proc/{product.session_processes()[0]}/root/tmp")
    shutil.copyfile(PASSER, tmp / "passer")
    os.chmod(tmp / "passer", 0o755)
    product.exec(session, "/tmp/passer", "/tmp/passed")

    def passed():
        file = Path(f"/proc/{product.session_processes()[0]}/root/tmp/passed")
        return int(file.read_text() or 0) if file.exists() else 0

    def goes_on():
        before = passed()
        wait_for("more to be passed", lambda: passed() > before + 10, 20, 0.1)
    goes_on()
    for _ in range(20):
        product.snapshot(session)
        goes_on()
    product.suspend(session)
    product.resume(session, None, screen="headless")
    goes_on()


def case_dryRunNamesWhatCannotBeSaved(case):
    """A traced program, as under a debugger, and what a list shows of it."""
    require_root()
    product = case.product()
    victims = Victims(product)
    clean = product.json("snapshot", victims.session, "--dry-run")
    expect(clean["findings"] == [] and clean["savable"], f"findings: {clean}")
    product.exec(victims.session, *TRACED)

    def listed():
        return next(entry["blockers"] for entry in product.sessions() if entry["id"] == victims.session)
    wait_for("the list to show it", lambda: listed() == 1, 20, 0.3)
    done = product.command("snapshot", "--dry-run", victims.session)
    expect(done.returncode == NOT_CHECKPOINTABLE, f"ended with {done.returncode}")
    expect("python3" in done.stdout and "debug" in done.stdout, done.stdout)
    expect(not product.snapshots(victims.session), "a dry run made a snapshot")
    expect("cannot be saved" in product.command("list").stdout, "the list for a person shows it")


if __name__ == "__main__":
    sys.exit(main(globals()))
