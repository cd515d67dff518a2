"""How large a body can be that has the declared form: nobody has to read what cannot be right.

Read off the schema of each body, so that a field says once how long it may be.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar

from fastapi.routing import APIRoute
from pydantic import TypeAdapter

LEAST: Final = 16_384
"""Bytes that any body may have: for spaces, and for what is refused with better words."""

A_FEW: Final = 100
"""Values that any body may have, for the same reason."""

ANYTHING: Final = 65_536
"""Bytes of what may have any form, such as the details of a booking."""

MANY: Final = 10_000
"""Values within what may have any form."""

ESCAPED: Final = 12
"""Bytes of one character, when all are written as escapes: two of six."""

UNSAID: Final = 200
"""Bytes of texts whose form, not whose length, is declared: ids, times, codes."""

NUMBER: Final = 32
Schema = Mapping[str, Any]


class Size(NamedTuple):
    """How many bytes, and how many values; None: they are no JSON, and nobody counts."""

    bytes: int
    values: int | None


SMALL: Final = Size(LEAST, A_FEW)


TAKES: Final = "takes_bytes"
CHECKS: Final = "checks_first"
Function = TypeVar("Function", bound=Callable[..., Any])


def taking_bytes(
    most: int, check: Callable[[Any], object] | None = None
) -> Callable[[Function], Function]:
    """Mark the function of a route as one that takes so many bytes of whatever they are. Whoever needs no
    token has to pass a `check` of the scope before one of them is read: it raises the refusal.
    """

    def mark(function: Function) -> Function:
        setattr(function, TAKES, most)
        setattr(function, CHECKS, check)
        return function

    return mark


def refuse_first(route: APIRoute, scope: Any) -> None:
    """Raise what a route refuses before it reads a body, if it does."""
    if check := getattr(route.endpoint, CHECKS, None):
        check(scope)


def most_of(route: APIRoute) -> Size:
    """Return how large the body of a route can be."""
    if most := getattr(route.endpoint, TAKES, 0):
        return Size(most, None)
    field = route.body_field
    model: Any = field and field.field_info.annotation
    return SMALL if model is None else _of_model(model)


@cache
def _of_model(model: Any) -> Size:
    schema = TypeAdapter(model).json_schema()
    found = _most(schema, schema.get("$defs", {}))
    return Size(LEAST + found.bytes, A_FEW + found.values)


class Counted(NamedTuple):
    """How many bytes, and how many values, what has a form can have."""

    bytes: int
    values: int


def _most(schema: Schema, named: Mapping[str, Schema]) -> Counted:
    if "$ref" in schema:
        return _most(named[schema["$ref"].rpartition("/")[2]], named)
    if several := schema.get("anyOf") or schema.get("oneOf"):
        sizes = [_most(each, named) for each in several]
        return Counted(max(s.bytes for s in sizes), max(s.values for s in sizes))
    match schema.get("type"):
        case "object" if "properties" in schema:
            return _of_object(schema["properties"], named)
        case "array":
            return _of_array(schema, named)
        case kind:
            return _of_value(kind, schema)


def _of_value(kind: str | None, schema: Schema) -> Counted:
    match kind:
        case "string":
            return Counted(ESCAPED * schema["maxLength"] if "maxLength" in schema else UNSAID, 1)
        case "integer" | "number" | "boolean" | "null":
            return Counted(NUMBER, 1)
        case _:
            return Counted(ANYTHING, MANY)


def _of_object(fields: Mapping[str, Schema], named: Mapping[str, Schema]) -> Counted:
    sizes = [_most(each, named) for each in fields.values()]
    names = sum(len(name) + 4 for name in fields)
    return Counted(names + sum(s.bytes for s in sizes), 1 + sum(s.values for s in sizes))


def _of_array(schema: Schema, named: Mapping[str, Schema]) -> Counted:
    sizes = [_most(each, named) for each in schema.get("prefixItems", ())]
    if not sizes:  # what each has is found once: of a thousand that have a thousand, too
        sizes = [_most(schema.get("items", {}), named)] * schema.get("maxItems", 1)
    return Counted(2 + sum(s.bytes + 1 for s in sizes), 1 + sum(s.values for s in sizes))
