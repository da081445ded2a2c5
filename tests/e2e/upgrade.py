#!/usr/bin/python3
"""The system and the documents change between a snapshot and a resume."""
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import expect, main, require_root  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY, wait_for  # noqa: E402

BUILT = BUILD_DIRECTORY / "tests/bin"
OUT = "tmp/victim"


class Victim:
    """A program that uses files of the host: an executable, a library, mapped data, an open log, a document."""

    def __init__(self, case, product, document=False):
        self.product = product
        # Not in /tmp or /var/tmp, of which a session has its own.
        self.folder = Path(tempfile.mkdtemp(prefix="entracte-upgrade.", dir=case.person.home))
        case.stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o755)
        self.program = self.folder / "upgrade-victim"
        self.library = self.folder / "libvictim.so"
        shutil.copy2(BUILT / "upgrade-victim", self.program)
        shutil.copy2(BUILT / "libupgrade-victim-1.so", self.library)
        self.data, self.log = self.folder / "data", self.folder / "log"
        self.data.write_text("d" * 5000)
        self.log.write_text("one line\n")
        self.documents = self.folder / "documents"
        self.documents.mkdir()
        self.document = self.documents / "letter"
        self.document.write_text("as it was")
        for path in (self.documents, self.document):
            os.chown(path, case.person.uid, case.person.gid)
        arguments = [self.program, f"/{OUT}", self.library, self.data, self.log]
        if document:
            arguments.append(self.document)
        self.session = product.start(None, *map(str, arguments), screen="headless",
                                     options=("--share", self.documents) if document else ())
        wait_for("the victim", lambda: self.says() is not None, 20, 0.1)

    def says(self):
        for pid in self.product.session_processes():
            try:
                count, answer, data, log, document = \
                    Path(f"/proc/{pid}/root/{OUT}").read_text().split()
                return int(count), int(answer), data, int(log), int(document)
            except (OSError, ValueError):
                continue
        return None

    def expect_goes_on(self, beyond, log, document=-1):
        # What it says first may be from before; it may have been saved in the middle of saying the next.
        first = wait_for("what the victim says", self.says, 20, 0.1)[0]
        wait_for("the victim to go on", lambda: (self.says() or (0,))[0] > max(beyond, first + 1), 20, 0.1)
        said = self.says()
        expect(said[1:] == (1, "d", log, document), f"it says {said}")


def case_survivesAnUpgradedSystem(case):
    require_root()
    product = case.product()
    victim = Victim(case, product)
    log = len(victim.log.read_text())
    product.suspend(victim.session)
    # As dpkg does it: a new file in the place of the old one.
    for path, new in ((victim.program, "/bin/true"), (victim.library, BUILT / "libupgrade-victim-2.so")):
        shutil.copy2(new, f"{path}.new")
        os.rename(f"{path}.new", path)
    with open(victim.log, "a", encoding="utf-8") as grown:
        grown.write("and another one\n")
    victim.data.unlink()
    host = {path: path.read_bytes() for path in (victim.program, victim.library, victim.log)}
    product.resume(victim.session, None, screen="headless")
    victim.expect_goes_on(0, log)
    count = victim.says()[0]
    # And the same again: now they are the session's own.
    product.suspend(victim.session)
    product.resume(victim.session, None, screen="headless")
    victim.expect_goes_on(count, log)
    expect(all(path.read_bytes() == content for path, content in host.items()) and
           not victim.data.exists(), "the host's files are as the upgrade left them")


def case_survivesASnapshotOfARunningSession(case):
    require_root()
    product = case.product()
    victim = Victim(case, product)
    product.snapshot(victim.session)
    product.kill_session(victim.session)
    shutil.copy2(BUILT / "libupgrade-victim-2.so", victim.library)  # written into the same file
    victim.log.write_text("")
    product.resume(victim.session, None, screen="headless")
    victim.expect_goes_on(0, len("one line\n"))


def _changed_document(case):
    product = case.product()
    victim = Victim(case, product, document=True)
    product.suspend(victim.session)
    victim.document.write_text("changed by somebody meanwhile")
    return product, victim


def case_changedDocumentsAreNeverOverwrittenSilently(case):
    require_root()
    product, victim = _changed_document(case)
    refused = product.command("resume", victim.session, "--screen", "headless")
    expect(refused.returncode == 21, f"{refused.returncode}: {refused.stderr}")
    expect(f"changed  {victim.document}" in refused.stderr, refused.stderr)
    expect(victim.document.read_text() == "changed by somebody meanwhile", "it is as it was")
    expect(product.state_of(victim.session) == "suspended", "the session rests")
    product.resume(victim.session, None, screen="headless", options=("--files", "current"))
    victim.expect_goes_on(0, 9, len("changed by somebody meanwhile"))
    expect(victim.document.read_text() == "changed by somebody meanwhile", "it is as it was")


def case_changedDocumentsComeBackWhenAsked(case):
    require_root()
    product, victim = _changed_document(case)
    product.resume(victim.session, None, screen="headless", options=("--files", "saved"))
    victim.expect_goes_on(0, 9, len("as it was"))
    expect(victim.document.read_text() == "as it was", "it is as it was saved")
    expect([p.name for p in victim.documents.iterdir()] == ["letter"], "and alone")
    expect(victim.document.stat().st_uid == case.person.uid, "and the person's")


def case_bothDocumentsAreKept(case):
    require_root()
    product, victim = _changed_document(case)
    product.resume(victim.session, None, screen="headless", options=("--files", "both"))
    victim.expect_goes_on(0, 9, len("as it was"))
    found = {path.name: path.read_text() for path in victim.documents.iterdir()}
    expect(found == {"letter": "as it was",
                     "letter (changed outside)": "changed by somebody meanwhile"}, f"{found}")


def case_aRemovedDocumentComesBack(case):
    require_root()
    product = case.product()
    victim = Victim(case, product, document=True)
    product.suspend(victim.session)
    victim.document.unlink()
    refused = product.command("resume", victim.session, "--screen", "headless")
    expect(refused.returncode == 21 and "removed  " in refused.stderr, refused.stderr)
    product.resume(victim.session, None, screen="headless", options=("--files", "current"))
    victim.expect_goes_on(0, 9, len("as it was"))


if __name__ == "__main__":
    sys.exit(main(globals()))
