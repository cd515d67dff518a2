"""A guest books by themselves, from a page of the business, and proves their address by it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from adapters.accounts.guest_wishes import WISH_KEYS
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.rotation import by_master_key, rotate
from domain.people.clients import ChangeClientStatus, ClientStatus
from domain.scheduling.agendas.holds import KEPT_FOR, MOST_MAILS
from domain.scheduling.allowances import ChangeClientLimits
from tests.running import Client, Running
from tests.scheduling.bookings.on_a_page import NOON, TEN, ZOE, Page, code_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def page(running: Running) -> Page:
    return Page.of(running)


@pytest.fixture
def business(page: Page) -> TestClient:
    return page.running.http()


# --- The way through ------------------------------------------------------------------


def test_a_guest_holds_a_time_says_who_they_are_and_books_with_the_code(
    page: Page, business: TestClient
) -> None:
    held = page.hold()
    hold = f"{page.where}/{held.json()['id']}"
    kept = page.say(hold, "By the window", phone="+33199001234")
    booked = page.show(hold)

    assert held.headers["location"] == hold
    assert kept.status_code == 202
    assert booked.status_code == 201
    shown = business.get(f"/v1/bookings/{booked.json()['id']}").json()
    assert shown["guest"]["name"] == "Zoé"
    assert shown["guest"]["phone"] == "+33199001234"
    assert shown["notes"] == "By the window"
    assert shown["status"] == booked.json()["status"] == "pending"
    assert shown["starts_at"] == booked.json()["starts_at"] == "2027-01-05T09:00:00Z"


def test_the_mail_speaks_the_guests_language_and_says_nothing_they_have_said(page: Page) -> None:
    page.say(page.held(), "Buy now at evil.example", name="Evil")

    (mail,) = page.mails()

    assert mail["language"] == "fr"
    assert "Salon Camille" in mail["text"]
    assert "de 10\N{NO-BREAK SPACE}h à 11\N{NO-BREAK SPACE}h (heure de Paris" in mail["text"]
    assert "vil" not in mail["text"] + mail["html"] + mail["subject"] + str(mail["to"]["name"])


def test_nothing_of_a_guest_is_recorded_before_they_prove_who_they_are(page: Page) -> None:
    page.say(page.held(), "secret notes")

    with page.running.system.database.as_worker() as line:
        told = line.execute("SELECT data::text, metadata::text FROM log.events").fetchall()
        kept = line.execute("SELECT sealed, wrapped FROM accounts.guest_wishes").fetchall()

    assert "zoe" not in str(told).lower()
    assert b"zoe" not in b"".join(b"".join(map(bytes, each)) for each in kept).lower()


def test_who_shows_the_code_twice_books_once(page: Page) -> None:
    hold = page.held()
    page.say(hold)
    code = page.code()

    with ThreadPoolExecutor(4) as several:
        answers = [*several.map(lambda _: page.show(hold, code), range(4))]

    assert {each.status_code for each in answers} == {201}
    assert len({each.json()["id"] for each in answers}) == 1


def test_a_guest_gives_the_time_back(page: Page) -> None:
    hold = page.held()

    assert page.hold().json()["code"] == "slot-taken"
    assert page.http.delete(hold).status_code == 204
    assert page.hold().status_code == 201


def test_who_gave_the_time_back_is_mailed_nothing(page: Page) -> None:
    hold = page.held()
    page.http.post(f"{hold}/guest", json={"guest": ZOE})
    page.http.delete(hold)
    page.running.settle()

    assert page.mails() == []
    assert code_of(page.say(hold)) == (409, "hold-expired")


def test_an_old_name_of_the_business_leads_on(page: Page, business: TestClient) -> None:
    where = f"/v1/tenants/{page.running.tenant}/public-name"
    business.put(where, json={"public_name": f"salon-{uuid4().hex[:12]}"})
    page.running.settle()

    moved = page.hold()

    assert moved.status_code == 308
    assert page.http.post(moved.headers["location"], json=page.salon.wish(TEN)).status_code == 201


# --- Time passes ----------------------------------------------------------------------


def test_the_time_is_kept_while_the_guest_reads_their_mail_and_then_free(page: Page) -> None:
    clock = page.running.clock
    hold = page.held()
    until = page.say(hold).json()["expires_at"]
    clock.set(clock() + timedelta(minutes=20))
    page.running.settle()
    still = page.hold()
    clock.set(clock() + timedelta(minutes=11))
    page.running.settle()

    assert until == (clock() - timedelta(minutes=31) + KEPT_FOR).isoformat().replace("+00:00", "Z")
    assert code_of(still) == (409, "slot-taken")
    assert page.hold().status_code == 201


def test_who_comes_late_has_the_time_if_nobody_else_has(page: Page) -> None:
    first, second = page.held(TEN), page.held(NOON)
    page.say(first)
    one = page.code()
    page.say(second, email="two@example.org")
    two = page.code("two@example.org")
    clock = page.running.clock
    clock.set(clock() + timedelta(minutes=31))
    page.running.settle()
    page.hold(NOON)

    assert page.show(first, one).status_code == 201
    taken = page.show(second, two)
    assert code_of(taken) == (409, "slot-taken")
    assert taken.json()["next_free_slots"]


def test_what_nobody_proved_is_gone_within_two_hours(page: Page) -> None:
    hold = page.held()
    page.say(hold)
    code, clock = page.code(), page.running.clock
    before = page.wishes()
    clock.set(clock() + timedelta(minutes=61))

    assert code_of(page.show(hold, code)) == (422, "address-code-wrong")
    page.running.system.guests.prune()
    assert page.wishes() == before - 1
    with page.running.system.database.as_worker() as line:
        left = "SELECT count(*) FROM accounts.address_codes WHERE tenant_id = %s"
        assert line.execute(left, (page.running.tenant,)).fetchone() == (0,)


# --- Who means ill --------------------------------------------------------------------


def test_a_code_is_good_for_the_address_that_it_was_sent_to_and_no_other(page: Page) -> None:
    hold = page.held()
    page.say(hold, email="eve@example.org")
    proved = page.code("eve@example.org")
    page.http.post(f"{hold}/guest", json={"guest": ZOE})

    assert code_of(page.show(hold, proved)) == (422, "address-code-wrong")
    page.running.settle()
    assert page.show(hold, page.code()).status_code == 201


def test_who_guesses_has_few_tries(page: Page) -> None:
    hold = page.held()
    page.say(hold)
    code = page.code()

    for _ in range(5):
        assert code_of(page.show(hold, "AAAA-AAAA-AAAA")) == (422, "address-code-wrong")
    assert code_of(page.show(hold, code)) == (422, "address-code-wrong")


def test_without_a_wish_no_code_is_good(page: Page) -> None:
    assert code_of(page.show(page.held(), "AAAA-AAAA-AAAA")) == (422, "address-code-wrong")


def test_what_the_business_holds_is_nothing_to_a_guest(page: Page, business: TestClient) -> None:
    held = business.post("/v1/holds", json=page.salon.wish(TEN)).json()["id"]
    hold = f"{page.where}/{held}"

    assert code_of(page.say(hold)) == (404, "hold-not-found")
    assert code_of(page.show(hold, "AAAA-AAAA-AAAA")) == (404, "hold-not-found")
    assert code_of(page.http.delete(hold)) == (404, "hold-not-found")
    assert business.delete(f"/v1/holds/{held}").status_code == 204


def test_holds_of_one_place_are_bounded_and_those_of_another_business_apart(page: Page) -> None:
    page.running.order(ChangeClientLimits(open_holds=2))
    first = page.hold("2027-01-05T09:00:00+01:00")

    assert page.hold("2027-01-05T11:00:00+01:00").status_code == 201
    assert code_of(page.hold("2027-01-05T14:00:00+01:00")) == (409, "too-many-holds")
    page.http.delete(f"{page.where}/{first.json()['id']}")
    assert page.hold("2027-01-05T14:00:00+01:00").status_code == 201


def test_who_mistypes_their_address_again_and_again_begins_anew(page: Page) -> None:
    hold = page.held()

    for number in range(MOST_MAILS):
        assert page.say(hold, email=f"typo{number}@example.org").status_code == 202
    assert code_of(page.say(hold)) == (409, "too-many-codes")


def test_nobody_is_mailed_more_than_a_few_codes(page: Page, business: TestClient) -> None:
    answers = []
    for number in range(6):
        hold = page.held(f"2027-01-{11 + number}T10:00:00+01:00")
        answers.append(page.say(hold))
        page.http.delete(hold)

    assert [each.status_code for each in answers] == [202] * 5 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0


def test_whether_somebody_is_welcome_is_told_to_them_alone(
    page: Page, business: TestClient
) -> None:
    client = business.post("/v1/clients", json=ZOE).json()["id"]
    page.running.order(ChangeClientStatus(client_id=client, status=ClientStatus.BLOCKED))
    hold = page.held()

    assert page.say(hold).status_code == 202
    refused = page.show(hold)
    assert refused.status_code == 403


def test_what_clients_can_not_have_guests_cannot_either(page: Page) -> None:
    past = page.hold("2026-01-05T10:00:00+01:00")
    other = page.http.post(page.where, json={"professional_id": page.salon.professional_id})

    assert past.status_code in {409, 422}
    assert code_of(other) == (422, "validation-failed")
    assert page.hold(override=True).status_code == 422


def test_one_key_of_two_visitors_is_two_keys(page: Page) -> None:
    key = {"Idempotency-Key": "1"}
    body = page.salon.wish(TEN)
    mine = page.http.post(page.where, json=body, headers=key)
    again = page.http.post(page.where, json=body, headers=key)
    other = Client(
        page.running.app, raise_server_exceptions=False, client=("198.51.100.7", 1234)
    ).post(page.where, json=body, headers=key)

    assert again.json() == mine.json()
    assert code_of(other) == (409, "slot-taken")


# --- Keys -----------------------------------------------------------------------------


def test_wishes_go_with_the_master_keys(page: Page) -> None:
    page.say(page.held())
    settings = page.running.system.settings

    with page.running.system.database.as_worker() as line:
        names = by_master_key(line, (WISH_KEYS,))
        rotated = rotate(
            line, MasterKeys(settings.master_keys), lambda *_: None, tables=(WISH_KEYS,)
        )

    assert sum(names.values()) == page.wishes()
    assert rotated == 0
