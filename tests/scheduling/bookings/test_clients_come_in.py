"""Every way in over HTTP, and from other systems, asks what a client may have; none forgets it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import pytest

from domain.business.users import Role
from domain.people.clients import RegisterClient
from domain.values import ClientId, Contact
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.scheduling.bookings.ways_in import (
    FREE,
    GUESTS,
    ONCE,
    Http,
    registered,
    timeless,
    told,
    zoe_of,
)

pytestmark = [pytest.mark.postgres, pytest.mark.together]

Way = Callable[[Salon, Http, str, int | None], Any]


def book(salon: Salon, http: Http, start: str, minutes: int | None) -> Any:
    return salon.book(http, start, duration_minutes=minutes)


def hold(salon: Salon, http: Http, start: str, minutes: int | None) -> Any:
    return http.post("/v1/holds", json=salon.wish(start, duration_minutes=minutes))


def repeat(salon: Salon, http: Http, start: str, minutes: int | None) -> Any:
    rule = {
        "starts_at": start.removesuffix("Z"),
        "time_zone": "Etc/UTC",
        "rule": "FREQ=DAILY;COUNT=1",
    }
    body = salon.wish(duration_minutes=minutes, recurrence=rule)
    del body["starts_at"]
    return http.post("/v1/series", json=body)


def move(salon: Salon, http: Http, start: str, minutes: int | None) -> Any:
    new = {"starts_at": start, "duration_minutes": minutes}
    return moved(salon, http, "/v1/bookings", new)


def moved(salon: Salon, http: Http, where: str, new: dict[str, Any]) -> Any:
    """Return what becomes of a visit that a client moves; nothing of it is left in the calendar."""
    at_first = "2027-01-06T10:00:00Z"
    made = salon.book(http, at_first)
    found = http.post(f"{where}/{made.json()['id']}/reschedule", json=new)
    http.post(f"/v1/bookings/{made.json()['id']}/cancel")
    return found


def book_in_the_old_salon(salon: Salon, http: Http, start: str, minutes: int | None) -> Any:
    body = {
        "professional": salon.professional_id,
        "service": salon.service_id,
        "start": start,
        "duration_minutes": minutes,
    }
    return http.post("/appointments", json=body)


def book_in_the_old_setter(salon: Salon, http: Http, start: str, minutes: int | None) -> Any:
    body = {
        "userId": salon.professional_id,
        "serviceId": salon.service_id,
        "startsAt": start,
        "durationMinutes": minutes,
    }
    return http.post("/booking", json=body)


def move_in_the_old_salon(salon: Salon, http: Http, start: str, minutes: int | None) -> Any:
    return moved(salon, http, "/appointments", {"start": start, "duration_minutes": minutes})


WAYS: Final[list[Way]] = [
    book,
    hold,
    repeat,
    move,
    book_in_the_old_salon,
    book_in_the_old_setter,
    move_in_the_old_salon,
]
TOO_MUCH: Final = [
    ("2027-01-05T10:07:13.123456Z", None, "between-slots"),
    (FREE, 1, "length-not-offered"),
    (FREE, 7 * 24 * 60, "length-not-offered"),
    ("2027-01-20T10:00:00Z", None, "beyond-horizon"),
]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_too_much_is_refused_by_every_way(running: Running, way) -> None:
    salon = Salon.opened(running, horizon_days=3)
    http = running.http(Role.CLIENT, client_id=zoe_of(running))

    for start, minutes, reason in TOO_MUCH:
        refused = way(salon, http, start, minutes)
        code = refused.json()["code"]
        if code == "series-conflicts":
            code = refused.json()["instances"][0]["code"]
        assert (refused.status_code >= 400, code) == (True, reason), (start, minutes)

    assert way(salon, http, FREE, 60).status_code in (200, 201)


def test_a_part_of_what_was_held_is_asked_for_anew(running: Running) -> None:
    salon = Salon.opened(running)
    http = running.http(Role.CLIENT, client_id=zoe_of(running))
    held = hold(salon, http, FREE, None).json()["id"]

    refused = salon.book(http, FREE, duration_minutes=1, hold_id=held)
    booked = salon.book(http, FREE, hold_id=held)

    assert (refused.status_code, refused.json()["code"]) == (422, "length-not-offered")
    assert booked.status_code == 201


def test_who_is_no_client_yet_holds_nothing(running: Running) -> None:
    salon, http = Salon.opened(running), running.http(Role.CLIENT)

    assert hold(salon, http, FREE, None).status_code == 404


@pytest.mark.apart
def test_clients_who_ask_at_once_in_two_processes_get_no_more_than_one_may_have(
    two_systems: tuple[Running, Running],
) -> None:
    here, there = two_systems
    salon, client_id = Salon.opened(here), zoe_of(here)
    people = [each.http(Role.CLIENT, client_id=client_id) for each in (here, there)]
    day = datetime.fromisoformat("2027-01-05T08:00:00+00:00")
    starts = [(day + timedelta(hours=2 * n)).isoformat() for n in range(24)]

    def ask(way: Way) -> list[int]:
        wanted = [(people[n % 2], start) for n, start in enumerate(starts)]
        with ThreadPoolExecutor(8) as pool:
            asked = pool.map(lambda each: way(salon, each[0], each[1], None).status_code, wanted)
            return sorted(asked)

    assert ask(hold) == [201] * 2 + [409] * 22
    here.clock.set(here.clock() + timedelta(minutes=11))
    assert ask(book) == [201] * 5 + [409] * 19


def test_what_other_systems_wish_for_is_asked_like_anybodys_wish(running: Running) -> None:
    salon = Salon.opened(running, horizon_days=3)

    assert told(running, salon, "2027-01-05T10:07:00Z") == "between-slots"
    assert told(running, salon, FREE, duration_minutes=1) == "length-not-offered"
    assert told(running, salon, "2027-01-20T10:00:00Z") == "beyond-horizon"
    for hour in range(10, 20, 2):
        assert not isinstance(told(running, salon, f"2027-01-05T{hour}:00:00Z"), str)
    assert told(running, salon, "2027-01-05T21:00:00Z") == "too-many-open-requests"


def test_who_has_several_records_orders_as_they_are_now_and_reaches_what_they_had(
    running: Running,
) -> None:
    salon, zoe, before = Salon.opened(running), zoe_of(running), another_of(running)
    then = running.http(Role.CLIENT, client_id=before)
    made = salon.book(then, "2027-01-06T10:00:00Z").json()["id"]
    now = running.http(Role.CLIENT, client_id=zoe, earlier_clients=(before,))
    orders = {
        "/v1/bookings": salon.wish(FREE),
        "/v1/series": {**timeless(salon), "recurrence": ONCE},
        "/appointments": {"start": FREE, "professional": salon.professional_id},
        "/booking": {"userId": salon.professional_id},
    }

    refused = [
        now.post(path, json={**body, **named(path, before)}) for path, body in orders.items()
    ]
    cancelled = now.post(f"/v1/bookings/{made}/cancel")

    assert [each.status_code for each in refused] == [404] * len(orders)
    assert cancelled.status_code == 200
    assert salon.book(now, FREE).json()["client_id"] == zoe


def named(path: str, client_id: ClientId) -> dict[str, str]:
    """Return how a path calls the client of an order."""
    return {{"/appointments": "client", "/booking": "clientId"}.get(path, "client_id"): client_id}


def another_of(running: Running) -> ClientId:
    client_id = ClientId(f"client-{uuid4()}")
    running.order(RegisterClient(client_id=client_id, contact=Contact("Zoé")))
    return client_id


@pytest.mark.apart
def test_what_has_begun_is_confirmed_by_who_may_override(running: Running) -> None:
    salon, desk, owner = Salon.opened(running), running.http(Role.FRONT_DESK), running.http()
    made = salon.book(desk, FREE).json()["id"]
    running.clock.set(datetime.fromisoformat(FREE))
    where = f"/v1/bookings/{made}/confirm"

    refused = [
        desk.post(where),
        owner.post(where),
        desk.put(f"/appointments/{made}/status", json={"status": "confirmed"}),
        desk.put(f"/booking/{made}", json={"status": "confirmed"}),
    ]
    not_permitted = desk.post(where, json={"override": True})
    confirmed = owner.post(where, json={"override": True})

    assert {each.json()["code"] for each in refused} == {"slot-in-the-past"}
    assert not_permitted.json()["permission"] == "bookings:override"
    assert (confirmed.status_code, confirmed.json()["status"]) == (200, "confirmed")


@pytest.mark.parametrize("guest", [*GUESTS, {"name": "Zoé"}, None])
def test_other_systems_have_no_more_for_whomever_they_name_or_do_not(
    running: Running, guest
) -> None:
    salon, zoe = Salon.opened(running), registered(running)
    mine = running.http(Role.CLIENT, client_id=zoe)
    named = guest in GUESTS
    booked = [salon.book(mine, f"2027-01-{day:02}T10:00:00Z") for day in range(5, 8)]

    found = [
        told(running, salon, f"2027-01-{day:02}T14:00:00Z", guest=guest) for day in range(5, 15)
    ]

    room = 2 if named else 5
    assert [each.status_code for each in booked] == [201] * 3
    assert found[room:] == ["too-many-open-requests"] * (10 - room)
    assert not any(isinstance(each, str) for each in found[:room])


def test_nobody_without_the_right_overrides_by_any_way(running: Running) -> None:
    salon = Salon.opened(running)
    desk = running.http(Role.FRONT_DESK)
    made = salon.book(desk).json()["id"]
    later = {"starts_at": "2027-01-06T10:00:00Z", "override": True}
    orders: list[tuple[str, dict[str, Any]]] = [
        ("/v1/bookings", salon.wish(override=True)),
        ("/v1/holds", salon.wish(override=True)),
        (f"/v1/bookings/{made}/reschedule", later),
        ("/v1/series", {**timeless(salon), "recurrence": ONCE, "override": True}),
        ("/appointments", {"start": FREE, "professional": salon.professional_id, "override": True}),
        (f"/appointments/{made}/reschedule", {"start": FREE, "override": True}),
        ("/booking", {"userId": salon.professional_id, "override": True}),
    ]

    for path, body in orders:
        refused = desk.post(path, json=body)
        found = (refused.status_code, refused.json().get("permission"))
        assert found == (403, "bookings:override"), path


def test_the_owner_says_how_much_a_client_may_have(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    client = running.http(Role.CLIENT, client_id=zoe_of(running))

    before = http.get("/v1/client-limits")
    after = http.patch("/v1/client-limits", json={"open_holds": 1})
    refused = client.patch("/v1/client-limits", json={"open_holds": 50})
    held = [hold(salon, client, f"2027-01-05T{hour}:00:00Z", None) for hour in (10, 12)]

    assert before.json() == {"open_requests": 5, "open_holds": 2}
    assert (after.status_code, after.json()) == (200, {"open_requests": 5, "open_holds": 1})
    assert refused.status_code == 403
    assert [each.status_code for each in held] == [201, 409]
