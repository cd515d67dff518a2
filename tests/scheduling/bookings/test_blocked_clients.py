"""Whoever is blocked is blocked by every way in, but for who may override."""

import pytest

from domain.business.users import Role
from domain.people.clients import ChangeClientStatus, ClientStatus
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.scheduling.bookings.ways_in import FREE, GUESTS, ONCE, registered, timeless, told, zoe_of

pytestmark = [pytest.mark.postgres, pytest.mark.together]


def test_a_client_who_is_blocked_books_no_more(running: Running) -> None:
    salon, zoe = Salon.opened(running), zoe_of(running)
    http = running.http(Role.CLIENT, client_id=zoe)
    running.order(ChangeClientStatus(client_id=zoe, status=ClientStatus.BLOCKED))

    refused = salon.book(http, FREE)

    assert (refused.status_code, refused.json()["code"]) == (403, "client-is-blocked")


@pytest.mark.parametrize("guest", GUESTS)
def test_a_client_who_is_blocked_is_no_guest_either(running: Running, guest) -> None:
    salon, zoe = Salon.opened(running), registered(running)
    desk, owner = running.http(Role.FRONT_DESK), running.http()
    running.order(ChangeClientStatus(client_id=zoe, status=ClientStatus.BLOCKED))
    old = {"start": FREE, "professional": salon.professional_id, "service": salon.service_id}
    series = {**timeless(salon), "recurrence": ONCE, "guest": guest}

    refused = [
        salon.book(desk, FREE, guest=guest),
        desk.post("/v1/series", json=series),
        desk.post("/appointments", json={**old, "guest": guest}),
        desk.post("/booking", json={"userId": salon.professional_id, "guest": guest}),
        salon.book(owner, FREE, guest=guest),
    ]
    passed_over = salon.book(owner, FREE, guest=guest, override=True)

    assert {each.json()["code"] for each in refused} == {"client-is-blocked"}
    assert told(running, salon, "2027-01-06T10:00:00Z", guest=guest) == "client-is-blocked"
    assert (passed_over.status_code, passed_over.json()["override"]) == (201, True)


def test_a_visit_is_given_to_a_client_who_is_blocked_by_who_may_override(running: Running) -> None:
    salon, zoe = Salon.opened(running), registered(running)
    running.order(ChangeClientStatus(client_id=zoe, status=ClientStatus.BLOCKED))
    desk, owner = running.http(Role.FRONT_DESK), running.http()
    made = salon.book(desk, FREE).json()["id"]
    where, body = f"/v1/bookings/{made}/client", {"client_id": zoe}

    refused = [
        desk.put(where, json=body),
        desk.put(f"/booking/{made}", json={"clientId": zoe}),
        owner.put(where, json=body),
    ]
    not_permitted = desk.put(where, json={**body, "override": True})
    given = owner.put(where, json={**body, "override": True})
    running.settle()

    assert {each.json()["code"] for each in refused} == {"client-is-blocked"}
    assert not_permitted.json()["permission"] == "bookings:override"
    assert (given.json()["client_id"], given.json()["override"]) == (zoe, True)
    assert owner.get(f"/v1/bookings/{made}").json()["override"]
