"""A line to PostgreSQL that can be cut between its answer and whoever waits for it."""

import socket
import threading
from contextlib import suppress
from typing import Final, Self
from urllib.parse import urlsplit, urlunsplit

PIECE: Final = 65_536
PATIENCE: Final = 20


class Cutter:
    """Hands on what both sides say, until it is told to swallow an answer and hang up."""

    def __init__(self, dsn: str) -> None:
        self._real = urlsplit(dsn)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._cut = threading.Event()

    @property
    def dsn(self) -> str:
        """Where to connect to."""
        who, _, _ = self._real.netloc.rpartition("@")
        port = self._listener.getsockname()[1]
        return urlunsplit(self._real._replace(netloc=f"{who}@127.0.0.1:{port}"))

    def cut_the_next_answer(self) -> None:
        """Let the next request reach PostgreSQL, and its answer reach nobody."""
        self._cut.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._hand_on, args=(client,), daemon=True).start()

    def _hand_on(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            there = (self._real.hostname or "", self._real.port or 0)
            with socket.create_connection(there) as server:
                threading.Thread(target=_pump, args=(client, server), daemon=True).start()
                while piece := server.recv(PIECE):
                    if self._cut.is_set():
                        self._cut.clear()
                        client.shutdown(socket.SHUT_RDWR)
                        return
                    client.sendall(piece)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
