"""Bookings, through HTTP, as the business sees them."""

import json

import pytest

from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]

TEN = "2027-01-05T10:00:00+01:00"
ELEVEN = "2027-01-05T11:00:00+01:00"
QUARTER_PAST_ELEVEN = "2027-01-05T11:15:00+01:00"


def test_a_booking_is_answered_as_it_will_be_shown(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()

    booked = salon.book(http)
    shown = http.get(booked.headers["location"])
    running.settle()

    assert booked.status_code == 201
    assert booked.headers["etag"] == '"1"'
    assert booked.json()["status"] == "pending"
    assert booked.json()["starts_at"] == "2027-01-05T09:00:00Z"
    assert booked.json()["local_start"] == "2027-01-05T10:00:00"
    assert booked.json()["price"] == {"amount": 4500, "currency": "EUR"}
    assert shown.json() == booked.json()
    # The professional was told by mail meanwhile: nothing that one can see of the booking.
    assert http.get(booked.headers["location"]).json() == booked.json()


def test_a_taken_slot_is_refused_with_the_next_free_ones(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    salon.book(http, TEN)

    refused = salon.book(http, ELEVEN)
    offered = refused.json()["next_free_slots"]

    assert (refused.status_code, refused.json()["code"]) == (409, "slot-taken")
    assert offered[0]["starts_at"] == "2027-01-05T10:15:00Z"
    assert [salon.book(http, offered[0]["starts_at"]).status_code] == [201]


def test_the_buffer_after_a_visit_is_kept_free(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    salon.book(http, TEN)

    assert salon.book(http, ELEVEN).status_code == 409
    assert salon.book(http, QUARTER_PAST_ELEVEN).status_code == 201


def test_the_same_key_books_once_although_the_slot_is_taken_by_then(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    key = {"Idempotency-Key": "a"}

    first = http.post("/v1/bookings", json=salon.wish(), headers=key)
    again = http.post("/v1/bookings", json=salon.wish(), headers=key)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.apart
def test_a_booking_moves_through_its_life(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    where = salon.book(http).headers["location"]

    confirmed = http.post(f"{where}/confirm")
    early = http.post(f"{where}/complete")
    running.clock.set(running.clock().replace(day=5, hour=11))
    completed = http.post(f"{where}/complete")
    late = http.post(f"{where}/cancel")

    assert confirmed.json()["status"] == "confirmed"
    assert early.json()["code"] == "not-yet-begun"
    assert completed.json()["status"] == "completed"
    assert (late.status_code, late.json()["allowed"]) == (409, [])


def test_a_cancelled_booking_frees_its_slot_at_once(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    where = salon.book(http).headers["location"]

    cancelled = http.post(f"{where}/cancel", json={"reason": "ill"})
    again = http.post(f"{where}/cancel")

    assert (cancelled.json()["status"], cancelled.json()["reason"]) == ("cancelled", "ill")
    assert again.json() == cancelled.json()
    assert salon.book(http).status_code == 201


def test_a_booking_is_moved_whole_or_not_at_all(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    where = salon.book(http, TEN).headers["location"]
    salon.book(http, "2027-01-06T10:00:00+01:00")

    refused = http.post(f"{where}/reschedule", json={"starts_at": "2027-01-06T10:30:00+01:00"})
    still = salon.book(http, TEN)
    moved = http.post(f"{where}/reschedule", json={"starts_at": "2027-01-07T10:00:00+01:00"})

    assert (refused.status_code, still.status_code) == (409, 409)
    assert moved.json()["starts_at"] == "2027-01-07T09:00:00Z"
    assert salon.book(http, TEN).status_code == 201


def test_details_are_kept_to_the_byte(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    details = '{"b": 1.0, "a":[1e3,"é\\u00e9"],  "deep":{"x":null}}'
    body = json.dumps(salon.wish(booking_type="visit"))[:-1] + f', "details": {details}}}'

    booked = http.post("/v1/bookings", content=body, headers={"Content-Type": "application/json"})
    running.settle()

    assert f'"details":{details}' in booked.text
    assert f'"details":{details}' in http.get(booked.headers["location"]).text
    (listed,) = http.get("/v1/bookings?booking_type=visit").json()["data"]
    assert listed["id"] == booked.json()["id"]
    assert http.get("/v1/bookings?booking_type=other").json()["data"] == []


def test_pages_neither_skip_nor_repeat_bookings_while_others_are_made(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    for day in range(10, 19):
        salon.book(http, f"2027-01-{day}T10:00:00+01:00")
    running.settle()

    first = http.get("/v1/bookings?limit=4").json()
    salon.book(http, "2027-01-06T10:00:00+01:00")
    running.settle()
    second = http.get("/v1/bookings", params={"limit": 4, "cursor": first["next_cursor"]}).json()
    back = http.get("/v1/bookings", params={"limit": 4, "cursor": second["prev_cursor"]}).json()

    days = [b["local_start"][8:10] for b in first["data"] + second["data"]]
    assert days == [f"{day}" for day in range(10, 18)]
    assert [b["local_start"][8:10] for b in back["data"]] == ["10", "11", "12", "13"]
    assert back["prev_cursor"] is not None


def test_a_parameter_nobody_knows_is_refused(running: Running) -> None:
    refused = running.http().get("/v1/bookings?colour=blue")

    assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid")


def test_history_says_who_changed_what_and_when(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    where = salon.book(http).headers["location"]
    http.patch(where, json={"notes": "allergic to henna"})

    requested, changed = http.get(f"{where}/history").json()["data"]

    assert requested["type"] == "booking-requested.v2"
    assert changed["changes"] == {"notes": [None, "allergic to henna"]}
    assert changed["actor"].startswith("user-")


def test_a_hold_keeps_others_out_and_is_redeemed_once(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    held = http.post("/v1/holds", json={**salon.wish(), "ttl": 60}).json()

    kept_out = salon.book(http)
    redeemed = salon.book(http, hold_id=held["id"])
    twice = salon.book(http, hold_id=held["id"])

    assert kept_out.status_code == 409
    assert redeemed.status_code == 201
    assert twice.status_code == 409


@pytest.mark.apart
def test_a_hold_keeps_others_out_to_its_last_second_and_nobody_after(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    placed = http.post("/v1/holds", json={**salon.wish(), "ttl": 60})

    running.clock.set(running.clock().replace(second=59))
    kept_out = salon.book(http)
    running.clock.set(running.clock().replace(minute=1, second=0))

    assert placed.json()["expires_at"] == "2027-01-04T08:01:00Z"
    assert (kept_out.status_code, kept_out.json()["code"]) == (409, "slot-taken")
    assert salon.book(http).status_code == 201


@pytest.mark.parametrize(("ttl", "status"), [(0, 422), (600, 201), (601, 422)])
def test_a_hold_lasts_ten_minutes_at_most(running: Running, ttl: int, status: int) -> None:
    salon, http = Salon.opened(running), running.http()

    assert http.post("/v1/holds", json={**salon.wish(), "ttl": ttl}).status_code == status


def test_a_mail_sent_meanwhile_stands_in_nobodys_way(running: Running) -> None:
    salon, http = Salon.opened(running), running.http()
    booked = salon.book(http, guest={"name": "Zoé", "email": "zoe@mail.example"})
    where, seen = booked.headers["location"], {"If-Match": booked.headers["etag"]}
    running.settle()

    changed = http.patch(where, json={"notes": "by the window"}, headers=seen)
    stale = http.patch(where, json={"notes": "by the door"}, headers=seen)

    assert (changed.status_code, stale.status_code) == (200, 412)
