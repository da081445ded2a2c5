"""What a session has in its /tmp, seen from outside."""
from pathlib import Path

from .processes import wait_for


class Files:
    def __init__(self, product):
        self._product = product

    def read(self, name):
        for pid in self._product.session_processes():
            try:
                return Path(f"/proc/{pid}/root/tmp/{name}").read_text().strip()
            except OSError:
                continue
        return None

    def expect(self, name, content):
        wait_for(f"/tmp/{name} to hold {content!r} (it holds {self.read(name)!r})",
                 lambda: self.read(name) == content, 10, 0.1)

    def _places(self, name):
        return [Path(f"/proc/{pid}/root/tmp/{name}") for pid in self._product.session_processes()]

    def write(self, name, content):
        for place in self._places(name):
            place.write_bytes(content)
            place.chmod(0o644)

    def wait_bytes(self, name, limit=20):
        """What it holds, once it is there."""
        place = wait_for(f"/tmp/{name}", lambda: [p for p in self._places(name) if p.exists()], limit, 0.1)[0]
        return place.read_bytes()

    def wait(self, name, limit=20):
        """What it holds, once there is something in it."""
        return wait_for(f"something in /tmp/{name}", lambda: self.read(name), limit, 0.1)
