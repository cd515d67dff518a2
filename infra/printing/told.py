"""Print what others are told of each event: the JSON schema of its data, by its public name.

python -m infra.printing.told
"""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from adapters.streams.told import personal_in
from application.told import SHAPES
from domain.messages import Event


def text(events: Iterable[type[Event]] = SHAPES) -> str:
    """Return the schemas as text that is the same every time. `x-personal` are the fields that only
    those are told who may see them: they are not on Kafka.
    """
    found = {SHAPES[each].telling.name: _schema(each) for each in events if each in SHAPES}
    return json.dumps(found, indent=2, sort_keys=True) + "\n"


def _schema(event: type[Event]) -> dict[str, Any]:
    shape = SHAPES[event]
    return msgspec.json.schema(shape.struct) | {"x-personal": personal_in(event, shape.telling)}


def main() -> None:
    """Print it."""
    print(text(), end="")


if __name__ == "__main__":
    main()
