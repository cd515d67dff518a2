"""What is left of a client who was forgotten: the history, without the person, to be replayed."""

from typing import Any
from uuid import uuid4

import msgspec
import pytest
from fastapi.testclient import TestClient

from adapters.event_store.mapper import Mapper
from adapters.read_models import difference
from adapters.read_models.rebuild import Rebuilder
from domain.business.users import Role
from domain.catalogue import EVENTS
from domain.messages import Event, Personal
from domain.people.clients import ClientStatus
from domain.values import ClientId, Contact
from infra.composition import running_system
from infra.settings import Mode, Settings
from projections import READ_MODELS
from tests.operations.releases import record
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = pytest.mark.postgres

ZOE = {"name": "Zoé Müller", "email": "zoe@example.org", "phone": "0199001234"}
PERSONAL = ("Zo", "Müller", "zoe@", "99001234", "henna", "tea")


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def zoe(running: Running, http: TestClient) -> str:
    """Zoé has been here, a note was made, and she comes again; return her id."""
    salon = Salon.opened(running)
    client_id: str = http.post("/v1/clients", json=ZOE).json()["id"]
    where = salon.book(http, client_id=client_id, notes="allergic to henna").headers["location"]
    salon.book(http, "2027-01-06T10:00:00+01:00", client_id=client_id)
    http.post(f"/v1/clients/{client_id}/notes", json={"text": "Likes tea."})
    http.post(f"{where}/confirm")
    running.clock.set(running.clock().replace(day=5, hour=11))
    http.post(f"{where}/complete")
    running.settle()
    return client_id


def events(running: Running) -> list[dict[str, Any]]:
    """Return the history, the oldest first."""
    page = running.http(Role.AUDITOR).get("/v1/history?limit=200&oldest_first=true").json()
    return list(page["data"])


def test_every_event_stays_and_nothing_personal_can_be_read(running: Running, http, zoe) -> None:
    before = events(running)

    erased = http.delete(f"/v1/clients/{zoe}/personal-data")
    running.settle()
    after = events(running)

    told = msgspec.json.encode([event["data"] for event in after]).decode()
    assert erased.status_code == 204
    assert all(word in str(before) for word in PERSONAL)
    assert not any(word in told for word in PERSONAL)
    assert [(e["position"], e["type"], e["stream"]) for e in after[: len(before)]] == [
        (e["position"], e["type"], e["stream"]) for e in before
    ]
    assert "client-erased.v1" in {event["type"] for event in after[len(before) :]}


def test_of_whom_nothing_is_known_nothing_is_told(http: TestClient) -> None:
    nobody = "client-0198c0de-0000-7000-8000-0000000000ff"

    asked = http.get(f"/v1/clients/{nobody}/personal-data")

    assert (asked.status_code, asked.json()["code"]) == (404, "client-not-found")


def test_what_is_rebuilt_after_an_erasure_is_what_there_was(running: Running, http, zoe) -> None:
    http.delete(f"/v1/clients/{zoe}/personal-data")
    running.settle()
    rebuilder = Rebuilder(database=running.system.database, reader=running.system.reader)

    for model in READ_MODELS:
        rebuilder.rebuild(model)
        found = difference.compare(rebuilder, model)
        assert (found.added, found.changed, found.removed) == (0, 0, 0), model.name

    assert [b["status"] for b in http.get("/v1/bookings").json()["data"]] == [
        "completed",
        "pending",
    ]


def test_a_number_says_nothing_of_who_books_with_an_address(running: Running, http) -> None:
    """A family may have one number."""
    mother = http.post("/v1/clients", json={**ZOE, "name": "Zoé"}).json()["id"]
    daughter = {"name": "Lea", "email": "lea@example.org", "phone": ZOE["phone"]}
    salon = Salon.opened(running)
    hers = salon.book(http, guest=daughter, notes="henna").headers["location"]
    by_number = {"name": "Z.", "phone": ZOE["phone"]}
    own = salon.book(http, "2027-01-06T10:00:00+01:00", guest=by_number, notes="tea")

    http.delete(f"/v1/clients/{mother}/personal-data")
    running.settle()

    assert http.get(hers).json()["guest"]["name"] == "Lea"
    assert http.get(hers).json()["notes"] == "henna"
    assert http.get(own.headers["location"]).json()["notes"] is None


class AsOnce(Event, frozen=True):
    """How a client was registered by an early release."""

    client_id: ClientId
    contact: Personal[Contact]
    status: ClientStatus
    strategy_id: str | None = None


@pytest.mark.parametrize(("strategy", "told"), [("depression", 6), (None, 5)])
def test_what_was_once_recorded_in_the_clear_is_said_to_stay(
    running: Running, dsn: str, http, strategy: str | None, told: int
) -> None:
    client_id = ClientId(f"client-{uuid4()}")
    registered = AsOnce(
        client_id=client_id,
        contact=Contact(name="Zoé"),
        status=ClientStatus.LEAD,
        strategy_id=strategy,
    )
    early = Mapper({**EVENTS, "client-registered.v1": AsOnce}, {})
    with running_system(Settings(mode=Mode.TEST), dsn, clock=running.clock, mapper=early) as then:
        record(then, running.tenant, client_id, registered)

    erased = http.delete(f"/v1/clients/{client_id}/personal-data")
    shown = http.get(f"/v1/clients/{client_id}/personal-data").json()

    assert erased.status_code == 204
    assert len(shown["kept"]) == told
    assert ("strategy" in str(shown["kept"])) is (strategy is not None)
