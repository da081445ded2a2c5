#!/usr/bin/python3
"""notifier.py watch READY | menu | press LABEL | middle | activate | status: a desktop that shows StatusNotifierItems and
draws their menus itself. `watch` is its watcher and host; the others are what a person does with the one item there is.
"""
import json
import sys
from pathlib import Path

from gi.repository import Gio, GLib

WATCHER = "org.kde.StatusNotifierWatcher"
ITEM = "org.kde.StatusNotifierItem"
MENU = "com.canonical.dbusmenu"
_XML = """<node><interface name="org.kde.StatusNotifierWatcher">
<method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
<method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
<property name="RegisteredStatusNotifierItems" type="as" access="read"/>
<property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
<property name="ProtocolVersion" type="i" access="read"/>
<signal name="StatusNotifierItemRegistered"><arg type="s"/></signal>
<signal name="StatusNotifierHostRegistered"/></interface></node>"""


def watch(ready):
    bus, items = Gio.bus_get_sync(Gio.BusType.SESSION), []

    def call(_, sender, __, ___, method, arguments, invocation):
        if method == "RegisterStatusNotifierItem":
            service = arguments.unpack()[0]
            items.append(f"{sender}{service}" if service.startswith("/") else f"{service}/StatusNotifierItem")
        invocation.return_value(None)

    def read(_, __, ___, ____, name):
        return {"RegisteredStatusNotifierItems": GLib.Variant("as", items),
                "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
                "ProtocolVersion": GLib.Variant("i", 0)}[name]
    bus.register_object("/StatusNotifierWatcher", Gio.DBusNodeInfo.new_for_xml(_XML).interfaces[0], call, read, None)
    Gio.bus_own_name_on_connection(bus, WATCHER, Gio.BusNameOwnerFlags.NONE, lambda *_: Path(ready).touch(), None)
    GLib.MainLoop().run()


class Item:
    """The last one that was registered."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        items = self.registered(self.bus)
        if not items:
            sys.exit("no item is registered")
        self.service, _, path = items[-1].partition("/")
        self.path = f"/{path}"
        self.menu = self.get("Menu")

    @staticmethod
    def registered(bus):
        return Item._get(bus, WATCHER, "/StatusNotifierWatcher", WATCHER, "RegisteredStatusNotifierItems")

    @staticmethod
    def _get(bus, service, path, interface, name):
        return bus.call_sync(service, path, "org.freedesktop.DBus.Properties", "Get",
                             GLib.Variant("(ss)", (interface, name)), None, 0, 10_000).unpack()[0]

    def get(self, name):
        return self._get(self.bus, self.service, self.path, ITEM, name)

    def call(self, method):
        self.bus.call_sync(self.service, self.path, ITEM, method, GLib.Variant("(ii)", (0, 0)), None, 0, 10_000)

    def entries(self):
        """Every entry that can be pressed, whatever menu it is in."""
        self.bus.call_sync(self.service, self.menu, MENU, "AboutToShow", GLib.Variant("(i)", (0,)), None, 0, 10_000)
        layout = self.bus.call_sync(self.service, self.menu, MENU, "GetLayout",
                                    GLib.Variant("(iias)", (0, -1, [])), None, 0, 10_000).unpack()[1]
        found = []

        def walk(node):
            number, properties, children = node
            if properties.get("label") and properties.get("enabled", True) and properties.get("visible", True):
                found.append({"id": number, "label": properties["label"]})
            for child in children:
                walk(child)
        walk(layout)
        return found

    def press(self, label):
        for entry in self.entries():
            if entry["label"].replace("_", "").startswith(label):
                self.bus.call_sync(self.service, self.menu, MENU, "Event", GLib.Variant(
                    "(isvu)", (entry["id"], "clicked", GLib.Variant("i", 0), 0)), None, 0, 10_000)
                return
        sys.exit(f"no {label} in {self.entries()}")


def main():
    what = sys.argv[1]
    if what == "watch":
        return watch(sys.argv[2])
    if what == "items":
        return print(*Item.registered(Gio.bus_get_sync(Gio.BusType.SESSION)))
    item = Item()
    if what == "menu":
        print(json.dumps(item.entries()))
    elif what == "press":
        item.press(sys.argv[2])
    elif what == "status":
        print(item.get("Id"), item.get("Status"))
    else:
        item.call({"middle": "SecondaryActivate", "activate": "Activate"}[what])
    return None


if __name__ == "__main__":
    main()
