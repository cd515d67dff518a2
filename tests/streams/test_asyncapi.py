"""What we tell others about our records is true, and said in the form that their tools read."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from adapters.event_store.mapper import Mapper, Stored
from adapters.streams.facts import FACT_REFUSED, refusal_of
from adapters.streams.records import told_record_of
from adapters.streams.told import PUBLISHED, Teller
from adapters.streams.topics import ALL, REFUSED, TOLD, told_of
from adapters.streams.topics import FACTS as FACTS_TOPIC
from application.operations.facts import FACTS
from domain.catalogue import EVENTS
from domain.messages import Event
from infra.printing.asyncapi import TOPIC_OF, document, text
from tests.architecture.examples import examples
from tests.forked import printed
from tests.streams.telling import sent
from tests.streams.test_records import AT, METADATA

MAPPER = Mapper(EVENTS)
DOCUMENT = document()
TELLING = [event for event in examples() if type(event) in PUBLISHED]
OFFICIAL = jsonschema_rs.Draft7Validator(
    json.loads((Path(__file__).parent / "asyncapi" / "3.0.0.json").read_text(encoding="utf-8"))
)


def schema_of(part: Mapping[str, Any]) -> Any:
    """Return what validates by a part of the document, which may refer to others."""
    return jsonschema_rs.Draft7Validator({**part, "components": DOCUMENT["components"]})


def test_the_document_that_others_read_is_fresh() -> None:
    """`make catalogue` writes it."""
    assert Path("infra/asyncapi.json").read_text(encoding="utf-8") == text()


@pytest.mark.slow
def test_the_command_line_prints_it() -> None:
    assert printed("infra.cli", "schemas", "asyncapi") == text()


def test_the_document_is_asyncapi() -> None:
    assert [error.message for error in OFFICIAL.iter_errors(DOCUMENT)] == []


def test_what_is_no_asyncapi_is_told_apart() -> None:
    operation = {"publish": {"channel": {"$ref": "#/channels/bookings"}}}

    assert not OFFICIAL.is_valid({**DOCUMENT, "operations": operation})


def test_every_reference_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        found = DOCUMENT
        for name in reference.removeprefix("#/").split("/"):
            found = found[name]


def references(part: Any) -> list[str]:
    match part:
        case {"$ref": str(reference)}:
            return [reference]
        case dict():
            return [found for each in part.values() for found in references(each)]
        case list():
            return [found for each in part for found in references(each)]
    return []


def test_whatever_is_told_and_every_fact_is_in_one_channel_and_nothing_stored_in_any() -> None:
    named = [name for each in DOCUMENT["channels"].values() for name in each["messages"]]
    told = [shape.telling.name for shape in PUBLISHED.values()]

    assert sorted(named) == sorted([*told, *FACTS, FACT_REFUSED])
    assert set(named).isdisjoint(EVENTS)


def test_every_topic_that_others_read_is_described_and_none_of_ours() -> None:
    described = {each["address"]: set(each["messages"]) for each in DOCUMENT["channels"].values()}

    assert set(described) == {*TOLD, FACTS_TOPIC, REFUSED}
    assert all(described.values())
    assert set(described).isdisjoint(ALL)


@pytest.mark.parametrize("event", TELLING, ids=lambda event: type(event).__name__)
def test_a_record_is_what_the_document_says(event: Event) -> None:
    stored = MAPPER.encode(event)
    said = Teller(MAPPER)(row(stored))
    assert said is not None
    message = DOCUMENT["components"]["messages"][said.name]
    published = DOCUMENT["components"]["schemas"][said.name]["properties"]
    record = told_record_of(row(stored), said, sequence=1)
    headers = {name: value.decode() for name, value in record.headers}

    schema_of(message["payload"]).validate(json.loads(record.value))
    schema_of(message["headers"]).validate(headers)
    assert set(json.loads(record.value)) == set(published)
    assert set(headers) <= set(
        DOCUMENT["components"]["schemas"]["cloud-event-headers"]["properties"]
    )


@pytest.mark.parametrize("event", TELLING, ids=lambda event: type(event).__name__)
def test_a_record_goes_to_the_topic_that_the_document_says(event: Event) -> None:
    kind = TOPIC_OF[type(event)]
    name = PUBLISHED[type(event)].telling.name

    channels = [each for each in DOCUMENT["channels"].values() if name in each["messages"]]

    assert [each["address"] for each in channels] == [told_of(kind)]


def row(stored: Stored) -> tuple[Any, ...]:
    place = (7, "0198c0de-0000-7000-8000-0000000000aa", 3, "booking-1", 2)
    return (*place, stored.type, stored.data.decode(), AT, METADATA, stored.personal and b"sealed")


def test_a_refusal_is_what_the_document_says() -> None:
    fact = sent("booking-wished.v1", {})
    record, again = (
        refusal_of(fact, "slot-taken", "Someone else has this slot.", {"at": AT}, at=AT)
        for _ in range(2)
    )
    message = DOCUMENT["components"]["messages"][FACT_REFUSED]

    schema_of(message["payload"]).validate(json.loads(record.value))
    schema_of(message["headers"]).validate({name: v.decode() for name, v in record.headers})
    assert record.key == again.key != fact.key


def test_a_fact_that_we_take_is_what_the_document_says() -> None:
    fact = sent("client-known.v1", {"custom_id": "Z-1", "name": "Zoé"})
    message = DOCUMENT["components"]["messages"]["client-known.v1"]

    schema_of(message["payload"]).validate(json.loads(fact.value or b""))
    schema_of(message["headers"]).validate({name: v.decode() for name, v in fact.headers})
    assert not schema_of(message["payload"]).is_valid({"custom_id": "Z-1"})
