"""What others are told of what happened: the one shape that feeds, webhooks, Pusher and Kafka show.

It is made of the event alone, by its declaration (`domain/telling.py`). Whose the thing is may stand
in the event or in the state of its stream after it, for whoever has folded that.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec.structs import replace

from application.permissions import OWN, Permission, PermissionMissing, Principal, Whose
from application.ports import Recorded
from application.things import THINGS
from domain.aggregate import Aggregate
from domain.catalogue import KINDS, TOLD_AS
from domain.conversations.messages import MESSAGE
from domain.messages import Event, Value
from domain.telling import Telling
from domain.values import kind_of


class Told(Value, frozen=True, kw_only=True):
    """What happened, as others see it, to the thing `subject`; `about` are the ids of those whose it is. It is
    made of an `event`, which nobody is shown.
    """

    type: str
    version: int
    subject: str
    occurred_at: datetime
    data: msgspec.Struct
    permission: str
    about: Mapping[str, Whose]
    event: Event | None = None

    def as_of(self, moment: datetime) -> "Told":
        """Return the same in the shape in which it was told at a moment."""
        shape = SHAPES[type(self.event)].as_of(moment) if self.event else None
        if self.event is None or shape is None or shape.telling.version == self.version:
            return self
        return replace(self, version=shape.telling.version, data=shape.of(self.event))


class Shape:
    """What is told of one class of events, or a part of it: its fields, and the struct they make."""

    def __init__(self, event: type[Event], telling: Telling, *, but: Iterable[str] = ()) -> None:
        self.telling = telling
        self._before = Shape(event, telling.before, but=but) if telling.before else None
        self._places = {n: p.split(".") for n, p in telling.fields.items() if n not in {*but}}
        self.struct = msgspec.defstruct(
            _class_name(telling.type),
            [(name, type_at(event, place)) for name, place in self._places.items()],
            kw_only=True,
            frozen=True,
        )

    def of(self, event: Event) -> msgspec.Struct:
        """Return what is told of an event."""
        return self.struct(**{name: _at(event, place) for name, place in self._places.items()})

    def as_of(self, moment: datetime) -> "Shape":
        """Return the one that was told at a moment: the first, where that was before all."""
        is_newer = self._before is not None and moment < self.telling.since
        return self._before.as_of(moment) if self._before and is_newer else self


SEEN_WITH: Final[Mapping[str, str]] = {
    "booking": Permission.BOOKINGS_READ,
    "client": Permission.CLIENTS_READ,
    "client-limits": Permission.TENANT_READ,
    "file": Permission.FILES_READ,
    "hold": Permission.BOOKINGS_READ,
    "lead": Permission.LEADS_READ,
    "message": Permission.THREADS_READ,
    "payment": Permission.PAYMENTS_READ,
    "portrait": Permission.FILES_READ,
    "professional": Permission.PROFESSIONALS_READ,
    "scheduled": Permission.THREADS_READ,
    "series": Permission.BOOKINGS_READ,
    "service": Permission.SERVICES_READ,
    "submission": Permission.LEADS_READ,
    "tenant": Permission.TENANT_READ,
    "thread": Permission.THREADS_READ,
    "time-block": Permission.BOOKINGS_READ,
    "user": Permission.USERS_READ,
    **{kind.one: kind.reading for kind in KINDS},
}
"""Who is told of everything of a kind, by the first word of a type."""


def told(past: Recorded, state: object = None) -> Told | None:
    """Return what others are told of an event, if anything. `state` is that of its stream after it."""
    shape = None if past.event is None else SHAPES.get(type(past.event))
    if shape is None or past.event is None:
        return None
    data, telling = shape.of(past.event), shape.telling
    permission = SEEN_WITH[telling.type.partition(".")[0]]
    return Told(
        type=telling.type,
        version=telling.version,
        subject=past.stream,
        occurred_at=past.recorded_at,
        data=data,
        permission=permission,
        about=_whose(telling, data, state) if permission in OWN else {},
        event=past.event,
    )


def remembering(past: Recorded) -> Aggregate[Any, Any] | None:
    """Return what to fold its stream by, if only the state of the thing says whose it is."""
    telling = None if past.event is None else TOLD_AS.get(type(past.event))
    if telling is None or SEEN_WITH[telling.type.partition(".")[0]] not in OWN:
        return None
    if telling.fields.keys() >= {*telling.about.values()}:
        return None
    return REMEMBERING.get(kind_of(past.stream))


def hears(principal: Principal, told: Told) -> bool:
    """Whether somebody is told of it: who may see everything of this kind, or whose own it is."""
    try:
        return principal.reach(told.permission).includes(**told.about)
    except PermissionMissing:
        return False


def _whose(telling: Telling, data: object, state: object) -> Mapping[str, Whose]:
    """Return the ids of those whose it is. What the thing says now counts before what it remembers."""
    remembered = getattr(state, "values", state)  # what a record is stands in its values
    found = {
        whose: getattr(data, field, None) or getattr(remembered, field, None)
        for whose, field in telling.about.items()
    }
    return {whose: id_ for whose, id_ in found.items() if id_ is not None}


# --- What stands where --------------------------------------------------------------------


def _at(event: object, place: list[str]) -> Any:
    found: Any = event
    for name in place:
        found = None if found is None else getattr(found, name)
    return found


def type_at(event: type[Event], place: list[str]) -> Any:
    """Return the type of what stands at a place: None, too, where something above it may be None."""
    found: Any = event
    may_be_none = False
    for name in place:
        found, nothing = _struct(found)
        may_be_none = may_be_none or nothing
        found = get_type_hints(found, include_extras=True)[name]
    return found | None if may_be_none else found


def _struct(hint: Any) -> tuple[Any, bool]:
    """Return the struct that a type allows, and whether it allows None, too."""
    if get_origin(hint) is Annotated:
        return _struct(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        (one,) = (each for each in get_args(hint) if each is not NoneType)
        return _struct(one)[0], NoneType in get_args(hint)
    return hint, False


def _class_name(type_: str) -> str:
    return "".join(word.capitalize() for word in type_.replace(".", "-").split("-"))


SHAPES: Final[Mapping[type[Event], Shape]] = {
    event: Shape(event, telling) for event, telling in TOLD_AS.items() if telling is not None
}
"""What is told of each event of which anything is."""

REMEMBERING: Final[Mapping[str, Aggregate[Any, Any]]] = {
    **{thing.aggregate.kind: thing.aggregate for thing in THINGS.values()},
    MESSAGE.kind: MESSAGE,
    **{kind.one: kind.aggregate for kind in KINDS},
}
"""By the kind of a stream: what remembers whose a thing is."""
