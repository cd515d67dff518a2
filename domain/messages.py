"""The words everything is made of: events, commands, refusals and plain values.

An event is a fact in the past tense, a command is an order, a refusal is the fact in the way.
All three are frozen values; `msgspec` gives them JSON in both directions at C speed.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar, TypeVar, dataclass_transform

import msgspec

T = TypeVar("T")

PERSONAL = msgspec.Meta(extra={"personal": True})

Personal = Annotated[T, PERSONAL]
"""A field that says something about a person: encrypted at rest with the key of its stream."""


class Value(msgspec.Struct, frozen=True):
    """Things that travel together and have no identity."""


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened. Its stored name is permanent: see `domain/catalogue.py`."""


class Erasure(Event, frozen=True):
    """An event that destroys the keys of `streams`: what was personal in them is gone for good."""

    streams: tuple[str, ...]


class Bookkeeping(Event, frozen=True):
    """An event that says what was done about a thing, such as telling people, and changes nothing
    that anybody has seen of it: who changes the thing by an older version has missed nothing.
    """


class StreamErased(Bookkeeping, frozen=True):
    """What was personal in `stream` is gone. Whoever records an `Erasure` records it in each of the
    streams as well, so that what a stream says never changes without its version: what is remembered
    of it, anywhere, is known to be out of date. It moves no state.
    """

    stream: str


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """An order. Carrying it out twice changes nothing the second time."""


@dataclass_transform(kw_only_default=True)
class DomainError(Exception):
    """A refusal. The docstring of each subclass is the message a person reads.

    Its facts are what a client may show or act upon: the next free slots, the allowed moves. Each is
    declared in the class as a field is, and said by its name where the refusal is raised.
    """

    code: ClassVar[str]
    says: ClassVar[str] = ""

    def __init__(self, **facts: object) -> None:
        super().__init__(self.says)
        vars(self).update(facts)

    @property
    def facts(self) -> Mapping[str, object]:
        """What is known of the fact in the way, by name."""
        return {name: fact for name, fact in vars(self).items() if name != "__notes__"}

    def __init_subclass__(cls) -> None:
        """Name the refusal for clients: `SlotTaken` is `slot-taken`, for ever."""
        cls.says = " ".join((cls.__doc__ or "").split())
        words = "".join(f"-{c.lower()}" if c.isupper() else c for c in cls.__name__)
        cls.code = words.lstrip("-")


# --- Families of refusals -----------------------------------------------------------------
# A refusal is of one of these, or a fact in the way of what was asked.


class Missing(DomainError):
    """There is no such thing, or none that they may know of."""


class Gone(DomainError):
    """There was such a thing, and it is not used any more."""


class Invalid(DomainError):
    """What was said cannot be."""


class Forbidden(DomainError):
    """They may not."""
