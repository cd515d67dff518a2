"""People who come in from outside, over HTTP: with real passwords, real tokens and codes from their mail."""

import re
from datetime import timedelta
from typing import Any, Final

from fastapi.testclient import TestClient

from domain.business.users import Role
from domain.values import UserId
from infra.composition import System, application
from tests.business.accounts.given import PASSWORD, about, camille, noor, salon
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

CODE: Final = re.compile(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}")


def outsider(running: Running) -> TestClient:
    """Return HTTP as it is served, for somebody who is not logged in."""
    return TestClient(application(running.system), raise_server_exceptions=False)


# --- Coming in ----------------------------------------------------------------------------


def opened(running: Running) -> Running:
    """Open a business, and see the system as its people do."""
    business = running.system.accounts.register_business(
        salon, camille, about("open"), professional=True
    )
    tenant = business.tenant_id
    return Running(running.system, running.clock, running.app, tenant, running.principals)


def two_owners(system: System) -> tuple[str, UserId]:
    """Open a business that two own; return its tenant, and the second of them."""
    business = system.accounts.register_business(salon, camille, about("open"), professional=True)
    second = system.accounts.add_user(noor, about("add", business.tenant_id), roles=(Role.OWNER,))
    return business.tenant_id, second.user_id


def sign_up(outside: TestClient, shop: Running, email: str) -> Any:
    body = {
        "user_type": "client",
        "tenant_id": shop.tenant,
        "email": email,
        "password": PASSWORD,
        "name": "Somebody",
    }
    answer = outside.post("/v1/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def log_in(outside: TestClient, email: str) -> dict[str, str]:
    """Return both tokens."""
    answer = outside.post("/v1/auth/login", json={"email": email, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


def bearing(tokens: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}", "If-Match": "*"}


def logged_in(outside: TestClient, email: str) -> dict[str, str]:
    """Return the headers that go with somebody's requests from now on."""
    return bearing(log_in(outside, email))


# --- Proving an address -------------------------------------------------------------------


def mails(shop: Running, email: str) -> list[Any]:
    """Return the mails with a code that somebody got, the newest first."""
    shop.settle()
    found = shop.http().get("/v1/outbox", params={"to": email}).json()["data"]
    return [each["mail"] for each in found if each["mail"]["kind"] == "address-code"]


def code_of(shop: Running, email: str) -> str:
    found = CODE.search(mails(shop, email)[0]["text"])
    assert found is not None
    return found[0]


def prove(outside: TestClient, who: dict[str, str], code: str) -> Any:
    return outside.post("/v1/auth/email/proof", json={"code": code}, headers=who)


def visit(shop: Running, hours: int, **guest: str) -> str:
    """Let a guest book, come and leave; return the path of the booking."""
    at = Salon.opened(shop)
    http = shop.http()
    starts = shop.clock() + timedelta(days=1, hours=hours)
    where = at.book(http, starts.isoformat(), guest={"name": "Zoé", **guest}, notes="henna")
    assert where.status_code == 201, where.text
    path: str = where.headers["location"]
    http.post(f"{path}/confirm")
    shop.clock.set(starts + timedelta(hours=2))
    completed = http.post(f"{path}/complete")
    assert completed.status_code == 200, completed.text
    shop.settle()
    return path
