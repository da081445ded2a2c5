"""A network of the test's own, in which the helper runs: what its sessions reach can change, and nothing of the
machine does."""
import subprocess
import sys

from .processes import Process, run, wait_for

# Says its name to whoever connects, on each address that it is given.
_SERVER = """
import selectors, socket, sys
chosen = selectors.DefaultSelector()
for word in sys.argv[1:]:
    host, port = word.split(":")
    one = socket.create_server((host, int(port)))
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

# In a session: what became of connecting to each "host:port", as one line in a file.
ASK = """
import os, socket, sys
told = []
for word in sys.argv[2:]:
    host, port = word.split(":")
    try:
        with socket.create_connection((host, int(port)), 10) as connection:
            told.append(connection.makefile().readline().strip())
    except OSError as problem:
        told.append(type(problem).__name__ + " " + str(problem.errno))
with open(sys.argv[1] + ".new", "w") as file:
    file.write(" ".join(told))
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""


class OtherNetwork:
    """A network namespace with one network beside its loopback."""

    def __init__(self, workspace, address):
        self._workspace = workspace
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
        places = [subprocess.run(["readlink", f"/proc/{pid}/ns/net"], capture_output=True, text=True,
                                 check=False).stdout for pid in ("self", self._holder.pid)]
        return all(places) and places[0] != places[1]

    def enter(self, *command):
        return ["nsenter", f"--net=/proc/{self._holder.pid}/ns/net", *map(str, command)]

    def ip(self, *words):
        run(self.enter("ip", *words))

    def move_to(self, address):
        """The computer is elsewhere: another address, and the one that it had is gone."""
        if self.address:
            self.ip("addr", "del", f"{self.address}/24", "dev", "uplink")
        self.ip("addr", "add", f"{address}/24", "dev", "uplink")
        self.address = address

    def serve(self, *places):
        return self._serve(_SERVER, places)

    def hear(self, *places):
        """Its words are "heard" and what came, line by line."""
        return self._serve(_EARS, places)

    def _serve(self, program, places):
        log = self._workspace.path / f"serves{len(self._servers)}.log"
        server = Process(self.enter(sys.executable, "-c", program, *places), log)
        self._servers.append(server)
        wait_for("a server", lambda: "listening" in server.words(), 10)
        return server

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.end()
        self._holder.end()
