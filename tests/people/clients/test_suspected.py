"""Two guests who share an address are not silently one person: the business is asked."""

import pytest
from msgspec.structs import replace

from domain.people.clients import CLIENT, MergeClients, TellClientApart
from domain.people.names import may_be_one
from domain.scheduling.bookings import BOOKING
from domain.values import BookingId, ClientId
from tests.in_memory import InMemory
from tests.scheduling.bookings.examples import (
    at,
    booking_id,
    guest,
    other_booking,
    register_guest,
    request_by_guest,
    zoe,
)
from tests.scheduling.bookings.salon import salon

third_booking = BookingId("booking-0198c0de-0000-7000-8000-000000000003")


def comes(past: InMemory, name: str, booking: BookingId = booking_id, day: int = 0) -> ClientId:
    """Let a guest of this name book with the one address there is; return which client they are."""
    wish = replace(
        request_by_guest,
        booking_id=booking,
        guest=replace(guest, name=name),
        starts_at=at(day, "14:00"),
    )
    past.run(wish)
    past.run(replace(register_guest, booking_id=booking))
    booked = past.of(BOOKING, booking)
    assert booked is not None
    assert booked.appointment.client_id is not None
    return booked.appointment.client_id


def test_who_gives_the_address_of_another_name_is_somebody_who_may_be_them() -> None:
    past = salon()
    gus = comes(past, "Gus Meyer")

    lea = comes(past, "Léa Meyer", other_booking, 1)

    assert lea != gus
    assert past.of(CLIENT, lea).may_be == gus
    assert past.of(CLIENT, lea).identities == ()


def test_the_second_visit_of_either_is_theirs() -> None:
    past = salon()
    comes(past, "Gus Meyer")
    lea = comes(past, "Léa Meyer", other_booking, 1)

    assert comes(past, "LEA MEYER", third_booking, 2) == lea


def test_who_is_told_apart_is_not_asked_about_again() -> None:
    past = salon()
    gus = comes(past, "Gus Meyer")
    lea = comes(past, "Léa Meyer", other_booking, 1)

    past.run(TellClientApart(client_id=lea))
    comes(past, "Léa Meyer", third_booking, 2)

    assert past.of(CLIENT, lea).may_be is None
    assert past.of(CLIENT, lea).told_apart == {gus}
    assert past.run(TellClientApart(client_id=lea)) == []


def test_who_is_the_same_after_all_is_merged_and_stays_so() -> None:
    past = salon()
    gus = comes(past, "Gus Meyer")
    lea = comes(past, "Léa Meyer", other_booking, 1)

    past.run(MergeClients(client_id=gus, sources=(lea,)))

    assert past.of(CLIENT, lea).may_be is None
    assert comes(past, "Léa Meyer", third_booking, 2) in (gus, lea)


def test_who_is_merged_with_another_may_still_be_somebody() -> None:
    past = salon()
    gus = comes(past, "Gus Meyer")
    lea = comes(past, "Léa Meyer", other_booking, 1)

    past.run(MergeClients(client_id=lea, sources=(zoe,)))

    assert past.of(CLIENT, lea).may_be == gus


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Ana Martin", "ana martin"),
        ("Ana Martin", "Martin, Ana"),
        ("Ana", "Ana Martin"),
        ("A. Martin", "Ana Martin"),
        ("José", "Jose"),
        ("Zoé Müller-Lüd", "Zoe Muller"),
        ("?", "Ana Martin"),
    ],
)
def test_names_that_may_be_one(name: str, other: str) -> None:
    assert may_be_one(name, other)
    assert may_be_one(other, name)


@pytest.mark.parametrize(
    ("name", "other"),
    [("Ana Martin", "Léa Martin"), ("Ana", "Léa"), ("Martin Martin", "Martin Weber")],
)
def test_names_of_two(name: str, other: str) -> None:
    assert not may_be_one(name, other)
    assert not may_be_one(other, name)
