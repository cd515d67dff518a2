"""After an erasure the whole database holds nothing that the person told us: every table of every
schema is searched, at once, while nobody carries anything on.
"""

from collections.abc import Callable
from typing import Any, Final
from uuid import uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient

from adapters.consumers import checkpoints
from adapters.read_models.fold import Failure
from adapters.read_models.rebuild import Rebuilder
from adapters.read_models.switch import switch
from application.business.accounts import (
    InvalidRefreshToken,
    InvalidToken,
    NewAccount,
    WrongCredentials,
)
from application.ports import About
from domain.business.users import Role
from domain.catalogue import EVENTS, KINDS
from domain.messages import Event
from domain.people.clients import ClientErased
from domain.values import ClientId, IdentityId
from projections import READ_MODELS
from tests.people.clients.dump import found
from tests.people.clients.histories import AGGREGATES, hints, say_everything
from tests.planted import Planted
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

FORMER: Final = {"name": "Zoé Formerly", "email": "zoe.former@example.org", "phone": "0199001234"}
PRESENT: Final = {"name": "Zoé Presently", "email": "zoe.now@example.org"}
WORDS: Final = (
    *("Formerly", "zoe.former", "99001234", "Presently", "zoe.now", "henna", "Likes tea"),
    *("a scar", "too ill", "by the window", "Zoé Login", "zoe.login", "while nobody looked"),
)
PASSWORD: Final = "correct horse battery staple"


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def zoe(running: Running, http: TestClient) -> str:
    """She was here as a guest and as a client, had another address once, and may log in."""
    salon = Salon.opened(running)
    as_guest = salon.book(http, guest=FORMER, notes="allergic to henna").headers["location"]
    client_id: str = http.post("/v1/clients", json=FORMER).json()["id"]
    http.put(f"/v1/clients/{client_id}", json=PRESENT)
    http.post(f"/v1/clients/{client_id}/notes", json={"text": "Likes tea."})
    later = "2027-01-06T10:00:00+01:00"
    as_client = salon.book(http, later, client_id=client_id, details={"mark": "a scar"})
    http.post(f"{as_guest}/confirm")
    http.post(f"{as_client.headers['location']}/cancel", json={"reason": "too ill to come"})
    running.settle()
    # The read models do not know of any of this:
    salon.book(http, "2027-01-07T10:00:00+01:00", guest=FORMER, notes="while nobody looked")
    http.patch(as_guest, json={"location": "by the window"})
    return client_id


def have_all_tables(running: Running) -> None:
    """Have tables that were, that are, and that are to come."""
    rebuilder = Rebuilder(database=running.system.database, reader=running.system.reader)
    for model in (each for each in READ_MODELS if ClientErased in each.subscribes_to):
        rebuilder.rebuild(model)
        switch(rebuilder, model)
        rebuilder.rebuild(model)


@pytest.fixture
def login(running: Running, zoe: str) -> Any:
    """She has logged in; return her tokens."""
    account = NewAccount(name="Zoé Login", email="zoe.login@example.org", password=PASSWORD)
    about = About(tenant=running.tenant, actor="user-owner", command_id=uuid4())
    accounts = running.system.accounts
    accounts.add_user(account, about, roles=(Role.CLIENT,), client_id=ClientId(zoe))
    return accounts.log_in(account.email, PASSWORD, address="203.0.113.9")


def erase(http: TestClient, client_id: str) -> None:
    assert http.delete(f"/v1/clients/{client_id}/personal-data").status_code == 204


def test_nothing_she_told_us_is_left_in_any_table(
    running: Running, dsn: str, http: TestClient, zoe: str, login: Any
) -> None:
    have_all_tables(running)
    before = found(dsn, WORDS)

    erase(http, zoe)
    at_once = found(dsn, WORDS)
    running.settle()
    later = found(dsn, WORDS)

    assert {"live.bookings", "next.bookings", "previous.bookings", "work.outbox"} <= set(before)
    assert {"live.clients", "next.clients", "previous.clients"} <= set(before)
    assert (at_once, later) == ({}, {})


def test_a_row_that_is_set_aside_shows_her_no_more(
    running: Running, dsn: str, http: TestClient, zoe: str
) -> None:
    with running.system.database.as_worker() as connection:
        for model in (each for each in READ_MODELS if ClientErased in each.subscribes_to):
            rows = connection.execute(f"SELECT tenant_id::text, key FROM live.{model.name}")
            failures = [Failure(key, 1, "ValueError") for key in rows.fetchall()]
            checkpoints.park(connection, model.name, failures)

    erase(http, zoe)
    running.settle()

    assert found(dsn, WORDS) == {}


def test_she_cannot_log_in_and_is_logged_out(
    running: Running, http: TestClient, zoe: str, login: Any
) -> None:
    accounts = running.system.accounts

    erase(http, zoe)

    with pytest.raises(WrongCredentials):
        accounts.log_in("zoe.login@example.org", PASSWORD, address="203.0.113.9")
    with pytest.raises(InvalidRefreshToken):
        accounts.refresh(login.refresh_token)
    with pytest.raises(InvalidToken):
        accounts.principal(login.access_token)


def test_what_stays_after_all_is_told(http: TestClient, zoe: str) -> None:
    where = f"/v1/clients/{zoe}/personal-data"

    before = http.get(where).json()
    erase(http, zoe)
    after = http.get(where).json()

    assert (before["state"], after["state"]) == ("kept", "erased")
    assert len(after["kept"]) == 5
    assert "L123-22" in after["kept"][0]["why"]
    assert "KAFKA_FACTS_RETENTION_HOURS" in after["kept"][2]["why"]


def test_what_others_told_us_stays(running: Running, dsn: str, http: TestClient, zoe: str) -> None:
    """Bob has the address now that Zoé gave up, and books with it."""
    salon = Salon.opened(running)
    bob = {"name": "Bob Elsewhere", "email": FORMER["email"]}
    http.post("/v1/clients", json=bob)
    salon.book(http, "2027-01-08T10:00:00+01:00", guest=bob, notes="Bob is in a hurry")

    erase(http, zoe)
    running.settle()

    left = found(dsn, ["Bob is in a hurry", "Bob Elsewhere"])
    assert left["live.bookings"] == ["Bob is in a hurry", "Bob Elsewhere"]


def test_while_somebody_holds_a_row_of_hers_the_answer_tells_where_to_see_the_end(
    running: Running, dsn: str, http: TestClient, zoe: str
) -> None:
    with psycopg.connect(dsn) as holding:
        holding.execute("SELECT FROM live.bookings FOR UPDATE")
        waiting = http.delete(f"/v1/clients/{zoe}/personal-data")
        under_way = http.get(waiting.headers["location"]).json()
        holding.rollback()
    running.settle()

    assert waiting.status_code == 202
    assert waiting.json() == under_way
    assert under_way["state"] == "under_way"
    assert http.get(waiting.headers["location"]).json()["state"] == "erased"
    assert found(dsn, WORDS) == {}


# --- Whatever there is that is personal -------------------------------------------------------


def test_of_every_personal_field_there_is_nothing_is_left(
    running: Running, dsn: str, http: TestClient
) -> None:
    planted = Planted()
    names = say_everything(running, planted)
    running.settle()
    have_all_tables(running)
    before = found(dsn, planted.secrets)

    erase(http, names["client"])
    at_once = found(dsn, planted.secrets)
    running.settle()

    assert {"live.bookings", "live.clients", "live.users", "live.series"} <= set(before)
    assert (at_once, found(dsn, planted.secrets)) == ({}, {})


def test_nor_is_it_among_the_samples_that_postgresql_keeps(
    running: Running, dsn: str, http: TestClient
) -> None:
    """Of a column it remembers values, until it looks at it again: which it may never do."""
    salon = Salon.opened(running)
    with psycopg.connect(dsn, autocommit=True) as admin:
        zoes = [sampled(http, salon, number) for number in range(9, 18)]
        running.settle()
        have_all_tables(running)
        admin.execute("ANALYZE")
        known = admin.execute("SELECT count(*) FROM pg_stats WHERE tablename = 'bookings'")
        assert known.fetchone() != (0,)

    for zoe in zoes:
        erase(http, zoe)
    running.settle()

    assert found(dsn, ["Sampled", "zoe.sampled", "99001235", "henna"]) == {}


def sampled(http: TestClient, salon: Salon, number: int) -> str:
    """Register one of some, who say all that can be said."""
    word = f"Sampled{number}"
    told = {"custom_id": word, "strategy_id": word, "phone": f"+336990012{number + 26}"}
    email = f"zoe.sampled{number}@example.org"
    zoe = http.post("/v1/clients", json={"name": f"Zoé {word}", "email": email, **told})
    zoe_id: str = zoe.json()["id"]
    for day in (4, 11):
        when = f"2027-01-{day + number - 8:02}T{number:02}:00:00+01:00"
        booked = salon.book(http, when, client_id=zoe_id, booking_type=f"henna {number}")
        assert booked.status_code == 201, booked.text
    return zoe_id


def kinds(holds: Callable[[type[Event]], bool]) -> set[str]:
    """Return the kinds of streams with such an event. Records are found by whom they refer to: see
    `tests/records/test_sealed.py`.
    """
    of_records = {event for kind in KINDS for event in kind.events.values()}
    others = {name: event for name, event in EVENTS.items() if event not in of_records}
    return {name.partition("-")[0] for name, event in others.items() if holds(event)}


def is_personal(event: type[Event]) -> bool:
    planted = Planted()
    planted.value(event)
    return bool(planted.secrets)


def test_every_kind_of_stream_that_names_clients_and_is_personal_is_searched() -> None:
    """By the events with which it begins to name them, or it is not found: see `log.persons` and
    `log.speaks_of_somebody`.
    """
    naming = kinds(lambda event: bool({ClientId, IdentityId} & hints(event)))

    assert naming & kinds(is_personal) == set(AGGREGATES)
