"""One request and its answer, in HTTP/1.1. The library knows the grammar; what is heard has bounds."""

from collections.abc import Sequence
from typing import Final

import h11

from adapters.outgoing.wire import AnswerTooLongError, Wire
from application.outgoing import Destination, Request
from domain.messages import Value

MOST_HEAD: Final = 32_768
"""Bytes until an answer's headers are over, interim answers (1xx) among them."""

FRAMED: Final = 4
"""How much may be heard for each byte of a body that is kept: chunks have lengths of their own."""

NOT_CHANGED: Final = 304

OURS: Final = (
    ("User-Agent", "frontdesk"),
    ("Accept-Encoding", "identity"),
    ("Connection", "close"),
)


class RedirectedError(Exception):
    """They name somebody else."""


class EncodedError(Exception):
    """What they say is packed. Unpacked, a little may be more than there is room for."""


class Heard(Value, frozen=True, kw_only=True):
    """What they answered."""

    status: int
    retry_after: str | None
    body: bytes


def asked(request: Request, destination: Destination) -> h11.Request:
    """Return the head of a request. Raises h11.LocalProtocolError if it has what HTTP has not."""
    length = () if request.method == "GET" else (("Content-Length", str(len(request.body))),)
    return h11.Request(
        method=request.method,
        target=destination.target,
        headers=[("Host", destination.authority), *OURS, *length, *request.headers],
    )


def talk(wire: Wire, head: h11.Request, body: bytes, *, keep: int, refusals: bool = False) -> Heard:
    """Ask, and hear the answer. Its body is heard if so much of it is to be kept and it is what was
    asked for, or says why not where `refusals` are kept, too; else nobody waits for it.
    """
    end = h11.Connection(h11.CLIENT, max_incomplete_event_size=2 * MOST_HEAD)
    said = [head, *([h11.Data(data=body)] if body else []), h11.EndOfMessage()]
    wire.say(b"".join(end.send(each) or b"" for each in said))
    wire.most = MOST_HEAD
    answer = _next(end, wire)
    while isinstance(answer, h11.InformationalResponse):
        answer = _next(end, wire)
    assert isinstance(answer, h11.Response)
    if 300 <= answer.status_code < 400 and answer.status_code != NOT_CHANGED:
        raise RedirectedError
    wanted = keep > 0 and (refusals or 200 <= answer.status_code < 300)
    wire.most += FRAMED * keep
    return Heard(
        status=answer.status_code,
        retry_after=_said(answer, b"retry-after"),
        body=_body(end, wire, answer, keep) if wanted else b"",
    )


def _body(end: h11.Connection, wire: Wire, answer: h11.Response, keep: int) -> bytes:
    if (_said(answer, b"content-encoding") or "identity").lower() != "identity":
        raise EncodedError
    if int(_said(answer, b"content-length") or 0) > keep:
        raise AnswerTooLongError
    body = bytearray()
    while isinstance(part := _next(end, wire), h11.Data):
        body += part.data
        if len(body) > keep:
            raise AnswerTooLongError
    return bytes(body)


def _next(end: h11.Connection, wire: Wire) -> h11.Event:
    try:
        while (event := end.next_event()) is h11.NEED_DATA:
            end.receive_data(wire.hear())
    except h11.RemoteProtocolError:
        if wire.is_over:
            raise ConnectionAbortedError from None
        raise
    assert isinstance(event, h11.Event)
    return event


def _said(answer: h11.Response, name: bytes) -> str | None:
    found: Sequence[bytes] = [value for key, value in answer.headers if key == name]
    return found[0].decode("latin-1") if found else None
