"""entracte-xproxy by itself: programs on a display of its own, which hops from server to server."""
import os
from pathlib import Path

from .processes import Process, run, run_status, wait_for
from .product import programs_for_everybody


def _free_display():
    number = 300 + os.getpid() % 2000
    while any(Path(p).exists() for p in (f"/tmp/.X11-unix/X{number}", f"/tmp/.X{number}-lock")):
        number += 1
    return f":{number}"


class StandaloneProxy:
    """Listens on a display of its own; `environment` is for its programs."""

    def __init__(self, case, server):
        self.person = case.person
        self.program = programs_for_everybody(case.workspace) / "entracte-xproxy"
        self.display = _free_display()
        self._process = case.stack.enter_context(
            Process([self.program, "--listen", self.display, "--display", server.display],
                    case.temporary("xproxy.log"), case.person, env=server.environment()))
        self.socket_path = f"/tmp/.X11-unix/X{self.display[1:]}"
        wait_for("the proxy", lambda: os.path.exists(self.socket_path) or not self._process.running())

    def environment(self, **more):
        return self.person.environment(DISPLAY=self.display, **more)

    def move(self, server):
        """Its standard output."""
        return run([self.program, "--move", self.display, server.display], self.person,
                   server.environment())

    def try_move(self, display):
        """Status and words, whatever they are."""
        return run_status([self.program, "--move", self.display, display], self.person,
                          self.person.environment(), timeout=40)

    def running(self):
        return self._process.running()
