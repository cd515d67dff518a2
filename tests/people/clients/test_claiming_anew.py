"""Another rule, or another country of the business, names people otherwise: they claim what names them
now, and nobody is merged.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient
from msgspec.structs import replace
from typer.testing import Result

from adapters.event_store.glance import Asking
from application.transact import Past
from domain.people.clients import CLIENT, RegisterClient
from domain.people.identities import IDENTITY, IdentityKind, identity_of
from domain.values import ClientId, Contact, IdentityId, TenantId
from infra.settings import Settings
from tests.business.tenants.examples import register_business
from tests.infra.beside import command, running_beside
from tests.people.clients.test_merged_over_http import register
from tests.running import Running

pytestmark = pytest.mark.postgres

OLD = IdentityId("identity-00000000-0000-5000-8000-0000000000aa")
ZOE = ClientId("client-00000000-0000-4000-8000-000000000001")
ANA = ClientId("client-00000000-0000-4000-8000-000000000002")
KNOWN = Contact(name="Zoé", email="zoe@example.org", phone="+33470123456")


@pytest.fixture
def claim(dsn: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `frontdesk claim-identities …` on this test's database."""
    return command("claim-identities", dsn, monkeypatch)


@pytest.fixture
def running(settings: Settings, dsn: str) -> Iterator[Running]:
    with running_beside(settings, dsn) as running:
        yield running


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def named_by_an_old_rule(running: Running, client_id: ClientId = ZOE) -> None:
    running.order(RegisterClient(client_id=client_id, contact=KNOWN, identities=(OLD,)))


def in_belgium(running: Running) -> None:
    business = replace(register_business.business, country="BE")
    running.order(replace(register_business, tenant_id=TenantId(running.tenant), business=business))


def asked(running: Running, question: Callable[[Past], Any]) -> Any:
    return Asking(running.system.store, running.clock)(running.tenant, question)


def owner(running: Running, kind: IdentityKind, value: str) -> Any:
    """Say who is known by it now."""
    pepper = running.system.settings.pepper.encode()
    named = identity_of(kind, value, tenant=TenantId(running.tenant), pepper=pepper)
    return asked(running, lambda past: past.of(IDENTITY, named).owner)


def collisions(result: Result) -> list[dict[str, str]]:
    assert result.exit_code == 0, result.output
    return [msgspec.json.decode(line) for line in result.stdout.splitlines()]


def test_a_client_claims_what_names_them_by_the_present_rule(running: Running, claim) -> None:
    named_by_an_old_rule(running)

    assert collisions(claim("--json")) == []

    assert owner(running, IdentityKind.EMAIL, "zoe@example.org") == ZOE
    assert owner(running, IdentityKind.PHONE, "+33470123456") == ZOE
    old = asked(running, lambda past: past.of(IDENTITY, OLD).owner)
    assert old is None


def test_done_again_it_changes_nothing(running: Running, http, claim) -> None:
    named_by_an_old_rule(running)
    first = claim("--json")
    events = len(http.get("/v1/history").json()["data"])

    again = claim("--json")

    assert ("1 clients were named anew" in first.stderr, "0 clients" in again.stderr) == (
        True,
        True,
    )
    assert len(http.get("/v1/history").json()["data"]) == events


def test_what_would_be_done_is_only_told(running: Running, claim) -> None:
    named_by_an_old_rule(running)

    told = claim("--dry-run", "--json")

    assert "1 clients would be named anew" in told.stderr
    assert owner(running, IdentityKind.EMAIL, "zoe@example.org") is None


def test_what_is_anothers_is_listed_and_nobody_is_merged(running: Running, http, claim) -> None:
    ana = register(http, {"name": "Ana", "email": "zoe@example.org"})
    named_by_an_old_rule(running)

    listed = collisions(claim("--json"))

    assert listed == [
        {"tenant": running.tenant, "client_id": ZOE, "kind": "email", "owner": ana},
    ]
    assert owner(running, IdentityKind.EMAIL, "zoe@example.org") == ana
    assert owner(running, IdentityKind.PHONE, "+33470123456") == ZOE
    merged = asked(running, lambda past: past.of(CLIENT, ZOE).merged_into)
    assert merged is None


def test_a_number_that_was_read_elsewhere_is_claimed_where_the_business_is(
    running: Running, claim
) -> None:
    named_by_an_old_rule(running)
    in_belgium(running)

    claim("--was", "FR")

    assert owner(running, IdentityKind.PHONE, "+32470123456") == ZOE
    assert owner(running, IdentityKind.PHONE, "+33470123456") == ZOE


def test_only_this_business_is_looked_at(running: Running, claim) -> None:
    named_by_an_old_rule(running)

    claim("--tenant", "00000000-0000-4000-8000-000000000000")

    assert owner(running, IdentityKind.EMAIL, "zoe@example.org") is None


def test_a_country_that_is_none_is_refused(running: Running, claim) -> None:
    refused = claim("--was", "Belgium")

    assert (refused.exit_code, "ISO 3166" in refused.output) == (2, True)


def test_people_read_a_table(running: Running, http, claim) -> None:
    ana = register(http, {"name": "Ana", "email": "zoe@example.org"})
    named_by_an_old_rule(running)

    shown = claim().stdout

    assert all(each in shown for each in (running.tenant, ZOE, "email", ana))
