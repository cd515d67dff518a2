"""Values that every area shares. Ids are text: the kind, a dash, a UUID (version 7 by default)."""

from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha1
from typing import NewType
from uuid import UUID

from msgspec.structs import asdict

from domain.macs import mac
from domain.messages import Value

TenantId = NewType("TenantId", str)
UserId = NewType("UserId", str)
ProfessionalId = NewType("ProfessionalId", str)
ServiceId = NewType("ServiceId", str)
ClientId = NewType("ClientId", str)
BookingId = NewType("BookingId", str)
HoldId = NewType("HoldId", str)
SeriesId = NewType("SeriesId", str)
BlockId = NewType("BlockId", str)
AgendaId = NewType("AgendaId", str)
AllowanceId = NewType("AllowanceId", str)
ClientLimitsId = NewType("ClientLimitsId", str)
NoteId = NewType("NoteId", str)
IdentityId = NewType("IdentityId", str)
SourceId = NewType("SourceId", str)
WishId = NewType("WishId", str)
LeadId = NewType("LeadId", str)
TaskId = NewType("TaskId", str)
FormId = NewType("FormId", str)
SubmissionId = NewType("SubmissionId", str)
StageId = NewType("StageId", str)
ScoringId = NewType("ScoringId", str)
AssignmentId = NewType("AssignmentId", str)
CaseloadId = NewType("CaseloadId", str)
FileId = NewType("FileId", str)
PortraitId = NewType("PortraitId", str)
ThreadId = NewType("ThreadId", str)
MessageId = NewType("MessageId", str)
ScheduledId = NewType("ScheduledId", str)
HeardId = NewType("HeardId", str)
PaymentId = NewType("PaymentId", str)
RefundId = NewType("RefundId", str)

FRONTDESK = UUID("6f1de9a5-7e57-5c0d-8a3c-0f7a57de5c00")
"""The namespace of every id that follows from other ids."""


@lru_cache(maxsize=4_096)
def derived_id(kind: str, *parts: str) -> str:
    """Return the same id for the same parts, so that doing it twice makes one thing.

    >>> derived_id("client", "booking-1") == derived_id("client", "booking-1")
    True
    """
    named = FRONTDESK.bytes + "/".join(parts).encode()
    return f"{kind}-{_uuid5(sha1(named, usedforsecurity=False).digest())}"


def keyed_id(kind: str, text: str, pepper: bytes) -> str:
    """Return the same id for the same text. Without the pepper nobody finds the text again; of another kind,
    everybody knows the id who knows this one.
    """
    return f"{kind}-{_uuid5(mac(pepper, text.encode()))}"


def _uuid5(digest: bytes) -> str:
    """Write a digest as a UUID of version 5; `UUID` takes three times as long, and files have many rows.

    >>> from uuid import uuid5
    >>> _uuid5(sha1(FRONTDESK.bytes + b"ana").digest()) == str(uuid5(FRONTDESK, "ana"))
    True
    """
    octets = bytearray(digest[:16])
    octets[6] = octets[6] & 0x0F | 0x50
    octets[8] = octets[8] & 0x3F | 0x80
    text = octets.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def kind_of(id_: str) -> str:
    """Return of which kind a thing is, by its id.

    >>> kind_of("gift-card-0198c0de-0000-7000-8000-00000000000e")
    'gift-card'
    """
    return id_[: -len("-00000000-0000-0000-0000-000000000000")]


class AnswerKind(StrEnum):
    """What a client answers to what they are told about a booking: that they come, that they do not, or that they would
    rather come at another time.
    """

    CONFIRM = "confirm"
    CANCEL = "cancel"
    ANOTHER_TIME = "another-time"


class Money(Value, frozen=True):
    """An amount in the smallest unit of its currency (ISO 4217): 1250 EUR is 12.50 euros."""

    amount: int
    currency: str


class TimeSlot(Value, frozen=True):
    """From `starts_at` up to, not including, `ends_at`. Both aware, in UTC."""

    starts_at: datetime
    ends_at: datetime

    def overlaps(self, other: "TimeSlot") -> bool:
        """Whether they share an instant; slots that only touch do not."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def has_begun(self, now: datetime) -> bool:
        """Whether it is too late to treat this as the future."""
        return self.starts_at <= now


class Contact(Value, frozen=True):
    """How to address and reach a person. `phone` is E.164, with `;ext=` and digits where there is an
    extension; `time_zone` is an IANA name.
    """

    name: str
    email: str | None = None
    phone: str | None = None
    language: str | None = None
    time_zone: str | None = None

    def or_else(self, other: "Contact | None") -> "Contact":
        """Return it with whatever it does not say taken from another contact of the same person.

        >>> Contact("Zoé", phone="+33199001234").or_else(Contact("Zoé M.", "zoe@mail.example")).email
        'zoe@mail.example'
        """
        if other is None:
            return self
        said = asdict(self).items()
        return Contact(**{name: value or getattr(other, name) for name, value in said})
