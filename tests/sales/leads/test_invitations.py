"""Leads are invited by a mail with a link that works once, for a week."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from application.sales.inviting import is_of, link_to, named_in, token_of
from domain.business.users import Role
from domain.sales import leads
from domain.sales.leads import (
    LEAD,
    MOST_INVITATIONS,
    InvitationNotGood,
    Lead,
    LeadEngaged,
    LeadStatus,
    TooManyInvitations,
)
from domain.values import LeadId, TenantId
from tests.business.tenants.examples import register_business
from tests.running import Client, Running
from tests.sales.leads.coming import ZOE, again, opened
from tests.sales.leads.examples import (
    accept_invitation,
    invitation_accepted,
    invite_lead,
    lead_id,
    lead_invited,
    lead_moved,
    lead_opened,
    lead_removed,
    now,
)

pytestmark = pytest.mark.together

PAGE: Final = "https://salon.example/welcome"
FRENCH: Final = {**ZOE, "language": "fr"}


class Business:
    """A business with a page of its own, and what a visitor of that page does."""

    def __init__(self, running: Running) -> None:
        self.running, self.http, self.name = running, running.http(), f"salon-{uuid4().hex[:12]}"
        self.visitor = Client(
            running.app, raise_server_exceptions=False, headers={"Origin": "https://salon.example"}
        )
        running.order(replace(register_business, tenant_id=TenantId(running.tenant)))
        running.settle()
        self.say("public-name", public_name=self.name)
        self.say("origins", origins=["https://salon.example"])

    def say(self, what: str, **said: Any) -> None:
        answer = self.http.put(f"/v1/tenants/{self.running.tenant}/{what}", json=said)
        assert answer.status_code == 200, answer.text
        self.running.settle()

    def invite(self, lead: Any, **said: str) -> Any:
        answer = self.http.post(f"/v1/leads/{lead['id']}/invite", json=said)
        self.running.settle()
        return answer

    def mails(self) -> list[Any]:
        """Return the mails with a link, the newest first."""
        found = self.http.get("/v1/outbox", params={"to": ZOE["email"]}).json()["data"]
        return [each["mail"] for each in found if each["mail"]["kind"] == "lead-invitation"]

    def token(self, number: int = 0) -> str:
        link: str
        (link,) = set(re.findall(r"https://\S+", self.mails()[number]["text"]))
        return parse_qs(urlsplit(link).query)["invitation"][0]

    def show(self, token: str) -> Any:
        where = f"/v1/public/{self.name}/invitations"
        answer = self.visitor.post(where, json={"token": token})
        self.running.settle()
        return answer


@pytest.fixture
def salon(running: Running) -> Business:
    return Business(running)


# --- The way through ------------------------------------------------------------------


@pytest.mark.postgres
def test_a_lead_is_mailed_a_link_in_their_language_that_counts_when_it_is_followed(
    salon: Business, http: TestClient
) -> None:
    lead = opened(http, person=FRENCH)
    invited = salon.invite(lead, page=f"{PAGE}?from=mail")
    (mail,) = salon.mails()
    accepted = salon.show(salon.token())
    shown = again(http, lead)

    assert invited.status_code == 202
    assert (invited.json()["page"], mail["language"]) == (f"{PAGE}?from=mail", "fr")
    link = re.findall(r'href="([^"]+)"', mail["html"])[0]
    assert link.startswith(f"{PAGE}?from=mail&amp;invitation=")
    assert accepted.status_code == 204
    assert shown["score"] == lead["score"] + 5
    assert shown["invitation_accepted_at"] is not None
    kinds = [each["kind"] for each in http.get(f"/v1/leads/{lead['id']}/activities").json()["data"]]
    assert [each for each in kinds if each in {"invited", "accepted", "engagement"}] == [
        *("engagement", "accepted", "invited")
    ]


@pytest.mark.postgres
def test_a_link_that_was_mailed_counts_for_the_lead_into_which_theirs_was_merged(
    salon: Business, http: TestClient
) -> None:
    lead = opened(http, person=FRENCH)
    stands = opened(http, person={"name": "Zoé", "phone": "+33199001234"})
    salon.invite(lead)
    where = f"/v1/clients/{stands['client_id']}/merge"
    http.post(where, json={"sources": [lead["client_id"]]})
    before = again(http, stands)
    accepted = salon.show(salon.token())

    assert accepted.status_code == 204
    assert again(http, lead)["invitation_accepted_at"] is not None
    assert again(http, stands)["score"] == before["score"] + 5


@pytest.mark.postgres
def test_the_mail_repeats_nothing_that_somebody_typed(salon: Business, http: TestClient) -> None:
    lead = opened(http, person={**ZOE, "name": "Buy at evil.example"}, message="evil")
    salon.invite(lead)
    (mail,) = salon.mails()

    assert "evil" not in mail["text"] + mail["html"] + mail["subject"] + str(mail["to"])


@pytest.mark.postgres
def test_a_link_works_once_whoever_is_first(salon: Business, http: TestClient) -> None:
    salon.invite(opened(http))
    token = salon.token()
    with ThreadPoolExecutor(4) as several:
        codes = [each.status_code for each in several.map(lambda _: salon.show(token), range(4))]

    assert sorted(codes) == [204, 422, 422, 422]
    assert salon.show(token).json()["code"] == "invitation-not-good"


@pytest.mark.postgres
def test_the_next_link_makes_the_last_one_void(salon: Business, http: TestClient) -> None:
    lead = opened(http)
    salon.invite(lead)
    salon.invite(lead)
    first, second = salon.token(1), salon.token(0)

    assert first != second
    assert salon.show(first).status_code == 422
    assert salon.show(second).status_code == 204


@pytest.mark.apart
@pytest.mark.postgres
def test_a_link_is_good_for_a_week(salon: Business, http: TestClient) -> None:
    salon.invite(opened(http))
    token = salon.token()
    salon.running.clock.set(salon.running.clock() + timedelta(days=7))

    assert salon.show(token).status_code == 422


@pytest.mark.postgres
def test_a_link_proves_the_address_that_it_was_mailed_to_and_no_other(
    salon: Business, http: TestClient
) -> None:
    lead = opened(http)
    salon.invite(lead)
    http.put(f"/v1/clients/{lead['client_id']}", json={"name": "Zoé", "email": "new@example.org"})
    changed = salon.show(salon.token())
    http.put(f"/v1/clients/{lead['client_id']}", json=ZOE)

    assert changed.status_code == 422
    assert salon.show(salon.token()).status_code == 204


@pytest.mark.postgres
def test_nothing_is_kept_by_which_one_could_make_the_link(
    salon: Business, http: TestClient, dsn: str
) -> None:
    salon.invite(opened(http))
    token = salon.token()
    with salon.running.system.database.as_worker() as line:
        told = line.execute("SELECT data::text, metadata::text FROM log.events").fetchall()
        jobs = line.execute("SELECT payload::text FROM work.jobs").fetchall()

    assert token not in str(told) + str(jobs)


# --- Who is not invited ---------------------------------------------------------------


@pytest.mark.postgres
def test_an_invitation_that_nobody_could_follow_is_refused(
    running: Running, salon: Business, http: TestClient
) -> None:
    lead = opened(http)

    def refused(**said: str) -> bool:
        answer = salon.invite(lead, **said)
        return (answer.status_code, answer.json()["code"]) == (422, "invitation-leads-nowhere")

    assert refused(page="https://evil.example/welcome")
    assert refused(page="https://salon.example@evil.example/")
    assert refused(page="http://salon.example/")
    assert refused(page="https://salon.example.evil.example/")
    salon.say("origins", origins=["https://a.example", "https://b.example"])
    assert refused()
    assert salon.invite(lead, page="https://b.example").status_code == 202
    salon.say("public-name", public_name=None)
    assert refused(page="https://b.example")
    assert len(salon.mails()) == 1


@pytest.mark.postgres
def test_who_cannot_be_written_to_is_not_invited(salon: Business, http: TestClient) -> None:
    silent = opened(http, person={"name": "Noor", "phone": "+33199001234"})
    lead = opened(http)
    without = salon.invite(silent)
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    erased = salon.invite(lead)

    assert (without.status_code, without.json()["code"]) == (409, "lead-has-no-address")
    assert (erased.status_code, erased.json()["code"]) == (410, "client-is-erased")
    assert salon.mails() == []


@pytest.mark.postgres
def test_who_is_erased_before_the_mail_goes_gets_none_and_their_link_is_no_good(
    salon: Business, http: TestClient
) -> None:
    lead = opened(http)
    salon.invite(lead)
    token = salon.token()
    http.post(f"/v1/leads/{lead['id']}/invite")
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    salon.running.settle()

    assert salon.mails() == []
    assert salon.show(token).json()["code"] == "invitation-not-good"


@pytest.mark.postgres
def test_a_lead_that_is_removed_before_the_mail_goes_gets_none(
    salon: Business, http: TestClient
) -> None:
    lead = opened(http)
    http.post(f"/v1/leads/{lead['id']}/invite")
    http.delete(f"/v1/leads/{lead['id']}")
    salon.running.settle()

    assert salon.mails() == []


@pytest.mark.postgres
def test_what_was_never_mailed_is_no_invitation(salon: Business) -> None:
    for token in ("x", "é", "A" * 46, "AAAA====", "_" * 100):
        answer = salon.show(token)
        assert (answer.status_code, answer.json()["code"]) == (422, "invitation-not-good")


@pytest.mark.postgres
def test_who_only_sees_leads_invites_none(salon: Business, http: TestClient) -> None:
    lead = opened(http)

    assert (
        salon.running.http(Role.AUDITOR).post(f"/v1/leads/{lead['id']}/invite").status_code == 403
    )


# --- What a lead decides --------------------------------------------------------------

OPENED: Final = LEAD.fold([lead_opened])
INVITED: Final = LEAD.fold([lead_invited], OPENED)


def test_a_lead_is_invited_so_often_a_day_and_again_the_next() -> None:
    lead = OPENED
    for n in range(MOST_INVITATIONS):
        events = leads.invite(invite_lead, lead, page="p", now=now + timedelta(hours=n))
        lead = LEAD.fold(events, lead)
    with pytest.raises(TooManyInvitations):
        leads.invite(invite_lead, lead, page="p", now=now + timedelta(hours=23))

    later = leads.invite(invite_lead, lead, page="p", now=now + timedelta(hours=24))
    invitation = LEAD.fold(later, lead).invitation
    assert invitation is not None
    assert invitation.number == MOST_INVITATIONS + 1


@pytest.mark.parametrize(
    ("lead", "number", "at"),
    [
        (Lead(), 1, now),
        (OPENED, 1, now),
        (INVITED, 2, now),
        (INVITED, 1, lead_invited.expires_at),
        (LEAD.fold([invitation_accepted], INVITED), 1, now),
        (LEAD.fold([replace(lead_invited, number=2)], INVITED), 1, now),
        (LEAD.fold([lead_removed], INVITED), 1, now),
    ],
)
def test_a_link_that_is_not_the_one_that_waits_is_not_taken(
    lead: Lead, number: int, at: Any
) -> None:
    with pytest.raises(InvitationNotGood):
        leads.accept(replace(accept_invitation, number=number), lead, now=at)


def test_a_link_that_is_taken_counts_as_a_click_but_not_for_a_client() -> None:
    won = LEAD.fold([replace(lead_moved, status=LeadStatus.CONVERTED)], INVITED)
    later = now + timedelta(days=1)

    first = leads.accept(accept_invitation, INVITED, now=later)
    assert first[0] == invitation_accepted
    assert [type(each) for each in first[1:]] == [LeadEngaged]
    assert leads.accept(accept_invitation, won, now=later) == [invitation_accepted]


# --- Tokens ---------------------------------------------------------------------------

IDS: Final = st.uuids().map(lambda each: LeadId(f"lead-{each}"))
NUMBERS: Final = st.integers(1, 60_000)


@given(IDS, NUMBERS, st.sampled_from(["zoe@example.org", "noor@example.org"]))
def test_a_token_tells_whose_it_is_and_is_good_for_that_alone(
    lead: LeadId, number: int, email: str
) -> None:
    token = token_of("a", lead, number, email, b"pepper")
    named = named_in(token)

    assert named is not None
    assert (named.lead_id, named.number) == (lead, number)
    assert is_of(named, "a", email, b"pepper")
    assert is_of(named, "a", email.upper(), b"pepper")
    assert not is_of(named, "a", f"x{email}", b"pepper")
    assert not is_of(named, "b", email, b"pepper")
    assert not is_of(named, "a", email, b"another")
    assert not is_of(named._replace(number=number + 1), "a", email, b"pepper")
    assert not is_of(named._replace(lead_id=lead_id), "a", email, b"pepper")


@given(st.text(max_size=80))
def test_whatever_is_shown_is_read_or_is_none(text: str) -> None:
    named = named_in(text)

    assert named is None or not is_of(named, "a", "zoe@example.org", b"pepper")


def test_a_link_keeps_what_a_page_asks_for() -> None:
    assert link_to("https://a.example", "T") == "https://a.example?invitation=T"
    assert link_to("https://a.example/?q=a+b&q=", "T") == "https://a.example/?q=a+b&q=&invitation=T"
    assert link_to("https://a.example/#/hello", "T") == "https://a.example/?invitation=T#/hello"
