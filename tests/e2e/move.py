#!/usr/bin/python3
"""Sessions that move to another workstation, and what becomes of them when something goes wrong."""
import json
import os
import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.application import Application  # noqa: E402
from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.processes import wait_for  # noqa: E402
from entractetest.programs import COUNTER, counter_value, session_with_text, wait_counting  # noqa: E402
from entractetest.typist import Typist  # noqa: E402
from entractetest.workstation import two_workstations, what_is_missing  # noqa: E402

MORE = " And more after it moved."


def _stations(case, **more):
    require_root()
    if not os.environ.get("ENTRACTE_MOVE"):
        raise Skip("takes a minute; make test-move tries it")
    if reason := what_is_missing():
        raise Skip(reason)
    return two_workstations(case, **more)


def case_movesThereAndBack(case):
    here, there, _ = _stations(case)
    session, editor = session_with_text(here.product, here.server)
    before = counter_value(Desktop(here.server))
    moved = here.product.json("move", session, "there")["moved"]
    expect(wait_counting(there.server) >= before, "the counter went on from where it was")
    expect(here.sessions() == [], f"something is left here: {here.sessions()}")
    [arrived] = there.sessions()
    expect(arrived["state"] == "running" and arrived["display"] == there.server.display and arrived["move"] == "",
           f"it does not simply run there: {arrived}")
    expect(arrived["id"] == moved["there"] and arrived["lineage"] == session, f"another session: {arrived}")
    [newest] = there.product.snapshots(moved["there"])
    expect(moved["stored"] and newest["comment"] == "As it came from here", f"what came is not stored there: {newest}")
    expect(moved["rounds"][-1]["new_bytes"] < moved["rounds"][0]["new_bytes"], f"the last round was no shorter: {moved}")
    window = editor.window(Desktop(there.server))
    window.key("ctrl+End")
    window.type(MORE)
    # Back, with a history that stays there.
    there.product.snapshot(moved["there"], "there")
    back = there.product.json("move", moved["there"], "here")["moved"]
    wait_counting(here.server)
    text = editor.window(Desktop(here.server)).all_text()
    expect(text.rstrip("\n") == editor.text + MORE, f"another text: {text!r}")
    [left] = there.sessions()
    expect(left["state"] == "suspended" and left["move"] == "gone", f"the history is not left there: {left}")
    refused = there.product.command("resume", left["id"])
    expect(refused.returncode == 18, f"it was resumed on both sides: {refused.returncode} {refused.stderr}")
    here.product.stop(back["there"])


def case_anotherBuildOfALibraryThere(case):
    here, there, _ = _stations(case)
    # Both have one file system: the file is replaced when the session is not there to see it.
    folder = Path(case.stack.enter_context(tempfile.TemporaryDirectory(dir="/opt")))
    folder.chmod(0o755)
    library = folder / "libbuild.so"
    shutil.copy(next(Path("/lib").glob("*-linux-gnu/libutil.so.1")), library)
    size = library.stat().st_size
    session = here.product.start(here.server, "env", f"LD_PRELOAD={library}", *COUNTER)
    before = wait_counting(here.server)
    here.product.suspend(session)
    other = library.with_suffix(".new")
    other.write_bytes(b"another build, which no program could use")
    other.replace(library)
    moved = here.product.json("move", session, "there")["moved"]
    there.product.resume(moved["there"], there.server)
    expect(wait_counting(there.server) >= before, "the counter went on from where it was")
    record = json.loads((there.product.state / "sessions" / moved["there"] / "session.json").read_text())
    seen = os.stat(f"/proc/{record['init']['pid']}/root{library}").st_size
    expect(seen == size, f"the session does not have its own build: {seen} bytes, and not {size}")
    there.product.stop(moved["there"])


def case_movedFromTheWindow(case):
    here, there, _ = _stations(case)
    session = _counter_session(here)
    before = counter_value(Desktop(here.server))
    app = Application(case.stack, here.folder, here.product, here.server, tray=False,
                      environment=here.environment({"PATH": os.environ["PATH"]}))
    app.wait_for("push button", "^Snapshot now$")  # and so the move
    app.front()
    app.key("ctrl+shift+m")
    app.wait_for_keyboard("Move")
    app.type("there")
    app.key("Return")
    wait_for("the session there", lambda: [one["state"] for one in there.sessions()] == ["running"], 120, 0.5)
    expect(wait_counting(there.server) >= before, "the counter went on from where it was")
    [arrived] = there.sessions()
    expect(arrived["lineage"] == session, f"another session: {arrived}")
    app.wait_for("label", "Nothing runs here yet")
    expect(here.sessions() == [], f"something is left here: {here.sessions()}")


def case_nothingTypedIsLostOrDoubled(case):
    here, there, _ = _stations(case)
    session, editor = session_with_text(here.product, here.server)
    editor.window(Desktop(here.server)).key("ctrl+End")
    with Typist(editor, here.server, there.server) as typist:
        for _ in range(10):
            typed = typist.count()
            moved = here.product.json("move", session, there.name)["moved"]
            print(f"to {there.name}: it stood still for {moved['downtime_ms']} ms, {typist.count() - typed} letters",
                  flush=True)
            typist.wait_for_more()
            session, here, there = moved["there"], there, here
    text = editor.window(Desktop(here.server)).all_text().rstrip("\n")
    expect(re.fullmatch(re.escape(editor.text) + typist.pattern(), text),
           f"another text than was typed: {text!r}, and not {typist.pattern()!r}")
    here.product.stop(session)


# Frames of a move, as app/cli/move/MoveProtocol.h counts them.
HELLO, OFFER, ANSWER, ROUND, RECIPE, ROUND_END, ARRIVED, GO, RUNS, STORED = 2, 3, 4, 5, 7, 10, 11, 12, 13, 18


def _counter_session(station):
    session = station.product.start(station.server, *COUNTER)
    Desktop(station.server).wait_window("XTerm", title="tick")
    return session


def _places(*stations):
    """Where it runs, and where it is suspended and could be resumed: each a list of (station's name, session)."""
    running, resting = [], []
    for station in stations:
        for one in station.sessions():
            if one["state"] in ("running", "detached", "starting"):
                running.append((station.name, one))
            elif one["move"] == "":
                resting.append((station.name, one))
    return running, resting


def case_whatFailsLeavesItOnOneSide(case):
    here, there, _ = _stations(case)
    session = _counter_session(here)
    # Refused by name before anything moves.
    refused = here.product.command("move", session, "there", "--display", ":6543")
    expect(refused.returncode == 18 and ":6543" in refused.stderr, f"{refused.returncode}: {refused.stderr}")
    for host in ("-oProxyCommand=touch /tmp/x", "nowhere"):
        refused = here.product.command("move", session, "--", host)
        expect(refused.returncode != 0, f"{host} was taken")
    expect(there.sessions() == [] and here.product.snapshots(session) == [], "something was made of what was refused")
    # Cut when it stands still already, and before it was given away: it goes on here.
    here.stop_at(">", ROUND, '"last":true')
    failed = here.product.command("move", session, "there")
    expect(failed.returncode != 0 and "goes on here" in failed.stderr, f"{failed.returncode}: {failed.stderr}")
    wait_counting(here.server)
    wait_for("what arrived to be dropped", lambda: there.sessions() == [], 30)
    expect(here.product.snapshots(session) == [], "snapshots of the move are left")
    # Cut when it runs there, and nobody here has heard of it: it is asked for.
    here.stop_at("<", RUNS)
    here.product.json("move", session, "there")
    wait_counting(there.server)
    running, resting = _places(here, there)
    expect([name for name, _ in running] == ["there"] and resting == [], f"not on exactly one side: {running} {resting}")
    there.product.stop(running[0][1]["id"])


def case_anOlderEntracteThere(case):
    """One that does not say that it still stores, and one that knows nothing of memory that is only named."""
    here, there, _ = _stations(case)
    last = {}
    for direction, kind, word in ((">", GO, "hears_stored"), ("<", HELLO, "deltas"), ("<", HELLO, "stages")):
        session = _counter_session(here)
        folder = here.stop_at(direction, kind, f'"{word}":true', action="deny")
        moved = here.product.json("move", session, "there")["moved"]
        expect((folder / "reached").exists(), f"nobody said {word}")
        wait_counting(there.server)
        last[word] = moved["rounds"][-1]["bytes"]
        left = [one for one in here.sessions() if one["id"] == session]
        # Where nobody heard that it is stored, the copy stays as that of a session that has moved.
        expect([one["move"] for one in left] == (["gone"] if word == "hears_stored" else []), f"left of it: {left}")
        there.product.stop(moved["there"])
    expect(last["hears_stored"] < 0.8 * min(last["deltas"], last["stages"]), f"bytes of the last rounds: {last}")


def case_keepLeavesACopyThatIsSuspended(case):
    here, there, _ = _stations(case)
    session = _counter_session(here)
    before = wait_counting(here.server)
    moved = here.product.json("move", session, "there", "--keep")["moved"]
    expect(moved["kept"] and wait_counting(there.server) >= before, f"the counter did not go on: {moved}")
    [copy] = here.sessions()
    expect(copy["id"] == session and copy["state"] == "suspended" and copy["move"] == "", f"no copy stayed: {copy}")
    there.product.stop(moved["there"])
    here.product.resume(session, here.server)
    expect(wait_counting(here.server) >= before, "the copy is not what was moved")
    here.product.stop(session)


def case_anotherNumberOfThePersonThereIsRefused(case):
    other = case.person.uid + 4321
    here, there, _ = _stations(case, uid_there=other)
    session = _counter_session(here)
    refused = here.product.command("move", session, "there")
    said = f"{here.person.name} with the number {other} there"
    expect(refused.returncode == 18 and said in refused.stderr, f"{refused.returncode}: {refused.stderr}")
    wait_counting(here.server)
    made = list((there.product.state / "sessions").glob("*"))
    expect(here.product.snapshots(session) == [] and made == [], f"something was made of what was refused: {made}")
    here.product.stop(session)


def case_interruptedWhileItStandsStillItGoesOnHere(case):
    """Ctrl+C when all of it is there, and nobody has given it away."""
    here, there, _ = _stations(case)
    session = _counter_session(here)
    folder = here.stop_at("<", ARRIVED, '"staged":true', action="hold")
    with here.product.start_command("move", session, "there") as move:
        wait_for("the last round to arrive", lambda: (folder / "reached").exists(), 90)
        os.killpg(move.pid, signal.SIGINT)  # as a terminal does
        wait_for("the command to end", lambda: not move.running(), 60)
        (folder / "go-on").touch()
        expect("goes on here" in move.words(), f"it is not said where it is: {move.words()}")
    wait_counting(here.server)
    wait_for("what arrived to be dropped", lambda: there.sessions() == [], 30)
    [one] = here.sessions()
    expect(one["state"] == "running" and one["move"] == "", f"it does not simply run here: {one}")
    expect(here.product.snapshots(session) == [], "snapshots of the move are left")
    here.product.stop(session)


def case_whoeverIsKilledAsItIsGivenAway(case):
    here, there, _ = _stations(case)
    session = _counter_session(here)
    folder = here.stop_at(">", GO, action="hold")
    move = case.stack.enter_context(here.product.start_command("move", session, "there"))
    wait_for("the word that gives it away", lambda: (folder / "reached").exists(), 90)
    move.kill()
    # Nobody knows: it is suspended here, and not resumed.
    [given] = here.sessions()
    expect(given["state"] == "suspended" and given["move"] == "given", f"it is not given: {given}")

    def refused(): # busy for as long as it is tidied up
        said = here.product.command("resume", session)
        expect(said.returncode in (5, 18), f"it was resumed: {said.returncode} {said.stderr}")
        return said.returncode == 18
    wait_for("the resume to be refused", refused)
    wait_for("what arrived to be dropped", lambda: there.sessions() == [], 30)
    here.stop_nowhere()
    asked = here.product.command("move", session, "nowhere")  # which it was not given to
    expect(asked.returncode != 0 and "whether there has the session" in asked.stderr, f"{asked.stderr}")
    settled = here.product.command("move", session)
    expect(settled.returncode != 0 and "suspended here" in settled.stderr, f"{settled.returncode}: {settled.stderr}")
    comments = [one["comment"] for one in here.product.snapshots(session)]
    expect(comments == ["Before it moved to there"], f"snapshots of the move are left: {comments}")
    here.product.resume(session, here.server)
    wait_counting(here.server)
    expect([name for name, _ in _places(here, there)[0]] == ["here"], "it is here again, and only here")
    here.product.stop(session)


def case_theCopyStaysUntilItIsHeardThatAllIsStored(case):
    here, there, _ = _stations(case)

    def expect_left(session, snapshots):
        [left] = [one for one in here.sessions() if one["id"] == session]
        expect(left["state"] == "suspended" and left["move"] == "gone", f"the copy is not left here: {left}")
        kept = here.product.snapshots(session)
        expect(len(kept) == snapshots and kept[-1]["comment"] == "Before it moved to there", f"kept: {kept}")
        running, resting = ([(name, one) for name, one in some if one["lineage"] in ("", session)]
                            for some in _places(here, there))
        expect([name for name, _ in running] == ["there"] and resting == [], f"not on one side: {running} {resting}")
        there.product.stop(running[0][1]["id"])
        return kept[-1]["id"]

    # Cut when it runs there: that it was taken is asked for, and says nothing of what is stored.
    session = _counter_session(here)
    here.stop_at("<", RUNS)
    moved = here.product.command("move", session, "there")
    expect(moved.returncode == 0, f"{moved.returncode}: {moved.stderr}")
    expect_left(session, 1)
    expect(f'"entracte delete {session}" removes it' in moved.stderr, f"it is not said: {moved.stderr}")
    # The same with a history, which nobody is told to remove.
    session = _counter_session(here)
    here.product.snapshot(session, "earlier")
    here.stop_at("<", RUNS)
    moved = here.product.command("move", session, "there")
    newest = expect_left(session, 2)
    expect(f'"entracte delete {session} --snapshot {newest}" removes it' in moved.stderr, f"not so: {moved.stderr}")
    # Who waited for the word is killed: another process cannot know what was said.
    session = _counter_session(here)
    folder = here.stop_at("<", STORED, action="hold")
    move = case.stack.enter_context(here.product.start_command("move", session, "there"))
    wait_for("the word that it is stored", lambda: (folder / "reached").exists(), 90)
    move.kill()
    here.stop_nowhere()
    settled = here.product.command("move", session)
    expect(settled.returncode == 0, f"{settled.returncode}: {settled.stderr}")
    expect_left(session, 1)


def case_whatArrivedIsTakenWhenTheOtherMachineIsLost(case):
    """Cut after some rounds, in a way in which nobody drops what came: the newest of them can be resumed."""
    here, there, _ = _stations(case)
    session = _counter_session(here)
    before = counter_value(Desktop(here.server))
    folder = here.stop_at(">", ROUND, '"last":true', action="hold")
    with here.product.start_command("move", session, "there") as move:
        wait_for("the last round", lambda: (folder / "reached").exists(), 90)
        there.lose_helper()
        (folder / "go-on").touch()
        wait_for("the command to end", lambda: not move.running(), 90)
    here.stop_nowhere()
    here.product.stop(session)  # it is lost
    [arrived] = there.sessions()
    rounds = there.product.snapshots(arrived["id"])
    expect(arrived["move"] == "arriving" and len(rounds) >= 2, f"not cut after two rounds: {arrived} {rounds}")
    there.product.json("move", "--take-back", arrived["id"])
    [kept] = there.product.snapshots(arrived["id"])
    expect(kept["id"] == rounds[-1]["id"] and kept["comment"] == "Just before it came from here", f"kept: {kept}")
    there.product.resume(arrived["id"], there.server)
    expect(wait_counting(there.server) >= before, "the counter went on from where it was")
    there.product.stop(arrived["id"])


# A moment in each phase: the handshake, ahead, in the middle of it, the last round, when all of it is there and the
# session still stands still here, the giving away, what follows, and when what came is stored there.
MOMENTS = ((">", OFFER, "-"), (">", ROUND, '"last":false'), (">", RECIPE, "-"), ("<", ARRIVED, "-"),
           (">", ROUND, '"last":true'), ("<", ARRIVED, '"staged":true'), (">", GO, "-"), ("<", RUNS, "-"),
           ("<", STORED, "-"))


def _at_every_moment(case, harm, mend, moments=MOMENTS, **more):
    """`harm(here, there, link)` in each phase of a move; afterwards the session is on exactly one side, and whole."""
    here, there, link = _stations(case, **more)
    for direction, kind, text in moments:
        session = _counter_session(here)
        moment = f"{direction} {kind} {text}"
        folder = here.stop_at(direction, kind, text, action="hold")
        with here.product.start_command("move", session, "there") as move:
            wait_for(f"the frame {moment}", lambda: (folder / "reached").exists(), 90)
            harm(here, there, link)
            (folder / "go-on").touch()
            wait_for(f"the connection to end at {moment}", lambda: not here.speaks(), 60)
            mend(here, there, link)
            wait_for(f"the command to end at {moment}", lambda: not move.running(), 90)
        here.stop_nowhere()
        _expect_on_one_side(here, there, session, moment)


def _expect_on_one_side(here, there, session, moment):
    if [one for one in here.sessions() if one["id"] == session and one["move"] == "given"]:
        here.product.command("move", session) # asks what became of it
    ours = [[(name, one) for name, one in some if one["lineage"] in ("", session) or one["id"] == session]
            for some in _places(here, there)]
    expect(len(ours[0]) + len(ours[1]) == 1, f"{moment}: not on exactly one side: {here.sessions()} {there.sessions()}")
    [(name, one)] = ours[0] + ours[1]
    station = here if name == "here" else there
    if ours[1]:
        station.product.resume(one["id"], station.server)
    wait_counting(station.server)
    print(f"{moment}: {'it ran' if ours[0] else 'it was suspended'} {name}", flush=True)
    station.product.stop(one["id"])


def _nothing(*_):
    """The other helper is there already."""


def case_linkDownAtEveryPhase(case):
    _at_every_moment(case, lambda here, there, link: link.cut(), lambda here, there, link: link.mend())


def case_helperThereKilledAtEveryPhase(case):
    _at_every_moment(case, lambda here, there, link: there.lose_helper(), _nothing)


def case_helperHereKilledAtEveryPhase(case):
    _at_every_moment(case, lambda here, there, link: here.lose_helper(), _nothing)


def case_diskThereFullAtEveryPhase(case):
    _at_every_moment(case, lambda here, there, link: there.fill_disk(), lambda here, there, link: there.empty_disk(),
                     MOMENTS[1:-2], disk_there=1000)


def case_everythingLeavesAMachine(case):
    here, there, _ = _stations(case)
    here.know("nowhere", "there", "# a comment")
    said = {one["host"]: one for one in here.product.json("hosts")["hosts"]}
    expect(said["there"]["processors"] >= 1 and said["there"]["memory_free_bytes"] > 0 and
           not said["there"]["this_machine"] and said["there"]["running"] == 0, f"{said}")
    expect("nowhere" in said["nowhere"]["error"]["message"], f"{said}")
    # By itself it finds the only one that there is.
    session = _counter_session(here)
    moved = here.product.json("move", session, "--auto")["moved"]
    expect(moved["host"] == "there", f"it went to {moved}")
    back = there.product.json("move", moved["there"], "here")["moved"]["there"]
    # All of them, one suspended.
    other = here.product.start(here.server, "xclock")
    here.product.suspend(other)
    planned = here.product.json("evacuate", "--dry-run")["evacuated"]
    expect(len(planned["moved"]) == 2 and planned["stayed"] == [] and len(here.sessions()) == 2, f"{planned}")
    done = here.product.json("evacuate", "there", "--screen", "host")["evacuated"]
    expect({one["session"] for one in done["moved"]} == {back, other} and done["stayed"] == [], f"{done}")
    running, resting = _places(here, there)
    expect([name for name, _ in running] == ["there"] and [name for name, _ in resting] == ["there"],
           f"not all is there: {running} {resting}")
    wait_counting(there.server)
    # Nobody to go to: they stay as they are, and it is said.
    refused = there.product.command("evacuate", "nowhere")
    expect(refused.returncode != 0 and "0 of 2 moved" in refused.stdout, f"{refused.returncode}: {refused.stdout}")
    expect([name for name, _ in _places(here, there)[0]] == ["there"], "it runs on")
    there.product.stop(running[0][1]["id"])


if __name__ == "__main__":
    sys.exit(main(globals()))
