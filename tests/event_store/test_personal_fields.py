"""Whatever is said to be personal is encrypted: at any depth, and however it is written."""

from typing import Annotated, Any, Generic, NewType, Optional, TypeVar

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.event_store.mapper import Mapper, personal_fields
from adapters.event_store.upcasters import UPCASTERS
from domain.catalogue import EVENTS
from domain.messages import PERSONAL, Event, Personal, Value
from domain.personal import CannotBeKeptApartError
from domain.values import Contact
from tests.planted import Planted

T = TypeVar("T")
Name = NewType("Name", str)
Alias = Personal[str]
Short = Annotated[Personal[str], msgspec.Meta(max_length=40), msgspec.Meta(extra={"of": "us"})]


class Seat(Value, frozen=True):
    """Two fields, of which one is personal."""

    row: int
    sitter: Personal[str]


class Pair(Value, Generic[T], frozen=True):
    first: T
    number: int = 0


class Branch(Value, frozen=True, rename="camel"):
    who_sat: Personal[str]
    below: "tuple[Branch, ...]" = ()


class Renamed(Event, frozen=True, rename="camel"):
    full_name: Personal[str]


class Outer(Value, frozen=True):
    seat: Seat | None


SPELLINGS: dict[str, Any] = {
    "plain": Personal[str],
    "or-none": Personal[str] | None,
    "optional": Optional[Personal[str]],  # noqa: UP045 - as some write it
    "none-inside": Personal[str | None],  # type: ignore[misc]
    "of-a-new-type": Annotated[Name, PERSONAL],
    "by-an-alias": Alias,
    "with-more-said": Short,
    "quoted": "Personal[str]",
    "a-value": Personal[Contact],
    "in-a-value": Seat,
    "in-a-value-or-none": Seat | None,
    "in-a-value-in-a-value": Outer,
    "in-a-list-of-values": tuple[Seat, ...],
    "in-a-list": list[Personal[str]],
    "in-a-pair": tuple[Personal[str], Personal[str]],
    "in-a-mapping": dict[str, Seat],
    "as-a-key": dict[Personal[str], int],
    "given-to-a-generic-value": Pair[Personal[str]],
    "in-what-holds-itself": Branch,
    "one-of-several": Personal[str] | tuple[Seat, ...] | None,
}


def event_with(*hint: Any, **more: Any) -> Any:
    """Return a class of events with a field of this type, and a default if one is given."""
    fields: list[Any] = [("place", str), ("said", *hint)]
    return msgspec.defstruct("Said", fields, bases=(Event,), frozen=True, module=__name__, **more)


def hidden_and_shown(event: Event, planted: Planted) -> None:
    """See that nothing planted is in the clear, that it comes back, and that it can be erased."""
    mapper = Mapper({"said.v1": type(event)})

    stored = mapper.encode(event)
    erased = mapper.decode("said.v1", stored.data.decode(), None)

    assert planted.secrets
    assert stored.personal is not None
    assert all(secret in stored.personal.decode() for secret in planted.secrets)
    assert not any(secret in stored.data.decode() for secret in planted.secrets)
    assert mapper.decode("said.v1", stored.data.decode(), stored.personal) == event
    assert type(erased) is type(event)
    assert not any(secret in str(erased) for secret in planted.secrets)


@pytest.mark.parametrize("hint", SPELLINGS.values(), ids=SPELLINGS)
def test_what_is_personal_is_kept_apart_however_it_is_written(hint: Any) -> None:
    planted = Planted()
    event = planted.value(event_with(hint))

    hidden_and_shown(event, planted)


def test_what_has_another_name_in_json_is_kept_apart_too() -> None:
    planted = Planted()

    hidden_and_shown(planted.value(Renamed), planted)


def test_what_is_not_personal_in_a_value_stays_readable() -> None:
    kind = event_with(Seat)
    mapper = Mapper({"said.v1": kind})
    stored = mapper.encode(kind(place="hall", said=Seat(3, "Zoé")))

    erased: Any = mapper.decode("said.v1", stored.data.decode(), None)

    assert msgspec.json.decode(stored.data) == {"place": "hall", "said": {"row": 3}}
    assert (erased.place, erased.said) == ("hall", Seat(3, "[erased]"))


def test_a_value_that_was_not_there_is_not_there_once_it_is_erased() -> None:
    kind = event_with(Seat | None, None)
    mapper = Mapper({"said.v1": kind})
    stored = mapper.encode(kind(place="hall", said=None))

    assert mapper.decode("said.v1", stored.data.decode(), None) == kind(place="hall", said=None)


def one_level_up(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pair: Any = Pair
    ways = (lambda hint: hint | None, list.__class_getitem__, pair.__class_getitem__)
    return st.one_of(*(inner.map(way) for way in ways))


@given(st.recursive(st.just(Personal[str]), one_level_up, max_leaves=4))
def test_it_is_so_at_any_depth(hint: Any) -> None:
    planted = Planted()
    event = planted.value(event_with(hint))

    hidden_and_shown(event, planted)


class Seen(Value, frozen=True, kw_only=True):
    """What may be said of somebody in the clear."""

    at: str


class Diagnosed(Seen, frozen=True, kw_only=True):
    """And what may not."""

    illness: Personal[str]


REFUSED: dict[str, Any] = {
    "anything": Any,
    "anything-in-a-list": list[Any],
    "a-bare-mapping": dict,
    "text-that-is-json": msgspec.Raw,
    "what-another-class-may-say-more-of": Seen | None,
    "a-number-that-must-be-there": Personal[int],
    "text-that-must-look-like-a-code": Annotated[Personal[str], msgspec.Meta(pattern="^[a-z]$")],
    "a-list-that-must-hold-one": Annotated[list[Personal[str]], msgspec.Meta(min_length=1)],
}


@pytest.mark.parametrize("hint", REFUSED.values(), ids=REFUSED)
def test_what_could_hide_a_person_or_cannot_be_erased_is_refused_at_the_start(hint: Any) -> None:
    with pytest.raises(CannotBeKeptApartError, match=r"Said\.said"):
        Mapper({"said.v1": event_with(hint)})


def test_an_event_without_names_for_its_fields_is_refused_at_the_start() -> None:
    kind = event_with(Personal[str], array_like=True)

    with pytest.raises(CannotBeKeptApartError):
        Mapper({"said.v1": kind})


@pytest.mark.parametrize("name", EVENTS)
def test_of_every_event_there_is_nothing_personal_is_in_the_clear(name: str) -> None:
    planted, mapper = Planted(), Mapper(EVENTS, UPCASTERS)
    event = planted.value(EVENTS[name])

    stored = mapper.encode(event)
    erased = mapper.decode(name, stored.data.decode(), None if stored.personal else b"{}")

    assert not any(secret in stored.data.decode() for secret in planted.secrets)
    assert all(secret in (stored.personal or b"").decode() for secret in planted.secrets)
    assert bool(planted.secrets) == bool(personal_fields(EVENTS[name]))
    assert not any(secret in str(erased) for secret in planted.secrets)


def test_what_was_in_the_clear_and_is_personal_now_is_erased_with_the_rest() -> None:
    lifted = {"said.v1": lambda old: ("said.v2", {"place": "hall", **old})}
    mapper = Mapper({"said.v2": event_with(Personal[str])}, lifted)

    before: Any = mapper.decode("said.v1", '{"said":"Zoé"}', b"{}")
    after: Any = mapper.decode("said.v1", '{"said":"Zoé"}', None)

    assert (before.said, after.said) == ("Zoé", "[erased]")
