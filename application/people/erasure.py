"""Forgetting a person: which streams speak of them, by what the log says, and what stays after all.

A booking under a client's id is the client's. One by a guest is whose the guest's address was at the
time, or number if they gave no address: the client's who had claimed it, be it given up since, or
claimed only later.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple, Protocol

from application.operations.jobs import Handlers, Job
from application.processes.effects.operations import ForgetMails, ForgetRecord
from domain.catalogue import BY_NAME
from domain.messages import Command, Value
from domain.messages import Erasure as Erased
from domain.people.clients import EraseClient
from domain.sales.leads import LEAD, LeadPurged
from domain.sales.submissions import SUBMISSION, SubmissionDiscarded
from domain.values import ClientId, LeadId, SubmissionId, kind_of

PATIENCE: Final = 2.0
"""Seconds for which whoever asks for an erasure waits for its end; then it goes on without."""


class Mention(NamedTuple):
    """An event that speaks of somebody: clients, and the identities of guests, the address first."""

    stream: str
    position: int
    persons: Sequence[str]


class Claim(NamedTuple):
    """From this position on an identity is a client's, or nobody's."""

    position: int
    owner: str | None


def streams_about(
    client_id: str, mentions: Iterable[Mention], claims: Mapping[str, Sequence[Claim]]
) -> tuple[str, ...]:
    """Return the streams that speak of this client."""
    by_stream = groupby(sorted(mentions), key=attrgetter("stream"))
    return tuple(s for s, found in by_stream if client_id in _persons(list(found), claims))


def _persons(mentions: Sequence[Mention], claims: Mapping[str, Sequence[Claim]]) -> set[str]:
    """Say of which clients a stream speaks; of guests only if no client is named, and by the first of
    what names them: a number may be a family's, and says nothing beside an address.
    """
    clients = {p for m in mentions for p in m.persons if p.startswith("client-")}
    guests = [(m.persons[0], m.position) for m in mentions if m.persons]
    return clients or {owner for p, at in guests if (owner := owner_at(claims.get(p, ()), at))}


def owner_at(claims: Sequence[Claim], position: int) -> str | None:
    """Say whose an identity was: who had it last then, or else who had it first afterwards."""
    owned = [claim for claim in claims if claim.owner is not None]
    before = [claim.owner for claim in owned if claim.position <= position]
    after = [claim.owner for claim in owned if claim.position > position]
    return next(iter([*reversed(before), *after]), None)


# --- How far it is --------------------------------------------------------------------


class ErasureState(StrEnum):
    """Whether what is known of a client is there, is being erased, or is gone."""

    KEPT = "kept"
    UNDER_WAY = "under_way"
    ERASED = "erased"


class Kept(Value, frozen=True, kw_only=True):
    """What stays after an erasure, and why."""

    what: str
    why: str


class Erasure(Value, frozen=True, kw_only=True):
    """`kept` is what stays although it concerns the person."""

    client_id: ClientId
    state: ErasureState
    erased_at: datetime | None = None
    finished_at: datetime | None = None
    kept: tuple[Kept, ...] = ()


KEPT: Final = (
    Kept(
        what="When which service was booked and at what price, without anybody's name",
        why="Accounts are kept for ten years: Code de commerce, art. L123-22; GDPR, art. 17(3)(b)",
    ),
    Kept(
        what="When what was paid and given back, without why and without anybody's name",
        why="Accounts are kept for ten years: Code de commerce, art. L123-22; GDPR, art. 17(3)(b)",
    ),
    Kept(
        what="What other systems told us of the person on the topic frontdesk.facts, and what they"
        " called it where we refused it",
        why="Kafka keeps it for KAFKA_FACTS_RETENTION_HOURS and then deletes it",
    ),
    Kept(
        what="Calls of providers that nobody has understood yet, or of which nothing was recorded",
        why="They are sealed, and nobody can tell whom they speak of; they are deleted 30 days after"
        " they were understood, and after 180 days at most",
    ),
    Kept(
        what="Rows of a file that somebody sends, until they are taken in: of the person they are refused",
        why="They are sealed, and nobody can tell whom they speak of; they are deleted as they are taken"
        " in, and after seven days at most",
    ),
)
IN_CLEAR: Final = Kept(
    what="The type of a booking, or the strategy for a client, that an early release recorded",
    why="It was not encrypted then, and what is recorded is never changed; nothing shows it any more",
)


class Erasures(Protocol):
    """Finds what speaks of a person, and takes it out of everything that was made of the log."""

    def left(self, tenant: str, client_id: ClientId) -> Mapping[ClientId, tuple[str, ...]]:
        """Return the records of a person of which something is not erased, and the streams that it
        is in. Raises ClientNotFound, NotReadableHere.
        """

    def finish(self, tenant: str, client_id: ClientId, *, patience: float = PATIENCE) -> bool:
        """Take a person out of all tables, as far as they are erased. Return whether that is done; else
        it has to wait.
        """

    def finish_purge(self, tenant: str, purged: Erased, *, patience: float = PATIENCE) -> bool:
        """Take what a record said out of all tables. Return whether that is done; else it has to wait."""

    def of(self, tenant: str, client_id: ClientId) -> Erasure:
        """Return how far it is. Raises ClientNotFound, NotReadableHere."""


class ErasureHasToWaitError(Exception):
    """Somebody holds what is to be erased; it is tried again."""


AT_ONCE: Final = 2_000
"""Streams of a record that are erased by one order: some hundreds of kilobytes are recorded of them."""


def erasing(left: Mapping[ClientId, Sequence[str]]) -> tuple[EraseClient, ...]:
    """Return the orders that erase what is left of a person, one for each record."""
    return tuple(
        EraseClient(client_id=record, streams=tuple(streams[:AT_ONCE]))
        for record, streams in left.items()
    )


def forgetting(erasures: Erasures) -> Handlers:
    """Let whoever is erased be taken out everywhere, whoever else waits for it or not. What came to be
    known of them meanwhile, or was too much for one order, is erased then: by one order, whose own
    job sees to the next.
    """

    def forget(effect: ForgetMails, job: Job) -> Command | None:
        if not erasures.finish(job.tenant, effect.client_id):
            raise ErasureHasToWaitError
        return next(iter(erasing(erasures.left(job.tenant, effect.client_id))), None)

    def forget_record(effect: ForgetRecord, job: Job) -> None:
        if not erasures.finish_purge(job.tenant, _purged(effect.id, wholly=effect.wholly)):
            raise ErasureHasToWaitError

    return {ForgetMails: forget, ForgetRecord: forget_record}


def _purged(id_: str, *, wholly: bool) -> Erased:
    """Return the event by which it was purged, or discarded."""
    if kind_of(id_) == SUBMISSION.kind:
        return SubmissionDiscarded(submission_id=SubmissionId(id_), streams=(id_,))
    if kind_of(id_) == LEAD.kind:
        return LeadPurged(lead_id=LeadId(id_), streams=(id_,))
    return BY_NAME[kind_of(id_)].purged(id=id_, streams=(id_,), wholly=wholly)
