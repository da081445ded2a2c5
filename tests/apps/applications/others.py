"""Readers, players, file managers, moving pictures."""
import subprocess
import time

from entractetest.case import expect
from entractetest.processes import wait_for

from .application import Application, dialog_after


def _pdf(pages):
    """A PDF of `pages` pages, each with its number in large letters."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(pages))
    objects = ["<< /Type /Catalog /Pages 2 0 R >>",
               f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>",
               "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    for i in range(pages):
        stream = f"BT /F1 90 Tf 120 400 Td (Page {i + 1}) Tj ET"
        objects += [f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {5 + 2 * i} 0 R "
                    "/Resources << /Font << /F1 3 0 R >> >> >>",
                    f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"]
    data, offsets = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{o:010} 00000 n \n" for o in offsets)
    return data + (f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} "
                   f"/Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n").encode()


class Evince(Application):
    name, package, window_class = "evince", "evince", "Evince"
    processes = ("evince", "evinced")

    def begin(self, trial):
        path = trial.home("pages.pdf")
        trial.put(path, _pdf(9))
        self.command = ("evince", path)
        super().begin(trial)
        window = trial.window()
        for _ in range(2):
            trial.shows_change(window, lambda: window.key("n"), 200)
        trial.settle(window)

    def use(self, trial):
        window = trial.window()
        trial.shows_change(window, lambda: window.key("n"), 200)
        trial.shows_change(window, lambda: window.key("p"), 200)

    def quit(self, trial):
        trial.window().key("ctrl+w")


class Thunar(Application):
    name, package, window_class = "thunar", "thunar", "Thunar"
    processes = ("thunar", "Thunar")

    def begin(self, trial):
        for folder in ("one", "two", "three"):
            trial.put(trial.home(f"files/{folder}.txt"), folder)
        self.command = ("thunar", trial.home("files"))
        super().begin(trial)
        trial.window().key("ctrl+a")
        trial.settle()

    def use(self, trial):
        window = trial.window()
        # Somebody else's change is seen: file watches live.
        trial.shows_change(window, lambda: trial.put(trial.home("files/four.txt"), "four"), 50)
        dialog = dialog_after(trial, lambda: window.key("ctrl+shift+n"))
        dialog.key("ctrl+a")
        dialog.type("made afterwards")
        dialog.key("Return")
        wait_for("the new folder", lambda: trial.exists(trial.home("files/made afterwards")), 15, 0.2)


class Mpv(Application):
    name, package, window_class = "mpv", "mpv", "mpv"
    processes, requires = ("mpv",), ("ffmpeg",)
    moving = True
    notes = "a film with sound, to the session's sound server"

    def begin(self, trial):
        film = trial.case.temporary("film.mkv")
        subprocess.run(["ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=480x360:rate=25",
                        "-f", "lavfi", "-i", "sine=frequency=440", "-t", "60", "-c:v", "mpeg4", "-c:a", "flac",
                        str(film)], check=True, stdin=subprocess.DEVNULL, timeout=60)
        path = trial.home("film.mkv")
        trial.put(path, film.read_bytes())
        self.command = ("mpv", "--loop", "--ao=pulse", "--no-config", "--title=at ${=time-pos}", path)
        super().begin(trial)
        wait_for("the film to play", lambda: self._position(trial) > 0.5, 30, 0.2)
        self._is_heard(trial)

    @staticmethod
    def _is_heard(trial):
        """The session's sound server plays what the film gives it."""
        path = f"/tmp/heard-{time.monotonic_ns()}"
        trial.exec("sh", "-c", f"timeout 3 parec -d session.monitor > {path}.part; mv {path}.part {path}")
        data = wait_for("a recording", lambda: trial.read(path), 15, 0.1)
        expect(len(data) > 50000 and len(set(data[-20000:])) > 50, f"{len(data)} bytes of silence were played")

    @staticmethod
    def _position(trial):
        try:
            return float(trial.window(limit=5).title.removeprefix("at "))
        except ValueError:
            return 0.0

    def use(self, trial):
        window = trial.window()
        now = self._position(trial)
        wait_for("the film to go on", lambda: self._position(trial) != now, 10, 0.1)
        self._is_heard(trial)
        window.key("space")
        time.sleep(0.5)
        now = self._position(trial)
        trial.settle(window)
        window.key("Right")
        wait_for("five seconds on", lambda: self._position(trial) != now, 10, 0.1)

    def quit(self, trial):
        trial.window().key("q")


class Glxgears(Application):
    name, package, window_class = "glxgears", "mesa-utils", ""  # it tells no class
    command, processes = ("glxgears",), ("glxgears",)
    moving = True
    notes = "OpenGL, drawn by the processor"

    def use(self, trial):
        window = trial.window()
        trial.shows_change(window, lambda: None, 100)
        _, _, width, _ = window.geometry()
        trial.desktop.run(["xdotool", "windowsize", window.id, "420", "380"])
        wait_for("the new size", lambda: window.geometry()[2] == 420 != width, 10)
        trial.shows_change(window, lambda: None, 100)

    def begin(self, trial):
        super().begin(trial)
        trial.shows_change(trial.window(), lambda: None, 100)

    def quit(self, trial):
        trial.window().key("Escape")


class Sopwith(Application):
    name, package, window_class = "sopwith", "sopwith", "sopwith"
    command, processes = ("/usr/games/sopwith",), ("sopwith",)
    tolerated = 0  # nothing in it moves while its plane stands, and its score is small
    notes = "a game: SDL, with sound"

    def begin(self, trial):
        super().begin(trial)
        window = trial.window()
        for key in ("s", "n"):  # alone, as a novice
            trial.shows_change(window, lambda k=key: window.key(k), 1000)
        # A bomb on one's own plane: 50 points less, a crater, and the next plane.
        trial.shows_change(window, lambda: window.key("b"), 50)
        trial.settle(window)

    def use(self, trial):
        window = trial.window()
        # Off the ground: from now on everything moves.
        trial.shows_change(window, lambda: window.key("x", "x", "x", "comma"), 1000)
        trial.shows_change(window, lambda: None, 1000)

    def quit(self, trial):
        trial.window().key(*["ctrl+c"] * 3)
