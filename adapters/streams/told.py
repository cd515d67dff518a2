"""What others are told on Kafka: the shape of `application/told.py`, without anything personal. Whoever
may read a topic is not asked who they are, and what lies there cannot be erased.
"""

from collections.abc import Mapping
from typing import Final

import msgspec
import structlog

from adapters.event_store.mapper import Mapper, personal_fields
from adapters.streams.records import Row, Said
from application.told import Shape
from domain.catalogue import TOLD_AS
from domain.messages import Event
from domain.telling import Telling

log = structlog.get_logger()

_encode: Final = msgspec.json.Encoder().encode


class Teller:
    """Tells others of a stored event, if they are told of such events."""

    def __init__(self, mapper: Mapper) -> None:
        self._decode = mapper.decode
        self._names = frozenset(mapper.names(tuple(PUBLISHED)))

    def __call__(self, row: Row) -> Said | None:
        """Return what is said of it. What cannot be read although its name is known is not told: our
        own workers set it aside, and who reads what is told must not wait for it.
        """
        if row[5] not in self._names:
            return None
        try:
            event = self._decode(row[5], row[6])
        except msgspec.MsgspecError as error:
            log.exception("an event cannot be told", type=row[5], position=row[0], error=str(error))
            return None
        return None if event is None else said_of(event)


def said_of(event: Event) -> Said:
    """Return what is said of an event of which others are told."""
    shape = PUBLISHED[type(event)]
    return Said(shape.telling.name, _encode(shape.of(event)))


def personal_in(event: type[Event], telling: Telling) -> list[str]:
    """Name the fields of which anything is personal, as others know them."""
    hidden = personal_fields(event)
    return [
        name
        for name, place in telling.fields.items()
        if any(_is_within(place, each) or _is_within(each, place) for each in hidden)
    ]


def _is_within(place: str, other: str) -> bool:
    return f"{place}.".startswith(f"{other}.")


PUBLISHED: Final[Mapping[type[Event], Shape]] = {
    event: Shape(event, telling, but=personal_in(event, telling))
    for event, telling in TOLD_AS.items()
    if telling is not None
}
"""What is published of each event of which others are told."""
