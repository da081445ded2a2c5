#!/usr/bin/python3
"""A test that is killed leaves nothing: not the session that it had started, either."""
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Case, expect, main, require_root  # noqa: E402
from entractetest.processes import BUILD_DIRECTORY, Workspace, wait_for  # noqa: E402


def case_leavesNothing(case):
    require_root()
    test = case.stack.enter_context(subprocess.Popen(
        [sys.executable, __file__, "--victim"], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "ENTRACTE_BUILD_DIR": str(BUILD_DIRECTORY)}))
    try:
        words = test.stdout.readline().split()
    finally:
        test.send_signal(signal.SIGKILL)
    expect(len(words) == 4, f"it said {words}")
    folder, session, pid = Path(words[0]), words[1], Path("/proc", words[2])
    wait_for("the workspace's end", lambda: not folder.exists(), 30)
    wait_for("its session's end", lambda: not pid.exists())
    # A bus of each test lies somewhere; this one's lay in its workspace.
    expect(words[3].startswith(f"{folder}/"), f"its bus is left: {words[3]}")
    groups = [name for _, names, _ in os.walk("/sys/fs/cgroup") for name in names if name == f"entracte-{session}"]
    expect(not groups, "its control group is left")
    expect(str(folder) not in Path("/proc/self/mountinfo").read_text(), "something is mounted there")


def victim(stack):
    case = Case(stack, stack.enter_context(Workspace()))
    product = case.product()
    session = product.start(case.first_server(), "sleep", "1000")
    print(case.workspace.path, session, product.session_processes()[0],
          product.bus_address.removeprefix("unix:path="), flush=True)
    signal.pause()


if __name__ == "__main__":
    if sys.argv[1:] == ["--victim"]:
        with ExitStack() as everything:
            victim(everything)
    sys.exit(main(globals()))
