"""Events to stored text and back: permanent names, personal fields apart, old shapes lifted.

The stored form is JSON. What is personal is a second JSON object, encrypted by the caller; reading
joins the two texts, so an event without personal fields costs one decode and nothing else.
"""

from collections.abc import Callable, Mapping
from typing import Any, get_origin, get_type_hints

import msgspec

from domain.messages import PERSONAL, Event

Upcaster = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""Lifts the JSON of an old event to the name and JSON of a newer one."""

ERASED = "[erased]"


class Stored(msgspec.Struct, frozen=True):
    """An event as text: its permanent name, its JSON, and the JSON of what is personal in it."""

    type: str
    data: bytes
    personal: bytes | None


class Shape(msgspec.Struct, frozen=True):
    """What the mapper knows about a class of events."""

    name: str
    decode: Callable[[bytes | str], Event]
    personal: frozenset[str]
    erased: bytes


class Mapper:
    """`events` maps permanent names to classes; `upcasters` old names to functions."""

    def __init__(
        self,
        events: Mapping[str, type[Event]],
        upcasters: Mapping[str, Upcaster] | None = None,
    ) -> None:
        shapes = [(name, event, _shape(name, event)) for name, event in events.items()]
        self._by_class = {event: shape for _, event, shape in shapes}
        self._by_name = {name: shape for name, _, shape in shapes}
        self._upcasters = dict(upcasters or {})
        self._encode = msgspec.json.Encoder().encode
        self._split = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

    def name(self, event: type[Event]) -> str:
        """Give the permanent name of a class of events."""
        return self._by_class[event].name

    def names(self, events: tuple[type[Event], ...]) -> list[str]:
        """Give the stored names that read as one of these classes, old ones included."""
        wanted = {self.name(event) for event in events}
        return [*wanted, *(old for old in self._upcasters if self._ends_in(old) in wanted)]

    def encode(self, event: Event) -> Stored:
        """Give the stored form of an event. Its bytes are kept for ever: they are hashed."""
        shape = self._by_class[type(event)]
        data = self._encode(event)
        if not shape.personal:
            return Stored(shape.name, data, None)
        fields = self._split(data)
        personal = {name: fields.pop(name) for name in shape.personal if name in fields}
        return Stored(
            shape.name, self._encode(fields), self._encode(personal) if personal else None
        )

    def decode(self, type_: str, data: str, personal: bytes | None = None) -> Event | None:
        """Give the event; None when its name is not known, so that readers can pass over it.

        `personal` is the decrypted JSON; None means that its key was destroyed: what was there
        reads as erased.
        """
        shape = self._by_name.get(type_)
        if shape is None:
            return self._decode_old(type_, data, personal)
        if not shape.personal:
            return shape.decode(data)
        return shape.decode(_joined(data.encode(), shape.erased if personal is None else personal))

    def _decode_old(self, type_: str, data: str, personal: bytes | None) -> Event | None:
        lift = self._upcasters.get(type_)
        if lift is None:
            return None
        known = msgspec.json.decode(data)
        known.update(msgspec.json.decode(personal) if personal else {})
        newer, fields = lift(known)
        return self.decode(
            newer, self._encode(fields).decode(), None if personal is None else b"{}"
        )

    def _ends_in(self, old: str) -> str:
        name = old
        while name in self._upcasters:
            name = self._upcasters[name]({})[0]
        return name


def _joined(data: bytes, personal: bytes) -> bytes:
    """Join two JSON objects into one; later fields win, so erased placeholders come first."""
    if personal == b"{}":
        return data
    if data == b"{}":
        return personal
    return personal[:-1] + b"," + data[1:]


def personal_fields(event: type[Event]) -> Mapping[str, Any]:
    """Give the fields that are kept apart and encrypted, with their types."""
    hints = get_type_hints(event, include_extras=True)
    return {field: hint for field, hint in hints.items() if _is_personal(hint)}


def _shape(name: str, event: type[Event]) -> Shape:
    personal = personal_fields(event)
    erased = {field: _erased(hint.__origin__) for field, hint in personal.items()}
    known = {field: value for field, value in erased.items() if value is not None}
    return Shape(
        name,
        msgspec.json.Decoder(event).decode,
        frozenset(personal),
        msgspec.json.encode(known),
    )


def _is_personal(hint: Any) -> bool:
    return PERSONAL in getattr(hint, "__metadata__", ())


def _erased(hint: Any) -> Any:
    """What stands in an erased field: a mark for text, empty for containers, else nothing."""
    if hint is str:
        return ERASED
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        fields = get_type_hints(hint)
        marks = {name: _erased(kind) for name, kind in fields.items()}
        return {name: mark for name, mark in marks.items() if mark is not None}
    empty: dict[Any, Any] = {list: [], tuple: [], dict: {}, set: [], frozenset: []}
    return empty.get(get_origin(hint) or hint)
