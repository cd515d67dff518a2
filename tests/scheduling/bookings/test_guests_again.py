"""Guests say and show things again, are erased, and mean ill: nobody else loses anything by it."""

from datetime import timedelta

import pytest

from domain.scheduling.allowances import ClientLimits
from tests.people.clients.dump import found
from tests.running import Running
from tests.scheduling.bookings.on_a_page import NOON, ZOE, Page, code_of

pytestmark = pytest.mark.postgres

OFTEN = 8
"""More often than one may guess, or be mailed codes in an hour."""
NUMBER = "+33199001234"
WORDS = ("zoe@example.org", "Zoé", "99001234", "by the window")


@pytest.fixture
def page(running: Running) -> Page:
    return Page.of(running)


# --- Again ----------------------------------------------------------------------------


def test_who_shows_the_right_code_again_and_again_guesses_nothing(page: Page) -> None:
    hold = page.held()
    page.say(hold)
    code = page.code()

    answers = [page.show(hold, code) for _ in range(OFTEN)]

    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1


def test_who_says_who_they_are_again_with_the_same_key_is_mailed_once(page: Page) -> None:
    hold, key = page.held(), {"Idempotency-Key": "1"}
    before = page.wishes()

    answers = [
        page.http.post(f"{hold}/guest", json={"guest": ZOE}, headers=key) for _ in range(OFTEN)
    ]
    page.running.settle()

    assert {each.status_code for each in answers} == {202}
    assert len({each.text for each in answers}) == 1
    assert len(page.mails()) == page.wishes() - before == 1
    assert page.show(hold).status_code == 201
    again = page.http.post(f"{hold}/guest", json={"guest": ZOE}, headers=key)
    assert again.headers["idempotent-replayed"] == "true"


def test_one_key_for_two_addresses_is_refused_and_proves_neither_by_the_other(page: Page) -> None:
    hold, key = page.held(), {"Idempotency-Key": "1"}
    eve = {**ZOE, "email": "eve@example.org"}
    page.http.post(f"{hold}/guest", json={"guest": eve}, headers=key)

    other = page.http.post(f"{hold}/guest", json={"guest": ZOE}, headers=key)
    page.running.settle()

    assert code_of(other) == (422, "idempotency-key-reused")
    booked = page.show(hold, page.code("eve@example.org")).json()["id"]
    guest = page.running.http().get(f"/v1/bookings/{booked}").json()["guest"]
    assert guest["email"] == "eve@example.org"


def test_what_is_refused_is_no_code_that_was_mailed(page: Page) -> None:
    hold = page.held()
    page.http.delete(hold)

    refused = [page.say(hold) for _ in range(OFTEN)]

    assert {code_of(each) for each in refused} == {(409, "hold-expired")}
    assert page.say(page.held()).status_code == 202


# --- What is left of them ------------------------------------------------------------


def test_of_a_guest_who_is_erased_nothing_is_left(page: Page, dsn: str) -> None:
    http, hold = page.running.http(), page.held()
    page.say(hold, "by the window", phone=NUMBER)
    page.show(hold, code := page.code())
    client = http.post("/v1/clients", json=ZOE).json()["id"]
    page.running.settle()
    before = page.wishes()

    assert http.delete(f"/v1/clients/{client}/personal-data").status_code == 204

    assert found(dsn, WORDS) == {}
    assert page.wishes() == before - 1
    assert code_of(page.show(hold, code)) == (422, "address-code-wrong")


def test_a_mail_with_a_code_is_kept_no_longer_than_what_was_said(page: Page) -> None:
    page.say(page.held())
    clock = page.running.clock
    clock.set(clock() + timedelta(minutes=61))

    page.running.system.outbox.prune()

    assert page.mails() == []


# --- Who means ill --------------------------------------------------------------------


def test_nobody_uses_up_what_the_owner_of_a_number_may_have_open(page: Page) -> None:
    bob = {**ZOE, "name": "Bob", "email": "bob@example.org", "phone": NUMBER}
    page.running.http().post("/v1/clients", json=bob)
    for number in range(ClientLimits().open_requests):
        hold = page.held(f"2027-01-{11 + number}T10:00:00+01:00")
        page.say(hold, email=f"eve{number}@example.org", phone=NUMBER)
        assert page.show(hold, page.code(f"eve{number}@example.org")).status_code == 201

    hold = page.held(NOON)
    page.say(hold, **bob)

    assert page.show(hold, page.code("bob@example.org")).status_code == 201


def test_who_holds_and_gives_back_without_end_is_stopped(page: Page) -> None:
    answers = []
    for _ in range(61):
        answers.append(page.hold())
        page.http.delete(answers[-1].headers.get("location", page.where))

    assert {each.status_code for each in answers[:60]} == {201}
    assert answers[60].json()["policy"] == "guest-holds"
