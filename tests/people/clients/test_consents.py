"""What people agree to, opt out of and choose: decided, shown, and held by all records of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace

from application.people import clients as of_clients
from application.people import consents
from application.people.consents import may_be_told, records_of
from application.sales import merging
from domain.business.users import Role
from domain.people.clients import (
    CLIENT,
    ClientIsErased,
    ClientIsMerged,
    ClientNotFound,
    HasOptedOut,
    notice_channels,
)
from domain.people.consents import How, Purpose, ToldBy
from tests.conversations.threads.conversing import client, colleague
from tests.in_memory import InMemory
from tests.people.clients.examples import (
    agree_to_be_told,
    another_client_id,
    choose_how_to_be_told,
    client_agreed,
    client_chose_channels,
    client_id,
    client_opted_out,
    erase_client,
    merge_clients,
    opt_in_again,
    opt_out,
    register_client,
    sheet,
    unmerge_clients,
)
from tests.people.clients.test_merged_over_http import merge
from tests.running import Running

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
register_another = replace(register_client, client_id=another_client_id, identities=())
marketing = replace(agree_to_be_told, purposes=(Purpose.MARKETING,))
by_themselves = replace(choose_how_to_be_told, how=How.THEMSELVES)


@pytest.fixture
def business() -> InMemory:
    found = InMemory({**of_clients.USE_CASES, **consents.USE_CASES, **merging.USE_CASES}, NOW)
    found.run(register_client)
    found.run(register_another)
    return found


def told(business: InMemory, purpose: Purpose = Purpose.NOTICES) -> list[ToldBy]:
    """Return by which channels they may be told."""
    return [each for each in ToldBy if may_be_told(client_id, each, purpose, business)]


# --- Who said nothing, agreed, opted out ----------------------------------------------------------


def test_who_said_nothing_is_told_about_their_bookings_by_mail_and_of_nothing_else(
    business: InMemory,
) -> None:
    assert told(business) == [ToldBy.MAIL]
    assert told(business, Purpose.MARKETING) == []
    assert notice_channels(records_of(client_id, business)) == (ToldBy.MAIL,)


def test_who_agreed_is_told_of_what_they_agreed_to(business: InMemory) -> None:
    assert business.run(agree_to_be_told) == [client_agreed]

    assert told(business) == [ToldBy.MAIL, ToldBy.SMS]
    assert told(business, Purpose.MARKETING) == []


def test_what_was_agreed_to_by_other_words_is_noted_with_these(business: InMemory) -> None:
    business.run(agree_to_be_told)
    business.now += timedelta(days=1)

    assert business.run(agree_to_be_told) == []
    noted = business.run(replace(agree_to_be_told, proof=replace(sheet, words="By SMS, please.")))

    assert [each.proof.words for each in noted] == ["By SMS, please."]


def test_who_opts_out_is_told_of_nothing_more_there(business: InMemory) -> None:
    business.run(agree_to_be_told)
    business.run(marketing)

    happened = business.run(opt_out)

    assert happened == [client_opted_out, replace(client_opted_out, purpose=Purpose.MARKETING)]
    assert business.run(opt_out) == []
    assert told(business) == [ToldBy.MAIL]
    assert told(business, Purpose.MARKETING) == []


def test_who_opts_out_of_mails_gets_none(business: InMemory) -> None:
    business.run(replace(opt_out, channel=ToldBy.MAIL))

    assert told(business) == []
    assert notice_channels(records_of(client_id, business)) == ()


def test_who_opts_in_again_is_told_of_what_they_had_agreed_to(business: InMemory) -> None:
    business.run(opt_out)
    business.run(opt_in_again)

    assert told(business) == [ToldBy.MAIL, ToldBy.SMS]
    assert told(business, Purpose.MARKETING) == []

    business.run(marketing)
    business.run(opt_out)
    business.run(opt_in_again)

    assert told(business, Purpose.MARKETING) == [ToldBy.SMS]
    assert business.run(opt_in_again) == []


# --- How they want to be told ---------------------------------------------------------------------


def test_who_names_a_channel_agrees_to_it_and_is_told_there_first(business: InMemory) -> None:
    happened = business.run(choose_how_to_be_told)

    assert happened == [replace(client_agreed, proof=None), client_chose_channels]
    assert business.run(choose_how_to_be_told) == []
    channels = notice_channels(records_of(client_id, business))
    assert channels == (ToldBy.SMS, ToldBy.MAIL)


def test_mail_is_behind_whatever_was_chosen(business: InMemory) -> None:
    business.run(replace(choose_how_to_be_told, channels=(ToldBy.WHATSAPP,)))

    assert notice_channels(records_of(client_id, business)) == (ToldBy.WHATSAPP, ToldBy.MAIL)


def test_only_they_take_back_that_they_opted_out_by_choosing(business: InMemory) -> None:
    business.run(opt_out)

    with pytest.raises(HasOptedOut) as refused:
        business.run(choose_how_to_be_told)
    assert refused.value.facts == {"channel": ToldBy.SMS}
    business.run(by_themselves)

    assert notice_channels(records_of(client_id, business)) == (ToldBy.SMS, ToldBy.MAIL)
    assert told(business, Purpose.MARKETING) == []


def test_who_chose_and_opted_out_is_told_by_what_is_left(business: InMemory) -> None:
    business.run(choose_how_to_be_told)
    business.run(opt_out)

    assert notice_channels(records_of(client_id, business)) == (ToldBy.MAIL,)


# --- Records of one person ------------------------------------------------------------------------


def test_an_opt_out_of_either_record_holds(business: InMemory) -> None:
    business.run(agree_to_be_told)
    business.run(replace(opt_out, client_id=another_client_id))
    business.run(merge_clients)

    assert told(business) == [ToldBy.MAIL]
    assert not may_be_told(another_client_id, ToldBy.SMS, Purpose.NOTICES, business)


def test_who_agrees_anew_agrees_with_all_their_records(business: InMemory) -> None:
    business.run(replace(opt_out, client_id=another_client_id))
    business.run(merge_clients)

    happened = business.run(agree_to_be_told)

    assert happened == [client_agreed, replace(client_agreed, client_id=another_client_id)]
    assert told(business) == [ToldBy.MAIL, ToldBy.SMS]


def test_who_is_two_again_has_what_each_said(business: InMemory) -> None:
    business.run(replace(opt_out, client_id=another_client_id))
    business.run(merge_clients)
    business.run(unmerge_clients)
    business.run(agree_to_be_told)

    assert told(business) == [ToldBy.MAIL, ToldBy.SMS]
    assert not may_be_told(another_client_id, ToldBy.SMS, Purpose.NOTICES, business)


@pytest.mark.parametrize("order", [agree_to_be_told, opt_out, opt_in_again, choose_how_to_be_told])
def test_only_of_who_is_there_something_can_be_said(business: InMemory, order: Any) -> None:
    business.run(merge_clients)
    with pytest.raises(ClientIsMerged):
        business.run(replace(order, client_id=another_client_id))
    business.run(erase_client)
    with pytest.raises(ClientIsErased):
        business.run(order)
    with pytest.raises(ClientNotFound):
        business.run(replace(order, client_id="client-0198c0de-0000-7000-8000-00000000000f"))


def test_who_is_erased_is_told_nothing_and_nothing_is_known_of_what_they_said(
    business: InMemory,
) -> None:
    business.run(choose_how_to_be_told)
    business.run(erase_client)

    assert told(business) == []
    assert business.of(CLIENT, client_id).consents == ()


# --- Over HTTP ------------------------------------------------------------------------------------


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def say(http: TestClient, id_: str, **body: Any) -> Any:
    return http.put(f"/v1/clients/{id_}/consents/sms/notices", json=body)


def shown(http: TestClient, id_: str) -> Any:
    answer = http.get(f"/v1/clients/{id_}/consents")
    assert answer.status_code == 200, answer.text
    return answer.json()


def may(http: TestClient, id_: str, channel: str = "sms", purpose: str = "notices") -> bool:
    found = {(e["channel"], e["purpose"]): e["may_be_told"] for e in shown(http, id_)["told"]}
    return bool(found[channel, purpose])


@pytest.mark.postgres
@pytest.mark.together
def test_the_desk_says_what_somebody_agreed_to_and_what_proves_it(running: Running) -> None:
    zoe, desk = client(running), colleague(running)

    said = say(desk.http, zoe.id, agreed=True, where="Sheet 17", words="By SMS, please.")

    assert said.status_code == 200, said.text
    (consent,) = said.json()["consents"]
    assert (consent["channel"], consent["purpose"], consent["how"]) == ("sms", "notices", "desk")
    assert consent["proof"] == {"where": "Sheet 17", "words": "By SMS, please."}
    assert (consent["by"], consent["agreed"]) == (desk.user_id, True)
    assert may(desk.http, zoe.id)
    assert not may(desk.http, zoe.id, purpose="marketing")


@pytest.mark.postgres
@pytest.mark.together
def test_clients_say_it_of_themselves_and_of_nobody_else(running: Running) -> None:
    zoe, ana = client(running), client(running, "Ana")

    chosen = zoe.http.put(f"/v1/clients/{zoe.id}/told-by", json={"channels": ["sms", "mail"]})
    refused = zoe.http.put(f"/v1/clients/{ana.id}/told-by", json={"channels": ["sms"]})

    assert chosen.status_code == 200, chosen.text
    assert chosen.json()["told_by"] == ["sms", "mail"]
    assert chosen.json()["consents"][0]["how"] == "themselves"
    assert shown(zoe.http, zoe.id)["notices"] == ["sms", "mail"]
    assert refused.status_code == 404
    assert say(zoe.http, ana.id, agreed=True).status_code == 404
    assert zoe.http.get(f"/v1/clients/{ana.id}/consents").status_code == 404
    assert shown(ana.http, ana.id)["notices"] == ["mail"]


@pytest.mark.postgres
@pytest.mark.together
def test_who_only_looks_says_nothing_of_others(running: Running) -> None:
    zoe = client(running)
    auditor = running.http(Role.AUDITOR)

    assert say(auditor, zoe.id, agreed=True).status_code == 403
    assert auditor.get(f"/v1/clients/{zoe.id}/consents").status_code == 200


@pytest.mark.postgres
@pytest.mark.together
def test_what_they_opted_out_of_nobody_chooses_for_them(running: Running, http: TestClient) -> None:
    zoe = client(running)
    assert say(zoe.http, zoe.id, agreed=False).status_code == 200

    refused = http.put(f"/v1/clients/{zoe.id}/told-by", json={"channels": ["sms"]})

    assert (refused.status_code, refused.json()["code"]) == (409, "has-opted-out")
    assert refused.json()["channel"] == "sms"
    taken = zoe.http.put(f"/v1/clients/{zoe.id}/told-by", json={"channels": ["sms"]})
    assert taken.status_code == 200
    assert shown(http, zoe.id)["notices"] == ["sms", "mail"]


@pytest.mark.postgres
@pytest.mark.together
def test_what_a_merged_record_opted_out_of_is_shown_of_the_person(
    running: Running, http: TestClient
) -> None:
    zoe, again = client(running), client(running)
    say(http, zoe.id, agreed=True)
    say(http, again.id, agreed=False)

    merge(http, zoe.id, again.id)

    assert not may(http, zoe.id)
    assert [each["agreed"] for each in shown(http, zoe.id)["said"]] == [True, False]


@pytest.mark.postgres
@pytest.mark.together
def test_the_list_of_clients_shows_the_same_and_nothing_of_who_is_erased(
    running: Running, http: TestClient
) -> None:
    zoe = client(running)
    said = say(http, zoe.id, agreed=True, words="Zoé says yes.").json()
    running.settle()

    listed = http.get("/v1/clients").json()["data"]
    assert [each["consents"] for each in listed if each["id"] == zoe.id] == [said["consents"]]

    http.delete(f"/v1/clients/{zoe.id}/personal-data")
    assert http.get(f"/v1/clients/{zoe.id}/consents").status_code == 404
    happened = http.get("/v1/history", params={"stream": zoe.id}).text
    assert "client-agreed" in happened
    assert "Zoé says yes" not in happened


@pytest.mark.postgres
@pytest.mark.together
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("consents/sms/notices", {}),
        ("consents/sms/notices", {"agreed": True, "words": "x" * 2_001}),
        ("told-by", {"channels": ["fax"]}),
        ("told-by", {"channels": ["sms"] * 4}),
    ],
)
def test_what_cannot_be_said_is_refused(
    running: Running, http: TestClient, path: str, body: dict[str, Any]
) -> None:
    zoe = client(running)

    assert http.put(f"/v1/clients/{zoe.id}/{path}", json=body).status_code == 422
    assert http.put(f"/v1/clients/{zoe.id}/consents/fax/notices", json={}).status_code == 404
    assert shown(http, zoe.id)["said"] == []
