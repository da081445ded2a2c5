#!/usr/bin/python3
"""atspi_eyes.py tree | unnamed | find ROLE NAME SECONDS [settled | focused]: the desktop application's widgets, as a
screen reader finds them.

`find` waits until a showing, enabled widget with that role (as AT-SPI spells it: "push button") and a name that the
regular expression NAME matches is there, and prints its x, y, width and height on the screen; `settled`: once it stays
where it is; `focused`: once it has the keyboard.
"""
import re
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

APPLICATION = "Entracte"
# AT-SPI 2.56 (Debian 13) calls a push button a button.
NAMES = {"button": "push button"}


def application():
    desktop = Atspi.get_desktop(0)
    for index in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(index)
        if child and child.get_name() in (APPLICATION, "entracte", "entracte-desktop"):
            return child
    return None


def walk(node, depth=0):
    if node is None:
        return
    yield depth, node
    for index in range(min(node.get_child_count(), 200)):
        yield from walk(node.get_child_at_index(index), depth + 1)


def role_of(node):
    name = node.get_role_name()
    return NAMES.get(name, name)


def find(role, pattern, focused):
    app = application()
    if app is None:
        return None
    for _, node in walk(app):
        try:
            if role_of(node) != role or not re.search(pattern, node.get_name() or ""):
                continue
            states = node.get_state_set()
            if not states.contains(Atspi.StateType.SHOWING) or not states.contains(Atspi.StateType.ENABLED):
                continue
            if focused and not states.contains(Atspi.StateType.FOCUSED):
                continue
            place = node.get_extents(Atspi.CoordType.SCREEN)
            if place.width > 0 and place.height > 0:
                return place
        except GLib.Error:  # it went away while we looked
            continue
    return None


def print_tree(file):
    app = application()
    for depth, node in walk(app):
        shown = node.get_state_set().contains(Atspi.StateType.SHOWING)
        print(f"{'  ' * depth}{role_of(node)}: {node.get_name()!r}{'' if shown else ' (hidden)'}", file=file)
    return 0 if app else 1


# What a person works with; parts of a list or table are named by what is in them.
CONTROLS = {"push button", "toggle button", "check box", "radio button", "combo box", "text", "password text", "spin button",
            "slider", "list", "tree", "table", "page tab", "menu item", "check menu item"}


def print_unnamed():
    """Every control that is shown and has no name, by its role and the path to it."""
    def look(node, path):
        if node is None or not (node.get_state_set().contains(Atspi.StateType.SHOWING) or not path):
            return
        role, name = role_of(node), (node.get_name() or "").strip()
        if role in CONTROLS and not name and not (node.get_description() or "").strip():
            print(f"{role}: {' / '.join(path)}")
        for index in range(min(node.get_child_count(), 50)):
            look(node.get_child_at_index(index), path + [f"{role} {name!r}"])
    app = application()
    look(app, [])
    return 0 if app else 1


def main():
    if sys.argv[1] == "unnamed":
        return print_unnamed()
    if sys.argv[1] == "tree":
        return print_tree(sys.stdout)
    role, pattern, seconds = sys.argv[2], sys.argv[3], float(sys.argv[4])
    wanted = sys.argv[5] if len(sys.argv) > 5 else ""
    end = time.monotonic() + seconds
    before = None
    while time.monotonic() < end:
        try:
            place = find(role, pattern, wanted == "focused")
        except GLib.Error:
            place = None
        now = (place.x, place.y, place.width, place.height) if place else None
        if now and (wanted != "settled" or now == before):
            print(*now)
            return 0
        before = now
        time.sleep(0.1)
    if print_tree(sys.stderr) != 0:
        print("the application is not seen at all", file=sys.stderr)
    print(f"no {role} named {pattern!r} appeared", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
