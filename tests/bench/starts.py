"""How long it takes until a program's window is on the screen: for engine.py.

An office suite begun anew (`entracte start -- soffice --calc`) beside the same one begun warm (`entracte start --from
TEMPLATE`), in turn, each until its window is on the person's screen. The person has used the suite before, so that the
cold start makes no profile. Twice: with everything in memory that was read before, which is the least that a cold
start takes; and as after the machine was started, when the suite's files (and for the warm start the store's packs)
are read from the disk.
"""
import os
import shutil
import time
from contextlib import ExitStack

COMMAND = ["soffice", "--calc", "--norestore", "--nologo"]
SETTLE_SECONDS = 10.0
LIMIT_SECONDS = 180


def _until_window(desktop, begin):
    """Seconds from `begin()` until a window of Calc is on the screen; what `begin` gave."""
    from entractetest.processes import wait_for
    before = {window.id for window in desktop.windows()}
    since = time.monotonic()
    begun = begin()
    wait_for("Calc's window", lambda: any("Calc" in window.title for window in desktop.windows()
                                          if window.id not in before), LIMIT_SECONDS, 0.02)
    return time.monotonic() - since, begun


def _forget(folder):
    """Takes what is in memory of a folder's files out of it, where no program has it mapped."""
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                file = os.open(os.path.join(place, name), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            except OSError:
                continue
            os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(file)


def warm_start_times(rounds, from_disk):
    """[warm], [cold] in milliseconds; nothing without an office suite."""
    from entractetest.case import Case
    from entractetest.desktop import Desktop
    from entractetest.processes import Workspace, wait_for
    if not shutil.which("soffice"):
        return [], []
    with ExitStack() as stack:
        workspace = stack.enter_context(Workspace())
        case = Case(stack, workspace)
        server, product = case.first_server(), case.product()
        desktop = Desktop(server)

        def end(session):
            product.stop(session)
            product.delete(session)
            wait_for("the window to go", lambda: not desktop.windows(), 30, 0.1)
        # The first start of all makes the profile, in the person's own home.
        desktop.run(["soffice", "--headless", "--terminate_after_init"], timeout=LIMIT_SECONDS, check=False)
        template = _until_window(desktop, lambda: product.start(server, *COMMAND, name="template"))[1]
        time.sleep(SETTLE_SECONDS)
        product.suspend(template)
        wait_for("the window to go", lambda: not desktop.windows(), 30, 0.1)
        warm, cold = [], []
        suite = os.path.dirname(os.path.dirname(os.path.realpath(shutil.which("soffice"))))
        for number in range(rounds):
            if from_disk:
                _forget(suite)
            seconds, session = _until_window(
                desktop, lambda number=number: product.start(server, *COMMAND, name=f"cold {number}"))
            cold.append(seconds * 1000)
            end(session)
            if from_disk:
                _forget(product.state)
            seconds, said = _until_window(
                desktop, lambda number=number: product.json("start", "--from", "template", "--name", f"warm {number}",
                                                            server=server))
            warm.append(seconds * 1000)
            end(said["session"]["id"])
        return warm, cold
