"""Files that go out part by part, each read when the one before it was taken, in a turn of its own: however
large they are, of each there is one part in memory.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Final, TypeVar

from fastapi import Response
from starlette.types import Receive, Scope, Send

from api.requests.caller import Caller
from api.web.routing import QUESTIONS, in_thread

P = TypeVar("P")

LENGTH: Final = "Content-Length"

Read = Callable[[Caller, P], tuple[bytes, P | None] | None]
"""Reads a part at a place, and says where the next is; None behind the last."""


class FileInParts(Response):
    """A file, part by part; of which whoever asks for the head alone needs none."""

    def __init__(
        self, parts: AsyncIterator[bytes], headers: Mapping[str, str], media_type: str
    ) -> None:
        super().__init__(headers=headers, media_type=media_type)
        if LENGTH not in headers:
            del self.headers[LENGTH]
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it, when all has come that was sent: what is wrong with that is refused before."""
        await receive()
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        if scope["method"] != "HEAD":
            async for part in self._parts:
                await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


async def parts(
    caller: Caller, first: bytes, place: P | None, read: Read[P]
) -> AsyncIterator[bytes]:
    """Return part after part, for as long as somebody takes them."""
    yield first
    next_ = in_thread(_read, QUESTIONS)
    while place is not None and not await caller.request.is_disconnected():
        found = await next_(caller=caller, place=place, read=read)
        if found is None:
            return
        part, place = found
        yield part


def _read(*, caller: Caller, place: P, read: Read[P]) -> tuple[bytes, P | None] | None:
    return read(caller, place)
