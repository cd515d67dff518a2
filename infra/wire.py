"""Requests as they come over the wire: read by uvicorn, up to a bound, and refused in our form."""

from typing import Any, Final

from fastapi import Request
from uuid_utils import uuid7
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.problems import problem
from api.refusals import HeadTooLarge, RequestUnreadable
from domain.messages import DomainError

MOST_HEAD: Final = 65_536
"""Bytes of a request line and its headers. uvicorn's parser would take them without end."""


class Protocol(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._in_head = True
        self._head = 0

    def data_received(self, data: bytes) -> None:
        """Read on. Who goes on sending after the answer is not heard."""
        if self.transport.is_closing():
            return
        in_head = self._in_head
        super().data_received(data)
        if in_head and self._in_head:
            self._head += len(data)
            if self._head > MOST_HEAD:
                self._refuse(HeadTooLarge(most_bytes=MOST_HEAD))

    def on_headers_complete(self) -> None:
        self._in_head, self._head = False, 0
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head = True
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - ours says it instead
        """Refuse what is no HTTP."""
        self._refuse(RequestUnreadable())

    def _refuse(self, refusal: DomainError) -> None:
        """Answer, and hang up: where the next request would begin is not known."""
        if self.transport.is_closing():
            return
        scope = {"type": "http", "path": "", "headers": [], "trace_id": str(uuid7())}
        answer = problem(Request(scope), refusal)
        headers = [*answer.raw_headers, (b"connection", b"close")]
        lines = [b"%b: %b\r\n" % header for header in headers]
        status = STATUS_LINE[answer.status_code]
        self.transport.write(b"".join([status, *lines, b"\r\n", bytes(answer.body)]))
        self.transport.close()
