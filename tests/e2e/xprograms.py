#!/usr/bin/python3
"""The X proxy alone with programs that use much of an X server: a window manager that composes, a panel with a tray,
GL, GTK 4, Qt 6, large selections. They move while they run, and are used afterwards.
"""
import hashlib
import itertools
import os
import re
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
sys.dont_write_bytecode = True

from entractetest import x11  # noqa: E402
from entractetest.case import expect, main, require_programs  # noqa: E402
from entractetest.desktop import Desktop, differing_pixels, pixels  # noqa: E402
from entractetest.processes import Process, run, wait_for  # noqa: E402
from entractetest.servers import FIRST, SECOND, ServerTraits  # noqa: E402
from entractetest.xproxy import StandaloneProxy  # noqa: E402


class _Bare:
    """Two servers without a window manager of their own, and the proxy on the first."""

    def __init__(self, case):
        self.first = case.server("first", FIRST, window_manager=False)
        self.second = case.server("second", SECOND, window_manager=False)
        self.proxy = StandaloneProxy(case, self.first)
        self.inside = Desktop(self.proxy)
        self._start = case.start_on(self.proxy)

    def start(self, *command, **environment):
        settings = [f"{name}={value}" for name, value in environment.items()]
        return self._start(["env", "GDK_BACKEND=x11", "NO_AT_BRIDGE=1", *settings, *command])


def _moves(case, desktop, name):
    """Whether what is on the screen changes by itself."""
    before = desktop.screenshot(case.temporary(f"{name}-1.png"))
    return wait_for("the picture to change",
                    lambda: differing_pixels(before, desktop.screenshot(case.temporary(f"{name}-2.png"))) > 500, 15)


def _expect_running(*programs):
    for program in programs:
        expect(program.running(), f"a program has ended: {program.words()[-600:]}")


def case_composingManagerAndTrayMove(case):
    require_programs("xfwm4", "tint2", "yad", "dbus-run-session", "xeyes", "xterm")
    at = _Bare(case)
    manager = at.start("dbus-run-session", "--", "xfwm4", "--compositor=on")
    wait_for("xfwm4", lambda: "window id" in at.inside.run(
        ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], check=False), 30)
    panel = at.start("tint2")
    typed = case.workspace.folder("typed", case.person) / "typed"
    terminal = at.start("xterm", "-e", "sh", "-c", f"read line; echo $line > {typed}; exec cat")
    eyes = at.start("xeyes")
    at.start("yad", "--notification", "--image=gtk-save")
    xterm = at.inside.wait_window("XTerm")
    at.inside.wait_window("XEyes")
    wait_for("the icon in the tray", lambda: panel.words().count("add_icon") > 0, 30)
    for server in (at.second, at.first):
        at.proxy.move(server)
        outside = Desktop(server)
        expect({"XEyes", "XTerm"} <= set(at.inside.classes()), f"windows: {at.inside.classes()}")
        # The manager obeys, and has put its frame around the window.
        place = xterm.geometry()
        at.inside.run(["xdotool", "windowmove", xterm.id, "200", "150"])
        wait_for("the window to be moved", lambda before=place: xterm.geometry()[:2] != before[:2])
        # What it composes is on the screen of the server.
        picture = outside.screenshot(case.temporary("composed.png"))
        at.inside.run(["xdotool", "windowmove", xterm.id, "320", "270"])
        wait_for("the picture to follow", lambda: differing_pixels(
            picture, outside.screenshot(case.temporary("moved.png"))) > 5000, 15)
        _expect_running(manager, panel, terminal, eyes)
    at.proxy.expect_clean_moves(2)
    xterm.activate()
    Desktop(at.first).run(["xdotool", "type", "--delay", "15", "still here\n"])
    wait_for("what was typed", lambda: typed.exists() and typed.read_text() == "still here\n")


def case_programsThatDrawWithGlMove(case):
    require_programs("glxgears", "gtk4-demo")
    at = _Bare(case)
    gears = at.start("glxgears", "-geometry", "300x300+700+20", LIBGL_ALWAYS_SOFTWARE="1")
    _moves(case, Desktop(at.first), "glxgears")
    demo = at.start("gtk4-demo", "--run=gears", LIBGL_ALWAYS_SOFTWARE="1")
    time.sleep(2)
    for server in (at.second, at.first):
        at.proxy.move(server)
        _moves(case, Desktop(server), "gl")
        _expect_running(gears, demo)
    at.first.kill()
    third = case.server("third", SECOND, window_manager=False)
    at.proxy.move(third)
    _moves(case, Desktop(third), "gl-crash")
    _expect_running(gears, demo)
    at.proxy.expect_clean_moves(3)


_PLACES = {"far": "60x10+1000+1000", "partly": "80x24+900+650", "beyond": "80x24+1400+100", "near": "40x5+50+400"}


def _places(desktop):
    """{title: (left, top, width, height)} on the root."""
    found = {}
    for title in _PLACES:
        told = desktop.run(["xwininfo", "-name", title], check=False)
        numbers = re.findall(r"(?:Absolute upper-left [XY]|Width|Height): +(-?\d+)", told)
        if "IsViewable" in told and len(numbers) == 4:
            found[title] = tuple(map(int, numbers))
    return found


def _stay_within_reach(case, manager):
    """On a smaller screen, which has another density, too. `manager`: none, outside, inside."""
    require_programs("xterm", "openbox")
    of_its_own = manager == "outside"
    large = case.server("large", ServerTraits(size=(1600, 1200), options=("-dpi", "96")), window_manager=of_its_own)
    small = case.server("small", ServerTraits(size=(1024, 768), options=("-dpi", "144")), window_manager=of_its_own)
    proxy = StandaloneProxy(case, large)
    inside, start = Desktop(proxy), case.start_on(proxy)
    if manager == "inside":
        start(["openbox", "--sm-disable"])
        wait_for("openbox", lambda: "window id" in inside.run(
            ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], check=False), 30)
    for title, geometry in _PLACES.items():
        start(["xterm", "-T", title, "-geometry", geometry])
    wait_for("the windows", lambda: len(_places(inside)) == len(_PLACES), 30, 0.1)
    near = _places(inside)["near"]
    proxy.move(small)

    def reachable():
        places = _places(inside)
        return len(places) == len(_PLACES) and all(
            left < 1024 - 20 and left + width > 20 and 0 <= top < 768 + 30 and top + height > 0
            for left, top, width, height in places.values()) and places
    wait_for("the windows to be within reach", reachable, 20, 0.2)
    wait_for("the same places on the screen", lambda: _places(Desktop(small)) == _places(inside), 20, 0.2)
    expect(_places(inside)["near"] == near, f"what was within reach stays where it was: {_places(inside)}")
    proxy.expect_clean_moves(1)
    expect("144x144" in inside.run(["xdpyinfo"]), "programs are told of the density")
    return proxy, _places(inside)


def case_windowsStayWithinReachWhenNobodyManagesThem(case):
    proxy, places = _stay_within_reach(case, "none")
    expect(places["far"][0] + places["far"][2] <= 1024 and places["far"][1] + places["far"][3] <= 768,
           f"all of it is to be seen: {places}")
    expect(places["beyond"][0] == 1024 - 200, f"as much of it as before is to be seen: {places}")
    audit = proxy.audit()
    expect(audit.complete and not audit.differences, f"the record knows: {audit.words}")


def case_windowsStayWithinReachOfAManagerOutside(case):
    _stay_within_reach(case, "outside")


def case_windowsStayWithinReachOfAManagerInside(case):
    _stay_within_reach(case, "inside")


def case_windowsComeBackOnTheirWorkspaces(case):
    """And in their place and state, among the other windows of the person."""
    require_programs("xterm", "wmctrl")
    first, second = case.first_server(), case.second_server()
    proxy = StandaloneProxy(case, first)
    start = case.start_on(proxy)
    for title, place in (("elsewhere", "+200+150"), ("above", "+500+300"), ("large", "+0+0")):
        start(["xterm", "-T", title, "-geometry", f"60x10{place}"])
    outside = Desktop(first)
    wait_for("the windows", lambda: len(outside.windows()) == 3, 30, 0.1)
    for change in (("elsewhere", "-t", "2"), ("above", "-b", "add,above"),
                   ("large", "-b", "add,maximized_vert,maximized_horz")):
        outside.run(["wmctrl", "-r", *change])

    def told(desktop):
        """{title: (workspace, place unless it fills the screen, states)}"""
        found = {}
        for line in desktop.run(["wmctrl", "-lG"]).splitlines():
            ident, workspace, *place, _, title = line.split()
            states = re.findall(r"_NET_WM_STATE_(ABOVE|MAXIMIZED\w+)", desktop.run(
                ["xprop", "-id", ident, "_NET_WM_STATE"]))
            found[title] = workspace, None if "MAXIMIZED_VERT" in states else place, sorted(states)
        return found
    before = wait_for("the windows to be so", lambda: (told(outside).get("elsewhere", "?")[0] == "2" and len(
        told(outside)["large"][2]) == 2 and told(outside)["above"][2]) and told(outside), 20, 0.2)
    proxy.move(second)
    wait_for(f"the same as {before} (it is {told(Desktop(second))})", lambda: told(Desktop(second)) == before, 20, 0.2)
    proxy.expect_clean_moves(1)


def _screen_of_density(case, name, dpi):
    """A large screen whose person has set everything up for this density."""
    server = case.server(name, ServerTraits(size=(1600, 1200), options=("-dpi", str(dpi))))
    Desktop(server).run(["xrdb", "-merge"], input=f"Xft.dpi: {dpi}\n")
    settings = case.temporary(f"{name}-settings")
    settings.write_text(f"Xft/DPI {dpi * 1024}\nGdk/UnscaledDPI {96 * 1024}\nGdk/WindowScalingFactor {dpi // 96}\n")
    settings.chmod(0o644)
    case.stack.enter_context(Process(["xsettingsd", "-c", settings], case.temporary(f"{name}-settings.log"), case.person,
                                     env=server.environment()))
    return server


# GTK 3, Qt (by itself Kate goes on as another process, on Debian 13), and one that asks the X server's resources.
_OF_THREE_KINDS = (["yad", "--text=Some words that take room"], ["kate", "--startanon", "--block"],
                   ["xterm", "-fa", "Monospace"])


def case_programsMeetAnotherDensity(case):
    """GTK's follow the settings of the screen that they are on, as they would follow a change of them; others stay as
    they are. What is begun is as if there were nothing between."""
    require_programs("xsettingsd", "yad", "kate", "xterm", "xrdb")
    low, high = _screen_of_density(case, "low", 96), _screen_of_density(case, "high", 192)
    plain = case.server("plain", FIRST)

    def sizes(desktop):
        """[(class, width, height)]"""
        return sorted((w.window_class, *w.geometry()[2:]) for w in desktop.windows())

    numbers = itertools.count()

    def begin(at):
        start, desktop = case.start_on(at) if at in (low, high) else inside_start, Desktop(at)
        there = len(desktop.windows())
        # Kate remembers how large its window was: it has not been there before.
        settings = case.workspace.folder(f"settings {next(numbers)}", case.person)
        programs = [start(["env", "GDK_BACKEND=x11", "NO_AT_BRIDGE=1", f"HOME={settings}", *command])
                    for command in _OF_THREE_KINDS]
        wait_for("three windows", lambda: len(desktop.windows()) == there + 3, 60, 0.2)
        return programs

    def settled(desktop):
        """What the sizes are once they stay."""
        last = None
        def same():
            nonlocal last
            before, last = last, sizes(desktop)
            return before == last and last
        return wait_for("the windows to keep their sizes", same, 30, 0.7)
    direct = {}
    for server in (low, high):
        programs = begin(server)
        direct[server] = settled(Desktop(server))
        for program in programs:
            program.end()
        wait_for("no window", lambda s=server: not Desktop(s).windows(), 20)
    expect(all(large[1] > small[1] for small, large in zip(direct[low], direct[high])), f"no difference: {direct}")

    proxy = StandaloneProxy(case, low)
    inside_start, inside = case.start_on(proxy), Desktop(proxy)
    programs = begin(proxy)
    wait_for(f"{direct[low]} where there is something between", lambda: sizes(inside) == direct[low], 30, 0.2)
    small, large = ([one for one in direct[server] if one[0] == "Yad"] for server in (low, high))
    others = [one for one in direct[low] if one[0] != "Yad"]
    # The plain screen has no such settings at all: GTK's keep what they had, as when a settings daemon ends.
    for server, of_gtk in ((high, large), (low, small), (high, large), (plain, large), (low, small), (high, large)):
        proxy.move(server)
        wait_for(f"{of_gtk} and {others} on {server.name}", lambda s=server, g=of_gtk: sizes(Desktop(s)) == sorted(
            g + others), 20, 0.2)
        _expect_running(*programs)
    proxy.expect_clean_moves(6)
    begin(proxy)
    of_all = sorted(large + others + direct[high])
    wait_for(f"{of_all}, of those before and those begun here", lambda: sizes(inside) == of_all, 30, 0.2)
    dialog = next(w for w in Desktop(high).windows("Yad"))
    dialog.activate()
    Desktop(high).run(["xdotool", "key", "Return"])
    wait_for("one dialog less", lambda: len(inside.windows("Yad")) == 1, 20)
    # Where it is drawn, there it takes clicks: the right one of its buttons, below.
    other = next(w for w in Desktop(high).windows("Yad"))
    other.activate()
    _, _, width, height = other.geometry()
    other.click(width * 3 // 4, height * 3 // 4)
    wait_for("no dialog", lambda: not inside.windows("Yad"), 20)


BITMAP = """#define b_width 16
#define b_height 4
static char b_bits[] = {
0x0f, 0x3c, 0xf0, 0xc3, 0x55, 0xaa, 0x33, 0xcc};
"""


def _corner(desktop, path):
    """The colours of the upper left of the screen."""
    desktop.screenshot(path)
    width, _, data = pixels(path)
    return [data[3 * width * y:3 * width * y + 600] for y in range(200)]


def case_theWallpaperOfADesktopMoves(case):
    """Who sets it ends at once; the screen of another window manager is left as it is."""
    require_programs("openbox", "xsetroot")
    at = _Bare(case)
    plain = _corner(Desktop(at.second), case.temporary("plain.png"))
    bitmap = case.workspace.folder("bitmap", mode=0o755) / "b.xbm"
    bitmap.write_text(BITMAP)
    wallpaper = ["xsetroot", "-bitmap", str(bitmap), "-fg", "#c03020", "-bg", "#20a0e0"]
    at.inside.run(wallpaper)
    seen = _corner(Desktop(at.first), case.temporary("before.png"))
    expect(seen != plain, "the wallpaper is not to be seen")
    at.proxy.move(at.second)
    expect(_corner(Desktop(at.second), case.temporary("others.png")) == plain,
           "without a window manager of its own the session changed another's screen")
    at.proxy.move(at.first)
    at.start("openbox", "--sm-disable")
    wait_for("openbox", lambda: "window id" in at.inside.run(
        ["xprop", "-root", "_NET_SUPPORTING_WM_CHECK"], check=False), 30)
    at.inside.run(wallpaper)
    at.first.kill()
    at.proxy.move(at.second)
    expect(_corner(Desktop(at.second), case.temporary("after.png")) == seen, "the wallpaper is another one")
    at.proxy.expect_clean_moves(3)


def case_outputsKeepTheirNumbers(case):
    """A Xephyr has an output only once somebody has asked: a settings daemon would take it for a new monitor."""
    require_programs("Xephyr", "xrandr")
    outside = case.server("outside", FIRST, window_manager=False)
    first = case.server("first", FIRST, window_manager=False, within=outside)
    second = case.server("second", FIRST, within=outside)  # its window manager has asked
    proxy = StandaloneProxy(case, first)
    inside = Desktop(proxy)

    def outputs():
        return inside.run(["xrandr", "--verbose"]).split("Identifier:")[1].split()[0]
    before = outputs()
    proxy.move(second)
    expect(outputs() == before, f"output {before} became {outputs()}")


def case_processesAndWhatTheyHoldAreTold(case):
    """X-Resource, also on a server that lacks it (the second): LXQt's panel does not live without."""
    require_programs("xrestop", "xeyes")
    at = _Bare(case)
    eyes = at.start("xeyes")
    window = int(wait_for("xeyes", lambda: re.search(
        r"Window id: (\S+)", at.inside.run(["xwininfo", "-name", "xeyes"], check=False)), 20).group(1), 16)

    def told():
        with x11.Client(at.proxy.socket_path, b"") as client:
            return client.process_of(window)

    def held():
        listed = at.inside.run(["xrestop", "-b", "-m", "1"])
        block = re.search(r"\d+ - xeyes .*?total bytes", listed, re.S)
        expect(block, f"xeyes is not listed: {listed}")
        return re.findall(r"(?:res_base|windows|pixmaps) +: (\S+)", block.group())
    before = held()
    expect(told() == eyes.pid, f"{told()} instead of {eyes.pid}")
    for server in (at.second, at.first):
        at.proxy.move(server)
        expect(told() == eyes.pid, f"after a move {told()} instead of {eyes.pid}")
        expect(held() == before, f"{before} became {held()}")
    at.proxy.expect_clean_moves(2)


def case_largeSelectionIsReadAcrossAMove(case):
    require_programs("xclip")
    at = _Bare(case)
    folder = case.workspace.folder("selection", case.person)
    content = os.urandom(50 << 20)
    (folder / "in").write_bytes(content)
    at.start("xclip", "-selection", "clipboard", "-quiet", "-i", str(folder / "in"))
    wait_for("the owner", lambda: at.inside.run(
        ["xclip", "-o", "-selection", "clipboard", "-t", "TARGETS"], check=False).startswith("TARGETS"), 20)
    for round_, server in enumerate((at.second, at.first)):
        out = folder / f"out{round_}"
        part = folder / f"part{round_}"
        at.start("sh", "-c", f"xclip -o -selection clipboard > {part}; mv {part} {out}")
        # In the middle of it.
        wait_for("the beginning", lambda part=part, out=out: part.exists() or out.exists(), 10, 0.01)
        at.proxy.move(server)
        wait_for("the end", out.exists, 60)
        expect(hashlib.sha256(out.read_bytes()).digest() == hashlib.sha256(content).digest(),
               f"{out.stat().st_size} bytes came, which are not the {len(content)} that were sent")
    at.proxy.expect_clean_moves(2)


def case_serversOfOtherDepthsAreRefusedBeforeAnythingMoves(case):
    require_programs("xeyes")
    at = _Bare(case)
    eyes = at.start("xeyes")
    outside = Desktop(at.first)
    wait_for("xeyes", lambda: "xeyes" in outside.run(["xwininfo", "-root", "-tree"], check=False).lower(), 20)
    others = [(f"depth{depth}", ServerTraits(depth=depth), "bits") for depth in (16, 30)]
    if shutil.which("Xtigervnc"):
        others.append(("blue", ServerTraits(blue_first=True), "red, green and blue"))
    for name, traits, reason in others:
        other = case.server(name, traits, window_manager=False)
        moved = at.proxy.try_move(other.display, other)
        expect(moved.returncode != 0 and reason in moved.stderr, f"{name}: {moved.stdout}{moved.stderr}")
        expect("xeyes" in outside.run(["xwininfo", "-root", "-tree"]).lower(), "the window has left its server")
        _expect_running(eyes)
    at.proxy.move(at.second)


def case_aKeyMeansWhatTheScreensKeyboardSays(case):
    """A program that was told of another layout asks for it anew (Xlib's MappingNotify)."""
    require_programs("xev", "xdotool", "setxkbmap")
    at = _Bare(case)
    run(["setxkbmap", "de"], case.person, at.second.environment())
    program = at.start("stdbuf", "-oL", "xev", "-geometry", "200x200+50+50")
    wait_for("its window", lambda: "MapNotify" in program.log.read_text(), 20)
    told = []
    for server in (at.first, at.second, at.first):
        if told:
            at.proxy.move(server)
        Desktop(server).run(["xdotool", "mousemove", "150", "150", "key", "29"])
        pressed = r"KeyPress event(?:.*\n)+?.*keycode 29 \(keysym 0x\w+, (\w+)\)"
        wait_for("the key to be told of",
                 lambda: len(re.findall(pressed, program.log.read_text())) > len(told), 15)
        told = re.findall(pressed, program.log.read_text())
    expect(told == ["y", "z", "y"], f"the key was {told}")


if __name__ == "__main__":
    sys.exit(main(globals()))
