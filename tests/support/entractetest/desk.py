"""A person's desktop as far as it shows notifications and opens links: a bus of its own, and on it one program that
notes what it is asked for, and presses what the test has it press."""
import json
import os

from .processes import Process, run_status, wait_for

_DAEMON = r"""
import json, os, sys
from gi.repository import Gio, GLib
out = open(sys.argv[1], "a", buffering=1)
presses, mode = open(sys.argv[2]), sys.argv[3]
NODE = Gio.DBusNodeInfo.new_for_xml('''<node>
<interface name="org.freedesktop.Notifications">
 <method name="GetCapabilities"><arg type="as" direction="out"/></method>
 <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
  <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
 <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
  <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
  <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
 <method name="CloseNotification"><arg type="u" direction="in"/></method>
 <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
 <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface>
<interface name="org.freedesktop.portal.OpenURI">
 <method name="OpenURI"><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
  <arg type="o" direction="out"/></method>
</interface></node>''')
NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
last = 0

# As xdg-desktop-portal does for each call: it looks there whether the caller lives in a sandbox.
def may_call(bus, sender):
    pid = bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "GetConnectionUnixProcessID",
                        GLib.Variant("(s)", (sender,)), None, Gio.DBusCallFlags.NONE, -1, None).unpack()[0]
    try:
        os.close(os.open(f"/proc/{pid}/root", os.O_PATH | os.O_DIRECTORY))
        return True
    except OSError:
        return False

def called(bus, sender, path, interface, method, parameters, call):
    global last
    values = parameters.unpack()
    if method == "GetCapabilities":
        if mode == "mute":
            return
        call.return_value(GLib.Variant("(as)", (["actions", "body"] + ["body-markup"] * (mode != "plain"),)))
    elif method == "GetServerInformation":
        call.return_value(GLib.Variant("(ssss)", ("test", "test", "1", "1.2")))
    elif method == "Notify":
        program, replaces, icon, summary, body, actions, hints, expires = values
        last = number = replaces or last + 1
        call.return_value(GLib.Variant("(u)", (number,)))
        out.write(json.dumps({"what": "shown", "number": number, "program": program, "icon": icon, "summary": summary,
                              "body": body, "actions": actions, "urgency": hints.get("urgency"),
                              "replaces": replaces}) + "\n")
    elif method == "CloseNotification":
        call.return_value(None)
        out.write(json.dumps({"what": "closed", "number": values[0]}) + "\n")
        bus.emit_signal(None, PATH, NAME, "NotificationClosed", GLib.Variant("(uu)", (values[0], 3)))
    elif not may_call(bus, sender):
        out.write(json.dumps({"what": "refused", "link": values[1]}) + "\n")
        call.return_dbus_error("org.freedesktop.DBus.Error.AccessDenied", "Portal operation not allowed: Unable to open /proc/PID/root")
    elif "refused" in values[1]:
        out.write(json.dumps({"what": "refused", "link": values[1]}) + "\n")
        call.return_dbus_error("org.freedesktop.portal.Error.NotAllowed", "not this one")
    else:
        out.write(json.dumps({"what": "opened", "link": values[1]}) + "\n")
        call.return_value(GLib.Variant("(o)", ("/org/freedesktop/portal/desktop/request/1",)))

def press():
    for line in presses:
        number, key = line.split()
        bus.emit_signal(None, PATH, NAME, "ActionInvoked", GLib.Variant("(us)", (int(number), key)))
    return True

bus = Gio.bus_get_sync(Gio.BusType.SESSION)
for node, path in ((NODE.interfaces[0], PATH), (NODE.interfaces[1], "/org/freedesktop/portal/desktop")):
    bus.register_object_with_closures2(path, node, called, None, None) if hasattr(
        bus, "register_object_with_closures2") else bus.register_object(path, node, called, None, None)
presses.seek(0, 2)
GLib.timeout_add(50, press)
for name in (NAME, "org.freedesktop.portal.Desktop")[:1 if mode == "no-portal" else 2]:
    Gio.bus_own_name_on_connection(bus, name, Gio.BusNameOwnerFlags.NONE,
                                   lambda *_: out.write(json.dumps({"what": "ready"}) + "\n"), None)
GLib.MainLoop().run()
"""

# It starts nothing by itself.
_BUS = """<busconfig><type>session</type><listen>{}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/>
<allow user="*"/></policy>
</busconfig>"""


class PersonsDesk:
    """`mode`: of the notification daemon, "plain" (reads no markup), "mute" (does not say what it reads); "no-portal".
    `owner`: whose it is, when it is not the person's."""

    def __init__(self, case, name="desk", mode="", owner=None):
        self._case, self._owner, self._name = case, owner or case.person, name
        self._folder = case.workspace.folder(name, self._owner, 0o755)
        self.address = f"unix:path={self._folder}/bus"
        self._noted, self._pressed = self._folder / "noted", self._folder / "pressed"
        self._pressed.touch(mode=0o644)
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": self.address}
        config = self._folder / "bus.conf"
        config.write_text(_BUS.format(self.address))
        config.chmod(0o644)
        self._start("dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile")
        wait_for("the person's bus", (self._folder / "bus").exists, 20)
        self._daemon = None
        self.begin(mode)

    def _start(self, *command):
        return self._case.stack.enter_context(Process(
            command, self._case.temporary(f"{self._name}-{command[0].rsplit('/', 1)[-1]}.log"), self._owner,
            env=self._owner.environment(**self.environment)))

    def begin(self, mode=""):
        """Another daemon in the place of the one before."""
        if self._daemon:
            self._daemon.end()
        before = len(self._all("ready"))
        self._daemon = self._start("/usr/bin/python3", "-c", _DAEMON, str(self._noted), str(self._pressed), mode)
        names = 1 if mode == "no-portal" else 2
        wait_for("the person's desktop", lambda: len(self._all("ready")) == before + names, 20, 0.1)

    def press(self, number, key):
        with open(self._pressed, "a") as file:
            file.write(f"{number} {key}\n")

    def _all(self, what):
        lines = self._noted.read_text().splitlines(keepends=True) if self._noted.exists() else []
        notes = [json.loads(line) for line in lines if line.endswith("\n")]
        return [note for note in notes if note["what"] == what]

    def shown(self, summary=None):
        return [note for note in self._all("shown") if summary in (None, note["summary"])]

    def wait_shown(self, summary):
        return wait_for(f"the notification {summary!r}", lambda: self.shown(summary), 30, 0.1)[-1]

    def closed(self):
        return [note["number"] for note in self._all("closed")]

    def opened(self):
        return [note["link"] for note in self._all("opened")]

    def refused(self):
        return [note["link"] for note in self._all("refused")]


class RealDesk:
    """A desktop of real programs: its notification daemon (dunst, or Xfce's), and xdg-desktop-portal, which opens links
    with the person's browser: here one that notes them. On a display."""

    def __init__(self, case, server, daemon, name="real"):
        self._case, self._server = case, server
        self._folder = case.workspace.folder(name, case.person, 0o755)
        self.told, self._opened = self._folder / "told", self._folder / "opened"
        self._write("note", '#!/bin/sh\nprintf "%s|%s|%s\\n" "$DUNST_APP_NAME" "$DUNST_SUMMARY" "$DUNST_BODY" '
                            f'>>{self.told}\n', 0o755)
        self._write("dunstrc", f'[global]\n  idle_threshold = 0\n[everything]\n  summary = "*"\n'
                               f'  script = {self._folder}/note\n')
        self._write("data/applications/browser.desktop",
                    "[Desktop Entry]\nType=Application\nName=Browser\nMimeType=x-scheme-handler/https;\n"
                    f"Exec=sh -c 'echo \"$1\" >>{self._opened}' sh %u\n")
        self._write("data/applications/mimeinfo.cache", "[MIME Cache]\nx-scheme-handler/https=browser.desktop;\n")
        self._write("config/mimeapps.list", "[Default Applications]\nx-scheme-handler/https=browser.desktop\n")
        self._write("run/.keep", "")
        (self._folder / "run").chmod(0o700)
        self.address = f"unix:path={self._folder}/bus"
        self.environment = {"DBUS_SESSION_BUS_ADDRESS": self.address}
        self._all = server.environment(
            **self.environment, XDG_RUNTIME_DIR=str(self._folder / "run"), XDG_DATA_HOME=str(self._folder / "data"),
            XDG_CONFIG_HOME=str(self._folder / "config"), HOME=str(self._folder), XDG_CURRENT_DESKTOP="GNOME",
            GSETTINGS_BACKEND="memory")
        self._start("dbus-daemon", "--session", "--nofork", "--nopidfile", "--nosyslog", f"--address={self.address}")
        wait_for("the person's bus", (self._folder / "bus").exists, 20)
        self._start(*(str(word).replace("{folder}", str(self._folder)) for word in daemon))
        self.wait_for_name("org.freedesktop.Notifications")

    def _write(self, name, text, mode=0o644):
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        for one in (path, path.parent):
            os.chown(one, self._case.person.uid, self._case.person.gid)

    def _start(self, *command):
        return self._case.stack.enter_context(Process(
            command, self._case.temporary(f"real-{str(command[0]).rsplit('/', 1)[-1]}.log"), self._case.person, env=self._all))

    def run(self, *command):
        return run_status(command, self._case.person, self._all, timeout=60)

    def wait_for_name(self, name):
        wait_for(f"{name} on the bus", lambda: "true" in self.run(
            "dbus-send", "--session", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/",
            "org.freedesktop.DBus.NameHasOwner", f"string:{name}").stdout, 20, 0.1)

    def noted(self):
        return self.told.read_text().splitlines() if self.told.exists() else []

    def opened(self):
        return self._opened.read_text().splitlines() if self._opened.exists() else []
