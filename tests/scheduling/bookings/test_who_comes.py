"""One person is one, by whatever record, address or number they come in."""

from typing import Any, Final

import pytest
from msgspec.structs import replace

from domain.business.users import Role, UserLinkedToClient, UserRegistered
from domain.people.clients import (
    ChangeClientStatus,
    ClientLinkedToUser,
    ClientRegistered,
    ClientStatus,
)
from domain.people.identities import IdentityClaimed
from domain.scheduling.allowances import TooManyHolds, TooManyOpenRequests
from domain.scheduling.bookable import ClientIsBlocked
from domain.scheduling.bookings import BookingLinkedToClient, BookingRequested
from domain.values import BookingId, ClientId, Contact, HoldId, SourceId, UserId
from tests.in_memory import InMemory
from tests.scheduling.bookings.examples import (
    at,
    booking_completed,
    booking_confirmed,
    booking_id,
    by_email,
    by_phone,
    guest,
    link_to_client,
    place_hold,
    request_booking,
    request_by_guest,
    request_series,
    reschedule_booking,
    zoe,
)
from tests.scheduling.bookings.salon import salon

MOST: Final = 5
before: Final = ClientId("client-0198c0de-0000-7000-8000-0000000000cc")
user: Final = UserId("user-0198c0de-0000-7000-8000-0000000000dd")
site: Final = SourceId("source-0198c0de-0000-7000-8000-0000000000ee")
another_site: Final = SourceId("source-0198c0de-0000-7000-8000-0000000000ff")


def nth(number: int, order: Any = request_booking) -> Any:
    """Return a wish for a time of its own."""
    return replace(
        order,
        booking_id=BookingId(f"booking-0198c0de-0000-7000-8000-0000000001{number:02}"),
        starts_at=at(number // 2, "10:00" if number % 2 else "14:00"),
        by_client=True,
    )


def signed_up() -> InMemory:
    """Return a salon in which somebody has signed up, and so has a record of their own."""
    past = salon()
    registered = UserRegistered(
        user_id=user,
        name="Zoé",
        email="zoe@example.org",
        roles=(Role.CLIENT,),
        client_id=before,
    )
    record = ClientRegistered(client_id=before, contact=Contact("Zoé"), status=ClientStatus.ACTIVE)
    past.record(before, record, ClientLinkedToUser(client_id=before, user_id=user))
    past.record(user, registered)
    return past


def known_better(past: InMemory) -> InMemory:
    """Let it be found out that the business knew them: their record is Zoé's from now on."""
    past.record(zoe, ClientLinkedToUser(client_id=zoe, user_id=user))
    past.record(user, UserLinkedToClient(user_id=user, client_id=zoe, previous=before))
    return past


def blocked(past: InMemory, client_id: ClientId = zoe) -> InMemory:
    past.run(ChangeClientStatus(client_id=client_id, status=ClientStatus.BLOCKED))
    return past


def owning(identity: Any) -> InMemory:
    """Return a salon in which an address or a number is Zoé's."""
    past = salon()
    past.record(identity, IdentityClaimed(identity_id=identity, owner=zoe))
    return past


# --- Several records ------------------------------------------------------------------


def test_what_was_asked_for_under_an_earlier_record_counts_under_the_present_one() -> None:
    past = signed_up()
    for number in range(3):
        past.run(replace(nth(number), client_id=before))
    known_better(past)
    for number in range(3, MOST):
        past.run(nth(number))

    for client_id in (zoe, before):
        with pytest.raises(TooManyOpenRequests):
            past.run(replace(nth(MOST), client_id=client_id))


def test_what_is_held_under_an_earlier_record_counts_under_the_present_one() -> None:
    past = signed_up()
    hold = replace(place_hold, by_client=True)
    past.run(replace(hold, client_id=before))
    known_better(past)
    names = [HoldId(f"hold-0198c0de-0000-7000-8000-00000000020{n}") for n in range(2)]
    past.run(replace(hold, client_id=zoe, hold_id=names[0], starts_at=at(1, "14:00")))

    with pytest.raises(TooManyHolds):
        past.run(replace(hold, client_id=zoe, hold_id=names[1], starts_at=at(2, "14:00")))


@pytest.mark.parametrize("under", [zoe, before])
@pytest.mark.parametrize("ordered_as", [zoe, before])
@pytest.mark.parametrize("by_client", [True, False])
def test_who_is_blocked_under_one_record_is_so_under_all(under, ordered_as, by_client) -> None:
    past = blocked(known_better(signed_up()), under)

    for order in (request_booking, request_series, place_hold):
        with pytest.raises(ClientIsBlocked):
            past.run(replace(order, client_id=ordered_as, by_client=by_client))


# --- Guests ---------------------------------------------------------------------------


@pytest.mark.parametrize("known_by", [by_email, by_phone])
@pytest.mark.parametrize("told_by", [None, site])
def test_a_client_who_is_blocked_is_not_booked_as_a_guest(known_by, told_by) -> None:
    past = blocked(owning(known_by))

    with pytest.raises(ClientIsBlocked):
        past.run(replace(request_by_guest, by_client=told_by is not None, source=told_by))


def test_a_client_who_is_blocked_has_no_series_as_a_guest() -> None:
    past = blocked(owning(by_phone))
    as_guest = {"client_id": None, "guest": guest, "guest_identities": (by_email, by_phone)}

    with pytest.raises(ClientIsBlocked):
        past.run(replace(request_series, **as_guest))


def test_who_may_override_books_a_guest_who_is_a_blocked_client_and_it_is_recorded() -> None:
    past = blocked(owning(by_email))

    [requested, *_] = past.run(replace(request_by_guest, override=True))

    assert isinstance(requested, BookingRequested)
    assert requested.override


@pytest.mark.parametrize("known_by", [by_email, by_phone])
def test_a_guest_under_the_address_or_number_of_a_client_is_counted_with_the_client(
    known_by,
) -> None:
    past = owning(known_by)
    for number in range(3):
        past.run(nth(number))
    for number in range(3, MOST):
        past.run(nth(number, request_by_guest))

    for order in (request_booking, request_by_guest):
        with pytest.raises(TooManyOpenRequests):
            past.run(nth(MOST, order))


def test_a_guest_is_counted_once_though_address_and_number_are_one_clients() -> None:
    past = owning(by_email)
    past.record(by_phone, IdentityClaimed(identity_id=by_phone, owner=zoe))

    for number in range(MOST):
        past.run(nth(number, request_by_guest))

    with pytest.raises(TooManyOpenRequests):
        past.run(nth(MOST, request_by_guest))


@pytest.mark.parametrize("name", [guest, None])
def test_what_is_wished_by_somebody_whom_nothing_names_is_counted_with_who_tells_it(name) -> None:
    past = salon()
    nobody = replace(request_by_guest, guest=name, guest_identities=(), source=site)
    for number in range(MOST):
        past.run(nth(number, nobody))

    with pytest.raises(TooManyOpenRequests):
        past.run(nth(MOST, nobody))
    past.run(replace(nth(MOST, nobody), source=another_site))


# --- Whose it is, said later ----------------------------------------------------------


def test_a_visit_that_is_to_come_is_not_given_to_a_client_who_is_blocked() -> None:
    past = blocked(salon())
    past.run(request_by_guest)

    with pytest.raises(ClientIsBlocked):
        past.run(link_to_client)


def test_nor_to_another_record_of_theirs() -> None:
    past = blocked(known_better(signed_up()))
    past.run(request_by_guest)

    with pytest.raises(ClientIsBlocked):
        past.run(replace(link_to_client, client_id=before))


def test_who_may_override_gives_it_to_them_and_it_is_recorded() -> None:
    past = blocked(salon())
    past.run(request_by_guest)

    [linked] = past.run(replace(link_to_client, override=True))

    assert isinstance(linked, BookingLinkedToClient)
    assert linked.override


def test_of_a_visit_that_is_over_it_can_be_said_whose_it_was() -> None:
    past = blocked(salon())
    past.run(request_by_guest)
    past.record(booking_id, booking_confirmed, booking_completed)

    [linked] = past.run(link_to_client)

    assert not linked.override


def test_the_business_moves_the_visit_of_a_client_who_is_blocked() -> None:
    past = salon()
    past.run(request_booking)
    blocked(past)

    assert past.run(replace(reschedule_booking, by_client=False))
    with pytest.raises(ClientIsBlocked):
        past.run(replace(reschedule_booking, starts_at=at(2, "14:00"), by_client=True))
