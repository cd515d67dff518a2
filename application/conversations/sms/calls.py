"""What LabsMobile calls us about: what became of an SMS, by GET, and SMS that people write, by POST (provider contract 4,
with K7).

It signs nothing, and numbers nothing that comes in: an SMS is known again by who wrote what when. Times are in UTC.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Final

import msgspec

from application.conversations.hearing import name_of, words_of
from application.inbound.arrivals import fields_of
from application.inbound.providers import LABSMOBILE, Provider, Received, taught
from application.people.contact_details import identities_of, known_on, number_of
from application.reading import instant_of, read_as
from domain.conversations.channels import SMS
from domain.conversations.heard import HearMessage, ReportCarried
from domain.conversations.messages import MessageStatus
from domain.fields import ANY_TEXT
from domain.messages import Command
from domain.values import Contact

NAME: Final = re.compile(r"[0-9a-z]{1,20}")
"""What we let them call a message."""

CODE: Final = re.compile(r"[0-9A-Za-z _.:-]{1,60}")
"""What is kept of why it failed: a code of theirs, and never what somebody wrote."""

FIRST: Final = datetime(1992, 12, 3, tzinfo=UTC)
"""When the first SMS was sent."""

SENT: Final = MessageStatus.SENT
LEVELS: Final[Mapping[str, MessageStatus]] = {
    "gateway": SENT,
    "operator": SENT,
    "handset": MessageStatus.DELIVERED,
}
"""How far it has come that is well (`ok`)."""

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=ANY_TEXT)]


class Written(msgspec.Struct, kw_only=True):
    """An SMS that somebody has written."""

    msisdn: Id
    message: str
    timestamp: str | int
    inbound_number: str | None = None
    service_number: str | None = None


def understood(pepper: bytes, providers: Sequence[Provider]) -> Sequence[Provider]:
    """Return the providers, of which LabsMobile is understood: who writes is known by a key."""
    return taught(providers, LABSMOBILE, partial(_understand, pepper))


def _understand(pepper: bytes, received: Received) -> Sequence[Command] | None:
    """Return what follows from a call; None where nobody understands it."""
    is_report = received.arrival.method == "GET"
    return list((_reported if is_report else _heard)(pepper, received)) or None


def _reported(pepper: bytes, received: Received) -> Iterator[ReportCarried]:
    said = _query(received)
    status, name = _status(said), said.get("subid", "")
    if status is None or not NAME.fullmatch(name):
        return
    yield ReportCarried(
        heard_id=name_of(received.tenant, SMS.name, name, pepper),
        status=status,
        at=_time(said.get("timestamp", ""), received),
        reason=_why(said) if status is MessageStatus.FAILED else None,
    )


def _query(received: Received) -> Mapping[str, str]:
    try:
        return dict(fields_of(received.arrival.query))
    except ValueError:
        return {}


def _status(said: Mapping[str, str]) -> MessageStatus | None:
    if said.get("status") == "ko" or said.get("acklevel") == "error":
        return MessageStatus.FAILED
    return LEVELS.get(said.get("acklevel", "")) if said.get("status") == "ok" else None


def _why(said: Mapping[str, str]) -> str:
    why = said.get("desc", "")
    return why if CODE.fullmatch(why) else "ko"


def _heard(pepper: bytes, received: Received) -> Iterator[HearMessage]:
    written = read_as(received.arrival.body, Written)
    text = written and words_of(written.message)
    if not (written and text):
        return
    number = written.msisdn.removeprefix("+")
    contact = Contact(name=f"+{number}", phone=number_of(number))
    ours = written.inbound_number or written.service_number or ""
    says = f"{number}/{written.timestamp}/{ours}/{written.message}"
    heard_id = name_of(received.tenant, SMS.name, f"heard/{says}", pepper)
    yield HearMessage(
        heard_id=heard_id,
        channel=SMS.name,
        known=known_on(SMS.name, number, tenant=received.tenant, pepper=pepper),
        contact=contact,
        identities=identities_of(contact, tenant=received.tenant, pepper=pepper),
        text=text,
        seed=heard_id,
        number=ours[:40],
        at=_time(str(written.timestamp), received),
    )


def _time(said: str, received: Received) -> datetime:
    """Return when it was, by their clock; else, were it yet to come, or before anybody sent one, when we were told."""
    found = instant_of(said) if said.isdecimal() else _written(said)
    if found is None or found < FIRST:
        return received.received_at
    return min(found, received.received_at)


def _written(said: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
