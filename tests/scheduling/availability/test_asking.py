"""Whoever asks learns what is so now, in whichever process it changed, and waits for nobody."""

import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from adapters.event_store.glance import Asking
from adapters.event_store.memory import PATIENCE
from application.ports import About
from application.scheduling.availability import Wish, availability
from application.transact import Past
from domain.scheduling.agendas import AGENDA, agendas_of
from domain.scheduling.professionals import BookingDisabled, CloseForBooking, OpenForBooking
from domain.values import TimeSlot
from infra.composition import running_system
from tests.running import Running
from tests.scheduling.availability.examples import slot
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

TEN: TimeSlot = slot("2027-01-05T10:00", "2027-01-05T11:00")


@pytest.fixture
def elsewhere(running: Running, dsn, clock, settings) -> Iterator[Running]:
    """The same business, served by another process."""
    with running_system(settings, dsn, clock=clock) as system:
        yield Running(system, clock, None, running.tenant, {})


@pytest.fixture
def salon(running: Running) -> Salon:
    return Salon.opened(running)


def is_free(at_ten: TimeSlot, here: Running, salon: Salon) -> bool:
    wish = Wish(
        professional_id=salon.professional_id,
        duration_minutes=60,
        first=at_ten.starts_at,
        last=at_ten.ends_at,
    )
    asking = Asking(here.system.store, here.clock)
    found = asking(here.tenant, lambda past: availability(wish, past))
    return any(each.starts_at == at_ten.starts_at for each in found.data)


def test_what_is_booked_in_another_process_is_not_free_here(running, elsewhere, salon) -> None:
    assert is_free(TEN, elsewhere, salon)

    booked = salon.book(running.http(), "2027-01-05T10:00:00Z")

    assert booked.status_code == 201
    assert not is_free(TEN, elsewhere, salon)


def test_a_refusal_is_not_decided_on_what_another_process_has_changed(
    running, elsewhere, salon
) -> None:
    running.order(CloseForBooking(professional_id=salon.professional_id))
    with pytest.raises(BookingDisabled):
        is_free(TEN, elsewhere, salon)

    running.order(OpenForBooking(professional_id=salon.professional_id))

    assert is_free(TEN, elsewhere, salon)


def test_who_asks_does_not_wait_for_who_is_booking(running, salon) -> None:
    somebody = About(tenant=running.tenant, actor="user-somebody", command_id=uuid4())
    [agenda] = agendas_of(salon.professional_id, TEN)

    with running.system.store.view(somebody) as queued:
        queued.of(AGENDA, agenda)
        began = time.monotonic()

        assert is_free(TEN, running, salon)
        assert time.monotonic() - began < PATIENCE / 2


def test_who_asks_is_answered_although_others_never_stop_writing(running, elsewhere, salon) -> None:
    asked: list[int] = []

    def and_somebody_writes(past: Past) -> int:
        past.of(AGENDA, agendas_of(salon.professional_id, TEN)[0])
        hour = len(asked)
        asked.append(hour)
        salon.book(running.http(), f"2027-01-05T{10 + 2 * hour}:00:00Z")
        return hour

    answer = Asking(elsewhere.system.store, elsewhere.clock)(running.tenant, and_somebody_writes)

    assert answer == asked[-1]
    assert 1 < len(asked) < 10
