"""Who is told of a lead, of what, and once."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from adapters.consumers import checkpoints
from application.processes.sales.tell_of_lead import TELL_OF_LEAD
from domain.business.users import DeactivateUser, Role
from domain.sales.leads import OpenLead
from domain.values import Contact, TenantId
from tests.running import Running
from tests.sales.leads.coming import ADVERT, BOTH, ZOE, make_hot, opened
from tests.sales.mails.office import Office

pytestmark = [pytest.mark.postgres, pytest.mark.together]


def given(http: TestClient, lead: Any, user: str | None) -> None:
    answer = http.put(f"/v1/leads/{lead['id']}/assignee", json={"assignee_id": user})
    assert answer.status_code == 200, answer.text


def test_who_owns_the_business_is_told_of_a_new_lead_and_how_they_are_reached(
    office: Office, http: TestClient
) -> None:
    opened(http, person=BOTH, message="Do you do <b>weddings</b>?", touch=ADVERT)

    (mail,) = office.mails()
    assert (mail.kind, mail.language, mail.to.address) == (
        "lead-new",
        "fr",
        "camille@salon.example",
    )
    for word in ("Zoé Dupont", "zoe@example.org", "+33199001234", "instagram", "31 (froid)"):
        assert word in mail.text
        assert word in mail.html
    assert "&lt;b&gt;weddings" in mail.html
    assert mail.reply_to.address == "zoe@example.org"


def test_who_has_the_lead_is_told_and_nobody_else(office: Office, http: TestClient) -> None:
    noor = office.hires("Noor", language="en")
    opened(http, assignee_id=noor)

    assert (office.kinds("noor"), office.kinds("camille")) == (["lead-new"], [])


def test_who_is_given_a_new_lead_by_rule_is_told_once(office: Office, http: TestClient) -> None:
    noor = office.hires("Noor")
    http.put("/v1/assignment", json={"members": [noor]})
    lead = opened(http)

    assert lead["assignee_id"] == noor
    assert office.kinds() == ["lead-new"]


def test_all_who_own_the_business_are_told_each_by_a_mail_of_their_own(
    office: Office, http: TestClient
) -> None:
    office.hires("Ana", Role.OWNER)
    opened(http)

    assert sorted(each.to.address for each in office.mails()) == [
        "ana@salon.example",
        "camille@salon.example",
    ]


def test_who_comes_again_is_told_of_again_with_what_they_wrote(
    office: Office, http: TestClient
) -> None:
    opened(http, message="Hello")
    opened(http, message="Are you there?")

    first, again = office.mails()
    assert (first.kind, again.kind) == ("lead-new", "lead-again")
    assert "Are you there?" in again.text


def test_nobody_is_told_of_who_is_a_client_by_now(office: Office, http: TestClient) -> None:
    lead = opened(http)
    office.running.settle()
    http.post(f"/v1/leads/{lead['id']}/convert")
    opened(http)

    assert office.kinds() == ["lead-new"]


def test_nobody_is_told_of_who_comes_quietly_though_a_rule_gives_them_to_somebody(
    office: Office, http: TestClient
) -> None:
    http.put("/v1/assignment", json={"members": [office.hires("Noor")]})
    office.running.order(OpenLead(seed="quiet", contact=Contact(name="Zoé"), quietly=True))
    office.running.settle()

    (lead,) = http.get("/v1/leads").json()["data"]
    assert lead["assignee_id"] is not None
    assert office.mails() == []


def test_who_is_given_a_lead_by_another_is_told_and_who_takes_one_is_not(
    office: Office, http: TestClient
) -> None:
    noor, lead = office.hires("Noor", language="en"), opened(http, message="Hello", touch=ADVERT)
    office.running.settle()
    given(office.as_owner(), lead, office.owner)
    given(office.as_owner(), lead, noor)

    (mail,) = office.mails("noor")
    assert office.kinds("camille") == ["lead-new"]
    assert mail.subject == "A lead for you: Zoé Dupont"
    assert "Message: Hello" in mail.text
    assert "Came from: instagram" in mail.text


def test_who_gives_it_on_before_they_hear_of_it_is_told_nothing(
    office: Office, http: TestClient
) -> None:
    noor, eve, lead = office.hires("Noor"), office.hires("Eve"), opened(http)
    given(http, lead, noor)
    given(http, lead, eve)

    assert (office.kinds("noor"), office.kinds("eve")) == ([], ["lead-new", "lead-given"])


def test_who_works_here_no_longer_is_told_nothing(office: Office, http: TestClient) -> None:
    noor = office.hires("Noor")
    opened(http, assignee_id=noor)
    tenant = TenantId(office.running.tenant)
    office.running.order(DeactivateUser(tenant_id=tenant, user_id=noor))

    assert (office.kinds("noor"), office.kinds("camille")) == ([], ["lead-new"])


def test_the_score_is_the_one_at_that_moment(office: Office, http: TestClient) -> None:
    make_hot(http, opened(http, person=BOTH, message="x" * 300))

    (mail,) = office.mails()
    assert "(chaud)" in mail.text


def test_a_process_that_reads_everything_again_tells_nobody_twice(
    office: Office, http: TestClient
) -> None:
    lead = opened(http)
    given(http, lead, office.hires("Noor"))
    before = office.kinds()
    with office.running.system.database.as_worker() as connection:
        checkpoints.advance(connection, [TELL_OF_LEAD.name], 0)

    assert office.kinds() == before


def test_who_is_erased_is_spoken_of_no_more(office: Office, http: TestClient) -> None:
    lead = opened(http, message="Zoé secretly wants henna")
    told = office.kinds()
    opened(http, message="Zoé asks again for henna")
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")

    assert told == ["lead-new"]
    assert office.mails() == []


def test_two_systems_tell_of_a_lead_once(two_systems: tuple[Running, Running]) -> None:
    here, there = two_systems
    office = Office.opened(here)
    office.hires("Ana", Role.OWNER)
    opened(here.http(), person=ZOE)
    for each in (there, here, there):
        each.settle()

    assert sorted(office.kinds()) == ["lead-new", "lead-new"]
