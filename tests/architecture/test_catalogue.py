"""History can be read for ever: names, shapes and stored bytes do not change by accident."""

from pathlib import Path

import msgspec
import pytest
from msgspec import inspect

from domain.catalogue import EVENTS, each_once
from domain.money.taxes import TAXES
from domain.personal import parts
from infra.printing.event_catalogue import catalogue
from tests.architecture.examples import examples
from tests.architecture.golden import (
    BY_AREA,
    MAPPER,
    SHAPES,
    STORED,
    Stored,
    example_of,
    places,
    shapes,
    stored,
)


def test_every_event_has_an_example() -> None:
    shown = {type(event) for event in examples()}

    assert [name for name, event in EVENTS.items() if event not in shown] == []


def test_no_event_has_a_number_that_json_cannot_write() -> None:
    """Infinity would be recorded as null, and never be read again."""
    made_of = {name: parts(inspect.type_info(event)) for name, event in EVENTS.items()}

    assert [
        n for n, of in made_of.items() if any(isinstance(o, inspect.FloatType) for o in of)
    ] == []


def test_no_two_kinds_of_events_are_stored_under_one_name() -> None:
    with pytest.raises(ValueError, match=r"would be stored as tax-created\.v1"):
        each_once([TAXES.events, {"tax-created.v1": TAXES.removed}])


@pytest.mark.parametrize("area", BY_AREA)
def test_the_shape_of_an_event_is_the_one_that_was_accepted(area: str) -> None:
    """`make schemas` accepts a new event. A changed shape is a new version and an upcaster."""
    assert (SHAPES / f"{area}.json").read_text(encoding="utf-8") == shapes(area)


@pytest.mark.parametrize(
    ("name", "once"), [pair for area in BY_AREA for pair in stored(area).items()]
)
def test_what_was_stored_once_is_read_for_ever(name: str, once: Stored) -> None:
    personal = bytes(once["personal"]) if "personal" in once else b"{}"

    event = MAPPER.decode(name, bytes(once["data"]).decode(), personal)

    assert event is not None, "unknown name"
    if name.partition(".")[0] == MAPPER.encode(event).type.partition(".")[0]:
        assert event == example_of(
            type(event)
        )  # of what was another thing once there is no example


def test_every_event_has_stored_bytes_and_stands_in_one_file() -> None:
    assert {name for area in BY_AREA for name in stored(area)} >= set(EVENTS)
    assert sum(map(len, BY_AREA.values())) == len(EVENTS)
    for folder in (SHAPES, STORED):
        assert {path.stem for path in folder.iterdir()} == set(BY_AREA)


def test_the_catalogue_that_people_read_is_fresh() -> None:
    """`make catalogue` writes it."""
    printed = Path("infra/event_catalogue.md").read_text(encoding="utf-8")

    assert printed == catalogue()


def test_no_personal_field_is_stored_in_the_clear() -> None:
    for event in examples():
        stored = MAPPER.encode(event)
        if stored.personal is not None:
            hidden, shown = map(msgspec.json.decode, (stored.personal, stored.data))
            assert not places(hidden) & places(shown)
        assert MAPPER.decode(stored.type, stored.data.decode(), stored.personal or b"{}") == event


def test_an_erased_event_can_still_be_read() -> None:
    for event in examples():
        stored = MAPPER.encode(event)
        if stored.personal is not None:
            erased = MAPPER.decode(stored.type, stored.data.decode(), None)
            assert type(erased) is type(event)
            assert erased != event
