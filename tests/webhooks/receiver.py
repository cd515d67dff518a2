"""Whoever receives webhooks: a real server that answers as it is told, and remembers."""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from tests.outgoing.somebody import HERE, Somebody, somebody

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
DOWN = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n"
GONE = b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n"
ELSEWHERE = b"HTTP/1.1 302 Found\r\nLocation: /in\r\nContent-Length: 0\r\n\r\n"
LATER = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n"
NEVER = b""


class Call(NamedTuple):
    """What was sent, once."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        return msgspec.json.decode(self.body)

    @property
    def subject(self) -> str:
        return str(self.said["data"]["subject"])


@dataclass
class Receiver:
    """Answers what `answer` makes of a call: nothing at all, where that is empty."""

    answer: Callable[[Call], bytes] = lambda _: OK
    calls: list[Call] = field(default_factory=list)
    answered: list[bytes] = field(default_factory=list)
    port: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://{HERE}:{self.port}/in"

    def wait(self, true: Callable[[], object]) -> None:
        """Wait until something is true of what was heard."""
        with self.changed:
            assert self.changed.wait_for(true, 200), self.answered

    @property
    def taken(self) -> list[Call]:
        """What was answered with success, in order."""
        return [c for c, said in zip(self.calls, self.answered, strict=True) if said == OK]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen until the test is over."""
    found = Receiver()
    there: list[Somebody] = []

    def behave(caller: socket.socket, over: threading.Event) -> None:
        call = _call(there[0].heard[-1])
        said = found.answer(call)
        with found.changed:
            found.calls.append(call)
            found.answered.append(said)
            found.changed.notify_all()
        if said == NEVER:
            caller.settimeout(5)
            caller.recv(1)  # until they hang up
        caller.sendall(said)

    with somebody(behave) as server:
        there.append(server)
        found.port = server.port
        yield found


def _call(said: bytes) -> Call:
    head, _, body = said.partition(b"\r\n\r\n")
    pairs = (line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return Call({name.lower(): value for name, value in pairs}, body)
