"""A very small X client: what the tests ask of a server without any library in between.

X protocol, appendix B; little-endian only. One connection is one Client.
"""
import select
import socket
import struct
import time

from .processes import Failure

SUBSTRUCTURE_NOTIFY = 1 << 19
UNMAP_NOTIFY = 18


class Client:
    def __init__(self, path, cookie):
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(10)
        self._socket.connect(path)
        name = b"MIT-MAGIC-COOKIE-1" if cookie else b""
        self._socket.sendall(struct.pack("<BxHHHHxx", ord("l"), 11, 0, len(name), len(cookie))
                             + _padded(name) + _padded(cookie))
        status, _, length = struct.unpack("<BB4xH", self._receive(8))
        setup = self._receive(length * 4)
        if status != 1:
            raise Failure(f"the X server refused: {setup!r}")
        vendor, formats = struct.unpack_from("<H", setup, 16)[0], setup[21]
        screen = 32 + (vendor + 3 & ~3) + 8 * formats
        self.resource_mask = struct.unpack_from("<I", setup, 8)[0]
        self.root = struct.unpack_from("<I", setup, screen)[0]
        self.size = struct.unpack_from("<HH", setup, screen + 20)
        self._sequence = 0
        self._events = []

    def close(self):
        self._socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _receive(self, count):
        data = b""
        while len(data) < count:
            more = self._socket.recv(count - len(data))
            if not more:
                raise Failure("the X server closed the connection")
            data += more
        return data

    def _send(self, opcode, data, body):
        body = _padded(body)
        self._sequence += 1
        self._socket.sendall(struct.pack("<BBH", opcode, data, 1 + len(body) // 4) + body)

    def _message(self):
        head = self._receive(32)
        extra = struct.unpack_from("<I", head, 4)[0] * 4 if head[0] & 0x7F in (1, 35) else 0
        return head + self._receive(extra)

    def _ask(self, opcode, data, body):
        self._send(opcode, data, body)
        while True:
            message = self._message()
            if message[0] == 1:
                return message
            if message[0] == 0:
                raise Failure(f"X error {message[1]} for opcode {opcode}")
            self._events.append(message)

    def intern_atom(self, name):
        data = name.encode()
        return struct.unpack_from("<I", self._ask(16, 0, struct.pack("<Hxx", len(data)) + data), 8)[0]

    def extension(self, name):
        """(present, major opcode, first event, first error)"""
        data = name.encode()
        return struct.unpack_from("<BBBB", self._ask(98, 0, struct.pack("<Hxx", len(data)) + data), 8)

    def children(self, window=None):
        reply = self._ask(15, 0, struct.pack("<I", window or self.root))
        return list(struct.unpack_from(f"<{struct.unpack_from('<H', reply, 16)[0]}I", reply, 32))

    def process_of(self, window):
        """What X-Resource says (QueryClientIds with LocalClientPID); None: nothing."""
        present, major, _, _ = self.extension("X-Resource")
        if not present:
            raise Failure("there is no X-Resource")
        reply = self._ask(major, 4, struct.pack("<III", 1, window, 2))
        found = struct.unpack_from("<I", reply, 8)[0]
        return struct.unpack_from("<I", reply, 44)[0] if found else None

    def select(self, window, mask):
        self._send(2, 0, struct.pack("<III", window, 1 << 11, mask))

    def synchronise(self):
        self._ask(43, 0, b"")

    def events(self, seconds=0.0):
        """Every event until now, or of the next `seconds`: (code, message)."""
        end = time.monotonic() + seconds
        self.synchronise()
        while True:
            left = max(0.0, end - time.monotonic())
            if not select.select([self._socket], [], [], left)[0]:
                break
            self._events.append(self._message())
        events, self._events = self._events, []
        return [(e[0] & 0x7F, e) for e in events]


class UnmapWatch:
    """A second client that sees every mapped window disappear: root's children and theirs. (One that is destroyed
    is unmapped first.)
    """

    def __init__(self, client):
        self._client = client
        for window in [client.root, *client.children()]:
            client.select(window, SUBSTRUCTURE_NOTIFY)
        client.synchronise()

    def disappearances(self):
        """The windows that were unmapped since the last look."""
        return [hex(struct.unpack_from("<I", event, 8)[0]) for code, event in self._client.events()
                if code == UNMAP_NOTIFY]


def _padded(data):
    return data + bytes(-len(data) % 4)
