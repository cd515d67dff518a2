"""A server that speaks Pusher's HTTP API, as its documents say: it verifies who asks, within its window, takes ten
events at once of ten thousand bytes each, and misbehaves when it is told to.
"""

import hmac
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from domain.business.configuration.declared import Pusher
from domain.confidential import Secret
from tests.outgoing.somebody import HERE, Somebody, somebody

ID, KEY, SECRET = "1204", "278d425bdf160c739803", "7ad3773142a6692b25b8"
WINDOW: Final = 600
LONGEST: Final = 10_240
MOST: Final = 10

NEVER: Final = "never"
"""It takes what it is sent, and does not say so."""


@dataclass
class PusherServer:
    """`answers` are given one after the other in place of what it would say: a status, with what stands behind it."""

    clock: Callable[[], datetime]
    port: int = 0
    answers: list[str] = field(default_factory=list)
    refused: str | None = None
    taken: list[Any] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    hung_up_on: list[str] = field(default_factory=list)
    asked: int = 0

    def values(self, **more: Any) -> Pusher:
        """Return what a business configures to publish here."""
        said = {"app_id": ID, "key": KEY, "secret": Secret(value=SECRET), **more}
        return Pusher(host=HERE, port=self.port, **said)

    def ids(self, channel: str) -> list[str]:
        """Return the ids of what was published on a channel, in order."""
        return [msgspec.json.decode(e["data"])["id"] for e in self.taken if e["channel"] == channel]

    def answer(self, request: bytes) -> str:
        """Return the status, and what is said with it; nothing at all to be said is empty."""
        self.asked += 1
        head, _, body = request.partition(b"\r\n\r\n")
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        if not self._is_proven(method, target, body):
            return "401 Unauthorized"
        said = self.answers.pop(0) if self.answers else ""
        if said and said != NEVER:
            return said
        return self._done(urlsplit(target).path, body) if not said else self._silently(target, body)

    def _silently(self, target: str, body: bytes) -> str:
        self._done(urlsplit(target).path, body)
        return ""

    def _is_proven(self, method: str, target: str, body: bytes) -> bool:
        parts = urlsplit(target)
        asked = dict(parse_qsl(parts.query))
        said = asked.pop("auth_signature")
        text = "&".join(f"{name}={value}" for name, value in sorted(asked.items()))
        whole = f"{method}\n{parts.path}\n{text}".encode()
        return (
            hmac.compare_digest(hmac.new(SECRET.encode(), whole, "sha256").hexdigest(), said)
            and asked["auth_key"] == KEY
            and asked["auth_version"] == "1.0"
            and asked["body_md5"] == md5(body, usedforsecurity=False).hexdigest()
            and abs(int(asked["auth_timestamp"]) - self.clock().timestamp()) < WINDOW
        )

    def _done(self, path: str, body: bytes) -> str:
        match path.split("/"):
            case ["", "apps", app, "batch_events"] if app == ID:
                return self._take(msgspec.json.decode(body)["batch"])
            case ["", "apps", app, "users", user, "terminate_connections"] if app == ID:
                self.hung_up_on.append(user)
                return "200 OK"
            case _:
                return "404 Not Found"

    def _take(self, events: list[Any]) -> str:
        if not 0 < len(events) <= MOST or any(len(e["data"].encode()) > LONGEST for e in events):
            return "413 Payload Too Large"
        if any(each["name"] == self.refused for each in events):
            return "400 Bad Request"
        self.taken += events
        self.batches.append(len(events))
        return "200 OK"


@contextmanager
def pusher_server(tls: ssl.SSLContext, clock: Callable[[], datetime]) -> Iterator[PusherServer]:
    """Listen until the test is over."""
    found = PusherServer(clock)
    there: list[Somebody] = []

    def behave(caller: socket.socket, _: threading.Event) -> None:
        said = found.answer(there[0].heard[-1])
        if not said:
            caller.settimeout(5)
            caller.recv(1)  # until they hang up
        else:
            caller.sendall(f"HTTP/1.1 {said}\r\nContent-Length: 2\r\n\r\n{{}}".encode())

    with somebody(behave, tls=tls) as server:
        there.append(server)
        found.port = server.port
        yield found
