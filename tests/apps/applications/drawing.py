"""Programs in which one draws."""
import subprocess
import time

from entractetest.processes import wait_for

from .application import Application, dialog_after, drag


class Gimp(Application):
    name, package, window_class = "gimp", "gimp", "Gimp"
    processes = ("gimp", "gimp-2.10", "gimp-3.0", "script-fu")
    start_limit = 120
    notes = "an unsaved drawing"

    def begin(self, trial):
        path = trial.home("canvas.png")
        trial.put(path, subprocess.run(["convert", "-size", "400x300", "xc:white", "png:-"],
                                       capture_output=True, check=True).stdout)
        trial.exec("gimp", "--no-splash", "--new-instance", path)
        window = trial.window(title="canvas", limit=self.start_limit)
        trial.settle(window, 60)
        window.key("n")  # the pencil
        trial.shows_change(window, lambda: self._stroke(trial, -60), 50)

    def _stroke(self, trial, offset):
        window = trial.window()
        _, _, width, height = window.geometry()
        x, y = width // 2, height // 2 + offset
        drag(trial.desktop, window, (x - 80, y), (x + 80, y + 20))
        time.sleep(0.5)

    def use(self, trial):
        window = trial.window()
        window.activate()
        trial.shows_change(window, lambda: self._stroke(trial, 30), 50)
        path = trial.home("drawing.xcf")
        dialog = dialog_after(trial, lambda: window.key("ctrl+s"))
        dialog.key("ctrl+a")
        dialog.type(path)
        dialog.key("Return")
        trial.wait_file(path, b"gimp xcf")
        trial.settle(window)


class Inkscape(Application):
    name, package, window_class = "inkscape", "inkscape", "Inkscape"
    processes = ("inkscape",)
    start_limit = 120
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"/>'

    def begin(self, trial):
        self.path = trial.home("drawing.svg")
        trial.put(self.path, self.drawing)
        trial.exec("inkscape", self.path)
        window = trial.window(limit=self.start_limit, title="drawing")
        trial.settle(window, 60)
        window.key("r")  # rectangles
        trial.shows_change(window, lambda: self._rectangle(trial, -80), 50)

    def _rectangle(self, trial, offset):
        window = trial.window()
        _, _, width, height = window.geometry()
        x, y = width // 2 + offset, height // 2
        drag(trial.desktop, window, (x - 30, y - 30), (x + 30, y + 30))
        time.sleep(1)

    def use(self, trial):
        window = trial.window()
        window.activate()
        trial.shows_change(window, lambda: self._rectangle(trial, 40), 50)
        window.key("ctrl+s")
        wait_for("both rectangles in the file",
                 lambda: (trial.read(self.path) or b"").count(b"<rect") == 2, 20, 0.2)
