"""A person may have several records: who signs up has one before it is known that they had another.
They are erased all, or it is not said that they were.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from adapters.clock import SettableClock
from adapters.erasure.erasures import PostgresErasures
from adapters.event_store.mapper import Mapper
from adapters.event_store.upcasters import UPCASTERS
from api.requests.caller import Caller
from domain.catalogue import EVENTS
from domain.values import ClientId
from infra.composition import running_system
from infra.settings import Mode, Settings
from tests.business.accounts.given import PASSWORD
from tests.business.accounts.over_http import code_of, logged_in, opened, outsider, prove, sign_up
from tests.operations.releases import lifted_to, next_version
from tests.people.clients.dump import found
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

OLD, NEW = b"the master key that is there now", b"the master key that is to come!!"
EMAIL = "zoe@example.org"
USERS = [name for name in EVENTS if name.startswith("user-")]
NEWER = Mapper(
    {next_version(name) if name in USERS else name: event for name, event in EVENTS.items()},
    {**UPCASTERS, **{name: partial(lifted_to, next_version(name)) for name in USERS}},
)
"""A release that records what happens to users in another version, and all the rest as this one."""

ELSEWHERE: Mapping[str, Any] = {
    "a master key": {"ring": (NEW, OLD)},
    "a newer release": {"mapper": NEWER},
}


@contextmanager
def process(
    dsn: str,
    clock: SettableClock,
    *,
    tenant: str | None = None,
    ring: tuple[bytes, ...] = (OLD,),
    mapper: Mapper | None = None,
) -> Iterator[Running]:
    settings = Settings(mode=Mode.TEST, master_keys=ring)
    with (
        running_system(settings, dsn, clock=clock, mapper=mapper) as system,
        Running.of(system, clock, tenant) as running,
    ):
        yield running


@pytest.fixture
def shop(running: Running) -> Running:
    return opened(running)


def registered(shop: Running) -> ClientId:
    made = shop.http().post("/v1/clients", json={"name": "Zoé", "email": EMAIL})
    return ClientId(made.json()["id"])


def signed_up(running: Running) -> ClientId:
    """Let Zoé sign up, and prove her address; return the record that she had before she did."""
    http = outsider(running)
    before = ClientId(sign_up(http, running, EMAIL)["client_id"])
    who = logged_in(http, EMAIL)
    assert prove(http, who, code_of(running, EMAIL)).status_code == 200
    running.settle()
    return before


def book(running: Running, client_id: str, notes: str, day: int = 2) -> None:
    starts = running.clock() + timedelta(days=day)
    wish = Salon.opened(running).wish(starts.isoformat(), notes=notes, client_id=client_id)
    assert running.http().post("/v1/bookings", json=wish).status_code == 201


def erase(running: Running, client_id: str) -> int:
    return running.http().delete(f"/v1/clients/{client_id}/personal-data").status_code


def state(running: Running, client_id: str) -> str:
    shown: str = running.http().get(f"/v1/clients/{client_id}/personal-data").json()["state"]
    return shown


def can_log_in(running: Running) -> bool:
    body = {"email": EMAIL, "password": PASSWORD}
    return outsider(running).post("/v1/auth/login", json=body).status_code == 200


@pytest.mark.parametrize("lacking", ELSEWHERE)
def test_who_cannot_read_all_that_is_said_of_a_person_erases_nothing(
    dsn: str, clock: SettableClock, lacking: str
) -> None:
    with process(dsn, clock) as running:
        shop = opened(running)
        zoe = registered(shop)
    with process(dsn, clock, tenant=shop.tenant, **ELSEWHERE[lacking]) as there:
        signed_up(there)
    with process(dsn, clock, tenant=shop.tenant) as here:
        refused = here.http().delete(f"/v1/clients/{zoe}/personal-data")
    with process(dsn, clock, tenant=shop.tenant, **ELSEWHERE[lacking]) as there:
        kept, erased = state(there, zoe), erase(there, zoe)

        assert (refused.status_code, refused.json()["code"]) == (503, "not-readable-here")
        assert (kept, erased) == ("kept", 204)
        assert not can_log_in(there)


def test_all_records_of_a_person_are_erased_by_one_order(shop: Running, dsn: str) -> None:
    zoe = registered(shop)
    before = signed_up(shop)
    book(shop, before, "allergic to latex")

    assert erase(shop, before) == 204

    assert [state(shop, each) for each in (zoe, before)] == ["erased", "erased"]
    assert found(dsn, ["latex", EMAIL, "Somebody"]) == {}


@pytest.mark.parametrize("dies", [True, False])
def test_what_is_booked_meanwhile_under_another_record_is_erased_too(
    shop: Running, dsn: str, monkeypatch: pytest.MonkeyPatch, dies: bool
) -> None:
    """By who erases, or, if they die before, by whoever takes the person out of the tables."""
    zoe = registered(shop)
    before = signed_up(shop)
    looks = iter([partial(book, shop, before, "wears a pacemaker")])
    left = PostgresErasures.left

    def left_then_booked(self: PostgresErasures, tenant: str, client_id: ClientId) -> Any:
        seen = left(self, tenant, client_id)
        next(looks, lambda: None)()
        return seen

    monkeypatch.setattr(PostgresErasures, "left", left_then_booked)
    with monkeypatch.context() as killed:
        if dies:
            killed.delattr(Caller, "order_also")
        status = erase(shop, zoe)
    before_it_is_done = state(shop, zoe)
    shop.settle()

    assert status == (500 if dies else 204)
    assert before_it_is_done == ("under_way" if dies else "erased")
    assert [state(shop, each) for each in (zoe, before)] == ["erased", "erased"]
    assert found(dsn, ["pacemaker"]) == {}
