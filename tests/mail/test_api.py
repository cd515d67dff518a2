"""The outbox, through HTTP."""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import msgspec
import pytest
from fastapi.testclient import TestClient

from adapters.clock import SettableClock
from adapters.mail.outbox import OutboxMailer
from api import outbox
from api.app import create_app
from application.mails import Mailbox
from application.permissions import Principal, permissions_of
from domain.users import Role
from domain.values import TenantId, UserId
from infra.composition import System, backend
from tests.mail.examples import a_message, booking_id, tenant

pytestmark = pytest.mark.postgres

LogIn = Callable[..., TestClient]
ANOTHER_TENANT = "0198a000-0000-7000-8000-000000000002"


@pytest.fixture
def mails(system: System, clock: SettableClock) -> OutboxMailer:
    return OutboxMailer(system.database, clock)


@pytest.fixture
def log_in(system: System, mails: OutboxMailer) -> LogIn:
    principals: dict[str, Principal] = {}
    behind = backend(system, authenticate=principals.__getitem__)
    app = create_app(replace(behind, parts={"outbox": mails}), (outbox.router,))

    def log_in(role: Role = Role.OWNER, tenant: str = tenant) -> TestClient:
        token = uuid4().hex
        principals[token] = Principal(
            tenant_id=TenantId(tenant),
            user_id=UserId("user-1"),
            roles=(role,),
            permissions=permissions_of((role,)),
            session_id="session",
        )
        headers = {"Authorization": f"Bearer {token}"}
        return TestClient(app, headers=headers, raise_server_exceptions=False)

    return log_in


@pytest.fixture
def http(log_in: LogIn) -> TestClient:
    return log_in()


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


def test_another_tenants_mails_are_not_there(log_in: LogIn, mails: OutboxMailer) -> None:
    mail_id = mails.send(a_message, "job-1")
    stranger = log_in(tenant=ANOTHER_TENANT)

    assert stranger.get("/v1/outbox").json()["data"] == []
    refused = stranger.get(f"/v1/outbox/{mail_id}")
    assert (refused.status_code, refused.json()["code"]) == (404, "outbox-mail-not-found")


@pytest.mark.parametrize("role", [Role.CLIENT, Role.PROFESSIONAL, Role.FRONT_DESK])
def test_others_mails_are_nobodys_business_but_the_owners(log_in: LogIn, role: Role) -> None:
    assert log_in(role).get("/v1/outbox").status_code == 403
