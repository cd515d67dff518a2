"""Gives bytes: whole or in part (RFC 9110, section 14), by their ETag, and so that nothing in them runs."""

import asyncio
import re
from collections.abc import Generator, Iterator, Mapping
from typing import Final

from fastapi import Request, Response
from starlette.types import Receive, Scope, Send

from api.problems.refused import Refused
from application.files.keeping import Keeping
from application.files.store import BytesMissingError, reaching
from application.reach import NotFound
from domain.files.purposes import MediaType

TYPES: Final = tuple(sorted(MediaType))
RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
INERT: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Accept-Ranges": "bytes",
}
BY_ENDING: Final = {each.ending: each for each in MediaType}


class RangeNotSatisfiable(Refused, status=416):
    """There are fewer bytes than were asked for."""

    bytes: int


class Parts(Response):
    """Bytes that are read part by part, by threads: a disk, or a bucket, may be slow."""

    def __init__(
        self, parts: Iterator[bytes], status: int, headers: Mapping[str, str], kind: str
    ) -> None:
        super().__init__(None, status, headers, kind)
        self._parts = parts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send them, the next when the last was taken; an answer that nobody takes ends there."""
        begin = {"type": "http.response.start", "status": self.status_code}
        await send({**begin, "headers": self.raw_headers})
        try:
            while part := await asyncio.to_thread(next, self._parts, b""):
                await send({"type": "http.response.body", "body": part, "more_body": True})
            await send({"type": "http.response.body", "body": b""})
        finally:
            if isinstance(self._parts, Generator):
                self._parts.close()


def served(request: Request, keeping: Keeping, key: str, headers: Mapping[str, str]) -> Response:
    """Answer with what lies there. Raises NotFound, RangeNotSatisfiable, StorageIsAway."""
    name, _, ending = key.rpartition("/")[2].partition(".")
    tag, told = f'"{name}"', {**INERT, **headers, "ETag": f'"{name}"'}
    with reaching():
        size = keeping.bytes.size_of(key)
        if size is None:
            raise NotFound
        if _has(request.headers.get("if-none-match", ""), tag):
            return Response(status_code=304, headers=told)
        part = _part(request, tag, size)
        first, last = part or (0, size - 1)
        try:
            content = keeping.bytes.read(key, first, last)
        except BytesMissingError:
            raise NotFound from None
    told["Content-Length"] = str(last - first + 1)
    if part:
        told["Content-Range"] = f"bytes {first}-{last}/{size}"
    status, kind = 206 if part else 200, BY_ENDING[ending]
    return Parts(content, status, told, kind)


def _has(tags: str, tag: str) -> bool:
    known = [each.strip().removeprefix("W/") for each in tags.split(",")]
    return tag in known or "*" in known


def _part(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    """Return which part is asked for, if it is one, and of these very bytes."""
    asked = RANGE.fullmatch(request.headers.get("range", "").strip())
    if asked is None or request.headers.get("if-range", tag) != tag or asked[0] == "bytes=-":
        return None
    begin, end = asked[1], asked[2]
    if not begin:
        first, last = max(0, size - int(end)), size - 1
    else:
        first, last = int(begin), min(int(end or size), size - 1)
    if begin and end and int(end) < first:
        return None
    if first >= size or (not begin and int(end) == 0):
        raise RangeNotSatisfiable(bytes=size)
    return first, last
