"""Two records of one person become one, and can be two again for a while.

    source ─ merge ─► survivor          (the survivor may be merged further; a source is merged once)
           ◄─ undo ─

Nothing is moved or copied: the survivor stands for the source, and whatever was said of either stays
where it was said. So to undo it gives back what was there before, and what came in between is whose
address or number it came by.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.messages import DomainError, Invalid
from domain.people.clients.client import Client
from domain.people.clients.decisions import refuse_missing, refuse_unknown
from domain.people.clients.messages import (
    ClientAbsorbed,
    ClientEvent,
    ClientIsMerged,
    ClientMerged,
    ClientReleased,
    ClientUnmerged,
)
from domain.values import ClientId, UserId

UNDONE_WITHIN: Final = timedelta(days=30)
MOST_RECORDS: Final = 100
"""Of one person: whoever asks for what is theirs looks at each."""


class ClientMergedWithThemselves(Invalid):
    """A client cannot be merged with themselves."""


class ClientIsNotMerged(DomainError):
    """These two were not merged."""

    client_id: ClientId


class MergeIsFinal(DomainError):
    """A merge can be undone for 30 days, which are over."""

    undo_until: datetime


class TwoUsersLogIn(DomainError):
    """Both log in, each as themselves. One of the two users has to be deactivated first."""

    user_ids: tuple[UserId, ...]


class PersonHasTooManyRecords(DomainError):
    """One person has as many records as one may have."""

    most: int


Both = Mapping[str, Sequence[ClientEvent]]
"""What happens to the survivor, and to the source."""


def merge(
    client_id: ClientId, survivor: Client, source_id: ClientId, source: Client, *, now: datetime
) -> Both:
    """Let the survivor stand for the source. Done already, it changes nothing."""
    refuse_unknown(survivor)
    if client_id == source_id:
        raise ClientMergedWithThemselves
    refuse_missing(source)
    if source.merged_into == client_id:
        return {}
    if source.merged_into is not None:
        raise ClientIsMerged(into=source.merged_into)
    until = now + UNDONE_WITHIN
    return {
        client_id: [ClientAbsorbed(client_id=client_id, source=source_id, undo_until=until)],
        source_id: [ClientMerged(client_id=source_id, into=client_id, undo_until=until)],
    }


def unmerge(
    client_id: ClientId, survivor: Client, source_id: ClientId, source: Client, *, now: datetime
) -> Both:
    """Let the source be somebody of their own again."""
    refuse_missing(survivor)
    refuse_missing(source)
    if source.merged_into is None:
        return {}
    if source.merged_into != client_id:
        raise ClientIsNotMerged(client_id=source_id)
    if now > survivor.absorbed[source_id]:
        raise MergeIsFinal(undo_until=survivor.absorbed[source_id])
    return {
        client_id: [ClientReleased(client_id=client_id, source=source_id)],
        source_id: [ClientUnmerged(client_id=source_id, into=client_id)],
    }
