#!/usr/bin/python3
"""Memory that is saved ahead of a snapshot, where the kernel marks what is written (Debian's does; where this machine's does
not: resources/packaging/try-kernel). Whatever a program does meanwhile, nothing of it is lost."""
import ctypes
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY, wait_for  # noqa: E402

MEGABYTES = 16
AHEAD = re.compile(r"stood still for (\d+) us while its memory was saved ahead")
AGAIN = "What was saved of the memory ahead cannot be used"
USED = "what was saved ahead of its memory was used"


def require_marks():
    require_root()
    page = bytearray(b"x" * 8192)
    address = ctypes.addressof((ctypes.c_char * len(page)).from_buffer(page))
    with open("/proc/self/pagemap", "rb") as pagemap:
        pagemap.seek(address // 4096 * 8)
        if not int.from_bytes(pagemap.read(8), "little") >> 55 & 1:
            raise Skip("this kernel does not mark written memory (CONFIG_MEM_SOFT_DIRTY)")


class Writer:
    """A session whose program writes all the while."""

    def __init__(self, case, mode):
        self.product = case.product()
        self.session = self.product.start(None, BUILD_DIRECTORY / "tests/bin/memory-writer", mode, MEGABYTES,
                                          screen="headless")
        wait_for("the writer", lambda: self.memory() > MEGABYTES * 900, 120)

    def pid(self):
        for child in Path("/proc").iterdir():
            if child.name.isdigit() and (child / "comm").exists():
                try:
                    if (child / "comm").read_text().strip() == "memory-writer":
                        return int(child.name)
                except OSError:
                    pass
        return None

    def memory(self):
        """Of the program, in kB."""
        pid = self.pid()
        lines = Path(f"/proc/{pid}/status").read_text().splitlines() if pid else ()
        return next((int(line.split()[1]) for line in lines if line.startswith("VmRSS")), 0)

    def words(self):
        return (self.product.logs / "service.log").read_text(errors="replace")

    def expect_whole(self, when):
        root = Path(f"/proc/{self.pid()}/root")
        (root / "tmp/verify").touch()
        verdict = Path(f"/proc/{self.product.session_processes()[0]}/root/tmp/verdict")
        wait_for("what became of the memory", verdict.exists, 60)
        expect(verdict.read_text().startswith("whole"), f"{when}: {verdict.read_text()}")

    def expect_saved(self, snapshot, when):
        """What the snapshot holds is whole: the session comes back from it."""
        if self.product.state_of(self.session) == "running":
            self.product.stop(self.session)
        self.product.json("resume", self.session, "--snapshot", snapshot, "--screen", "headless")
        self.expect_whole(when)


def case_onlyWhatWasWrittenIsMovedWhileItStandsStill(case):
    require_marks()
    writer = Writer(case, "plain")
    snapshots = [writer.product.snapshot(writer.session) for _ in range(3)]
    expect(len(AHEAD.findall(writer.words())) == 3, f"memory was not saved ahead: {writer.words()}")
    # The kernel may move a page by itself, but not every time.
    expect(writer.words().count(USED) >= 2, f"it was hardly ever used: {writer.words()}")
    writer.product.command("check", "--read-data")
    writer.expect_whole("in the session that went on")
    for snapshot in snapshots:
        writer.expect_saved(snapshot["id"], "saved")


def case_whatIsMovedWithoutAMarkIsNotLost(case):
    require_marks()
    writer = Writer(case, "moves")
    snapshots = [writer.product.snapshot(writer.session) for _ in range(3)]
    expect(AHEAD.search(writer.words()), f"memory was not saved ahead: {writer.words()}")
    writer.expect_whole("in the session that went on")
    for snapshot in snapshots:
        writer.expect_saved(snapshot["id"], "saved")


def case_whoHasTheKernelForgetLosesNothing(case):
    require_marks()
    writer = Writer(case, "forgets")
    snapshots = [writer.product.snapshot(writer.session) for _ in range(3)]
    expect(AHEAD.search(writer.words()), f"memory was not saved ahead: {writer.words()}")
    expect(AGAIN in writer.words() and USED not in writer.words(), "what was forgotten was counted on")
    writer.expect_whole("in the session that went on")
    for snapshot in snapshots:
        writer.expect_saved(snapshot["id"], "saved")


if __name__ == "__main__":
    sys.exit(main(globals()))
