#!/usr/bin/python3
"""Along a session's timeline: back, beside, from a template, and by itself."""
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402
from entractetest.product import CommandFailed  # noqa: E402
from entractetest.programs import COUNTER, counter_value, mousepad  # noqa: E402


def _counting_session(product, server, name="session", options=()):
    session = product.start(server, *COUNTER, name=name, options=options)
    Desktop(server).wait_window("XTerm", title="tick")
    return session


def _beyond(desktop, value):
    wait_for(f"the counter to pass {value}", lambda: (counter_value(desktop) or 0) > value, 20, 0.1)


def case_rollbackGoesBackAndCanBeUndone(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server)
    desktop = Desktop(server)
    early = product.snapshot(session, "early")
    early_count = counter_value(desktop)
    _beyond(desktop, early_count + 30)
    late_count = counter_value(desktop)
    product.json("rollback", session, "--snapshot", early["id"], server=server)
    desktop.wait_window("XTerm", title="tick")
    now = counter_value(desktop)
    expect(now < late_count, f"{late_count} was late, and now it is {now}")
    saved = product.snapshots(session)
    expect([s["origin"] for s in saved] == ["asked", "rollback"], f"origins: {saved}")
    product.json("rollback", session, "--snapshot", saved[-1]["id"], server=server)
    desktop.wait_window("XTerm", title="tick")
    _beyond(desktop, late_count)
    expect(len(product.session_processes()) == 1, "there is one session, not several")


def case_aRollbackThatFailsBringsThePresentBack(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server)
    early = product.snapshot(session)
    before = counter_value(Desktop(server))
    class Nowhere:
        @staticmethod
        def environment():
            return case.person.environment(DISPLAY=":59000")

    # A screen that is not there: found out only when the session has ended already.
    done = product.command("rollback", session, "--snapshot", early["id"], "--screen", "host",
                           "--json", server=Nowhere)
    expect(done.returncode == 12, f"status {done.returncode}: {done.stderr}")
    expect("as it was before" in done.stderr, done.stderr)
    expect(product.state_of(session) == "running", "the session runs again")
    _beyond(Desktop(server), before)


def case_cloneRunsBesideTheFirst(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server, "first")
    editor = mousepad()
    product.exec(session, *editor.command)
    desktop = Desktop(server)
    editor.fill(desktop)
    product.snapshot(session)
    second = product.json("clone", session, "--name", "second", server=server)["session"]["id"]
    wait_for("the windows of both", lambda: len(desktop.windows()) == 4, 20, 0.2)
    expect(product.state_of(session) == "running", "the first one goes on")
    product.stop(second)
    wait_for("the windows of the first", lambda: len(desktop.windows()) == 2, 20, 0.2)
    _beyond(desktop, counter_value(desktop))
    expect(product.state_of(second) == "ended", "the second has no snapshots of its own")
    product.delete(second)
    expect(len(product.snapshots(session)) == 1, "the first one's snapshot is still there")


def case_startsWarmFromATemplate(case):
    require_root()
    server, product = case.first_server(), case.product()
    template = _counting_session(product, server, "template")
    product.suspend(template)
    desktop = Desktop(server)
    wait_for("the windows to go", lambda: not desktop.windows(), 10)
    for count in (1, 2):
        said = product.json("start", "--from", "template", "--name", f"warm {count}", "--",
                            "xclock", server=server)
        expect(said["session"]["name"] == f"warm {count}", f"{said}")
        wait_for("its windows", lambda: len(desktop.windows()) == 2 * count, 20, 0.2)
    expect(product.state_of(template) == "suspended", "the template rests")


def case_snapshotsAreNamedPinnedAndCommented(case):
    require_root()
    product = case.product()
    session = product.start(None, "sleep", "infinity", screen="headless")
    first = product.snapshot(session, "one")
    product.snapshot(session, "two")
    product.json("rename", session, "renamed")
    product.json("pin", "renamed", "--snapshot", first["id"])
    product.json("comment", "renamed", "another", "--snapshot", first["id"])
    product.json("schedule", "renamed", "--keep", "last=1", "--every", "1h")
    product.snapshot("renamed", "three")
    kept = [(s["comment"], s["pinned"]) for s in product.snapshots("renamed")]
    expect(kept == [("another", True), ("three", False)], f"kept: {kept}")
    # All of it outlives the helper, and so does what was planned.
    product.kill_helper()
    product.start_helper()
    kept = [(s["comment"], s["pinned"]) for s in product.snapshots("renamed")]
    expect(kept == [("another", True), ("three", False)], f"kept: {kept}")
    now = product.show("renamed")
    expect((now["schedule_s"], now["keep"]) == (3600, "last=1"), f"{now}")
    wait_for("a plan", lambda: product.show("renamed")["next_snapshot_unix_ms"] > 0, 10, 0.1)


def case_savesBySchedule(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server, options=("--every", "10s"))
    idle = product.start(None, "sleep", "infinity", screen="headless", name="idle",
                         options=("--every", "10s"))
    wait_for("two snapshots by the schedule", lambda: len(product.snapshots(session)) >= 2, 60, 0.5)
    expect(all(s["origin"] == "scheduled" for s in product.snapshots(session)), "their origin")
    # What begins to work is saved once, perhaps; what does nothing from then on is not.
    expect(len(product.snapshots(idle)) <= 1, "a session that does nothing is not saved again")
    product.json("schedule", session, "--pause", "1h")
    count = len(product.snapshots(session))
    shown = product.show(session)
    expect(shown["next_snapshot_unix_ms"] >= shown["paused_until_unix_ms"] > 0, f"{shown}")
    product.json("schedule", session, "--every", "never", "--pause", "now")
    expect(product.show(session)["next_snapshot_unix_ms"] == 0, "nothing is planned")
    expect(len(product.snapshots(session)) <= count + 1, "nothing is saved while it is paused")


class _Restless:
    """Presses a key again and again, and remembers when (Unix, ms)."""

    def __init__(self, window):
        self._window, self._ending = window, threading.Event()
        self.pressed = []
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._window.activate()
        self._thread.start()
        wait_for("the first key", lambda: self.pressed, 20)
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()

    def _run(self):
        while not self._ending.is_set():
            at = _now_ms()
            self._window.desktop.run(["xdotool", "key", "Shift_L"], check=False)
            self.pressed.append(at)

    def paused(self, begin, end):
        """Whether it could have been taken for a moment without input: a busy machine types slowly."""
        times = [begin, *(at for at in self.pressed if begin < at < end), end]
        return max(after - before for before, after in zip(times, times[1:])) > 2000


def _now_ms():
    return time.time() * 1000


def case_aScheduledSnapshotWaitsUntilNobodyTypes(case):
    """But not for long: five seconds, where it is every ten that are planned."""
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server, options=("--every", "10s"))
    window = Desktop(server).wait_window("XTerm", title="tick")
    wait_for("a plan", lambda: product.show(session)["next_snapshot_unix_ms"] > 0, 10, 0.1)

    def saved(typed_beyond):
        """(whether the typing was without a pause, when it ended, when it was due, when it was saved)"""
        before = len(product.snapshots(session))
        due = product.show(session)["next_snapshot_unix_ms"]
        taken = lambda: [s["taken_unix_ms"] for s in product.snapshots(session)][before:]  # noqa: E731
        with _Restless(window) as hands:
            begun = hands.pressed[0]
            wait_for("its time", lambda: _now_ms() > due + 1000, 40)
            if typed_beyond:
                wait_for("a snapshot all the same", taken, 60)
        when = wait_for("a snapshot", taken, 60)[0]
        left = hands.pressed[-1]
        steadily = begun < due and not hands.paused(max(begun, due - 3000), min(left, when))
        return steadily, left, due, when

    for typed_beyond in (False, True):
        for _ in range(4):
            steadily, left, due, when = saved(typed_beyond)
            if steadily:
                break
        else:
            raise Skip("this machine is too busy for anybody to type steadily")
        expect(when >= min(left + 3000, due + 5000),
               f"saved {when - due:.0f} ms after its time, {when - left:.0f} ms after the last key")


def _png_size(content):
    expect(content[:8] == b"\x89PNG\r\n\x1a\n" and content[12:16] == b"IHDR", f"no PNG: {content[:20]}")
    return struct.unpack(">II", content[16:24])


def case_showsWhatIsToBeSeen(case):
    """Windows and a picture, on the person's display and on a screen of its own."""
    require_root()
    server, product = case.first_server(), case.product()
    session = product.start(server, "xterm", "-title", "a title", "-bg", "#a02040", "-geometry",
                            "80x24+200+100", "-e", "sleep", "infinity")
    desktop = Desktop(server)
    desktop.wait_window("XTerm", title="a title")
    stranger = case.start_on(server)
    stranger(["xterm", "-title", "not of the session", "-e", "sleep", "infinity"])
    desktop.wait_window("XTerm", title="not of the session")
    seen = product.json("windows", session)["windows"]
    expect([(w["title"], w["class"]) for w in seen] == [("a title", "XTerm")], f"{seen}")
    snapshot = product.snapshot(session)
    then = product.json("windows", session, "--snapshot", snapshot["id"])["windows"]
    expect([w["title"] for w in then] == ["a title"], f"{then}")
    picture = case.workspace.folder("pictures", case.person) / "picture.png"
    product.json("picture", session, picture)
    width, height = _png_size(picture.read_bytes())
    expect(100 < width <= 480 and 50 < height <= 300, f"{width}x{height}")
    colours = subprocess.run(["convert", picture, "-resize", "8x8!", "-depth", "8", "rgb:-"],
                             capture_output=True, check=True).stdout
    red = sum(1 for i in range(0, len(colours), 3)
              if abs(colours[i] - 0xa0) < 24 and abs(colours[i + 1] - 0x20) < 24)
    expect(red >= 8, f"the picture shows the window: {red} of 64 parts are red")

    whole = product.start(None, *COUNTER, screen="headless", name="whole",
                          options=("--size", "800x600"))
    wait_for("its window", lambda: product.show(whole)["windows"] >= 1, 20, 0.2)
    product.snapshot(whole)
    product.json("picture", whole, picture)
    expect(_png_size(picture.read_bytes()) == (400, 300), "the whole screen in the same proportions")


def case_comesBackByItself(case):
    require_root()
    server, product = case.first_server(), case.product()
    session = _counting_session(product, server)
    product.json("schedule", session, "--resume-automatically", "yes")
    product.snapshot(session)
    for pid in product.session_processes():
        os.kill(pid, signal.SIGKILL)
    wait_for("the session to die and come back", lambda: "resume of" in product.words() and
             product.state_of(session) == "running", 30, 0.1)
    _beyond(Desktop(server), 0)
    product.snapshot(session)  # until somebody does so, or a minute has gone by, it returns once
    # As after a reboot: the session died with its helper.
    product.kill_helper()
    for pid in product.session_processes():
        os.kill(pid, signal.SIGKILL)
    product.start_helper()
    wait_for("the session to come back", lambda: product.state_of(session) == "running", 30, 0.1)
    _beyond(Desktop(server), 0)


def case_limitsHoldAndUsageIsTold(case):
    require_root()
    product = case.product()
    session = product.start(None, *COUNTER, screen="headless")
    wait_for("its window", lambda: product.show(session)["windows"] >= 1, 20, 0.2)
    used = product.json("limits", session)["usage"]
    if used["memory_bytes"] == 0:
        raise Skip("there are no control groups here")
    expect(used["processes"] >= 3 and used["cpu_us"] > 0, f"{used}")
    said = product.json("limits", session, "--memory", "256M", "--cpu", "150%", "--processes", "200")
    expect(said["session"]["memory_limit_bytes"] == 256 << 20, f"{said}")
    # It comes back with its limits.
    product.suspend(session)
    product.resume(session, None, screen="headless")
    others = product.show(session)["programs"]
    product.exec(session, "/usr/bin/python3", "-c",
                 "import time\n"
                 "open('/tmp/began', 'w')\n"
                 "eaten = bytearray(400 << 20)\n"
                 "for at in range(0, len(eaten), 4096): eaten[at] = 1\n"
                 "open('/tmp/survived', 'w')\n"
                 "time.sleep(1000)")

    def inside(name):
        return any(Path(f"/proc/{pid}/root/tmp/{name}").exists()
                   for pid in product.session_processes())
    wait_for("the program to begin", lambda: inside("began"), 20, 0.1)
    wait_for("its end", lambda: product.show(session)["programs"] <= others, 30, 0.2)
    expect(not inside("survived"), "it got more memory than it may have")
    expect(product.json("limits", session)["usage"]["memory_bytes"] <= 256 << 20, "within its limit")
    for words in (("--memory", "1M"), ("--processes", "2")):
        refused = product.command("limits", session, *words)
        expect(refused.returncode == 2, f"{words}: {refused.returncode}")


class _OwnGroups:
    """Control groups for one helper: a person's is shared by all helpers that begin in the same place."""

    def __init__(self, name):
        hierarchies = [Path(line.split()[4]) for line in Path("/proc/self/mountinfo").read_text().splitlines()
                       if " - cgroup" in line and "cpuset" not in line.rsplit(" ", 1)[1]]
        self._groups = [group / name for group in hierarchies]

    def __enter__(self):
        for group in self._groups:
            group.mkdir()
        return self

    def enter(self, *command):
        script = "".join(f"echo $$ > {group}/cgroup.procs; " for group in self._groups) + 'exec "$@"'
        return ["/bin/sh", "-c", script, "sh", *command]

    def __exit__(self, *_):
        for top in self._groups:
            for parent, _, _ in os.walk(top, topdown=False):
                wait_for("the group to be empty", lambda path=parent: self._gone(path), 20, 0.1)

    @staticmethod
    def _gone(path):
        try:
            os.rmdir(path)
        except FileNotFoundError:
            return True
        except OSError:
            return False
        return True


def case_onePersonsSessionsShareWhatThePersonMayUse(case):
    require_root()
    groups = case.stack.enter_context(_OwnGroups(f"entracte-test-{os.getpid()}"))
    config = case.temporary("entracted.conf")
    config.write_text("person-processes = 120\n")
    product = case.product(config=config, network=groups)
    sessions = [product.start(None, "sleep", "infinity", screen="headless", name=name) for name in ("one", "two")]
    if product.json("limits", sessions[0])["usage"]["processes"] == 0:
        raise Skip("there are no control groups here")
    for session in sessions:
        product.exec(session, "/usr/bin/python3", "-c",
                     "import os, time\n"
                     "made = 0\n"
                     "try:\n"
                     "    while made < 80:\n"
                     "        if os.fork() == 0: time.sleep(1000)\n"
                     "        made += 1\n"
                     "finally:\n"
                     "    open('/tmp/made-', 'w').write(str(made))\n"
                     "    os.rename('/tmp/made-', '/tmp/made')\n"
                     "    time.sleep(1000)")

    def made():
        return [int(path.read_text()) for pid in product.session_processes()
                if (path := Path(f"/proc/{pid}/root/tmp/made")).exists()]
    numbers = wait_for("both to have made all that they may", lambda: len(made()) == 2 and made(), 40, 0.2)
    expect(80 < sum(numbers) < 120, f"{numbers}")
    used = sum(product.json("limits", session)["usage"]["processes"] for session in sessions)
    expect(100 < used <= 120, f"{used} processes")


def case_memoryCountsWithinItsLimitAfterAResume(case):
    require_root()
    product = case.product()
    session = product.start(None, "/usr/bin/python3", "-c",
                            "import os, time\nkept = os.urandom(120 << 20)\ntime.sleep(1000)", screen="headless")

    def used():
        return product.json("limits", session)["usage"]["memory_bytes"]
    if used() == 0:
        raise Skip("there are no control groups here")
    wait_for("all of its memory", lambda: used() > 120 << 20, 30, 0.2)
    product.suspend(session)
    product.resume(session, None, screen="headless")
    wait_for("its memory to count", lambda: used() > 120 << 20, 10, 0.2)
    product.json("limits", session, "--memory", "256M")
    product.suspend(session)
    product.json("limits", session, "--memory", "64M")
    try:
        product.resume(session, None, screen="headless")
    except CommandFailed as failure:
        expect("may use at most 67 MB" in failure.text, f"it says: {failure.text}")
    else: # to swap, where there is any
        expect(used() <= 64 << 20, f"it uses {used()}")
        return
    expect(product.state_of(session) == "suspended" and not product.session_processes(), "a part of it is left")
    product.json("limits", session, "--memory", "256M")
    product.resume(session, None, screen="headless")


def case_badSchedulesAreRefused(case):
    require_root()
    product = case.product()
    session = product.start(None, "sleep", "infinity", screen="headless")
    for words in (("--every", "1s"), ("--keep", "hourly"), ("--keep", "fortnightly=3"),
                  ("--keep", "daily=-1")):
        try:
            product.json("schedule", session, *words)
        except CommandFailed as failed:
            expect(failed.status == 2, f"{words}: {failed}")
        else:
            expect(False, f"{words} is accepted")


if __name__ == "__main__":
    sys.exit(main(globals()))
