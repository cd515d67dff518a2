"""History can be read for ever: names, shapes and stored bytes do not change by accident."""

from pathlib import Path

import msgspec
import pytest

from adapters.event_store.mapper import Mapper
from adapters.event_store.upcasters import UPCASTERS
from domain.catalogue import EVENTS
from domain.messages import Event
from infra.printing.event_catalogue import catalogue
from infra.printing.event_schemas import schema
from tests.architecture.examples import examples

HERE = Path(__file__).parent
MAPPER = Mapper(EVENTS, UPCASTERS)


def example_of(name: str) -> Event:
    return next(event for event in examples() if type(event) is EVENTS[name])


def test_every_event_has_an_example() -> None:
    shown = {type(event) for event in examples()}

    assert [name for name, event in EVENTS.items() if event not in shown] == []


@pytest.mark.parametrize("name", EVENTS)
def test_the_shape_of_an_event_is_the_one_that_was_accepted(name: str) -> None:
    """`make schemas` accepts a new event. A changed shape is a new version and an upcaster."""
    golden = HERE / "schemas" / f"{name}.json"

    assert golden.read_text(encoding="utf-8") == schema(name)


@pytest.mark.parametrize("path", sorted((HERE / "stored").glob("*.json")), ids=lambda p: p.stem)
def test_what_was_stored_once_is_read_for_ever(path: Path) -> None:
    stored = msgspec.json.decode(path.read_bytes(), type=dict[str, msgspec.Raw])
    personal = bytes(stored["personal"]) if "personal" in stored else b"{}"

    event = MAPPER.decode(path.stem, bytes(stored["data"]).decode(), personal)

    assert event == example_of(MAPPER.name(type(event))) if event else pytest.fail("unknown name")


def test_every_event_has_stored_bytes() -> None:
    assert {path.stem for path in (HERE / "stored").glob("*.json")} >= set(EVENTS)


def test_the_catalogue_that_people_read_is_fresh() -> None:
    """`make catalogue` writes it."""
    printed = Path("infra/event_catalogue.md").read_text(encoding="utf-8")

    assert printed == catalogue()


def test_no_personal_field_is_stored_in_the_clear() -> None:
    for event in examples():
        stored = MAPPER.encode(event)
        if stored.personal is not None:
            hidden = msgspec.json.decode(stored.personal, type=dict[str, msgspec.Raw])
            assert not set(hidden) & set(
                msgspec.json.decode(stored.data, type=dict[str, msgspec.Raw])
            )
        assert MAPPER.decode(stored.type, stored.data.decode(), stored.personal or b"{}") == event


def test_an_erased_event_can_still_be_read() -> None:
    for event in examples():
        stored = MAPPER.encode(event)
        if stored.personal is not None:
            erased = MAPPER.decode(stored.type, stored.data.decode(), None)
            assert type(erased) is type(event)
            assert erased != event
