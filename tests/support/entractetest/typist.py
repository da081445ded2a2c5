"""Somebody who goes on typing, whatever becomes of the window."""
import re
import threading

from .desktop import Desktop
from .processes import Failure, run_status, wait_for

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Typist:
    """Types one letter after the other into the editor, on whichever of the servers its window is, until left."""

    def __init__(self, editor, *servers):
        self._editor, self._servers = editor, servers
        self._ending = threading.Event()
        self._problem = None
        self._letters = [] # (letter, whether its window was still there after it)
        self._thread = threading.Thread(target=self._run)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ending.set()
        self._thread.join()
        if self._problem:
            raise self._problem

    def count(self):
        return len(self._letters)

    def wait_for_more(self, count=5):
        before = self.count()
        wait_for(f"{count} more letters to be typed", lambda: self.count() >= before + count or self._problem, 40)

    def pattern(self):
        """What the editor's text ends with. A letter whose window went in the same moment came before or after that:
        it may be there, once.
        """
        return "".join(re.escape(letter) if there else f"{letter}?" for letter, there in self._letters)

    def _run(self):
        try:
            while not self._ending.is_set():
                for server in self._servers:
                    for window in Desktop(server).windows(self._editor.window_class):
                        self._type_into(window)
        except Exception as problem: # the test's thread raises it
            self._problem = problem

    def _type_into(self, window):
        try:
            window.activate()
        except Failure:
            return # it went just then
        server = window.desktop.server
        while not self._ending.is_set():
            letter = _LETTERS[len(self._letters) % len(_LETTERS)]
            # One connection: the window is looked for after the server has handled the key.
            done = run_status(["xdotool", "key", letter, "getwindowname", window.id], server.person,
                              server.environment())
            self._letters.append((letter, done.returncode == 0))
            if done.returncode:
                return
