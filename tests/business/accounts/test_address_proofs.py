"""Who signs up with an address is nobody before they show what was sent to it."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from adapters.accounts.address_codes import LIFETIME, MOST_GUESSES
from domain.business.users import Role
from domain.people.clients import ChangeClientStatus, ClientStatus
from tests.business.accounts.given import PASSWORD
from tests.business.accounts.over_http import CODE, code_of, logged_in, mails, prove, sign_up, visit
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

VICTIM = {"name": "Zoé", "email": "zoe@example.org", "phone": "+33199001234"}


def seen(outside: TestClient, who: dict[str, str]) -> str:
    """Return all that somebody sees who asks for everything of their own."""
    paths = ("bookings", "clients", "series")
    return "".join(outside.get(f"/v1/{each}", headers=who).text for each in paths)


# --- What is told -------------------------------------------------------------------------


def test_signing_up_does_not_tell_who_is_a_client(shop: Running, outside) -> None:
    shop.http().post("/v1/clients", json=VICTIM)

    known = sign_up(outside, shop, VICTIM["email"])
    unknown = sign_up(outside, shop, "nobody@example.org")

    differ = {"id", "email", "client_id"}
    assert known["client_id"] is not None
    assert known["email_proved"] is unknown["email_proved"] is False
    assert {k: v for k, v in known.items() if k not in differ} == {
        k: v for k, v in unknown.items() if k not in differ
    }
    assert len(mails(shop, VICTIM["email"])) == len(mails(shop, "nobody@example.org")) == 1


def test_the_mail_speaks_the_readers_language_and_names_no_stranger(shop, outside) -> None:
    sign_up(outside, shop, VICTIM["email"])

    (mail,) = mails(shop, VICTIM["email"])

    assert mail["language"] == "fr"
    assert CODE.search(mail["subject"])
    assert "Salon Camille" in mail["text"]
    assert "Somebody" not in mail["text"] + mail["html"] + str(mail["to"])


# --- What an unproven address is worth ---------------------------------------------------


def test_who_signed_up_with_a_victims_address_never_becomes_the_victim(shop, outside) -> None:
    sign_up(outside, shop, VICTIM["email"])
    attacker = logged_in(outside, VICTIM["email"])

    visit(shop, 2, email=VICTIM["email"], phone=VICTIM["phone"])
    visit(shop, 2, email=VICTIM["email"], phone=VICTIM["phone"])

    told = seen(outside, logged_in(outside, VICTIM["email"])) + seen(outside, attacker)
    assert "henna" not in told
    assert VICTIM["phone"] not in told
    known = shop.http().get("/v1/clients", params={"phone": VICTIM["phone"]}).json()["data"]
    assert [each["user_id"] for each in known] == [None], "and is one client of the business"


def test_neither_does_who_was_let_in_before_addresses_were_proved(shop, outside) -> None:
    client = shop.http().post("/v1/clients", json={"name": "Eve", "email": VICTIM["email"]}).json()
    eve = {
        "email": "eve@example.org",
        "password": PASSWORD,
        "name": "Eve",
        "roles": [Role.CLIENT],
        "client_id": client["id"],
    }
    shop.http().post("/v1/users", json=eve)

    visit(shop, 2, email=VICTIM["email"], phone=VICTIM["phone"])
    visit(shop, 2, email=VICTIM["email"])

    assert "henna" not in seen(outside, logged_in(outside, "eve@example.org"))


def test_a_number_proves_nothing(shop, outside) -> None:
    """Eve came once as a guest with a victim's number, and proves her own address afterwards."""
    visit(shop, 2, email="eve@example.org", phone=VICTIM["phone"])
    theirs = visit(shop, 2, phone=VICTIM["phone"]), visit(shop, 2, **VICTIM)

    sign_up(outside, shop, "eve@example.org")
    prove(outside, logged_in(outside, "eve@example.org"), code_of(shop, "eve@example.org"))
    eve = logged_in(outside, "eve@example.org")

    assert len(outside.get("/v1/bookings", headers=eve).json()["data"]) == 1
    assert [outside.get(each, headers=eve).status_code for each in theirs] == [404, 404]


# --- What a proof is worth ---------------------------------------------------------------


def test_who_proves_an_address_is_the_client_who_came_with_it(shop: Running, outside) -> None:
    came = visit(shop, 2, email=VICTIM["email"])
    user = sign_up(outside, shop, VICTIM["email"])
    zoe = logged_in(outside, VICTIM["email"])
    booked = Salon.opened(shop).wish((shop.clock() + timedelta(days=2)).isoformat())
    own = outside.post("/v1/bookings", json=booked, headers=zoe).headers["location"]
    assert outside.get(came, headers=zoe).status_code == 404

    proved = prove(outside, zoe, code_of(shop, VICTIM["email"]).lower().replace("-", " "))
    stale = outside.post("/v1/bookings", json=booked, headers=zoe)
    again = logged_in(outside, VICTIM["email"])

    assert (proved.status_code, proved.json()["email_proved"]) == (200, True)
    assert proved.json()["client_id"] != user["client_id"]
    assert stale.json()["code"] == "standing-changed"
    assert [outside.get(each, headers=again).status_code for each in (came, own)] == [200, 200]


def test_the_next_visit_with_a_proved_address_is_theirs(shop: Running, outside) -> None:
    sign_up(outside, shop, VICTIM["email"])
    prove(outside, logged_in(outside, VICTIM["email"]), code_of(shop, VICTIM["email"]))

    came = visit(shop, 2, email=VICTIM["email"])

    assert outside.get(came, headers=logged_in(outside, VICTIM["email"])).status_code == 200


def test_who_is_erased_is_erased_under_every_record_they_had(shop: Running, outside) -> None:
    visit(shop, 2, email=VICTIM["email"])
    user = sign_up(outside, shop, VICTIM["email"])
    zoe = logged_in(outside, VICTIM["email"])
    known = prove(outside, zoe, code_of(shop, VICTIM["email"])).json()["client_id"]

    erased = shop.http().delete(f"/v1/clients/{known}/personal-data")
    shop.settle()

    assert (erased.status_code, known != user["client_id"]) == (204, True)
    everybody = shop.http().get("/v1/clients").text + shop.http().get("/v1/users").text
    assert VICTIM["email"] not in everybody
    assert "Somebody" not in everybody


# --- What a code is worth ----------------------------------------------------------------


def test_a_code_is_good_once_for_a_day_and_not_for_guessing(shop: Running, outside) -> None:
    sign_up(outside, shop, VICTIM["email"])
    zoe, code = logged_in(outside, VICTIM["email"]), code_of(shop, VICTIM["email"])

    guesses = [prove(outside, zoe, "AAAA-AAAA-AAAA") for _ in range(MOST_GUESSES)]
    late = prove(outside, zoe, code)
    asked = outside.post("/v1/auth/email/code", headers=zoe)
    another = code_of(shop, VICTIM["email"])
    shop.clock.set(shop.clock() + LIFETIME)
    zoe = logged_in(outside, VICTIM["email"])
    expired = prove(outside, zoe, another)

    refused = [*guesses, late, expired]
    assert {(each.status_code, each.json()["code"]) for each in refused} == {
        (422, "address-code-wrong")
    }
    assert (asked.status_code, another != code) == (204, True)
    assert "consistency-token" in asked.headers


def test_a_code_is_read_however_it_is_written_in_forty_characters(shop: Running, outside) -> None:
    sign_up(outside, shop, VICTIM["email"])
    zoe = logged_in(outside, VICTIM["email"])
    written = " ".join(code_of(shop, VICTIM["email"]).lower())

    refused = prove(outside, zoe, written.ljust(41))
    proved = prove(outside, zoe, written.ljust(40))

    assert (refused.status_code, refused.json()["code"]) == (422, "validation-failed")
    assert (proved.status_code, proved.json()["email_proved"]) == (200, True)


def test_a_code_is_good_until_the_mail_with_the_next_was_taken(shop: Running, outside) -> None:
    sign_up(outside, shop, VICTIM["email"])
    zoe, former = logged_in(outside, VICTIM["email"]), code_of(shop, VICTIM["email"])
    outside.post("/v1/auth/email/code", headers=zoe)
    newest = code_of(shop, VICTIM["email"])

    answers = [prove(outside, zoe, code).status_code for code in (former, newest)]

    assert answers == [422, 200]


def test_the_code_in_the_only_mail_is_good_though_its_worker_died(shop: Running, outside) -> None:
    sign_up(outside, shop, VICTIM["email"])
    shop.settle()
    with shop.system.database.as_worker() as connection:
        connection.execute(
            "UPDATE work.jobs SET status = 'todo', finished_at = NULL"
            " WHERE kind = 'send-address-code'"
        )
    assert len(mails(shop, VICTIM["email"])) == 1

    code = code_of(shop, VICTIM["email"])

    zoe = logged_in(outside, VICTIM["email"])
    assert prove(outside, zoe, code).status_code == 200


def test_nobody_is_sent_codes_without_end(shop: Running, outside) -> None:
    sign_up(outside, shop, VICTIM["email"])
    zoe = logged_in(outside, VICTIM["email"])

    answers = [outside.post("/v1/auth/email/code", headers=zoe) for _ in range(6)]

    assert [each.status_code for each in answers] == [204] * 5 + [429]
    assert answers[-1].json()["code"] == "too-many-attempts"


def test_no_code_is_kept_as_it_was_sent(shop: Running, outside) -> None:
    sign_up(outside, shop, VICTIM["email"])
    code = code_of(shop, VICTIM["email"])

    with shop.system.database.as_worker() as connection:
        kept = "SELECT string_agg(a::text, ' ') FROM accounts.address_codes a"
        queued = "SELECT string_agg(j::text, ' ') FROM work.jobs j"
        texts = [str(connection.execute(each).fetchone()) for each in (kept, queued)]

    assert "zoe" not in "".join(texts)
    assert code not in "".join(texts)
    assert code.replace("-", "") not in "".join(texts)


def test_who_is_known_by_a_proof_has_no_more_than_anybody_and_no_way_around_being_blocked(
    shop, outside
) -> None:
    zoe = shop.http().post("/v1/clients", json=VICTIM).json()["id"]
    before = sign_up(outside, shop, VICTIM["email"])["client_id"]
    at = Salon.opened(shop)

    def book(day: int, **more: str) -> int:
        wish = at.wish(f"2027-01-{day:02}T10:00:00Z", **more)
        headers = logged_in(outside, VICTIM["email"])
        status: int = outside.post("/v1/bookings", json=wish, headers=headers).status_code
        return status

    as_before = [book(day) for day in range(5, 8)]
    prove(outside, logged_in(outside, VICTIM["email"]), code_of(shop, VICTIM["email"]))
    as_now = [book(day) for day in range(8, 12)]
    by_name = book(12, client_id=before)
    shop.order(ChangeClientStatus(client_id=before, status=ClientStatus.BLOCKED))

    assert (as_before, as_now) == ([201] * 3, [201, 201, 409, 409])
    assert by_name == 404
    assert (book(13), book(13, client_id=zoe)) == (403, 403)
