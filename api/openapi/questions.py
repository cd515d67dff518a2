"""What a route can be asked: filters, pages, and the headers that say how."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fastapi.routing import APIRoute

from api.openapi.routes import methods_of, query_of, shape_of
from api.requests.answers import (
    Listed,
    Paged,
    Row,
    Shape,
    Tabled,
    is_row,
    said_of,
    tells_tag,
)
from api.requests.conditions import LONGEST_KEY, needs_if_match
from api.requests.including import Includes
from api.requests.listing import MOST_VALUES, Listing
from api.requests.moments import AS_OF, NAMED, instant
from api.requests.parsing import LONGEST_TEXT, MOST, NUMBER, USUAL, OneOf, boolean, number
from api.requests.ranges import FROM, TO
from api.web.gate import permission_of

Document = dict[str, Any]

ASKED: Final = "frontdesk_asked"


def asked_of(route: APIRoute) -> frozenset[str]:
    """Return the names of what may stand behind the question mark. They are found once for a route."""
    known: frozenset[str] | None = vars(route).get(ASKED)
    if known is None:
        known = vars(route)[ASKED] = frozenset(_names(route))
    return known


def _names(route: APIRoute) -> Iterator[str]:
    for method in methods_of(route):
        declared = parameters(route, method, shape_of(route))
        yield from (each["name"] for each in declared if each["in"] == "query")
    yield from (each.alias for each in query_of(route))


def parameters(route: APIRoute, method: str, shape: Shape) -> Iterator[Document]:
    if isinstance(shape, Listed):
        yield from _filters(shape)
    if isinstance(shape, Tabled):
        yield from _of_columns(shape.asked)
        yield _sort(shape.asked)
    if isinstance(shape, Paged) and shape.filters is not None:
        yield from (_query(name, _of_one(parse)) for name, parse in shape.filters.items())
        yield from _marks(shape.usual)
    if tells_tag(shape):
        yield _header("If-None-Match", {"type": "string"}, "The ETag of the list that you have.")
    if permission_of(route) is not None:
        yield from _when_reading(shape) if method == "GET" else _when_writing(route, method)


def _when_reading(shape: Shape) -> Iterator[Document]:
    if is_row(shape):
        yield _query(
            AS_OF,
            MOMENT,
            "Show it as it was at a time, or at a position or bookmark of the history.",
        )
        yield _header("If-None-Match", {"type": "string"}, "The ETag that you have.")
    if isinstance(shape, Row):
        yield from _include(shape.includes)
    yield _header("Consistency-Token", {"type": "string"}, TOKEN)


def _when_writing(route: APIRoute, method: str) -> Iterator[Document]:
    said = said_of(route.endpoint)
    if not said.records:
        return
    if said.at_length:
        yield _header("Prefer", ASYNC, "Answer 202, and go on with it as an operation (RFC 7240).")
    yield _header("Idempotency-Key", KEY, "The same key again is answered as the first time.")
    required = needs_if_match(method, route.path_format)
    if required or ("{" in route.path_format and not said.any_version):
        yield _header(
            "If-Match", TAG, "The ETag of what you have seen; `*` for any.", required=required
        )


def _filters(shape: Listed) -> Iterator[Document]:
    old = None if isinstance(shape.asked, Listing) else shape.asked
    asked = shape.asked if isinstance(shape.asked, Listing) else shape.asked.listing
    yield from _of_columns(asked)
    if asked.overlapping is not None:
        yield _query(FROM, INSTANT, "What goes on after this, also if it began before.")
        yield _query(TO, INSTANT, "What begins before this.")
    yield from _include(asked.includes)
    if asked.changes:
        yield _query("changed_after", {"type": "string"}, CHANGED)
    if old is None or not shape.always_numbered:
        yield _sort(asked)
        yield _query("fields", {"type": "string"}, FIELDS)
        yield _query("cursor", {"type": "string"}, CURSOR)
    yield _query("limit", LIMIT)
    if old is not None:
        yield _query("page", {"type": "integer", "minimum": 1})
        sorts = sorted({*old.sorts, *asked.sorts})
        yield _query("sortBy", {"type": "string", "enum": sorts})
        yield _query("sortOrder", {"type": "string", "enum": ["asc", "desc"]})


def _of_columns(asked: Listing) -> Iterator[Document]:
    for name, parse in asked.filters.items():
        yield _query(name, _of(parse))
        if name in asked.spans:
            yield from (_query(f"{name}.{op}", _of(parse)) for op in ("gte", "gt", "lte", "lt"))
    for name, column in asked.aliases.items():
        yield _query(name, _of(asked.filters[column.partition(".")[0]]), f"The same as `{column}`.")


def _sort(asked: Listing) -> Document:
    sorts = [way + name for name in asked.sorts for way in ("", "-")]
    return _query("sort", {**_sorts(sorts), "default": asked.default_sort})


def _include(includes: Includes) -> Iterator[Document]:
    if includes:
        one = {"type": "string", "enum": [*includes]}
        yield _query("include", {"type": "array", "items": one, "minItems": 1}, INCLUDED)


def _sorts(sorts: Sequence[str]) -> Document:
    """Return the ways to sort, with names for generators of clients: `-name` is no name of anything."""
    names = [f"{way.lstrip('-')}_descending" if way[0] == "-" else way for way in sorts]
    return {"type": "string", "enum": [*sorts], "x-enum-varnames": [n.upper() for n in names]}


def _marks(usual: int = USUAL) -> Iterator[Document]:
    yield _query("limit", {**LIMIT, "default": usual})
    yield _query("cursor", {"type": "string"}, CURSOR)


def _of_one(parse: Any) -> Document:
    """Return the schema of what a filter takes that takes one value."""
    if isinstance(parse, OneOf):
        return {"type": "string", "enum": [str(each) for each in parse.kind]}
    return _of(parse)


def _of(parse: Any) -> Document:
    """Return the schema of what a filter takes: several values are separated by commas."""
    if parse is instant:
        return INSTANT
    if parse is boolean:
        return {"type": "boolean"}
    if parse is number:
        return {"type": "string", "pattern": f"^{NUMBER}(,{NUMBER})*$"}
    if isinstance(parse, OneOf):
        one = {"type": "string", "enum": [str(each) for each in parse.kind]}
        return {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_VALUES}
    return TEXT


def _query(name: str, schema: Document, description: str = "") -> Document:
    return _parameter("query", name, schema, description)


def _header(name: str, schema: Document, description: str, *, required: bool = False) -> Document:
    return _parameter("header", name, schema, description, required=required)


def _parameter(
    where: str, name: str, schema: Document, description: str, *, required: bool = False
) -> Document:
    found = {"name": name, "in": where, "required": required, "schema": schema}
    if schema.get("type") == "array":
        found |= {"style": "form", "explode": False}  # values with commas between them
    return {**found, "description": description} if description else found


INSTANT: Final = {"type": "string", "format": "date-time"}
TEXT: Final = {"type": "string", "maxLength": LONGEST_TEXT, "pattern": "^[^\\x00]*$"}
LIMIT: Final = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
MOMENT: Final = {
    "anyOf": [
        {"type": "string", "format": "date-time"},
        {"type": "integer", "minimum": 0},
        {"type": "string", "pattern": f"^{NAMED}$"},
    ]
}
KEY: Final = {
    "type": "string",
    "minLength": 1,
    "maxLength": LONGEST_KEY,
    "pattern": "^[ -~]+$",
}
ASYNC: Final = {"type": "string", "enum": ["respond-async"]}
TAG: Final = {"type": "string", "pattern": '^(\\*|(W/)?"[0-9]{1,9}")$'}
FIELDS: Final = (
    "Of each row only these, separated by commas; what else a row has to have is left out."
)
INCLUDED: Final = (
    "What the rows refer to, in `included`: each once, by the id that they name it by. What is gone, or "
    "not for you to see, is not there; for what was merged there is what stands for it."
)
CHANGED: Final = (
    "From `changes` of the list: only what changed since then, and the ids of what changed and is not in "
    "it, or no more, as `removed`. For who sees all of the list."
)
CURSOR: Final = "From `next_cursor` or `prev_cursor` of a page of the same list."
TOKEN: Final = "Of an answer to what you wrote: you are shown at least that."  # noqa: S105
