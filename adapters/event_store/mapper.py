"""Events to stored text and back: permanent names, personal fields apart, old shapes lifted.

The stored form is JSON. What is personal is a second JSON object, encrypted by the caller; reading
joins the two texts, so an event without personal fields costs one decode and nothing else. Where
something is personal is found in `domain.personal`, when the mapper is made.
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

import msgspec

from domain.catalogue import OF_EVERY_STREAM
from domain.confidential import masked
from domain.messages import Event
from domain.personal import Private, erased, merged, private_in

Upcaster = Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]
"""Lifts the JSON of an old event to the name and JSON of a newer one."""

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(dict[str, Any]).decode

NOTHING: Final = b"{}"


class Stored(msgspec.Struct, frozen=True):
    """An event as text: its permanent name, its JSON, and the JSON of what is personal in it."""

    type: str
    data: bytes
    personal: bytes | None


class Shape(msgspec.Struct, frozen=True):
    """What the mapper knows about a class of events."""

    name: str
    decode: Callable[[bytes | str], Event]
    private: Private | None
    """None, where nothing in it is personal."""
    erased: bytes


class NotRecordedYetError(Exception):
    """Events of this name are only read as yet: the next release records them, when all can read them."""


class Mapper:
    """`events` maps permanent names to classes; `upcasters` other names to functions. What is `only_read`
    is not recorded yet: other releases may not be able to read it.
    """

    def __init__(
        self,
        events: Mapping[str, type[Event]],
        upcasters: Mapping[str, Upcaster] | None = None,
        *,
        only_read: AbstractSet[str] = frozenset(),
    ) -> None:
        known = {**OF_EVERY_STREAM, **events}
        shapes = [(name, event, _shape(name, event)) for name, event in known.items()]
        self._by_class = {event: shape for _, event, shape in shapes}
        self._by_name = {name: shape for name, _, shape in shapes}
        self._upcasters = dict(upcasters or {})
        self._only_read = only_read
        self._split = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

    def name(self, event: type[Event]) -> str:
        """Return the permanent name of a class of events."""
        return self._by_class[event].name

    def names(self, events: tuple[type[Event], ...]) -> list[str]:
        """Return the stored names that read as one of these classes, old ones included."""
        wanted = {self.name(event) for event in events}
        return [*wanted, *(old for old in self._upcasters if self._ends_in(old) in wanted)]

    def others(self, events: tuple[type[Event], ...]) -> list[str]:
        """Return the stored names that are known and read as something else. Whoever passes over
        these, rather than looking for their own, does not pass over what they do not know.
        """
        return sorted(self.known - set(self.names(events)))

    @property
    def known(self) -> AbstractSet[str]:
        """The stored names that can be read."""
        return self._by_name.keys() | self._upcasters.keys()

    @property
    def recorded(self) -> AbstractSet[str]:
        """The stored names that may be recorded."""
        return {shape.name for shape in self._by_class.values()} - self._only_read

    def encode(self, event: Event) -> Stored:
        """Return the stored form of an event. Its bytes are kept for ever: they are hashed. Raises
        NotRecordedYetError.
        """
        shape = self._by_class[type(event)]
        if shape.name in self._only_read:
            raise NotRecordedYetError(shape.name)
        data = _encode(event)
        if shape.private is None:
            return Stored(shape.name, data, None)
        fields = _decode(data) if shape.private.within else self._split(data)
        personal = shape.private.take(fields)
        if not personal:
            return Stored(shape.name, data, None)
        return Stored(shape.name, _encode(fields), _encode(personal))

    def without_persons(self, event: Event) -> Stored | None:
        """Return the stored form of an event that says of persons no more than that they are erased, so
        that nothing in it has to be sealed; None if it says more.
        """
        shape = self._by_class[type(event)]
        data = _encode(event)
        return Stored(shape.name, data, None) if erased(event) == event else None

    def shown(self, type_: str, data: str, personal: bytes) -> bytes | None:
        """Return what is personal in an event as it may be shown: without secrets. None when its name is
        not known: nobody can tell what is secret in it.
        """
        event = self.decode(type_, data, personal)
        if event is None:
            return None
        known = masked(event)
        return personal if known is event else self.encode(known).personal or NOTHING

    def decode(self, type_: str, data: str, personal: bytes | None = None) -> Event | None:
        """Return the event; None when its name is not known: see `adapters.event_store.unread`.

        `personal` is the decrypted JSON; None means that its key was destroyed: what was there
        reads as erased.
        """
        shape = self._by_name.get(type_)
        if shape is None:
            return self._decode_old(type_, data, personal)
        if shape.private is None:
            return shape.decode(data)
        if shape.private.within:
            return shape.decode(_joined_within(data, personal, shape.private))
        return shape.decode(_joined(data.encode(), shape.erased if personal is None else personal))

    def _decode_old(self, type_: str, data: str, personal: bytes | None) -> Event | None:
        """Lift an old event. What was in the clear then and is personal now is erased with it."""
        lift = self._upcasters.get(type_)
        if lift is None:
            return None
        newer, fields = lift(merged(_decode(personal or NOTHING), _decode(data)))
        if personal is not None:
            return self.decode(newer, _encode(fields).decode(), NOTHING)
        if (shape := self._by_name.get(newer)) is not None and shape.private is not None:
            shape.private.take(fields)
        return self.decode(newer, _encode(fields).decode(), None)

    def _ends_in(self, old: str) -> str:
        name = old
        while name in self._upcasters:
            name = self._upcasters[name]({})[0]
        return name


def _joined(data: bytes, personal: bytes) -> bytes:
    """Join two JSON objects into one; later fields win, so erased placeholders come first."""
    if personal == NOTHING:
        return data
    if data == NOTHING:
        return personal
    return personal[:-1] + b"," + data[1:]


def _joined_within(data: str, personal: bytes | None, private: Private) -> bytes:
    """Join what is personal in objects within the event, too."""
    fields = _decode(data)
    if personal is not None:
        return _encode(merged(_decode(personal), fields))
    private.erase(fields)
    return _encode(fields)


def personal_fields(event: type[Event]) -> list[str]:
    """Name the fields that are kept apart and encrypted, as they are called in JSON."""
    return private_in(event).places


def _shape(name: str, event: type[Event]) -> Shape:
    private = private_in(event)
    found = None if private.is_empty else private
    return Shape(name, msgspec.json.Decoder(event).decode, found, _encode(private.marks))
