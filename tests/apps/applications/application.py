"""What every application of the matrix tells, and what several of them do."""
import time

from entractetest.case import expect
from entractetest.processes import Failure, wait_for


class Application:
    """One program. begin() makes something visible before the snapshot, use() something with consequences after the
    resume, and quit() is the program's own way to end.
    """

    name = package = window_class = ""
    command = ()
    processes = ()        # names (as in /proc/PID/comm) that are gone after quit()
    requires = ()         # further commands without which it cannot be tried
    moving = False        # its picture never stands still
    tolerated = 600       # pixels: a text cursor that blinks, an anti-aliased edge
    start_limit = 90      # s
    notes = ""            # for the table
    screen = "host"       # where the session is shown
    options = ()          # of `entracte start`
    menu = ()             # keys that open a menu, to be open in the snapshot; keys that choose a dialog in it

    def begin(self, trial):
        trial.exec(*self.command)
        window = trial.window(limit=self.start_limit)
        if not self.moving:
            trial.settle(window, 30)

    def goes_on(self, trial):
        """Called right after the snapshot, on the first server."""

    def came_back(self, trial):
        """Called when it looks as before, on the second server."""

    def use(self, trial):
        raise NotImplementedError

    def quit(self, trial):
        """False when it is not to be waited for."""
        trial.window().key("ctrl+q")


class TextEditor(Application):
    """Text that is never saved; typed on and saved after the resume."""

    text = "Typed before the snapshot, never saved."
    more = " Typed after the resume."
    save_keys = "ctrl+shift+s"
    extension = "txt"

    def begin(self, trial):
        super().begin(trial)
        fill(trial.window(), self.text)

    def use(self, trial):
        window = trial.window()
        window.key("ctrl+End")
        window.type(self.more)
        found = window.all_text().strip()
        expect(found == self.text + self.more, f"it holds {found!r}")
        window.key("ctrl+End")
        path = trial.home(f"{self.name}.{self.extension}")
        save_as(trial, path, self.save_keys)
        self.saved(trial, path)

    def saved(self, trial, path):
        trial.wait_file(path, self.more.encode())


def fill(window, text):
    """Types until it is there: the first keys may meet a program that is not ready yet."""
    found = None
    for _ in range(4):
        window.type(text)
        try:
            found = window.all_text().strip()
        except Failure:
            found = ""
        if found == text:
            window.key("ctrl+End")
            return
        window.key("ctrl+a", "Delete")
        time.sleep(1)
    raise Failure(f"{text!r} was typed, and there is {found!r}")


def dialog_after(trial, action, limit=25):
    """The window that `action` opens, once it stands still."""
    known = {w.id for w in trial.desktop.windows()}
    action()
    dialog = wait_for("a dialog", lambda: next(
        (w for w in trial.desktop.windows() if w.id not in known), None), limit, 0.2)
    trial.settle(dialog)
    return dialog


def save_as(trial, path, keys="ctrl+shift+s", window=None):
    """Through the program's own file dialog (GTK's, Qt's and Java's take a path that is typed)."""
    window = window or trial.window()
    dialog = dialog_after(trial, lambda: window.key(keys))
    dialog.key("ctrl+a")
    dialog.type(path)
    time.sleep(0.3)
    dialog.key("Return")
    return dialog


def drag(desktop, window, start, end):
    """With the left button, from and to points of the window."""
    steps = 8
    desktop.run(["xdotool", "mousemove", "--window", window.id, *map(str, start)])
    time.sleep(0.1)
    desktop.run(["xdotool", "mousedown", "1"])
    for step in range(1, steps + 1):
        x, y = (round(a + (b - a) * step / steps) for a, b in zip(start, end))
        desktop.run(["xdotool", "mousemove", "--window", window.id, str(x), str(y)])
        time.sleep(0.03)
    desktop.run(["xdotool", "mouseup", "1"])
