"""Ours: what a command does with the log, everything switched on: append to it, load from it."""

from functools import partial
from itertools import count
from typing import Final, cast
from uuid import UUID, uuid4

from msgspec.structs import replace
from uuid_utils import uuid7

from application.ports import About
from domain.scheduling.bookings import BOOKING, Booking, BookingEvent
from domain.values import BookingId
from infra.bench.ours import history
from infra.bench.ours.growth import grow
from infra.bench.ours.system import system
from infra.bench.rounds import Tally, answer_rounds, hammered
from infra.composition import System


def append(composed: System, *, callers: int, seconds: float) -> Tally:
    return hammered(partial(record, composed), callers=callers, seconds=seconds)


def append_to(composed: System, *, events: int, tenants: int, seconds: float) -> Tally:
    """To a log that has grown to so many events, for so many tenants in turn."""
    with composed.database.connect(None, "frontdesk bench") as connection:
        grow(connection, events=events, tenants=tenants)
    turns = (history.tenant(number % tenants) for number in count())
    return hammered(lambda: record(composed, next(turns)), callers=1, seconds=seconds)


def load(composed: System, *, events: int, seconds: float) -> Tally:
    """From the log, past the memory in which a command may find the state."""
    stream = long_bookings.get(events) or long_bookings.setdefault(
        events, long_booking(composed, events)
    )

    def load_one() -> Booking | None:
        with composed.database.as_tenant(history.TENANT) as connection:
            past = composed.reader.stream(connection, history.TENANT, stream)
        return BOOKING.fold(cast("BookingEvent", each.event) for each in past)

    return hammered(load_one, callers=1, seconds=seconds)


def record(composed: System, tenant: str = history.TENANT) -> str:
    booking = BookingId(f"booking-{uuid7()}")
    requested = replace(REQUESTED, booking_id=booking)
    command = UUID(int=uuid7().int)
    about = About(tenant=tenant, actor="user-1", command_id=command, fresh=booking)
    with composed.store.view(about) as past:
        past.of(BOOKING, booking)
        composed.store.append(past, {booking: [requested]}, about)
    return booking


REQUESTED: Final = history.requested(0)
long_bookings: dict[int, str] = {}


def long_booking(composed: System, events: int) -> str:
    stream = f"booking-{uuid7()}"
    about = About(tenant=history.TENANT, actor="user-1", command_id=uuid4())
    with composed.store.view(about) as past:
        past.of(BOOKING, stream)
        moves = [history.moved(number) for number in range(1, events)]
        composed.store.append(past, {stream: [history.requested(0), *moves]}, about)
    return stream


if __name__ == "__main__":
    with system() as composed:
        works = (append, append_to, load)
        answer_rounds({work.__name__: partial(work, composed) for work in works})
