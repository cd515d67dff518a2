"""What a body of a kind may hold has a bound, whether its values say one or not."""

from typing import Annotated

import pytest
from pydantic import ValidationError

from api.requests.values import form_of
from domain.fields import Held
from domain.messages import Personal, Value


class Plain(Value, frozen=True, kw_only=True):
    name: str = "a"
    number: int = 0
    small: Annotated[int, Held(ge=1)] = 1
    said: Personal[str | None] = None
    names: tuple[str, ...] = ()


FORM = form_of(Plain, {})


@pytest.mark.parametrize(
    "values",
    [
        {"name": "x" * 10_000},
        {"number": 2**53 - 1},
        {"number": -(2**53) + 1},
        {"small": 2**53 - 1},
        {"said": "x" * 10_000},
        {"said": None},
        {"names": ["x"] * 100},
    ],
)
def test_what_is_within_it_is_taken(values: dict[str, object]) -> None:
    assert FORM.model_validate(values).model_fields_set == {*values}


@pytest.mark.parametrize(
    "values",
    [
        {"name": "x" * 10_001},
        {"name": "a\0b"},
        {"number": 2**53},
        {"number": -(2**53)},
        {"small": 2**53},
        {"small": 0},
        {"said": "x" * 10_001},
        {"said": "a\0b"},
        {"names": ["x"] * 101},
        {"names": ["a\0b"]},
    ],
)
def test_what_is_beyond_it_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        FORM.model_validate(values)
