"""Jobs come into the queue and are withdrawn from it, within the caller's transaction.

Each job is keyed by the process and the event that ordered it, so that an event which is processed
again, after a crash or a rewind, orders nothing a second time. What a job finds out has to be done next is
keyed by what it says: that job may be carried out again, too.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from psycopg import Connection

from adapters.jobs.claims import Claimed
from adapters.jobs.lanes import COMMANDS
from adapters.jobs.orders import Order, kind_of, ordering_key_of
from application.ports import Recorded
from application.processes.process import Do, Orders, Withdraw
from domain.messages import Command
from domain.values import FRONTDESK

MAX_ATTEMPTS: Final = 20
"""With pauses of 2, 4, 8 … seconds up to an hour, this is some ten hours: a night's outage."""

# Whatever waits to be tried again and is in front of something new is asked at once whether it is
# still to be done: what a later event made untrue is not waited for. A provider that said until when it is not to be
# asked is not, and what is behind it waits as long.
HELD: Final = """(
    SELECT max(held.not_before) FROM work.jobs held
    WHERE held.ordering_key = new.ordering_key AND CASE held.status WHEN 'todo' THEN true ELSE false END
)"""
ENQUEUE: Final = """
    WITH {first}added AS (
        INSERT INTO work.jobs (
            id, tenant_id, lane, kind, about, dedupe_key, payload, ordering_key, due_at, run_at,
            max_attempts, caused_by, process, trail
        )
        SELECT id, tenant_id, lane, kind, about, dedupe_key, payload, ordering_key, due_at,
               greatest(due_at, {held}), max_attempts, caused_by, process, trail
        FROM json_to_recordset(%(jobs)s::json) AS new(
            id uuid, tenant_id uuid, lane text, kind text, about text, dedupe_key text,
            payload json, ordering_key text, due_at timestamptz, max_attempts integer,
            caused_by bigint, process text, trail json
        )
        {provided}
        ON CONFLICT (dedupe_key) DO NOTHING
        RETURNING ordering_key, due_at
    ), asked_at_once AS (
        UPDATE work.jobs SET run_at = greatest(due_at, not_before) WHERE id IN (
            SELECT earlier.id FROM work.jobs earlier JOIN added USING (ordering_key)
            WHERE earlier.status = 'todo' AND earlier.attempts > 0
              AND earlier.run_at > greatest(added.due_at, earlier.not_before)
            FOR UPDATE OF earlier SKIP LOCKED
        )
    )
    SELECT count(*) FROM added
"""

WITHDRAW: Final = """
    UPDATE work.jobs SET
        withdrawn_at = %(now)s,
        status = CASE status WHEN 'running' THEN 'running' ELSE 'withdrawn' END,
        finished_at = CASE status WHEN 'running' THEN NULL ELSE %(now)s END
    WHERE tenant_id = %(tenant)s AND kind = %(kind)s AND about = %(about)s AND caused_by < %(before)s
      AND status IN ('todo', 'running', 'parked')
"""


class NewJob(msgspec.Struct, frozen=True, kw_only=True):
    """An order that shall be carried out once. `caused_by` is the position of an event."""

    tenant: str
    order: Order
    about: str
    due_at: datetime
    dedupe_key: str
    process: str
    caused_by: int = 0
    trail: dict[str, str] = {}
    max_attempts: int = MAX_ATTEMPTS

    @property
    def kind(self) -> str:
        """The permanent name of the order."""
        return kind_of(type(self.order))

    @property
    def id(self) -> UUID:
        """The same for the same key: the row, the command and the mail are made once."""
        return uuid5(FRONTDESK, self.dedupe_key)


class Intake:
    """What a process orders while it reads a batch of events, put into the queue together."""

    def __init__(self, connection: Connection[Any], process: str, now: datetime) -> None:
        self._connection = connection
        self._process = process
        self._now = now
        self._new: list[NewJob] = []

    def add(self, orders: Orders, past: Recorded) -> None:
        """Take down what it makes of an event. What is withdrawn may have been ordered just now."""
        for order in orders:
            if isinstance(order, Withdraw):
                self.enqueue()
                withdraw(self._connection, past.tenant, order, before=past.position, at=self._now)
        self._new += ordered(orders, past, self._process)

    def enqueue(self) -> None:
        """Put all of it into the queue."""
        new, self._new = self._new, []
        enqueue(self._connection, new)


def ordered(orders: Orders, past: Recorded, process: str) -> list[NewJob]:
    """Return what is to be done of the orders that a process made of an event."""
    return [
        _new_job(order, number, caused_by=past, process=process)
        for number, order in enumerate(orders)
        if isinstance(order, Do)
    ]


def found(orders: Sequence[Do], by: Claimed) -> list[NewJob]:
    """Return what is to be done of the orders that a job found: what says the same is one job."""
    return [
        NewJob(
            tenant=by.tenant,
            order=do.order,
            about=do.about,
            due_at=by.due_at if do.at is None else do.at,
            dedupe_key=f"{by.tenant}/{kind_of(type(do.order))}/{_said(do.order)}",
            process=by.process,
            caused_by=by.caused_by,
            trail=by.trail,
        )
        for do in orders
    ]


def enqueue(connection: Connection[Any], jobs: Iterable[NewJob]) -> int:
    """Put jobs into the queue; return how many were not there yet."""
    rows = [_row(job) for job in jobs]
    if not rows:
        return 0
    return _enqueued(connection, ENQUEUE.format(first="", provided="", held=HELD), rows, {})


def enqueue_with(
    connection: Connection[Any], statement: str, values: Mapping[str, Any], job: NewJob
) -> bool:
    """Execute a statement, and put a job into the queue if it returns a row: in one, so that there are
    both or none. Return whether there are.
    """
    provided = "WHERE EXISTS (SELECT FROM first_of_all)"
    both = ENQUEUE.format(first=f"first_of_all AS ({statement}), ", provided=provided, held=HELD)
    return _enqueued(connection, both, [_row(job)], values) > 0


def _enqueued(
    connection: Connection[Any], sql: str, rows: list[dict[str, Any]], more: Mapping[str, Any]
) -> int:
    values = {**more, "jobs": msgspec.json.encode(rows).decode()}
    row = connection.execute(sql.encode(), values).fetchone()
    return int(row[0]) if row else 0


def withdraw(
    connection: Connection[Any], tenant: str, order: Withdraw, *, before: int, at: datetime
) -> int:
    """Withdraw what events before this position have ordered; return how many jobs that were.

    One that is being carried out right now is not tried again. What later events ordered stays:
    it is there already when an event is processed a second time.
    """
    values = {
        "tenant": tenant,
        "kind": kind_of(order.order),
        "about": order.about,
        "before": before,
        "now": at,
    }
    return connection.execute(WITHDRAW, values).rowcount


def _new_job(do: Do, number: int, *, caused_by: Recorded, process: str) -> NewJob:
    """By the event's own id, since its position may be another event's: of another database, or of
    this one after it was restored to an earlier time. Mail servers remember what they were sent.
    """
    trail = _trail(caused_by)
    event = trail.get("causation", caused_by.position)
    return NewJob(
        tenant=caused_by.tenant,
        order=do.order,
        about=do.about,
        due_at=caused_by.recorded_at if do.at is None else do.at,
        dedupe_key=f"{process}/{event}/{number}",
        process=process,
        caused_by=caused_by.position,
        trail=trail,
    )


def _said(order: Order) -> str:
    return msgspec.json.encode(order).decode()


def _trail(cause: Recorded) -> dict[str, str]:
    """What links the events to come to the one that caused them."""
    known = cause.metadata
    links = {
        "causation": known.get("id"),
        "correlation": known.get("correlation") or known.get("id"),
        "trace": known.get("trace"),
    }
    return {name: value for name, value in links.items() if value is not None}


def _row(job: NewJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "tenant_id": job.tenant,
        "lane": COMMANDS if isinstance(job.order, Command) else job.order.lane,
        "kind": kind_of(type(job.order)),
        "about": job.about,
        "dedupe_key": job.dedupe_key,
        "payload": job.order,
        "ordering_key": _ordering_key(job),
        "due_at": job.due_at,
        "max_attempts": job.max_attempts,
        "caused_by": job.caused_by,
        "process": job.process,
        "trail": job.trail,
    }


def _ordering_key(job: NewJob) -> str | None:
    key = ordering_key_of(job.order)
    return None if key is None else f"{job.tenant}/{key}"
