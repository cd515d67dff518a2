"""What clients answer to what they are told about a booking, by a button or a link: that they come, that they do not,
or that they would rather come at another time.

A button says what is answered, signed: whoever lacks the key makes none. It is good for the appointment that was told
of, until that is over; and once, since the booking remembers what was answered.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from domain.macs import mac
from domain.messages import Command, Value
from domain.scheduling.bookings.booking import BOOKING, Booking
from domain.scheduling.bookings.messages import BookingAnswered
from domain.values import AnswerKind, BookingId, ClientId, ThreadId

KINDS: Final = tuple(AnswerKind)

OURS: Final = "fd1."
"""What every token begins with."""

MARK: Final = 15
"""Bytes by which it is known to be ours: far more than anybody can try."""


class Answer(Value, frozen=True, kw_only=True):
    """`moves` is how often the booking had been moved when its reader was told; `mark` is of this answer alone."""

    booking_id: BookingId
    kind: AnswerKind
    moves: int
    until: datetime
    mark: str = ""


class AnswerBooking(Command, frozen=True):
    """A client answers in a conversation; None: nobody can tell what."""

    thread_id: ThreadId
    client_id: ClientId
    answer: Answer | None


# --- Tokens -----------------------------------------------------------------------------


def token_of(answer: Answer, tenant: str, key: bytes) -> str:
    """Return what a button says."""
    said = _said(answer)
    return OURS + _text(said + _mark(said, tenant, key))


def answer_in(token: str, tenant: str, key: bytes) -> Answer | None:
    """Return what a button says, if it is one of ours."""
    try:
        raw = urlsafe_b64decode(token.removeprefix(OURS).encode("ascii"))
        said, mark = raw[:-MARK], raw[-MARK:]
        if not hmac.compare_digest(_mark(said, tenant, key), mark):
            return None
        return Answer(
            booking_id=BookingId(f"{BOOKING.kind}-{UUID(bytes=said[:16])}"),
            kind=KINDS[said[16]],
            moves=int.from_bytes(said[17:19]),
            until=datetime.fromtimestamp(int.from_bytes(said[19:]), UTC),
            mark=_text(mark),
        )
    except (ValueError, IndexError, OverflowError):
        return None


def _said(answer: Answer) -> bytes:
    booking = UUID(answer.booking_id.removeprefix(f"{BOOKING.kind}-")).bytes
    what = bytes([KINDS.index(answer.kind)]) + min(answer.moves, 0xFFFF).to_bytes(2)
    return booking + what + int(answer.until.timestamp()).to_bytes(5)


def _mark(said: bytes, tenant: str, key: bytes) -> bytes:
    return mac(key, b"answer/" + tenant.encode() + b"/" + said)[:MARK]


def _text(raw: bytes) -> str:
    """Return it in letters: three bytes are four of them, so there is nothing to be filled up."""
    return urlsafe_b64encode(raw).decode()


# --- What is decided --------------------------------------------------------------------


def record_answer(answer: Answer, booking: Booking) -> Sequence[BookingAnswered]:
    """Note what was answered, once."""
    if answer.mark in booking.answers:
        return []
    return [
        BookingAnswered(booking_id=answer.booking_id, answer=answer.kind, answer_id=answer.mark)
    ]
