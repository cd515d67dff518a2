"""What was accepted: the shape of each event, bytes as they were stored once, and the table of routes.

`make schemas` accepts shapes as they are now, and stores an example of what has none yet. What was
stored is never written anew: it has to be read for ever. One file for each area.
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
from tests.architecture.examples import examples
from tests.http.routes import GOLDEN, table

HERE: Final = Path(__file__).parent
SHAPES: Final = HERE / "schemas"
STORED: Final = HERE / "stored"
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


def example_of(event: type[Event]) -> Event:
    """Return the first example of a class of events."""
    return next(each for each in examples() if type(each) is event)


def stored(area: str) -> dict[str, Stored]:
    """Return what was stored once of an area, by name; older names as well."""
    path = STORED / f"{area}.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Stored]) if path.exists() else {}


def main() -> None:
    """Write what is missing."""
    for area, events in BY_AREA.items():
        (SHAPES / f"{area}.json").write_text(shapes(area), encoding="utf-8")
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
