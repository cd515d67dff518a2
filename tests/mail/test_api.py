"""The outbox, through HTTP."""

from collections.abc import Iterator
from uuid import uuid4

import msgspec
import pytest
from fastapi.testclient import TestClient

from adapters.clock import SettableClock
from adapters.mail.outbox import OutboxMailer
from application.scheduling.mails import Mailbox
from domain.business.users import Role
from infra.composition import System
from tests.mail.examples import a_message, booking_id, tenant
from tests.running import Running

pytestmark = pytest.mark.postgres


@pytest.fixture
def running(system: System, clock: SettableClock) -> Iterator[Running]:
    """The system, for the business whose mails the examples are."""
    with Running.of(system, clock, tenant) as running:
        yield running


@pytest.fixture
def mails(system: System) -> OutboxMailer:
    return system.outbox


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def test_a_mail_in_the_outbox_can_be_read(http: TestClient, mails: OutboxMailer) -> None:
    mail_id = mails.send(a_message, "job-1")

    [listed] = http.get("/v1/outbox").json()["data"]
    shown = http.get(f"/v1/outbox/{mail_id}").json()

    assert listed == shown
    assert shown["mail"]["to"] == {"address": "zoe@example.org", "name": "Zoé Martin"}
    assert shown["mail"]["subject"] == a_message.subject
    assert shown["mail"]["about"] == booking_id
    assert shown["mail"]["invitation"]["method"] == "REQUEST"
    assert shown["sent_at"] == "2027-01-04T08:00:00Z"


def test_mails_are_filtered_by_reader_and_paged(http: TestClient, mails: OutboxMailer) -> None:
    for n in range(5):
        mails.send(a_message, f"job-{n}")
    mails.send(msgspec.structs.replace(a_message, to=Mailbox("gus@example.org")), "job-9")

    pages = [http.get("/v1/outbox", params={"to": "zoe@example.org", "limit": 2})]
    while "next" in pages[-1].links:
        pages.append(http.get(pages[-1].links["next"]["url"]))

    found = [mail for page in pages for mail in page.json()["data"]]
    assert [len(page.json()["data"]) for page in pages] == [2, 2, 1]
    assert len({mail["id"] for mail in found}) == 5
    assert {mail["mail"]["to"]["address"] for mail in found} == {"zoe@example.org"}


def test_an_unknown_filter_is_refused(http: TestClient) -> None:
    refused = http.get("/v1/outbox?from=zoe@example.org")

    assert (refused.status_code, refused.json()["code"]) == (400, "query-invalid")
    assert refused.json()["parameter"] == "from"


def test_another_tenants_mails_are_not_there(running: Running, mails: OutboxMailer) -> None:
    mail_id = mails.send(a_message, "job-1")
    stranger = running.http(tenant=str(uuid4()))

    assert stranger.get("/v1/outbox").json()["data"] == []
    refused = stranger.get(f"/v1/outbox/{mail_id}")
    assert (refused.status_code, refused.json()["code"]) == (404, "outbox-mail-not-found")


@pytest.mark.parametrize("role", [Role.CLIENT, Role.PROFESSIONAL, Role.FRONT_DESK])
def test_others_mails_are_nobodys_business_but_the_owners(running: Running, role: Role) -> None:
    assert running.http(role).get("/v1/outbox").status_code == 403
