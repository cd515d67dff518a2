"""What a provider calls somebody is theirs as it is, in whatever form the account comes."""

import re
from typing import Any

import phonenumbers
import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from application.people.contact_details import known_on
from domain.people.channels import one_form
from domain.values import TenantId
from tests.people.clients.test_merged_over_http import ids, merge, register
from tests.running import Running

pytestmark = pytest.mark.together

ZOE = {"name": "Zoé Müller"}
ANA = {"name": "Ana"}
BRAZIL = "553188888888"


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def name(http: TestClient, client_id: str, id_: str = BRAZIL, channel: str = "whatsapp") -> Any:
    return http.post(f"/v1/clients/{client_id}/channels", json={"channel": channel, "id": id_})


# --- Forms of one account -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("553188888888", "5531988888888"),
        ("5215512345678", "525512345678"),
        ("5491123456789", "541123456789"),
    ],
)
def test_two_forms_of_one_account_are_one_identity(one: str, other: str) -> None:
    named = [known_on("whatsapp", each, tenant=TenantId("t"), pepper=b"p") for each in (one, other)]

    assert named[0].identity_id == named[1].identity_id
    assert [each.id for each in named] == [one, other]


@pytest.mark.parametrize("id_", ["553188888888", "5215512345678"])
def test_what_whatsapp_uses_no_table_of_numbers_allows(id_: str) -> None:
    assert not phonenumbers.is_valid_number(phonenumbers.parse(f"+{id_}"))
    assert known_on("whatsapp", id_, tenant=TenantId("t"), pepper=b"p").id == id_


@pytest.mark.parametrize("id_", ["553138888888", "55318888888", "33612345678", "5531988888888@lid"])
def test_what_has_one_form_is_compared_as_it_is(id_: str) -> None:
    assert one_form("whatsapp", id_) == id_


@given(st.text(max_size=30), st.sampled_from(["whatsapp", "telegram", "sms"]))
def test_whatever_a_provider_gives_has_a_form_that_stays(id_: str, channel: str) -> None:
    form = one_form(channel, id_)

    assert one_form(channel, form) == form
    assert form == id_ or re.fullmatch("[0-9]{12,13}", form)


# --- Over HTTP ----------------------------------------------------------------------------


@pytest.mark.postgres
def test_a_client_is_found_by_any_form_of_what_a_provider_calls_them(
    running: Running, http: TestClient
) -> None:
    zoe = register(http, ZOE)
    named = name(http, zoe)
    running.settle()

    assert named.status_code == 200
    assert [(each["channel"], each["id"]) for each in named.json()["channels"]] == [
        ("whatsapp", BRAZIL)
    ]
    assert ids(http, "/v1/clients", known_on=f"whatsapp:{BRAZIL}") == {zoe}
    assert ids(http, "/v1/clients", known_on="whatsapp:5531988888888") == {zoe}
    assert ids(http, "/v1/clients", known_on=f"telegram:{BRAZIL}") == set()


@pytest.mark.postgres
def test_both_forms_are_kept_and_done_twice_nothing_changes(http: TestClient) -> None:
    zoe = register(http, ZOE)
    name(http, zoe)
    version = name(http, zoe, "5531988888888").json()["version"]

    again = name(http, zoe).json()

    assert [each["id"] for each in again["channels"]] == [BRAZIL, "5531988888888"]
    assert again["version"] == version


@pytest.mark.postgres
def test_an_account_is_one_clients(http: TestClient) -> None:
    zoe, ana = register(http, ZOE), register(http, ANA)
    name(http, zoe)

    refused = name(http, ana, "5531988888888")

    assert (refused.status_code, refused.json()["code"]) == (409, "client-already-exists")
    assert refused.json()["client_id"] == zoe


@pytest.mark.postgres
def test_an_account_that_was_forgotten_may_be_anybodys(http: TestClient) -> None:
    zoe, ana = register(http, ZOE), register(http, ANA)
    identity = name(http, zoe).json()["channels"][0]["identity_id"]

    forgotten = http.delete(f"/v1/clients/{zoe}/channels/{identity}")

    assert (forgotten.status_code, forgotten.json()["channels"]) == (200, [])
    assert name(http, ana).status_code == 200


@pytest.mark.postgres
def test_the_account_of_a_merged_record_finds_who_stands_for_it(
    running: Running, http: TestClient
) -> None:
    zoe, ana = register(http, ZOE), register(http, ANA)
    name(http, ana)
    merge(http, zoe, ana)
    running.settle()

    assert ids(http, "/v1/clients", known_on=f"whatsapp:{BRAZIL}") == {zoe}


@pytest.mark.postgres
def test_an_erased_account_is_known_no_more_and_may_come_again(
    running: Running, http: TestClient
) -> None:
    zoe, ana = register(http, ZOE), register(http, ANA)
    name(http, zoe)

    http.delete(f"/v1/clients/{zoe}/personal-data")

    assert name(http, ana).status_code == 200
    running.settle()
    assert ids(http, "/v1/clients", known_on=f"whatsapp:{BRAZIL}") == {ana}


@pytest.mark.postgres
@pytest.mark.parametrize(("channel", "id_"), [("WhatsApp!", "1"), ("sms", ""), ("sms", "1" * 201)])
def test_what_is_no_account_is_refused(http: TestClient, channel: str, id_: str) -> None:
    assert name(http, register(http, ZOE), id_, channel).status_code == 422


@pytest.mark.postgres
def test_a_client_has_a_bounded_number_of_accounts(http: TestClient) -> None:
    zoe = register(http, ZOE)
    for n in range(50):
        assert name(http, zoe, f"{n}").status_code == 200

    refused = name(http, zoe, "one more")

    assert (refused.status_code, refused.json()["code"]) == (409, "too-many-channels")


@pytest.mark.postgres
@pytest.mark.parametrize("asked", ["whatsapp", "whatsapp:", "Whats App:1", "whatsapp:\x00"])
def test_what_asks_for_no_account_is_refused(http: TestClient, asked: str) -> None:
    assert http.get("/v1/clients", params={"known_on": asked}).status_code == 422
