"""A kind whose values could not be kept is refused when it is declared, and says why."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.confidential import Secret
from domain.fields import Line
from domain.messages import Command, Personal, Value
from domain.records.keepable import faults
from domain.values import ClientId, Money


class Length(Value, frozen=True):
    centimetres: int
    measured_at: datetime | None = None


class Sound(Value, frozen=True, kw_only=True):
    name: Line
    price: Money
    lengths: tuple[Length, ...] = ()
    client_id: ClientId | None = None
    pin: Secret | None = None
    number: Personal[str | None] = None


class Reading(Value, frozen=True):
    height: float


class Within(Value, frozen=True):
    readings: tuple[Reading, ...]


class Named(Value, frozen=True):
    sizes: dict[str, int]


class Lasting(Value, frozen=True):
    time: timedelta


class AnyOf(Value, frozen=True):
    value: Any


class Keys(Value, frozen=True):
    keys: tuple[Secret, ...]


class Rotate(Command, frozen=True):
    id: str
    key: Secret


def test_what_comes_back_as_it_was_is_kept() -> None:
    assert [*faults(Sound, (("name",), ("client_id", "name")), ())] == []


@pytest.mark.parametrize("values", [Reading, Within, Named, Lasting, AnyOf])
def test_what_would_not_come_back_or_has_no_bound_is_not_kept(values: type[Value]) -> None:
    assert [*faults(values, (), ())]


def test_secrets_stand_in_no_list_and_in_no_order_of_their_own() -> None:
    assert [*faults(Keys, (), ())] == ["a secret in a list could not be told from others"]
    assert [*faults(Sound, (), (Rotate,))] == [
        "a secret is changed with the record, not by an order of its own"
    ]


@pytest.mark.parametrize("field", ["pin", "price", "lengths"])
def test_only_what_can_be_compared_is_unique(field: str) -> None:
    assert [*faults(Sound, ((field,),), ())] == [
        f"{field} cannot be compared, and so not be unique"
    ]


def test_what_is_unique_goes_with_a_person_or_stays_but_not_a_part_of_it() -> None:
    assert [*faults(Sound, (("number",), ("client_id", "number")), ())] == []
    assert [*faults(Sound, (("number",), ("name",)), ())]


def test_there_is_one_type_of_secrets() -> None:
    with pytest.raises(TypeError, match="a secret is a Secret"):
        type("ApiKey", (Secret,), {})
