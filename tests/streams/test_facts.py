"""What other systems tell us is done once, or refused where they can read why."""

import threading
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.postgres import DatabaseUnavailableError
from adapters.streams.producer import retentions
from application.operations.facts import Told
from application.ports import Answer
from domain.values import TenantId
from infra.composition import running_system
from infra.settings import Settings
from tests.business.tenants.examples import register_business
from tests.people.clients.dump import found
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.streams.telling import CRM, ZOE, Desk, bookings, clients, counted, facts_of, sent

pytestmark = pytest.mark.postgres

# --- What is taken ------------------------------------------------------------------------


def test_a_client_whom_nobody_knew_is_registered(running: Running, desk: Desk) -> None:
    assert desk.settle(sent("client-known.v1", {**ZOE, "status": "active"}))

    (zoe,) = clients(running)
    assert (zoe["name"], zoe["custom_id"], zoe["status"]) == ("Zoé", "Z-1", "active")
    assert (zoe["email"], zoe["phone"]) == ("zoe@mail.example", "+33199001234")
    assert desk.refusals() == []


def test_a_number_is_one_of_the_country_of_the_business(running: Running, desk: Desk) -> None:
    belgian = replace(register_business.business, country="BE")
    mine = replace(register_business, tenant_id=TenantId(running.tenant), business=belgian)
    running.order(mine)

    desk.settle(sent("client-known.v1", {**ZOE, "phone": "0470 12 34 56"}))

    assert clients(running)[0]["phone"] == "+32470123456"


def test_a_fact_is_kept_as_what_is_sent_by_people_is(running: Running, desk: Desk) -> None:
    desk.settle(sent("client-known.v1", {**ZOE, "name": "\u202eZoé\u200b", "language": "nl_be"}))

    (zoe,) = clients(running)
    assert (zoe["name"], zoe["language"]) == ("Zoé", "nl-BE")


def test_a_client_known_by_this_custom_id_is_described_anew(running: Running, desk: Desk) -> None:
    before = running.http().post("/v1/clients", json={**ZOE, "status": "active"}).json()

    desk.settle(sent("client-known.v1", {"custom_id": "Z-1", "name": "Zoé Martin"}))

    (after,) = clients(running)
    assert (after["id"], after["name"], after["email"]) == (before["id"], "Zoé Martin", None)
    assert after["status"] == "active"


def test_a_booking_is_wished_for_a_client_that_was_told_of(running: Running, desk: Desk) -> None:
    wish = {**Salon.opened(running).wish(), "client_custom_id": "Z-1"}

    desk.settle(sent("client-known.v1", ZOE, named="1"), sent("booking-wished.v1", wish, named="2"))

    (booking,) = bookings(running)
    (zoe,) = clients(running)
    assert (booking["client_id"], booking["status"]) == (zoe["id"], "pending")
    assert booking["starts_at"] == "2027-01-05T09:00:00Z"


def test_a_booking_is_wished_for_a_guest(running: Running, desk: Desk) -> None:
    wish = {**Salon.opened(running).wish(), "guest": {"name": "Max", "phone": "+33199001234"}}

    desk.settle(sent("booking-wished.v1", wish))

    assert bookings(running)[0]["guest"]["name"] == "Max"


@pytest.mark.parametrize("named", ["33199009876", "zoe.mueller:2027-01-04", "crm/client/zoe"])
def test_history_does_not_keep_a_name_that_may_be_of_somebody(
    running: Running, desk: Desk, dsn: str, named: str
) -> None:
    desk.settle(sent("client-known.v1", ZOE, named=named))

    assert found(dsn, [named]) == {}


def test_history_says_which_source_it_was(running: Running, desk: Desk) -> None:
    desk.settle(sent("client-known.v1", ZOE, named="01a2271c-31c0-771f-b9ca-71b38cbc9f5a"))

    (client,) = clients(running)
    history = running.system.store.history(running.tenant, client["id"])
    assert history[0].metadata["actor"] == "source//crm"
    assert history[0].metadata["causation"] == "01a2271c-31c0-771f-b9ca-71b38cbc9f5a"


# --- What comes again ---------------------------------------------------------------------


def test_what_is_told_again_is_done_once(running: Running, desk: Desk) -> None:
    client = sent("client-known.v1", ZOE, named="1")
    wish = {**Salon.opened(running).wish(), "client_custom_id": "Z-1"}
    booking = sent("booking-wished.v1", wish, named="2")
    desk.settle(client, booking)
    running.http().put(f"/v1/clients/{clients(running)[0]['id']}", json={"name": "Somebody else"})

    desk.settle(client, booking, booking)

    assert [each["name"] for each in clients(running)] == ["Somebody else"]
    assert len(bookings(running)) == 1
    assert desk.refusals() == [], "though its slot is taken, and no client has the custom id"
    assert counted(running) == {"taken": 2, "repeated": 3}


def test_what_is_told_again_after_the_person_was_forgotten_stays_forgotten(
    running: Running, desk: Desk
) -> None:
    fact = sent("client-known.v1", ZOE)
    desk.settle(fact)
    (zoe,) = clients(running)
    assert running.http().delete(f"/v1/clients/{zoe['id']}/personal-data").status_code == 204
    running.settle()

    desk.settle(fact)

    assert clients(running) == []
    assert desk.refusals() == []


def test_something_else_under_an_id_that_was_used_is_refused(running: Running, desk: Desk) -> None:
    desk.settle(sent("client-known.v1", ZOE), sent("client-known.v1", {**ZOE, "name": "Max"}))

    assert desk.codes() == ["idempotency-key-reused"]
    assert [each["name"] for each in clients(running)] == ["Zoé"]


def test_two_sources_may_use_the_same_ids(running: Running) -> None:
    tenants = {CRM: running.tenant, "/shop": running.tenant}
    desk = Desk(running, sources=tenants)
    desk.settle(
        sent("client-known.v1", ZOE), sent("client-known.v1", {**ZOE, "name": "Z"}, source="/shop")
    )

    assert [each["name"] for each in clients(running)] == ["Z"]


def test_who_registers_the_client_meanwhile_does_no_harm(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = facts_of(running)
    look = facts._client_of

    def look_first(custom_id: str, about: Any) -> Any:
        found = look(custom_id, about)
        if found is None:
            assert running.http().post("/v1/clients", json=ZOE).status_code == 201
        return found

    monkeypatch.setattr(facts, "_client_of", look_first)
    desk = Desk(running, facts=facts)
    desk.settle(sent("client-known.v1", {**ZOE, "name": "Zoé Martin"}))

    assert [each["name"] for each in clients(running)] == ["Zoé Martin"]


def test_a_client_registered_in_another_process_is_found(
    running: Running, desk: Desk, settings: Settings, dsn: str
) -> None:
    wish = {**Salon.opened(running).wish(), "client_custom_id": "Z-1"}
    desk.settle(sent("booking-wished.v1", wish, named="1"))
    with (
        running_system(settings, dsn, clock=running.clock) as other,
        Running.of(other, running.clock) as elsewhere,
    ):
        elsewhere.http(tenant=running.tenant).post("/v1/clients", json=ZOE)

    desk.settle(sent("booking-wished.v1", wish, named="2"))

    assert desk.codes() == ["client-not-found"], "only the first"
    assert len(bookings(running)) == 1


# --- What is away -------------------------------------------------------------------------


class Away:
    """Takes facts as ours do, once a database that is away has come back."""

    def __init__(self, running: Running, times: int, stop: threading.Event | None = None) -> None:
        self._facts = facts_of(running)
        self._times = times
        self._stop = stop

    def take(self, told: Told) -> Answer:
        if self._times:
            self._times -= 1
            if self._stop is not None:
                self._stop.set()
            raise DatabaseUnavailableError
        return self._facts.take(told)


def test_a_database_that_is_away_is_waited_for(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.streams.facts.AGAIN", 0)
    desk = Desk(running, facts=Away(running, times=3))

    assert desk.settle(sent("client-known.v1", ZOE))

    assert (len(clients(running)), desk.refusals()) == (1, [])


def test_what_was_not_settled_when_told_to_stop_is_not_called_settled(running: Running) -> None:
    stop = threading.Event()
    desk = Desk(running, facts=Away(running, times=3, stop=stop))

    assert not desk.settle(sent("client-known.v1", ZOE), stop=stop)

    assert (clients(running), desk.refusals()) == ([], [])


def test_facts_are_counted_where_prometheus_asks(running: Running, desk: Desk) -> None:
    desk.settle(sent("client-known.v1", ZOE), sent("weather-changed.v1", {}, named="2"))

    scraped = running.http().get("/metrics").text
    assert 'frontdesk_facts{outcome="taken"} 1.0' in scraped
    assert 'frontdesk_facts{outcome="fact-type-not-known"} 1.0' in scraped


def test_facts_are_kept_for_as_long_as_one_says() -> None:
    hour = 3_600_000

    kept = retentions(facts_ms=hour)

    assert (kept["frontdesk.facts"], kept["frontdesk.facts.refused"]) == (hour, hour)
    assert kept["frontdesk.bookings"] == 7 * 24 * hour
