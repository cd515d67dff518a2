"""A pooler before PostgreSQL, in session mode: as much of PgBouncer as can hurt us.

It takes no `options` on the way in, says DISCARD ALL when a client leaves, and gives the connection
to the next one, who finds neither role nor tenant nor anything prepared.
"""

import select
import socket
import struct
from collections import defaultdict
from contextlib import suppress
from typing import Final, NamedTuple, Self
from urllib.parse import urlsplit

from tests.operations.lines import by_way_of, connected, listening, serve_each

TAKEN: Final = {
    b"user",
    b"database",
    b"client_encoding",
    b"datestyle",
    b"timezone",
    b"standard_conforming_strings",
    b"application_name",
}
STARTUP: Final = 196_608
REQUESTS: Final = (80_877_103, 80_877_104)
"""Whether one would like to speak TLS, or GSSAPI."""

RESET: Final = b"DISCARD ALL"
PIECE: Final = 65_536


class Message(NamedTuple):
    """A letter that says what it is, and the rest."""

    kind: bytes
    body: bytes

    @property
    def as_sent(self) -> bytes:
        return self.kind + struct.pack("!i", len(self.body) + 4) + self.body


class Line(NamedTuple):
    """A connection to PostgreSQL, and what it said when it was ready for the first time."""

    server: socket.socket
    greeting: bytes


class Pooler:
    """Lends lines to PostgreSQL to whoever connects to `port`."""

    def __init__(self, dsn: str) -> None:
        parts = urlsplit(dsn)
        self._target = (parts.hostname or "", parts.port or 0)
        self._listener = listening()
        self._idle: dict[bytes, list[Line]] = defaultdict(list)
        self._lines: list[socket.socket] = []
        self.port: int = self._listener.getsockname()[1]
        self.lent_again = 0
        self.refused: list[bytes] = []

    def __enter__(self) -> Self:
        serve_each(self._listener, self._serve)
        return self

    def __exit__(self, *_: object) -> None:
        for line in (self._listener, *self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()

    def dsn(self, real: str) -> str:
        """Return the address of the server, by way of this."""
        return by_way_of(self.port, real)

    def _serve(self, client: socket.socket) -> None:
        self._lines.append(client)
        with suppress(OSError), client:
            startup = _startup(client)
            names = startup[4:].rstrip(b"\0").split(b"\0")[::2]
            if strange := sorted(set(names) - TAKEN):
                self.refused += strange
                client.sendall(_refusal(b"unsupported startup parameter: " + strange[0]))
                return
            line = self._line(client, startup)
            if _relay(client, line.server) and _reset(line.server):
                self._idle[startup].append(line)

    def _line(self, client: socket.socket, startup: bytes) -> Line:
        """Return a line that another has used, or a new one over which the client proves who it is."""
        if self._idle[startup]:
            self.lent_again += 1
            line = self._idle[startup].pop()
            client.sendall(Message(b"R", struct.pack("!i", 0)).as_sent + line.greeting)
            return line
        server = connected(self._target)
        self._lines.append(server)
        server.sendall(struct.pack("!i", len(startup) + 4) + startup)
        return Line(server, _introduced(client, server))


def _startup(client: socket.socket) -> bytes:
    while True:
        (length,) = struct.unpack("!i", _exactly(client, 4))
        body = _exactly(client, length - 4)
        (code,) = struct.unpack("!i", body[:4])
        if code == STARTUP:
            return body
        if code not in REQUESTS:
            raise ConnectionError(code)
        client.sendall(b"N")


def _introduced(client: socket.socket, server: socket.socket) -> bytes:
    """Hand on what both say until the server is ready; return what it said of itself."""
    greeting = b""
    known = False
    while True:
        said = _message(server)
        client.sendall(said.as_sent)
        if known:
            greeting += said.as_sent
        if said.kind == b"Z":
            return greeting
        if said.kind == b"R":
            (code,) = struct.unpack("!i", said.body[:4])
            known = code == 0
            if code in (3, 5, 10, 11):
                server.sendall(_message(client).as_sent)


def _relay(client: socket.socket, server: socket.socket) -> bool:
    """Hand on what both say, until the client says goodbye; False if somebody just hung up."""
    waiting = b""
    while True:
        ready, _, _ = select.select([client, server], [], [])
        if server in ready:
            piece = server.recv(PIECE)
            if not piece:
                return False
            client.sendall(piece)
        if client in ready:
            piece = client.recv(PIECE)
            waiting += piece
            while len(waiting) >= 5 and len(waiting) > (n := struct.unpack("!i", waiting[1:5])[0]):
                if waiting[:1] == b"X":
                    return True
                server.sendall(waiting[: n + 1])
                waiting = waiting[n + 1 :]
            if not piece:
                return False


def _reset(server: socket.socket) -> bool:
    server.sendall(Message(b"Q", RESET + b"\0").as_sent)
    done = False
    while (said := _message(server)).kind != b"Z" or not done:
        if said.kind == b"E":
            return False
        done = done or (said.kind == b"C" and said.body.startswith(RESET))
    return True


def _refusal(text: bytes) -> bytes:
    return Message(b"E", b"SFATAL\0VFATAL\0C08P01\0M" + text + b"\0\0").as_sent


def _message(line: socket.socket) -> Message:
    kind = _exactly(line, 1)
    (length,) = struct.unpack("!i", _exactly(line, 4))
    return Message(kind, _exactly(line, length - 4))


def _exactly(line: socket.socket, size: int) -> bytes:
    read = b""
    while len(read) < size:
        piece = line.recv(size - len(read))
        if not piece:
            raise ConnectionError
        read += piece
    return read
