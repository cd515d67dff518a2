"""Print the JSON schema of every event, or accept them as the golden files of the tests.

python -m infra.printing.event_schemas tests/architecture/schemas
"""

import json
import sys
from pathlib import Path

import msgspec

from domain.catalogue import EVENTS


def schema(name: str) -> str:
    """Return the schema of an event as text that is the same every time."""
    return json.dumps(msgspec.json.schema(EVENTS[name]), indent=2, sort_keys=True) + "\n"


def main() -> None:
    """Write one file per event into a folder, or print them all."""
    if len(sys.argv) < 2:
        print("\n".join(schema(name) for name in EVENTS))
        return
    folder = Path(sys.argv[1])
    for name in EVENTS:
        (folder / f"{name}.json").write_text(schema(name), encoding="utf-8")


if __name__ == "__main__":
    main()
