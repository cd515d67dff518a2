"""Records: what a business keeps lists of, such as its taxes.

create ─► ACTIVE ⇄ remove / restore ⇄ REMOVED ─ purge, after thirty days ─► gone

Each kind of record is one file, such as `domain/money/taxes.py`: its values and a `Kind`. Its events,
refusals, use cases, read model, routes, permissions, topics and titles follow from the `Kind`.

What may be asked and can happen is in `messages`, what is remembered in `record`, what a kind declares in
`kind`, and what a record does in `decisions`.
"""

from typing import Final

from domain.messages import Event
from domain.records.decisions import NAMED, change, claim, create, purge, release, remove, restore
from domain.records.kind import RESTORABLE, Action, Kind, Reference, StoredAs, Unique, there, to
from domain.records.messages import (
    Changed,
    ChangedMeanwhile,
    ChangeRecord,
    Created,
    CreateRecord,
    CreateRecords,
    NamedTwice,
    Purged,
    PurgeRecord,
    ReferenceLost,
    ReferenceMade,
    Removed,
    RemoveRecord,
    Restored,
    RestoreRecord,
    ValueClaimed,
    ValueReleased,
)
from domain.records.record import (
    CLAIM,
    KNOWN,
    LINKS,
    Claim,
    Links,
    Record,
    evolve,
    links_of,
    without_persons,
)
from domain.telling import NOT_TOLD, Tellings

__all__ = [
    "BASES",
    "CLAIM",
    "KNOWN",
    "LINKS",
    "NAMED",
    "RESTORABLE",
    "STORED_AS",
    "TOLD_AS",
    "Action",
    "ChangeRecord",
    "Changed",
    "ChangedMeanwhile",
    "Claim",
    "CreateRecord",
    "CreateRecords",
    "Created",
    "Kind",
    "Links",
    "NamedTwice",
    "PurgeRecord",
    "Purged",
    "Record",
    "Reference",
    "ReferenceLost",
    "ReferenceMade",
    "RemoveRecord",
    "Removed",
    "RestoreRecord",
    "Restored",
    "StoredAs",
    "Unique",
    "ValueClaimed",
    "ValueReleased",
    "change",
    "claim",
    "create",
    "evolve",
    "links_of",
    "purge",
    "release",
    "remove",
    "restore",
    "there",
    "to",
    "without_persons",
]

STORED_AS: Final[dict[str, type[Event]]] = {
    "value-claimed.v1": ValueClaimed,
    "value-released.v1": ValueReleased,
    "reference-made.v1": ReferenceMade,
    "reference-lost.v1": ReferenceLost,
}
TOLD_AS: Final[Tellings] = {
    ValueClaimed: NOT_TOLD,
    ValueReleased: NOT_TOLD,
    ReferenceMade: NOT_TOLD,
    ReferenceLost: NOT_TOLD,
}
"""What is told of the records themselves, each kind says: `Kind.told_as`."""

BASES: Final = frozenset({Created, Changed, Removed, Restored, Purged})
"""What the events of each kind derive from; these have no names of their own."""
