"""A network of the test's own, in which the helper runs: what its sessions reach can change, and nothing of the
machine does."""
import os
import sys

from .processes import Process, run, wait_for

# Says its name to whoever connects, on each address that it is given: "host:port" or "[IPv6]:port".
_SERVER = """
import selectors, socket, sys
chosen = selectors.DefaultSelector()
for word in sys.argv[1:]:
    host, _, port = word.rpartition(":")
    one = socket.create_server((host.strip("[]"), int(port)), family=socket.AF_INET6 if "[" in word else socket.AF_INET)
    chosen.register(one, selectors.EVENT_READ, word)
print("listening", flush=True)
kept = []
while True:
    for key, _ in chosen.select():
        connection = key.fileobj.accept()[0]
        connection.sendall(key.data.encode() + b"\\n")
        kept.append(connection)
"""

# Says what comes in datagrams to the addresses that it is given.
_EARS = """
import selectors, socket, sys
chosen = selectors.DefaultSelector()
for word in sys.argv[1:]:
    host, _, port = word.rpartition(":")
    one = socket.socket(socket.AF_INET6 if "[" in word else socket.AF_INET, socket.SOCK_DGRAM)
    one.bind((host.strip("[]"), int(port)))
    chosen.register(one, selectors.EVENT_READ)
print("listening", flush=True)
while True:
    for key, _ in chosen.select():
        print("heard", key.fileobj.recv(100).decode(), flush=True)
"""

# In a session: sends its name in a datagram to each place, by a socket that is bound to eth0.
SEND = """
import socket, sys
for word in sys.argv[1:]:
    host, _, port = word.rpartition(":")
    with socket.socket(socket.AF_INET6 if "[" in word else socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
        try:
            one.sendto(word.encode(), (host.strip("[]"), int(port)))
        except OSError as problem:
            print(word, problem)
"""

# In a session: what became of connecting to each such place, as one line in a file. With "@device" by a socket that is
# bound to it.
ASK = """
import os, socket, sys
told = []
for word in sys.argv[2:]:
    place, _, device = word.partition("@")
    host, _, port = place.rpartition(":")
    try:
        with socket.socket(socket.AF_INET6 if "[" in host else socket.AF_INET) as connection:
            connection.settimeout(2 if device else 10)
            if device:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())
            connection.connect((host.strip("[]"), int(port)))
            told.append(connection.makefile().readline().strip())
    except OSError as problem:
        told.append(type(problem).__name__ + " " + str(problem.errno))
with open(sys.argv[1] + ".new", "w") as file:
    file.write(" ".join(told))
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""


def _space_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/ns/net")
    except OSError:
        return None


class OtherNetwork:
    """A network namespace with one network beside its loopback."""

    def __init__(self, workspace, address):
        self._workspace, self._neighbour = workspace, None
        self._holder = Process(["unshare", "--net", "sleep", "infinity"], workspace.path / "network.log")
        wait_for("a network", lambda: self._is_apart(), 10)
        self.ip("link", "set", "lo", "up")
        self.ip("link", "add", "uplink", "type", "veth", "peer", "name", "far")
        self.ip("link", "set", "far", "up")
        self.ip("link", "set", "uplink", "up")
        self.address = None
        self.move_to(address)
        self._servers = []

    def _is_apart(self):
        return _space_of(self._holder.pid) not in (None, _space_of("self"))

    def enter(self, *command, of=None):
        return ["nsenter", f"--net=/proc/{(of or self._holder).pid}/ns/net", *map(str, command)]

    def ip(self, *words):
        run(self.enter("ip", *words))

    def move_to(self, address):
        """The computer is elsewhere: another address, and the one that it had is gone."""
        if self.address:
            self.ip("addr", "del", f"{self.address}/24", "dev", "uplink")
        self.ip("addr", "add", f"{address}/24", "dev", "uplink")
        self.address = address

    def has_ipv6(self, address, neighbour):
        """The computer has this address (of a /64), and another computer, in a network of its own, that one."""
        self._neighbour = Process(["unshare", "--net", "sleep", "infinity"], self._workspace.path / "neighbour.log")
        wait_for("another network", lambda: _space_of(self._neighbour.pid) not in (
            None, _space_of(self._holder.pid), _space_of("self")), 10)
        self.ip("link", "set", "far", "netns", self._neighbour.pid)
        self.ip("addr", "add", f"{address}/64", "dev", "uplink", "nodad")
        for words in (("link", "set", "far", "up"), ("addr", "add", f"{neighbour}/64", "dev", "far", "nodad")):
            run(self.enter("ip", *words, of=self._neighbour))

    def lose_ipv6(self):
        self.ip("-6", "addr", "flush", "dev", "uplink", "scope", "global")

    def serve(self, *places, neighbour=False):
        return self._serve(_SERVER, places, neighbour and self._neighbour)

    def hear(self, *places):
        """Its words are "heard" and what came, line by line."""
        return self._serve(_EARS, places)

    def _serve(self, program, places, of=None):
        log = self._workspace.path / f"serves{len(self._servers)}.log"
        server = Process(self.enter(sys.executable, "-c", program, *places, of=of), log)
        self._servers.append(server)
        wait_for("a server", lambda: "listening" in server.words(), 10)
        return server

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.end()
        if self._neighbour:
            self._neighbour.end()
        self._holder.end()
