"""What a record does when it is asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar, cast

from domain.confidential import kept, masked
from domain.messages import Event, Value
from domain.records.kind import RESTORABLE, Kind, there
from domain.records.messages import (
    ChangedMeanwhile,
    ChangeRecord,
    CreateRecord,
    PurgeRecord,
    RemoveRecord,
    RestoreRecord,
    ValueClaimed,
    ValueReleased,
)
from domain.records.record import Claim, Links, Record

V = TypeVar("V", bound=Value)

NAMED: Final = 10
"""Of those who keep a record, so many are told."""


def create(kind: Kind[V], command: CreateRecord, record: Record[V]) -> Sequence[Event]:
    """Make it, once."""
    values = kind.with_ours(kept(cast("V", command.values)), None)
    kind.refuse_impossible(values)
    if record.values is None and not record.gone:
        return [kind.created(id=command.id, values=values, claims=command.claims)]
    if record.gone:
        raise kind.is_gone
    if not record.active:
        raise kind.is_removed
    if kind.with_ours(cast("V", record.values), None) != values:
        raise kind.id_taken(id=command.id)
    return []


def change(kind: Kind[V], command: ChangeRecord, record: Record[V]) -> Sequence[Event]:
    """Let it be so from now on, the whole of it; but for secrets that are kept."""
    if not there(kind, record).active:
        raise kind.is_removed
    if command.base not in (None, masked(record.values)):
        raise ChangedMeanwhile
    values = kind.with_ours(kept(cast("V", command.values), record.values), record.values)
    kind.refuse_impossible(values)
    if (record.values, record.claims) == (values, command.claims):
        return []
    return [kind.changed(id=command.id, values=values, claims=command.claims)]


def remove(
    kind: Kind[V], command: RemoveRecord, record: Record[V], links: Links, now: datetime
) -> Sequence[Event]:
    """Use it no longer."""
    if not there(kind, record).active:
        return []
    if links.keepers:
        raise kind.in_use(by=links.some[:NAMED], of=links.keepers)
    return [kind.removed(id=command.id, at=now)]


def restore(
    kind: Kind[V], command: RestoreRecord, record: Record[V], now: datetime
) -> Sequence[Event]:
    """Use it again, as it was."""
    if there(kind, record).active:
        return []
    if record.removed_at is not None and now - record.removed_at > RESTORABLE:
        raise kind.is_gone(removed_at=record.removed_at)
    return [kind.restored(id=command.id)]


def purge(
    kind: Kind[V], command: PurgeRecord, record: Record[V], links: Links, now: datetime
) -> Sequence[Event]:
    """Keep no more of it than others need, once it can be restored no more."""
    removed_at = record.removed_at
    if record.values is None or removed_at is None or now - removed_at <= RESTORABLE:
        return []
    if kind.for_good or (record.shredded and links.owners):
        return []
    return [kind.purged(id=command.id, streams=(command.id,), wholly=not links.owners)]


def claim(kind: Kind[V], owner: str, claim_id: str, claimed: Claim) -> Sequence[Event]:
    """Take what only one may have, if nobody has it."""
    if claimed.owner not in (None, owner):
        raise kind.value_taken(by=claimed.owner)
    return [] if claimed.owner else [ValueClaimed(claim_id=claim_id, owner=owner)]


def release(owner: str, claim_id: str, claimed: Claim) -> Sequence[Event]:
    """Let others have it."""
    return [ValueReleased(claim_id=claim_id, owner=owner)] if claimed.owner == owner else []
