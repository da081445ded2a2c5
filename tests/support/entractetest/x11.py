"""A very small X client: what the tests ask of a server without any library in between.

X protocol, appendix B. One connection is one Client.
"""
import select
import socket
import struct
import time

from .processes import Failure

SUBSTRUCTURE_NOTIFY = 1 << 19
UNMAP_NOTIFY = 18


class Client:
    def __init__(self, path, cookie, big_endian=False):
        self._order = ">" if big_endian else "<"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(10)
        self._socket.connect(path)
        name = b"MIT-MAGIC-COOKIE-1" if cookie else b""
        self._socket.sendall(self._pack("BxHHHHxx", ord("B" if big_endian else "l"), 11, 0, len(name), len(cookie))
                             + _padded(name) + _padded(cookie))
        status, _, length = self._unpack("BB4xH", self._receive(8), 0)
        setup = self._receive(length * 4)
        if status != 1:
            raise Failure(f"the X server refused: {setup!r}")
        vendor, formats = self._unpack("H", setup, 16)[0], setup[21]
        screen = 32 + (vendor + 3 & ~3) + 8 * formats
        self.resource_base = self._unpack("I", setup, 4)[0]
        self.resource_mask = self._unpack("I", setup, 8)[0]
        self.root = self._unpack("I", setup, screen)[0]
        self.size = self._unpack("HH", setup, screen + 20)
        self._sequence = 0
        self._events = []

    def _pack(self, layout, *values):
        return struct.pack(self._order + layout, *values)

    def _unpack(self, layout, data, at):
        return struct.unpack_from(self._order + layout, data, at)

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
        self._socket.sendall(self._pack("BBH", opcode, data, 1 + len(body) // 4) + body)

    def _message(self):
        head = self._receive(32)
        extra = self._unpack("I", head, 4)[0] * 4 if head[0] & 0x7F in (1, 35) else 0
        return head + self._receive(extra)

    def _ask(self, opcode, data, body):
        self._send(opcode, data, body)
        return self._answer(self._sequence)

    def _answer(self, number):
        """The reply to the request of this number."""
        while True:
            message = self._message()
            if message[0] > 1:
                self._events.append(message)
                continue
            told = self._unpack("H", message, 2)[0]
            if told != number & 0xFFFF:
                raise Failure(f"request {number} was answered as {told}")
            if message[0] == 0:
                raise Failure(f"X error {message[1]} for request {number}")
            return message

    def intern_atom(self, name):
        data = name.encode()
        return self._unpack("I", self._ask(16, 0, self._pack("Hxx", len(data)) + data), 8)[0]

    def extension(self, name):
        """(present, major opcode, first event, first error)"""
        data = name.encode()
        return self._unpack("BBBB", self._ask(98, 0, self._pack("Hxx", len(data)) + data), 8)

    def children(self, window=None):
        reply = self._ask(15, 0, self._pack("I", window or self.root))
        return list(self._unpack(f"{self._unpack('H', reply, 16)[0]}I", reply, 32))

    def process_of(self, window):
        """What X-Resource says (QueryClientIds with LocalClientPID); None: nothing."""
        present, major, _, _ = self.extension("X-Resource")
        if not present:
            raise Failure("there is no X-Resource")
        reply = self._ask(major, 4, self._pack("III", 1, window, 2))
        found = self._unpack("I", reply, 8)[0]
        return self._unpack("I", reply, 44)[0] if found else None

    def select(self, window, mask):
        self._send(2, 0, self._pack("III", window, 1 << 11, mask))

    def create_window(self, number, x, y, width, height):
        """By the number'th id of the connection's. InputOutput, like its parent in all else; mapped."""
        window = self.resource_base | number
        self._send(1, 0, self._pack("IIhhHHHHII", window, self.root, x, y, width, height, 0, 1, 0, 0))
        self._send(8, 0, self._pack("I", window))
        return window

    def geometry(self, window):
        """x, y, width, height"""
        return self._unpack("hhHH", self._ask(14, 0, self._pack("I", window)), 12)

    def set_property(self, window, name, kind, values):
        """`values`: numbers of 32 bits, or bytes."""
        unit, data = (8, values) if isinstance(values, bytes) else (32, self._pack(f"{len(values)}I", *values))
        self._send(18, 0, self._pack("IIIB3xI", window, self.intern_atom(name), self.intern_atom(kind), unit,
                                     len(values)) + data)

    def get_property(self, window, name):
        """Numbers of 32 bits."""
        reply = self._ask(20, 0, self._pack("IIIII", window, self.intern_atom(name), 0, 0, 1000))
        return list(self._unpack(f"{self._unpack('I', reply, 16)[0]}I", reply, 32))

    def no_operations(self, count):
        self._sequence += count
        self._socket.sendall(self._pack("BxH", 127, 1) * count)

    def ask_without_waiting(self):
        """Its number, for `answered`."""
        self._send(43, 0, b"")
        return self._sequence

    def answered(self, number):
        self._answer(number)

    def grab_server(self, grabbed):
        self._send(36 if grabbed else 37, 0, b"")

    @property
    def requests(self):
        return self._sequence

    def free_ids(self, count=None):
        """By XC-MISC: `count` of them; without, the first and last of a range."""
        _, major, _, _ = self.extension("XC-MISC")
        if count is None:
            first, length = self._unpack("II", self._ask(major, 1, b""), 8)
            return first, first + length - 1
        reply = self._ask(major, 2, self._pack("I", count))
        return list(self._unpack(f"{self._unpack('I', reply, 8)[0]}I", reply, 32))

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
