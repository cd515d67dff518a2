"""What a record remembers, and beside it: what only one may have, and who refers to it."""

from datetime import datetime
from typing import Final, Generic, TypeVar, assert_never

from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.messages import Value
from domain.personal import erased
from domain.records.messages import (
    Changed,
    ClaimEvent,
    Created,
    LinkEvent,
    Purged,
    RecordEvent,
    ReferenceLost,
    ReferenceMade,
    Removed,
    Restored,
    ValueClaimed,
    ValueReleased,
)
from domain.values import derived_id

V = TypeVar("V", bound=Value)

KNOWN: Final = 1_000
"""Of those who keep a record, so many are known by name: some are left to be told when others have gone."""


class Record(Value, Generic[V], frozen=True, kw_only=True):
    """`values` is None before it was created, and when it is `gone`."""

    values: V | None = None
    claims: tuple[str, ...] = ()
    active: bool = False
    removed_at: datetime | None = None
    shredded: bool = False
    gone: bool = False


def evolve(record: Record[V], event: RecordEvent[V]) -> Record[V]:
    match event:
        case Created(values=values, claims=claims) | Changed(values=values, claims=claims):
            return Record(values=values, claims=claims, active=True)
        case Removed(at=at):
            return Record(values=record.values, claims=record.claims, removed_at=at)
        case Restored():
            return Record(values=record.values, claims=record.claims, active=True)
        case Purged(wholly=wholly):
            return Record(gone=True) if wholly else replace(without_persons(record), shredded=True)
        case _:
            assert_never(event)


def without_persons(record: Record[V]) -> Record[V]:
    """Return a record as it is read once what is personal in it is erased."""
    return replace(record, values=erased(record.values)) if record.values is not None else record


class Claim(Value, frozen=True):
    owner: str | None = None


def evolve_claim(_: Claim, event: ClaimEvent) -> Claim:
    match event:
        case ValueClaimed(owner=owner):
            return Claim(owner)
        case ValueReleased():
            return Claim()
        case _:
            assert_never(event)


CLAIM = Aggregate(kind="claim", initial=Claim(), evolve=evolve_claim)


class Links(Value, frozen=True, kw_only=True):
    """How many refer to one record, and how many of them keep it; `some` of those. They are counted,
    not kept: a tax may be that of a hundred thousand products. Who refers to what stands in each of them.
    """

    owners: int = 0
    keepers: int = 0
    some: tuple[str, ...] = ()


def evolve_links(links: Links, event: LinkEvent) -> Links:
    match event:
        case ReferenceMade(owner=owner, keeps=keeps):
            some = (*links.some, owner) if keeps and len(links.some) < KNOWN else links.some
            return Links(owners=links.owners + 1, keepers=links.keepers + keeps, some=some)
        case ReferenceLost(owner=owner, keeps=keeps):
            some = tuple(each for each in links.some if each != owner)
            return Links(owners=links.owners - 1, keepers=links.keepers - keeps, some=some)
        case _:
            assert_never(event)


LINKS = Aggregate(kind="links", initial=Links(), evolve=evolve_links)


def links_of(record_id: str) -> str:
    """Name the links to a record."""
    return derived_id("links", record_id)
