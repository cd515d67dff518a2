"""What other systems tell us and we cannot take is refused, where they can read why."""

from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from adapters.streams.facts import refusal_of
from adapters.streams.topics import REFUSED
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon
from tests.streams.telling import CRM, ZOE, Desk, clients, counted, facts_of, sent

pytestmark = pytest.mark.postgres


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
    (sent("client-known.v1", {**ZOE, "name": "\u3164\u200b"}), "fact-not-understood"),
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


def test_a_refusal_that_was_not_acknowledged_is_said_again(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.streams.facts.AGAIN", 0)
    desk = Desk(running, failures=[1])

    assert desk.settle(sent("client-known.v1", b"{"))

    first, second = (r for found in desk.refused.partitions.values() for r in found)
    assert first == second


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
