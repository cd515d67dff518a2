"""Servers that tests make themselves: where they listen, and who talks with whoever connects."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

Serve = Callable[[socket.socket], None]


def listening(port: int = 0) -> socket.socket:
    """Listen on a port of this machine; on any that is free, unless one is given."""
    return socket.create_server(("127.0.0.1", port), backlog=128)


def serve_each(listener: socket.socket, serve: Serve) -> None:
    """Let a thread of its own talk with whoever connects, until nobody listens any more."""
    threading.Thread(target=_accept, args=(listener, serve), daemon=True).start()


def _accept(listener: socket.socket, serve: Serve) -> None:
    with suppress(OSError):
        while True:
            line, _ = listener.accept()
            _at_once(line)
            threading.Thread(target=serve, args=(line,), daemon=True).start()


def connected(target: tuple[str, int]) -> socket.socket:
    """Connect to a server."""
    line = socket.create_connection(target)
    _at_once(line)
    return line


def _at_once(line: socket.socket) -> None:
    """Send what is small without waiting for more: both sides wait for each other else."""
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def by_way_of(port: int, dsn: str) -> str:
    """Return the address of a server, by way of a port of this machine."""
    parts = urlsplit(dsn)
    who, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{who}{at}127.0.0.1:{port}"))
