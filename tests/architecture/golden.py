"""What was accepted: the shape of each event and of what others are told of it, bytes as they were
stored once, and the table of routes.

`make schemas` accepts shapes as they are now, and stores an example of what has none yet. What was
stored is never written anew: it has to be read for ever; and what others are told only grows. One file
for each area.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from adapters.event_store.mapper import Mapper
from adapters.event_store.upcasters import UPCASTERS
from domain.catalogue import AREAS, EVENTS, KINDS, OF_EVERY_STREAM
from domain.messages import Event
from infra.printing.told import text
from tests.architecture.examples import examples
from tests.http.routes import GOLDEN, table

HERE: Final = Path(__file__).parent
SHAPES: Final = HERE / "schemas"
STORED: Final = HERE / "stored"
TOLD: Final = HERE / "told"
MAPPER: Final = Mapper(EVENTS, UPCASTERS)

BY_AREA: Final[Mapping[str, Mapping[str, type[Event]]]] = {
    **{area.__name__.rpartition(".")[2]: area.STORED_AS for area in AREAS},
    **{kind.many: kind.events for kind in KINDS},
    "every_stream": OF_EVERY_STREAM,
}
"""The events of each area by their names."""

Stored = Mapping[str, msgspec.Raw]
"""What is stored of one event: `data`, and `personal` if there is something personal."""


def shapes(area: str) -> str:
    """Return the schemas of an area's events as text that is the same every time."""
    found = {name: msgspec.json.schema(event) for name, event in BY_AREA[area].items()}
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def told(area: str) -> str:
    """Return the schemas of what others are told of an area, as text that is the same every time."""
    return text(BY_AREA[area].values())


def accepted(area: str) -> Any:
    """Return what others were told of an area when it was accepted last."""
    path = TOLD / f"{area}.json"
    return json.loads(path.read_bytes()) if path.exists() else {}


def lost(before: Any, now: Any, where: str = "") -> list[str]:
    """Name what others were told and would be no longer, or otherwise. Words about it may change."""
    match before, now:
        case dict(), dict():
            return [
                each
                for name, said in before.items()
                if not (name in ("description", "title") and isinstance(said, str))
                for each in lost(said, now.get(name), f"{where}/{name}")
            ]
        case list(), list():
            there = [one for one in before if any(not lost(one, other) for other in now)]
            return [] if len(there) == len(before) else [where]
        case _:
            return [] if before == now else [where]


def example_of(event: type[Event]) -> Event:
    """Return the first example of a class of events."""
    return next(each for each in examples() if type(each) is event)


def places(fields: Mapping[str, Any], within: str = "") -> set[str]:
    """Name where something stands in a JSON object, at whatever depth.

    >>> sorted(places({"id": 1, "values": {"name": "Zoé", "seats": [2]}}))
    ['id', 'values.name', 'values.seats']
    """
    found: set[str] = set()
    for name, value in fields.items():
        found |= places(value, f"{within}{name}.") if isinstance(value, dict) else {within + name}
    return found


def stored(area: str) -> dict[str, Stored]:
    """Return what was stored once of an area, by name; older names as well."""
    path = STORED / f"{area}.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Stored]) if path.exists() else {}


def main() -> None:
    """Write what is missing."""
    for area, events in BY_AREA.items():
        (SHAPES / f"{area}.json").write_text(shapes(area), encoding="utf-8")
        if gone := lost(accepted(area), json.loads(told(area))):
            raise SystemExit(f"others rely on it; give it a new version: {gone}")
        (TOLD / f"{area}.json").write_text(told(area), encoding="utf-8")
        known = stored(area)
        for name, event in events.items():
            if name not in known:
                known[name] = _stored(example_of(event))
        (STORED / f"{area}.json").write_text(_lines(known), encoding="utf-8")
    GOLDEN.write_text(table(), encoding="utf-8")


def _stored(event: Event) -> Stored:
    found = MAPPER.encode(event)
    parts = {"data": found.data, "personal": found.personal}
    return {name: msgspec.Raw(part) for name, part in parts.items() if part is not None}


def _lines(found: Mapping[str, Any]) -> str:
    lines = (f'"{name}": {msgspec.json.encode(each).decode()}' for name, each in found.items())
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    main()
