"""Browsers: several processes, a page with a timer, an animation and a form half filled."""
import time

from entractetest.processes import wait_for

from .application import Application

PAGE = """<!doctype html><title>tick 0</title><h1>Half filled</h1>
<form onsubmit="return false"><input id=a autofocus size=50></form><div id=box style="width:60px;height:60px;
background:#c33;position:absolute;animation:go 2s infinite alternate linear"></div>
<style>@keyframes go{from{left:0}to{left:400px}}</style>
<script>let n=0;setInterval(()=>{document.title='tick '+(++n)+' '+document.getElementById('a').value},200)</script>"""


def ticks(title):
    return int(title.split("tick ", 1)[1].split()[0])


class Browser(Application):
    moving = True
    words = ()  # of the command

    def begin(self, trial):
        page = trial.home("page.html")
        trial.put(page, PAGE)
        trial.exec(*self.command, *self.words, f"file://{page}")
        window = trial.window(title="tick", limit=self.start_limit)
        wait_for("the page", lambda: ticks(window.title) > 5, 30, 0.2)
        window.type("half a ")
        trial.window(title=r"tick \d+ half a", limit=15)

    def goes_on(self, trial):
        now = ticks(trial.window(title="tick").title)
        wait_for("the page to go on after the snapshot",
                 lambda: ticks(trial.window(title="tick").title) > now, 10, 0.1)

    def use(self, trial):
        window = trial.window(title=r"tick \d+ half a")
        now = ticks(window.title)
        wait_for("the page's timer to go on", lambda: ticks(window.title) > now, 10, 0.1)
        window.type("form")
        trial.window(title=r"tick \d+ half a ?form", limit=15)
        known = len(trial.desktop.windows())
        window.key("ctrl+n")
        wait_for("another window", lambda: len(trial.desktop.windows()) > known, 30, 0.2)

    def quit(self, trial):
        """Closes its windows one by one, as one does."""
        for _ in range(6):
            windows = trial.desktop.windows(self.window_class)
            if not windows:
                return
            windows[-1].key("ctrl+w")
            time.sleep(1.5)


class Firefox(Browser):
    name, package, window_class = "firefox-esr", "firefox-esr", "firefox-esr"
    command, processes = ("firefox-esr",), ("firefox-esr", "Web Content", "Isolated Web Co")
    words = ("--new-window",)


class Chromium(Browser):
    name, package, window_class = "chromium", "chromium", "Chromium"
    command, processes = ("chromium",), ("chromium", "chrome")
    words = ("--no-first-run", "--password-store=basic")
