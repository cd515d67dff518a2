"""Every example of a message that the areas give, found where they give them."""

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from domain.catalogue import KINDS
from domain.messages import Event
from domain.records import Kind, ReferenceLost, ReferenceMade, ValueClaimed, ValueReleased
from domain.scheduling.bookings import BookingAnswered, BookingMailFailed, BookingMailSent
from tests.scheduling.bookings.examples import booking_id

TESTS = Path(__file__).parents[1]

MAILS: tuple[Event, ...] = (
    BookingMailSent(booking_id=booking_id, mail_id="1", mail="booking-confirmed", message_id="<1>"),
    BookingMailFailed(booking_id=booking_id, mail_id="1", mail="booking-confirmed", reason="550"),
    BookingAnswered(booking_id=booking_id, answer="confirm", answer_id="0-_aZ0123456789AbCdE"),
)


def examples() -> Iterator[Event]:
    """Return every event that stands in an area's `examples.py`."""
    for path in sorted(TESTS.rglob("examples.py"), key=lambda path: path.parent.name):
        if path.parent != Path(__file__).parent:
            place = ".".join(path.parent.relative_to(TESTS.parent).parts)
            module = importlib.import_module(f"{place}.examples")
            yield from (value for value in vars(module).values() if isinstance(value, Event))
    yield from MAILS
    yield from RECORDS


def of_kind(kind: Kind[Any]) -> Iterator[Event]:
    """Return an example of everything that can happen to a record."""
    first, second = kind.examples
    id_ = f"{kind.one}-{UUID}"
    yield kind.created(id=id_, values=first)
    yield kind.changed(id=id_, values=second, claims=(f"claim-{UUID}",))
    yield kind.removed(id=id_, at=datetime(2026, 11, 29, 12, tzinfo=UTC))
    yield kind.restored(id=id_)
    yield kind.purged(id=id_, streams=(id_,), wholly=False)
    yield from kind.also.values()


UUID: Final = "0198c0de-0000-7000-8000-00000000000e"
RECORDS: Final[tuple[Event, ...]] = (
    ValueClaimed(claim_id=f"claim-{UUID}", owner=f"tax-{UUID}"),
    ValueReleased(claim_id=f"claim-{UUID}", owner=f"tax-{UUID}"),
    ReferenceMade(
        link_id=f"links-{UUID}", target=f"tax-{UUID}", owner=f"product-{UUID}", keeps=True
    ),
    ReferenceLost(link_id=f"links-{UUID}", target=f"tax-{UUID}", owner=f"product-{UUID}"),
    *(event for kind in KINDS for event in of_kind(kind)),
)
