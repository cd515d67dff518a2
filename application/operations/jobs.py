"""What is to be done, at once or at a time, and what became of it.

A job is an order that waits in the queue: a command to dispatch, or an effect for its handler. It
is carried out at least once, under an id that never changes: dispatching a command again gives the
first answer, and a provider that is shown the id again does nothing twice. What may have been done
by a provider that knows no ids, and cannot be asked, is uncertain: done again only if a person says so.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

import msgspec

from application.ports import About
from application.processes.process import Do, Effect
from domain.faults import Fault
from domain.messages import Command, DomainError, Invalid, Missing, Value


class JobStatus(StrEnum):
    """How far a job is; `failing` is one that failed and will be tried again."""

    TODO = "todo"
    FAILING = "failing"
    RUNNING = "running"
    DONE = "done"
    PARKED = "parked"
    UNCERTAIN = "uncertain"
    WITHDRAWN = "withdrawn"
    DISCARDED = "discarded"


class Job(Value, frozen=True, kw_only=True):
    """What a handler may know about the job it carries out; `attempt` counts from 1, `overtaken`
    whether something that comes after it, under its ordering key, was carried out already.
    """

    id: UUID
    tenant: str
    about: str
    due_at: datetime
    attempt: int
    max_attempts: int
    overtaken: bool = False

    @property
    def is_last_attempt(self) -> bool:
        """Whether the job is parked if this fails."""
        return self.attempt >= self.max_attempts


class Skipped(Value, frozen=True):
    """There was nothing to do any more, and that is all right."""

    why: str


class Unfinished(Value, frozen=True):
    """There is more to be done: it stands in line again, after so many seconds, as if for the first
    time.
    """

    pause: float = 0.0


class Ordered(Value, frozen=True):
    """There is more to be done, which could not be known before: an order that says the same is carried out
    once, whoever makes it.
    """

    orders: tuple[Do, ...]


Handled = Command | Skipped | Unfinished | Ordered | None
"""What came of an effect: the command that records it, why nothing was done, or what is to be done next."""

Handler = Callable[[Any, Job], Handled]
"""Carries out effects of one type. Whatever it raises is tried again later, GivenUp excepted."""

Handlers = Mapping[type[Effect], Handler]

Dispatch = Callable[[Command, About], object]


class GivenUpError(Exception):
    """Trying again will not help: park the job. `report` records that on what it concerns."""

    def __init__(self, why: str, report: Command | None = None) -> None:
        super().__init__(why)
        self.report = report


class UncertainError(Exception):
    """It may have been done, and nobody can be asked: an operator decides whether it is done again.
    The message names nobody.
    """


class NotTakenError(Exception):
    """The provider said no, or was given nothing: it was not done. They are not asked again before some time has passed
    (`after`), if they said so; and where it is not about this at all, it does not `count` as an attempt.
    """

    def __init__(
        self, why: str = "", *, after: timedelta | None = None, counts: bool = True
    ) -> None:
        super().__init__(why)
        self.after = after
        self.counts = counts


class AwayError(NotTakenError):
    """What effects of this lane go through does not answer: another would fail in the same way."""


# --- What operators see and do ---------------------------------------------------------------


class QueuedJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it lies in the queue. `run_at` is when it is tried next, `due_at` when it was meant
    to be done; `outcome` tells what came of it, `last_error` what went wrong the last time.
    """

    id: UUID
    tenant_id: UUID
    kind: str
    about: str
    status: JobStatus
    due_at: datetime
    run_at: datetime
    attempts: int
    max_attempts: int
    payload: dict[str, Any]
    outcome: str | None
    last_error: str | None
    caused_by: int
    process: str
    created_at: datetime
    finished_at: datetime | None


class JobNotFound(Missing):
    """There is no such job."""


class JobIsNotWaiting(DomainError):
    """Only a job that waits, is parked or is uncertain can be changed."""

    current_status: JobStatus


class JobIsNotParked(DomainError):
    """Only a job that is failing, parked or uncertain can be retried or discarded."""

    current_status: JobStatus


class JobPayloadInvalid(Invalid):
    """An order of this kind looks otherwise."""

    errors: Sequence[Fault]


class Jobs(Protocol):
    """The queue, for those who look after it. Tenant None: those of all tenants."""

    def find(
        self,
        tenant: str | None,
        *,
        status: JobStatus | None = None,
        kind: str | None = None,
        about: str | None = None,
        after: tuple[datetime, UUID] | None = None,
        limit: int = 100,
    ) -> Sequence[QueuedJob]:
        """Return jobs by due time; a page goes on `after` the (due_at, id) of the one before it."""

    def get(self, tenant: str | None, job_id: UUID) -> QueuedJob:
        """Return one job. Raises JobNotFound."""

    def edit(
        self,
        tenant: str | None,
        job_id: UUID,
        *,
        payload: Mapping[str, Any] | None = None,
        run_at: datetime | None = None,
    ) -> QueuedJob:
        """Change what a waiting, parked or uncertain job shall do, or when."""

    def retry(self, tenant: str | None, job_id: UUID) -> QueuedJob:
        """Try a job that is failing, parked or uncertain again, at once and as if for the first time."""

    def discard(self, tenant: str | None, job_id: UUID) -> QueuedJob:
        """Give up a job that is failing or parked for good, or call an uncertain one settled."""

    def depths(self) -> Mapping[str, int]:
        """Count what is due, waits for its time, runs, fails, is parked and is uncertain."""
