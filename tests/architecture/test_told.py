"""What others are told is declared, and nothing else leaves the house: no stored shape by accident."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any, get_type_hints

import jsonschema_rs
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.event_store.mapper import Mapper
from adapters.event_store.upcasters import ONCE_IN_CLEAR, UPCASTERS
from adapters.streams.told import PUBLISHED, Teller, personal_in, said_of
from application.ports import Recorded
from application.told import SEEN_WITH, SHAPES, Told, told
from domain.catalogue import AREAS, EVENTS, KINDS, TOLD_AS
from domain.confidential import are_held
from domain.messages import Event
from infra.printing.told import text
from tests.architecture import golden
from tests.architecture.anything import anything
from tests.architecture.examples import examples
from tests.architecture.golden import BY_AREA, accepted, lost
from tests.forked import printed
from tests.planted import Planted

WORDS = re.compile(r"[a-z]+([.-][a-z]+)*\.v[0-9]+")
AT = datetime(2027, 1, 4, 12, tzinfo=UTC)
MAPPER = Mapper(EVENTS, UPCASTERS)
SCHEMAS: dict[str, Any] = json.loads(text())
BY_NAME = {name: event for name, event in EVENTS.items() if event in SHAPES}


def past(event: Event | None, type_: str = "a-stored-name.v1") -> Recorded:
    return Recorded(
        position=7,
        tenant="a",
        tenant_position=3,
        stream="thing-1",
        version=2,
        type=type_,
        event=event,
        recorded_at=AT,
    )


def told_of(event: Event) -> Told:
    found = told(past(event))
    assert found is not None
    return found


# --- Every event is told, or it is said that it is not ----------------------------------------


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.__name__)
def test_an_area_says_of_each_of_its_events_whether_others_are_told(area: Any) -> None:
    assert set(area.TOLD_AS) == set(area.STORED_AS.values())


def test_nothing_that_can_happen_is_forgotten() -> None:
    assert [name for name, event in EVENTS.items() if event not in TOLD_AS] == []


def test_no_two_events_are_told_under_one_name() -> None:
    names = Counter(shape.telling.name for shape in SHAPES.values())

    assert [name for name, count in names.items() if count > 1] == []


def test_names_of_several_words_are_written_in_one_way() -> None:
    names = [*EVENTS, *(shape.telling.name for shape in SHAPES.values())]

    assert [name for name in names if not WORDS.fullmatch(name)] == []


def test_how_we_keep_our_books_is_not_told() -> None:
    untold = {name for name, event in EVENTS.items() if event not in SHAPES}

    assert untold >= {
        *("address-code-requested.v1", "registration-abandoned.v1"),
        *("identity-claimed.v2", "identity-released.v2"),
        *("value-claimed.v1", "value-released.v1", "reference-made.v1", "reference-lost.v1"),
        *("slot-reserved.v1", "slot-released.v1", "slot-held.v1", "held-slot-freed.v1"),
        *("time-blocked.v1", "time-unblocked.v1"),
        *("open-requests-counted.v1", "open-holds-counted.v1"),
        *("booking-mail-sent.v1", "booking-mail-failed.v1", "stream-erased.v1"),
    }


def test_what_cannot_be_read_here_or_is_not_told_is_nothing() -> None:
    untold = [each for each in examples() if type(each) not in SHAPES]

    assert told(past(None)) is None
    assert [each for each in untold if told(past(each)) is not None] == []


def test_every_kind_of_thing_has_those_who_are_told_of_it() -> None:
    assert {shape.telling.type.partition(".")[0] for shape in SHAPES.values()} == set(SEEN_WITH)


def test_every_kind_of_record_is_told_of_as_it_is_declared() -> None:
    for kind in KINDS:
        created = SHAPES[kind.created].struct

        told = [n for n, hint in get_type_hints(kind.values).items() if not are_held(hint)]
        assert created.__struct_fields__ == ("id", *told)


# --- The shape is the one that was accepted ---------------------------------------------------


@pytest.mark.parametrize("area", BY_AREA)
def test_what_others_are_told_is_what_was_accepted(area: str) -> None:
    """`make schemas` accepts what is new. What is there stays, or gets a new version."""
    assert (golden.TOLD / f"{area}.json").read_text(encoding="utf-8") == golden.told(area)


def test_an_area_has_one_file_of_what_is_told() -> None:
    assert {path.stem for path in golden.TOLD.iterdir()} == set(BY_AREA)


def test_what_others_are_told_only_grows() -> None:
    before = accepted("bookings")
    grown, shrunk, other = (accepted("bookings") for _ in range(3))
    fields = "booking.declined.v1", "$defs", "BookingDeclined", "properties"
    _at(grown, fields)["fee"] = {"type": "integer"}
    del _at(shrunk, fields)["reason"]
    _at(other, fields)["time_zone"] = {"type": "integer"}

    assert lost(before, grown) == []
    assert lost(before, shrunk) == [f"/{'/'.join(fields)}/reason"]
    assert lost(before, other) == [f"/{'/'.join(fields)}/time_zone/type"]


def _at(found: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        found = found[name]
    return found


def test_the_command_line_prints_every_shape() -> None:
    assert printed("infra.cli", "schemas", "told") == text()


# --- What is told is what was declared --------------------------------------------------------


@given(st.sampled_from(list(SHAPES)).flatmap(anything))
def test_whatever_happens_is_told_as_the_schema_says_and_not_a_field_more(event: Event) -> None:
    found = told_of(event)
    data = json.loads(msgspec.json.encode(found.data))
    schema = SCHEMAS[f"{found.type}.v{found.version}"]

    jsonschema_rs.Draft202012Validator(schema).validate(data)
    assert set(data) == set(SHAPES[type(event)].telling.fields)
    assert (found.subject, found.occurred_at) == ("thing-1", AT)


@pytest.mark.parametrize("name", BY_NAME)
def test_nothing_personal_is_told_on_kafka_and_all_else_is(name: str) -> None:
    planted = Planted()
    event = planted.value(EVENTS[name])
    shown = json.loads(msgspec.json.encode(told_of(event).data))
    published = json.loads(said_of(event).value)
    hidden = personal_in(type(event), SHAPES[type(event)].telling)

    assert not any(secret in str(published) for secret in planted.secrets)
    assert published == {field: said for field, said in shown.items() if field not in hidden}
    assert all(any(secret in str(shown[field]) for secret in planted.secrets) for field in hidden)


@pytest.mark.parametrize("name", BY_NAME)
def test_a_stored_event_is_told_without_the_key_of_what_is_personal(name: str) -> None:
    event = next(each for each in examples() if type(each) is EVENTS[name])
    stored = MAPPER.encode(event)

    said = Teller(MAPPER)(row(name, stored.data.decode()))

    assert said == said_of(event)


@pytest.mark.parametrize(
    "older", [old for old, lift in UPCASTERS.items() if EVENTS[lift({})[0]] in PUBLISHED]
)
def test_an_older_version_of_an_event_is_told_under_the_same_name(older: str) -> None:
    """What was in the clear then, and is personal now, is not told either."""
    (once,) = [found[older] for area in BY_AREA if older in (found := golden.stored(area))]
    data = {**msgspec.json.decode(once["data"]), ONCE_IN_CLEAR.get(older, "reason"): "planted"}
    newer, _ = UPCASTERS[older]({})

    said = Teller(MAPPER)(row(older, json.dumps(data)))

    assert said is not None
    assert said.name == PUBLISHED[EVENTS[newer]].telling.name
    assert b"planted" not in said.value


def test_what_cannot_be_read_is_not_told_and_keeps_nobody_waiting() -> None:
    assert Teller(MAPPER)(row("booking-confirmed.v1", "{}")) is None


def row(type_: str, data: str) -> Any:
    return (7, "a", 3, "booking-1", 2, type_, data, AT, "{}", None)
