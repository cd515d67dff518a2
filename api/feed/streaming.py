"""The feed as server-sent events (HTML Standard, 9.2)."""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

import msgspec
from fastapi import Response
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from api.feed.ending import Ended, code_of, named, until_gone, writing_to
from api.feed.hub import Hub, Word
from api.feed.listener import Listener
from application.feed import SNAPSHOT
from application.ports import Bookmark

EVENTS: Final = "text/event-stream"
RETRY: Final = 2_000
"""Milliseconds after which a browser connects anew by itself."""

CALLED: Final = {"live": "subscribed"}
"""Words that are called otherwise here."""


class Stream(Response):
    """Says to a listener whatever there is to be said, until one of both has enough."""

    def __init__(self, hub: Hub, listener: Listener) -> None:
        super().__init__(media_type=EVENTS, headers={"X-Accel-Buffering": "no"})
        self._hub = hub
        self._listener = listener
        del self.headers["content-length"]

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        gone = asyncio.ensure_future(until_gone(receive, self._listener))
        last = b""
        try:
            await self._tell(send)
        except ClientDisconnect:
            return
        except Ended as why:
            if not self._listener.is_written_to:  # a half event is none, unless it is ended
                last = _end(why, self._listener.told)
        finally:
            gone.cancel()
            self._hub.go(self._listener)
        await send({**_body(last), "more_body": False})

    async def _tell(self, send: Send) -> None:
        """Say all that there is, as fast as it is taken."""
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        listener = self._listener
        with writing_to(listener):
            await send(start)
            await send(_body(b"retry: %d\n\n" % RETRY))
            async for word in self._hub.words(listener):
                await listener.takes(send(_body(b"".join(_written(word)))))
                listener.told = word.position


def _written(word: Word) -> Iterator[bytes]:
    """Write something that is said. A position is the id of whatever one may go on from."""
    if word.kind == "events":
        for each in word.happenings:
            yield b"data: %b\nid: %b\n\n" % (each.json, named(each.bookmark).encode())
        return
    said: dict[str, Any] = {"position": named(word.position)}
    if word.refusal is not None:
        said |= {"code": word.refusal.code, "snapshot": SNAPSHOT}
    yield _event(CALLED.get(word.kind, word.kind), said, word.position)


def _end(why: Exception, told: Bookmark) -> bytes:
    return _event("end", {"code": code_of(why), "after": named(told)})


def _event(name: str, said: dict[str, Any], position: Bookmark | None = None) -> bytes:
    id_ = b"" if position is None else b"id: %b\n" % named(position).encode()
    return b"event: %b\n%bdata: %b\n\n" % (name.encode(), id_, msgspec.json.encode(said))


def _body(content: bytes) -> Message:
    return {"type": "http.response.body", "body": content, "more_body": True}
