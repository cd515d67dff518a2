"""Tasks: what somebody is to do, and until when. A lead has one of its own, its follow-up."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

from msgspec.structs import replace

from domain.business.departments import MEMBERS
from domain.business.users import Role
from domain.fields import Held, Line, Text
from domain.messages import Command, Event, Invalid, Personal, Value
from domain.people.persons import PERSON
from domain.records import Action, Kind, Record, Reference, StoredAs, evolve, there
from domain.sales.repeats import Repeats, is_clear, is_in_calendars, next_time
from domain.sales.scores import Temperature
from domain.scheduling.bookings import BOOKING, BookingNotFound, known
from domain.values import BookingId, ClientId, LeadId, TaskId, UserId, derived_id


class Priority(StrEnum):
    """What is to be done first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class TaskStatus(StrEnum):
    """Whether something is still to be done."""

    OPEN = "open"
    DONE = "done"


EARLIEST_REMINDER: Final = 28 * 24 * 60
"""Minutes before a task is due."""


class Task(Value, frozen=True, kw_only=True):
    """What is `done` says since when (`completed_at`), and nothing else does. What it is about is its client,
    and perhaps a booking; the follow-up of a lead says so by `lead_id`. Overdue is what is `open` and was due
    before now: a list of it is asked for by `status=open` and `due_at.lt`.

    Whoever it is given to is reminded `remind_before_minutes` before it is due. When one that `repeats` is
    done, the next is there.
    """

    due_at: datetime
    title: Personal[Line | None] = None
    notes: Personal[Text | None] = None
    priority: Priority = Priority.NORMAL
    assignee_id: UserId | None = None
    client_id: ClientId | None = None
    booking_id: BookingId | None = None
    lead_id: LeadId | None = None
    status: TaskStatus = TaskStatus.OPEN
    completed_at: datetime | None = None
    remind_before_minutes: Annotated[int, Held(ge=0, le=EARLIEST_REMINDER)] | None = None
    repeats: Repeats | None = None

    @property
    def reminded_at(self) -> datetime | None:
        """When whoever it is given to is reminded, if anybody is."""
        if self.remind_before_minutes is None or self.assignee_id is None:
            return None
        return self.due_at - timedelta(minutes=self.remind_before_minutes)


class CompleteTask(Command, frozen=True):
    id: str


class RemindOfTask(Command, frozen=True):
    """Ordered by a process, for when it is time."""

    id: TaskId
    remind_at: datetime


class TaskStatusUnclear(Invalid):
    """What is done says since when, and what is open does not: complete it, or take both away."""


class TaskNeverDue(Invalid):
    """A task is due between 1970 and 2999."""


class RepetitionUnclear(Invalid):
    """What repeats does so in a time zone that there is (IANA), between 1970 and 2999, and either until a
    moment or for so many times.
    """


def refuse_unclear(task: Task) -> None:
    if (task.status is TaskStatus.DONE) != (task.completed_at is not None):
        raise TaskStatusUnclear
    if not is_in_calendars(task.due_at):
        raise TaskNeverDue
    if task.repeats is not None and not is_clear(task.repeats):
        raise RepetitionUnclear


class TaskCompleted(Event, frozen=True):
    id: str
    at: datetime


class TaskReminded(Event, frozen=True):
    """Whoever has it is reminded that it is due at `due_at`."""

    id: str
    assignee_id: UserId
    due_at: datetime


def evolve_task(record: Record[Task], event: Any) -> Record[Task]:
    if isinstance(event, TaskReminded):
        return record
    if not isinstance(event, TaskCompleted):
        return evolve(record, event)
    assert record.values is not None
    done = replace(record.values, status=TaskStatus.DONE, completed_at=event.at)
    return replace(record, values=done)


def complete(command: CompleteTask, record: Record[Task], *, now: datetime) -> Sequence[Event]:
    """Say that it is done; once."""
    task = there(TASKS, record)
    if not task.active:
        raise TASKS.is_removed
    if task.values is None or task.values.status is TaskStatus.DONE:
        return []
    return [TaskCompleted(id=command.id, at=now)]


def to_do(record: Record[Task]) -> Task | None:
    """Return a task that is still to be done."""
    is_open = record.values is not None and record.values.status is TaskStatus.OPEN
    return record.values if record.active and is_open else None


def remind(command: RemindOfTask, record: Record[Task]) -> Sequence[Event]:
    """Remind whoever has it, unless it was moved, done or removed in the last moment."""
    task = to_do(record)
    if task is None or task.assignee_id is None or task.reminded_at != command.remind_at:
        return []
    return [TaskReminded(id=command.id, assignee_id=task.assignee_id, due_at=task.due_at)]


_DUE: Final = datetime(2027, 1, 5, 9, tzinfo=UTC)
_LATER: Final = datetime(2027, 1, 8, 9, tzinfo=UTC)

TASKS: Final = Kind(
    one="task",
    many="tasks",
    french="Tâche",
    values=Task,
    examples=(
        Task(due_at=_DUE, title="Rappeler Zoé Dupont", priority=Priority.HIGH),
        Task(due_at=_LATER, title="Commander des serviettes", notes="Chez Dupont & Cie"),
    ),
    stored_as=StoredAs(
        created="task-created.v1",
        changed="task-changed.v1",
        removed="task-removed.v1",
        restored="task-restored.v1",
        purged="task-purged.v1",
    ),
    columns=(
        "due_at",
        "status",
        "priority",
        "assignee_id",
        "client_id",
        "booking_id",
        "lead_id",
    ),
    refers_to={
        "client_id": PERSON,
        "assignee_id": MEMBERS,
        "booking_id": Reference(aggregate=BOOKING, refuse=known, refusals=(BookingNotFound,)),
    },
    refuse=refuse_unclear,
    evolve=evolve_task,
    actions={
        "complete": Action(command=CompleteTask, decide=complete, is_timed=True),
        "remind": Action(command=RemindOfTask, decide=remind, by_us=True),
    },
    also={
        "task-completed.v1": TaskCompleted(id=f"task-{UUID(int=7)}", at=_DUE),
        "task-reminded.v1": TaskReminded(
            id=f"task-{UUID(int=7)}", assignee_id=UserId(f"user-{UUID(int=8)}"), due_at=_DUE
        ),
    },
    writers=frozenset({Role.OWNER, Role.FRONT_DESK}),
    readers=frozenset(Role) - {Role.CLIENT},
    old_path="/tasks",
)


# --- Again and again ------------------------------------------------------------------


def successor_of(task_id: str) -> TaskId:
    """Name the task that comes after one that repeats: it has one, however often it is done."""
    return TaskId(derived_id(TASKS.one, task_id, "next"))


def next_of(task: Task, now: datetime) -> Task | None:
    """Return what is to be done next, once this is; None if it does not repeat, or was the last."""
    if task.repeats is None:
        return None
    due_at = next_time(task.repeats, task.due_at, now)
    if due_at is None:
        return None
    since = task.repeats.since or task.due_at
    return replace(
        task,
        due_at=due_at,
        status=TaskStatus.OPEN,
        completed_at=None,
        repeats=replace(task.repeats, since=since),
    )


# --- Follow-ups -----------------------------------------------------------------------

DUE_AFTER: Final = {
    Temperature.HOT: timedelta(0),
    Temperature.WARM: timedelta(hours=24),
    Temperature.COLD: timedelta(days=3),
}
PRIORITY_OF: Final = {
    Temperature.HOT: Priority.HIGH,
    Temperature.WARM: Priority.NORMAL,
    Temperature.COLD: Priority.LOW,
}


def follow_up_of(lead_id: LeadId, number: int) -> TaskId:
    """Name the follow-up of a lead that comes after so many others."""
    return TaskId(derived_id(TASKS.one, lead_id, str(number)))
