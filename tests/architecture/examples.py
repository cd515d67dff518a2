"""Every example of a message that the areas give, found where they give them."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from domain.messages import Event
from domain.scheduling.bookings import BookingMailFailed, BookingMailSent
from tests.scheduling.bookings.examples import booking_id

TESTS = Path(__file__).parents[1]

MAILS: tuple[Event, ...] = (
    BookingMailSent(booking_id=booking_id, mail_id="1", mail="booking-confirmed", message_id="<1>"),
    BookingMailFailed(booking_id=booking_id, mail_id="1", mail="booking-confirmed", reason="550"),
)


def examples() -> Iterator[Event]:
    """Return every event that stands in an area's `examples.py`."""
    for path in sorted(TESTS.rglob("examples.py"), key=lambda path: path.parent.name):
        if path.parent != Path(__file__).parent:
            place = ".".join(path.parent.relative_to(TESTS.parent).parts)
            module = importlib.import_module(f"{place}.examples")
            yield from (value for value in vars(module).values() if isinstance(value, Event))
    yield from MAILS
