"""Requests as bytes, the way a server hands them to the application: nothing is put right first."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import msgspec

Headers = Iterable[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return msgspec.json.decode(self.body)


class Raw:
    """Sends requests to an application in somebody's name; what it sends need not make sense."""

    def __init__(self, app: Any, authorization: str) -> None:
        self._app = app
        self._authorization = authorization.encode()
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        self._loop.close()

    def __call__(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        kind: bytes = b"application/json",
        headers: Headers = (),
    ) -> Answer:
        """Ask; `target` is a path and query as they are sent, percent-encoded or not."""
        given = [(b"content-type", kind)] if body else []
        given += [(name.lower(), value) for name, value in headers]
        if not any(name == b"authorization" for name, _ in given):
            given.append((b"authorization", self._authorization))
        return self._loop.run_until_complete(self._ask(method, target, given, body))

    async def _ask(self, method: str, target: str, headers: Any, body: bytes) -> Answer:
        path, _, query = target.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode("utf-8", "surrogateescape"),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50_000),
            "server": ("127.0.0.1", 80),
        }
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self._app(scope, receive, send)
        return _answer(sent)


def _answer(sent: list[Any]) -> Answer:
    start, *bodies = sent
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(part.get("body", b"") for part in bodies))
