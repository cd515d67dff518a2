"""A TCP proxy that does to a connection what networks and servers do to it.

with Proxy("127.0.0.1", 5432) as line:
    connect(line.port)
    line.hang()         # nothing moves any more, and nobody is told
    line.mend()         # what waited moves on
"""

import select
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import Final, Self
from urllib.parse import urlsplit

from tests.operations.lines import by_way_of, connected, listening, serve_each

PIECE: Final = 65_536
RESET: Final = struct.pack("ii", 1, 0)
"""SO_LINGER by which closing sends RST: what was not read yet is lost, on both sides."""


class Weather(Enum):
    """How the line is at present."""

    FAIR = auto()
    HANGING = auto()
    """Connections are accepted, and stay; not a byte moves."""
    DRIPPING = auto()
    """A byte at a time moves, with a pause after each."""
    ONE_WAY = auto()
    """Half-open: what clients say arrives, and what servers say is lost."""


class Proxy:
    """Hands on what both sides say, as long as the weather is fair. Each method may be called by
    any thread and holds for connections that are there and for those to come.
    """

    def __init__(self, host: str, port: int, *, pause: float = 0.05) -> None:
        self._target = (host, port)
        self._pause = pause
        self._changed = threading.Condition()
        self._weather = Weather.FAIR
        self._swallow = False
        self._lines: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.accepted = 0

    def __enter__(self) -> Self:
        self.mend()
        return self

    def __exit__(self, *_: object) -> None:
        self.refuse()
        self._let(Weather.FAIR)
        self.cut()

    @classmethod
    def before(cls, dsn: str) -> Self:
        """Return one that leads to the server at this address."""
        parts = urlsplit(dsn)
        return cls(parts.hostname or "", parts.port or 0)

    def dsn(self, real: str) -> str:
        """Return the address of a server, by way of this proxy."""
        return by_way_of(self.port, real)

    def lead_to(self, port: int) -> None:
        """Lead whoever connects from now on to another server of this machine."""
        self._target = ("127.0.0.1", port)

    # --- Weather ------------------------------------------------------------------------

    def hang(self) -> None:
        """Move nothing any more."""
        self._let(Weather.HANGING)

    def drip(self) -> None:
        """Move a byte at a time."""
        self._let(Weather.DRIPPING)

    def lose_answers(self) -> None:
        """Hand on what clients say, and lose what is answered."""
        self._let(Weather.ONE_WAY)

    def swallow_the_next_answer(self) -> None:
        """Let the next request arrive, lose its answer, and hang up."""
        with self._changed:
            self._swallow = True

    def mend(self) -> None:
        """Move on what waits, and accept again."""
        self._let(Weather.FAIR)
        if self._listener is None:
            self._listener = listening(self.port)
            self.port = self._listener.getsockname()[1]
            serve_each(self._listener, self._serve)

    def cut(self) -> None:
        """End every connection as a server does that is told to stop."""
        for line in self._there():
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """End every connection as a server does that has lost its memory."""
        for line in self._there():
            with suppress(OSError):
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.cut()

    def refuse(self) -> None:
        """Let nobody in any more; who is in stays."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    @property
    def open_lines(self) -> int:
        """How many connections of clients stand."""
        with self._changed:
            return len(self._lines) // 2

    # --- How ----------------------------------------------------------------------------

    def _let(self, weather: Weather) -> None:
        with self._changed:
            self._weather = weather
            self._changed.notify_all()

    def _there(self) -> list[socket.socket]:
        with self._changed:
            return list(self._lines)

    def _serve(self, client: socket.socket) -> None:
        with (
            client,
            suppress(OSError),
            connected(self._target) as server,
            self._known(client, server),
        ):
            back = threading.Thread(target=self._answers, args=(server, client), daemon=True)
            back.start()
            self._pump(client, server)
            back.join()

    @contextmanager
    def _known(self, *both: socket.socket) -> Iterator[None]:
        with self._changed:
            self.accepted += 1
            self._lines.update(both)
        try:
            yield
        finally:
            with self._changed:
                self._lines.difference_update(both)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        self._pump(server, client, answers=True)

    def _pump(self, source: socket.socket, target: socket.socket, *, answers: bool = False) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                self._wait_until_it_moves(source)
                if answers and self._swallows():
                    break
                if not (answers and self._weather is Weather.ONE_WAY):
                    self._hand_on(piece, target)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)
        if answers:
            with suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)

    def _wait_until_it_moves(self, source: socket.socket) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._weather is not Weather.HANGING)
        if source.fileno() < 0:
            raise OSError

    def _swallows(self) -> bool:
        with self._changed:
            swallow, self._swallow = self._swallow, False
            return swallow

    def _hand_on(self, piece: bytes, target: socket.socket) -> None:
        while piece and self._weather is Weather.DRIPPING:
            target.sendall(piece[:1])
            piece = piece[1:]
            with self._changed:
                self._changed.wait(self._pause)
        target.sendall(piece)


def is_ended(line: socket.socket, within: float = 10.0) -> bool:
    """Whether the other side has hung up, or does so in time; what it still says is passed over."""
    with suppress(ConnectionError):
        while select.select([line], [], [], within)[0]:
            if not line.recv(PIECE):
                return True
        return False
    return True
