"""An HTTP client that costs little: raw sockets kept alive, ready-made requests, one loop.

It shares the machine with the server it measures. A request costs it some 15 µs.
"""

import json
import select
import socket
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from time import perf_counter
from typing import Any, Final

from infra.bench.rounds import Tally, of_durations

PATIENCE: Final = 30
HEAD_ENDS: Final = b"\r\n\r\n"
LENGTH: Final = b"content-length: "

Requests = Callable[[], bytes]
"""Gives the next request, whole, as it goes over the wire."""


class UnexpectedAnswer(Exception):
    """An answer that is not the one that was to be measured."""


def request(method: str, path: str, headers: Mapping[str, str], body: Any = None) -> bytes:
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if content:
        lines += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    return "\r\n".join(lines).encode() + HEAD_ENDS + content


def load(
    port: int, requests: Requests, *, connections: int, seconds: float, status: int = 200
) -> Tally:
    """Keep every connection busy until the time is over. All answers must have this status, or
    one that begins with it: 20 is any of 200, 201, ….
    """
    with ExitStack() as open_ones, select.epoll() as poll:
        clients = [Client(open_ones.enter_context(_connected(port))) for _ in range(connections)]
        by_number = {client.socket.fileno(): client for client in clients}
        started = perf_counter()
        for number, client in by_number.items():
            poll.register(number, select.EPOLLIN)
            client.send(requests())
        taken = _answers(poll, by_number, requests, started + seconds, b"HTTP/1.1 %d" % status)
        return of_durations(taken, perf_counter() - started)


def _connected(port: int) -> socket.socket:
    connected = socket.create_connection(("127.0.0.1", port))
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _answers(
    poll: select.epoll, clients: dict[int, "Client"], requests: Requests, until: float, good: bytes
) -> list[float]:
    taken: list[float] = []
    busy = len(clients)
    while busy:
        heard = poll.poll(PATIENCE)
        if not heard:
            raise TimeoutError
        for number, _ in heard:
            client = clients[number]
            if not client.has_answer():
                continue
            now = perf_counter()
            taken.append(now - client.sent_at)
            if not client.answer.startswith(good):
                raise UnexpectedAnswer(client.answer[:2000].decode(errors="replace"))
            if now < until:
                client.send(requests())
            else:
                busy -= 1
    return taken


class Client:
    """One connection, with one request under way."""

    __slots__ = ("answer", "length", "sent_at", "socket")

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected

    def send(self, whole: bytes) -> None:
        self.answer = b""
        self.length: int | None = None
        self.sent_at = perf_counter()
        self.socket.sendall(whole)

    def has_answer(self) -> bool:
        """Take what has come; return whether it is all."""
        come = self.socket.recv(262_144)
        if not come:
            raise UnexpectedAnswer("the server hung up")
        self.answer += come
        if self.length is None:
            self.length = _length(self.answer)
        return self.length is not None and len(self.answer) >= self.length


def _length(answer: bytes) -> int | None:
    """Of head and body together, once the head is there."""
    head = answer.find(HEAD_ENDS)
    if head < 0:
        return None
    at = answer[:head].lower().find(LENGTH)
    if at < 0:
        raise UnexpectedAnswer(answer[:2000].decode(errors="replace"))
    number = answer[at + len(LENGTH) : head].split(b"\r\n", 1)[0]
    return head + len(HEAD_ENDS) + int(number)
