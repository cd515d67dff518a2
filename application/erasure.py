"""Forgetting a person: which streams speak of them, by what the log says, and what stays after all.

A booking under a client's id is the client's. One by a guest is whose the guest's address or number
was at the time: the client's who had claimed it, be it given up since, or claimed only later.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from operator import attrgetter
from typing import Final, NamedTuple, Protocol

from application.jobs import Handlers, Job
from application.processes.effects import ForgetMails
from domain.messages import Value
from domain.values import ClientId

PATIENCE: Final = 2.0
"""Seconds for which whoever asks for an erasure waits for its end; then it goes on without."""


class Mention(NamedTuple):
    """An event that speaks of somebody: clients, and the identities of guests."""

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
    """Say of which clients a stream speaks; of guests only if no client is named."""
    named = [(person, m.position) for m in mentions for person in m.persons]
    clients = {person for person, _ in named if person.startswith("client-")}
    return clients or {owner for p, at in named if (owner := owner_at(claims.get(p, ()), at))}


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
        what="What other systems told us of the person on the topic frontdesk.facts",
        why="Kafka keeps it for KAFKA_FACTS_RETENTION_HOURS and then deletes it",
    ),
)


class Erasures(Protocol):
    """Finds what speaks of a person, and takes it out of everything that was made of the log."""

    def streams_about(self, tenant: str, client_id: ClientId) -> tuple[str, ...]:
        """Return the streams that speak of a client; of one who was erased, as they were then."""

    def other_records(self, tenant: str, client_id: ClientId) -> tuple[ClientId, ...]:
        """Return the other records of the same person: who proves an address has had one before."""

    def finish(self, tenant: str, client_id: ClientId, *, patience: float = PATIENCE) -> bool:
        """Take an erased client out of all tables; tell whether it is done, or has to wait."""

    def of(self, tenant: str, client_id: ClientId) -> Erasure:
        """Return how far it is. Raises ClientNotFound."""


class ErasureHasToWaitError(Exception):
    """Somebody holds what is to be erased; it is tried again."""


def forgetting(erasures: Erasures) -> Handlers:
    """Let whoever is erased be taken out everywhere, whoever else waits for it or not."""

    def forget(effect: ForgetMails, job: Job) -> None:
        if not erasures.finish(job.tenant, effect.client_id):
            raise ErasureHasToWaitError

    return {ForgetMails: forget}
