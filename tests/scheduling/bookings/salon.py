"""A salon in memory, open for booking."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from application.people import clients
from application.sales import merging
from application.scheduling import agendas, allowances, bookings, series
from domain.scheduling.agendas import AGENDA
from domain.scheduling.bookings import BOOKING, Booking
from domain.scheduling.services import ServiceChanged
from domain.scheduling.time_blocks import Once, TimeBlocked, time_blocks_of
from domain.values import AgendaId, BlockId, BookingId, TimeSlot
from tests.in_memory import InMemory
from tests.scheduling.bookings.examples import (
    ana,
    booking_id,
    client_registered,
    haircut,
    now,
    professional_registered,
    service_created,
    settings,
    zoe,
)

USE_CASES = {
    **agendas.USE_CASES,
    **allowances.USE_CASES,
    **bookings.USE_CASES,
    **series.USE_CASES,
    **clients.USE_CASES,
    **merging.USE_CASES,
}


def salon(**rules: Any) -> InMemory:
    """Return Ana's salon with a haircut to offer and Zoé as client; `rules` are her settings."""
    past = InMemory(USE_CASES, now)
    rule = replace(settings, **rules)
    past.record(ana, replace(professional_registered, settings=rule))
    past.record(haircut, service_created)
    past.record(zoe, client_registered)
    return past


def booking(past: InMemory, identity: BookingId = booking_id) -> Booking:
    """Return a booking that is there."""
    found = past.of(BOOKING, identity)
    assert found is not None
    return found


def taken(past: InMemory) -> Sequence[TimeSlot]:
    """Return what is taken over all agendas; what crosses a week is there in both, but counts once."""
    found = {
        slot
        for stream in past.streams
        if stream.startswith("agenda-")
        for slot in past.of(AGENDA, AgendaId(stream)).taken(now=past.now)
    }
    return sorted(found, key=lambda slot: slot.starts_at)


def offered_by_everybody(past: InMemory) -> None:
    """Let the haircut name nobody from now on."""
    offer = replace(service_created.offer, professional_ids=())
    past.record(haircut, ServiceChanged(service_id=haircut, offer=offer))


def blocked(past: InMemory, slot: TimeSlot) -> None:
    """Take a slot out of Ana's time from now on."""
    block = TimeBlocked(
        professional_id=ana,
        block_id=BlockId("block-0198c0de-0000-7000-8000-0000000000b1"),
        when=Once(slot=slot),
    )
    past.record(time_blocks_of(ana), block)
