#!/usr/bin/python3
"""What a session has of the person's desktop: its notifications are shown there, its links opened."""
import os
import shutil
import signal
import socket
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.desk import PersonsDesk, RealDesk  # noqa: E402
from entractetest.files import Files  # noqa: E402
from entractetest.processes import Person, Process, parent_of, wait_for  # noqa: E402
from entractetest.product import programs_for_everybody  # noqa: E402
from entractetest.programs import TRACED  # noqa: E402

# Notifies, and writes what becomes of it: FILE.number, FILE.events. Closes it when FILE.close is there.
_NOTIFY = r"""
import os, sys
from gi.repository import Gio, GLib
name, summary, body, icon, urgency, *actions = sys.argv[1:]
def write(kind, text):
    with open(f"/tmp/{name}.{kind}.new", "w") as file:
        file.write(text)
    os.rename(f"/tmp/{name}.{kind}.new", f"/tmp/{name}.{kind}")
bus = Gio.bus_get_sync(Gio.BusType.SESSION)
NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
heard = []
def signal(bus, sender, path, interface, member, parameters):
    heard.append(f"{member} {' '.join(map(str, parameters.unpack()))}")
    write("events", "; ".join(heard))
bus.signal_subscribe(None, NAME, None, PATH, None, Gio.DBusSignalFlags.NONE, signal)
def call(method, parameters):
    return bus.call_sync(NAME, PATH, NAME, method, parameters, None, Gio.DBusCallFlags.NONE, -1, None)
hints = {"urgency": GLib.Variant("y", int(urgency))}
number = call("Notify", GLib.Variant("(susssasa{sv}i)", ("test", 0, icon, summary, body, actions, hints, -1))).unpack()[0]
write("number", str(number))
def look():
    if os.path.exists(f"/tmp/{name}.close"):
        call("CloseNotification", GLib.Variant("(u)", (number,)))
        return False
    return True
GLib.timeout_add(100, look)
GLib.MainLoop().run()
"""


class Inside:
    """Programs of a session that notify, and open links."""

    def __init__(self, product, session):
        self._product, self._session, self.files = product, session, Files(product)

    def notify(self, name, summary, body="", icon="", urgency=1, actions=()):
        self._product.exec(self._session, "/usr/bin/python3", "-c", _NOTIFY, name, summary, body, icon, str(urgency),
                           *actions)
        return self.files.wait(f"{name}.number", 30)

    def heard(self, name, *expected):
        """Each in its turn, whatever the notifications of others were."""
        wait_for(f"{name} to hear {expected} (it heard {self.files.read(name + '.events')})",
                 lambda: all(one in (self.files.read(f"{name}.events") or "") for one in expected), 20, 0.1)

    def open(self, name, link):
        """Exit status of entracte-open."""
        self._product.exec(self._session, "sh", "-c",
                           'entracte=/usr/lib/entracte/entracte-open; $entracte "$1" 2>/dev/null; '
                           'echo $? >/tmp/$2.new; mv /tmp/$2.new /tmp/$2', "sh", link, name)
        return self.files.wait(name, 30)


    def commands(self):
        """Names of the programs of the product's sessions."""
        first, found = set(self._product.session_processes()), set()
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if first & set(_ancestors(int(entry.name))):
                    found.add((entry / "comm").read_text().strip())
            except OSError:
                continue # it has ended
        return found

    def ask_to_save(self, name, *options, language="C"):
        """Begins; what is said of it, and the exit status, comes into NAME."""
        self._product.exec(self._session, "env", f"LC_ALL={language}", "sh", "-c",
                           'name=$1; shift; said=$(entracte-save "$@" 2>&1); echo "$? $said" >/tmp/$name.new; '
                           'mv /tmp/$name.new /tmp/$name', "sh", name, *options)

    def save(self, name, *options, **more):
        self.ask_to_save(name, *options, **more)
        return self.files.wait(name, 60)


def _ancestors(pid):
    while pid > 1:
        pid = parent_of(pid)
        yield pid


def _command(process):
    return Path(f"/proc/{process}/cmdline").read_bytes().decode().split("\0")


def _links(product):
    """Of all the product's sessions: the processes that are their links to a desktop."""
    program, found = str(product.programs / "entracte-desk"), set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.readlink(entry / "exe") == program:
                found.add(int(entry.name))
        except OSError:
            continue # it has ended
    return found


def _fill(init):
    """So many connections wait at the first process that no more are taken."""
    waiting = []
    while True:
        one = socket.socket(socket.AF_UNIX)
        one.setblocking(False)
        waiting.append(one)
        try:
            one.connect(f"/proc/{init}/root/run/entracte/desk")
        except BlockingIOError:
            return waiting


def begin(case, *options):
    desk, server, product = PersonsDesk(case), case.first_server(), case.product()
    server.more_environment = desk.environment
    session = product.start(server, "sleep", "infinity", name="day", options=options)
    return desk, server, product, session


def case_notificationsAreShownOutside(case):
    """With what was pressed and closed coming back; bounded; before and after a snapshot, and after a resume."""
    require_root()
    desk, server, product, session = begin(case)
    inside = Inside(product, session)
    number = inside.notify("one", "press me", "a <b>body</b> & more", icon="/etc/passwd", urgency=2,
                           actions=("go", "Go on"))
    shown = desk.wait_shown("day: press me")
    expect(shown["body"] == "a &lt;b&gt;body&lt;/b&gt; &amp; more\ntest, session day", f"no markup, and whose it is: {shown}")
    expect(shown["icon"] == "entracte" and shown["urgency"] == 2, f"no file as its icon: {shown}")
    expect(shown["actions"] == ["go", "Go on"] and shown["program"] == "Entracte", f"its actions: {shown}")
    desk.press(shown["number"], "go")
    inside.heard("one", f"ActionInvoked {number} go")
    inside.notify("two", "x" * 5000, "\n".join(["y" * 100] * 200))
    wide = wait_for("a bounded notification", lambda: [n for n in desk.shown() if n["summary"].startswith("day: xx")], 20, 0.1)[0]
    expect(len(wide["summary"]) <= 210 and len(wide["body"]) <= 2100, f"it is bounded: {len(wide['body'])}")

    # A snapshot of the running session changes nothing for it.
    product.snapshot(session)
    inside.files.write("one.close", b"")
    inside.heard("one", f"NotificationClosed {number} 3")
    wait_for("it to be closed outside", lambda: shown["number"] in desk.closed(), 20, 0.1)

    # What was shown goes with the session, and what it shows next comes.
    product.kill_session(session)
    wait_for("the others to be closed outside", lambda: wide["number"] in desk.closed(), 20, 0.1)
    product.resume(session, server)
    inside.heard("one", f"NotificationClosed {number} 4")
    inside.notify("three", "after the resume")
    desk.wait_shown("day: after the resume")
    # Another helper finds the session, and its desktop.
    product.kill_helper()
    product.start_helper()
    inside.notify("four", "another helper")
    desk.wait_shown("day: another helper")


def _require_programs(*paths):
    for path in paths:
        if not shutil.which(path):
            raise Skip(f"{path} is not installed")


def case_realDaemonsShowWhatIsTold(case):
    """Dunst, and Xfce's daemon after a resume on another desktop; what is pressed and closed there comes back."""
    require_root()
    xfce = next(map(str, Path("/usr/lib").glob("*/xfce4/notifyd/xfce4-notifyd")), "xfce4-notifyd")
    _require_programs("dunst", "dunstctl", xfce)
    server, product = case.first_server(), case.product()
    desk = RealDesk(case, server, ("dunst", "-conf", "{folder}/dunstrc"))
    server.more_environment = desk.environment
    session = product.start(server, "sleep", "infinity", name="day")
    inside = Inside(product, session)
    number = inside.notify("one", "press me", "a <b>body</b>", actions=("default", "Go on"))
    wait_for("it to be shown", lambda: any(line.startswith("Entracte|day: press me|") for line in desk.noted()), 20, 0.1)
    expect("&lt;b&gt;" in desk.noted()[0] or "<b>" in desk.noted()[0], f"as it was written: {desk.noted()}")
    desk.run("dunstctl", "action", "0")
    inside.heard("one", f"ActionInvoked {number} default")
    desk.run("dunstctl", "close")
    inside.heard("one", f"NotificationClosed {number} 2")
    displayed = lambda: desk.run("dunstctl", "count", "displayed").stdout.strip()
    inside.notify("two", "left open")
    wait_for("it to be shown", lambda: any("day: left open" in line for line in desk.noted()) and displayed() == "1", 20, 0.1)

    product.snapshot(session)
    product.kill_session(session)
    wait_for("it to go with the session", lambda: displayed() == "0", 20, 0.1)
    other = case.second_server()
    there = RealDesk(case, other, (xfce,), "xfce")
    other.more_environment = there.environment
    product.resume(session, other)
    last = inside.notify("three", "on another desktop")
    desktop = Desktop(other)
    # No window manager has it, so it is in no list.
    popup = wait_for("it to be shown", lambda: desktop.run(
        ["xdotool", "search", "--onlyvisible", "--class", "xfce4-notifyd"], check=False).split(), 20, 0.2)[-1]
    desktop.run(["xdotool", "mousemove", "--window", popup, "40", "20", "click", "1"])
    inside.heard("three", f"NotificationClosed {last} 2")


def case_theRealPortalOpensLinks(case):
    """xdg-desktop-portal, with the browser of the person's choice."""
    require_root()
    _require_programs("dunst", "/usr/libexec/xdg-desktop-portal", "/usr/libexec/xdg-desktop-portal-gtk")
    server, product = case.first_server(), case.product()
    desk = RealDesk(case, server, ("dunst", "-conf", "{folder}/dunstrc"))
    server.more_environment = desk.environment
    inside = Inside(product, product.start(server, "sleep", "infinity", name="day"))
    link = "https://example.org/a?b=c"
    expect(inside.open("one", link) == "0", "the portal takes it")
    wait_for("the browser", lambda: desk.opened() == [link], 30, 0.1)


def case_aPrivateSessionKeepsThemToItself(case):
    require_root()
    desk, server, product, session = begin(case, "--private")
    inside = Inside(product, session)
    number = inside.notify("one", "a secret")
    inside.heard("one", f"NotificationClosed {number} 4")
    expect(inside.open("link", "https://example.org/") != "0", "no link is opened")
    expect(not desk.shown() and not desk.opened(), "nothing reaches the desktop")
    expect(product.show(session)["private"], "it is told")


def case_aSessionSavesItself(case):
    """By a program in it: it goes on, comes back as it was then, and ends when that was asked; not twice in a row."""
    require_root()
    _, server, product, session = begin(case)
    inside = Inside(product, session)
    expect(inside.save("one") == "0 The session is saved.", f"it says: {inside.files.read('one')}")
    expect(len(product.snapshots(session)) == 1 and product.state_of(session) == "running", "it is saved, and goes on")
    again = inside.save("two", language="de_DE.UTF-8")
    expect(again.startswith("4 ") and "eben erst" in again, f"not at once again: {again}")
    product.kill_session(session)
    product.resume(session, server)
    # What asked was waiting for its answer in the moment that came back.
    expect(inside.files.wait("one") == "0 The session goes on from where it was saved.", f"it says: {inside.files.read('one')}")
    expect(inside.files.read("two") is None, "that came later")

    inside.ask_to_save("three", "--suspend")
    wait_for("the end of the session", lambda: product.state_of(session) == "suspended", 30, 0.1)
    product.resume(session, server)
    expect(inside.files.wait("three").startswith("0 "), f"it says: {inside.files.read('three')}")
    expect(len(product.snapshots(session)) == 2, f"{product.snapshots(session)}")

    # What cannot be saved is said, and the session goes on (field notes: a program that is traced).
    product.exec(session, *TRACED)
    wait_for("what keeps it", lambda: any(f["blocks"] for f in product.show(session)["findings"]), 20, 0.2)
    said = inside.save("four")
    expect(said == "4 The session was not saved, and goes on. Try again, or save it from outside.", f"it says: {said}")
    expect(len(product.snapshots(session)) == 2 and product.state_of(session) == "running", "it goes on")

    # Another link is no proof of anything: the process outside may have died with the question.
    (before,) = _links(product)
    os.kill(before, signal.SIGSTOP)
    inside.ask_to_save("lost")
    wait_for("the question", lambda: "entracte-save" in inside.commands(), 20, 0.1)
    os.kill(before, signal.SIGKILL)
    lost = inside.files.wait("lost", 30)
    expect(lost.startswith("4 It is not known"), f"it says: {lost}")
    expect(len(product.snapshots(session)) == 2, "and nothing was saved")

    closed = product.start(None, "sleep", "infinity", screen="headless", name="closed", options=("--private",))
    within = Inside(product, closed)
    said = within.save("five")
    expect(said.startswith("4 ") and not product.snapshots(closed), f"a private one has no way out: {said}")


def case_linksAreOpenedOutside(case):
    """Where no browser is inside; web pages and mail only; after asking where there is no network."""
    require_root()
    desk, server, product, session = begin(case)
    inside = Inside(product, session)
    expect(inside.open("one", "https://example.org/a'b?c=d&e") == "0", "a page is opened")
    expect(desk.opened() == ["https://example.org/a%27b?c=d&e"], f"as it was asked for: {desk.opened()}")
    for number, wrong in enumerate(("file:///etc/passwd", "javascript:alert(1)", "mailto:a@b.c?attach=/etc/passwd", "-h",
                                    "https://bank.example.org@evil.example/")):
        expect(inside.open(f"wrong{number}", wrong) == "4", f"{wrong} is refused")
    # Programs find it when nothing else handles links.
    product.exec(session, "sh", "-c",
                 "XDG_DATA_DIRS=/run/entracte/fallback /usr/bin/python3 -c 'from gi.repository import Gio; "
                 "print(Gio.AppInfo.get_default_for_uri_scheme(\"https\").get_id())' >/tmp/handler.new; "
                 "echo $XDG_DATA_DIRS >>/tmp/handler.new; mv /tmp/handler.new /tmp/handler")
    handler = inside.files.wait("handler")
    expect(handler.startswith("entracte-open.desktop\n") and handler.endswith(":/run/entracte/fallback"),
           f"it comes after all browsers: {handler}")
    alone = product.start(server, "sleep", "infinity", name="alone", options=("--network", "none"))
    product.stop(session)
    before = len(desk.opened())
    expect(Inside(product, alone).open("asked", "https://example.org/asked") == "0", "it is asked for")
    question = desk.wait_shown("alone: A program wants to open a link")
    expect("https://example.org/asked" in question["body"], f"the person sees which: {question}")
    expect(len(desk.opened()) == before, "nothing is opened yet")
    desk.press(question["number"], "entracte-open")
    wait_for("it to be opened once that was pressed", lambda: desk.opened()[before:] == ["https://example.org/asked"])


def case_theDesktopChangesWithTheScreen(case):
    """Attached by a person at another desktop, a session shows nothing at the one before any more."""
    require_root()
    desk, _, product, session = begin(case)
    inside = Inside(product, session)
    number = inside.notify("one", "here")
    here = desk.wait_shown("day: here")
    other, server = PersonsDesk(case, "other"), case.second_server()
    server.more_environment = other.environment
    product.command("attach", session, server=server)
    wait_for("it to be taken back", lambda: here["number"] in desk.closed(), 20, 0.1)
    inside.heard("one", f"NotificationClosed {number} 4")
    inside.notify("two", "there")
    other.wait_shown("day: there")
    expect(not desk.shown("day: there"), "and only there")


def case_whoTakesNoLinkHoldsNobodyUp(case):
    """A first process that stands still, as a hostile one might for ever."""
    require_root()
    desk, server, product, session = begin(case)
    inside = Inside(product, session)
    first = product.session_processes()
    before = wait_for("what tells the desktop", lambda: _links(product))
    for process in first:
        os.kill(process, signal.SIGSTOP)
    try:
        product.kill_helper()
        wait_for("what told the desktop to end with the helper", lambda: not before & _links(product))
        waiting = _fill(*first)
        product.start_helper()
        expect(product.show(session)["state"] == "running", "the helper has found the session")
        expect(not _links(product), "it could not link it")
        for one in waiting:
            one.close()
    finally:
        for process in first:
            os.kill(process, signal.SIGCONT)
    wait_for("it to be linked later", lambda: _links(product), 60, 0.2)
    inside.notify("one", "taken later")
    desk.wait_shown("day: taken later")


def case_aLinkThatWasBrokenBeginsWithNothingAllowed(case):
    """Or a session would have its three links at once again each time that it breaks it."""
    require_root()
    _, _, product, session = begin(case)
    before = wait_for("what tells the desktop", lambda: _links(product))
    expect("--spent" not in _command(*before), "the first has all that it may")
    os.kill(*before, signal.SIGTERM)
    after = wait_for("another", lambda: _links(product) - before, 30, 0.2)
    expect("--spent" in _command(*after), "this one does not")


class Line:
    """entracte-desk, and in the place of a session what sends it frames."""
    UNAVAILABLE, SHOW, CLOSE, OPEN, CLOSED, INVOKED, OPENED = 2, 10, 11, 12, 20, 21, 22

    def __init__(self, case, programs, desk, **environment):
        self._socket, theirs = socket.socketpair()
        self._bytes, self.frames = b"", []
        with theirs:
            self.process = case.stack.enter_context(Process(
                [programs / "entracte-desk", f"--line-fd={theirs.fileno()}", "--session=day"],
                case.temporary("entracte-desk.log"), case.person, pass_fds=(theirs.fileno(),),
                env=case.person.environment(**{**(desk.environment if desk else {}), **environment})))
        self._socket.setblocking(False)
        case.stack.callback(self._socket.close)

    def send(self, kind, token, *words, client=1):
        payload = b"".join(word.encode() + b"\0" for word in words)
        self._socket.sendall(struct.pack("<IIIII", 0x314b5344, kind, client, token, len(payload)) + payload)

    def show(self, token, summary, body="", program="Bank", actions=(), client=1):
        self.send(self.SHOW, token, "1", "-1", program, "", summary, body, *actions, client=client)

    def heard(self):
        """[(kind, client, token, words)] so far."""
        try:
            while more := self._socket.recv(65536):
                self._bytes += more
        except BlockingIOError:
            pass
        while len(self._bytes) >= 20:
            _, kind, client, token, size = struct.unpack("<IIIII", self._bytes[:20])
            if len(self._bytes) < 20 + size:
                break
            self.frames.append((kind, client, token, self._bytes[20:20 + size].decode().split("\0")[:-1]))
            self._bytes = self._bytes[20 + size:]
        return self.frames

    def wait_heard(self, kind, token, *words):
        wait_for(f"the answer {kind} {token} {words}", lambda: (kind, 1, token, list(words)) in self.heard())

    def open(self, token, link, good):
        self.send(self.OPEN, token, link)
        self.wait_heard(self.OPENED, token, "1" if good else "0")


def case_aHostileSessionsNotifications(case):
    """Whatever a session sends: whose it is comes first, no markup is read, and there are only so many."""
    desk = PersonsDesk(case, mode="plain")
    line = Line(case, programs_for_everybody(case.workspace), desk)

    def plain():
        line.show(1, "a", "<b>")
        return wait_for("it to be shown", lambda: desk.shown("day: a"))[-1]["body"].startswith("<b>")
    wait_for("the daemon to have said that it reads no markup", plain, 30, 0.5)
    shown = desk.shown("day: a")[-1]
    expect(shown["program"] == "Entracte" and shown["body"] == "<b>\nBank, session day", f"whose it is: {shown}")
    # Another daemon: what it reads is not known, and what the one before showed is gone.
    desk.begin("mute")
    line.wait_heard(Line.CLOSED, 1, "4")
    line.show(2, "b", "<b>&", client=0)
    line.show(3, "c", "<b>&")
    expect(desk.wait_shown("day: c")["body"].startswith("&lt;b&gt;&amp;\n"), "markup is taken to be read until it says otherwise")
    expect(not desk.shown("day: b"), "nobody but the program itself speaks as client 0")
    oldest = desk.shown("day: c")[-1]["number"]
    line.send(Line.CLOSE, 4)
    number = 100

    def full():
        nonlocal number
        number += 1
        line.show(number, f"more {number}")
        return oldest in desk.closed()
    wait_for("the oldest to be closed", full, 40, 0.25)
    line.wait_heard(Line.CLOSED, 3, "4")
    line.show(4, "d")
    wait_for("the next one", lambda: desk.shown("day: d") or line.show(4, "d"), 20, 0.5)
    expect(desk.shown("day: d")[-1]["number"] not in desk.closed(), "what was never shown was not remembered as closed")
    # All that it showed goes with it.
    line.process.end()
    wait_for("everything to be taken back", lambda: desk.shown("day: d")[-1]["number"] in desk.closed())


def case_aHostileSessionsLinks(case):
    """The person sees all of what is opened; what leads inside is asked for; a refusal is one."""
    tools = case.workspace.folder("tools", case.person)
    for name, does in (("xdg-open", f'echo "$1" >>{tools}/opened'), ("systemd-run", "exit 1")):
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)
    path = f"{tools}:/usr/bin:/bin"
    desk, programs = PersonsDesk(case, mode="plain"), programs_for_everybody(case.workspace)
    line = Line(case, programs, desk, PATH=path)
    line.open(1, "https://refused.example.org/", False)
    expect(desk.refused() and not (tools / "opened").exists(), "what the portal refused is not opened in another way")

    first, second = "http://localhost:631/admin?x=1", "http://192.0.2.1/"
    line.open(2, first, True)
    line.open(3, second, True)
    questions = wait_for("two questions", lambda: (found := desk.shown("day: A program wants to open a link"))[1:] and found)
    expect(questions[0]["number"] != questions[1]["number"] and all(q["replaces"] == 0 for q in questions),
           f"the second does not take the place of the first: {questions}")
    expect(questions[0]["body"].startswith(first + "\n") and questions[1]["body"].startswith(second + "\n"),
           f"all of it is shown: {questions}")
    expect(not desk.opened(), "nothing is opened yet")
    desk.press(questions[1]["number"], "default")
    desk.press(questions[0]["number"], "entracte-open")
    wait_for("the first to be opened", lambda: desk.opened() == [first])

    # What nobody can read is not asked for; and a question means nothing to another daemon.
    slow = Line(case, programs, desk, PATH=path)
    slow.open(1, "http://localhost/" + "x" * 400, False)
    slow.open(2, "http://localhost/old", True)
    old = wait_for("the question", lambda: desk.shown("day: A program wants to open a link")[2:])[0]
    slow.show(3, "beside it")
    desk.wait_shown("day: beside it")
    desk.begin("plain")
    # The daemon may have gone before it had answered.
    wait_for("the end of what was beside it", lambda: any(frame in slow.heard() for frame in (
        (Line.CLOSED, 1, 3, ["4"]), (Line.UNAVAILABLE, 1, 3, []))))
    desk.press(old["number"], "entracte-open")
    slow.open(4, "http://localhost/new", True)
    new = wait_for("the question", lambda: desk.shown("day: A program wants to open a link")[3:])[0]
    desk.press(new["number"], "entracte-open")
    wait_for("the new one to be opened", lambda: desk.opened()[1:])
    expect(desk.opened() == [first, "http://localhost/new"], f"and only that: {desk.opened()}")

    # Where there is no portal at all.
    alone = Line(case, programs, PersonsDesk(case, "alone", "no-portal"), PATH=path)
    alone.open(1, "https://example.org/", True)
    wait_for("xdg-open", lambda: (tools / "opened").exists() and (tools / "opened").read_text() == "https://example.org/\n")


def case_onlyASocketIsConnectedTo(case):
    """An address of a bus could as well name a program to run."""
    ran, programs = case.workspace.folder("ran", case.person), programs_for_everybody(case.workspace)
    for number, address in enumerate((f"unixexec:path=/usr/bin/touch,argv1={ran}/0", "autolaunch:",
                                      f"unix:path={ran}/bus;unixexec:path=/usr/bin/touch,argv1={ran}/1")):
        line = Line(case, programs, None, DBUS_SESSION_BUS_ADDRESS=address)
        wait_for(f"{address} to be refused", lambda: not line.process.running())
        expect(line.process.end() == 2 and not list(ran.iterdir()), f"{address} is not used: {line.process.words()}")


def case_nobodyElsesBusIsTold(case):
    """Whoever made the socket that the address names hears all that is shown."""
    require_root()
    stranger = PersonsDesk(case, "stranger", owner=Person("nobody"))
    line = Line(case, programs_for_everybody(case.workspace), stranger)
    line.show(1, "for the person alone")
    line.wait_heard(Line.UNAVAILABLE, 1)
    line.open(2, "http://localhost/asked", False)
    expect(not stranger.shown(), f"nothing is told to somebody else: {stranger.shown()}")


if __name__ == "__main__":
    sys.exit(main(globals()))
