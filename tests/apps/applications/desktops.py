"""Whole desktops: window manager, panel, tray, file manager, terminal, editor, in one window; saved, killed with the X
server that showed them, and brought back in a window on another one.
"""
import re
import time

from entractetest.desktop import pixels
from entractetest.processes import Failure, wait_for

from .application import Application

TEXT = "Typed in a whole desktop, never saved."


class WholeDesktop(Application):
    """A desktop of /usr/share/xsessions; `panel` and `manager` are names of processes."""

    window_class, screen = "Xephyr", "window"
    tolerated = 900  # a clock in the panel
    requires = ("Xephyr", "wmctrl", "xclip", "xdotool", "mousepad", "xterm", "xclock", "setxkbmap", "import")
    desktop = panel = panel_class = manager = ""

    @property
    def options(self):
        return ("--desktop", self.desktop, "--size", "1000x640")

    def begin(self, trial):
        self._wait_running(trial, self.manager)
        if self.panel:
            self._wait_running(trial, self.panel)
        # Windows that were placed before it would give way to it later.
        if self.panel_class:
            wait_for("the panel to be drawn", lambda: self._is_drawn(trial, self.panel_class), 30, 0.5)
        trial.exec("xterm", "-geometry", "60x12+40+330", "-e", "bash", "--norc", "-i")
        trial.exec("mousepad", "--disable-server")
        trial.exec("xclock", "-digital")
        wait_for("its windows", lambda: {"XTerm", "Mousepad", "XClock"} <= set(self._windows(trial)), 60, 0.3)
        self._inside(trial, "setxkbmap -layout de")
        self._inside(trial, "wmctrl -x -r xclock.XClock -t 1")
        self._inside(trial, "printf %s copied | timeout 5 xclip -selection clipboard -i >/dev/null 2>&1")
        wait_for("the editor in front", lambda: self._activate(trial, "Mousepad.Mousepad", "mousepad"), 20, 0.3)
        self._type(trial, TEXT)
        self._settle(trial)
        self.before = self._facts(trial)

    def came_back(self, trial):
        """Frames, stacking, workspaces, layout and clipboard, as the desktop itself tells them."""
        now = None
        def same():
            nonlocal now
            now = self._facts(trial)
            return now == self.before
        try:
            wait_for("the same desktop", same, 20, 0.4)
        except Failure as problem:
            wrong = {key: (self.before[key], now[key]) for key in now if now[key] != self.before[key]}
            raise Failure(f"the desktop is different: {wrong}") from problem

    def use(self, trial):
        wait_for("the editor in front", lambda: self._activate(trial, "Mousepad.Mousepad", "mousepad"), 20, 0.3)
        self._type(trial, " More.")
        self._inside(trial, "xdotool key ctrl+a ctrl+c")
        wait_for("the text", lambda: self._inside(trial, "timeout 3 xclip -o -selection clipboard").strip()
                 == TEXT + " More.", 20, 0.5)
        # A new window gets a frame.
        trial.exec("xcalc")
        wait_for("a new window", lambda: "XCalc" in self._windows(trial), 30, 0.3)
        wait_for("its frame", lambda: "_NET_FRAME_EXTENTS" in self._inside(
            trial, "xprop -id $(xdotool search --class XCalc | tail -1) _NET_FRAME_EXTENTS")
            and "not found" not in self._inside(
                trial, "xprop -id $(xdotool search --class XCalc | tail -1) _NET_FRAME_EXTENTS"), 20, 0.5)

    def quit(self, trial):
        trial.product.stop(trial.session)
        return False

    # --- inside

    def _wait_running(self, trial, name):
        wait_for(f"{name} to run", lambda: trial.running(name[:15]), 60, 0.3)

    def _inside(self, trial, command):
        """Runs it in the session; what it says."""
        path = f"/tmp/said-{time.monotonic_ns()}"
        trial.exec("sh", "-c", f"({command}) > {path}.part 2>/dev/null; mv {path}.part {path}")
        wait_for(command, lambda: trial.exists(path), 30, 0.05)
        return (trial.read(path) or b"").decode(errors="replace")

    def _is_drawn(self, trial, window_class):
        """Whether a window of that class shows more than one colour."""
        said = self._inside(trial, f"for w in $(xdotool search --onlyvisible --class {window_class}); do "
                                   "import -silent -window $w -format '%k\\n' info:-; done")
        return any(int(colours) > 1 for colours in re.findall(r"^(\d+)$", said, re.M))

    def _list(self, trial):
        """[(id, workspace, class)] of managed windows."""
        lines = self._inside(trial, "wmctrl -lx").splitlines()
        return [(m[1], int(m[2]), m[3]) for m in (re.match(r"(0x\w+)\s+(-?\d+)\s+(\S+)", line) for line in lines) if m]

    def _windows(self, trial):
        return [name.rsplit(".", 1)[-1] for _, _, name in self._list(trial)]

    def _activate(self, trial, wmctrl_class, name):
        self._inside(trial, f"wmctrl -x -a {wmctrl_class}")
        title = self._inside(trial, "xdotool getactivewindow getwindowclassname || "
                                    "xprop -id $(xdotool getactivewindow) WM_CLASS")
        return name in title.lower()

    def _type(self, trial, text):
        # With the layout that is set there: through the session's own display.
        self._inside(trial, f"xdotool type --delay 20 '{text}'")
        time.sleep(0.5)

    def _settle(self, trial):
        last = None
        def still():
            nonlocal last
            previous, last = last, pixels(trial.desktop.screenshot(trial.case.temporary("settle.png")))
            return previous is not None and sum(
                previous[2][i:i + 3] != last[2][i:i + 3] for i in range(0, len(last[2]), 3)) <= self.tolerated
        wait_for("the desktop to stand still", still, 30, 0.5)

    def _facts(self, trial):
        """What a person would miss, in words."""
        windows = self._list(trial)
        by_id = {int(ident, 16): name for ident, _, name in windows}
        stacking = re.findall(r"0x[0-9a-f]+", self._inside(trial, "xprop -root _NET_CLIENT_LIST_STACKING"))
        geometry = {}
        for ident, _, name in windows:
            text = self._inside(trial, f"xwininfo -id {ident}")
            geometry[name] = tuple(re.findall(r"(?:Absolute upper-left [XY]|Width|Height):\s+(-?\d+)", text))
        return {
            "windows and workspaces": sorted((name, workspace) for _, workspace, name in windows),
            "stacking": [by_id.get(int(ident, 16), "?") for ident in stacking],
            "places": geometry,
            "frames": {name: self._inside(trial, f"xprop -id {ident} _NET_FRAME_EXTENTS").strip()
                       for ident, _, name in windows},
            "layout": re.findall(r"layout:\s+(\S+)", self._inside(trial, "setxkbmap -query")),
            "clipboard": self._inside(trial, "timeout 3 xclip -o -selection clipboard"),
            "tray": "0x0\n" not in self._inside(
                trial, "xprop -root _NET_SYSTEM_TRAY_S0 2>/dev/null; true"),
        }


class Openbox(WholeDesktop):
    name, package, desktop, manager = "desktop-openbox", "openbox", "openbox", "openbox"


class IceWM(WholeDesktop):
    name, package, desktop, manager = "desktop-icewm", "icewm", "icewm", "icewm"
    tolerated = 3000  # a clock with seconds, and how busy the machine is
    notes = "its own panel and tray"


class Xfce(WholeDesktop):
    name, package, desktop, manager = "desktop-xfce", "xfce4-session", "xfce", "xfwm4"
    panel, panel_class, notes = "xfce4-panel", "Xfce4-panel", "xfwm4, panel, settings daemon, xfdesktop"


class LXQt(WholeDesktop):
    name, package, desktop, manager = "desktop-lxqt", "lxqt-session", "lxqt", "openbox"
    panel, panel_class, notes = "lxqt-panel", "lxqt-panel", "openbox, panel, pcmanfm-qt"

    def begin(self, trial):
        # With several window managers installed it asks at its first start which one to use.
        self._wait_running(trial, "lxqt-session")
        if wait_for("it to start or to ask", lambda: trial.running("openbox") or "Welcome" in self._inside(
                trial, "xdotool search --name . getwindowname %@ || xwininfo -root -tree"), 60, 0.5) is True:
            self._inside(trial, "xdotool mousemove 216 174 click 1; sleep 0.5; xdotool mousemove 735 461 click 1")
        super().begin(trial)
