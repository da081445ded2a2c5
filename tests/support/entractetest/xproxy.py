"""entracte-xproxy by itself: programs on a display of its own, which hops from server to server."""
import os
import re
import socket
from pathlib import Path

from .processes import Failure, Process, run, run_status, wait_for
from .product import programs_for_everybody


def _free_display(stack):
    """A display number that nobody has, and no other test takes while `stack` holds it."""
    number = 300 + os.getpid() % 2000
    while True:
        taken = stack.enter_context(socket.socket(socket.AF_UNIX))
        try:
            taken.bind(f"\0entracte-test-display-{number}")
        except OSError:
            number += 1
            continue
        if not any(Path(p).exists() for p in (f"/tmp/.X11-unix/X{number}", f"/tmp/.X{number}-lock")):
            return f":{number}"
        number += 1


class Audit:
    """`compared` facts, `differences` among them, `by_rule` besides."""

    def __init__(self, ended):
        self.status, self.words = ended.returncode, ended.stdout + ended.stderr
        numbers = re.match(r"(\d+) facts compared, (\d+) differ, (\d+) differ by a rule", ended.stdout)
        self.complete = numbers is not None
        self.compared, self.differences, self.by_rule = map(int, numbers.groups()) if numbers else (0, 0, 0)


class StandaloneProxy:
    """Listens on a display of its own; `environment` is for its programs."""

    def __init__(self, case, server):
        self.person = case.person
        self.program = programs_for_everybody(case.workspace) / "entracte-xproxy"
        self.display = _free_display(case.stack)
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

    def try_move(self, display, server=None):
        """Status and words, whatever they are. `server`: whose cookie is needed."""
        return run_status([self.program, "--move", self.display, display], self.person,
                          (server or self.person).environment(), timeout=40)

    def audit(self):
        """What `--audit` says of the server of the moment."""
        return Audit(run_status([self.program, "--audit", self.display], self.person,
                                self.person.environment(), timeout=40))

    def expect_clean_moves(self, moves):
        """Nothing of what the last moves made again was refused, and what the new servers hold was as recorded."""
        words = self._process.log.read_text(errors="replace")
        refused = re.findall(r"rebuilt: \d+ requests, (\d+) of them refused", words)
        differing = re.findall(r"audit: \d+ facts compared, (\d+) differ,", words)
        clean = len(refused) >= moves and len(differing) >= moves and {*refused, *differing} <= {"0"}
        if not clean:
            raise Failure(f"{len(refused)} moves for {moves}:\n{words}")

    def status(self):
        """What `--status` says of its programs."""
        return run([self.program, "--status", self.display], self.person, self.person.environment())

    def words(self):
        return self._process.words()

    def running(self):
        return self._process.running()
