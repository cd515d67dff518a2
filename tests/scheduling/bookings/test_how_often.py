"""One thing is changed so often by clients, and no more."""

import pytest

from application.reach import AGAIN_AND_AGAIN, MOST_CHANGES, ORDERED_BY
from domain.business.users import AddUser, ChangeUserDetails, Role
from domain.scheduling import agendas, bookings, series
from domain.scheduling.bookings import ChangeBooking
from domain.values import BookingId
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.scheduling.bookings.ways_in import FREE, zoe_of

pytestmark = pytest.mark.postgres


def test_a_client_changes_a_visit_so_often_and_no_more_and_the_business_still_can(
    running: Running,
) -> None:
    salon, zoe = Salon.opened(running), zoe_of(running)
    http, business = running.http(Role.CLIENT, client_id=zoe), running.http()
    path = f"/v1/bookings/{salon.book(http, FREE).json()['id']}"
    booking = BookingId(path.removeprefix("/v1/bookings/"))
    for n in range(MOST_CHANGES - 1):
        running.order(ChangeBooking(booking_id=booking, notes=f"note {n}"))

    refused = http.patch(path, json={"notes": "once more"})
    moved = http.post(f"{path}/reschedule", json={"starts_at": "2027-01-05T11:00:00Z"})
    same = http.patch(path, json={"notes": f"note {MOST_CHANGES - 2}"})

    assert (refused.status_code, refused.json()["code"]) == (403, "changed-too-often")
    assert refused.json()["most"] == MOST_CHANGES
    assert (moved.status_code, moved.json()["code"]) == (403, "changed-too-often")
    assert same.status_code == 200, "what changes nothing is none"
    assert business.patch(path, json={"notes": "once more"}).status_code == 200
    assert http.post(f"{path}/cancel").status_code == 200


def test_nobody_changes_their_own_name_without_end(running: Running) -> None:
    person = running.http(Role.FRONT_DESK)
    [me] = running.principals.values()
    running.order(
        AddUser(
            tenant_id=me.tenant_id,
            user_id=me.user_id,
            name="Ada",
            email="a@x.example",
            roles=me.roles,
        )
    )
    for n in range(MOST_CHANGES):
        running.order(ChangeUserDetails(user_id=me.user_id, name=f"Ada {n}", language="en"))

    refused = person.put("/v1/auth/me", json={"name": "Bea"})

    assert (refused.status_code, refused.json()["code"]) == (403, "changed-too-often")


def test_whatever_clients_order_begins_or_ends_something_or_is_counted() -> None:
    once = {
        bookings.RequestBooking,
        bookings.CancelBooking,
        series.RequestSeries,
        series.CancelSeries,
        agendas.PlaceHold,
        agendas.ReleaseHold,
    }

    assert ORDERED_BY["client_id"] - {*AGAIN_AND_AGAIN} == once
