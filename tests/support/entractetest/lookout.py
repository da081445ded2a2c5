"""Looks at a desktop twice and tells whether it is the same: windows, text, pixels, and that it still obeys."""
import time

from .case import expect
from .desktop import differing_pixels
from .processes import Failure, wait_for
from .programs import STILL_TERMINAL, mousepad, qt_editor

# A text cursor that blinks, an anti-aliased edge: nobody calls that a difference.
TOLERATED_PIXELS = 600


class Lookout:
    """Three programs, filled on one display and looked at on another.

    `start` is called with each command: it starts the program wherever the session is.
    """

    def __init__(self, case, start):
        self._case, self._start = case, start
        self.editors = [mousepad(), qt_editor()]
        self.classes = ()
        self._pictures = {}

    def fill(self, desktop):
        self._start(STILL_TERMINAL)
        desktop.wait_window("XTerm")
        for editor in self.editors:
            self._start(editor.command)
            editor.fill(desktop)
        self.classes = desktop.classes()
        self.remember(desktop)

    def remember(self, desktop):
        """How it looks now is how it shall look."""
        self._pictures = self._take_pictures(desktop, "remembered")

    def _take_pictures(self, desktop, name):
        pictures = {}
        for window_class in ("XTerm", *(e.window_class for e in self.editors)):
            window = desktop.wait_window(window_class, limit=15)
            window.activate()
            # Neither a tooltip nor a highlighted button under the pointer.
            desktop.run(["xdotool", "mousemove", "0", "0"])
            pictures[window_class] = self._settled_picture(desktop, window, f"{name}-{window_class}")
        return pictures

    def _settled_picture(self, desktop, window, name):
        """Of a window that no longer changes by itself: toolkits fade things in and out."""
        path, previous = (self._case.temporary(f"{name}{suffix}.png") for suffix in ("", "-previous"))
        desktop.window_picture(window, path)

        def settled():
            path.replace(previous)
            time.sleep(0.3)
            return differing_pixels(previous, desktop.window_picture(window, path)) <= TOLERATED_PIXELS
        wait_for(f"{name} to stand still", settled, 20, 0)
        return path

    def expect_same(self, desktop):
        """Windows, pixels before and after a full redraw, text, and answers to keys and clicks."""
        self.expect_windows(desktop)
        self._expect_pixels(desktop, "after")
        desktop.run(["xrefresh"])
        time.sleep(0.3)
        self._expect_pixels(desktop, "redrawn")
        self.expect_text(desktop)
        self.expect_obeys(desktop)

    def expect_windows(self, desktop):
        try:
            wait_for("all windows", lambda: desktop.classes() == self.classes, 20, 0.2)
        except Failure as problem:
            raise Failure(f"{self.classes} became {desktop.classes()}") from problem

    def _expect_pixels(self, desktop, name):
        for window_class, picture in self._take_pictures(desktop, name).items():
            count = differing_pixels(self._pictures[window_class], picture)
            expect(count <= TOLERATED_PIXELS, f"{count} pixels of {window_class} differ ({name})")

    def expect_text(self, desktop):
        for editor in self.editors:
            found = editor.window(desktop, 15).all_text()
            expect(editor.text in found, f"the text in {editor.window_class} is {found[:80]!r}")

    def expect_obeys(self, desktop):
        """More can be typed, and a click puts the cursor where it points."""
        for editor in self.editors:
            window = editor.window(desktop, 15)
            window.key("ctrl+End")
            window.type(" And more.")
            expect(window.all_text().rstrip().endswith(editor.text + " And more."),
                   f"{editor.window_class} did not take what was typed: {window.all_text()!r}")
            _, _, width, height = window.geometry()
            window.key("ctrl+Home")
            window.click(width // 2, height // 2)
            window.type("!")
            text = window.all_text().rstrip()
            expect("!" in text and not text.startswith("!"),
                   f"a click did not move {editor.window_class}'s cursor: {text!r}")
            # As it was, for whoever looks again.
            window.key("ctrl+a", "Delete")
            window.type(editor.text)
