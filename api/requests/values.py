"""Forms of bodies, and parsers of filters, made from the values that they are for: what a value may hold
is said where it is declared.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

import msgspec
from fastapi.exceptions import RequestValidationError
from msgspec.structs import FieldInfo as Described
from msgspec.structs import asdict, fields
from pydantic import AfterValidator, BaseModel, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from api.requests.forms import Body, MoneyBody, seen
from api.requests.ids import id_of
from api.requests.moments import Instant, instant
from api.requests.parsing import boolean, number, one_of, text
from domain.fields import ANY_TEXT, Held
from domain.values import Money
from projections.read_model import plain

MOST: Final = 100
"""Of a list within a value, where it says nothing else."""

BOUNDS: Final[Mapping[Any, Mapping[str, Any]]] = {
    str: {"max_length": 10_000, "pattern": ANY_TEXT},
    int: {"ge": -(2**53) + 1, "le": 2**53 - 1},
}
"""Of what says nothing else: what PostgreSQL can hold, and whoever reads JSON (RFC 8259, section 6)."""

PLAIN: Final[Mapping[Any, Any]] = {
    int: Annotated[int, Field(strict=True)],
    bool: Annotated[bool, Field(strict=True)],
    datetime: Instant,
    Money: MoneyBody,
}
"""What is not the same in a body."""


# --- Forms --------------------------------------------------------------------------------


def form_of(
    values: type[msgspec.Struct],
    ids: Mapping[str, str],
    *,
    without: tuple[str, ...] = (),
    examples: Sequence[msgspec.Struct] = (),
) -> type[Body]:
    """Make the form of a body from the values that it holds; `ids` are the kinds of things whose ids
    fields hold, `examples` are shown in the OpenAPI document.
    """
    described: dict[str, Any] = {
        each.name: (_hint(each.type, ids.get(each.name)), _default(each))
        for each in fields(values)
        if each.name not in without
    }
    shown = [_shown(example, without) for example in examples]
    base = type(
        Body.__name__, (Body,), {"model_config": {"json_schema_extra": {"examples": shown}}}
    )
    name = f"{values.__name__}Body"
    return create_model(name, __base__=base if shown else Body, __doc__=values.__doc__, **described)


def _shown(example: msgspec.Struct, without: tuple[str, ...]) -> dict[str, Any]:
    said = msgspec.json.decode(msgspec.json.encode(example), type=dict[str, Any])
    return {name: value for name, value in said.items() if name not in without}


def _default(field: Described) -> Any:
    if field.required:
        return ...
    if field.default is not msgspec.NODEFAULT:
        return _as_sent(field.default)
    return Field(default_factory=field.default_factory)


def _as_sent(default: Any) -> Any:
    """Return values within a default as a body would say them, to be read as those are."""
    inner = default if isinstance(default, tuple) else (default,)
    if not any(isinstance(each, msgspec.Struct) for each in inner):
        return default
    return Field(default=msgspec.to_builtins(default), validate_default=True)


def _hint(hint: Any, kind: str | None = None) -> Any:
    """Say in pydantic's words what a field may hold."""
    origin = get_origin(hint)
    if origin is Annotated:
        return _limited(hint, kind)
    if origin in (Union, UnionType):
        return Union[tuple(_hint(each, kind) for each in get_args(hint))]  # noqa: UP007
    if origin is tuple:
        item: Any = _hint(get_args(hint)[0], kind)
        return Annotated[tuple[item, ...], Field(max_length=MOST)]
    if kind is not None and hint is not NoneType:
        return Annotated[str, id_of(kind)]
    return Annotated[_plainly(hint), Field(**BOUNDS.get(_bare(hint), {}))]


def _limited(hint: Any, kind: str | None) -> Any:
    """Say what a field may hold that says more of it than its type; what it leaves open is as usual."""
    held, *metas = get_args(hint)
    usual = BOUNDS.get(_bare(held), {}) if kind is None else {}
    limits = Field(**{**usual, **_limits(metas)})
    within: Any = Annotated[_plainly(held) if usual else _hint(held, kind), limits]
    return Annotated[within, AfterValidator(seen)] if _is_line(metas) else within


def _plainly(hint: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct) and hint not in PLAIN:
        return _within(hint)
    return PLAIN.get(hint, _bare(hint))


def _bare(hint: Any) -> Any:
    return getattr(hint, "__supertype__", hint)


@cache
def _within(values: type[msgspec.Struct]) -> type[Body]:
    """Make the form of a value within others once: two schemas of one name would get others' names."""
    return form_of(values, {})


def _limits(metas: list[Any]) -> dict[str, Any]:
    said = [asdict(meta) for meta in metas if isinstance(meta, Held)]
    limits = [(name, limit) for each in said for name, limit in each.items() if name != "is_line"]
    return {name: limit for name, limit in limits if limit is not None}


def _is_line(metas: list[Any]) -> bool:
    return any(isinstance(meta, Held) and meta.is_line for meta in metas)


def several_of(form: type[BaseModel], most: int) -> type[Body]:
    """Make the form of a body that holds several: at least one."""
    items = Annotated[list[form], Field(min_length=1, max_length=most)]  # type: ignore[valid-type]
    return create_model(f"SeveralOf{form.__name__}", __base__=Body, items=(items, ...))


# --- Parts --------------------------------------------------------------------------------


@cache
def part_of(form: type[BaseModel]) -> type[Body]:
    """Make the form of a part of it: whatever is named is changed, and null takes it away."""
    described: dict[str, Any] = {
        name: (_part(_whole(field)) | None, None) for name, field in form.model_fields.items()
    }
    return create_model(f"PartOf{form.__name__}", __base__=Body, **described)


def _whole(field: FieldInfo) -> Any:
    """Return the type of a field with what limits it."""
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _part(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        within, *metas = get_args(hint)
        return Annotated[(_part(within), *metas)]
    if get_origin(hint) in (Union, UnionType):
        return Union[tuple(_part(each) for each in get_args(hint))]  # noqa: UP007
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return part_of(hint)
    return hint


def merged_with(whole: Mapping[str, Any], part: Mapping[str, Any]) -> dict[str, Any]:
    """Return the whole with what is named of it changed (RFC 7396).

    >>> merged_with({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"c": 4}})
    {'b': {'c': 4, 'd': 3}}
    """
    merged = {**whole}
    for name, value in part.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, Mapping):
            known = merged.get(name)
            merged[name] = merged_with(known if isinstance(known, Mapping) else {}, value)
        else:
            merged[name] = value
    return merged


def checked(form: type[Body], value: Mapping[str, Any]) -> Body:
    """Return a body of this form. Raises RequestValidationError, as a body that was sent does."""
    try:
        return form.model_validate(value)
    except ValidationError as error:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(faults, body=value) from error


# --- Filters ------------------------------------------------------------------------------


def parser_of(hint: Any) -> Callable[[str], Any]:
    """Return what parses a filter by a field of this type."""
    known = plain(hint)
    if isinstance(known, type) and issubclass(known, StrEnum):
        return one_of(known)
    return PARSERS[known]


PARSERS: Final[Mapping[Any, Callable[[str], Any]]] = {
    str: text,
    bool: boolean,
    int: number,
    datetime: instant,
}
