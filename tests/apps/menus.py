"""A menu that is open while the snapshot is made, with its grabs of pointer and keyboard, and is used after the resume."""
import re

from entractetest.case import expect
from entractetest.desktop import Window, differing_pixels
from entractetest.processes import wait_for


def popups(desktop):
    """Windows on the screen that no window manager sees, largest first: menus and the like."""
    found = []
    for ident in re.findall(r"^ +(0x[0-9a-f]+) ", desktop.run(["xwininfo", "-root", "-children"]), re.M):
        told = desktop.run(["xwininfo", "-id", ident], check=False)
        numbers = [int(n) for n in re.findall(r"(?:Width|Height): (\d+)", told)]
        if "IsViewable" in told and "Override Redirect State: yes" in told and len(numbers) == 2 and min(numbers) > 30:
            found.append((numbers[0] * numbers[1], ident))
    return [Window(desktop, ident) for _, ident in sorted(found, reverse=True)]


class OpenMenu:
    """`keys` open it, and `chosen` choose an item that opens a dialog, which Escape closes."""

    def __init__(self, trial, keys, chosen):
        self.trial, self.keys, self.chosen = trial, keys, chosen

    def open(self):
        known = {window.id for window in popups(self.trial.desktop)}
        self.trial.window().key(*self.keys)
        menu = wait_for("a menu", lambda: next(
            (w for w in popups(self.trial.desktop) if w.id not in known), None), 15, 0.2)
        self.trial.settle(menu)
        return menu

    def use(self):
        """With the mouse (an item below it is lit) and with the keyboard, as it is; then once more, opened anew."""
        menu = wait_for("the menu", lambda: next(iter(popups(self.trial.desktop)), None), 15, 0.2)
        self._lights_up(menu)
        self._choose(menu)
        self._choose(self.open())

    def _lights_up(self, menu):
        desktop, temporary = self.trial.desktop, self.trial.case.temporary
        before = desktop.window_picture(menu, temporary("menu-before.png"))
        _, _, width, height = menu.geometry()

        def lit(part):
            desktop.run(["xdotool", "mousemove", "--window", menu.id, str(width // 3), str(round(height * part))])
            return differing_pixels(before, desktop.window_picture(menu, temporary("menu-lit.png"))) > 200
        # Not every place of a menu is an item.
        wait_for("an item below the mouse to be lit", lambda: any(lit(part / 10) for part in range(2, 9)), 15, 0.2)

    def _choose(self, menu):
        desktop = self.trial.desktop
        known = {w.id for w in desktop.windows()}
        desktop.run(["xdotool", "key", "--delay", "80", *self.chosen])
        dialog = wait_for("the item's dialog", lambda: next(
            (w for w in desktop.windows() if w.id not in known), None), 20, 0.2)
        expect(menu.id not in [w.id for w in popups(desktop)], "the menu has closed")
        self.trial.settle(dialog)
        dialog.key("Escape")
        wait_for("the dialog's end", lambda: dialog.id not in [w.id for w in desktop.windows()], 20, 0.2)
