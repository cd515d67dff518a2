"""What may be asked of a record, what can happen to one, and why not."""

from datetime import datetime
from typing import Generic, TypeVar

from domain.messages import Command, DomainError, Erasure, Event, Invalid, Value

V = TypeVar("V", bound=Value)

# --- What may be asked ----------------------------------------------------------------


class CreateRecord(Command, frozen=True):
    """`claims` are what nobody else may have of these values: see `application/records.py`."""

    kind: str
    id: str
    values: Value
    claims: tuple[str, ...] = ()


class ChangeRecord(Command, frozen=True):
    """`base`: what the values are a part-changed form of; where that is another by now, they are stale.
    No `values`: there was nothing of which a part could be changed.
    """

    kind: str
    id: str
    values: Value | None
    claims: tuple[str, ...] = ()
    base: Value | None = None


class CreateRecords(Command, frozen=True):
    """All of them, or none."""

    kind: str
    records: tuple[CreateRecord, ...]


class RemoveRecord(Command, frozen=True):
    kind: str
    id: str


class RestoreRecord(Command, frozen=True):
    kind: str
    id: str


class PurgeRecord(Command, frozen=True):
    """Ordered by a process, when it can be restored no more."""

    kind: str
    id: str


# --- What can happen ------------------------------------------------------------------


class Created(Event, Generic[V], frozen=True):
    id: str
    values: V
    claims: tuple[str, ...] = ()


class Changed(Event, Generic[V], frozen=True):
    id: str
    values: V
    claims: tuple[str, ...] = ()


class Removed(Event, frozen=True):
    id: str
    at: datetime


class Restored(Event, frozen=True):
    id: str


class Purged(Erasure, frozen=True):
    """What was personal in it is gone for good; and all of it, unless something refers to it."""

    id: str
    wholly: bool = True


class ValueClaimed(Event, frozen=True):
    claim_id: str
    owner: str


class ValueReleased(Event, frozen=True):
    claim_id: str
    owner: str


class ReferenceMade(Event, frozen=True):
    """`keeps`: what is referred to cannot be removed."""

    link_id: str
    target: str
    owner: str
    keeps: bool = False


class ReferenceLost(Event, frozen=True):
    link_id: str
    target: str
    owner: str
    keeps: bool = False


RecordEvent = Created[V] | Changed[V] | Removed | Restored | Purged
ClaimEvent = ValueClaimed | ValueReleased
LinkEvent = ReferenceMade | ReferenceLost


# --- Why it may be refused; each kind has refusals of its own besides -----------------


class NamedTwice(Invalid):
    """Something is named twice where once is enough."""

    field: str


class ChangedMeanwhile(DomainError):
    """It was changed meanwhile, again and again. Please try once more."""
