#!/usr/bin/python3
"""What a session has inside: its network, and what it shares with the person's desktop when asked."""
import os
import pwd
import shutil
import signal
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest.case import Skip, expect, main, require_root  # noqa: E402
from entractetest.desktop import Desktop  # noqa: E402
from entractetest.files import Files  # noqa: E402
from entractetest.network import ASK, SEND, OtherNetwork  # noqa: E402
from entractetest.processes import Failure, Process, children, run, run_status, wait_for  # noqa: E402
from entractetest.product import CommandFailed  # noqa: E402
from entractetest.programs import mousepad, qt_editor  # noqa: E402

HOME, AWAY = "198.51.100.7", "203.0.113.9" # addresses for documentation (RFC 5737)
HOME6, NEIGHBOUR6 = "2001:db8::7", "2001:db8::9" # the same (RFC 3849)
HOST6 = "fd65:6e74:7261::2" # this computer, as a session sees it (session/network/FrameFilter.h)
PORT, OTHER = 4100, 4200
UNREACHABLE, REFUSED = "OSError 101", "ConnectionRefusedError 111"


# In a session: a connection that stays. Its program writes what it reads, and writes once a word comes.
STAYS = """
import os, socket, sys, time
one = socket.create_connection((sys.argv[1], int(sys.argv[2])))
line = one.makefile().readline().strip()
open("/tmp/connected", "w").write(line)
while not os.path.exists("/tmp/again"):
    time.sleep(0.1)
try:
    one.settimeout(30)
    one.sendall(b"again")
    end = repr(one.recv(10))
except OSError as problem:
    end = type(problem).__name__
open("/tmp/end", "w").write(end)
"""


def require_networks():
    require_root()
    made = run_status(["unshare", "--net", "ip", "link", "add", "one", "type", "veth", "peer", "name", "other"])
    if made.returncode != 0:
        raise Skip(f"this machine cannot make a network for a session: {made.stderr.strip()}")


class Sessions:
    """Sessions without windows, on a server of the machine's own network: one in another would find every display
    number free and take the sockets of servers that there are."""

    def __init__(self, case, **more):
        self.product = case.product(**more)
        self._server = case.first_server()

    def start(self, network=None):
        options = ("--network", network) if network else ()
        return self.product.start(self._server, "sleep", "infinity", options=options)

    def resume(self, session, *options):
        self.product.resume(session, self._server, options=options)

    def move(self, session):
        self.product.snapshot(session)
        self.product.kill_session(session)
        self.resume(session)

    def server_pid(self):
        """Of the process that serves the only session's network; None while there is none."""
        for pid in children(self.product.helper_pid):
            try:
                if b"entracte-network\0" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
            except OSError:
                continue
        return None

    def network_of(self, session):
        return next(s["network"] for s in self.product.sessions() if s["id"] == session)


class Asker:
    """Lets programs of a session try to connect."""

    def __init__(self, product, session):
        self._product, self._session, self._count = product, session, 0

    def ask(self, *places):
        self._count += 1
        name = f"asked{self._count}"
        self._product.exec(self._session, "/usr/bin/python3", "-c", ASK, f"/tmp/{name}", *places)
        return Files(self._product).wait(name, 60)


def case_networkReachesOutsideAlsoWhenThatChanged(case):
    """By NAT, if nothing is said. A connection of before the resume is told that it is gone."""
    require_networks()
    network = case.stack.enter_context(OtherNetwork(case.workspace, HOME))
    sessions = Sessions(case, network=network)
    product = sessions.product
    network.serve(f"{HOME}:{PORT}", f"127.0.0.1:{OTHER}")
    session = sessions.start()
    asker = Asker(product, session)
    answer = asker.ask(f"{HOME}:{PORT}")
    expect(answer == f"{HOME}:{PORT}", f"the session reaches the network: {answer}")
    answer = asker.ask(f"10.0.2.2:{OTHER}", f"127.0.0.1:{OTHER}")
    expect(f"127.0.0.1:{OTHER}" not in answer, f"what listens on this computer's loopback is its own: {answer}")
    # Programs may send to addresses of a loopback by eth0, whatever their routes say.
    heard = network.hear(f"127.0.0.1:{OTHER}", f"127.1.2.3:{OTHER}", f"{HOME}:{OTHER}")
    product.exec(session, "/usr/bin/python3", "-c", SEND, f"127.0.0.1:{OTHER}", f"127.1.2.3:{OTHER}", f"{HOME}:{OTHER}")
    wait_for("the last of them", lambda: f"heard {HOME}" in heard.words())
    expect("heard 127" not in heard.words(), f"none of them comes to this computer's: {heard.words()}")
    expect(sessions.network_of(session) == "nat", "list shows it")
    product.exec(session, "/usr/bin/python3", "-c", STAYS, HOME, str(PORT))
    files = Files(product)
    files.expect("connected", f"{HOME}:{PORT}")
    sessions.move(session)
    network.move_to(AWAY)
    network.serve(f"{AWAY}:{PORT}")
    answer = asker.ask(f"{AWAY}:{PORT}")
    expect(answer == f"{AWAY}:{PORT}", f"the session reaches the network where the computer is now: {answer}")
    product.exec(session, "touch", "/tmp/again")
    files.expect("end", "ConnectionResetError")
    expect(sessions.network_of(session) == "nat", "it is still told")


def case_networkIsWhatWasAskedFor(case):
    """None, or named ports of this computer; after a resume too, which may ask for another."""
    require_networks()
    network = case.stack.enter_context(OtherNetwork(case.workspace, HOME))
    sessions = Sessions(case, network=network)
    product = sessions.product
    network.serve(f"{HOME}:{PORT}", f"127.0.0.1:{PORT}", f"127.0.0.1:{OTHER}")
    places = f"10.0.2.2:{PORT}", f"10.0.2.2:{OTHER}", f"{HOME}:{PORT}"

    alone = Asker(product, session := sessions.start("none"))
    none = " ".join([UNREACHABLE] * 3)
    for _ in range(2):
        answer = alone.ask(*places)
        expect(answer == none, f"nothing is reached without a network: {answer}")
        expect(sessions.network_of(session) == "none", "list shows that there is none")
        sessions.move(session)
    limited = f"host-limited:{PORT}"
    product.snapshot(session)
    product.stop(session)
    sessions.resume(session, "--network", limited)
    for _ in range(2):
        answer = alone.ask(*places)
        expect(answer == f"127.0.0.1:{PORT} {REFUSED} {UNREACHABLE}",
               f"the named port of this computer is reached, and nothing else: {answer}")
        expect(sessions.network_of(session) == limited, "list shows it")
        sessions.move(session)


def require_ipv6():
    require_networks()
    if not Path("/proc/net/if_inet6").exists():
        raise Skip("this machine's kernel has no IPv6")


def case_networkReachesOutsideByIpv6(case):
    """Another computer, but nothing that listens on this one's loopback, whatever name and way a program takes."""
    require_ipv6()
    network = case.stack.enter_context(OtherNetwork(case.workspace, HOME))
    network.has_ipv6(HOME6, NEIGHBOUR6)
    sessions = Sessions(case, network=network)
    product = sessions.product
    far = f"[{NEIGHBOUR6}]:{PORT}"
    network.serve(far, neighbour=True)
    network.serve(f"[::1]:{OTHER}", f"127.0.0.1:{OTHER}", f"{HOME}:{PORT}")
    heard = network.hear(f"[::1]:{OTHER}", f"127.0.0.1:{OTHER}", f"[{HOME6}]:{OTHER}")
    session = sessions.start()
    asker = Asker(product, session)

    def reaches_what_it_should():
        answer = asker.ask(far, f"{HOME}:{PORT}")
        expect(answer == f"{far} {HOME}:{PORT}", f"the session reaches the network by both: {answer}")
        answer = asker.ask(f"[{HOST6}]:{OTHER}", f"[::1]:{OTHER}")
        expect(str(OTHER) not in answer, f"this computer's loopback is its own: {answer}")
        names = "::1", "::", "::ffff:127.0.0.1", "::127.0.0.1", "::ffff:0:127.0.0.1", "ff02::1", HOST6
        words = len(heard.words())
        product.exec(session, "/usr/bin/python3", "-c", SEND, *(f"[{name}]:{OTHER}" for name in (*names, HOME6)))
        wait_for("the last of them", lambda: f"heard [{HOME6}]" in heard.words()[words:])
        told = [line for line in heard.words()[words:].splitlines() if line]
        expect(told == [f"heard [{HOME6}]:{OTHER}"], f"by whatever name: {told}")
    reaches_what_it_should()
    product.exec(session, "/usr/bin/python3", "-c", STAYS, NEIGHBOUR6, str(PORT))
    files = Files(product)
    files.expect("connected", far)
    sessions.move(session)
    product.exec(session, "touch", "/tmp/again")
    files.expect("end", "ConnectionResetError")
    reaches_what_it_should()


def case_ipv6IsWhatWasAskedFor(case):
    require_ipv6()
    network = case.stack.enter_context(OtherNetwork(case.workspace, HOME))
    network.has_ipv6(HOME6, NEIGHBOUR6)
    sessions = Sessions(case, network=network)
    product = sessions.product
    far = f"[{NEIGHBOUR6}]:{PORT}"
    network.serve(far, neighbour=True)
    network.serve(f"[::1]:{PORT}", f"[::1]:{OTHER}")
    places = f"[{HOST6}]:{PORT}", f"[{HOST6}]:{OTHER}", far
    asker = Asker(product, session := sessions.start("none"))
    for ask, then in ((" ".join([UNREACHABLE] * 3), f"host-limited:{PORT}"),
                      (f"[::1]:{PORT} {REFUSED} {UNREACHABLE}", "none")):
        for _ in range(2):
            answer = asker.ask(*places)
            expect(answer == ask, f"{answer} instead of {ask}")
            sessions.move(session)
        product.snapshot(session)
        product.stop(session)
        sessions.resume(session, "--network", then)


def case_ipv6ComesWithTheComputersNetwork(case):
    """And is no trap where that has it no more."""
    require_ipv6()
    network = case.stack.enter_context(OtherNetwork(case.workspace, HOME))
    sessions = Sessions(case, network=network)
    product = sessions.product
    network.serve(f"{HOME}:{PORT}")
    session = sessions.start()
    asker, far = Asker(product, session), f"[{NEIGHBOUR6}]:{PORT}"
    product.exec(session, "sh", "-c", "grep -v ' lo$' /proc/net/if_inet6 >/tmp/addresses.new; mv /tmp/addresses.new /tmp/addresses")
    expect(Files(product).wait_bytes("addresses") == b"", "where the computer has no IPv6, neither has the session")
    expect(asker.ask(far, f"{HOME}:{PORT}") == f"{UNREACHABLE} {HOME}:{PORT}", "nor a way to it")
    network.has_ipv6(HOME6, NEIGHBOUR6)
    network.serve(far, neighbour=True)
    wait_for("IPv6 in the session", lambda: asker.ask(far) == far, 30, 0.2)
    network.lose_ipv6()
    answer = asker.ask(far, f"{HOME}:{PORT}")
    expect("Timeout" not in answer and answer.endswith(f"{HOME}:{PORT}"), f"it is told at once: {answer}")
    sessions.move(session)
    answer = asker.ask(far, f"{HOME}:{PORT}")
    expect("Timeout" not in answer and answer.endswith(f"{HOME}:{PORT}"), f"also after a resume: {answer}")


def case_aNetworkThatDiesIsMadeAnew(case):
    """What serves it is a process like others: it may crash, and its session is none the worse."""
    require_networks()
    network = case.stack.enter_context(OtherNetwork(case.workspace, HOME))
    sessions = Sessions(case, network=network)
    network.serve(f"{HOME}:{PORT}")
    session = sessions.start()
    asker = Asker(sessions.product, session)
    expect(asker.ask(f"{HOME}:{PORT}") == f"{HOME}:{PORT}", "the session reaches the network")
    died = sessions.server_pid()
    os.kill(died, signal.SIGKILL)
    wait_for("another process that serves it", lambda: sessions.server_pid() not in (None, died), 30, 0.1)
    wait_for("the network again", lambda: asker.ask(f"{HOME}:{PORT}") == f"{HOME}:{PORT}", 30, 0.1)
    sessions.move(session)
    expect(asker.ask(f"{HOME}:{PORT}") == f"{HOME}:{PORT}", "also after a resume")


def case_networksThatThereAreNotAreRefused(case):
    require_root()
    sessions = Sessions(case)
    for wrong in ("host-limited", "host-limited:", "host-limited:0", "host-limited:1,", "host-limited:70000", "all"):
        try:
            sessions.start(wrong)
            expect(False, f"the network {wrong} was accepted")
        except CommandFailed as problem:
            expect(problem.status == 2, f"{wrong} is refused: {problem.text}")


class Clipboards:
    """What programs of a session put into its clipboard, and of the person's desktop into theirs."""

    def __init__(self, case, product, session, server):
        self._case, self._product, self.session, self._server = case, product, session, server
        self._files, self._count = Files(product), 0

    def _fresh(self, name):
        self._count += 1
        return f"{name}{self._count}"

    def own_outside(self, selection, content, target):
        source = self._case.temporary(self._fresh("outside"))
        source.write_bytes(content)
        source.chmod(0o644)
        # As long as it owns the selection.
        self._case.stack.enter_context(
            Process(["xclip", "-quiet", "-selection", selection, "-target", target, "-in", source],
                    self._case.temporary("xclip.log"), self._case.person, self._server.environment()))

    def own_inside(self, selection, content, target):
        name = self._fresh("inside")
        self._files.write(name, content)
        self._product.exec(self.session, "xclip", "-selection", selection, "-target", target, "-in", f"/tmp/{name}")

    def read_outside(self, selection, target):
        done = subprocess.run(["xclip", "-selection", selection, "-target", target, "-out"], capture_output=True,
                              env=self._server.environment(), timeout=30, check=False)
        return done.stdout

    def read_inside(self, selection, target):
        name = self._fresh("read")
        self._product.exec(self.session, "sh", "-c",
                           f"xclip -selection {selection} -target {target} -out >/tmp/{name}.new 2>/dev/null; "
                           f"sync /tmp/{name}.new; mv /tmp/{name}.new /tmp/{name}")
        return self._files.wait_bytes(name)

    def expect_shared(self, selection, content, target="UTF8_STRING"):
        self.own_outside(selection, content, target)
        wait_for(f"{selection} {target} to come in", lambda: self.read_inside(selection, target) == content, 20)
        other = content[::-1]
        self.own_inside(selection, other, target)
        wait_for(f"{selection} {target} to come out", lambda: self.read_outside(selection, target) == other, 20)


def case_clipboardIsSharedWhenAskedFor(case):
    """Text, a picture, and what goes in pieces; both ways, both selections; after a resume; and not when not."""
    require_root()
    server, product = case.first_server(), case.product()
    session = product.start(server, "sleep", "infinity", screen="window", options=("--clipboard",))
    boards = Clipboards(case, product, session, server)
    boards.expect_shared("clipboard", "Grüße, 世界".encode(), "text/plain")
    boards.expect_shared("primary", b"marked")
    boards.expect_shared("clipboard", bytes(range(256)) * 8, "image/png")
    large = bytes(range(251)) * 20_000 # 5 MB
    boards.expect_shared("clipboard", large, "image/png")
    snapshot = product.suspend(session)
    expect(snapshot["suspended"], "the session is suspended")
    product.resume(session, server, screen="window")
    expect(product.show(session)["clipboard"], "it is told")
    boards.expect_shared("clipboard", b"after the resume")
    product.json("clipboard", session, "off")
    expect(not product.show(session)["clipboard"], "it is told")
    boards.own_outside("clipboard", b"secret", "UTF8_STRING")
    boards.own_inside("primary", b"also secret", "UTF8_STRING")
    # What a program inside owns is seen there at last, and was not before.
    wait_for("the session's own", lambda: boards.read_inside("primary", "UTF8_STRING") == b"also secret")
    expect(b"secret" not in boards.read_inside("clipboard", "UTF8_STRING"), "nothing comes in")
    expect(b"secret" not in boards.read_outside("primary", "UTF8_STRING"), "nothing goes out")
    product.json("clipboard", session, "on")
    boards.expect_shared("clipboard", b"again")


# What a program may ask about where it is, as one line each.
_SURROUNDINGS = """
id -u; id -g; id -G | tr ' ' '\\n' | sort -n | tr '\\n' ' '; echo
echo "$HOME $USER $LOGNAME $SHELL $LANG $TZ"; umask; ulimit -c >/dev/null; date +%Z
fc-list | sort | sha256sum; ls /usr/share/themes /usr/share/icons | sha256sum; locale -a | sha256sum
getent passwd "$USER"; cat /etc/machine-id
"""


def case_itIsAsAfterALogin(case):
    """User, groups, variables, locale, fonts and themes as outside; a bus of its own; and one can type, although the
    input method that the variables name is not there."""
    require_root()
    server, product = case.first_server(), case.product()
    editor = mousepad()
    variables = {"LANG": "C.UTF-8", "TZ": "Asia/Kolkata", "SHELL": pwd.getpwnam(case.person.name).pw_shell}
    methods = "--env", "GTK_IM_MODULE=none", "--env", "QT_IM_MODULE=none", "--env", "XMODIFIERS=@im=none"
    session = product.start(server, *editor.command, options=(*methods, "--env", "TZ=Asia/Kolkata"))
    files = Files(product)
    product.exec(session, "sh", "-c", f"({_SURROUNDINGS}) >/tmp/inside.new 2>&1; mv /tmp/inside.new /tmp/inside")
    outside = run(["sh", "-c", f"({_SURROUNDINGS}) 2>&1"], case.person, server.environment(**variables)).strip()
    inside = files.wait("inside", 30)
    expect(inside == outside, f"inside:\n{inside}\noutside:\n{outside}")
    product.exec(session, "sh", "-c",
                 'stat -c "%a %U" "$XDG_RUNTIME_DIR" >/tmp/bus.new; dbus-send --session --print-reply '
                 '--dest=org.freedesktop.DBus / org.freedesktop.DBus.GetId >>/tmp/bus.new; mv /tmp/bus.new /tmp/bus')
    told = files.wait("bus")
    expect(told.startswith(f"700 {case.person.name}") and "method return" in told, f"its own bus: {told}")
    # Where the person is there need be no such folder inside.
    elsewhere = case.workspace.folder("elsewhere", case.person)
    done = product.command("exec", session, "--", "sh", "-c", "pwd >/tmp/where.new; mv /tmp/where.new /tmp/where", cwd=elsewhere)
    expect(done.returncode == 0 and f'no folder "{elsewhere}"' in done.stderr, f"it is said: {done}")
    expect(files.wait("where").strip() == case.person.home, "the program starts in the home folder")
    desktop = Desktop(server)
    editor.fill(desktop)
    expect(editor.text in editor.window(desktop).all_text(), "what is typed is there")


# What the input method makes of the keys of "privet, mir": Russian by transliteration.
TYPED, COMPOSED = "privet, mir", "привет, мир"


def _composes(window):
    """Again while keys meet a program that has not found the input method yet."""
    def once():
        window.key("ctrl+a", "Delete")
        window.type(TYPED)
        return window.all_text().strip() == COMPOSED
    wait_for("the composed text", once, 60, 0.5)


def case_theInputMethodComposes(case):
    """The person's IBus, as the session's own: with a GTK and a Qt program, before and after a resume, and in a program
    that begins after it."""
    require_root()
    if not Path("/usr/share/ibus-table/tables/translit.db").exists() or not shutil.which("ibus-daemon"):
        raise Skip("IBus and its table \"translit\" are not installed")
    server, product, editors = case.first_server(), case.product(), (mousepad(), qt_editor())
    server.more_environment = {"GTK_IM_MODULE": "ibus", "QT_IM_MODULE": "ibus", "XMODIFIERS": "@im=ibus"}
    session = product.start(server, "sleep", "infinity")
    files = Files(product)
    # As the person would choose it in IBus's preferences.
    product.exec(session, "sh", "-c", """gsettings set org.freedesktop.ibus.general preload-engines "['table:translit']"
        until [ "$(timeout 5 ibus engine)" = table:translit ]; do sleep 0.2; done; echo chosen >/tmp/engine""")
    files.wait("engine", 60)
    for editor in editors:
        product.exec(session, *editor.command)
        _composes(editor.fill(Desktop(server)))
    product.snapshot(session)
    product.kill_session(session)
    server = case.second_server() # whose person uses no input method
    product.resume(session, server)
    desktop = Desktop(server)
    for editor in editors:
        window = editor.window(desktop)
        expect(COMPOSED in window.all_text(), "what was composed is there")
        _composes(window)
    product.exec(session, "xterm", "-e", "sh", "-c", "cat >/tmp/xim")
    terminal = desktop.wait_window("XTerm")
    def once():
        terminal.type(TYPED)
        terminal.key("Return")
        return COMPOSED in (files.read("xim") or "")
    wait_for("an X program's composed text", once, 60, 0.5)


def _choose(window, key, title, path):
    """In a file dialog that `key` opens: its entry shows the path, then it is taken. `title`: the beginning of its."""
    def dialog():
        return next((w for w in window.desktop.windows(window.window_class) if w.title.startswith(title)), None)

    def step(what, does, until):
        """Again while it comes to nothing: keys go astray where windows come and go."""
        def once():
            try:
                does()
                return wait_for(what, until, 5)
            except Failure:
                return None
        return wait_for(what, once, 60, 0.3)

    def enter():
        dialog().key("ctrl+a")
        dialog().type(str(path))
    found = step(f"the dialog {title}", lambda: dialog() or window.key(key), dialog)
    # Its entry is the first to listen, and completes nothing that is complete.
    step(f"{path} to be typed", enter, lambda: found.all_text() == str(path))
    step("the dialog's end", lambda: dialog() and found.key("Return"), lambda: not dialog())


def case_fileDialogsReachSharedFolders(case):
    """A document of the person's is opened by a program's own dialog (GTK's), saved where it is, and saved as another."""
    _edits_papers(case, mousepad())


def case_fileDialogsOfQtReachSharedFolders(case):
    _edits_papers(case, qt_editor())


def _edits_papers(case, editor):
    require_root()
    server, product = case.first_server(), case.product()
    papers = case.workspace.folder("papers", case.person)
    (papers / "letter.txt").write_text("Dear reader,\n")
    os.chown(papers / "letter.txt", case.person.uid, case.person.gid)
    product.start(server, *editor.command, options=("--share", str(papers)))
    desktop = Desktop(server)
    _choose(desktop.wait_window(editor.window_class), "ctrl+o", "Open File", papers / "letter.txt")
    letter = desktop.wait_window(editor.window_class, title="letter.txt")
    wait_for("the person's letter", lambda: letter.all_text() == "Dear reader,\n")
    letter.type("Yours")
    letter.key("ctrl+s")
    wait_for("it to be saved outside", lambda: (papers / "letter.txt").read_text().strip() == "Yours")
    _choose(letter, "ctrl+shift+s", "Save", papers / "copy.txt")
    wait_for("the copy outside", lambda: (papers / "copy.txt").exists() and (papers / "copy.txt").read_text().strip() == "Yours")
    expect((papers / "copy.txt").stat().st_uid == case.person.uid, "the copy is the person's")


if __name__ == "__main__":
    sys.exit(main(globals()))
