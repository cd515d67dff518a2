"""Bodies that a route would take, made of the schema of what it reads, and places in them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

ID: Final = "0198c0de-0000-7000-8000-000000000001"
"""In every id, so that a test can let things be there under it."""

ON_THE_CLOCK: Final = frozenset({"AttemptBody", "RecurrenceBody", "OnceOnTheClockBody"})
AS_ON_MONDAY: Final = frozenset(
    {"tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
)
HERE: Final = "put it here"
ID_PATTERN: Final = re.compile(r"\^\(?([\w-]+?)(?:\|[\w|-]+\))?-\[")
"""Of an id that may be of several kinds, the first counts."""

KNOWN: Final[Mapping[str, Any]] = {
    "channel": "whatsapp",
    "key": "name",
    "email": "ana@salon.example",
    "password": "nine green teapots",
    "phone": "+33612345678",
    "rule": "FREQ=DAILY;COUNT=2",
    "time_zone": "Europe/Paris",
    "timezone": "Europe/Paris",
    "language": "en",
    "currency": "EUR",
    "country": "FR",
    "opens": "09:00",
    "closes": "18:00",
    "tenant_id": ID,
    "model": "services",
    "shortcut": "ana",
    "owner_id": f"professional-{ID}",
    "sha256": "a1" * 32,
}


@dataclass(frozen=True)
class Place:
    """A place in a body: what may be there, by which name, within what."""

    schema: Mapping[str, Any]
    definitions: Mapping[str, Any]
    name: str = ""
    within: str = ""

    def resolved(self) -> "Place":
        schema = self.schema
        while True:
            if "$ref" in schema:
                schema = self.definitions[schema["$ref"].rpartition("/")[2]]
            elif either := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
                schema = next(each for each in either if each.get("type") != "null")
            else:
                return Place(schema, self.definitions, self.name, self.within)

    def below(self) -> Iterator["Place"]:
        for name, schema in self.schema.get("properties", {}).items():
            yield Place(schema, self.definitions, name, self.schema.get("title", ""))

    def items(self) -> "Place":
        schema = self.schema.get("items", {"type": "string"})
        return Place(schema, self.definitions, self.name, self.within)


@cache
def schema_of(model: Any) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    schema = TypeAdapter(model).json_schema()
    return schema, schema.get("$defs", {})


def example(place: Place) -> Any:
    place = place.resolved()
    schema = place.schema
    match schema.get("type"):
        case "object":
            required = schema.get("required", ())
            return {each.name: example(each) for each in place.below() if each.name in required}
        case "array":
            return [example(place.items())] if schema.get("minItems") else []
        case "integer" | "number":
            return max(30, schema.get("minimum", 0))
        case "boolean":
            return True
        case _:
            return _text(place)


def is_id(place: Place) -> bool:
    return bool(ID_PATTERN.match(place.schema.get("pattern", "")))


def _text(place: Place) -> Any:
    schema = place.schema
    if "const" in schema or "enum" in schema:
        return schema.get("const") or schema["enum"][0]
    if found := ID_PATTERN.match(schema.get("pattern", "")):
        return f"{found[1]}-{ID}"
    if place.within in ON_THE_CLOCK and place.name.endswith("_at"):
        return "2027-01-05T10:00:00"
    if schema.get("format") == "date-time":
        return "2027-01-05T10:00:00+01:00"
    return KNOWN.get(place.name, "Ana")


def places(place: Place, done: set[str]) -> Iterator[tuple[str, Any]]:
    """Return the least body with each of its places in turn taken, and what should be there."""
    place = place.resolved()
    least = example(place)
    for each in place.below():
        if each.name in AS_ON_MONDAY:
            continue
        inner = each.resolved()
        yield _kind(inner), {**least, each.name: HERE}
        yield from ((kind, {**least, each.name: body}) for kind, body in _once(inner, done))
        if inner.schema.get("type") == "array":
            item = inner.items().resolved()
            yield _kind(item), {**least, each.name: [HERE]}
            yield from ((kind, {**least, each.name: [body]}) for kind, body in _once(item, done))


def _once(part: Place, done: set[str]) -> Iterator[tuple[str, Any]]:
    title = part.schema.get("title", "")
    if title not in done:
        yield from places(part, done)
        done.add(title)


def _kind(place: Place) -> str:
    match place.schema.get("type"), place.schema.get("format"), place.name:
        case "string", "date-time", _:
            return "time"
        case "string", _, "rule":
            return "rule"
        case "string", _, _:
            return "text"
        case "integer" | "number", _, _:
            return "number"
        case _:
            return "other"
