"""Programs that nobody here wrote, as sessions hold them."""
import re
import shutil
import time

from .desktop import Desktop
from .processes import Failure, wait_for

# The counter shows in the title of its window, so that it can be read through any X server.
_COUNT = r'i=0; while :; do printf "\033]0;tick %d\007tick %d\r\n" $i $i; i=$((i+1)); sleep 0.2; done'
COUNTER = ["xterm", "-e", "bash", "-c", _COUNT]
# The same, but quiet: its picture stays as it is.
STILL_TERMINAL = ["xterm", "-T", "still", "-e", "bash", "-c", "seq 101 120; exec cat"]
# A program that another one traces, as a debugger does: it cannot be saved (field notes).
TRACED = ["/usr/bin/python3", "-c",
          "import ctypes, os, signal, time\n"
          "if os.fork() == 0:\n"
          "    assert ctypes.CDLL(None).ptrace(0, 0, 0, 0) == 0\n"
          "    os.kill(os.getpid(), signal.SIGSTOP)\n"
          "time.sleep(10000)\n"]


class Editor:
    """An editor in which text is typed and never saved."""

    def __init__(self, command, window_class, text, new_document=False):
        self.command, self.window_class, self.text = command, window_class, text
        self._new_document = new_document

    def window(self, desktop, limit=60.0):
        return desktop.wait_window(self.window_class, limit)

    def fill(self, desktop):
        window = self.window(desktop)
        time.sleep(0.7)
        if self._new_document:
            # Kate may begin with a page of welcome, where nothing can be typed.
            window.key("ctrl+n")
            time.sleep(0.5)
        window.type(self.text)
        return window


def mousepad():
    return Editor(["mousepad", "--disable-server"], "Mousepad", "Mousepad: never saved to any file.")


def qt_editor():
    text = "Qt editor: this sentence lives in memory only."
    for name, new_document in (("kate", True), ("kwrite", False), ("featherpad", False)):
        if shutil.which(name):
            return Editor([name], name, text, new_document)
    raise Failure("no Qt editor is installed (kate, kwrite or featherpad)")


def counter_value(desktop):
    """What the counter shows; None when its window is not there."""
    for window in desktop.windows("XTerm"):
        if found := re.match(r"tick (\d+)", window.title):
            return int(found[1])
    return None


def session_with_text(product, server, **options):
    """A session with the counter and an editor that holds unsaved text: its id, the editor."""
    session = product.start(server, *COUNTER, **options)
    desktop = Desktop(server)
    desktop.wait_window("XTerm", title="tick")
    editor = mousepad()
    product.exec(session, *editor.command)
    editor.fill(desktop)
    return session, editor


def wait_counting(server):
    """Until the counter goes on at `server`; where it was when it was first seen there."""
    desktop = Desktop(server)
    desktop.wait_window("XTerm", title="tick")
    now = counter_value(desktop)
    wait_for("the counter to go on", lambda: (counter_value(desktop) or 0) > now, 20)
    return now
