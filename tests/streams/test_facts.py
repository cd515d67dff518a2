"""What other systems tell us is done once, or refused where they can read why."""

import threading
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from adapters.postgres import DatabaseUnavailableError
from adapters.streams.facts import refusal_of
from adapters.streams.producer import retentions
from adapters.streams.topics import REFUSED
from application.facts import Told
from application.ports import Answer
from infra.composition import running_system
from infra.settings import Settings
from tests.bookings.at_the_salon import Salon
from tests.running import Running
from tests.streams.telling import CRM, Desk, counted, facts_of, sent

pytestmark = pytest.mark.postgres

ZOE = {"custom_id": "Z-1", "name": "Zoé", "email": "zoe@mail.example", "phone": "01 99 00 12 34"}


@pytest.fixture
def desk(running: Running) -> Desk:
    return Desk(running)


def clients(running: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = running.http().get("/v1/clients").json()["data"]
    return found


def bookings(running: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = running.http().get("/v1/bookings").json()["data"]
    return found


# --- What is taken ------------------------------------------------------------------------


def test_a_client_whom_nobody_knew_is_registered(running: Running, desk: Desk) -> None:
    assert desk.settle(sent("client-known.v1", {**ZOE, "status": "active"}))

    (zoe,) = clients(running)
    assert (zoe["name"], zoe["custom_id"], zoe["status"]) == ("Zoé", "Z-1", "active")
    assert (zoe["email"], zoe["phone"]) == ("zoe@mail.example", "+33199001234")
    assert desk.refusals() == []


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


def test_history_says_which_source_it_was(running: Running, desk: Desk) -> None:
    desk.settle(sent("client-known.v1", ZOE, named="fact-77"))

    (client,) = clients(running)
    history = running.system.store.history(running.tenant, client["id"])
    assert history[0].metadata["actor"] == "source//crm"
    assert history[0].metadata["causation"] == "fact-77"


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


# --- What is refused ----------------------------------------------------------------------


def test_a_refusal_names_the_fact_and_its_reason(running: Running, desk: Desk) -> None:
    salon = Salon.opened(running)
    salon.book(running.http())
    fact = sent("booking-wished.v1", salon.wish(), named="late")

    desk.settle(fact)

    (refusal,) = desk.refusals()
    assert refusal.pop("facts")["next_free_slots"]
    assert refusal == {
        "code": "slot-taken",
        "detail": "Someone else has this slot.",
        "id": "late",
        "source": CRM,
        "type": "booking-wished.v1",
        "topic": "frontdesk.facts",
        "partition": 3,
        "offset": fact.offset,
    }
    assert {topic for topic, _ in desk.refused.partitions} == {REFUSED}


def test_one_that_is_refused_holds_up_nobody(running: Running, desk: Desk) -> None:
    desk.settle(sent("client-known.v1", b"{", named="1"), sent("client-known.v1", ZOE, named="2"))

    assert desk.codes() == ["fact-not-understood"]
    assert len(clients(running)) == 1
    assert counted(running) == {"fact-not-understood": 1, "taken": 1}


def test_a_source_that_is_not_listed_is_refused(running: Running, desk: Desk) -> None:
    desk.settle(sent("client-known.v1", ZOE, source="/stranger"))

    assert desk.codes() == ["source-not-known"]
    assert clients(running) == []


NOT_UNDERSTOOD = [
    sent("client-known.v1", {**ZOE, "custom_id": ""}),
    sent("client-known.v1", {**ZOE, "nickname": "Z"}),
    sent("client-known.v1", {"name": "Nobody's"}),
    sent("client-known.v1", b""),
    sent("client-known.v1", b"\xff\xfe"),
    sent("client-known.v1", b"[" * 100_000),
    sent("client-known.v1", b'{"' + b"x" * 500_000 + b'": 1}'),
    sent("client-known.v1", {**ZOE, "name": "nul \0"}),
    sent("client-known.v1", ZOE, changed={"ce_specversion": b"0.3"}),
    sent("client-known.v1", ZOE, changed={"ce_id": b""}),
    sent("client-known.v1", ZOE, changed={"ce_id": b"\xff"}),
    sent("client-known.v1", ZOE, changed={"content-type": b"application/cloudevents+json"}),
    sent("booking-wished.v1", {"professional_id": "agenda-1"}),
    sent("booking-wished.v1", {"professional_id": f"professional-{uuid4()}\n"}),
    sent(
        "booking-wished.v1",
        {"professional_id": f"professional-{uuid4()}", "starts_at": "0001-01-01T00:00:00+09:00"},
    ),
    sent("client-known.v1", ZOE)._replace(value=None),
    sent("client-known.v1", ZOE)._replace(headers=[]),
]


WRONG = [
    (sent("weather-changed.v1", {}), "fact-type-not-known"),
    (sent("client-known.v1", {**ZOE, "email": "zoe"}), "email-address-not-understood"),
    (sent("client-known.v1", {**ZOE, "phone": "12"}), "phone-number-not-understood"),
    (sent("client-known.v1", {**ZOE, "time_zone": "Mars/Base"}), "unknown-time-zone"),
    (
        sent("booking-wished.v1", {"professional_id": f"professional-{uuid4()}"}),
        "professional-not-found",
    ),
    (
        sent(
            "booking-wished.v1",
            {"professional_id": f"professional-{uuid4()}", "client_custom_id": "who"},
        ),
        "client-not-found",
    ),
]


def test_what_cannot_be_understood_is_refused(desk: Desk) -> None:
    assert desk.settle(*NOT_UNDERSTOOD)

    assert desk.codes() == ["fact-not-understood"] * len(NOT_UNDERSTOOD)
    assert all(len(str(refusal)) < 2_000 for refusal in desk.refusals())


def test_what_is_wrong_is_refused_by_its_name(desk: Desk) -> None:
    desk.settle(*(record for record, _ in WRONG))

    assert desk.codes() == [code for _, code in WRONG]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=6,
)
FIELDS = [*ZOE, "status", "time_zone", "professional_id", "starts_at", "guest", "notes"]
GARBAGE = st.binary(max_size=50) | st.dictionaries(st.sampled_from(FIELDS), JSON)
HEADERS = st.dictionaries(
    st.sampled_from(["ce_id", "ce_source", "ce_type", "ce_specversion", "content-type"]),
    st.binary(max_size=20),
    max_size=2,
)


@given(
    kind=st.sampled_from(["client-known.v1", "booking-wished.v1"]), data=GARBAGE, headers=HEADERS
)
@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_is_settled(
    running: Running, kind: str, data: Any, headers: dict[str, bytes]
) -> None:
    desk = Desk(running)

    assert desk.settle(sent(kind, data, named=str(uuid4()), changed=headers))

    assert "internal-error" not in desk.codes()


def test_a_fault_of_ours_is_said_and_holds_up_nobody(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = facts_of(running)
    monkeypatch.setattr(facts, "_known", lambda *_: 1 / 0)
    desk = Desk(running, facts=facts)

    assert desk.settle(sent("client-known.v1", ZOE))

    assert desk.codes() == ["internal-error"]


# --- What is away -------------------------------------------------------------------------


def test_a_refusal_that_was_not_acknowledged_is_said_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.streams.facts.AGAIN", 0)
    desk = Desk(running, failures=[1])

    assert desk.settle(sent("client-known.v1", b"{"))

    first, second = (r for found in desk.refused.partitions.values() for r in found)
    assert first == second


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


@pytest.mark.parametrize(
    "fact",
    [
        {"name": "Zoé", "custom_id": "Z-1", "status": "zoe@example.org"},
        {"name": "Zoé", "custom_id": "Z-1", "zoe@example.org": True},
        {"name": "Zoé", "custom_id": "Z-1", "email": "zoe@example.org - at `$`"},
    ],
)
def test_a_refusal_repeats_nothing_of_what_was_said(
    running: Running, desk: Desk, fact: dict[str, Any]
) -> None:
    told = sent("client-known.v1", fact, named="1")._replace(key=b"zoe@example.org")

    desk.settle(told)
    refusal = refusal_of(told, "code", "detail", {}, at=running.clock())

    assert len(desk.codes()) == 1
    assert "zoe@" not in str(desk.refusals())
    assert b"zoe@" not in refusal.key


def test_facts_are_kept_for_as_long_as_one_says() -> None:
    hour = 3_600_000

    kept = retentions(facts_ms=hour)

    assert (kept["frontdesk.facts"], kept["frontdesk.facts.refused"]) == (hour, hour)
    assert kept["frontdesk.bookings"] == 7 * 24 * hour
