"""The schemas of what is answered: rows and bodies as msgspec knows them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from api.requests.answers import Bytes, Listed, Made, Nothing, Paged, Row, Shape, Tabled
from api.requests.including import Includes
from api.requests.listing import Listing

Document = dict[str, Any]

REF: Final = "#/components/schemas/"
JSON: Final = "application/json"
NO_JSON: Final[Mapping[type[Shape], Document]] = {
    Bytes: {"type": "string", "format": "binary"},
    Tabled: {"type": "string"},
}
INSTANT: Final = re.compile(r"^(at|[a-z_]+_at)$")
ON_THE_WALL: Final = frozenset({"Recurrence", "OnceOnTheClock"})
"""Schemas whose times are read off a clock on the wall, and have no zone."""


def schema_of(shape: Shape) -> Document:
    match shape:
        case Row(model, includes):
            return _with_included(_reference(model.row), includes)
        case Listed(asked) if isinstance(asked, Listing):
            page = {"$ref": REF + _name_of_page(asked.shown)}
            return _with_changes(_with_included(page, asked.includes), asked)
        case Listed():
            return _page({}, numbered=True)
        case Paged(item):
            return {"$ref": REF + _name_of_page(item)}
        case Made(kind):
            return _reference(kind)
        case Bytes() | Tabled() | Nothing():
            return dict(NO_JSON.get(type(shape), {}))


def _with_included(schema: Document, includes: Includes) -> Document:
    """Say that there may be what rows refer to besides, by name and id."""
    if not includes:
        return schema
    by_name = {
        name: {"type": "object", "additionalProperties": _reference(referred.model.row)}
        for name, referred in includes.items()
    }
    included = {"type": "object", "properties": by_name}
    return {"allOf": [schema], "type": "object", "properties": {"included": included}}


def _with_changes(schema: Document, asked: Listing) -> Document:
    """Say that a list tells after what to ask for changes, and what is in it no more."""
    if not asked.changes:
        return schema
    told = {
        "changes": {"type": ["string", "null"]},
        "removed": {"type": "array", "items": {"type": "string"}},
    }
    if "allOf" in schema:
        schema["properties"] |= told
        return schema
    return {"allOf": [schema], "type": "object", "properties": told}


def _page(item: Document, *, numbered: bool = False) -> Document:
    cursor = {"type": ["string", "null"]}
    page = {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": item or {"type": "object"}},
            "next_cursor": cursor,
            "prev_cursor": cursor,
            "has_more": {"type": "boolean"},
        },
        "required": ["data"] if numbered else ["data", "next_cursor", "has_more"],
    }
    if numbered:
        counts = ("total", "page", "limit", "pages")
        page["properties"] |= {name: {"type": "integer"} for name in counts}  # type: ignore[operator]
    return page


def _reference(kind: Any) -> Document:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF + "{name}")
    return dict(schema)


def rows(shapes: Sequence[Shape]) -> Document:
    """Return the schemas of what is answered, by name."""
    kinds = [kind for shape in shapes for kind in _kinds(shape)]
    found = components(kinds)
    paged = [kind for shape in shapes for kind in _paged(shape)]
    return {**found, **{_name_of_page(kind): _page(_reference(kind)) for kind in paged}}


def components(kinds: Iterable[Any]) -> Document:
    """Return the schemas of types that are answered, and of what they are made of, by name."""
    _, found = msgspec.json.schema_components(kinds, ref_template=REF + "{name}")
    for name, schema in found.items():
        if name not in ON_THE_WALL:
            _say_what_is_an_instant(schema)
        if "description" in schema:
            schema["description"] = " ".join(schema["description"].split())
        _say_what_is_in_arrays(schema)
        _say_what_is_always_there(schema)
    plain: Document = msgspec.json.decode(msgspec.json.encode(found))  # defaults may be tuples
    return plain


def _kinds(shape: Shape) -> Iterator[Any]:
    match shape:
        case Row(model, includes):
            yield model.row
            yield from (referred.model.row for referred in includes.values())
        case Listed(asked) if isinstance(asked, Listing):
            yield asked.shown
            yield from (referred.model.row for referred in asked.includes.values())
        case Paged(item):
            yield item
        case Made(kind):
            yield kind
            yield from shape.instead.values()


def _paged(shape: Shape) -> Iterator[Any]:
    """Return what there are pages of, with a cursor."""
    match shape:
        case Listed(asked) if isinstance(asked, Listing):
            yield asked.shown
        case Paged(item):
            yield item


def _name_of_page(kind: Any) -> str:
    return f"{kind.__name__}Page"


def _say_what_is_in_arrays(schema: Any) -> None:
    """Anything, where nothing is said: there are generators that stop at an array without items."""
    if isinstance(schema, dict):
        if schema.get("type") == "array":
            schema.setdefault("items", {})
        for part in schema.values():
            _say_what_is_in_arrays(part)
    elif isinstance(schema, list):
        for part in schema:
            _say_what_is_in_arrays(part)


def _say_what_is_always_there(schema: Document) -> None:
    """Whatever has a default is answered, too; who asks has no use for the default."""
    fields = schema.get("properties", {})
    usual = {name for name, field in fields.items() if field.pop("default", fields) is not fields}
    if required := usual | {*schema.get("required", [])}:
        schema["required"] = [name for name in fields if name in required]


def _say_what_is_an_instant(schema: Document) -> None:
    for name, field in schema.get("properties", {}).items():
        if INSTANT.match(name):
            for option in field.get("anyOf", [field]):
                if option.get("type") == "string":
                    option["format"] = "date-time"
