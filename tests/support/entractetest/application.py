"""The desktop application as a person meets it: on a display with a window manager and a tray, operated by mouse and
keyboard; its widgets are found by the names that a screen reader would say (AT-SPI).
"""
import os
import re
import subprocess
from pathlib import Path

from . import programs
from .case import require_root
from .processes import ROOT_DIRECTORY, Failure, Process, run, run_status, wait_for

_EYES = Path(__file__).resolve().parent / "atspi_eyes.py"
_NOTIFIER = Path(__file__).resolve().parent / "notifier.py"


class Application:
    """entracte-desktop on a session bus of its own. `tray`: whether a panel shows one ("notifier": the desktop draws its
    menus itself); `keyring`: whether there is one,
    unlocked as by a login; `activated`: whatever asks for it on the bus starts it, as an installed one, and nobody did yet.
    """

    def __init__(self, case_stack, workspace, product, server, tray=True, notifications=False,
                 keyring=False, activated=False, environment=(), arguments=()):
        self.product, self.server, self.person = product, server, product.person
        self._stack = case_stack
        name = f"app{server.display[1:]}"
        self.folder = workspace.folder(name, self.person)
        for part in ("config", "runtime", "home", "data"):
            (self.folder / part).mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(self.folder / part, self.person.uid, self.person.gid)
        self.environment = server.environment(**{**dict(
            DBUS_SYSTEM_BUS_ADDRESS=product.bus_address, HOME=str(self.folder / "home"),
            XDG_CONFIG_HOME=str(self.folder / "config"), XDG_RUNTIME_DIR=str(self.folder / "runtime"),
            XDG_DATA_HOME=str(self.folder / "data"), QT_QPA_PLATFORM="xcb", QT_ACCESSIBILITY="1",
            QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1", GSETTINGS_BACKEND="memory"), **dict(environment)})
        if activated:
            self._install()
        self._start_bus()
        if tray == "notifier":
            self.start_notifier()
        elif tray:
            self.start_panel()
        if notifications:
            self._start("dunst", "-conf", self._dunst_configuration())
            self._wait_for_name("org.freedesktop.Notifications")
        if keyring:
            self._start_keyring()
        self.process = None
        self.seen = ""  # by the last look that found nothing
        self.arguments = arguments
        if not activated:
            self.launch()

    def _install(self):
        """The files by which a desktop finds it, for this person alone."""
        data, resources = self.folder / "data", ROOT_DIRECTORY / "resources"
        program = self.product.programs / "entracte-desktop"
        for source, folder in ((resources / "mime/org.entracte.xml", "mime/packages"),
                               (resources / "desktop/org.entracte.Desktop.desktop", "applications")):
            (data / folder).mkdir(parents=True)
            text = source.read_text().replace("Exec=entracte-desktop", f"Exec={program}")
            (data / folder / source.name).write_text(text)
        services = data / "dbus-1/services"
        services.mkdir(parents=True)
        service = (resources / "desktop/org.entracte.Desktop.service.in").read_text()
        (services / "org.entracte.Desktop.service").write_text(
            re.sub("^Exec=.*/entracte-desktop", f"Exec={program}", service, flags=re.MULTILINE))
        run(["update-mime-database", data / "mime"])
        run(["update-desktop-database", data / "applications"])
        run(["chmod", "-R", "a+rX", data])

    def _start(self, *command):
        return self._stack.enter_context(
            Process(command, self.folder / f"{Path(command[0]).name}.log", self.person,
                    env=self.environment))

    def _start_bus(self):
        address = f"unix:path={self.folder}/bus"
        self._start("dbus-daemon", "--session", "--nofork", "--nopidfile", "--address", address)
        self.environment["DBUS_SESSION_BUS_ADDRESS"] = address
        wait_for("the session bus", lambda: run_status(
            ["dbus-send", "--session", "--dest=org.freedesktop.DBus", "/", "org.freedesktop.DBus.GetId"],
            self.person, self.environment).returncode == 0)
        # Before the application looks for it: one that starts while it begins may stay unseen.
        wait_for("the bus of assistive technology", lambda: run_status(
            ["dbus-send", "--session", "--print-reply", "--dest=org.a11y.Bus", "/org/a11y/bus",
             "org.a11y.Bus.GetAddress"], self.person, self.environment).returncode == 0, 60, 0.2)

    def _start_keyring(self):
        self._start("sh", "-c", "printf secret | gnome-keyring-daemon --foreground --components=secrets --unlock "
                    f"--control-directory={self.folder}/runtime/keyring")
        # The login's collection is made by the unlocking, a moment after the name is there.
        wait_for("the keyring", lambda: self._has_name("org.freedesktop.secrets") and "/collection/" in run_status(
            ["dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.secrets",
             "/org/freedesktop/secrets", "org.freedesktop.Secret.Service.ReadAlias", "string:default"],
            self.person, self.environment).stdout, 30, 0.2)

    def start_notifier(self):
        ready = self.folder / "notifier-ready"
        self._start("/usr/bin/python3", "-c", _NOTIFIER.read_text(), "watch", ready)
        wait_for("the tray", ready.exists)

    def notifier(self, *arguments):
        """What the desktop does with our item in its tray (entractetest/notifier.py)."""
        return run(["/usr/bin/python3", "-", *arguments], self.person, self.environment, input=_NOTIFIER.read_text())

    def start_panel(self):
        self._start("tint2", "-c", self._tint2_configuration())

    def _tint2_configuration(self):
        path = self.folder / "tint2rc"
        path.write_text("panel_items = TSC\npanel_size = 100% 32\npanel_position = bottom center horizontal\n"
                        "rounded = 0\nborder_width = 0\nbackground_color = #24222e 100\n"
                        "panel_background_id = 1\nsystray_padding = 6 4 6\nsystray_icon_size = 22\n"
                        "task_text = 1\ntask_maximum_size = 180 32\ntask_font_color = #ffffff 100\n"
                        "time1_format = %H:%M\nclock_font_color = #ffffff 100\nclock_padding = 8 4\n")
        path.chmod(0o644)
        return path

    def _has_name(self, name):
        return "true" in run_status(
            ["dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/",
             "org.freedesktop.DBus.NameHasOwner", f"string:{name}"], self.person, self.environment).stdout

    def _wait_for_name(self, name):
        wait_for(f"{name} on the bus", lambda: self._has_name(name))

    def _dunst_configuration(self):
        """Its menu of actions chooses what `press_told` wants, where that is offered."""
        menu = self.folder / "menu"
        menu.write_text(f'#!/bin/sh\ngrep -m 1 "^#$(cat {self.folder}/wanted) " && touch {self.folder}/pressed\n')
        menu.chmod(0o755)
        path = self.folder / "dunstrc"
        path.write_text(f"[global]\ndmenu = {menu}\n")
        path.chmod(0o644)
        return path

    def launch(self):
        self.process = self._start(self.product.programs / "entracte-desktop", *self.arguments)

    def command(self, *arguments):
        """A second start of the program."""
        return run_status([self.product.programs / "entracte-desktop", *arguments], self.person,
                          self.environment)

    # --- its notifications, with a dunst

    def wait_told(self, count):
        wait_for(f"{count} notifications", lambda: run_status(
            ["dunstctl", "count", "displayed"], self.person, self.environment).stdout.strip() == str(count))

    def press_told(self, label):
        """The button of a notification, as soon as one offers it."""
        pressed = self.folder / "pressed"
        pressed.unlink(missing_ok=True)
        (self.folder / "wanted").write_text(label)

        def press():
            if not pressed.exists():
                run(["dunstctl", "context"], self.person, self.environment)
            return pressed.exists()
        wait_for(f"a notification with {label}", press, step=0.3)

    # --- seen as a screen reader sees it

    def eyes(self, *arguments, timeout=40):
        done = run_status(["/usr/bin/python3", "-", *map(str, arguments)], self.person,
                          self.environment, input=_EYES.read_text(), timeout=timeout)
        if done.returncode != 0:
            raise Failure(f"looking for {arguments} in the application: {done.stderr[-800:]} "
                          f"{done.stdout[-800:]}")
        return done.stdout

    def tree(self):
        """Every widget: one a line, role and name, indented; "(hidden)" after those that do not show."""
        return self.eyes("tree")

    def unnamed(self):
        """What a screen reader could say nothing of: a control a line."""
        return self.eyes("unnamed").splitlines()

    def wait_for(self, role, name, seconds=60, how=""):
        """The place on the screen (x, y, width, height) of the widget with this role and name (a regular expression),
        as soon as it shows and is enabled. A shortcut does nothing while its action is disabled: the action's button is
        what to wait for before.
        """
        # A new pair of eyes every few seconds: what one of them has once been told it may believe for ever.
        try:
            found = wait_for(f"the {how} {role} {name!r}", lambda: self._look(role, name, how), seconds)
        except Failure as failure:
            raise Failure(f"{failure}; at last: {self.seen}") from None
        return tuple(int(n) for n in found.split())

    def _look(self, role, name, how):
        try:
            return self.eyes("find", role, name, 5, *how.split())
        except Failure as failure:
            self.seen = str(failure)
            return None

    def shows(self, role, name):
        """Whether there is such a widget now, to be seen (tree() also tells the hidden ones)."""
        try:
            return bool(self.eyes("find", role, name, 0.5))
        except Failure:
            return False

    def wait_for_focus(self, role, name, seconds=60):
        """Until the keyboard is in this widget."""
        return self.wait_for(role, name, seconds, "focused")

    def click(self, role, name, seconds=60, button=1):
        """Into its middle, when it has come to rest: a dialog is placed after it is shown, and rows come and go."""
        x, y, width, height = self.wait_for(role, name, seconds, "settled")
        scale = int(self.environment.get("QT_SCALE_FACTOR", "1")) # Qt tells places in its own pixels
        self.pointer("mousemove", (x + width // 2) * scale, (y + height // 2) * scale)
        self.pointer("click", button)

    def wait_for_keyboard(self, title):
        """Until the window whose title begins so has it (Qt adds the application's name)."""
        def active():
            return run(["xdotool", "getactivewindow", "getwindowname"], self.person, self.environment, check=False)
        wait_for(f"the keyboard in {title}, and not {active()!r}", lambda: active().startswith(title))

    def front(self):
        """The window before all others, with the keyboard."""
        self.command()
        self.wait_for_keyboard("Entracte")

    def open(self, keys, title, page=()):
        """The dialog with this title that these keys of the window open, with the keyboard; `page`: the keys that lead to
        one of its pages.
        """
        self.front()
        self.key(keys)
        self.wait_for_keyboard(title)
        if page:
            self.key(page)

    def close(self, before="Entracte"):
        """The dialog that has the keyboard, which gives it back to what was before."""
        self.key("Escape")
        self.wait_for_keyboard(before)

    def pointer(self, *arguments):
        run(["xdotool", *map(str, arguments)], self.person, self.environment)

    def key(self, *keys):
        self.pointer("key", "--delay", "40", *keys)

    def type(self, text):
        self.pointer("type", "--delay", "15", text)

    def picture(self, path):
        done = subprocess.run(["import", "-silent", "-window", "root", "png:-"], env=self.environment,
                              capture_output=True, timeout=30, check=True)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(done.stdout)


def tray_icon(app):
    """Where the panel shows the application's icon: within the panel (before, it is a window of its own in a corner),
    and where it was a look ago (the panel makes room for it a moment after it took it).
    """
    before = None

    def look():
        nonlocal before
        tree = run(["xwininfo", "-root", "-tree"], app.person, app.environment)
        panel = re.search(r'"tint2".* (\d+)x(\d+)\+\S+\s+\+(\d+)\+(\d+)', tree)
        icon = re.search(r'"[Ee]ntracte.* 22x22\+\S+\s+\+(\d+)\+(\d+)', tree)
        now = None
        if panel and icon:
            width, height, left, top = (int(n) for n in panel.groups())
            x, y = int(icon[1]) + 11, int(icon[2]) + 11
            if left <= x < left + width and top <= y < top + height:
                now = x, y
        before, same = now, now == before
        return now if same else None
    return wait_for("the icon in the tray", look, step=0.2)


def begin(case, session=True, state=None, **more):
    """A display with a helper, a session called work, and the application."""
    require_root()
    server = case.first_server()
    product = case.product(state_directory=state)
    ident = product.start(server, *programs.STILL_TERMINAL, name="work") if session else None
    return product, server, ident, Application(case.stack, case.workspace, product, server, **more)
